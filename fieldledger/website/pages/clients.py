"""Clients: the list, one client, making and changing them."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.vary import vary_on_headers

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right, may
from fieldledger.office import queries
from fieldledger.office.fields import guid as read_guid
from fieldledger.office.models import Client
from fieldledger.office.owing import standing_of
from fieldledger.office.services import Refused, create_client, update_client
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.paging import COUNTED_MAX, by_name, counted
from fieldledger.website.pages.records import connection_in_use, the_record, with_quickbooks

ADDRESS: Final = ("line1", "line2", "city", "state", "postal_code", "country")
FIELDS: Final = (
    "name",
    "company_name",
    "first_name",
    "last_name",
    "email",
    "phone",
    *(f"billing_{part}" for part in ADDRESS),
    *(f"service_{part}" for part in ADDRESS),
    "notes",
)
_RECENT_INVOICES: Final = 10
_RECENT_DEPOSITS: Final = 10
_CHOICES: Final = 6


@page()
@vary_on_headers("HX-Request")
def clients(request: PageRequest) -> HttpResponse:
    """Show the clients, by name."""
    wanted = request.GET.get("q", "").strip()
    archived = request.GET.get("show") == "archived"
    rows = queries.clients(request.business, q=wanted, archived=archived)
    listed = by_name(rows, request.GET.get("after", ""), among=queries.clients(request.business))
    connection = connection_in_use(request)
    shown = {
        "listed": listed,
        "matching": counted(rows, listed),
        "counted_max": COUNTED_MAX,
        "rows": with_quickbooks(request, "client", listed.rows, connection),
        "wanted": wanted,
        "archived": archived,
        "with_state": connection is not None,
    }
    return render(request, "clients/rows.html" if request.htmx else "clients/list.html", shown)


@page()
def client(request: PageRequest, guid: UUID) -> HttpResponse:
    """Show one client, with its latest invoices."""
    record = the_record(Client, request, guid)
    connection = connection_in_use(request)
    shown: dict[str, Any] = {
        "client": record,
        "place": with_quickbooks(request, "client", [record], connection)[0][1],
    }
    if may(request.membership.role, Right.SEE_MONEY):
        today = timezone.localdate()
        invoices = list(record.invoices.order_by("-pk")[:_RECENT_INVOICES])
        shown["invoices"] = [
            (invoice, invoice.money_state(today), block)
            for invoice, block in with_quickbooks(request, "invoice", invoices, connection)
        ]
        deposits = list(record.deposits.filter(voided_at=None).order_by("-pk")[:_RECENT_DEPOSITS])
        shown["deposits"] = with_quickbooks(request, "payment", deposits, connection)
        shown["standing"] = standing_of(record)
        memos = list(record.credits.order_by("-pk")[:_RECENT_INVOICES])
        shown["credits"] = with_quickbooks(request, "credit", memos, connection)
    return render(request, "clients/client.html", shown)


@page(Right.EDIT_CLIENTS, methods=("GET", "POST"))
def new_client(request: PageRequest) -> HttpResponse:
    """Make a client."""
    form = Form(values=typed(request.POST, FIELDS))
    if request.method != "POST":
        return _form(request, form)
    try:
        made = create_client(
            business=request.business, values=form.values, now=timezone.now(), actor=request.actor
        )
    except Refused as refused:
        return _form(request, form.refused(refused.errors))
    messages.success(request, f"{made.name} is a client now.")
    return redirect("client", made.guid)


@page(Right.EDIT_CLIENTS, methods=("GET", "POST"))
def edit_client(request: PageRequest, guid: UUID) -> HttpResponse:
    """Change a client."""
    record = the_record(Client, request, guid)
    if request.method != "POST":
        values = {name: getattr(record, name) for name in FIELDS}
        return _form(request, Form(values=values), record)
    form = Form(values=typed(request.POST, FIELDS))
    try:
        update_client(client=record, values=form.values, now=timezone.now(), actor=request.actor)
    except Refused as refused:
        return _form(request, form.refused(refused.errors), record)
    messages.success(request, "Saved.")
    return redirect("client", record.guid)


@page(Right.EDIT_CLIENTS, methods=("POST",))
def archive_client(request: PageRequest, guid: UUID) -> HttpResponse:
    """Put a client into the archive, or bring it back."""
    record = the_record(Client, request, guid)
    archived = request.POST.get("archived") == "yes"
    update_client(
        client=record, values={"archived": archived}, now=timezone.now(), actor=request.actor
    )
    where = "in the archive" if archived else "back among your clients"
    messages.success(request, f"{record.name} is {where}.")
    return redirect("client", record.guid)


@page(Right.EDIT_INVOICES)
def client_choices(request: PageRequest) -> HttpResponse:
    """Answer the search for the client of an invoice."""
    shown = choices_of(request, request.GET.get("client", ""), request.GET.get("client_q", ""))
    return render(request, "invoices/client_choices.html", shown)


def choices_of(request: PageRequest, chosen: str, wanted: str) -> dict[str, Any]:
    """Return a few clients to choose from, the one with the guid `chosen` first."""
    found = queries.clients(request.business, q=wanted, archived=False)
    guid = read_guid(chosen)
    current = queries.clients(request.business).filter(guid=guid).first() if guid else None
    order = "name" if wanted.strip() else "-pk"
    room = _CHOICES - (current is not None)
    others = (found.exclude(pk=current.pk) if current else found).order_by(order)[: room + 1]
    more = len(others) > room
    return {
        "chosen": current,
        "client_choices": ([current] if current else []) + list(others[:room]),
        "more_clients": more,
        "client_q": wanted,
    }


def _form(request: PageRequest, form: Form, record: Client | None = None) -> HttpResponse:
    status = 422 if form.is_wrong else 200
    return render(request, "clients/edit.html", {"form": form, "client": record}, status=status)
