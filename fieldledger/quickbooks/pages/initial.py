"""The initial sync: reading the lists, and how far it is once the plan is approved."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks import queries
from fieldledger.quickbooks.models import Connection, Stage
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.lamp import lamp_of
from fieldledger.quickbooks.summing_up import read_so_far, summary_of, to_import
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
    started = connection.initial_started_at
    shown: dict[str, Any] = {
        "connection": connection,
        "status": status,
        "lamp": lamp_of(connection, now=now),
        "lanes": _lanes(connection),
        "eta_minutes": _minutes(status["progress"]["eta_seconds"]),
        "a_minute": _a_minute(connection, status["progress"]["done"], now),
        "started": started is not None,
        "done": connection.stage == Stage.ONGOING,
        "read": read_so_far(connection),
        "imported": to_import(connection),
    }
    if shown["done"]:
        shown["summary"] = summary_of(connection)
    return render(request, template, shown)


def _lanes(connection: Connection) -> list[dict[str, Any]]:
    counts = queries.counts_by_kind(connection)
    lanes = []
    for kind, words in ((Kind.CLIENT, "Clients"), (Kind.ITEM, "Items")):
        total = sum(counts[kind].values())
        done = sum(number for state, number in counts[kind].items() if state in _DONE)
        failed = counts[kind].get(State.FAILED, 0)
        lanes.append({"kind": kind, "words": words, "total": total, "done": done, "failed": failed})
    return lanes


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else max(1, round(seconds / 60))


def _a_minute(connection: Connection, done: int, now: datetime) -> int | None:
    """Return how many records a minute went so far; None while nobody can say."""
    started = connection.initial_started_at
    if started is None or done <= 0 or now <= started:
        return None
    return max(1, round(60 * done / (now - started).total_seconds()))
