"""Items: the list, one item, making and changing them."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.vary import vary_on_headers

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office import queries
from fieldledger.office.models import Item, ItemKind
from fieldledger.office.services import Refused, create_item, update_item
from fieldledger.website.pages.forms import Form, typed
from fieldledger.website.pages.paging import COUNTED_MAX, by_name, counted
from fieldledger.website.pages.records import connection_in_use, the_record, with_quickbooks
from fieldledger.website.templatetags.fieldledger import plain_price

FIELDS: Final = ("name", "kind", "description", "price", "cost")
TICKS: Final = ("taxable",)


@page()
@vary_on_headers("HX-Request")
def items(request: PageRequest) -> HttpResponse:
    """Show the items, by name."""
    wanted = request.GET.get("q", "").strip()
    archived = request.GET.get("show") == "archived"
    rows = queries.items(request.business, q=wanted, archived=archived)
    listed = by_name(
        rows,
        request.GET.get("after", ""),
        among=queries.items(request.business),
        column="name_folded",
    )
    connection = connection_in_use(request)
    shown = {
        "listed": listed,
        "matching": counted(rows, listed),
        "counted_max": COUNTED_MAX,
        "rows": with_quickbooks(request, "item", listed.rows, connection),
        "wanted": wanted,
        "archived": archived,
        "with_state": connection is not None,
    }
    return render(request, "items/rows.html" if request.htmx else "items/list.html", shown)


@page()
def item(request: PageRequest, guid: UUID) -> HttpResponse:
    """Show one item."""
    record = the_record(Item, request, guid)
    block = with_quickbooks(request, "item", [record], connection_in_use(request))[0][1]
    shown = {"item": record, "place": block, "lines": queries.latest_lines(record)}
    return render(request, "items/item.html", shown)


@page(Right.EDIT_ITEMS, methods=("GET", "POST"))
def new_item(request: PageRequest) -> HttpResponse:
    """Make an item."""
    if request.method != "POST":
        empty: dict[str, Any] = dict.fromkeys(FIELDS, "")
        return _form(request, Form(values=empty | {"kind": "service", "taxable": True}))
    form = Form(values=typed(request.POST, FIELDS, ticks=TICKS))
    try:
        made = create_item(
            business=request.business, values=form.values, now=timezone.now(), actor=request.actor
        )
    except Refused as refused:
        return _form(request, form.refused(refused.errors))
    messages.success(request, f"{made.name} is an item now.")
    return redirect("item", made.guid)


@page(Right.EDIT_ITEMS, methods=("GET", "POST"))
def edit_item(request: PageRequest, guid: UUID) -> HttpResponse:
    """Change an item."""
    record = the_record(Item, request, guid)
    if request.method != "POST":
        values = {name: getattr(record, name) for name in (*FIELDS, *TICKS)}
        values |= {"price": plain_price(record.price), "cost": plain_price(record.cost)}
        return _form(request, Form(values=values), record)
    form = Form(values=typed(request.POST, FIELDS, ticks=TICKS))
    try:
        update_item(item=record, values=form.values, now=timezone.now(), actor=request.actor)
    except Refused as refused:
        return _form(request, form.refused(refused.errors), record)
    messages.success(request, "Saved. Invoices that use it keep what they say.")
    return redirect("item", record.guid)


@page(Right.EDIT_ITEMS, methods=("POST",))
def archive_item(request: PageRequest, guid: UUID) -> HttpResponse:
    """Put an item into the archive, or bring it back."""
    record = the_record(Item, request, guid)
    archived = request.POST.get("archived") == "yes"
    update_item(item=record, values={"archived": archived}, now=timezone.now(), actor=request.actor)
    where = "in the archive" if archived else "back among your items"
    messages.success(request, f"{record.name} is {where}.")
    return redirect("item", record.guid)


def _form(request: PageRequest, form: Form, record: Item | None = None) -> HttpResponse:
    shown = {"form": form, "item": record, "kinds": ItemKind.choices}
    return render(request, "items/edit.html", shown, status=422 if form.is_wrong else 200)
