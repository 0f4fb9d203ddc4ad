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
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.quickbooks.pages.lamp import NEEDS_YOU, waiting_count
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
            "with_state": connection is not None,
        }
    if connection is not None:
        failing = SyncEntry.objects.filter(connection=connection, state__in=NEEDS_YOU)
        shown |= {
            "connection": connection,
            "waiting": waiting_count(connection),
            "failing": failing.order_by("-updated_at")[:5],
        }
    return render(request, "home.html", shown)


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
