"""Which payments go to which invoices: one to its own, a deposit to those it is applied to."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from fieldledger.office.models import Application, Invoice, Payment


def payments_of(invoices: Iterable[int]) -> list[tuple[int, Payment]]:
    """Return what goes to one of `invoices`, and deposits that once went: (key of invoice, it)."""
    ids = list(invoices)
    if not ids:
        return []
    own = Payment.objects.filter(invoice__in=ids).select_related("invoice").order_by("pk")
    applications = Application.objects.filter(invoice__in=ids).select_related("payment__client")
    return [
        *((each.invoice_id, each) for each in own if each.invoice_id is not None),
        *((each.invoice_id, each.payment) for each in applications),
    ]


def applications_of(payments: Iterable[Payment]) -> dict[int, list[Application]]:
    """Return {key of deposit: its applications, each with its invoice}."""
    ids = [each.pk for each in payments if each.is_deposit]
    found: dict[int, list[Application]] = defaultdict(list)
    if ids:
        for each in Application.objects.filter(payment__in=ids).select_related("invoice"):
            found[each.payment_id].append(each)
    return found


def invoices_of(payments: Sequence[Payment]) -> dict[int, list[Invoice]]:
    """Return {key of payment: the invoices that it goes to}."""
    applications = applications_of(payments)
    return {
        each.pk: [each.invoice]
        if each.invoice is not None
        else [part.invoice for part in applications.get(each.pk, ()) if part.amount]
        for each in payments
    }
