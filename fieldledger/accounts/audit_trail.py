"""The audit trail to be read: a business's events, the newest first, a page at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from fieldledger.accounts.models import AuditEvent, Business

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailPage:
    """Some events, and the mark after which the next page starts; "" at the end."""

    events: Sequence[AuditEvent]
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What of the trail is asked for: whose acts ("" for anybody's), from when, until before."""

    actor: str = ""
    since: datetime | None = None
    before: datetime | None = None


def trail(business: Business, wanted: Wanted, *, after: str = "", limit: int) -> TrailPage:
    """Return the page that begins after the mark `after`; the first one where it is no mark."""
    rows = _rows(business, wanted)
    at, key = _place(after)
    if at is not None:
        rows = rows.filter(Q(at__lte=at), Q(at__lt=at) | Q(pk__lt=key))
    events = list(rows[: limit + 1])
    last = events[limit - 1] if len(events) > limit else None
    mark = f"{(last.at - _EPOCH) // _MICROSECOND}-{last.pk}" if last is not None else ""
    return TrailPage(events=events[:limit], after=mark)


def every_event(business: Business, wanted: Wanted) -> Iterator[AuditEvent]:
    """Yield all events that are asked for, the newest first."""
    after = ""
    while True:
        found = trail(business, wanted, after=after, limit=_AT_ONCE)
        yield from found.events
        after = found.after
        if not after:
            return


def _rows(business: Business, wanted: Wanted) -> QuerySet[AuditEvent]:
    rows = AuditEvent.objects.filter(business=business).order_by("-at", "-pk")
    if wanted.actor:
        rows = rows.filter(actor=wanted.actor)
    if wanted.since is not None:
        rows = rows.filter(at__gte=wanted.since)
    if wanted.before is not None:
        rows = rows.filter(at__lt=wanted.before)
    return rows


def _place(mark: str) -> tuple[datetime | None, int]:
    passed, _, key = mark.partition("-")
    if not (passed.isascii() and passed.isdigit() and key.isascii() and key.isdigit()):
        return None, 0
    try:
        return _EPOCH + int(passed) * _MICROSECOND, min(int(key), 2**63 - 1)
    except (OverflowError, ValueError):
        return None, 0
