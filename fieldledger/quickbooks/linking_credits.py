"""Credit memos applied to invoices in QuickBooks: look, set what is missing, look again.

The rules are fieldledger.sync.credit_links'. An invoice whose credits are still to be set, or to be
looked at, stays in the queue: its links are read in the session in which it is sent, for only then
is nothing set that is there already. What was lost is looked at like any change.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from fieldledger.office.models import Credit, CreditApplication
from fieldledger.qbxml.objects import InvoiceMod, SetCredit
from fieldledger.qbxml.reading import Record
from fieldledger.quickbooks.contents import entries_of, is_there
from fieldledger.quickbooks.entries import adjust_active, tell
from fieldledger.quickbooks.entry_rows import EntryRow
from fieldledger.quickbooks.linked_credits_row import LinkedCredits
from fieldledger.quickbooks.models import RANK, Connection, Session, SyncEntry
from fieldledger.quickbooks.prechecking import TO_GO
from fieldledger.sync import drift, written
from fieldledger.sync.content import Kind, State
from fieldledger.sync.credit_links import (
    NOT_ASKED,
    CreditPart,
    Next,
    Step,
    agree,
    applied_credits,
    next_step,
    numbers_of_credits,
)
from fieldledger.sync.words import explain

CODE: Final = "credits_looked_up"
APPLIED: Final = "credits_applied"
_LOOKED_AT: Final = "What credit memos pay of it is looked up in QuickBooks."
_MEMO_CAME: Final = "Its credit memo is in QuickBooks anew; what of it goes here is looked up."

_Part = tuple[CreditPart, SyncEntry | None]  # And the credit memo's entry, if it has one.
Wait = Callable[[EntryRow, SyncEntry | None], Any]


class Linking:
    """The credits of the invoices that are about to be sent."""

    def __init__(
        self, connection: Connection, session: Session, entries: Sequence[EntryRow], *, wait: Wait
    ) -> None:
        self._session = session
        self._wait = wait
        self._parts = _parts_of(connection, [each.record_id for each in entries])
        self._rows = _rows_of(each.pk for each in entries)
        self._add_unknown(connection, entries)
        self._looks: list[EntryRow] = []

    def _add_unknown(self, connection: Connection, entries: Sequence[EntryRow]) -> None:
        """Add the credits that QuickBooks applies and that go to nothing here, as 0.

        Only a look after what we knew was lost keeps such a row open, and tells their numbers
        (take_look). A number proves nothing, so that one of them is only asked about.
        """
        rows = {
            each.record_id: row
            for each in entries
            if (row := self._rows.get(each.pk)) is not None and row.is_open and row.seen
        }
        memos = _known_memos(connection, {txn_id for row in rows.values() for txn_id in row.seen})
        ours = _numbers_not_there(connection, rows)
        for invoice, row in rows.items():
            parts = self._parts.get(invoice, [])
            known = {part.txn_id for part, _ in parts}
            for txn_id in row.seen.keys() - known:
                number = row.numbers.get(txn_id, "")
                if txn_id in memos:
                    memo, number = memos[txn_id]
                    part = CreditPart(number=number, amount=Decimal(0), txn_id=txn_id)
                    parts = [*parts, (part, memo)]
                elif number in ours.get(invoice, ()):
                    part = CreditPart(
                        number=number, amount=Decimal(0), txn_id=txn_id, is_known=False
                    )
                    parts = [*parts, (part, None)]
            if parts:
                self._parts[invoice] = parts

    def next_body(self, entry: EntryRow, whole: Any, noted: dict[str, Any]) -> Any:
        """Return what is sent of an invoice now: `whole`, or the change that sets a credit.

        None if nothing is: the entry then has its new state, or, still pending, is looked at first.
        """
        parts = self._parts.get(entry.record_id)
        if whole is None or noted["op"] not in {"add", "mod"}:
            return whole
        if not parts:
            self._close(entry)
            return whole
        row = self._rows.setdefault(entry.pk, LinkedCredits(entry_id=entry.pk))
        if noted["op"] == "add":
            # Whatever is known is of another one: this one has no credits yet.
            row.settled, row.seen, row.seen_in, row.taken = {}, {}, 0, []
            row.is_open = any(part.amount for part, _ in parts)
            row.save()
        elif agree([part for part, _ in parts], row.settled) and not row.is_open:
            return whole
        if noted["op"] == "add" or not written.is_unchanged(whole, entry.written):
            noted["credits"] = row.is_open or noted["op"] == "mod"
            return whole  # The credits come after it.
        if row.seen_in != self._session.pk:
            row.is_open = True
            row.save()
            self._looks.append(entry)
            return None
        return self._next(entry, whole, noted, row)

    def _close(self, entry: EntryRow) -> None:
        """Let it be at rest: no credit memo of ours, that is known by now, goes to it."""
        row = self._rows.get(entry.pk)
        if row is not None and row.is_open:
            row.is_open = False
            row.save()

    def _next(
        self, entry: EntryRow, whole: Any, noted: dict[str, Any], row: LinkedCredits
    ) -> InvoiceMod | None:
        parts = self._parts[entry.record_id]
        found = next_step([part for part, _ in parts], row.seen, row.taken)
        # What was seen is good for one step.
        row.seen_in, row.is_open = 0, found.step != Step.DONE
        if found.step == Step.DONE:
            row.settled = {part.txn_id: f"{part.amount:.2f}" for part, _ in parts if part.amount}
            row.taken = []
            noted["settled"] = _applied_words([part for part, _ in parts])
        elif found.step not in {Step.SEND, Step.WAIT}:
            row.taken = []
        row.save()
        if found.step == Step.DONE:
            body: InvoiceMod = whole
            return body
        assert found.part is not None
        if found.step == Step.SEND:
            noted |= {"credits": True, "set": found.part.txn_id, "w": entry.written}
            return InvoiceMod(
                txn_id=entry.quickbooks_id,
                edit_sequence=entry.edit_sequence,
                set_credit=(
                    SetCredit(credit_txn_id=found.part.txn_id, applied_amount=found.part.amount),
                ),
            )
        memo = next(memo for part, memo in parts if part == found.part)
        if found.step == Step.WAIT and memo is not None:
            self._wait(entry, memo)
        else:
            _fail(entry, found)
        return None

    def save(self, now: datetime) -> None:
        """Let those be looked at whose links are not known yet; they stay in the queue."""
        keys = [each.pk for each in self._looks]
        if keys:
            SyncEntry.objects.filter(pk__in=keys).update(
                look_first=True, code=CODE, message=_LOOKED_AT, updated_at=now
            )
            self._looks = []


def _fail(entry: EntryRow, found: Next) -> None:
    assert found.part is not None
    code = NOT_ASKED if found.step == Step.WAIT else found.step.value
    entry.state, entry.code, entry.said = State.FAILED, code, ""
    entry.message = explain(
        code,
        name=f"the invoice “{entry.title}”",
        number=found.part.number,
        there=f"{found.there:,.2f}",
        here=f"{found.part.amount:,.2f}",
    ).sentence


def _applied_words(parts: Sequence[CreditPart]) -> str:
    said = [f"{each.amount:,.2f} of credit memo {each.number}" for each in parts if each.amount]
    if not said:
        return "QuickBooks applies no credit memo of ours to it any more, as here."
    return f"QuickBooks applies {' and '.join(said)} to it, as here."


def _parts_of(connection: Connection, invoices: Sequence[int]) -> dict[int, list[_Part]]:
    """Return {invoice: what of which credit memo goes to it, or went}."""
    rows = list(
        CreditApplication.objects.filter(invoice__in=invoices)
        .select_related("credit")
        .order_by("pk")
    )
    if not rows:
        return {}
    memos = entries_of(connection, Kind.CREDIT, (each.credit_id for each in rows))
    found: dict[int, list[_Part]] = defaultdict(list)
    for each in rows:
        memo = memos.get(each.credit_id)
        txn_id = memo.quickbooks_id if is_there(memo) else ""
        part = CreditPart(number=each.credit.number, amount=each.amount, txn_id=txn_id)
        found[each.invoice_id].append((part, memo))
    return found


def _known_memos(
    connection: Connection, txn_ids: Collection[str]
) -> dict[str, tuple[SyncEntry, str]]:
    """Return which of these transactions are credit memos of ours, each with its number."""
    if not txn_ids:
        return {}
    memos = SyncEntry.objects.filter(
        connection=connection, rank=RANK[Kind.CREDIT], quickbooks_id__in=txn_ids
    ).order_by("pk")
    keys = [each.record_id for each in memos]
    numbers = dict(Credit.objects.filter(pk__in=keys).values_list("pk", "number"))
    return {each.quickbooks_id: (each, numbers.get(each.record_id, each.title)) for each in memos}


def _numbers_not_there(
    connection: Connection, rows: Mapping[int, LinkedCredits]
) -> dict[int, set[str]]:
    """Return {invoice: which numbers that its look told are its client's credit memos here}.

    Of those alone that are not in QuickBooks as far as we know.
    """
    numbers = {each for row in rows.values() for each in row.numbers.values()}
    if not numbers:
        return {}
    there = SyncEntry.objects.filter(connection=connection, rank=RANK[Kind.CREDIT]).exclude(
        quickbooks_id=""
    )
    found: dict[int, set[str]] = defaultdict(set)
    memos = Credit.objects.filter(client__invoices__in=list(rows), number__in=numbers)
    for invoice, number in memos.exclude(pk__in=there.values("record_id")).values_list(
        "client__invoices", "number"
    ):
        found[invoice].add(number)
    return found


def credits_to_send(connection: Connection, invoices: Sequence[UUID]) -> list[UUID]:
    """Return the credit memos that go to these invoices and that QuickBooks lacks, or a change."""
    rows = CreditApplication.objects.filter(invoice__guid__in=invoices, amount__gt=Decimal(0))
    memos = dict(rows.order_by("pk").values_list("credit_id", "credit__guid")) if invoices else {}
    entries = entries_of(connection, Kind.CREDIT, memos) if memos else {}
    return [
        guid for key, guid in memos.items() if key not in entries or entries[key].state in TO_GO
    ]


def credits_row(connection: Connection, entry: SyncEntry) -> drift.Row | None:
    """Return the row of the three columns for an invoice's credits, where they are not the same."""
    parts = _parts_of(connection, [entry.record_id]) if entry.kind == Kind.INVOICE else {}
    its = parts.get(entry.record_id, [])
    found = LinkedCredits.objects.filter(entry=entry).first()
    settled = found.settled if found is not None else {}
    if agree([part for part, _ in its], settled):
        return None
    sent = [(settled[part.txn_id], part.number) for part, _ in its if part.txn_id in settled]
    here = [(f"{part.amount:,.2f}", part.number) for part, _ in its if part.amount]
    return drift.Row(
        what="Credit memos",
        here=_listed(here),
        sent=_listed(sent),
        there=None,
        is_changed_here=True,
        is_other=False,
        is_changed_there=False,
    )


def _listed(parts: Iterable[tuple[str, str]]) -> str:
    return ", ".join(f"{amount} of {number}" for amount, number in parts) or "Nothing"


def is_applied_there(connection: Connection, invoice: int) -> bool:
    """Whether QuickBooks may apply a credit memo of ours to an invoice: it did, or was asked to."""
    rows = LinkedCredits.objects.filter(
        entry__connection=connection, entry__rank=RANK[Kind.INVOICE], entry__record_id=invoice
    )
    return any(each.settled or each.taken or each.is_open for each in rows)


def _rows_of(entries: Iterable[int]) -> dict[int, LinkedCredits]:
    keys = list(entries)
    if not keys:
        return {}
    return {each.entry_id: each for each in LinkedCredits.objects.filter(entry__in=keys)}


def note_taken(entry: EntryRow, noted: Mapping[str, Any]) -> None:
    """Keep an invoice that QuickBooks took in the queue while its credits are to be looked at."""
    if not noted.get("credits"):
        return
    row, _ = LinkedCredits.objects.get_or_create(entry_id=entry.pk)
    row.is_open, row.seen_in = True, 0
    if noted.get("set"):
        row.taken = [*row.taken, noted["set"]]
    row.save()
    entry.state, entry.look_first = State.PENDING, True
    entry.code, entry.message = CODE, _LOOKED_AT


def take_look(
    connection: Connection,
    session: int,
    found: Mapping[int, Record | None],
    lost: Collection[int] = (),
) -> set[int]:
    """Note which credits QuickBooks applies to invoices that a look has read.

    `found` is {entry: its record under its id}; None where that was not asked for or is not there.
    Of the `lost` among them nobody knows any more what was applied: our database was restored.
    Returned are those whose credits are not as they were, or still to be set.
    """
    open_ones = set()
    rows = _rows_of(found)
    known = _known_of(connection, rows)
    for key in set(lost) - rows.keys():
        if (record := found[key]) is not None and applied_credits(record):
            rows[key] = LinkedCredits(entry_id=key)
    for key, row in rows.items():
        record = found[key]
        if record is None:
            row.settled, row.seen, row.seen_in, row.taken, row.is_open = {}, {}, 0, [], True
        else:
            row.seen, row.seen_in = applied_credits(record), session
            is_unknown = key in lost and row.seen != row.settled
            if key in lost:
                row.numbers = numbers_of_credits(record)
            if is_unknown or _is_otherwise(row, row.seen, known.get(key, ())):
                row.settled, row.is_open = {}, True
        row.save()
        if row.is_open:
            open_ones.add(key)
    return open_ones


def is_unlinked(connection: Connection, entry: int, record: Record) -> bool:
    """Whether of an invoice that was just read another credit is applied than was settled."""
    if record.type != "InvoiceRet":
        return False
    rows = _rows_of([entry])
    known = _known_of(connection, rows)
    seen = applied_credits(record)
    return any(_is_otherwise(row, seen, known.get(entry, ())) for row in rows.values())


def _known_of(connection: Connection, entries: Collection[int]) -> dict[int, list[str]]:
    """Return {entry: the TxnIDs of the credit memos of ours that go to it, or went}."""
    keys = list(entries)
    if not keys:
        return {}
    invoices = dict(SyncEntry.objects.filter(pk__in=keys).values_list("record_id", "pk"))
    return {
        invoices[invoice]: [part.txn_id for part, _ in parts if part.txn_id]
        for invoice, parts in _parts_of(connection, list(invoices)).items()
    }


def _is_otherwise(row: LinkedCredits, seen: Mapping[str, str], known: Collection[str]) -> bool:
    """Whether QuickBooks applies another amount of one of ours than when it was settled last.

    What was taken off again is settled as nothing: an older file has it once more.
    """
    return any(seen.get(each) != row.settled.get(each) for each in {*row.settled, *known})


def wake(connection: Connection, memos: Sequence[int], now: datetime) -> None:
    """Look at the invoices at rest that these credit memos go to, which are in QuickBooks anew.

    `memos` are their primary keys; the caller saves the connection. One that was found again may
    go to an invoice there and not here.
    """
    if not memos:
        return
    rows = CreditApplication.objects.filter(credit__in=memos, amount__gt=Decimal(0))
    goes_to = Q(record_id__in=list(rows.values_list("invoice_id", flat=True)))
    found = entries_of(connection, Kind.CREDIT, memos).values()
    for txn_id in filter(None, (each.quickbooks_id for each in found)):
        goes_to |= Q(linked_credits__seen__has_key=txn_id)
    at_rest = SyncEntry.objects.filter(
        goes_to,
        connection=connection,
        rank=RANK[Kind.INVOICE],
        state__in=(State.SYNCED, State.DIFFERS),
    )
    keys = list(at_rest.values_list("pk", flat=True))
    if not keys:
        return
    LinkedCredits.objects.filter(entry__in=keys).update(is_open=True, seen_in=0)
    SyncEntry.objects.filter(pk__in=keys).update(
        state=State.PENDING, look_first=True, code=CODE, message=_MEMO_CAME, updated_at=now
    )
    adjust_active(connection.pk, len(keys))
    connection.active_count += len(keys)
    tell(((key, State.PENDING, "", _MEMO_CAME) for key in keys), now=now)
