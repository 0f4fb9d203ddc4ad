"""An invoice sent by mail: whom to, what is said, and what became of it."""

from typing import Final
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Invoice
from fieldledger.office.services import Refused
from fieldledger.website.invoice_mail import (
    IN_TRAINING,
    NO_MAIL_SERVER,
    SUBJECT_LENGTH_MAX,
    VOID,
    send_invoice,
)
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.invoice_document import document_of
from fieldledger.website.pages.records import the_record
from fieldledger.website.templatetags.fieldledger import day, money

FIELDS: Final = ("to", "subject", "text")
_OLD_FORM: Final = (
    "This page was not whole, so nothing was sent. Look it over and press Send again."
)


@page(Right.EDIT_INVOICES, methods=("GET", "POST"))
def mail_invoice(request: PageRequest, guid: UUID) -> HttpResponse:
    """Ask for address and words, and send the invoice."""
    invoice = the_record(Invoice, request, guid, "business", "client", "tax_rate")
    if request.method != "POST":
        return _form(request, Form(values=_usual(invoice)), invoice, uuid4())
    form = Form(values=typed(request.POST, FIELDS))
    token = _token(request)
    if token is None:
        return _form(request, form.refused({"letter": [_OLD_FORM]}), invoice, uuid4())
    try:
        went_now = send_invoice(
            invoice=invoice,
            values=form.values,
            token=token,
            attachment=document_of(invoice),
            reply_to=request.user.email,
            now=timezone.now(),
            actor=request.actor,
        )
    except Refused as refused:
        return _form(request, form.refused(refused.errors), invoice, token)
    to = form.values["to"].strip()
    if went_now:
        messages.success(request, f"Invoice {invoice.number} is sent to {to}.")
    else:
        messages.info(request, f"This letter went to {to} already; it was not sent again.")
    return redirect("invoice", invoice.guid)


def _usual(invoice: Invoice) -> dict[str, str]:
    """Return what a letter says unless somebody changes it."""
    business, due = invoice.business.name, day(invoice.due_date) if invoice.due_date else ""
    subject = f"Invoice {invoice.number} from {business}"
    owed = [f"Total: {money(invoice.total)}"]
    if invoice.paid:
        credited = invoice.credited
        parts = (("Paid", invoice.paid - credited), ("Credit memos", credited))
        owed += [f"{words}: {money(amount)}" for words, amount in parts if amount]
        left = f"Still owed: {money(invoice.balance)}"
        owed.append(left if invoice.balance else "Nothing is owed on it any more.")
    if due and invoice.balance:
        owed.append(f"Due: {due}")
    paragraphs = [
        f"Hello {invoice.client.name},",
        f"here is invoice {invoice.number}, attached as a PDF.",
        "\n".join(owed),
        f"Thank you,\n{business}",
    ]
    return {
        "to": invoice.client.email,
        "subject": subject[:SUBJECT_LENGTH_MAX],
        "text": "\n\n".join(paragraphs),
    }


def _token(request: PageRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("token", ""))
    except ValueError:
        return None


def _form(request: PageRequest, form: Form, invoice: Invoice, token: UUID) -> HttpResponse:
    why_not = "" if settings.MAIL_SERVER_GIVEN else NO_MAIL_SERVER
    if invoice.business.is_training:
        why_not = IN_TRAINING
    if invoice.voided:
        why_not = VOID
    shown = {
        "form": form,
        "invoice": invoice,
        "token": token,
        # Said once: beside the form, or as what was wrong with it.
        "why_not": why_not,
        "is_said": why_not in form.general,
        "subject_length_max": SUBJECT_LENGTH_MAX,
    }
    return render(request, "invoices/mail.html", shown, status=422 if form.is_wrong else 200)
