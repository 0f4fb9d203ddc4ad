"""The filters of the sync log: what its address asks for, and what there is to choose from."""

import datetime as dt
from typing import Any, Final

from django.http import QueryDict
from django.utils import timezone

from fieldledger.accounts.models import ApiKey, User
from fieldledger.accounts.services import actor_of
from fieldledger.office.fields import guid as read_guid
from fieldledger.quickbooks.log_filters import ACTOR, BY_ITSELF, Narrowing
from fieldledger.quickbooks.models import Connection, Session
from fieldledger.quickbooks.pages.lamp import NEEDS_YOU
from fieldledger.quickbooks.queries import last_sessions
from fieldledger.quickbooks.services import Mistaken
from fieldledger.sync.content import State

# A tab is a group of states; the filter beside it names each one.
TABS: Final = (
    ("", "All", ()),
    ("pending", "Pending", (State.PENDING,)),
    ("on_the_way", "On the way", (State.WAITING, State.SENDING, State.CHECKING)),
    ("attention", "Needs you", NEEDS_YOU),
    ("synced", "Synced", (State.SYNCED,)),
    ("differs", "Differs", (State.DIFFERS,)),
    ("changed", "Changed since", (State.CHANGED,)),
    ("aside", "Set aside", (State.HELD, State.IGNORED, State.CANCELLED)),
)
GROUPS: Final = {name: states for name, _, states in TABS if states}
# What of the address narrows the log.
FILTERS: Final = ("q", "state", "kind", "code", "how", "period", "from", "to", "by", "session")
_PERIODS: Final = {"today": "Today", "week": "Last 7 days", "month": "This month"}
_PROGRAMS_MAX: Final = 50


def filters_of(connection: Connection, asked: QueryDict) -> dict[str, Any]:
    """Return what an address asks of the log, as entry_page takes it.

    :raises Mistaken: for a day, a person or a session that is none.
    """
    group = asked.get("state", "")
    states = GROUPS.get(group, (group,) if group else ())
    first, last = days_of(asked)
    return {
        "state": ",".join(states) or None,
        "kind": asked.get("kind") or None,
        "code": asked.get("code") or None,
        "how": asked.get("how") or None,
        "q": asked.get("q", ""),
        "narrowing": Narrowing(
            since=midnight(first) if first else None,
            before=midnight(last + dt.timedelta(days=1)) if last else None,
            asked_by=_asker(asked.get("by", "")),
            session=_session(connection, asked.get("session", "")),
        ),
    }


def days_of(asked: QueryDict) -> tuple[dt.date | None, dt.date | None]:
    """Return the first and last day that are asked for, in the business's zone.

    Days that are named go before a period.

    :raises Mistaken: for a day or period that is none.
    """
    first, last = _day(asked.get("from", "")), _day(asked.get("to", ""))
    if first and last and last < first:
        first, last = last, first
    period = asked.get("period", "")
    if first or last or not period:
        return first, last
    today = timezone.localdate()
    match period:
        case "today":
            return today, None
        case "week":
            return today - dt.timedelta(days=6), None
        case "month":
            return today.replace(day=1), None
    raise Mistaken({"period": [f"Choose one of: {', '.join(_PERIODS)}."]})


def choices_of(connection: Connection, asked: QueryDict) -> dict[str, Any]:
    """Return what the page offers to choose from: times, people and programs, sessions."""
    first, last = days_of(asked)
    is_named = bool(asked.get("from") or asked.get("to"))
    sessions = last_sessions(connection)
    chosen = _session(connection, asked.get("session", ""))
    if chosen is not None and chosen not in sessions:
        sessions.append(chosen)
    by = asked.get("by", "")
    askers = _askers(connection)
    if by not in {"", *(value for value, _ in askers)}:
        askers.append((by, "A former colleague" if by.startswith("user") else "A former program"))
    return {
        "periods": [("", "Any time"), *_PERIODS.items()],
        "period": "" if is_named else asked.get("period", ""),
        "time_words": "" if is_named else _PERIODS.get(asked.get("period", ""), "Any time"),
        "first": first if is_named else None,
        "last": last if is_named else None,
        "askers": askers,
        "by": by,
        "sessions": sessions,
        "session": str(chosen.guid) if chosen is not None else "",
    }


def _askers(connection: Connection) -> list[tuple[str, str]]:
    """Return who may have asked: nobody, the people here, and the programs with a key."""
    return [(BY_ITSELF, "By itself"), *people_and_programs(connection.business_id)]


def people_and_programs(business_id: int) -> list[tuple[str, str]]:
    """Return the people of a business and the programs with a key, each by actor and name."""
    people = User.objects.filter(memberships__business_id=business_id)
    keys = ApiKey.objects.filter(business_id=business_id).order_by("revoked_at", "-pk")
    return [
        *((actor_of(each), str(each)) for each in people.order_by("name", "email")),
        *((actor_of(each), f"API key {each.name}") for each in keys[:_PROGRAMS_MAX]),
    ]


def _asker(by: str) -> str | None:
    if not by:
        return None
    if by != BY_ITSELF and not ACTOR.fullmatch(by):
        raise Mistaken({"by": ["Nobody is called so."]})
    return by


def _session(connection: Connection, text: str) -> Session | None:
    if not text:
        return None
    guid = read_guid(text)
    found = guid and Session.objects.filter(connection=connection, guid=guid).first()
    if not found:
        raise Mistaken({"session": ["There is no such session."]})
    return found


def _day(text: str) -> dt.date | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise Mistaken({"from": ["Dates are written like 2026-05-03."]}) from None
    if not dt.MINYEAR + 1 < day.year < dt.MAXYEAR:  # Its midnight is a time everywhere.
        raise Mistaken({"from": ["There is nothing in that year."]})
    return day


def midnight(day: dt.date) -> dt.datetime:
    """Return when a day begins in the business's zone."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))
