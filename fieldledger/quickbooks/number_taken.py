"""An invoice's number is looked for in QuickBooks before the invoice goes there as new.

Nothing in the qbXML 13.0 schema keeps two invoices from having one number, and whether QuickBooks'
own warning of duplicates holds for programs is not documented. So an invoice that somebody entered
there by hand would stand there twice. What is found under the number and is none of ours stops
ours; a person then says what is to become of it: see linking_invoice.py.

A session looks for each number once, right before the invoice goes, by one query for many.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Case, Value, When

from fieldledger.qbxml.reading import Record
from fieldledger.quickbooks.entry_rows import EntryRow, pending_after
from fieldledger.quickbooks.models import RANK, Connection, MessageSet, Session, SyncEntry
from fieldledger.quickbooks.taken_number_row import TakenNumber
from fieldledger.sync.content import Kind, State
from fieldledger.sync.fields import INVOICE_NUMBER_MAX, write_identifier
from fieldledger.sync.naming import CannotBeSent, fold
from fieldledger.sync.words import explain

LOOKED_FOR: Final = "number_looked_up"  # Pending, and looked for by its number alone.
TAKEN: Final = "number_taken"
CHANGED: Final = "number_changed"  # It was taken, and the invoice has another one since.
LOOKED_FOR_MAX: Final = 50
LINES_MAX: Final = 200  # Of the other invoice, to be shown.
_ASKED: Final = "QuickBooks is asked whether it has an invoice of this number already."
_TEXT_MAX: Final = 500
_AMOUNT_MAX: Final = Decimal(10) ** 13


def begin(
    connection: Connection, session: Session, entries: Sequence[EntryRow], *, now: datetime
) -> bool:
    """Let the numbers of new invoices be looked for that this session has not; whether it must.

    `entries` are what was about to be sent; others that wait behind them are looked for with them.
    What is looked for again anyway, because an earlier session has not found it, is so by all that
    tells it, and not by its number alone.
    """
    first = next((each for each in entries if _is_to_be_looked_for(each, session.pk)), None)
    if first is None:
        return False
    waiting = pending_after(
        connection.pk,
        session_id=session.pk,
        rank=first.rank,
        key=first.pk - 1,
        at_most=LOOKED_FOR_MAX,
    )
    keys = [each.pk for each in waiting if _is_to_be_looked_for(each, session.pk)]
    SyncEntry.objects.filter(pk__in=keys).update(
        look_first=True,
        code=Case(When(looked_in=0, then=Value(LOOKED_FOR)), default=Value("")),
        message=_ASKED,
        updated_at=now,
    )
    return True


def _is_to_be_looked_for(entry: EntryRow, session_id: int) -> bool:
    return (
        entry.rank == RANK[Kind.INVOICE]
        and not entry.quickbooks_id
        and not entry.void_there
        and entry.number_free_in != session_id
        and bool(number_of(entry.title))
    )


def number_of(title: str) -> str:
    """Return an invoice's number as QuickBooks has it; "" for one that it cannot have."""
    try:
        return write_identifier(title, INVOICE_NUMBER_MAX, "number")
    except CannotBeSent:
        return ""


class Numbers:
    """What a look says of the numbers of invoices that QuickBooks is to get as new."""

    def __init__(self, connection: Connection, look: MessageSet, found: Sequence[Record]) -> None:
        self._connection, self._look, self._found = connection, look, found
        self._looked_for: list[int] = []
        self._unfound: list[SyncEntry] = []
        self._others: dict[int, Record] = {}

    def compare(self, entries: Iterable[tuple[SyncEntry, Record | None]]) -> None:
        """Find what has the number of one of these; each comes with what has its mark, if any."""
        invoices = [each for each in entries if each[0].kind == Kind.INVOICE]
        self._looked_for = [entry.pk for entry, _ in invoices]
        self._unfound = [
            entry for entry, record in invoices if record is None and not entry.void_there
        ]
        self._others = _others(self._connection, self._unfound, self._found)

    def refuses(self, entry: SyncEntry) -> bool:
        """Stop an entry whose number another one has: a person says what is so."""
        record = self._others.get(entry.pk)
        if record is not None:
            _refuse(entry, record)
        return record is not None

    def save(self, now: datetime) -> None:
        """Keep what has the numbers of some; note that others may go in the look's session.

        If it was asked for the numbers they have: somebody may have given one another since.
        """
        asked = {fold(each) for noted in self._look.content for each in noted.get("numbers", ())}
        for entry in self._unfound:
            if entry.state == State.PENDING and fold(number_of(entry.title)) in asked:
                entry.number_free_in = self._look.session_id
        if self._looked_for:
            TakenNumber.objects.filter(entry__in=self._looked_for).delete()
        TakenNumber.objects.bulk_create(
            _row(key, record, now) for key, record in self._others.items()
        )


def _others(
    connection: Connection, entries: Iterable[SyncEntry], found: Sequence[Record]
) -> dict[int, Record]:
    """Return {entry: the invoice in QuickBooks that has its number and is none of ours}.

    One of ours that was given another number here keeps its old one there until its change goes.
    """
    wanted = {each.pk: fold(number) for each in entries if (number := number_of(each.title))}
    numbers = set(wanted.values())
    same = [
        each
        for each in found
        if each.type == "InvoiceRet"
        and each.text("CustomerRef/FullName") is not None
        and fold(each.text("RefNumber") or "") in numbers
    ]
    if not same:
        return {}
    ours = SyncEntry.objects.filter(connection=connection, rank=RANK[Kind.INVOICE])
    ids = [each.text("TxnID") or "" for each in same]
    linked = set(ours.filter(quickbooks_id__in=ids).values_list("quickbooks_id", flat=True))
    marks = {mark for each in same if (mark := _mark(each)) is not None}
    known = set(ours.filter(record_guid__in=marks).values_list("record_guid", flat=True))
    foreign: dict[str, Record] = {}
    for each in same:
        if each.text("TxnID") not in linked and _mark(each) not in known:
            foreign.setdefault(fold(each.text("RefNumber") or ""), each)
    return {key: foreign[number] for key, number in wanted.items() if number in foreign}


def _mark(record: Record) -> UUID | None:
    """Return which record of ours QuickBooks' record was made for; None if for none."""
    try:
        return UUID(record.text("ExternalGUID") or "")
    except ValueError:
        return None


def _refuse(entry: SyncEntry, record: Record) -> None:
    entry.state, entry.code, entry.look_first, entry.number_free_in = State.FAILED, TAKEN, False, 0
    total, date = _total(record), record.date("TxnDate")
    said = [f"dated {date}"] if date else []
    said += [f"over {total:,.2f}"] if total is not None else []
    entry.message = explain(
        TAKEN,
        name=f"the invoice “{entry.title}”",
        number=record.text("RefNumber") or entry.title,
        customer=_short(record.text("CustomerRef/FullName")),
        there=", ".join(said),
    ).sentence


def give_another(entry: SyncEntry, number: str) -> str:
    """Note that an invoice whose number was taken has this one now; return what to say of it."""
    said = explain(CHANGED, number=number).sentence
    SyncEntry.objects.filter(pk=entry.pk).update(code=CHANGED, message=said)
    TakenNumber.objects.filter(entry=entry.pk).delete()
    return said


def _row(key: int, record: Record, now: datetime) -> TakenNumber:
    return TakenNumber(
        entry_id=key,
        quickbooks_id=(record.text("TxnID") or "")[:36],
        edit_sequence=(record.text("EditSequence") or "")[:16],
        number=(record.text("RefNumber") or "")[:21],
        customer=(record.text("CustomerRef/FullName") or "")[:209],
        date=record.date("TxnDate"),
        subtotal=_amount(record, "Subtotal"),
        tax=_amount(record, "SalesTaxTotal"),
        total=_total(record),
        lines=[_line(each) for each in record.children("InvoiceLineRet")[:LINES_MAX]],
        seen_at=now,
    )


def _total(record: Record) -> Decimal | None:
    subtotal = _amount(record, "Subtotal")
    return None if subtotal is None else subtotal + (_amount(record, "SalesTaxTotal") or Decimal(0))


def _amount(record: Record, path: str) -> Decimal | None:
    value = record.money(path)
    return value if value is not None and abs(value) < _AMOUNT_MAX else None


def _line(line: Record) -> dict[str, Any]:
    paths = {"item": "ItemRef/FullName", "description": "Desc"}
    paths |= {"quantity": "Quantity", "rate": "Rate", "amount": "Amount"}
    said = {name: _short(line.text(path)) for name, path in paths.items()}
    if not said["rate"] and (percent := _short(line.text("RatePercent"))):
        said["rate"] = f"{percent} %"
    return said


def _short(text: str | None) -> str:
    return (text or "")[:_TEXT_MAX]
