"""Name the bank deposit because of which QuickBooks refuses to change or to delete a payment.

A payment that was taken to the bank is in a deposit there, and cannot be changed before it is taken
out of that (Onscreen Reference). The refusal does not say which deposit it is, and a payment does
not know it either: the deposits of its time are asked for, once after each refusal, when nothing is
left to be written (DepositQuery with its lines, qbXML 13.0 schema).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from fieldledger.office.models import Payment
from fieldledger.qbxml.objects import DepositQuery, TxnDateRangeFilter
from fieldledger.qbxml.reading import Answer, Record
from fieldledger.qbxml.writing import Request
from fieldledger.quickbooks.bank_deposit_row import BankDeposit
from fieldledger.quickbooks.closed_period import CLOSED_CODES
from fieldledger.quickbooks.context import Context
from fieldledger.quickbooks.entries import add_lines
from fieldledger.quickbooks.entry_rows import EntryRow
from fieldledger.quickbooks.message_sets import Document
from fieldledger.quickbooks.models import Connection, MessageSet, SyncEntry
from fieldledger.sync.content import Kind, State
from fieldledger.sync.outcomes import Outcome, Refused
from fieldledger.sync.words import explain

DEPOSITS: Final = "bank_deposits"  # Instead of a list's name, in what a request is for.
IN_DEPOSIT: Final = "in_bank_deposit"
ASKED_AT_ONCE: Final = 5
# Money is taken to the bank within days; a date on a deposit may be a little wrong, too.
BEFORE: Final = dt.timedelta(days=7)
AFTER: Final = dt.timedelta(days=92)
_INCLUDE: Final = (
    "TxnID",
    "TxnDate",
    "DepositToAccountRef",
    "Memo",
    "DepositTotal",
    "DepositLineRet",
)


def note(connection: Connection, entry: EntryRow, operation: str, outcome: Outcome) -> None:
    """Have the deposits asked for, if QuickBooks refused to change or delete a payment it has."""
    if entry.kind != Kind.PAYMENT or operation == "add" or entry.state != State.FAILED:
        return
    if isinstance(outcome, Refused) and outcome.code not in CLOSED_CODES:
        BankDeposit.objects.update_or_create(
            entry_id=entry.pk,
            defaults={"connection": connection, "is_asked": False, "quickbooks_id": ""},
        )


def left(connection: Connection) -> int:
    """Return how many payments' deposits are still to be asked for."""
    return BankDeposit.objects.filter(connection=connection, is_asked=False).count()


def next_document(connection: Connection, context: Context) -> Document | None:
    """Return the document that asks for the deposits of a few payments' time; None without any."""
    rows = BankDeposit.objects.filter(connection=connection, is_asked=False)
    keys = dict(rows.order_by("pk").values_list("entry_id", "entry__record_id")[:ASKED_AT_ONCE])
    if not keys:
        return None
    dates = dict(Payment.objects.filter(pk__in=keys.values()).values_list("pk", "date"))
    nonce = context.new_nonce()
    requests, content = [], []
    for entry, record in keys.items():
        at = dates[record]
        span = TxnDateRangeFilter(from_txn_date=at - BEFORE, to_txn_date=at + AFTER)
        body = DepositQuery(
            txn_date_range_filter=span, include_line_items=True, include_ret_element=_INCLUDE
        )
        request_id = f"deposits:{entry}:{nonce}"
        requests.append(Request(request_id=request_id, body=body))
        content.append({"r": request_id, "list": DEPOSITS, "e": entry})
    return Document(purpose=MessageSet.Purpose.READ, requests=requests, content=content)


def take(
    connection: Connection,
    content: Sequence[Mapping[str, Any]],
    answers: Sequence[Answer],
    now: dt.datetime,
) -> None:
    """Name the deposits that were found; what QuickBooks does not tell is not asked for again."""
    by_id = {each.request_id: each for each in answers}
    for asked in content:
        answer = by_id.get(asked["r"])
        row = BankDeposit.objects.filter(entry=asked["e"], connection=connection).first()
        if row is None:
            continue
        row.is_asked = True
        entry = SyncEntry.objects.get(pk=asked["e"])
        found = _deposit_with(entry.quickbooks_id, answer.records if answer is not None else ())
        if found is not None:
            _read(row, found)
        row.save()
        if found is not None and entry.state == State.FAILED:
            _name(entry, row, now)


def _deposit_with(payment: str, deposits: Sequence[Record]) -> Record | None:
    for each in deposits:
        if any(line.text("TxnID") == payment for line in each.children("DepositLineRet")):
            return each
    return None


def _read(row: BankDeposit, found: Record) -> None:
    row.quickbooks_id = found.text("TxnID") or ""
    date = found.text("TxnDate")
    row.date = dt.date.fromisoformat(date) if date else None
    row.account = (found.text("DepositToAccountRef/FullName") or "")[:159]
    row.memo = (found.text("Memo") or "")[:4095]
    row.total = found.money("DepositTotal")


def _name(entry: SyncEntry, row: BankDeposit, now: dt.datetime) -> None:
    explained = explain(IN_DEPOSIT, name=f"the payment “{entry.title}”", deposit=called(row))
    entry.code, entry.message = IN_DEPOSIT, explained.sentence
    SyncEntry.objects.filter(pk=entry.pk).update(
        code=entry.code, message=entry.message, updated_at=now
    )
    add_lines([(entry.pk, entry.state, "", entry.message)], now=now)  # Failed it was before.


def called(row: BankDeposit) -> str:
    """Return what a sentence calls a deposit: "the deposit of 2026-05-12 to Checking, 250.00"."""
    parts = [f"of {row.date:%Y-%m-%d}" if row.date else "", f"to {row.account}"]
    total = f", {row.total:,.2f} in all" if row.total is not None else ""
    memo = f" (“{row.memo}”)" if row.memo else ""
    return f"the deposit {' '.join(filter(None, parts))}{total}{memo}"


def deposit_of(connection: Connection, entry: SyncEntry | None) -> str:
    """Return the deposit that a payment was in when it was last asked for; "" if in none known."""
    if entry is None:
        return ""
    row = BankDeposit.objects.filter(connection=connection, entry=entry).first()
    return called(row) if row is not None and row.quickbooks_id else ""
