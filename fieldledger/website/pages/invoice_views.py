"""Saved views of the invoices: filters with a name, and the one with which the list opens."""

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

# What of the list's address a view keeps.
KEPT: Final = ("q", "money", "state", "period")
ALL: Final = "view=all"  # In the address: no filter, and no view opens in its place.


def kept_query(asked: QueryDict) -> str:
    """Return the filters of an address, in one order, as a view keeps them."""
    kept = QueryDict(mutable=True)
    for name in KEPT:
        if value := asked.get(name):
            kept[name] = str(value)
    return kept.urlencode()


@page(Right.SEE_MONEY, methods=("GET", "POST"))
def invoice_views(request: PageRequest) -> HttpResponse:
    """Show one's views and change them: save, rename, share, open with, delete."""
    if request.method != "POST":
        return _show(request, filters=kept_query(QueryDict(request.GET.get("filters", ""))))
    asked = request.POST
    guid = read_guid(asked.get("view", ""))
    business, user = request.business, request.user
    shared, opens = "shared" in asked, "opens" in asked
    name = asked.get("name", "")
    try:
        match asked.get("action"):
            case "save":
                query = kept_query(QueryDict(asked.get("filters", "")))
                saved = save_view(
                    business=business, user=user, name=name, query=query, shared=shared, opens=opens
                )
                messages.success(request, f"The view “{saved.name}” is saved.")
                return redirect(f"{reverse('invoices')}?{query or ALL}")
            case "change" if guid:
                changed = change_view(
                    business=business, user=user, guid=guid, name=name, shared=shared, opens=opens
                )
                messages.success(request, f"The view “{changed.name}” is changed.")
            case "delete" if guid:
                delete_view(business=business, user=user, guid=guid)
                messages.success(request, "The view is deleted. No invoice was changed.")
            case _:
                raise Http404
    except SavedView.DoesNotExist as error:
        raise Http404 from error
    except Refused as refused:
        return _show(
            request,
            status=422,
            filters=asked.get("filters", ""),
            name=name,
            of=guid if asked.get("action") == "change" else None,
            wrong=[each for sentences in refused.errors.values() for each in sentences],
        )
    return redirect("invoice_views")


def _show(request: PageRequest, *, status: int = 200, **more: Any) -> HttpResponse:
    views = views_of(request.business, request.user)
    shown = {
        "own": [each for each in views if each.owner == request.user],
        "others": [each for each in views if each.owner != request.user],
        "name_length_max": NAME_LENGTH_MAX,
        "of": None,  # The view that a refusal is about; a new one has none yet.
        **more,
    }
    return render(request, "invoices/views.html", shown, status=status)
