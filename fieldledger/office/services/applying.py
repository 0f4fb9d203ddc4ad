"""What deposits and credit memos have in common: some of one goes to an invoice of its client.

Whose money it is is locked before the invoice is: two people who use it at the same moment cannot
spend it twice.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from fieldledger.office.fields import Values, number, read_values
from fieldledger.office.models import ZERO, Credit, Invoice, Payment
from fieldledger.office.money import MONEY_MAX
from fieldledger.office.refusals import Refused
from fieldledger.office.services.records import Draft
from fieldledger.office.services.references import References

_read_amount: Final = number("The amount", places=2, least=ZERO, most=MONEY_MAX)


@dataclass(frozen=True, slots=True)
class Use:
    """How much is to go to an invoice, whose row is locked, in place of what went there before."""

    invoice: Invoice
    amount: Decimal
    before: Decimal

    @property
    def change(self) -> Decimal:
        """How much more of it goes there from now on; less than nothing where it comes off."""
        return self.amount - self.before


def read_use(values: Values, money: Payment | Credit, *, left: Decimal, called: str) -> Use:
    """Return what `values` ask of a deposit or a credit memo of which so much is left.

    `called` ends the sentence that more is asked than is left, up to the amount that is.

    :raises Refused: if it is more than `money` or the invoice has left, or the invoice is void,
        another client's, or none.
    """
    draft = Draft({})
    draft.values.update(
        read_values({"amount": _read_amount}, {"amount": values.get("amount")}, draft.errors)
    )
    named = values.get("invoice")
    invoice = References(Invoice, money.business, [named], locked=True).find(named)
    if invoice is None:
        draft.refuse("invoice", "Choose the invoice.")
    if draft.errors or invoice is None:
        raise Refused(draft.errors)
    found = money.applications.filter(invoice=invoice).first()
    before = found.amount if found is not None else ZERO
    use = Use(invoice, Decimal(str(draft.values["amount"])), before)
    if use.amount:  # To take it off an invoice is always allowed.
        _check(draft, use, money, left=left + before, called=called)
    if draft.errors:
        raise Refused(draft.errors)
    return use


def _check(draft: Draft, use: Use, money: Payment | Credit, *, left: Decimal, called: str) -> None:
    invoice, amount = use.invoice, use.amount
    owed = invoice.balance + use.before
    if invoice.client_id != money.client_id:
        draft.refuse("invoice", f"Invoice {invoice.number} is another client's.")
    elif invoice.voided:
        draft.refuse("invoice", f"Invoice {invoice.number} is void; nothing is owed on it.")
    elif amount > left:
        draft.refuse("amount", f"The amount {amount:,} is more than is left of {called} {left:,}.")
    elif amount > owed:
        draft.refuse(
            "amount",
            f"The amount {amount:,} is more than the balance: on invoice {invoice.number}"
            f" {owed:,} is still owed.",
        )
