"""Credit memos: making one, for an invoice or for a client; its page, its changes, its void."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.fields import guid as read_guid
from fieldledger.office.models import Client, Credit, CreditLine, Invoice, InvoiceLine, TaxRate
from fieldledger.office.money import split_discount
from fieldledger.office.services import Refused, create_credit, update_credit, void_credit
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.lamp import next_call
from fieldledger.sync.content import Kind, State
from fieldledger.website.pages.clients import choices_of
from fieldledger.website.pages.credit_uses import apply_typed, use_of
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.invoice_editor import changed_lines, items_offered, usual_rate
from fieldledger.website.pages.invoice_lines import (
    TypedLine,
    rate_of,
    spread_errors,
    totals,
    typed_lines,
    unknown_items,
)
from fieldledger.website.pages.records import connection_in_use, the_record, with_quickbooks
from fieldledger.website.pages.voiding import make_void, question_shown
from fieldledger.website.templatetags.fieldledger import plain_price, quantity

FIELDS: Final = ("client", "number", "date", "tax_rate", "reason")
_About = tuple[Invoice | None, Client | None]  # What a credit memo is for, as far as it is said.
# What asking again would change nothing about.
_NOT_ASKED: Final = {
    State.PENDING: "It is already waiting for the Web Connector.",
    State.WAITING: "It is already queued and waits for what it needs.",
    State.SENDING: "It is being sent right now.",
    State.CHECKING: "QuickBooks is being asked whether it has it.",
    State.SYNCED: "QuickBooks has it as it is here.",
    State.CANCELLED: "It is void and never was in QuickBooks.",
}


@page(Right.SEE_MONEY)
def credit(request: PageRequest, guid: UUID) -> HttpResponse:
    """Show one credit memo."""
    return _shown(request, the_record(Credit, request, guid, "client", "tax_rate", "invoice"))


@page(Right.SEE_MONEY, Right.TAKE_PAYMENTS, methods=("POST",))
def apply(request: PageRequest, guid: UUID) -> HttpResponse:
    """Let some of a credit memo go to an invoice."""
    record = the_record(Credit, request, guid, "client", "tax_rate", "invoice")
    form, done = apply_typed(request, record)
    return done if done is not None else _shown(request, record, form)


def _shown(request: PageRequest, record: Credit, form: Form | None = None) -> HttpResponse:
    connection = connection_in_use(request)
    place = with_quickbooks(request, "credit", [record], connection)[0][1]
    refunds = list(record.refunds.order_by("pk"))
    paid_back = with_quickbooks(request, "refund", refunds, connection)
    unsent = sum(
        1
        for refund, its in paid_back
        if its and not refund.voided and its["state"] in {State.NOT_SENT, State.CHANGED}
    )
    shown: dict[str, Any] = {
        "credit": record,
        "refunds": paid_back,
        "unsent_refunds": unsent,
        "lines": list(record.lines.select_related("item")),
        "place": place,
        "connection": connection,
        **use_of(request, record, form),
    }
    if connection is not None and place is not None:
        state = State(place["state"])
        changed = any(its and its["state"] == State.CHANGED for _, its in paid_back)
        if not (unsent or changed) or connection.stage != "ongoing":
            shown["sync_reason"] = _sync_reason(record, connection, state)
        if place["state"] == State.PENDING:
            shown["next_call"] = next_call(connection, now=timezone.now())
    is_wrong = form is not None and form.is_wrong
    return render(request, "credits/credit.html", shown, status=422 if is_wrong else 200)


def _sync_reason(record: Credit, connection: Connection, state: State) -> str:
    """Return why "Sync to QuickBooks" is grey; "" where it is not."""
    if connection.stage != "ongoing":
        return "Finish setting QuickBooks up first: credit memos go after the initial sync."
    if record.voided and state == State.NOT_SENT:
        return _NOT_ASKED[State.CANCELLED]
    return _NOT_ASKED.get(state, "")


@page(Right.EDIT_INVOICES, methods=("GET", "POST"))
def new_credit(request: PageRequest) -> HttpResponse:
    """Make a credit memo for an invoice, with its lines to choose from, or for a client."""
    invoice, client = about = _asked_for(request)
    if request.method != "POST":
        rate = invoice.tax_rate if invoice is not None else None
        values = {
            "client": "",
            "number": "",
            "date": timezone.localdate().isoformat(),
            "tax_rate": (str(rate.guid) if rate else "")
            if invoice is not None
            else usual_rate(request),
            "reason": "",
            "lines": "",
        }
        lines = [TypedLine()] if invoice is None else _lines_of(invoice)
        return _editor(request, Form(values=values), lines, about)
    form, lines = _typed(request)
    if changed_lines(request, lines):
        return _editor(request, form, lines, about)
    errors = unknown_items(lines)
    if errors:
        return _editor(request, form.refused(errors), lines, about)
    named: dict[str, Any] = {"client": client.guid} if client is not None else {}
    if invoice is not None:
        named["invoice"] = invoice.guid
    try:
        made = create_credit(
            business=request.business,
            values=_values(form, lines) | named,
            now=timezone.now(),
            actor=request.actor,
        )
    except Refused as refused:
        return _editor(request, form.refused(refused.errors), lines, about)
    messages.success(request, f"Credit memo {made.number} is made.")
    return redirect("credit", made.guid)


def _asked_for(request: PageRequest) -> _About:
    invoice_guid = read_guid(request.GET.get("invoice", ""))
    if invoice_guid is not None:
        invoice = the_record(Invoice, request, invoice_guid, "client", "tax_rate")
        return invoice, invoice.client
    client_guid = read_guid(request.GET.get("client", ""))
    client = the_record(Client, request, client_guid) if client_guid is not None else None
    return None, client


def _lines_of(invoice: Invoice) -> list[TypedLine]:
    """Return what may be credited of an invoice: its lines, and its discount off them again."""
    rows = list(invoice.lines.select_related("item"))
    lines = [_as_typed(row) for row in rows]
    amounts = [(row.amount, row.taxable) for row in rows if row.kind == "work"]
    off_taxable, off_others = split_discount(amounts, invoice.discount)
    lines += [
        TypedLine(
            description=f"Discount on invoice {invoice.number}",
            unit_price=plain_price(-off),
            taxable=taxable,
        )
        for off, taxable in ((off_taxable, True), (off_others, False))
        if off
    ]
    return lines


def _as_typed(row: InvoiceLine | CreditLine) -> TypedLine:
    name = row.item.name if row.item else ""
    return TypedLine(
        item=name,
        description=row.description,
        quantity=quantity(row.quantity),
        unit_price=plain_price(row.unit_price),
        taxable=row.taxable,
        filled=name,
        found=row.item,
    )


@page(Right.EDIT_INVOICES, methods=("GET", "POST"))
def edit_credit(request: PageRequest, guid: UUID) -> HttpResponse:
    """Change a credit memo."""
    record = the_record(Credit, request, guid, "client", "tax_rate", "invoice")
    if request.method != "POST":
        values = {
            "client": str(record.client.guid),
            "number": record.number,
            "date": record.date.isoformat(),
            "tax_rate": str(record.tax_rate.guid) if record.tax_rate else "",
            "reason": record.reason,
            "lines": "",
        }
        lines = [_as_typed(row) for row in record.lines.select_related("item")]
        return _editor(request, Form(values=values), lines, (record.invoice, record.client), record)
    form, lines = _typed(request)
    if changed_lines(request, lines):
        return _editor(request, form, lines, (record.invoice, record.client), record)
    errors = unknown_items(lines)
    try:
        if not errors:
            update_credit(
                credit=record,
                values=_values(form, lines) | {"client": record.client.guid},
                now=timezone.now(),
                actor=request.actor,
            )
    except Refused as refused:
        errors = dict(refused.errors)
    if errors:
        wrong = form.refused(errors)
        return _editor(request, wrong, lines, (record.invoice, record.client), record)
    messages.success(request, f"Credit memo {form.values['number']} is saved.")
    return redirect("credit", record.guid)


def _typed(request: PageRequest) -> tuple[Form, list[TypedLine]]:
    form = Form(values=typed(request.POST, FIELDS) | {"lines": ""})
    lines = typed_lines(request.POST, request.business)
    if not ("add" in request.POST or "remove" in request.POST):
        lines = [line for line in lines if not line.is_empty] or lines[:1]
    return form, lines


def _values(form: Form, lines: list[TypedLine]) -> dict[str, Any]:
    return {**form.values, "lines": [line.values() for line in lines if not line.is_empty]}


def _editor(
    request: PageRequest,
    form: Form,
    lines: list[TypedLine],
    about: _About,
    record: Credit | None = None,
) -> HttpResponse:
    invoice, client = about
    spread_errors(lines, form.errors)
    rates = TaxRate.objects.filter(business=request.business).order_by("name")
    rate = rate_of(form.values["tax_rate"], request.business)
    connection = connection_in_use(request) if record is not None else None
    shown = {
        "form": form,
        "lines": lines,
        "credit": record,
        "client": client,
        "invoice": invoice,
        "totals": totals(lines, rate, ""),
        "rate": rate,
        "rates": [("", "No tax")] + [(str(each.guid), str(each)) for each in rates],
        "items": items_offered(request),
        "line_errors": form.errors.get("lines", []),
        "only_work": True,
        "place": with_quickbooks(request, "credit", [record], connection)[0][1]
        if record is not None
        else None,
    }
    if client is None:
        shown |= choices_of(request, form.values["client"], request.POST.get("client_q", ""))
    return render(request, "credits/edit.html", shown, status=422 if form.is_wrong else 200)


@page(Right.VOID, methods=("GET", "POST"))
def void(request: PageRequest, guid: UUID) -> HttpResponse:
    """Ask whether the credit memo is to be void, and make it so."""
    record = the_record(Credit, request, guid, "client")
    refusals: list[str] = []
    if request.method == "POST":
        try:
            make_void(
                request, Kind.CREDIT, void_credit, record, name=f"Credit memo {record.number}"
            )
        except Refused as refused:
            refusals = [each for sentences in refused.errors.values() for each in sentences]
        else:
            return redirect("credit", record.guid)
    shown = {**question_shown(request, Kind.CREDIT, record), "refusals": refusals}
    return render(request, "credits/void.html", shown, status=422 if refusals else 200)


@page(Right.QUEUE, methods=("POST",))
def sync_credit(request: PageRequest, guid: UUID) -> HttpResponse:
    """Send the credit memo to QuickBooks; if it cannot go, say why."""
    record = the_record(Credit, request, guid)
    connection = connection_in_use(request)
    if connection is None:
        messages.error(request, "Switch QuickBooks Desktop on in the Feature Center first.")
        return redirect("credit", record.guid)
    result, *paid_back = services.sync(
        connection,
        invoices=[],
        payments=[],
        credit_memos=[record.guid],
        actor=request.actor,
        now=timezone.now(),
    )
    refunds = sum(each.result == "queued" for each in paid_back)
    if refunds:
        messages.success(request, f"{refunds} refund{'s' * (refunds != 1)} queued.")
    for each in paid_back:
        if each.result == "refused":
            messages.error(request, each.reason)
    if result.result == "queued":
        messages.success(request, result.reason or f"Credit memo {record.number} is queued.")
    elif result.result == "already_pending":
        messages.info(request, f"Credit memo {record.number} waits already. {result.reason}")
    else:
        messages.error(request, result.reason)
    return redirect("credit", record.guid)
