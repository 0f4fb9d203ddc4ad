"""Taking payments, changing them, making them void.

An invoice's `paid` is changed under its row's lock, in the transaction that changes the payment:
two people who take the last balance at the same moment cannot both have it.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import THE_SYSTEM, audit
from fieldledger.office.fields import (
    Reader,
    Values,
    choice,
    day,
    guid,
    number,
    optional_text,
    text,
)
from fieldledger.office.models import (
    EXTERNAL_ID_LENGTH_MAX,
    REFERENCE_LENGTH_MAX,
    ZERO,
    Invoice,
    Method,
    Payment,
)
from fieldledger.office.money import CENT, MONEY_MAX
from fieldledger.office.refusals import Refused, refusal
from fieldledger.office.services.records import (
    EXTERNAL_ID_TAKEN,
    Draft,
    atomically,
    note_made,
    outcomes,
    read_drafts,
    refuse_taken,
    save_changes,
    the_one,
)
from fieldledger.office.services.references import References

# In an invoice's trail; it is no change of what the invoice says.
DEPOSIT_APPLIED: Final = "apply deposit to invoice"

PAYMENT_READERS: Final[dict[str, Reader]] = {
    "invoice": lambda value: value,  # Found, and locked, for all payments together.
    "amount": number("The amount", places=2, least=CENT, most=MONEY_MAX),
    "date": day("The date"),
    "method": choice("The method", Method.values),
    "reference": text("The reference", REFERENCE_LENGTH_MAX),
    "external_id": optional_text("The external id", EXTERNAL_ID_LENGTH_MAX),
}


def create_payment(
    *, business: Business, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Payment:
    """Take a payment for an invoice, at most its balance.

    :raises Refused: if something is wrong with `values`.
    """
    return the_one(create_payments(business=business, many=[values], now=now, actor=actor))


@atomically
def create_payments(
    *, business: Business, many: Sequence[Values], now: datetime, actor: str = THE_SYSTEM
) -> list[Payment | Refused]:
    """Take up to 500 payments; return in their order each payment, or why it was refused."""
    drafts = read_drafts(PAYMENT_READERS, many, required=["invoice", "amount", "date"])
    named = [draft.values["invoice"] for draft in drafts]
    invoices = References(Invoice, business, named, locked=True)
    refuse_taken(
        drafts,
        "external_id",
        model=Payment,
        business=business,
        sentence=EXTERNAL_ID_TAKEN.format(kind="payment"),
    )
    payments = []
    paid_now: dict[int, Invoice] = {}
    for draft in drafts:
        invoice = _invoice_of(draft, invoices)
        if draft.errors or invoice is None:
            continue
        amount = Decimal(str(draft.values["amount"]))
        if not _fits(draft, invoice, amount, invoice.balance):
            continue
        invoice.paid += amount
        paid_now[invoice.pk] = invoice
        values = draft.values | {"invoice": invoice}
        payments.append(Payment(business=business, created_at=now, updated_at=now, **values))
    Invoice.objects.bulk_update(paid_now.values(), ["paid"])
    made = Payment.objects.bulk_create(payments)
    note_made(business=business, kind="payment", records=made, now=now, actor=actor)
    return outcomes(drafts, made)


@atomically
def update_payment(
    *, payment: Payment, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Payment:
    """Change what `values` names of a payment; return it as it is now.

    It stays with its invoice: for another one, void it and take it anew. A deposit goes to
    invoices by apply_deposit alone.

    :raises Refused: if something is wrong with `values`, or the payment is void.
    """
    current = _locked(payment)
    if current.voided:
        raise refusal("payment", "This payment is void; it can't be changed.")
    named = dict(values)
    invoice = current.invoice
    elsewhere = "invoice" in named and _names_another(named.pop("invoice"), invoice)
    drafts = read_drafts(PAYMENT_READERS, [named], required=[])
    refuse_taken(
        drafts,
        "external_id",
        model=Payment,
        business=current.business,
        sentence=EXTERNAL_ID_TAKEN.format(kind="payment"),
        own_pk=current.pk,
    )
    (draft,) = drafts
    if elsewhere:
        draft.refuse(
            "invoice",
            f"This payment is for invoice {invoice.number}; void it and take it anew"
            " for another invoice."
            if invoice is not None
            else "This payment is a deposit: apply it to invoices on its page.",
        )
    amount = Decimal(str(draft.values.get("amount", current.amount)))
    if invoice is not None:
        _fits(draft, invoice, amount, invoice.balance + current.amount)
    elif amount < current.applied:
        draft.refuse(
            "amount",
            f"The amount {amount:,} is less than the {current.applied:,} applied to invoices;"
            " take some of it off an invoice first.",
        )
    if draft.errors:
        raise Refused(draft.errors)
    if invoice is not None:
        add_to_paid(invoice, amount - current.amount)
    save_changes(
        current,
        draft.values,
        business=current.business,
        kind="payment",
        now=now,
        actor=actor,
    )
    return current


@atomically
def void_payment(*, payment: Payment, now: datetime, actor: str = THE_SYSTEM) -> Payment:
    """Make a payment void: its invoices are owed again; doing it twice is once."""
    current = _locked(payment)
    if current.voided:
        return current
    if current.invoice is not None:
        add_to_paid(current.invoice, -current.amount)
    else:
        _take_off(current, now=now, actor=actor)
    save_changes(
        current,
        {"voided_at": now, "applied": ZERO},
        business=current.business,
        kind="payment",
        now=now,
        actor=actor,
        action="void",
    )
    return current


def _locked(payment: Payment) -> Payment:
    """Return a payment with its invoice, both locked: the invoice first, as everybody does.

    Of a deposit only itself, before any invoice that it goes to.
    """
    if payment.invoice_id is None:
        return locked_deposit(payment)
    # As in `locked_credit`, nothing is joined that may change.
    invoice = Invoice.objects.select_for_update(of=["self"], no_key=True).select_related("business")
    locked_invoice = invoice.get(payments=payment.pk)
    current = Payment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    current.invoice = locked_invoice
    current.business = locked_invoice.business
    return current


def _invoice_of(draft: Draft, invoices: References[Invoice]) -> Invoice | None:
    value = draft.values["invoice"]
    invoice = invoices.find(value)
    if value is None or value == "":
        draft.refuse("invoice", "The invoice is missing.")
    elif invoice is None:
        draft.refuse("invoice", "There is no invoice with this id.")
    elif invoice.voided:
        draft.refuse("invoice", f"Invoice {invoice.number} is void; nothing is owed on it.")
    return invoice


def locked_deposit(payment: Payment) -> Payment:
    """Return a deposit, its row locked, with its business."""
    rows = Payment.objects.select_for_update(of=["self"], no_key=True)
    return rows.select_related("business").get(pk=payment.pk)


def note_on_invoice(
    deposit: Payment, invoice: Invoice, amount: Decimal, *, now: datetime, actor: str
) -> None:
    """Note in an invoice's trail what of a deposit goes to it from now on."""
    audit(
        business=deposit.business,
        actor=actor,
        action=DEPOSIT_APPLIED,
        subject=str(invoice.guid),
        now=now,
        details={"deposit": str(deposit.guid), "amount": f"{amount:.2f}"},
    )


def _take_off(deposit: Payment, *, now: datetime, actor: str) -> None:
    """Take a locked deposit off every invoice that it goes to."""
    applications = deposit.applications.filter(amount__gt=0)
    amounts = dict(applications.values_list("invoice_id", "amount"))
    locked = Invoice.objects.select_for_update(no_key=True).filter(pk__in=amounts)
    for invoice in locked.order_by("pk"):
        add_to_paid(invoice, -amounts[invoice.pk])
        note_on_invoice(deposit, invoice, ZERO, now=now, actor=actor)
    applications.update(amount=ZERO)


def _names_another(value: object, invoice: Invoice | None) -> bool:
    named = value.guid if isinstance(value, Invoice) else guid(value)
    return named != (invoice.guid if invoice is not None else None)


def _fits(draft: Draft, invoice: Invoice, amount: Decimal, balance: Decimal) -> bool:
    """Return whether the payment is at most `balance`; refuse it else."""
    if amount <= balance:
        return True
    owed = f"{balance:,} is still owed" if balance else "nothing is owed any more"
    draft.refuse(
        "amount",
        f"The amount {amount:,} is more than the balance: on invoice {invoice.number} {owed}.",
    )
    return False


def add_to_paid(invoice: Invoice, amount: Decimal) -> None:
    """Change what is paid of a locked invoice."""
    if amount != ZERO:
        invoice.paid += amount
        invoice.save(update_fields=["paid"])
