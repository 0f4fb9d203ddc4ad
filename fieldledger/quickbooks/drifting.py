"""What the nightly look at QuickBooks has found: changed there, gone, or as it was sent.

See watching.py for when and how it asks. What is found is written beside the entry, in its state
and in its timeline; nothing is sent by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import QuerySet

from fieldledger.qbxml.reading import Answer, Record
from fieldledger.quickbooks import linking_credits, reverifying, three_columns, verification
from fieldledger.quickbooks.drift_row import CHANGED_THERE, Drift
from fieldledger.quickbooks.entries import tell
from fieldledger.quickbooks.entry_rows import by_keys
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync import drift
from fieldledger.sync.content import State

WATCH: Final = "watch"  # Instead of a list's name, in what a document's requests are for.
AT_REST: Final = (State.SYNCED, State.DIFFERS, State.CHANGED, State.CHANGED_IN_QUICKBOOKS)
LOOKED_AT_AGAIN_MAX: Final = 500
_CONDENSED: Final = "condensed"  # In Connection.activity: when the company file was, if ever.


def take(
    connection: Connection,
    content: Sequence[Mapping[str, Any]],
    answers: Sequence[Answer],
    now: datetime,
) -> None:
    """Take what QuickBooks says; what it does not answer is left for the next night."""
    by_id = {each.request_id: each for each in answers}
    for asked in content:
        answer = by_id.get(asked["r"])
        told = answer is not None and answer.status.severity != "Error"
        records = answer.records if answer is not None and told else ()
        match asked["step"]:
            case "page":
                _take_page(connection, asked, records if told else None, now)
            case "whole":
                _take_whole(connection, asked, records if told else None, now)
            case _:
                _take_deleted(connection, asked, records if told else None, now)


def go_past(connection: Connection, content: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Go on after what QuickBooks refuses to tell."""
    take(connection, content, (), now)


def _by_id(records: Iterable[Record]) -> dict[str, Record]:
    return {
        key: record for record in records if (key := record.text("ListID") or record.text("TxnID"))
    }


def _take_page(
    connection: Connection,
    asked: Mapping[str, Any],
    records: Sequence[Record] | None,
    now: datetime,
) -> None:
    at = connection.watch
    known = asked["es"]
    suspects: list[int] = []
    missing: list[int] = []
    if records is not None:
        there = _by_id(records)
        for key, (quickbooks_id, edit_sequence) in known.items():
            record = there.get(quickbooks_id)
            if record is None:
                missing.append(int(key))
            elif edit_sequence and record.text("EditSequence") != edit_sequence:
                suspects.append(int(key))
    connection.watch = {
        **at,
        "rank": asked["rank"],
        "after": asked["last"],
        "read": at.get("read", 0) + len(known),
        "suspects": [*at.get("suspects", ()), *suspects],
    }
    _miss(connection, missing, now)


def _miss(connection: Connection, keys: Sequence[int], now: datetime) -> None:
    """Have what is not there looked for, or first find out whether a condensing took it out."""
    if not keys:
        return
    entries = SyncEntry.objects.filter(connection=connection, pk__in=keys, state__in=AT_REST)
    if connection.activity.get(_CONDENSED):
        unclear = list(entries.filter(rank__gt=2).values_list("pk", flat=True))
        at = connection.watch
        connection.watch = {**at, "missing": [*at.get("missing", ()), *unclear]}
        entries = entries.filter(rank__lte=2)
    _look_for(connection, entries, now)


def _look_for(connection: Connection, entries: "QuerySet[SyncEntry]", now: datetime) -> None:
    number = entries.count()
    if number:
        count(connection, gone=number)
        linked = entries.filter(code=verification.LINKED)
        reverifying.look_up(connection, linked, verification.LINKED, now)
        reverifying.look_up(connection, entries, verification.MISSING, now)


def _take_deleted(
    connection: Connection,
    asked: Mapping[str, Any],
    records: Sequence[Record] | None,
    now: datetime,
) -> None:
    left_over = [each for each in connection.watch.get("missing", ()) if each not in asked["keys"]]
    connection.watch = {**connection.watch, "missing": left_over}
    if records is None:
        return
    deleted = {record.text("TxnID") for record in records}
    entries = SyncEntry.objects.filter(
        connection=connection, pk__in=asked["keys"], state__in=AT_REST
    )
    _look_for(connection, entries.filter(quickbooks_id__in=deleted), now)
    for entry in entries.exclude(quickbooks_id__in=deleted):
        Drift.objects.update_or_create(
            entry=entry,
            defaults={
                "connection": connection,
                "what": Drift.What.CONDENSED,
                "sent": [],
                "there": [],
                "seen_at": now,
            },
        )


def _take_whole(
    connection: Connection,
    asked: Mapping[str, Any],
    records: Sequence[Record] | None,
    now: datetime,
) -> None:
    at = connection.watch
    keys = {int(each) for each in asked["es"]}
    wanted = set(at.get("asked", ())) & keys
    connection.watch = {
        **at,
        "suspects": [each for each in at.get("suspects", ()) if each not in keys],
        "asked": [each for each in at.get("asked", ()) if each not in keys],
    }
    if records is None:
        return
    there = _by_id(records)
    known = {each.entry_id: each for each in Drift.objects.filter(entry__in=keys)}
    entries = {
        each.pk: each
        for each in SyncEntry.objects.filter(connection=connection, pk__in=keys, state__in=AT_REST)
    }
    sides = three_columns.sides_of(connection, by_keys(connection.pk, sorted(entries)))
    missing, moved = [], []
    for key, entry in entries.items():
        record = there.get(entry.quickbooks_id)
        if record is None:
            missing.append(key)
        elif _is_ours(entry, record):
            look = _Look(entry, record, sides[key], known.get(key), is_asked=key in wanted)
            moved.append(look.settle(connection, now))
    _save(moved, now)
    linking_credits.look_at_open(connection, [each.pk for each, _ in moved], now)
    _miss(connection, missing, now)


def _is_ours(entry: SyncEntry, record: Record) -> bool:
    """Whether a record carries our mark; after a restore an id may be another one's."""
    mark = (record.text("ExternalGUID") or "").casefold()
    return entry.adopted or mark == f"{{{entry.record_guid}}}"


_Moved = tuple[SyncEntry, bool]  # And whether its timeline is to say so.


class _Look:
    """One record that was read whole, and what comes of it."""

    def __init__(
        self,
        entry: SyncEntry,
        record: Record,
        sides: three_columns.Sides,
        known: Drift | None,
        *,
        is_asked: bool,
    ) -> None:
        self._entry = entry
        self._record = record
        self._known = known
        self._is_asked = is_asked
        self._sent = {**sides.sent, **_figures_before(known)}
        self._answered = sides.sent.get(drift.TOTAL)
        self._there = drift.read(entry.kind, record, {})
        self._rows = drift.compare(sides.now, sides.sent, self._there)
        self._is_comparable = bool(sides.now or sides.sent) or sides.is_undone
        self._is_older = False

    def settle(self, connection: Connection, now: datetime) -> _Moved:
        """Write down what was found, in the entry, which the caller saves, and beside it."""
        if not self._is_comparable:
            # It cannot be written while a record that it names is gone: a later night compares it,
            # for the version that we know stays the one before.
            if self._is_asked:
                self._keep(connection, Drift.What.LOOKED, now)
            return self._entry, False
        changed = drift.changed_there(self._rows)
        entry, known = self._entry, self._known
        version = self._record.text("EditSequence") or entry.edit_sequence
        self._is_older = verification.is_older(version, entry.edit_sequence)
        entry.edit_sequence = version
        is_accepted = (
            known is not None
            and known.decided_at is not None
            and drift.load(known.there) == self._there
        )
        if changed and not is_accepted:
            self._keep(connection, Drift.What.CHANGED, now)
            count(connection, changed=1)
            return entry, self._say_changed(changed)
        if known is not None and known.what == Drift.What.CHANGED and not changed:
            known.delete()
            if entry.state == State.CHANGED_IN_QUICKBOOKS:
                entry.differs_by = None
                _rest(entry, "In QuickBooks it is again as it was sent.")
                return entry, True
        elif self._is_asked and not is_accepted:
            self._keep(connection, Drift.What.LOOKED, now)
        return entry, False

    def _keep(self, connection: Connection, what: Drift.What, now: datetime) -> None:
        Drift.objects.update_or_create(
            entry=self._entry,
            defaults={
                "connection": connection,
                "what": what,
                "sent": drift.dump(self._sent),
                "there": drift.dump(self._there),
                "changed_at": (self._record.text("TimeModified") or "")[:40],
                "seen_at": now,
                "decided_at": None,
                "decided_by": "",
            },
        )

    def _say_changed(self, changed: Sequence[str]) -> bool:
        """Say what somebody changed there; a change of ours that waits to be asked for stays so."""
        entry = self._entry
        before = entry.state, entry.message
        self._note_total()
        what = ", ".join(each[0].lower() + each[1:] for each in changed)
        sentence = f"Somebody changed it in QuickBooks: {what}. Nothing was overwritten."
        if self._is_older:
            sentence = (
                f"QuickBooks has an older version of it: {what}. The company file may be an older"
                " copy, or somebody changed it while that computer’s clock was behind. Nothing was"
                " overwritten."
            )
        if entry.state == State.CHANGED:
            entry.message = f"{sentence} It was changed here, too."
        else:
            entry.state, entry.code = State.CHANGED_IN_QUICKBOOKS, CHANGED_THERE
            entry.message = sentence
        return before != (entry.state, entry.message)

    def _note_total(self) -> None:
        """Know what QuickBooks has more than we sent, so that the reports do."""
        there = self._there.get(drift.TOTAL)
        if self._answered is None or there is None:
            return
        before = self._entry.differs_by or Decimal(0)
        if three_columns.is_of_what_is_applied(self._entry):
            before = Decimal(0)
        ours = Decimal(self._answered.says["TotalAmount"]) - before
        self._entry.differs_by = Decimal(there.says["TotalAmount"]) - ours


def _figures_before(known: Drift | None) -> drift.Fields:
    """Return QuickBooks' own figures as they were answered, or accepted since.

    From then on the entry tells by how much those that are there now differ.
    """
    if known is None or known.what != Drift.What.CHANGED:
        return {}
    kept = drift.load(known.sent if known.decided_at is None else known.there)
    return {what: each for what, each in kept.items() if what in drift.FIGURES}


def _rest(entry: SyncEntry, message: str) -> None:
    entry.state = State.DIFFERS if entry.differs else State.SYNCED
    if entry.record_revision > entry.synced_revision:
        entry.state = State.CHANGED
    entry.code, entry.message = "", message


def _save(moved: Sequence[_Moved], now: datetime) -> None:
    columns = ("state", "code", "message", "differs_by", "edit_sequence")
    update_many(
        SyncEntry,
        (*columns, "updated_at"),
        [
            (
                each.pk,
                *(getattr(each, name) for name in columns),
                now if is_told else each.updated_at,
            )
            for each, is_told in moved
        ],
    )
    tell(((each.pk, each.state, "", each.message) for each, is_told in moved if is_told), now=now)


def count(connection: Connection, **found: int) -> None:
    at = connection.watch
    counts = {key: at.get(key, 0) + number for key, number in found.items()}
    connection.watch = {**at, **counts}


def covered(connection: Connection) -> list[int]:
    """Return what nobody has decided about and a look-up or a change of ours has covered since."""
    found = Drift.objects.filter(
        connection=connection,
        what=Drift.What.CHANGED,
        decided_at=None,
        entry__state__in=(State.SYNCED, State.DIFFERS),
    )
    return list(found.order_by("pk").values_list("entry_id", flat=True)[:LOOKED_AT_AGAIN_MAX])
