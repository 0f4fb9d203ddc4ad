"""An idle poll: one SELECT tells whether the caller may in and whether there is work."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections

from fieldledger.quickbooks.context import Idle
from fieldledger.quickbooks.models import Connection, Stage

# A restored company file stays unseen while nothing is sent; so it is looked at once a day.
CHECK_EVERY: Final = timedelta(hours=24)

_COLUMNS: Final = (
    "id",
    "enabled",
    "paused",
    "stage",
    "password_digest",
    "previous_digest",
    "previous_until",
    "active_count",
    "reading_wanted",
    "checked_at",
    "initial_started_at",
)
_SQL: Final = (
    # Names of our own columns and one placeholder.
    f"SELECT {', '.join(_COLUMNS)} FROM {Connection._meta.db_table}"  # noqa: S608, SLF001
    " WHERE username = {mark}"
)
_SQL_OF: Final[dict[str, str]] = {}  # By the database's kind: drivers mark places differently.


@dataclass(frozen=True, slots=True)
class Poll:
    """What a sign-in needs to know of its connection."""

    connection_id: int
    enabled: bool
    paused: bool
    stage: str
    password_digest: str
    previous_digest: str
    previous_until: datetime | None
    active_count: int
    reading_wanted: bool
    checked_at: datetime | None
    initial_started_at: datetime | None

    def usable_previous(self, now: datetime) -> str:
        """Return the verifier of the old password while it still works."""
        if self.previous_until is None or self.previous_until <= now:
            return ""
        return self.previous_digest


def find_poll(username: str) -> Poll | None:
    """Return the connection that has this user name.

    Straight through the driver: Django's query builder and cursors would take five times as long
    as the database, and nothing else happens in most polls.

    :raises DatabaseError: Django's, like any other query.
    """
    if "\0" in username:  # No text in PostgreSQL; nobody's name.
        return None
    connection = connections[DEFAULT_DB_ALIAS]  # Once: each look-up of a thread's own is work.
    connection.ensure_connection()
    sql = _SQL_OF.get(connection.vendor)
    if sql is None:
        mark = "?" if connection.vendor == "sqlite" else "%s"
        sql = _SQL_OF[connection.vendor] = _SQL.format(mark=mark)
    with connection.wrap_database_errors:
        row = connection.connection.execute(sql, (username,)).fetchone()
    if row is None:
        return None
    id_, enabled, paused, stage, digest, previous, until, active, reading, checked, started = row
    return Poll(
        id_,
        bool(enabled),
        bool(paused),
        stage,
        digest,
        previous,
        _time(until),
        active,
        bool(reading),
        _time(checked),
        _time(started),
    )


def _time(value: datetime | None) -> datetime | None:
    """Return a column's time: SQLite hands it over in UTC without saying so."""
    if value is None or value.tzinfo is not None:
        return value
    return value.replace(tzinfo=UTC)


def has_work(poll: Poll, now: datetime) -> bool:
    """Whether a session has anything to do.

    While the set-up waits for the first session it always has: that session is what it waits for.
    """
    if not poll.enabled or poll.paused:
        return False
    match poll.stage:
        case Stage.INSTALL | Stage.AUTHORIZE:
            return True
        case Stage.IMPORT:
            return poll.reading_wanted
        case Stage.INITIAL_SYNC | Stage.ONGOING:
            if poll.reading_wanted or poll.active_count:
                return True
            is_due = poll.checked_at is None or now - poll.checked_at >= CHECK_EVERY
            return is_due and poll.initial_started_at is not None
        case _:
            return False


def why_idle(poll: Poll) -> Idle:
    """Return why a sign-in that has no work has none."""
    if not poll.enabled:
        return Idle.OFF
    if poll.paused:
        return Idle.PAUSED
    match poll.stage:
        case Stage.IMPORT:
            return Idle.SET_UP
        case Stage.INITIAL_SYNC if poll.initial_started_at is None:
            return Idle.PLAN
        case Stage.OFF:
            return Idle.OFF
        case _:
            return Idle.DONE
