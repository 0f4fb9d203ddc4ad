"""What the judge lets off because a person must act first, and whether it is really so."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from fieldledger.office.models import Credit, Invoice, Payment, Refund
from fieldledger.proving.world import credit_links
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.quickbooks.voided import LEFT_THERE
from fieldledger.simulator.company import Company
from fieldledger.simulator.state import Record
from fieldledger.sync.content import Kind, State

MadeFor = Mapping[str, tuple[int, UUID]]

# An amount that there is no room for; an invoice or credit memo that something is applied to.
_NO_ROOM: Final = frozenset({"3210", "3185", "3160"})
_USES: Final = {
    "ReceivePayment": Payment,
    "Check": Refund,
    "CreditMemo": Credit,
    "Invoice": Invoice,
}
# An entry in one of these has asked a person, or is to be asked for by one.
_ASKS: Final = frozenset(
    {
        State.FAILED,
        State.HELD,
        State.IGNORED,
        State.GONE,
        # A payment made void: it goes when somebody asks, and its invoice's void after it.
        State.CHANGED,
        State.CHANGED_IN_QUICKBOOKS,
    }
)


def asked_of(entry: SyncEntry) -> SyncEntry | None:
    """Return what a person is asked about before an entry can go, itself where it waits for none.

    None if nobody is: what it waits for is on its way, cancelled, or waits for it.
    """
    seen = {entry.pk}
    while entry.state == State.WAITING:
        if entry.waiting_on is None or entry.waiting_on.pk in seen:
            return None
        entry = entry.waiting_on
        seen.add(entry.pk)
    return entry if entry.state in _ASKS else None


def is_filled_by_others(
    entry: SyncEntry | None,
    company: Company,
    made_for: MadeFor,
    by_hand: Collection[credit_links.Pair],
) -> bool:
    """Whether QuickBooks refuses an entry for what is applied there, and we can take nothing off.

    Such are payments that people entered, credits that they applied, what we do not know any more
    since our database was restored, and what QuickBooks is to keep. They leave no room for what we
    send (3210), and some QuickBooks void or delete no invoice that has a payment (3185, 3160): a
    person must act there.
    """
    asked = asked_of(entry) if entry is not None else None
    if asked is None or asked.state != State.FAILED or asked.code not in _NO_ROOM:
        return False
    state = company.state
    filled = _filled(asked)
    return any(
        _is_beyond_us(of[1], state.records[use], made_for, by_hand)
        for record in state.records.values()
        if (of := made_for.get(record.origin.request_id)) is not None and of[1] in filled
        for use in state.applied.get(record.id, ())
    )


def _filled(entry: SyncEntry) -> set[UUID]:
    """Return the invoices and credit memos whose room an entry needs."""
    match entry.kind:
        case Kind.PAYMENT:
            payment = Payment.objects.get(pk=entry.record_id)
            bills = [payment.invoice] if payment.invoice else _applied_to(payment)
            return {each.guid for each in bills}
        case Kind.REFUND:
            return {Refund.objects.select_related("credit").get(pk=entry.record_id).credit.guid}
        case Kind.INVOICE:
            memos = credit_links.rests_on(Invoice.objects.get(pk=entry.record_id))
            return {entry.record_guid, *(each.guid for each in memos)}
        case _:
            return {entry.record_guid}


def _is_beyond_us(
    filled: UUID, use: Record, made_for: MadeFor, by_hand: Collection[credit_links.Pair]
) -> bool:
    """Whether what is applied is not ours, not known here any more, or there by a person's will."""
    of = made_for.get(use.origin.request_id)
    if of is None or not use.origin.set_id:
        return True
    if (filled, of[1]) in by_hand or (of[1], filled) in by_hand:
        return True
    rows = _USES[use.type]._default_manager.filter(guid=of[1])  # noqa: SLF001 - Django's documented API.
    is_left = SyncEntry.objects.filter(record_guid=of[1], code=LEFT_THERE).exists()
    return is_left or not rows.exists()


def _applied_to(deposit: Payment) -> list[Invoice]:
    """Return the invoices that a deposit goes to, or went to."""
    return [each.invoice for each in deposit.applications.select_related("invoice")]


def rests_on(record: Any) -> set[UUID]:
    """Return the records of ours that must be in QuickBooks for this one to be, itself included."""
    match record:
        case Invoice() | Credit():
            items = {each.item.guid for each in record.lines.select_related("item") if each.item}
            found = {record.guid, record.client.guid, *items}
            memos = credit_links.rests_on(record) if isinstance(record, Invoice) else []
            return found.union(*map(rests_on, memos))
        case Refund():
            return {record.guid} | rests_on(record.credit)
        case Payment():
            invoices = [record.invoice] if record.invoice else _applied_to(record)
            return {record.guid, record.payer.guid}.union(*map(rests_on, invoices))
        case _:
            return {record.guid}
