"""Entries as a session works on them: light rows in place of model instances, and what finds them.

The states stand in the statements as literals: only so SQLite sees that a partial index holds what
is asked for, and an initial sync's next records are found without looking at all that wait.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any, Final

from fieldledger.quickbooks.models import KIND_OF_RANK, MessageSet, SyncEntry
from fieldledger.quickbooks.tables import Columns, marks, select, table_of
from fieldledger.sync.content import Kind, State

_ENTRIES: Final = table_of(SyncEntry)
_SETS: Final = table_of(MessageSet)


@dataclass(slots=True)
class EntryRow:
    """The columns of SyncEntry that sending and answering look at, by the same names."""

    pk: int
    rank: int
    record_id: int
    title: str
    state: str
    record_revision: int
    wanted_revision: int
    synced_revision: int
    quickbooks_id: str
    quickbooks_type: str
    edit_sequence: str
    adopted: bool
    two_sided: bool
    quickbooks_name: str
    name_folded: str
    chosen_name: str
    line_ids: list[str]
    written: str
    differs_by: Decimal | None
    accepted_difference: Decimal | None
    waiting_on_id: int | None
    code: str
    message: str
    said: str
    tries: int
    look_first: bool
    message_set_id: int | None
    tried_in: int
    synced_at: datetime | None
    void_there: str
    number_free_in: int
    sent_at: datetime | None = field(default=None, init=False)  # Written, never read.
    is_renamed: bool = field(default=False, init=False)  # Since it was read.
    is_rewritten: bool = field(default=False, init=False)
    read: Sequence[Any] = field(default=(), init=False)  # The columns' values when it was read.

    @property
    def kind(self) -> Kind:
        """Which kind of record it is."""
        return KIND_OF_RANK[self.rank]

    @property
    def differs(self) -> bool:
        """Whether QuickBooks' total is another than ours, and nobody has accepted that."""
        return bool(self.differs_by) and self.differs_by != self.accepted_difference

    def rewrite(self, written: str) -> None:
        """Set what is known to be written in QuickBooks."""
        if written != self.written:
            self.written, self.is_rewritten = written, True

    def rename(self, name: str, folded: str) -> None:
        """Set the name it has in QuickBooks."""
        if (name, folded) != (self.quickbooks_name, self.name_folded):
            self.quickbooks_name, self.name_folded, self.is_renamed = name, folded, True


_COLUMNS: Final = Columns(
    SyncEntry, ["id" if each.name == "pk" else each.name for each in fields(EntryRow) if each.init]
)


_PLACES: Final = {each.name: at for at, each in enumerate(fields(EntryRow)) if each.init}


def _read(rest: str, values: Sequence[object]) -> list[EntryRow]:
    found = []
    for row in _COLUMNS.read(rest, values):
        entry = EntryRow(*row)
        entry.read = row
        found.append(entry)
    return found


def as_read(entries: Iterable[EntryRow], columns: Sequence[str]) -> Iterable[Sequence[Any]]:
    """Return what these columns of each entry held when it was read."""
    values = itemgetter(*(_PLACES[each] for each in columns))
    return [values(each.read) for each in entries]


_PENDING: Final = (
    f"WHERE connection_id = %s AND state = '{State.PENDING}' AND NOT look_first AND tried_in <> %s "
)


def pending_after(
    connection_id: int, *, session_id: int, rank: int, key: int, at_most: int
) -> list[EntryRow]:
    """Return the next entries to send behind a place in the queue, in its order.

    Those that are looked for first, and those the session has put off, are not among them.
    """
    return _read(
        f"{_PENDING} AND (rank, id) > (%s, %s) ORDER BY rank, id LIMIT %s",
        (connection_id, session_id, rank, key, at_most),
    )


def pending_among(connection_id: int, keys: Sequence[int], *, session_id: int) -> list[EntryRow]:
    """Return those of these entries that can be sent, in the queue's order."""
    if not keys:
        return []
    return _read(
        f"{_PENDING} AND id IN ({marks(len(keys))}) ORDER BY rank, id",
        (connection_id, session_id, *keys),
    )


def by_keys(connection_id: int, keys: Sequence[int]) -> list[EntryRow]:
    """Return these entries, in the queue's order, whatever their state."""
    if not keys:
        return []
    return _read(
        f"WHERE connection_id = %s AND id IN ({marks(len(keys))}) ORDER BY rank, id",
        (connection_id, *keys),
    )


def in_set(message_set_id: int) -> list[EntryRow]:
    """Return the entries whose outcome a message set is to bring, in the queue's order."""
    return _read("WHERE message_set_id = %s ORDER BY rank, id", (message_set_id,))


def is_anything_waiting(connection_id: int) -> bool:
    """Whether any entry waits for another."""
    sql = f"SELECT 1 FROM {_ENTRIES} WHERE connection_id = %s AND state = '{State.WAITING}' LIMIT 1"  # noqa: S608
    return bool(select(sql, (connection_id,)))


def is_unresolved(connection_id: int) -> bool:
    """Whether the outcome of any write is unknown."""
    sql = (
        f"SELECT 1 FROM {_SETS} WHERE connection_id = %s"  # noqa: S608
        # The words of the partial index.
        " AND status IN ('sent', 'in_doubt', 'absent') AND status <> 'sent' LIMIT 1"
    )
    return bool(select(sql, (connection_id,)))


def is_anything_looked_for(connection_id: int, *, session_id: int) -> bool:
    """Whether any pending entry is to be looked for before it is sent."""
    sql = (
        f"SELECT 1 FROM {_ENTRIES} WHERE connection_id = %s AND state = '{State.PENDING}'"  # noqa: S608
        # In the order of the partial index, or SQLite would look at all that wait.
        " AND look_first AND tried_in <> %s ORDER BY rank, id LIMIT 1"
    )
    return bool(select(sql, (connection_id, session_id)))
