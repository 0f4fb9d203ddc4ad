"""A record's entry: raised by the office's changes, moved by people, counted with care.

Whoever changes entries locks the connection's row first (`lock`), so that two writers never wait
for each other, and leaves `active_count` equal to the number of entries a session has to work on.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final

from fieldledger.office.changes import Change
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, Record, Refund
from fieldledger.quickbooks import number_taken, voided
from fieldledger.quickbooks.events import Moved, announce
from fieldledger.quickbooks.models import (
    ACTIVE_STATES,
    RANK,
    Connection,
    EntryEvent,
    Stage,
    SyncEntry,
)
from fieldledger.quickbooks.tables import (
    Columns,
    change,
    insert_many,
    lock_words,
    table_of,
    update_many,
)
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import usual

# A change in the office sends these anew by itself; the others stay where a person put them,
# or are looked at again when their answer is there.
_SENT_ANEW: Final = frozenset(
    {
        State.SYNCED,
        State.DIFFERS,
        State.FAILED,
        State.CHANGED,
        State.CHANGED_IN_QUICKBOOKS,
        State.PENDING,
    }
)
_TAKEN: Final = frozenset({State.SYNCED, State.DIFFERS, State.CHANGED, State.CHANGED_IN_QUICKBOOKS})
TITLE_LENGTH_MAX: Final = 255
RECORD_MODELS: Final[Mapping[Kind, type[Client | Item | Invoice | Payment | Credit | Refund]]] = {
    Kind.CLIENT: Client,
    Kind.ITEM: Item,
    Kind.INVOICE: Invoice,
    Kind.PAYMENT: Payment,
    Kind.CREDIT: Credit,
    Kind.REFUND: Refund,
}
# In Connection.activity: the newest records and message set of the backup we were restored from.
RESTORED: Final = "backup"
RESTORED_SET: Final = "set"
_CONNECTION: Final = Columns(Connection)


def lock(connection_id: int) -> Connection:
    """Return the connection, its row locked until the transaction ends.

    :raises Connection.DoesNotExist: if there is none.
    """
    connection = _locked("WHERE id = %s", (connection_id,))
    if connection is None:
        raise Connection.DoesNotExist
    return connection


def _locked(rest: str, values: tuple[Any, ...]) -> Connection | None:
    """Return the connection that `rest` finds, its row locked; asked at nearly every change."""
    return _CONNECTION.read_one(Connection, rest + lock_words(), values)


def adjust_active(connection_id: int, by: int) -> None:
    """Change the number of entries a session has to work on."""
    if by:
        change(
            f"UPDATE {table_of(Connection)} SET active_count = active_count + %s WHERE id = %s",  # noqa: S608
            (by, connection_id),
        )


def title_of(record: Record) -> str:
    """Return what the sync log calls a record."""
    match record:
        case Client() | Item():
            return record.name[:TITLE_LENGTH_MAX]
        case Invoice() | Credit():
            return record.number
        case Refund():
            return f"{record.amount} of {record.credit.number}"
        case Payment():
            if record.invoice is None:
                return f"{record.amount} deposit of {record.payer.name}"[:TITLE_LENGTH_MAX]
            return f"{record.amount} for {record.invoice.number}"
        case _:
            raise TypeError(type(record))


def record_change(change: Change) -> None:
    """Raise the entries of records the office has just saved; runs in that transaction.

    Clients and items are wanted in QuickBooks on every change. Invoices, payments and credit memos
    only show that what QuickBooks has is older: they go when a person asks.
    """
    connection = _locked(
        "WHERE business_id = %s AND initial_started_at IS NOT NULL AND stage <> %s",
        (change.business_id, Stage.OFF),
    )
    if connection is None:
        return
    kind = Kind(change.kind)
    now = change.at
    records: dict[int, Record] = {each.pk: each for each in change.records}
    known = {
        entry.record_id: entry
        for entry in SyncEntry.objects.filter(
            connection=connection, rank=RANK[kind], record_id__in=list(records)
        )
    }
    if kind in {Kind.CLIENT, Kind.ITEM}:
        if not connection.is_carrying:  # Else the initial sync raises them: see carry_on there.
            new = [each for key, each in records.items() if key not in known]
            add_entries(connection, kind, new, now=now, actor="")
        _raise_by_itself(connection, known, records, now)
    else:
        _raise_changed(connection, kind, known, records, now)
        void = [
            each
            for key, each in records.items()
            if key not in known
            and isinstance(each, Invoice | Payment | Credit | Refund)
            and each.voided
            and not _may_have_been_sent(connection, each)
        ]
        add_entries(connection, kind, void, now=now, actor="", state=State.CANCELLED)


def _may_have_been_sent(connection: Connection, record: Record) -> bool:
    """Whether a backup that our database was restored from may have lost that it was sent."""
    if connection.restored_at is None:
        return False
    newest = connection.activity.get(RESTORED)
    if newest is None:
        return record.created_at <= connection.restored_at
    rank = next(RANK[kind] for kind, model in RECORD_MODELS.items() if isinstance(record, model))
    return bool(record.pk <= newest.get(str(rank), 0))


ENTRY_COLUMNS: Final = (
    "connection_id",
    "guid",
    "rank",
    "record_id",
    "record_guid",
    "title",
    "state",
    "record_revision",
    "wanted_revision",
    "synced_revision",
    "quickbooks_id",
    "quickbooks_type",
    "edit_sequence",
    "adopted",
    "two_sided",
    "quickbooks_name",
    "name_folded",
    "line_ids",
    "code",
    "message",
    "said",
    "tries",
    "look_first",
    "tried_in",
    "asked_by",
    "queued_at",
    "created_at",
    "updated_at",
)


def add_entries(
    connection: Connection,
    kind: Kind,
    records: Iterable[Record],
    *,
    now: datetime,
    actor: str,
    state: State = State.PENDING,
) -> int:
    """Raise entries for records that have none, in one statement; return how many."""
    fresh: list[tuple[Any, ...]] = [
        (
            connection.pk,
            SyncEntry._meta.get_field("guid").get_default(),  # noqa: SLF001 - Django's documented API.
            RANK[kind],
            each.pk,
            each.guid,
            title_of(each),
            state,
            each.revision,
            each.revision,
            0,
            *("",) * 3,
            False,
            False,
            *("",) * 2,
            [],
            *("",) * 3,
            0,
            _may_have_been_sent(connection, each),
            0,
            actor,
            now,
            now,
            now,
        )
        for each in records
    ]
    for start in range(0, len(fresh), 500):
        insert_many(SyncEntry, ENTRY_COLUMNS, fresh[start : start + 500])
    adjust_active(connection.pk, len(fresh) if state in ACTIVE_STATES else 0)
    return len(fresh)


def _raise_by_itself(
    connection: Connection,
    known: dict[int, SyncEntry],
    records: dict[int, Record],
    now: datetime,
) -> None:
    rows: list[Sequence[Any]] = []
    woken = 0
    for key, entry in known.items():
        record = records[key]
        state, title = entry.state, title_of(record)
        # A name chosen for QuickBooks was chosen beside the one the record had.
        chosen_name = entry.chosen_name if title == entry.title else ""
        if state in _SENT_ANEW:
            woken += state != State.PENDING
            rows.append(
                (
                    entry.pk,
                    title,
                    chosen_name,
                    record.revision,
                    record.revision,
                    State.PENDING,
                    "",
                    "",
                    "",
                    0,
                    0,
                    entry.queued_at if state == State.PENDING else now,
                    now,
                )
            )
        else:
            rows.append(
                (
                    entry.pk,
                    title,
                    chosen_name,
                    record.revision,
                    record.revision,
                    state,
                    entry.code,
                    entry.message,
                    entry.said,
                    entry.tries,
                    entry.tried_in,
                    entry.queued_at,
                    now,
                )
            )
    update_many(
        SyncEntry,
        (
            "title",
            "chosen_name",
            "record_revision",
            "wanted_revision",
            "state",
            "code",
            "message",
            "said",
            "tries",
            "tried_in",
            "queued_at",
            "updated_at",
        ),
        rows,
    )
    adjust_active(connection.pk, woken)


def _raise_changed(
    connection: Connection,
    kind: Kind,
    known: dict[int, SyncEntry],
    records: dict[int, Record],
    now: datetime,
) -> None:
    rows: list[Sequence[Any]] = []
    left = 0
    renumbered: dict[int, str] = {}
    gone: list[SyncEntry] = []
    for key, entry in known.items():
        record = records[key]
        assert isinstance(record, Invoice | Payment | Credit | Refund)
        state = before = entry.state
        title = title_of(record)
        if before in _TAKEN:
            state = State.CHANGED
        elif record.voided and state == State.GONE:
            voided.end(entry)
            gone.append(entry)
            state = State.CANCELLED
        elif record.voided and state not in _IN_FLIGHT and not _may_be_there(entry):
            state = State.CANCELLED
        left += (before in ACTIVE_STATES) - (state in ACTIVE_STATES)
        there = entry.void_there or (usual(kind) if record.voided else "")
        free_in = entry.number_free_in if title == entry.title else 0
        rows.append((entry.pk, title, record.revision, state, there, free_in, now))
        if title != entry.title and entry.code == number_taken.TAKEN and state == State.FAILED:
            renumbered[entry.pk] = number_taken.give_another(entry, title)
    columns = ("title", "record_revision", "state", "void_there", "number_free_in", "updated_at")
    update_many(SyncEntry, columns, rows)
    tell(((key, State.FAILED, "", said) for key, said in renumbered.items()), now=now)
    update_many(SyncEntry, _ENDED, [(each.pk, *_values_of(each)) for each in gone])
    adjust_active(connection.pk, -left)
    _wait_no_more_for_credits(connection, known, now)


_ENDED: Final = (
    *("code", "message", "said", "quickbooks_id", "edit_sequence", "written"),
    *("synced_revision", "line_ids"),
)
_values_of: Final = attrgetter(*_ENDED)


def _wait_no_more_for_credits(
    connection: Connection, known: Mapping[int, SyncEntry], now: datetime
) -> None:
    """Let invoices go that wait for a credit memo: it may have been taken off them just now."""
    released = SyncEntry.objects.filter(
        pk__in=[each.pk for each in known.values() if each.state == State.WAITING],
        state=State.WAITING,
        rank=RANK[Kind.INVOICE],
        waiting_on__rank=RANK[Kind.CREDIT],
    ).update(state=State.PENDING, waiting_on=None, code="", message="", updated_at=now)
    adjust_active(connection.pk, released)


def _may_be_there(entry: SyncEntry) -> bool:
    is_doubted = entry.look_first and entry.code != number_taken.LOOKED_FOR
    return bool(entry.synced_revision) or is_doubted


_IN_FLIGHT: Final = frozenset({State.SENDING, State.CHECKING})

EVENT_COLUMNS: Final = ("entry_id", "at", "state", "actor", "message")


def tell(rows: Iterable[tuple[int, str, str, str]], *, now: datetime) -> None:
    """Add lines to entries' timelines: (entry id, state, who, what happened).

    Whoever listens to moves hears of them; the entries are one connection's, and saved.
    """
    told = list(rows)
    add_lines(told, now=now)
    announce(Moved(at=now, entries=[(entry, state) for entry, state, _, _ in told]))


def add_lines(rows: Iterable[tuple[int, str, str, str]], *, now: datetime) -> None:
    """Add lines to entries' timelines that are no move: (entry id, state, who, what)."""
    insert_many(
        EntryEvent,
        EVENT_COLUMNS,
        [(entry, now, state, actor, message) for entry, state, actor, message in rows],
    )


def recount(connection_id: int) -> None:
    """Set `active_count` from the entries themselves; a partial index makes it cheap when few."""
    Connection.objects.filter(pk=connection_id).update(
        active_count=SyncEntry.objects.filter(
            connection_id=connection_id, state__in=ACTIVE_STATES
        ).count()
    )
