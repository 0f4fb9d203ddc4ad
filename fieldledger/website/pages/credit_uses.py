"""Applying a credit memo to an invoice of its client, and taking it off again."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.fields import guid as read_guid
from fieldledger.office.models import Credit, Invoice
from fieldledger.office.services import Refused, apply_credit
from fieldledger.quickbooks.linking_credits import is_applied_there
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.records import connection_in_use, the_record, with_quickbooks
from fieldledger.website.templatetags.fieldledger import money

_OFFERED: Final = 50  # Open invoices to choose from, the oldest first.


def use_of(request: PageRequest, record: Credit, form: Form | None = None) -> dict[str, Any]:
    """Return what a credit memo's page says of the invoices that it goes to, and may go to."""
    applications = list(record.applications.filter(amount__gt=0).select_related("invoice"))
    taken = [each.invoice_id for each in applications]
    open_ones = Invoice.objects.filter(
        business=request.business, client=record.client, voided_at=None, paid__lt=F("total")
    ).exclude(pk__in=taken)
    offered = list(open_ones.order_by("date", "pk")[:_OFFERED])
    wanted = read_guid(form.values["invoice"] if form else request.GET.get("invoice", ""))
    came_from = open_ones.filter(guid=wanted).first() if wanted else None
    if came_from is not None and came_from not in offered:
        offered.insert(0, came_from)
    if form is None:
        first = came_from or (offered[0] if offered else None)
        usual = min(record.balance, first.balance) if first else record.balance
        values = {
            "invoice": str(first.guid) if first else "",
            "amount": f"{usual:.2f}",
            "came_from": str(came_from.guid) if came_from else "",
        }
        form = Form(values=values)
    connection = connection_in_use(request)
    bills = with_quickbooks(request, "invoice", [each.invoice for each in applications], connection)
    return {
        "applications": [(each, its) for each, (_, its) in zip(applications, bills, strict=True)],
        "offered": [
            (str(each.guid), f"{each.number}: {money(each.balance)} owed") for each in offered
        ],
        "form": form,
    }


def apply_typed(request: PageRequest, record: Credit) -> tuple[Form | None, HttpResponse | None]:
    """Let some of a credit memo go to an invoice, as typed; return the form if it was refused."""
    form = Form(values=typed(request.POST, ("invoice", "amount", "came_from")))
    named = read_guid(form.values["invoice"])
    rows = record.applications.filter(invoice__guid__in=[named] if named else [], amount__gt=0)
    before = rows.first()
    if before is not None:
        sentence = f"{before.amount:,} of it goes to this invoice already; take that off first."
        return form.refused({"invoice": [sentence]}), None
    try:
        apply_credit(credit=record, values=form.values, now=timezone.now(), actor=request.actor)
    except Refused as refused:
        return form.refused(refused.errors), None
    made = rows.select_related("invoice").first()
    if made is None:
        return form.refused({"amount": ["Enter an amount over zero."]}), None
    goes = f"{money(made.amount)} of credit memo {record.number} goes to"
    said = f"{goes} invoice {made.invoice.number}."
    if connection_in_use(request) is not None:
        said += " QuickBooks hears of it when you choose Sync to QuickBooks on the invoice."
    messages.success(request, said)
    if form.values["came_from"] == str(made.invoice.guid):
        return None, redirect("invoice", made.invoice.guid)
    return None, redirect("credit", record.guid)


@page(Right.SEE_MONEY, Right.TAKE_PAYMENTS, methods=("GET", "POST"))
def take_off(request: PageRequest, guid: UUID) -> HttpResponse:
    """Ask whether a credit memo is to go to the named invoice no more, and make it so."""
    record = the_record(Credit, request, guid, "client")
    named = read_guid(request.GET.get("invoice", ""))
    rows = record.applications.filter(invoice__guid__in=[named] if named else [], amount__gt=0)
    found = rows.select_related("invoice").first()
    if found is not None and request.method == "POST":
        values = {"invoice": found.invoice.guid, "amount": "0"}
        try:
            apply_credit(credit=record, values=values, now=timezone.now(), actor=request.actor)
        except Refused as refused:  # Somebody changed it since the page was opened.
            messages.error(request, str(refused))
        else:
            goes = f"{money(found.amount)} of credit memo {record.number} goes"
            messages.success(request, f"{goes} to invoice {found.invoice.number} no more.")
    if request.method == "POST":
        return redirect("credit", record.guid)
    connection = connection_in_use(request)
    shown = {
        "credit": record,
        "found": found,
        "is_there": connection is not None
        and found is not None
        and is_applied_there(connection, found.invoice_id),
    }
    return render(request, "credits/take_off.html", shown)
