"""How many records and entries there are, and which money is outstanding: kept by the database."""

from typing import Final

from fieldledger.office.keeping import Kept
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, Refund
from fieldledger.quickbooks.models import RANK, Connection, EntryCount, RecordCount, SyncEntry
from fieldledger.quickbooks.outstanding_row import Outstanding
from fieldledger.quickbooks.tables import select, table_of
from fieldledger.sync.content import Kind, State

_SENT_ON_DEMAND: Final = {
    Kind.INVOICE: Invoice,
    Kind.PAYMENT: Payment,
    Kind.CREDIT: Credit,
    Kind.REFUND: Refund,
}

KEPT: Final = (
    Kept(
        source=SyncEntry,
        into=EntryCount,
        by={
            "connection_id": "{row}connection_id",
            "rank": "{row}rank",
            "state": "{row}state",
        },
        columns=("connection_id", "rank", "state"),
    ),
    *(
        Kept(
            source=model,
            into=RecordCount,
            by={"business_id": "{row}business_id", "rank": str(RANK[kind])},
            columns=("business_id",),
        )
        for kind, model in (
            (Kind.CLIENT, Client),
            (Kind.ITEM, Item),
            *_SENT_ON_DEMAND.items(),
        )
    ),
    # Each record is outstanding, less those that QuickBooks has as they are here.
    *(
        Kept(
            source=model,
            into=Outstanding,
            by={
                "business_id": "{row}business_id",
                "rank": str(RANK[kind]),
                "record_id": "{row}id",
            },
            columns=("business_id",),
            sparse=True,
        )
        for kind, model in _SENT_ON_DEMAND.items()
    ),
    Kept(
        source=SyncEntry,
        into=Outstanding,
        by={
            "business_id": (
                f"(SELECT link.business_id FROM {table_of(Connection)} AS link"  # noqa: S608 - our own names.
                " WHERE link.id = {row}connection_id)"
            ),
            "rank": "{row}rank",
            "record_id": "{row}record_id",
        },
        sums={"number": "-1"},
        where=(
            f"{{row}}rank IN ({', '.join(str(RANK[kind]) for kind in _SENT_ON_DEMAND)})"
            f" AND {{row}}state = '{State.SYNCED}' AND COALESCE({{row}}differs_by, 0) = 0"
        ),
        columns=("connection_id", "rank", "record_id", "state", "differs_by"),
        sparse=True,
    ),
)


def entry_counts(connection: Connection) -> dict[Kind, dict[State, int]]:
    """Return how many entries of each kind are in each state; absent pairs are none."""
    counts: dict[Kind, dict[State, int]] = {kind: {} for kind in Kind}
    kinds = {rank: kind for kind, rank in RANK.items()}
    rows = select(
        f"SELECT rank, state, SUM(number) FROM {table_of(EntryCount)}"  # noqa: S608 - our own names.
        " WHERE connection_id = %s GROUP BY rank, state",
        (connection.pk,),
    )
    for rank, state, number in rows:
        if number:
            counts[kinds[rank]][State(state)] = int(number)
    return counts


def record_count(business_id: int) -> int:
    """Return how many records that are kept in step a business has."""
    rows = select(
        f"SELECT COALESCE(SUM(number), 0) FROM {table_of(RecordCount)} WHERE business_id = %s",  # noqa: S608
        (business_id,),
    )
    return int(rows[0][0])
