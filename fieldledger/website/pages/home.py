"""The home page, and how the pages look."""

from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right, may
from fieldledger.office import queries
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.pages.approval import waiting_for
from fieldledger.quickbooks.pages.lamp import NEEDS_YOU, next_call_in, waiting_count
from fieldledger.website.pages.records import connection_in_use, with_quickbooks

APPEARANCES: Final = ("light", "dark")
APPEARANCE_COOKIE: Final = "fieldledger-appearance"
_YEAR_S: Final = 365 * 24 * 60 * 60
_RECENT: Final = 8


@page()
def home(request: PageRequest) -> HttpResponse:
    """Show where the business stands today."""
    today = timezone.localdate()
    shown: dict[str, Any] = {"today": today}
    connection = connection_in_use(request)
    if may(request.membership.role, Right.SEE_MONEY):
        recent = list(queries.invoices(request.business, today=today).order_by("-pk")[:_RECENT])
        shown |= {
            "figures": queries.figures(request.business, today),
            "rows": [
                (invoice, invoice.money_state(today), block)
                for invoice, block in with_quickbooks(request, "invoice", recent, connection)
            ],
            "payments": queries.payments(request.business).order_by("-pk")[:_RECENT],
            "with_state": connection is not None,
        }
    else:
        clients = queries.clients(request.business, archived=False)
        shown["clients"] = clients.order_by("-pk")[:_RECENT]
    if connection is not None:
        failing = SyncEntry.objects.filter(connection=connection, state__in=NEEDS_YOU)
        shown |= waiting_for(request, connection)
        shown |= _strip(connection) | {"failing": failing.order_by("-updated_at")[:5]}
    return render(request, "home.html", shown)


@page(Right.QUEUE)
def home_quickbooks(request: PageRequest) -> HttpResponse:
    """Show how the connection is just now; nothing here waits for QuickBooks."""
    connection = connection_in_use(request)
    if connection is None:
        return HttpResponse()  # Switched off meanwhile: the strip goes.
    return render(request, "home_quickbooks.html", _strip(connection))


def _strip(connection: Connection) -> dict[str, Any]:
    return {
        "connection": connection,
        "waiting": waiting_count(connection),
        "next_call": next_call_in(connection, now=timezone.now()),
    }


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Keep whether this browser shows pages light, dark, or as the system does."""
    back = request.POST.get("back", "/")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = "/"
    response = redirect(back)
    wanted = request.POST.get("appearance", "")
    if wanted in APPEARANCES:
        response.set_cookie(
            APPEARANCE_COOKIE,
            wanted,
            max_age=_YEAR_S,
            secure=request.is_secure(),
            httponly=True,
            samesite="Lax",
        )
    else:
        response.delete_cookie(APPEARANCE_COOKIE)
    return response
