"""Which entries of the sync log: by when they changed, by who asked, by the session they went in.

Each has an index that gives its entries in its own order, so that a page of them costs the same
whatever the log's length: by the time of the change, by the time of the sending, or newest first.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Q, QuerySet

from fieldledger.quickbooks.counting import entry_counts
from fieldledger.quickbooks.models import Connection, Session, SyncEntry
from fieldledger.sync.content import State

BY_ITSELF: Final = "itself"  # Of `asked_by`: nobody asked, Fieldledger saw the change.
ACTOR: Final = re.compile(r"(?:user|key) [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# So many entries in the wanted states are read before those of the wanted time.
_FEW: Final = 2_500


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowing:
    """What narrows the log; None is no narrowing.

    `asked_by` is an actor of the audit trail or BY_ITSELF. An entry that went in several sessions
    is of the last one.
    """

    since: datetime | None = None  # Last changed then or later.
    before: datetime | None = None  # Last changed earlier.
    asked_by: str | None = None
    session: Session | None = None

    @property
    def order(self) -> str:
        """The time that the entries are ordered by, the latest first; "" where it is by age."""
        if self.session is not None:
            return "sent_at"
        timed = self.since is not None or self.before is not None
        return "updated_at" if timed or self.asked_by not in {None, BY_ITSELF} else ""

    def of(self, entries: QuerySet[SyncEntry]) -> QuerySet[SyncEntry]:
        """Return those of `entries` that are wanted."""
        if self.since is not None:
            entries = entries.filter(updated_at__gte=self.since)
        if self.before is not None:
            entries = entries.filter(updated_at__lt=self.before)
        if self.asked_by == BY_ITSELF:
            entries = entries.filter(asked_by="")
        elif self.asked_by is not None:
            # The second condition says what the index is partial by.
            entries = entries.filter(asked_by=self.asked_by, asked_by__gt="")
        if self.session is not None:
            entries = entries.filter(sent_at__gte=self.session.opened_at)
            if (end := _end_of(self.session)) is not None:
                entries = entries.filter(sent_at__lt=end)
        return entries


EVERYTHING: Final = Narrowing()


def _end_of(session: Session) -> datetime | None:
    """Return when the next session began: a company has one at a time, the newest."""
    later = Session.objects.filter(connection_id=session.connection_id, pk__gt=session.pk)
    return later.order_by("pk").values_list("opened_at", flat=True).first()


def in_states(
    connection: Connection,
    entries: QuerySet[SyncEntry],
    states: set[State],
    narrowing: Narrowing,
) -> QuerySet[SyncEntry]:
    """Return the entries in these states, read by whichever condition leaves fewer."""
    if narrowing.order:
        counts = entry_counts(connection).values()
        if sum(each.get(state, 0) for each in counts for state in states) <= _FEW:
            own = SyncEntry.objects.filter(connection=connection, state__in=states)
            # PostgreSQL reads what has a limit by itself; else it walks all in the order of time.
            return entries.filter(pk__in=own.values("pk")[: 2 * _FEW])
    return entries.filter(state__in=states)


def ordering(narrowing: Narrowing) -> list[str]:
    """Return the columns of the order."""
    return [f"-{narrowing.order}", "-pk"] if narrowing.order else ["-pk"]


def place_of(entry: SyncEntry, narrowing: Narrowing) -> list[int]:
    """Return where an entry stands in the order, for a cursor."""
    if not narrowing.order:
        return [entry.pk]
    return [(getattr(entry, narrowing.order) - _EPOCH) // _MICROSECOND, entry.pk]


def after(place: list[int], narrowing: Narrowing) -> Q:
    """Return the condition of standing behind a place.

    :raises ValueError: if it is no place of this order.
    """
    *times, key = place
    if len(times) != bool(narrowing.order):
        raise ValueError(place)
    if not times:
        return Q(pk__lt=key)
    column = narrowing.order
    try:
        at = _EPOCH + times[0] * _MICROSECOND
    except OverflowError as error:
        raise ValueError(place) from error
    same_or_earlier = Q(**{f"{column}__lte": at})
    return same_or_earlier & (Q(**{f"{column}__lt": at}) | Q(pk__lt=key))
