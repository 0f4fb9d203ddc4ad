"""What a request's rules are given, and what they answer."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from fieldledger.simulator.checking import Macro, Request
from fieldledger.simulator.formats import printed_time
from fieldledger.simulator.problems import Failed, no_such_object
from fieldledger.simulator.state import Deleted, Fields, Origin, Record, State


@dataclass(slots=True)
class Iterator:
    """A walk through a query's records, alive as long as its session."""

    request: str
    ids: list[str]
    at: int = 0


@dataclass(slots=True)
class Answered:
    """One request's answer: a record that was written, plain elements, or a query's lines."""

    record: Record | None = None
    elements: list[tuple[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Turn:
    """One request at work: `at` is the epoch second, `offset` the UTC offset in force then."""

    state: State
    request: Request
    origin: Origin
    at: int
    offset: str
    app: str
    iterators: dict[str, Iterator]
    macros: dict[str, str]
    warning: Failed | None = None

    def time(self, at: int) -> str:
        """Return an epoch second as QuickBooks prints it."""
        return printed_time(at, self.state.zone, self.offset)

    def today(self) -> str:
        """Return the date on the PC's calendar."""
        return printed_time(self.at, self.state.zone, self.offset)[:10]

    def warn(self, status: int, message: str) -> None:
        """Answer with a warning: the record is written all the same."""
        self.warning = self.warning or Failed(status, message)

    def txn_id(self, given: "str | Macro") -> str:
        """Return a TxnID, also one that stands for an earlier request's record."""
        if isinstance(given, Macro):
            known = self.macros.get(given.name)
            if known is None:
                raise Failed(9100, f'The macro "{given.name}" is not defined.')
            return known
        return given

    def note_macro(self, given: Fields, record_id: str) -> None:
        """Remember what later requests of the set may call a record."""
        name = given.get("defMacro")
        if name:
            self.macros[name] = record_id

    def check_lock(self, *ids: str | None) -> None:
        """Fail if somebody else holds one of the records open."""
        locks = self.state.locks
        for each in ids if locks else ():
            lock = locks.get(each) if each else None
            if each and lock:
                lock.times -= 1
                if lock.times <= 0:
                    del locks[each]
                raise Failed(lock.status, LOCK_MESSAGES.get(lock.status, LOCK_MESSAGES[3175]))

    def record_to_change(self, given: Fields, kind: str, key: str = "ListID") -> Record:
        """Return the record that a Mod names, if it may be changed.

        :raises Failed: 3120 where there is none, 3200 where it has changed since it was read, the
            lock's status where somebody else holds it.
        """
        identity = self.txn_id(given[key])
        record = self.state.of_type(kind).get(identity)
        if record is None:
            raise no_such_object(identity)
        self.check_lock(record.id)
        if given["EditSequence"] != record.sequence:
            raise Failed(
                3200,
                f'The provided edit sequence "{given["EditSequence"]}" is out-of-date.',
            )
        return record

    def create_record(self, kind: str, record_id: str, fields: Fields) -> Record:
        """Put a new record into the file."""
        guid = fields.get("ExternalGUID")
        if guid and self.state.variant.guid_unique and self.state.guids[guid]:
            raise Failed(3100, f'The external GUID "{guid}" is already in use.')
        record = Record(
            type=kind,
            id=record_id,
            created=self.at,
            modified=self.at,
            sequence=self.state.sequence_after(None, self.at),
            fields=fields,
            origin=self.origin,
        )
        self.state.enter(record)
        return record

    def change_record(self, record: Record, fields: Fields) -> Record:
        """Give a record new content."""
        if fields == record.fields and not self.state.variant.unchanged_mod_bumps:
            return record
        self.state.uncount(record)
        record.fields = fields
        self.state.count(record)
        self.touch(record)
        return record

    def touch(self, record: Record) -> None:
        """Let a record count as changed now."""
        record.sequence = self.state.sequence_after(record, self.at)
        record.modified = self.at
        record.changed_by = self.origin

    def delete_record(self, record: Record, name: str) -> None:
        """Take a record out of the file and remember that it was there."""
        self.state.leave(record)
        self.state.deleted.append(Deleted(record.type, record.id, record.created, self.at, name))


LOCK_MESSAGES = {
    3170: (
        "There was an error when modifying a record.  QuickBooks error message: The list has been "
        "modified by another user."
    ),
    3175: "The object is in use and cannot be changed: another user has it open.",
    3176: (
        "The related object could not be locked.  QuickBooks error message: The internals could "
        "not be locked.  They are in use by another user."
    ),
    3180: (
        "There was an error when saving a record.  QuickBooks error message: Failed to acquire the "
        "lock: the list element is in use."
    ),
}

Rule = Callable[[Turn, dict[str, Any]], Answered]
