"""Sales tax rates."""

from typing import Final

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office import queries
from fieldledger.office.services import Refused, create_tax_rate
from fieldledger.website.pages.forms import Form, typed

FIELDS: Final = ("name", "percent")


@page(Right.EDIT_ITEMS, methods=("GET", "POST"))
def tax_rates(request: PageRequest) -> HttpResponse:
    """Show the tax rates, and make one."""
    form = Form(values=typed(request.POST, FIELDS))
    if request.method == "POST":
        try:
            made = create_tax_rate(
                business=request.business,
                values=form.values,
                now=timezone.now(),
                actor=request.actor,
            )
        except Refused as refused:
            form = form.refused(refused.errors)
        else:
            messages.success(request, f"{made} can be used on invoices now.")
            return redirect("tax_rates")
    rates = queries.tax_rates(request.business).annotate(invoice_count=Count("invoices"))
    shown = {"form": form, "rates": rates.order_by("name")}
    return render(request, "tax_rates.html", shown, status=422 if form.is_wrong else 200)
