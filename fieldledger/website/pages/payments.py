"""Taking a payment for an invoice, and making one void."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Invoice, Method, Payment
from fieldledger.office.services import Refused, create_payment, pay_and_keep_the_rest, void_payment
from fieldledger.sync.content import Kind
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.records import the_record
from fieldledger.website.pages.voiding import make_void, question_shown
from fieldledger.website.templatetags.fieldledger import money

FIELDS: Final = ("amount", "date", "method", "reference")


@page(Right.SEE_MONEY, Right.TAKE_PAYMENTS, methods=("GET", "POST"))
def new_payment(request: PageRequest, guid: UUID) -> HttpResponse:
    """Take a payment for an invoice."""
    invoice = the_record(Invoice, request, guid, "client")
    if request.method != "POST":
        values = {
            "amount": f"{invoice.balance:.2f}",
            "date": timezone.localdate().isoformat(),
            "method": Method.CHECK.value,
            "reference": "",
            "keep_rest": False,
        }
        return _form(request, Form(values=values), invoice)
    form = Form(values=typed(request.POST, FIELDS, ticks=("keep_rest",)))
    values = {name: form.values[name] for name in FIELDS} | {"invoice": invoice.guid}
    asked: dict[str, Any] = {
        "business": request.business,
        "values": values,
        "now": timezone.now(),
        "actor": request.actor,
    }
    try:
        made = create_payment(**asked)
    except Refused as refused:
        if not (form.values["keep_rest"] and refused.errors.keys() == {"amount"}):
            return _form(request, form.refused(refused.errors), invoice)
        try:
            made = pay_and_keep_the_rest(**asked)
        except Refused as again:
            return _form(request, form.refused(again.errors), invoice)
        messages.success(request, f"{money(made.amount)} is recorded; the rest is kept unapplied.")
        return redirect("deposit", made.guid)
    messages.success(request, f"A payment of {money(made.amount)} is recorded.")
    return redirect("invoice", invoice.guid)


@page(Right.VOID, methods=("GET", "POST"))
def void(request: PageRequest, guid: UUID) -> HttpResponse:
    """Ask whether the payment is to be void, and make it so."""
    payment = the_record(Payment, request, guid, "invoice__client", "client")
    refusals: list[str] = []
    if request.method == "POST":
        try:
            name = f"The payment of {money(payment.amount)}"
            make_void(request, Kind.PAYMENT, void_payment, payment, name=name)
        except Refused as refused:
            refusals = [each for sentences in refused.errors.values() for each in sentences]
        else:
            if payment.invoice is None:
                return redirect("deposit", payment.guid)
            return redirect("invoice", payment.invoice.guid)
    shown = {**question_shown(request, Kind.PAYMENT, payment), "refusals": refusals}
    return render(request, "payments/void.html", shown, status=422 if refusals else 200)


def _form(request: PageRequest, form: Form, invoice: Invoice) -> HttpResponse:
    shown = {"form": form, "invoice": invoice, "methods": Method.choices}
    return render(request, "payments/new.html", shown, status=422 if form.is_wrong else 200)
