"""Making and changing invoices: the editor, with totals that the server adds up while one types."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.models import Invoice, Item, TaxRate
from fieldledger.office.services import Refused, create_invoice, update_invoice
from fieldledger.website.pages.clients import choices_of
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.invoice_lines import (
    LINES_AT_FIRST,
    TypedLine,
    discount_as_typed,
    discount_values,
    lines_as_typed,
    new_line,
    rate_of,
    spread_errors,
    totals,
    typed_lines,
    unknown_items,
)
from fieldledger.website.pages.records import connection_in_use, the_record, with_quickbooks

FIELDS: Final = ("client", "number", "date", "due_date", "terms", "tax_rate", "memo", "discount")
_ITEMS_OFFERED: Final = 500

_LOOKED_BACK: Final = 20  # Among so many invoices somebody has chosen a tax rate, or nobody does.


@page(Right.EDIT_INVOICES, methods=("GET", "POST"))
def new_invoice(request: PageRequest) -> HttpResponse:
    """Make an invoice."""
    if request.method != "POST":
        values: dict[str, Any] = dict.fromkeys(FIELDS, "")
        values |= {
            "client": request.GET.get("client", ""),
            "date": timezone.localdate().isoformat(),
            "tax_rate": usual_rate(request),
        }
        lines = [TypedLine() for _ in range(LINES_AT_FIRST)]
        return _editor(request, Form(values=values), lines)
    form, lines = _typed(request)
    if changed_lines(request, lines):
        return _editor(request, form, lines)
    errors = unknown_items(lines)
    try:
        made = (
            create_invoice(
                business=request.business,
                values=_values(form, lines),
                now=timezone.now(),
                actor=request.actor,
            )
            if not errors
            else None
        )
    except Refused as refused:
        return _editor(request, form.refused(refused.errors), lines)
    if made is None:
        return _editor(request, form.refused(errors), lines)
    messages.success(request, f"Invoice {made.number} is made.")
    return redirect("invoice", made.guid)


@page(Right.EDIT_INVOICES, methods=("GET", "POST"))
def edit_invoice(request: PageRequest, guid: UUID) -> HttpResponse:
    """Change an invoice."""
    record = the_record(Invoice, request, guid, "client", "tax_rate")
    if request.method != "POST":
        lines = lines_as_typed(list(record.lines.select_related("item")))
        return _editor(request, Form(values=_values_of(record)), lines, record)
    form, lines = _typed(request)
    if changed_lines(request, lines):
        return _editor(request, form, lines, record)
    errors = unknown_items(lines)
    if errors:
        return _editor(request, form.refused(errors), lines, record)
    try:
        update_invoice(
            invoice=record, values=_values(form, lines), now=timezone.now(), actor=request.actor
        )
    except Refused as refused:
        return _editor(request, form.refused(refused.errors), lines, record)
    messages.success(request, f"Invoice {form.values['number']} is saved.")
    return redirect("invoice", record.guid)


@page(Right.EDIT_INVOICES, methods=("POST",))
def draft(request: PageRequest) -> HttpResponse:
    """Answer the editor while one types: amounts and totals, and what a chosen item says."""
    form, lines = _typed(request, keep_empty=True)
    rate = rate_of(form.values["tax_rate"], request.business)
    # A credit memo is edited by the same lines, but for tips and fees.
    shown: dict[str, Any] = {"form": form, "rate": rate, "only_work": "only_work" in request.POST}
    discount = form.values["discount"]
    if changed_lines(request, lines):
        shown["totals"] = totals(lines, rate, discount)
        return render(request, "invoices/lines.html", shown | {"lines": lines, "live": True})
    filled = [line.wants_filling for line in lines]
    for line, fill in zip(lines, filled, strict=True):
        if fill:
            line.fill()
    shown["totals"] = totals(lines, rate, discount)
    shown["lines"] = list(zip(lines, filled, strict=True))
    return render(request, "invoices/draft.html", shown)


def _typed(request: PageRequest, *, keep_empty: bool = False) -> tuple[Form, list[TypedLine]]:
    form = Form(values=typed(request.POST, FIELDS) | {"lines": ""})
    lines = typed_lines(request.POST, request.business)
    asks_for_lines = "add" in request.POST or "remove" in request.POST
    if not (keep_empty or asks_for_lines):
        lines = [line for line in lines if not line.is_empty] or lines[:1]
    return form, lines


def changed_lines(request: PageRequest, lines: list[TypedLine]) -> bool:
    """Add or remove a line if that is what the button said; return whether it was."""
    if "add" in request.POST:
        line = new_line(request.POST["add"])
        # The work stands above tips and fees.
        work = sum(not each.is_extra for each in lines)
        lines.insert(len(lines) if line.is_extra else work, line)
        return True
    remove = request.POST.get("remove", "")
    if not remove.isdecimal():
        return False
    if int(remove) < len(lines):
        del lines[int(remove)]
    if not lines:
        lines.append(TypedLine())
    return True


def _values(form: Form, lines: list[TypedLine]) -> dict[str, Any]:
    values = {name: value for name, value in form.values.items() if name != "discount"}
    return {
        **values,
        **discount_values(form.values["discount"]),
        "lines": [line.values() for line in lines if not line.is_empty],
    }


def _values_of(record: Invoice) -> dict[str, Any]:
    return {
        "client": str(record.client.guid),
        "number": record.number,
        "date": record.date.isoformat(),
        "due_date": record.due_date.isoformat() if record.due_date else "",
        "terms": record.terms,
        "tax_rate": str(record.tax_rate.guid) if record.tax_rate else "",
        "memo": record.memo,
        "discount": discount_as_typed(record),
        "lines": "",
    }


def items_offered(request: PageRequest) -> QuerySet[Item]:
    """Return the items that a line may name, by name; more can be typed."""
    offered = Item.objects.filter(business=request.business, archived=False)
    return offered.order_by("name_folded")[:_ITEMS_OFFERED]


def usual_rate(request: PageRequest) -> str:
    """Return the tax rate of the newest invoice: most offices have one."""
    newest = Invoice.objects.filter(business=request.business).select_related("tax_rate")
    rates = (each.tax_rate for each in newest.order_by("-pk")[:_LOOKED_BACK])
    return next((str(rate.guid) for rate in rates if rate is not None), "")


def _editor(
    request: PageRequest, form: Form, lines: list[TypedLine], record: Invoice | None = None
) -> HttpResponse:
    spread_errors(lines, form.errors)
    if "discount_percent" in form.errors:
        form.errors["discount"] = form.errors.pop("discount_percent")
    rates = TaxRate.objects.filter(business=request.business).order_by("name")
    rate = rate_of(form.values["tax_rate"], request.business)
    shown = {
        "form": form,
        "lines": lines,
        "invoice": record,
        "totals": totals(lines, rate, form.values["discount"]),
        "rate": rate,
        "rates": [("", "No tax")] + [(str(each.guid), str(each)) for each in rates],
        "items": items_offered(request),
        "line_errors": [
            sentence
            for name, sentences in form.errors.items()
            if name == "lines"
            for sentence in sentences
        ],
        **choices_of(request, form.values["client"], request.POST.get("client_q", "")),
    }
    if record is not None:
        connection = connection_in_use(request)
        shown["place"] = with_quickbooks(request, "invoice", [record], connection)[0][1]
    return render(request, "invoices/edit.html", shown, status=422 if form.is_wrong else 200)
