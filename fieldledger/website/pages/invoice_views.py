"""Saved views of the invoices and the sync log: filters with a name, and the one that opens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office.fields import guid as read_guid
from fieldledger.office.refusals import Refused
from fieldledger.office.saved_view import NAME_LENGTH_MAX, SavedView
from fieldledger.office.saved_views import change_view, delete_view, save_view, views_of
from fieldledger.quickbooks.pages.log_filters import FILTERS

Listed = SavedView.Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list with views: its pages and words, and what of its address a view keeps."""

    listed: Listed
    route: str
    views_route: str
    title: str
    records: str
    kept: Sequence[str]


INVOICES: Final = Listing(
    listed=Listed.INVOICES,
    route="invoices",
    views_route="invoice_views",
    title="Invoices",
    records="invoices",
    kept=("q", "money", "state", "period"),
)
LOG: Final = Listing(
    listed=Listed.LOG,
    route="sync_log",
    views_route="log_views",
    title="Sync log",
    records="entries",
    kept=FILTERS,
)
ALL: Final = "view=all"  # In the address: no filter, and no view opens in its place.


def kept_query(asked: QueryDict, listing: Listing = INVOICES) -> str:
    """Return the filters of an address, in one order, as a view keeps them."""
    kept = QueryDict(mutable=True)
    for name in listing.kept:
        if value := asked.get(name):
            kept[name] = str(value)
    return kept.urlencode()


@page(Right.SEE_MONEY, methods=("GET", "POST"))
def invoice_views(request: PageRequest) -> HttpResponse:
    """Show one's views of the invoices and change them."""
    return _views(request, INVOICES)


@page(Right.QUEUE, methods=("GET", "POST"))
def log_views(request: PageRequest) -> HttpResponse:
    """Show one's views of the sync log and change them."""
    return _views(request, LOG)


def _views(request: PageRequest, listing: Listing) -> HttpResponse:
    """Show one's views and change them: save, rename, share, open with, delete."""
    if request.method != "POST":
        asked_for = QueryDict(request.GET.get("filters", ""))
        return _show(request, listing, filters=kept_query(asked_for, listing))
    asked = request.POST
    guid = read_guid(asked.get("view", ""))
    business, user = request.business, request.user
    shared, opens = "shared" in asked, "opens" in asked
    name = asked.get("name", "")
    try:
        match asked.get("action"):
            case "save":
                query = kept_query(QueryDict(asked.get("filters", "")), listing)
                saved = save_view(
                    business=business,
                    user=user,
                    listed=listing.listed,
                    name=name,
                    query=query,
                    shared=shared,
                    opens=opens,
                )
                messages.success(request, f"The view “{saved.name}” is saved.")
                return redirect(f"{reverse(listing.route)}?{query or ALL}")
            case "change" if guid:
                changed = change_view(
                    business=business, user=user, guid=guid, name=name, shared=shared, opens=opens
                )
                messages.success(request, f"The view “{changed.name}” is changed.")
            case "delete" if guid:
                delete_view(business=business, user=user, guid=guid)
                messages.success(request, "The view is deleted. Nothing else was changed.")
            case _:
                raise Http404
    except SavedView.DoesNotExist as error:
        raise Http404 from error
    except Refused as refused:
        return _show(
            request,
            listing,
            status=422,
            filters=asked.get("filters", ""),
            name=name,
            of=guid if asked.get("action") == "change" else None,
            wrong=[each for sentences in refused.errors.values() for each in sentences],
        )
    return redirect(listing.views_route)


def _show(
    request: PageRequest, listing: Listing, *, status: int = 200, **more: Any
) -> HttpResponse:
    views = views_of(request.business, request.user, listing.listed)
    shown = {
        "listing": listing,
        "own": [each for each in views if each.owner == request.user],
        "others": [each for each in views if each.owner != request.user],
        "name_length_max": NAME_LENGTH_MAX,
        "of": None,  # The view that a refusal is about; a new one has none yet.
        **more,
    }
    return render(request, "invoices/views.html", shown, status=status)
