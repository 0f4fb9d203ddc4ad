"""What of a payment goes to which invoice in QuickBooks."""

from decimal import Decimal

from fieldledger.qbxml.objects import AppliedToTxn
from fieldledger.sync.content import Known, PaymentContent


def applied_to(
    content: PaymentContent, amount: Decimal, known: Known | None
) -> tuple[AppliedToTxn, ...]:
    """Return how a payment of `amount` is applied; nothing leaves it as the customer's credit.

    A change names all that it goes to: these take the place of what it had (Onscreen Reference,
    AppliedToTxnMod). Naming none would leave it as it is, so a deposit that goes to nothing here
    names with 0.00 what QuickBooks was seen to apply it to, or else the first that it went to.
    """
    if not content.is_deposit:
        return (AppliedToTxn(txn_id=content.invoice_txn_id, payment_amount=amount),)
    applied = [each for each in content.applied if each[1]]
    if known is not None and not applied:
        seen = [(txn_id, Decimal(0)) for txn_id in known.line_ids]
        applied = seen or list(content.applied[:1])
    return tuple(AppliedToTxn(txn_id=txn_id, payment_amount=part) for txn_id, part in applied)
