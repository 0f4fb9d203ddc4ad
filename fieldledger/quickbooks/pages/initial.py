"""The initial sync: reading the lists, and how far it is once the plan is approved."""

from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks import queries
from fieldledger.quickbooks.initial_sync import rows_left
from fieldledger.quickbooks.models import Connection, Stage
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.lamp import lamp_of
from fieldledger.sync.content import Kind, State

_DONE: Final = frozenset({State.SYNCED, State.DIFFERS})


@quickbooks_page(Right.CONNECT)
def initial_sync(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the plan while it waits for a yes, else how far the initial sync is."""
    if connection.stage == Stage.ONGOING:
        return _progress(request, connection, "quickbooks/progress.html")
    if connection.stage != Stage.INITIAL_SYNC:
        return redirect("setup")
    if connection.initial_started_at is None and connection.plan_made_at is not None:
        return redirect("plan")
    return _progress(request, connection, "quickbooks/progress.html")


@quickbooks_page(Right.CONNECT)
def progress(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show how far the initial sync is, as a part that reloads itself."""
    waits_for_yes = connection.initial_started_at is None and connection.plan_made_at is not None
    if connection.stage == Stage.INITIAL_SYNC and waits_for_yes:
        return HttpResponseClientRedirect(reverse("plan"))
    return _progress(request, connection, "quickbooks/progress_part.html")


def _progress(request: PageRequest, connection: Connection, template: str) -> HttpResponse:
    now = timezone.now()
    status = queries.status(connection, now=now)
    connection.refresh_from_db()
    counts = queries.counts_by_kind(connection)
    lanes = []
    for kind, words in ((Kind.CLIENT, "Clients"), (Kind.ITEM, "Items")):
        total = sum(counts[kind].values())
        done = sum(number for state, number in counts[kind].items() if state in _DONE)
        failed = counts[kind].get(State.FAILED, 0)
        lanes.append({"kind": kind, "words": words, "total": total, "done": done, "failed": failed})
    eta_s = status["progress"]["eta_seconds"]
    shown: dict[str, Any] = {
        "connection": connection,
        "status": status,
        "lamp": lamp_of(connection, now=now),
        "lanes": lanes,
        "rows_left": rows_left(connection) if connection.is_carrying else 0,
        "eta_minutes": None if eta_s is None else max(1, round(eta_s / 60)),
        "started": connection.initial_started_at is not None,
        "done": connection.stage == Stage.ONGOING,
    }
    return render(request, template, shown)
