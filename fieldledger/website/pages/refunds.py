"""Paying money back out of a credit memo, and making that void."""

from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Credit, Method, Refund
from fieldledger.office.services import Refused, create_refund, void_refund
from fieldledger.sync.content import Kind
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.records import connection_in_use, the_record
from fieldledger.website.pages.voiding import make_void, question_shown
from fieldledger.website.templatetags.fieldledger import money

FIELDS: Final = ("amount", "date", "method", "reference")


@page(Right.SEE_MONEY, Right.TAKE_PAYMENTS, methods=("GET", "POST"))
def new_refund(request: PageRequest, guid: UUID) -> HttpResponse:
    """Record a refund out of a credit memo, and say what is left of it."""
    credit = the_record(Credit, request, guid, "client")
    if request.method != "POST":
        values = {
            "amount": f"{credit.balance:.2f}",
            "date": timezone.localdate().isoformat(),
            "method": Method.CHECK.value,
            "reference": "",
        }
        return _form(request, Form(values=values), credit)
    form = Form(values=typed(request.POST, FIELDS))
    try:
        made = create_refund(
            credit=credit, values=form.values, now=timezone.now(), actor=request.actor
        )
    except Refused as refused:
        return _form(request, form.refused(refused.errors), credit)
    left = made.credit.balance
    messages.success(request, f"A refund of {money(made.amount)} is recorded; {money(left)} left.")
    return redirect("credit", credit.guid)


@page(Right.VOID, methods=("GET", "POST"))
def void(request: PageRequest, guid: UUID) -> HttpResponse:
    """Ask whether the refund is to be void, and make it so."""
    refund = the_record(Refund, request, guid, "credit__client")
    if request.method == "POST":
        name = f"The refund of {money(refund.amount)}"
        make_void(request, Kind.REFUND, void_refund, refund, name=name)
        return redirect("credit", refund.credit.guid)
    shown = question_shown(request, Kind.REFUND, refund)
    return render(request, "credits/void_refund.html", shown)


def _form(request: PageRequest, form: Form, credit: Credit) -> HttpResponse:
    shown = {
        "form": form,
        "credit": credit,
        "methods": Method.choices,
        "has_quickbooks": connection_in_use(request) is not None,
    }
    return render(request, "credits/new_refund.html", shown, status=422 if form.is_wrong else 200)
