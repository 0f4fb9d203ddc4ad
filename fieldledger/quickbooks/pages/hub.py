"""The overview of the link to QuickBooks: the line, the company file, the queue, the sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right, may
from fieldledger.office.fields import guid as read_guid
from fieldledger.quickbooks import hours, queries, returning, services, watching
from fieldledger.quickbooks.models import Connection, Session, Stage
from fieldledger.quickbooks.pages.access import SET_UP, quickbooks_page
from fieldledger.quickbooks.pages.connection import words_of_seconds
from fieldledger.quickbooks.pages.lamp import NEEDS_YOU, lamp_of, next_call
from fieldledger.quickbooks.pages.setup import why_refused
from fieldledger.quickbooks.setting_up import APP_NAME
from fieldledger.quickbooks.silence import is_silent
from fieldledger.sync.content import Kind, State

_LANES: Final = (
    (Kind.CLIENT, "Clients"),
    (Kind.ITEM, "Items"),
    (Kind.INVOICE, "Invoices"),
    (Kind.PAYMENT, "Payments"),
    (Kind.CREDIT, "Credit memos"),
    (Kind.REFUND, "Refunds"),
)
_WAITING: Final = (State.PENDING, State.WAITING)
_UNDER_WAY: Final = (State.SENDING, State.CHECKING)
_IN_QUICKBOOKS: Final = (
    State.SYNCED,
    State.DIFFERS,
    State.CHANGED,
    State.CHANGED_IN_QUICKBOOKS,
)


@quickbooks_page(Right.QUEUE)
def hub(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the overview."""
    if may(request.membership.role, Right.CONNECT):
        if connection.stage in SET_UP:
            return redirect("setup")
        if connection.stage == Stage.INITIAL_SYNC and connection.initial_started_at is None:
            return redirect("initial_sync")  # The set-up is not over: a yes to the plan is missing.
    return render(request, "quickbooks/hub.html", _shown(connection))


@quickbooks_page(Right.QUEUE)
def hub_part(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the part of the overview that reloads itself."""
    return render(request, "quickbooks/hub_part.html", _shown(connection))


@quickbooks_page(Right.CONNECT, methods=("POST",))
def pause(request: PageRequest, connection: Connection) -> HttpResponse:
    """Send nothing until resumed."""
    services.pause(connection, actor=request.actor, now=timezone.now())
    messages.success(request, "Paused. Nothing goes to QuickBooks until you press Resume.")
    return redirect(_back(request))


@quickbooks_page(Right.CONNECT, methods=("POST",))
def resume(request: PageRequest, connection: Connection) -> HttpResponse:
    """Go on sending; after an absence, what changed meanwhile is compared first."""
    now = timezone.now()
    if not connection.attention_code and returning.was_away(connection, now):
        services.compare_first(connection, actor=request.actor, now=now)
        return redirect("welcome_back")
    services.resume(connection, actor=request.actor, now=now)
    messages.success(request, "Resumed. What waits goes with the Web Connector's next call.")
    return redirect(_back(request))


@quickbooks_page(Right.MAP, methods=("POST",))
def refresh_lists(request: PageRequest, connection: Connection) -> HttpResponse:
    """Read QuickBooks' lists again with the next session."""
    services.refresh_lists(connection, actor=request.actor, now=timezone.now())
    messages.success(request, "The lists are read again with the Web Connector's next call.")
    if request.POST.get("from") == "attention":
        return redirect("attention")
    entry = read_guid(request.POST.get("entry", ""))
    return redirect("entry", entry) if entry else redirect("mapping")


@quickbooks_page(Right.CONNECT, methods=("GET", "POST"))
def disconnect(request: PageRequest, connection: Connection) -> HttpResponse:
    """Ask whether to disconnect, and do it."""
    if request.method != "POST":
        return render(request, "quickbooks/disconnect.html", {"connection": connection})
    services.disconnect(connection, actor=request.actor, now=timezone.now())
    messages.success(request, "Disconnected. Links and queue are kept for when you come back.")
    return redirect("addon")


def _shown(connection: Connection) -> dict[str, Any]:
    now = timezone.now()
    status = queries.status(connection, now=now)
    connection.refresh_from_db()
    counts = queries.counts_by_kind(connection)
    sessions = queries.last_sessions(connection)

    def count(kind: Kind, states: tuple[State, ...]) -> int:
        return sum(counts[kind].get(state, 0) for state in states)

    return {
        "connection": connection,
        "app_name": APP_NAME,
        "status": status,
        "lamp": lamp_of(connection, now=now),
        "next_call": next_call(connection, now=now),
        "lanes": [
            {
                "kind": kind,
                "words": words,
                "waiting": count(kind, _WAITING),
                "under_way": count(kind, _UNDER_WAY),
                "in_quickbooks": count(kind, _IN_QUICKBOOKS),
                "needs_you": count(kind, NEEDS_YOU),
            }
            for kind, words in _LANES
        ],
        "sessions": sessions,
        "last_sent": _last_sent(sessions),
        "silent_for": _silent_for(connection, now),
        "refused": why_refused(connection),
        "waiting": sum(count(kind, _WAITING) for kind in Kind),
        "interval_minutes": _minutes(connection.contact_interval_s),
        "password_is_wrong": _is_later(connection.wrong_password_at, connection.last_contact_at),
        "in_set_up": connection.stage in SET_UP,
        "quiet_until": hours.quiet_until(hours.hours_of(connection), hours.local(connection, now)),
        "is_ongoing": connection.stage == Stage.ONGOING,
        "last_look": watching.last_run(connection),
        "looking": watching.progress(connection),
        "look_awaited": watching.is_awaited(connection),
        "changed_there": sum(count(kind, (State.CHANGED_IN_QUICKBOOKS,)) for kind in Kind),
    }


def _last_sent(sessions: Sequence[Session]) -> str:
    """Return what the last session has sent and how long it took; "" while one runs, or if none."""
    last = sessions[0] if sessions else None
    if last is None or last.closed_at is None or last.last_error or last.done <= last.failed:
        return ""
    minutes, seconds = divmod(round((last.closed_at - last.opened_at).total_seconds()), 60)
    took = f"{minutes} min {seconds} s" if minutes else f"{max(seconds, 1)} s"
    return f"{last.done - last.failed} done in {took}"


def _silent_for(connection: Connection, now: datetime) -> str:
    """Return since how long no call has come that was expected; "" if they come."""
    last = connection.last_contact_at
    if connection.paused or last is None or not is_silent(connection, now=now):
        return ""
    return words_of_seconds((now - last).total_seconds())


def _back(request: PageRequest) -> str:
    return "initial_sync" if request.POST.get("from") == "initial_sync" else "quickbooks"


def _minutes(seconds: int | None) -> int | None:
    return None if seconds is None else max(1, round(seconds / 60))


def _is_later(one: datetime | None, other: datetime | None) -> bool:
    return one is not None and (other is None or one > other)
