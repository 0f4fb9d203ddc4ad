"""What the initial sync has made of clients and items, by what the plan said of each."""

from typing import Final

from django.db.models import Exists, OuterRef, QuerySet

from fieldledger.quickbooks.models import RANK, Connection, PlanRow, QuickBooksRecord, SyncEntry
from fieldledger.quickbooks.planning import CREATE_HERE, CREATE_THERE, LINK, RENAME
from fieldledger.sync.content import Kind, State

# The words of the log's filter, and the decision of the plan behind each.
HOW: Final = {
    "linked": LINK,
    "created": CREATE_THERE,
    "renamed": RENAME,
    "imported": CREATE_HERE,
}
HOW_WORDS: Final = {
    "linked": "linked by the initial sync",
    "created": "created in QuickBooks by the initial sync",
    "renamed": "created there under another name",
    "imported": "imported from QuickBooks",
}
_FIRST: Final = (RANK[Kind.CLIENT], RANK[Kind.ITEM])
_NEEDS: Final = (State.FAILED, State.GONE, State.CHANGED_IN_QUICKBOOKS)
_READ: Final = (
    ("CustomerRet", "customers"),
    ("VendorRet", "vendors"),
    ("EmployeeRet", "employees"),
    ("AccountRet", "accounts"),
)


def by_the_plan(entries: QuerySet[SyncEntry], how: str) -> QuerySet[SyncEntry]:
    """Return those of one connection's entries that the initial sync has brought about so.

    What was to be created and is not there yet, or never came there, is not among them.
    """
    rows = PlanRow.objects.filter(
        connection_id=OuterRef("connection_id"),
        rank=OuterRef("rank"),
        record_id=OuterRef("record_id"),
        decision=HOW[how],
        undone_at=None,
    )
    return entries.filter(Exists(rows), rank__in=_FIRST).exclude(quickbooks_id="")


def summary_of(connection: Connection) -> dict[str, int]:
    """Return how many records were linked, created, renamed and imported, and how many failed."""
    entries = SyncEntry.objects.filter(connection=connection)
    # From the plan's rows to their entries: there may be many more of these.
    there = entries.filter(rank=OuterRef("rank"), record_id=OuterRef("record_id")).exclude(
        quickbooks_id=""
    )
    rows = PlanRow.objects.filter(connection=connection, rank__in=_FIRST, undone_at=None)
    counts = {
        how: rows.filter(Exists(there), decision=decision).count() for how, decision in HOW.items()
    }
    counts["failed"] = entries.filter(rank__in=_FIRST, state__in=_NEEDS).count()
    return counts


def to_import(connection: Connection) -> tuple[int, int]:
    """Return how many records were imported so far, and how many the plan imports."""
    rows = PlanRow.objects.filter(connection=connection, decision=CREATE_HERE, undone_at=None)
    return rows.exclude(record_id=None).count(), rows.count()


def read_so_far(connection: Connection) -> list[tuple[str, int]]:
    """Return how much is known of each list of QuickBooks: ("customers", 1180)."""
    records = QuickBooksRecord.objects.filter(connection=connection)
    counts = [(words, records.filter(type=type_).count()) for type_, words in _READ]
    counts.append(("items", records.filter(list=QuickBooksRecord.List.ITEMS).count()))
    return [(words, number) for words, number in counts if number]
