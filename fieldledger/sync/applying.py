"""What of a payment goes to which invoice in QuickBooks."""

from decimal import Decimal

from fieldledger.qbxml.objects import AppliedToTxn
from fieldledger.sync.content import PaymentContent


def applied_to(
    content: PaymentContent, amount: Decimal, *, is_there: bool
) -> tuple[AppliedToTxn, ...]:
    """Return how a payment of `amount` is applied; nothing leaves it as the customer's credit.

    A change names all that it goes to: these take the place of what it had (Onscreen Reference,
    AppliedToTxnMod). Naming none would leave it as it is, so a deposit that is taken off its last
    invoice names that one with 0.00.
    """
    if not content.is_deposit:
        return (AppliedToTxn(txn_id=content.invoice_txn_id, payment_amount=amount),)
    applied = [each for each in content.applied if each[1]]
    if is_there and not applied:
        applied = list(content.applied[:1])
    return tuple(AppliedToTxn(txn_id=txn_id, payment_amount=part) for txn_id, part in applied)
