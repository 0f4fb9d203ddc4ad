"""What a record says here, what QuickBooks took of it last, and what QuickBooks has: side by side.

What QuickBooks took is told from the fingerprints of it (sync.written): whatever would be named in
a change today is another since, and then the last document says what it was, while it is kept.
What QuickBooks has is what it said when it was looked at last (watching.py).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from fieldledger.qbxml.reading import read_request
from fieldledger.qbxml.writing import CannotBeWritten, Request, write_message_set
from fieldledger.quickbooks import linking_credits, sending
from fieldledger.quickbooks.drift_row import Drift
from fieldledger.quickbooks.entry_rows import EntryRow, by_keys
from fieldledger.quickbooks.message_sets import VERSION, text_of
from fieldledger.quickbooks.models import (
    Connection,
    MessageSet,
    QuickBooksRecord,
    Session,
    SyncEntry,
)
from fieldledger.sync import drift, written
from fieldledger.sync.content import Kind, State

_LIST_ID: Final = re.compile(r"<ListID>([^<]+)</ListID>")
_ID: Final = "x:1"
_OF_WHAT_IS_APPLIED: Final = ("left_differs", "accepted")  # A payment differs by that, at first.

_VOID: Final = drift.Row(
    what="Void",
    here="Yes",
    sent="No",
    there=None,
    is_changed_here=True,
    is_other=False,
    is_changed_there=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """A record as we would send it now, and as QuickBooks took it, as far as that is known."""

    now: drift.Fields
    sent: drift.Fields
    is_undone: bool = False  # It is void here, and QuickBooks is to make it so.


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """The three columns of one entry, for a page or a program."""

    rows: Sequence[drift.Row]
    seen_at: datetime | None = None  # When QuickBooks was looked at; None: never.
    changed_at: str = ""  # There, in QuickBooks' words.
    is_open: bool = False  # Somebody changed it there, and nobody has decided yet.
    decided_at: datetime | None = None
    decided_by: str = ""

    @property
    def is_undone(self) -> bool:
        """Whether it is void here, and QuickBooks does not know that yet."""
        return list(self.rows) == [_VOID]

    @property
    def differing(self) -> Sequence[drift.Row]:
        """The rows in which not all say the same, as far as that is known."""
        return [
            each
            for each in self.rows
            if each.is_other or each.is_changed_there or each.is_changed_here
        ]

    @property
    def changed_on_both(self) -> Sequence[str]:
        """The fields that were changed here and there."""
        return [each.what for each in self.rows if each.is_changed_here and each.is_changed_there]


def columns_of(connection: Connection, entry: SyncEntry) -> Columns | None:
    """Return the three columns of what is in QuickBooks; None for what never was, or was deleted.

    Without a look at QuickBooks the third one is empty.
    """
    if not entry.quickbooks_id or entry.state in {State.GONE, State.SENDING, State.CHECKING}:
        return None
    sides = sides_of(connection, by_keys(connection.pk, [entry.pk])).get(entry.pk)
    if sides is None:
        return None
    if sides.is_undone:
        is_known = entry.synced_revision >= entry.record_revision
        return None if is_known else Columns(rows=[_VOID])
    looked = Drift.objects.filter(entry=entry).exclude(what=Drift.What.CONDENSED).first()
    credits_ = linking_credits.credits_row(connection, entry)
    others = [credits_] if credits_ is not None else []
    if looked is None or (entry.synced_at is not None and looked.seen_at < entry.synced_at):
        return Columns(rows=[*drift.unseen(sides.now, sides.sent), *others])
    kept = drift.load(looked.sent)
    rows = drift.compare(sides.now, {**kept, **sides.sent}, drift.load(looked.there))
    return Columns(
        rows=[*rows, *others],
        seen_at=looked.seen_at,
        changed_at=looked.changed_at,
        is_open=looked.what == Drift.What.CHANGED and looked.decided_at is None,
        decided_at=looked.decided_at,
        decided_by=looked.decided_by,
    )


def sides_shape(connection: Connection, guid: UUID) -> list[dict[str, Any]]:
    """Return the fields in which the three sides do not all say the same, for a program.

    :raises SyncEntry.DoesNotExist: if the connection has no such entry.
    """
    found = columns_of(connection, SyncEntry.objects.get(connection=connection, guid=guid))
    return [
        {
            "field": each.what,
            "here": each.here,
            "sent": each.sent,
            "in_quickbooks": each.there,
            "changed_here": each.is_changed_here,
            "changed_in_quickbooks": each.is_changed_there,
        }
        for each in (found.differing if found else ())
    ]


def sides_of(connection: Connection, entries: Sequence[EntryRow]) -> dict[int, Sides]:
    """Return {entry: what it says here and what QuickBooks took of it}."""
    times = {
        key: (sent_at, synced_at)
        for key, sent_at, synced_at in SyncEntry.objects.filter(
            pk__in=[each.pk for each in entries]
        ).values_list("pk", "sent_at", "synced_at")
    }
    bodies = sending.bodies_now(connection, entries)
    found = {}
    for entry in entries:
        body, noted = bodies.get(entry.pk, (None, {}))
        if entry.void_there or noted.get("op") in {"void", "delete"}:
            found[entry.pk] = Sides(now={}, sent={}, is_undone=True)
        else:
            found[entry.pk] = _sides(connection, entry, body, noted, times[entry.pk])
    return found


def _sides(
    connection: Connection,
    entry: EntryRow,
    body: Any,
    noted: Mapping[str, Any],
    times: tuple[datetime | None, datetime | None],
) -> Sides:
    now = _fields(connection, entry.kind, body)
    if body is None and "left" in noted:  # Its invoice is gone: it is applied to nothing there.
        left = Decimal(noted["left"])
        now = {drift.UNAPPLIED: drift.unapplied_field(left)}
    is_unchanged = entry.record_revision == entry.synced_revision
    changed: set[str] = set()
    if entry.written and noted.get("op") == "mod" and entry.kind != Kind.PAYMENT:
        part = written.leave_unchanged(body, entry.written)
        changed = set(_fields(connection, entry.kind, part))
    elif not is_unchanged:
        changed = set(now)
    sent = {what: each for what, each in now.items() if what not in changed}
    row: Mapping[str, Any] = {}
    # Of what cannot be written now, for what it names is gone, nothing else says what it was.
    is_asked_for = changed or not is_unchanged or body is None
    last = _last_document(connection, entry, *times) if is_asked_for else None
    if last is not None:
        row = next(each for each in last.content if each["e"] == entry.pk)
        request = read_request(text_of(last), str(row["r"]))
        if request is not None:
            named = drift.read(entry.kind, request, _names(connection, text_of(last)))
            sent |= {what: each for what, each in named.items() if what not in sent}
            if row["op"] == "add":  # Then nothing was said of what it does not name.
                sent |= {what: drift.nothing(what) for what in changed if what not in sent}
    ours = noted.get("total")
    if ours:
        now = {**now, drift.TOTAL: drift.total_field(Decimal(ours))}
    total = row.get("total") or (ours if is_unchanged else None)
    if drift.UNAPPLIED in sent and entry.differs_by and is_of_what_is_applied(entry):
        left = Decimal(sent[drift.UNAPPLIED].says["UnusedPayment"])
        sent[drift.UNAPPLIED] = drift.unapplied_field(left + entry.differs_by, ours=left)
    elif total:
        amount = Decimal(total)
        answered = amount + (entry.differs_by or Decimal(0))
        sent[drift.TOTAL] = drift.total_field(answered, ours=amount)
    return Sides(now=now, sent=sent)


def is_of_what_is_applied(entry: EntryRow | SyncEntry) -> bool:
    """Whether a payment differs by what goes to no invoice, and not by its total."""
    return entry.kind == Kind.PAYMENT and entry.code in _OF_WHAT_IS_APPLIED


def _last_document(
    connection: Connection, entry: EntryRow, sent_at: datetime | None, synced_at: datetime | None
) -> MessageSet | None:
    """Return the document that QuickBooks took last, while it is kept."""
    if sent_at is None or synced_at is None or synced_at < sent_at:
        return None
    began = Session.objects.filter(connection=connection, opened_at__lte=sent_at)
    sets = MessageSet.objects.filter(
        session=began.order_by("-pk").first(), purpose=MessageSet.Purpose.WRITE, sent_at=sent_at
    )
    return next(
        (each for each in sets if any(row["e"] == entry.pk for row in each.content)),
        None,
    )


def _fields(connection: Connection, kind: Kind, body: Any) -> dict[str, drift.Field]:
    if body is None:
        return {}
    try:
        text = write_message_set([Request(request_id=_ID, body=body)], version=VERSION)
    except CannotBeWritten:
        return {}
    request = read_request(text, _ID)
    return {} if request is None else drift.read(kind, request, _names(connection, text))


def _names(connection: Connection, text: str) -> dict[str, str]:
    """Return what the records of lists that a document names are called in QuickBooks."""
    ids = set(_LIST_ID.findall(text))
    names = dict(
        QuickBooksRecord.objects.filter(connection=connection, list_id__in=ids).values_list(
            "list_id", "full_name"
        )
    )
    ours = SyncEntry.objects.filter(connection=connection, quickbooks_id__in=ids)
    return {**names, **dict(ours.values_list("quickbooks_id", "quickbooks_name"))}
