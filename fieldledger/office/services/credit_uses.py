"""Letting a credit memo, or a part of it, go to an invoice of its client, and taking it off again.

The credit memo's row is locked before the invoice's: so two people who use it at the same moment
cannot spend it twice. It is a change of the invoice, for there QuickBooks keeps it.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from fieldledger.accounts.services import THE_SYSTEM, audit
from fieldledger.office.fields import Values, number, read_values
from fieldledger.office.models import ZERO, Credit, CreditApplication, Invoice
from fieldledger.office.money import MONEY_MAX
from fieldledger.office.refusals import Refused, refusal
from fieldledger.office.services.credits import locked_credit
from fieldledger.office.services.records import Draft, atomically, save_changes
from fieldledger.office.services.references import References

_read_amount: Final = number("The amount", places=2, least=ZERO, most=MONEY_MAX)


@atomically
def apply_credit(
    *, credit: Credit, values: Values, now: datetime, actor: str = THE_SYSTEM
) -> Credit:
    """Let `amount` of a credit memo go to `invoice`, in place of what went there; 0 takes it off.

    :raises Refused: if it is more than the credit memo, or the invoice, has left, the invoice is
        void or another client's, or the credit memo is void.
    """
    current = locked_credit(credit)
    if current.voided:
        raise refusal("credit", f"Credit memo {current.number} is void; nothing is left of it.")
    draft = Draft({})
    draft.values.update(
        read_values({"amount": _read_amount}, {"amount": values.get("amount")}, draft.errors)
    )
    named = values.get("invoice")
    invoice = References(Invoice, current.business, [named], locked=True).find(named)
    if invoice is None:
        draft.refuse("invoice", "Choose the invoice.")
    if draft.errors or invoice is None:
        raise Refused(draft.errors)
    amount = Decimal(str(draft.values["amount"]))
    found = CreditApplication.objects.filter(credit=current, invoice=invoice).first()
    before = found.amount if found is not None else ZERO
    _check(draft, current, invoice, amount=amount, before=before)
    if draft.errors:
        raise Refused(draft.errors)
    if amount == before:
        return current
    CreditApplication.objects.update_or_create(
        credit=current, invoice=invoice, defaults={"amount": amount}
    )
    current.applied += amount - before
    current.save(update_fields=["applied"])
    save_changes(
        invoice,
        {"paid": invoice.paid + amount - before},
        business=current.business,
        kind="invoice",
        now=now,
        actor=actor,
        action="apply credit to",
    )
    audit(
        business=current.business,
        actor=actor,
        action="apply credit",
        subject=str(current.guid),
        now=now,
        details={"invoice": str(invoice.guid), "amount": f"{amount:.2f}"},
    )
    return current


def _check(
    draft: Draft, credit: Credit, invoice: Invoice, *, amount: Decimal, before: Decimal
) -> None:
    if not amount:
        return  # To take it off an invoice is always allowed.
    left, owed = credit.balance + before, invoice.balance + before
    if invoice.client_id != credit.client_id:
        draft.refuse("invoice", f"Invoice {invoice.number} is another client's.")
    elif invoice.voided:
        draft.refuse("invoice", f"Invoice {invoice.number} is void; nothing is owed on it.")
    elif amount > left:
        draft.refuse(
            "amount",
            f"The amount {amount:,} is more than is left of credit memo {credit.number}: {left:,}.",
        )
    elif amount > owed:
        draft.refuse(
            "amount",
            f"The amount {amount:,} is more than the balance: on invoice {invoice.number}"
            f" {owed:,} is still owed.",
        )
