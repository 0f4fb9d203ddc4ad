"""Connection and computers, the company file that is open, and coming back: where people decide."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks import computers, deciding, queries, returning, services
from fieldledger.quickbooks.company import OWNER_ID
from fieldledger.quickbooks.models import Computer, Connection, Finding, Stage
from fieldledger.quickbooks.pages.access import SET_UP, quickbooks_page
from fieldledger.quickbooks.pages.banner import is_about_files, moment_of
from fieldledger.quickbooks.pages.lamp import lamp_of
from fieldledger.quickbooks.services import Mistaken, NotPossible
from fieldledger.quickbooks.setting_up import APP_NAME

SHOWN_MAX: Final = 50
_FACTS: Final = (
    ("name", "Company"),
    ("legal_name", "Legal name"),
    ("address", "Address"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("path", "File"),
    ("computer", "Computer"),
    ("product", "QuickBooks"),
    ("mark", "Mark (FileID)"),
)


@quickbooks_page(Right.CONNECT)
def connection(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the connection: the company's fingerprint, the computers, setup file and password."""
    return render(request, "quickbooks/connection.html", _shown(connection))


@quickbooks_page(Right.CONNECT)
def connection_part(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the part of it that looks again by itself: who has called."""
    return render(request, "quickbooks/connection_part.html", _shown(connection))


def _shown(connection: Connection) -> dict[str, Any]:
    now = timezone.now()
    status = queries.status(connection, now=now)
    connection.refresh_from_db()
    seen = Computer.objects.filter(connection=connection).order_by("-last_seen_at")
    holder = connection.computer.upper()
    lease_s = computers.lease_s(connection)
    notice = connection.notice
    return {
        "connection": connection,
        "status": status,
        "app_name": APP_NAME,
        "lamp": lamp_of(connection, now=now),
        "owner_id": f"{{{OWNER_ID}}}",
        "file_id": f"{{{connection.file_id}}}",
        "facts": _facts(connection.fingerprint or _known(connection)),
        "computers": [
            {
                "seen": each,
                "holds": bool(holder) and each.name.upper() == holder,
                "asks": each.name
                and connection.attention_code == computers.SECOND_COMPUTER
                and connection.found.get("computer", "").upper() == each.name.upper(),
                "expected": each.name and each.name == connection.expected_computer,
            }
            for each in seen[:SHOWN_MAX]
        ],
        "interval": words_of_seconds(connection.contact_interval_s or None),
        "lease": words_of_seconds(lease_s),
        "lease_is_live": computers.is_lease_live(connection, now),
        "awaits": connection.expected_computer == computers.ANY,
        "taken_over": notice if notice.get("code") == computers.TAKEN_OVER else None,
        "two": notice if _is_two(notice) else None,
        "in_set_up": connection.stage in SET_UP,
        "away_since": connection.away_since,
    }


def _is_two(notice: dict[str, Any]) -> bool:
    return bool(
        notice.get("code") == computers.TWO_CONNECTORS and notice["count"] > computers.STRAYS_OF_ONE
    )


def words_of_seconds(seconds: float | None) -> str:
    """Return a length of time as people say it; "" if it is not known."""
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{round(seconds)} seconds"
    if seconds < 90 * 60:
        return f"{round(seconds / 60)} minutes"
    return f"{round(seconds / 3600)} hours"


def _known(connection: Connection) -> dict[str, str]:
    return {
        "name": connection.company_name,
        "path": connection.company_file,
        "product": connection.product_name,
        "computer": connection.computer,
    }


def _facts(fingerprint: dict[str, Any]) -> list[tuple[str, str]]:
    return [(words, fingerprint[key]) for key, words in _FACTS if fingerprint.get(key)]


@quickbooks_page(Right.CONNECT)
def company_file(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the linked company file beside the one that is open, and what can be done."""
    linked = connection.fingerprint or _known(connection)
    found = connection.found
    notice = connection.notice
    moved = notice if notice.get("code") == computers.FILE_MOVED else None
    rows = []
    for key, words in _FACTS:
        one, other = str(linked.get(key, "")), str(found.get(key, ""))
        if one or other:
            rows.append({"words": words, "linked": one, "found": other, "differs": one != other})
    shown = {
        "connection": connection,
        "asks": connection.attention_code if is_about_files(connection) else "",
        "rows": rows if found else [],
        "linked": linked,
        "found": found,
        "found_at": moment_of(found.get("at", "")),
        "why_not": deciding.why_not_relinked(connection) if found else "",
        "moved": moved,
        "app_name": APP_NAME,
    }
    return render(request, "quickbooks/company_file.html", shown)


@quickbooks_page(Right.CONNECT)
def welcome_back(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show what has changed here and in QuickBooks while nothing was sent."""
    at = connection.comparison
    is_there = connection.attention_code == returning.WELCOME_BACK
    shown = {
        "connection": connection,
        "comparing": at if returning.is_comparing(connection) else None,
        "is_there": is_there,
        "since": moment_of(at.get("since", "")) or connection.away_since,
        "can_compare": connection.stage == Stage.ONGOING,
    }
    if is_there:
        shown |= {
            "compared_at": moment_of(at.get("compared_at", "")),
            "read": at.get("read", 0),
            "counts": returning.counts_of(connection),
            "here": returning.changed_here(connection, SHOWN_MAX),
            "findings": [
                {"entry": each.entry, "is_gone": each.what == each.What.GONE, "at": _their(each)}
                for each in returning.findings_of(connection, SHOWN_MAX)
            ],
            "shown_max": SHOWN_MAX,
        }
    return render(request, "quickbooks/welcome_back.html", shown)


def _their(finding: Finding) -> dt.datetime | None:
    """Return when QuickBooks says that it was changed: the time on the QuickBooks computer."""
    try:
        return dt.datetime.fromisoformat(finding.changed_at).replace(tzinfo=None)
    except ValueError:
        return None


def _go_on(connection: Connection, **doing: Any) -> None:
    services.resume(connection, **doing)


def _hold_and_go_on(connection: Connection, **doing: Any) -> None:
    services.resume(services.hold_both(connection, **doing), **doing)


_Decision = Callable[..., Any]
# What a button says, what it does with which field of the form, what is said then, and where to.
_DECISIONS: Final[dict[str, tuple[_Decision, tuple[str, ...], str, str]]] = {
    "relink": (
        services.relink_company,
        (),
        "Linked. The next session looks at the file before anything is sent.",
        "company_file",
    ),
    "keep": (
        services.keep_file,
        ("path",),
        "Decided. The sync goes on with this file; the other one is put aside.",
        "connection",
    ),
    "copy": (
        services.put_copy_aside,
        (),
        "Put aside. Nothing more is sent to the copy; open the right file in QuickBooks.",
        "connection",
    ),
    "confirm": (_go_on, (), "Confirmed. What waits goes with the next call.", "quickbooks"),
    "hand_over": (
        services.hand_over,
        ("computer",),
        "It takes over with its next call; the other one is refused from then on.",
        "connection",
    ),
    "refuse": (
        services.refuse_computer,
        ("computer",),
        "Refused. It does not take over, even when the other one is silent.",
        "connection",
    ),
    "compare": (
        services.compare_first,
        (),
        "The next call compares first. Nothing is sent before you have seen it.",
        "welcome_back",
    ),
    "go_on": (_go_on, (), "What waits goes with the Web Connector's next call.", "quickbooks"),
    "hold_and_go_on": (
        _hold_and_go_on,
        (),
        "What changed on both sides is held; the rest goes with the next call.",
        "quickbooks",
    ),
}


@quickbooks_page(Right.CONNECT, methods=("POST",))
def decide(request: PageRequest, connection: Connection) -> HttpResponse:
    """Do what a person has decided about files, computers or an absence."""
    decision = request.POST.get("decision", "")
    doing: dict[str, Any] = {"actor": request.actor, "now": timezone.now()}
    if decision in {"expect", "expect_none"}:
        services.expect_computer(connection, expected=decision == "expect", **doing)
        return redirect("connection")
    if decision == "dismiss":
        services.dismiss_notice(connection, **doing)
        back = request.POST.get("back", "/")
        ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
        return redirect(back if ours else "/")
    if decision not in _DECISIONS:
        raise Http404
    act, fields, said, where = _DECISIONS[decision]
    try:
        act(connection, **{name: request.POST.get(name, "") for name in fields}, **doing)
    except NotPossible as refusal:
        messages.error(request, refusal.sentence)
    except Mistaken as mistake:
        messages.error(request, " ".join(each for many in mistake.errors.values() for each in many))
    else:
        messages.success(request, said)
    return redirect(where)
