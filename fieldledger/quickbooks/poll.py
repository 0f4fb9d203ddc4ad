"""An idle poll: one SELECT tells whether the caller may in and whether there is work.

With SQLite not even that while this program has committed nothing since: a statement gives up the
interpreter's lock, and taking it back from the other threads costs more than all the rest.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from fieldledger.quickbooks.context import Idle
from fieldledger.quickbooks.models import Connection, Stage

# A restored company file stays unseen while nothing is sent; so it is looked at once a day.
CHECK_EVERY: Final = timedelta(hours=24)

# Another program on the same file, such as a command, is seen after this many seconds.
KEPT_S: Final = 0.25

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
    "probe_wanted",
    "checked_at",
    "watch_at",
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
    probe_wanted: bool
    checked_at: datetime | None
    watch_at: datetime | None
    initial_started_at: datetime | None

    def usable_previous(self, now: datetime) -> str:
        """Return the verifier of the old password while it still works."""
        if self.previous_until is None or self.previous_until <= now:
            return ""
        return self.previous_digest


@dataclass(frozen=True, slots=True)
class _Kept:
    """What has been read since the program's latest commit, by user name."""

    commits: int
    until_s: float
    polls: dict[str, Poll] = field(default_factory=dict)


_kept = _Kept(-1, 0.0)


def find_poll(username: str) -> Poll | None:
    """Return the connection that has this user name.

    Never older than the program's own commits; another program's are seen within KEPT_S.

    :raises DatabaseError: Django's, like any other query.
    """
    global _kept  # noqa: PLW0603 - replaced as a whole, by any thread.
    connection = connections[DEFAULT_DB_ALIAS]  # Once: each look-up of a thread's own is work.
    # Only our SQLite counts the commits: PostgreSQL's come from several programs.
    commits = getattr(connection, "commits", None)
    if commits is None or connection.in_atomic_block:
        return _read_poll(connection, username)
    kept, now_s = _kept, time.monotonic()
    if kept.commits != commits or kept.until_s <= now_s:
        # Numbered before anything is read: a commit in between makes it out of date at once.
        kept = _kept = _Kept(commits, now_s + KEPT_S)
    poll = kept.polls.get(username)
    if poll is None:
        poll = _read_poll(connection, username)
        if poll is not None:
            kept.polls[username] = poll
    return poll


def _read_poll(connection: BaseDatabaseWrapper, username: str) -> Poll | None:
    """Read a row straight through the driver.

    Django's query builder and cursors would take five times as long as the database, and nothing
    else happens in most polls.
    """
    if "\0" in username:  # No text in PostgreSQL; nobody's name.
        return None
    connection.ensure_connection()
    sql = _SQL_OF.get(connection.vendor)
    if sql is None:
        mark = "?" if connection.vendor == "sqlite" else "%s"
        sql = _SQL_OF[connection.vendor] = _SQL.format(mark=mark)
    with connection.wrap_database_errors:
        row = connection.connection.execute(sql, (username,)).fetchone()
    if row is None:
        return None
    (
        id_,
        enabled,
        paused,
        stage,
        digest,
        previous,
        until,
        active,
        reading,
        probe,
        checked,
        watched,
        started,
    ) = row
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
        bool(probe),
        _time(checked),
        _time(watched),
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
    if poll.probe_wanted:
        return True
    match poll.stage:
        case Stage.INSTALL | Stage.AUTHORIZE:
            return True
        case Stage.IMPORT:
            return poll.reading_wanted
        case Stage.INITIAL_SYNC | Stage.ONGOING:
            if poll.reading_wanted or poll.active_count:
                return True
            if poll.stage == Stage.INITIAL_SYNC and poll.initial_started_at is not None:
                return True  # The approved plan is being carried out.
            if poll.watch_at is not None and poll.watch_at <= now:
                return True  # What was sent is looked at: once a night, or as a person asked.
            # A time to come was noted by a clock that was wrong: it must not put the check off.
            is_due = poll.checked_at is None or not (
                timedelta(0) <= now - poll.checked_at < CHECK_EVERY
            )
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
