"""/invoices and /payments."""
# ruff: noqa: A002 - "id" is what the API calls it.

from typing import Final

from django.db.models import QuerySet
from django.http import HttpResponse
from ninja import Query, Router

from fieldledger.api.access import ApiRequest
from fieldledger.api.queries import InvoiceQuery, PaymentQuery
from fieldledger.api.records import (
    RecordKind,
    act,
    answer_one,
    answer_page,
    create,
    create_bulk,
    patch,
    today_of,
)
from fieldledger.api.shapes import (
    BulkIn,
    BulkOut,
    InvoiceIn,
    InvoiceOut,
    InvoicePage,
    InvoicePatch,
    PaymentIn,
    PaymentOut,
    PaymentPage,
    PaymentPatch,
)
from fieldledger.api.writing import invoice_json, payment_json
from fieldledger.office import queries
from fieldledger.office.fields import guid
from fieldledger.office.models import Invoice, Payment
from fieldledger.office.services import (
    create_invoices,
    create_payments,
    update_invoice,
    update_payment,
    void_invoice,
    void_payment,
)
from fieldledger.sync.content import Kind

router = Router(tags=["Invoices and payments"])


def _invoices() -> "QuerySet[Invoice]":
    return queries.with_lines(Invoice.objects.select_related("client", "tax_rate"))


def _payments() -> "QuerySet[Payment]":
    return Payment.objects.select_related("invoice__client", "client")


INVOICES: Final = RecordKind(
    kind=Kind.INVOICE,
    path="invoices",
    fields=frozenset(InvoiceIn.model_fields),
    rows=_invoices,
    create_many=create_invoices,
    update=update_invoice,
    write=lambda invoice, block, today: invoice_json(invoice, block, today=today),
)
PAYMENTS: Final = RecordKind(
    kind=Kind.PAYMENT,
    path="payments",
    fields=frozenset(PaymentIn.model_fields),
    rows=_payments,
    create_many=create_payments,
    update=update_payment,
    write=lambda payment, block, _today: payment_json(payment, block),
)


@router.get("/invoices", response=InvoicePage, operation_id="list_invoices")
def list_invoices(request: ApiRequest, query: Query[InvoiceQuery]) -> HttpResponse:
    """List invoices, newest first."""
    rows = queries.invoices(
        request.caller.business,
        today=today_of(request),
        q=query.q or "",
        state=query.money_state or "",
        external_id=query.external_id or "",
    )
    if query.number is not None:
        rows = rows.filter(number=query.number)
    if query.client is not None:
        wanted = guid(query.client)
        rows = rows.filter(client__guid=wanted) if wanted else rows.none()
    return answer_page(request, INVOICES, queries.with_lines(rows), query)


@router.post("/invoices", response={201: InvoiceOut}, operation_id="create_invoice")
def create_invoice(request: ApiRequest, body: InvoiceIn) -> HttpResponse:
    """Make an invoice; without a number it gets the next free one."""
    return create(request, INVOICES, body.named())


@router.post("/invoices/bulk", response=BulkOut, operation_id="create_invoices")
def create_invoices_in_bulk(request: ApiRequest, body: BulkIn) -> HttpResponse:
    """Make up to 500 invoices; each is made or refused by itself."""
    return create_bulk(request, INVOICES, body)


@router.get("/invoices/{id}", response=InvoiceOut, operation_id="get_invoice")
def get_invoice(request: ApiRequest, id: str) -> HttpResponse:
    """Read an invoice."""
    return answer_one(request, INVOICES, INVOICES.find(request, id))


@router.patch("/invoices/{id}", response=InvoiceOut, operation_id="change_invoice")
def change_invoice(request: ApiRequest, id: str, body: InvoicePatch) -> HttpResponse:
    """Change what is named of an invoice; `lines` replaces all lines."""
    return patch(request, INVOICES, id, body.named())


@router.post("/invoices/{id}/void", response=InvoiceOut, operation_id="void_invoice")
def void_one_invoice(request: ApiRequest, id: str) -> HttpResponse:
    """Make an invoice void; 409 while it has payments that are not."""
    return act(request, INVOICES, id, void_invoice)


@router.get("/payments", response=PaymentPage, operation_id="list_payments")
def list_payments(request: ApiRequest, query: Query[PaymentQuery]) -> HttpResponse:
    """List payments, newest first."""
    rows = queries.payments(
        request.caller.business, q=query.q or "", external_id=query.external_id or ""
    )
    if query.invoice is not None:
        wanted = guid(query.invoice)
        rows = rows.filter(invoice__guid=wanted) if wanted else rows.none()
    return answer_page(request, PAYMENTS, rows, query)


@router.post("/payments", response={201: PaymentOut}, operation_id="create_payment")
def create_payment(request: ApiRequest, body: PaymentIn) -> HttpResponse:
    """Take a payment for an invoice, at most its balance."""
    return create(request, PAYMENTS, body.named())


@router.post("/payments/bulk", response=BulkOut, operation_id="create_payments")
def create_payments_in_bulk(request: ApiRequest, body: BulkIn) -> HttpResponse:
    """Take up to 500 payments; each is taken or refused by itself."""
    return create_bulk(request, PAYMENTS, body)


@router.get("/payments/{id}", response=PaymentOut, operation_id="get_payment")
def get_payment(request: ApiRequest, id: str) -> HttpResponse:
    """Read a payment."""
    return answer_one(request, PAYMENTS, PAYMENTS.find(request, id))


@router.patch("/payments/{id}", response=PaymentOut, operation_id="change_payment")
def change_payment(request: ApiRequest, id: str, body: PaymentPatch) -> HttpResponse:
    """Change what is named of a payment; it stays with its invoice."""
    return patch(request, PAYMENTS, id, body.named())


@router.post("/payments/{id}/void", response=PaymentOut, operation_id="void_payment")
def void_one_payment(request: ApiRequest, id: str) -> HttpResponse:
    """Make a payment void: its invoice is owed again."""
    return act(request, PAYMENTS, id, void_payment)
