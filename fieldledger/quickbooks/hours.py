"""Office hours and quiet hours: what they are now, and what people change about them."""

import datetime as dt
from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from fieldledger.quickbooks.changing import locking, note
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.hours_row import BusinessHours
from fieldledger.quickbooks.models import Connection, Stage
from fieldledger.quickbooks.poll import Poll
from fieldledger.quickbooks.tables import select, table_of
from fieldledger.sync.hours import Hours

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_HAS_QUIET_HOURS: Final = (
    f"SELECT 1 FROM {table_of(BusinessHours)}"  # noqa: S608 - our own names.
    " WHERE connection_id = %s AND quiet_begin IS NOT NULL"
)


def hours_of(connection: Connection) -> BusinessHours:
    """Return the hours that people chose, or those that hold without a choice, unsaved."""
    found = BusinessHours.objects.filter(connection=connection).first()
    return found or BusinessHours(connection=connection)


def office_hours(row: BusinessHours) -> Hours:
    """Return the hours in which silence is news."""
    return Hours(begin=row.office_begin, end=row.office_end, days=frozenset(row.office_days))


def local(connection: Connection, now: dt.datetime) -> dt.datetime:
    """Return what the clock on the business's wall shows."""
    return now.astimezone(ZoneInfo(connection.business.time_zone))


def quiet_until(row: BusinessHours, now: dt.datetime) -> dt.datetime | None:
    """Return when the quiet hours of now end; None if nothing is quiet, or it is sent anyway.

    :param now: in the business's zone.
    """
    if row.quiet_begin is None or row.quiet_end is None:
        return None
    if row.sent_anyway_until is not None and now < row.sent_anyway_until:
        return None
    return Hours(begin=row.quiet_begin, end=row.quiet_end).end_at(now)


def is_quiet_for(poll: Poll, now: dt.datetime) -> bool:
    """Whether a sign-in that has work is to be given none; asked only where there is some.

    The set-up, the initial sync and the probe are never held up: a person sits before them.
    """
    if poll.stage != Stage.ONGOING or poll.probe_wanted:
        return False
    if not select(_HAS_QUIET_HOURS, (poll.connection_id,)):
        return False
    row = BusinessHours.objects.select_related("connection__business").get(
        connection_id=poll.connection_id
    )
    return quiet_until(row, local(row.connection, now)) is not None


@locking
def save_hours(
    connection: Connection,
    *,
    office_begin: dt.time,
    office_end: dt.time,
    office_days: Sequence[int],
    quiet: tuple[dt.time, dt.time] | None,
    actor: str,
    now: dt.datetime,
) -> Connection:
    """Keep when the office is open and when nothing is to be sent, in the business's own time.

    :raises Mistaken: if there is no working day, or quiet hours that last the whole day.
    """
    errors = {}
    if not office_days or not set(office_days) <= set(range(7)):
        errors["office_days"] = ["Choose at least one day."]
    if quiet is not None and quiet[0] == quiet[1]:
        errors["quiet_end"] = ["That is the whole day. To send nothing at all, press Pause."]
    if errors:
        raise Mistaken(errors)
    begin, end = quiet or (None, None)
    BusinessHours.objects.update_or_create(
        connection=connection,
        defaults={
            "office_begin": office_begin,
            "office_end": office_end,
            "office_days": sorted(set(office_days)),
            "quiet_begin": begin,
            "quiet_end": end,
            "sent_anyway_until": None,
        },
    )
    note(connection, "change office and quiet hours", actor, now)
    return connection


@locking
def send_anyway(connection: Connection, *, actor: str, now: dt.datetime) -> Connection:
    """Send in these quiet hours all the same; the next ones are quiet again.

    :raises NotPossible: if nothing is held up.
    """
    row = hours_of(connection)
    until = quiet_until(row, local(connection, now))
    if until is None:
        raise NotPossible("These are no quiet hours: what waits goes with the next call anyway.")
    BusinessHours.objects.filter(pk=row.pk).update(sent_anyway_until=until)
    note(connection, "send in quiet hours", actor, now)
    return connection
