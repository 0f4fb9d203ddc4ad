"""The lamp: how the line to QuickBooks is, in a colour and a few words."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.template.defaultfilters import date as format_date
from django.utils import timezone

from fieldledger.quickbooks.computers import ANY, SECOND_COMPUTER
from fieldledger.quickbooks.models import Computer, Connection, Stage, SyncEntry
from fieldledger.quickbooks.returning import WELCOME_BACK
from fieldledger.quickbooks.verification import BANNERS
from fieldledger.sync.content import State

NEEDS_YOU: Final = (State.FAILED, State.GONE, State.CHANGED_IN_QUICKBOOKS)
QUEUED: Final = (State.PENDING, State.WAITING, State.SENDING, State.CHECKING)
# The Web Connector asks every two minutes; a few missed calls are no news yet.
SILENT_AFTER_S: Final = 10 * 60
_SAME_CALL: Final = dt.timedelta(minutes=1)  # A sign-in and the failure that came of it.
COUNTED_MAX: Final = 1000
_STEP: Final = {Stage.INSTALL: 1, Stage.AUTHORIZE: 2, Stage.IMPORT: 3}

# What is under way or waits, but keeps nothing from going.
_ATTENTION: Final = {
    SECOND_COMPUTER: ("amber", "A second computer"),
    WELCOME_BACK: ("blue", "Welcome back"),
    **dict.fromkeys(BANNERS, ("amber", "Looking records up")),
}


@dataclass(frozen=True, slots=True)
class Lamp:
    """`short` fits under the title in the margin; `sentence` says it whole."""

    colour: str
    title: str
    short: str
    sentence: str


def lamp_of(connection: Connection, *, now: dt.datetime) -> Lamp:
    """Return what the lamp shows at `now`."""
    if not connection.enabled:
        return Lamp(
            "neutral", "QuickBooks is off", "", "The add-on is switched off. The queue is kept."
        )
    step = _STEP.get(Stage(connection.stage))
    if connection.attention_message:
        colour, title = _ATTENTION.get(connection.attention_code, ("red", "QuickBooks needs you"))
        return Lamp(colour, title, "", connection.attention_message)
    if step is not None:
        return Lamp(
            "blue",
            "QuickBooks set-up",
            f"Step {step} of 3",
            f"The set-up is at step {step} of 3.",
        )
    if connection.paused:
        return Lamp("amber", "QuickBooks paused", "", "Sending is paused. The queue is kept.")
    last = connection.last_contact_at
    if last is None:
        return Lamp("neutral", "QuickBooks", "No call yet", "The Web Connector has not called yet.")
    since = _clock(last, now)
    if (now - last).total_seconds() > _silent_after_s(connection):
        return Lamp(
            "amber",
            "No call from QuickBooks",
            f"Since {since}",
            f"The Web Connector has not called since {since}. Nothing is lost: what waits goes with"
            " its next call.",
        )
    failed_at = connection.last_error_at
    if connection.last_error and failed_at is not None and failed_at >= last - _SAME_CALL:
        return Lamp("red", "QuickBooks not reached", f"Since {since}", connection.last_error)
    awaited = _awaited(connection, last, now)
    if awaited is not None:
        return awaited
    if connection.stage == Stage.INITIAL_SYNC:
        return Lamp(
            "blue", "Initial sync", f"Last call {since}", f"Initial sync. Last call {since}."
        )
    return Lamp(
        "green",
        "QuickBooks connected",
        f"Last call {since}",
        f"The Web Connector called {since}.",
    )


def _awaited(connection: Connection, last: dt.datetime, now: dt.datetime) -> Lamp | None:
    """Return what shows after a decision between computers, until the one that may sync calls.

    `last` is the last call of any computer: one that was refused goes on calling.
    """
    expected, holder = connection.expected_computer, connection.computer
    if expected not in {"", ANY} and expected.upper() != holder.upper():
        return Lamp(
            "blue",
            f"Waiting for {expected}",
            "",
            f"{expected} takes over with its next session; {holder} is refused from then on.",
        )
    seen = connection.lease_seen_at
    if seen is None or seen >= last:
        return None
    refused = (
        Computer.objects.filter(connection=connection, barred_at__gt=seen)
        .order_by("-barred_at")
        .first()
    )
    if refused is None:
        return None
    since = _clock(seen, now)
    is_silent = (now - seen).total_seconds() > _silent_after_s(connection)
    return Lamp(
        "amber" if is_silent else "blue",
        f"Waiting for {holder}",
        f"Last call {since}",
        f"{refused} was refused. What waits goes with the next session of {holder}, which called"
        f" {since}.",
    )


def next_call(connection: Connection, *, now: dt.datetime) -> str:
    """Return a sentence about the Web Connector's next call; "" if it is not known."""
    when = next_call_in(connection, now=now)
    if not when:
        return ""
    return "The next call is due." if when == "due" else f"The next call comes {when}."


def next_call_in(connection: Connection, *, now: dt.datetime) -> str:
    """Return when the next call comes: "in about 1:20", "due", or "" if it is not known."""
    last, interval_s = connection.last_contact_at, connection.contact_interval_s
    if last is None or interval_s is None or connection.paused:
        return ""
    left_s = interval_s - (now - last).total_seconds()
    if left_s <= 0:
        return "" if -left_s > interval_s else "due"
    minutes, seconds = divmod(round(left_s), 60)
    return f"in about {minutes}:{seconds:02}"


def _silent_after_s(connection: Connection) -> int:
    """Return after how long without a call something is wrong, at the interval seen."""
    return max(SILENT_AFTER_S, 3 * (connection.contact_interval_s or 0))


def _clock(at: dt.datetime, now: dt.datetime) -> str:
    passed = (now - at).total_seconds()
    if passed < 60:
        return "just now"
    if passed < 3600:
        return f"{int(passed // 60)} min ago"
    local, today = timezone.localtime(at), timezone.localtime(now).date()
    return format_date(local, "g:i A" if local.date() == today else "M j, g:i A")


def waiting_count(connection: Connection) -> int:
    """Return how many entries wait to go, at most 1,000."""
    return count_in(connection, QUEUED)


def needs_you_count(connection: Connection) -> int:
    """Return how many entries need a person, at most 1,000."""
    return count_in(connection, NEEDS_YOU)


def count_in(connection: Connection, states: Sequence[State]) -> int:
    """Return how many entries are in these states, at most 1,000: a longer list costs no more."""
    found = SyncEntry.objects.filter(connection=connection, state__in=states)
    return found[:COUNTED_MAX].count()
