"""Letting a credit memo, or a part of it, go to an invoice of its client, and taking it off again.

The credit memo's row is locked before the invoice's: so two people who use it at the same moment
cannot spend it twice. It is a change of the invoice, for there QuickBooks keeps it.
"""

from datetime import datetime

from fieldledger.accounts.services import THE_SYSTEM, audit
from fieldledger.office.fields import Values
from fieldledger.office.models import Credit
from fieldledger.office.refusals import refusal
from fieldledger.office.services.applying import read_use
from fieldledger.office.services.credits import locked_credit
from fieldledger.office.services.records import atomically, save_changes


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
    left, called = current.balance, f"credit memo {current.number}:"
    use = read_use(values, current, left=left, called=called)
    if not use.change:
        return current
    current.applications.update_or_create(invoice=use.invoice, defaults={"amount": use.amount})
    current.applied += use.change
    current.save(update_fields=["applied"])
    save_changes(
        use.invoice,
        {"paid": use.invoice.paid + use.change},
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
        details={"invoice": str(use.invoice.guid), "amount": f"{use.amount:.2f}"},
    )
    return current
