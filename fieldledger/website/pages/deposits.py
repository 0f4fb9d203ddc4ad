"""Deposits: taking money without an invoice, and applying it to invoices later."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Client, Invoice, Method, Payment
from fieldledger.office.services import Refused, apply_deposit, create_deposit
from fieldledger.quickbooks import services
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.records import connection_in_use, the_record, with_quickbooks
from fieldledger.website.templatetags.fieldledger import money

_FIELDS: Final = ("amount", "date", "method", "reference")
_OFFERED: Final = 50  # Open invoices to choose from, the oldest first.
_LISTED_MAX: Final = 200


@page(Right.SEE_MONEY)
def deposits(request: PageRequest) -> HttpResponse:
    """Show the deposits of which something is left, the oldest first."""
    rows = Payment.objects.filter(
        business=request.business,
        client__isnull=False,
        voided_at=None,
        applied__lt=F("amount"),
    ).select_related("client")
    found = list(rows.order_by("date", "pk")[: _LISTED_MAX + 1])
    connection = connection_in_use(request)
    shown = {
        "rows": with_quickbooks(request, "payment", found[:_LISTED_MAX], connection),
        "more": len(found) > _LISTED_MAX,
        "with_state": connection is not None,
    }
    return render(request, "payments/deposits.html", shown)


@page(Right.SEE_MONEY, Right.TAKE_PAYMENTS, methods=("GET", "POST"))
def new_deposit(request: PageRequest, guid: UUID) -> HttpResponse:
    """Take money of a client without an invoice."""
    client = the_record(Client, request, guid)
    if request.method != "POST":
        values = {
            "amount": "",
            "date": timezone.localdate().isoformat(),
            "method": Method.CHECK.value,
            "reference": "",
        }
        return _new(request, Form(values=values), client)
    form = Form(values=typed(request.POST, _FIELDS))
    try:
        made = create_deposit(
            business=request.business,
            values=form.values | {"client": client.guid},
            now=timezone.now(),
            actor=request.actor,
        )
    except Refused as refused:
        return _new(request, form.refused(refused.errors), client)
    messages.success(request, f"A deposit of {money(made.amount)} is recorded.")
    return redirect("deposit", made.guid)


@page(Right.SEE_MONEY)
def deposit(request: PageRequest, guid: UUID) -> HttpResponse:
    """Show a deposit, what of it went where, and the invoices it may go to."""
    return _shown(request, _the_deposit(request, guid))


@page(Right.SEE_MONEY, Right.TAKE_PAYMENTS, methods=("POST",))
def apply(request: PageRequest, guid: UUID) -> HttpResponse:
    """Let some of a deposit go to an invoice, or take it off."""
    record = _the_deposit(request, guid)
    form = Form(values=typed(request.POST, ("invoice", "amount")))
    try:
        apply_deposit(deposit=record, values=form.values, now=timezone.now(), actor=request.actor)
    except Refused as refused:
        return _shown(request, record, form.refused(refused.errors))
    messages.success(request, "Saved.")
    return redirect("deposit", guid)


@page(Right.QUEUE, methods=("POST",))
def sync_deposit(request: PageRequest, guid: UUID) -> HttpResponse:
    """Send a deposit to QuickBooks, with what it is applied to."""
    record = _the_deposit(request, guid)
    connection = connection_in_use(request)
    if connection is None:
        messages.error(request, "Switch QuickBooks Desktop on in the Feature Center first.")
        return redirect("deposit", guid)
    (result,) = services.sync(
        connection,
        invoices=[],
        payments=[record.guid],
        actor=request.actor,
        now=timezone.now(),
    )
    if result.result == "refused":
        messages.error(request, result.reason)
    else:
        messages.success(request, result.reason or "The deposit is queued.")
    return redirect("deposit", guid)


def _the_deposit(request: PageRequest, guid: UUID) -> Payment:
    """Return a deposit.

    :raises Http404: also for a payment for an invoice, which has no page of its own.
    """
    record = the_record(Payment, request, guid, "client")
    if not record.is_deposit:
        raise Http404
    return record


def _shown(request: PageRequest, record: Payment, form: Form | None = None) -> HttpResponse:
    applications = record.applications.filter(amount__gt=0).select_related("invoice")
    open_ones = Invoice.objects.filter(
        business=request.business, client=record.client, voided_at=None, paid__lt=F("total")
    )
    offered = list(open_ones.order_by("date", "pk")[:_OFFERED])
    if form is None:
        first = offered[0] if offered else None
        usual = min(record.unapplied, first.balance) if first else record.unapplied
        form = Form(values={"invoice": str(first.guid) if first else "", "amount": f"{usual:.2f}"})
    connection = connection_in_use(request)
    shown: dict[str, Any] = {
        "deposit": record,
        "applications": list(applications),
        "offered": [
            (str(each.guid), f"{each.number}: {money(each.balance)} owed") for each in offered
        ],
        "form": form,
        "place": with_quickbooks(request, "payment", [record], connection)[0][1],
    }
    status = 422 if form.is_wrong else 200
    return render(request, "payments/deposit.html", shown, status=status)


def _new(request: PageRequest, form: Form, client: Client) -> HttpResponse:
    shown = {"form": form, "client": client, "methods": Method.choices}
    status = 422 if form.is_wrong else 200
    return render(request, "payments/new_deposit.html", shown, status=status)
