"""Notices by e-mail, the office's hours and the quiet hours: where people choose them."""

import datetime as dt
from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right, may
from fieldledger.quickbooks import hours, services
from fieldledger.quickbooks import notices as letters
from fieldledger.quickbooks.letter_rows import Letter, Notice
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.services import Mistaken, NotPossible

_SHOWN_MAX: Final = 10
_HINTS: Final = {
    Notice.SILENCE: "In office hours, when no call has come for longer than usual, with the likely"
    " causes in order; and once more when it calls again.",
    Notice.ATTENTION: "Once a working day, how many records wait for a person’s decision, if any"
    " have come since the last letter.",
    Notice.PASSWORD: "When somebody calls with the Web Connector’s user name and a wrong password;"
    " at most once a day.",
    Notice.APPROVAL: "In office hours, when a colleague asks for something that a rule of approval"
    " holds, and you may approve it; at most once an hour.",
}


@quickbooks_page(Right.QUEUE, methods=("GET", "POST"))
def notices(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show and change which notices this person gets, and the hours of the business."""
    if request.method != "POST":
        return render(request, "quickbooks/notices.html", _shown(request, connection))
    letters.choose(request.membership, request.POST.getlist("notices"))
    messages.success(request, "Saved. It holds from the next notice on.")
    return redirect("notices")


@quickbooks_page(Right.MAP, methods=("POST",))
def save_hours(request: PageRequest, connection: Connection) -> HttpResponse:
    """Keep the office hours and the quiet hours."""
    errors: dict[str, list[str]] = {}
    times = {
        name: _time(request, name, errors)
        for name in ("office_begin", "office_end", "quiet_begin", "quiet_end")
    }
    begin, end = times["quiet_begin"], times["quiet_end"]
    for name in ("office_begin", "office_end"):
        if times[name] is None:
            errors.setdefault(name, ["Say a time, as 8:00 AM."])
    if (begin is None) != (end is None):
        errors.setdefault("quiet_end", ["Say both times, or neither."])
    if not errors:
        assert times["office_begin"] is not None
        assert times["office_end"] is not None
        try:
            services.save_hours(
                connection,
                office_begin=times["office_begin"],
                office_end=times["office_end"],
                office_days=[int(day) for day in request.POST.getlist("days") if day.isdecimal()],
                quiet=(begin, end) if begin is not None and end is not None else None,
                actor=request.actor,
                now=timezone.now(),
            )
        except Mistaken as mistake:
            errors = mistake.errors
    if errors:
        shown = _shown(request, connection) | {"errors": errors, "typed": request.POST}
        return render(request, "quickbooks/notices.html", shown, status=422)
    messages.success(request, "The hours are saved.")
    return redirect("notices")


@quickbooks_page(Right.QUEUE, methods=("POST",))
def send_anyway(request: PageRequest, connection: Connection) -> HttpResponse:
    """Send in the quiet hours of now."""
    try:
        services.send_anyway(connection, actor=request.actor, now=timezone.now())
    except NotPossible as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.success(request, "What waits goes with the Web Connector’s next call.")
    return redirect("quickbooks")


def _time(request: PageRequest, name: str, errors: dict[str, list[str]]) -> dt.time | None:
    text = request.POST.get(name, "").strip()
    try:
        return dt.time.fromisoformat(text).replace(tzinfo=None) if text else None
    except ValueError:
        errors[name] = ["That is no time of day."]
        return None


def _shown(request: PageRequest, connection: Connection) -> dict[str, Any]:
    row = hours.hours_of(connection)
    chosen = letters.chosen_by(request.membership)
    return {
        "connection": connection,
        "kinds": [
            {"value": each.value, "words": each.label, "hint": _HINTS[each], "on": each in chosen}
            for each in Notice
        ],
        "is_mail_given": settings.MAIL_SERVER_GIVEN,
        "hours": row,
        "days": [(str(n), words, n in row.office_days) for n, words in enumerate(hours.DAYS)],
        "zone": request.business.time_zone.replace("_", " "),
        "may_change_hours": may(request.membership.role, Right.MAP),
        "letters": Letter.objects.filter(membership=request.membership).order_by("-pk")[
            :_SHOWN_MAX
        ],
    }
