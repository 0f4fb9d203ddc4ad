"""What has to change in QuickBooks before it takes what it has just refused as too much."""

from fieldledger.office.models import CreditApplication, Refund
from fieldledger.quickbooks.entry_rows import EntryRow
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.paid_invoices import payments_of
from fieldledger.sync.content import Kind, State


def payment_to_go_first(connection: Connection, entry: EntryRow, code: str) -> SyncEntry | None:
    """Return a payment or refund whose change makes room for what QuickBooks has refused.

    An invoice cannot come to less than what is applied to it (3210, Intuit's status code list),
    nor a credit memo to less than what was paid back of it; and no more of a credit memo goes to
    an invoice than is left of it.
    """
    if code != "3210" or not entry.quickbooks_id:
        return None
    refunds = Refund.objects.none()
    payments: set[int] = set()
    if entry.kind == Kind.CREDIT:
        refunds = Refund.objects.filter(credit=entry.record_id)
    elif entry.kind == Kind.INVOICE:
        payments = {payment.pk for _, payment in payments_of([entry.record_id])}
        applied = CreditApplication.objects.filter(invoice=entry.record_id, amount__gt=0)
        refunds = Refund.objects.filter(credit__in=applied.values("credit"))
    for kind, keys in (
        (Kind.PAYMENT, payments),
        (Kind.REFUND, set(refunds.values_list("pk", flat=True))),
    ):
        first = (
            SyncEntry.objects.filter(
                connection=connection, rank=RANK[kind], record_id__in=keys, state=State.PENDING
            )
            .exclude(quickbooks_id="")
            .first()
        )
        if first is not None:
            return first
    return None
