"""An idle poll: one SELECT tells whether the caller may in and whether there is work."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from fieldledger.quickbooks.models import Connection, Stage

# A restored company file stays unseen while nothing is sent; so it is looked at once a day.
CHECK_EVERY: Final = timedelta(hours=24)

_COLUMNS: Final = (
    "pk",
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
    """Return the connection that has this user name."""
    row = Connection.objects.filter(username=username).values_list(*_COLUMNS).first()
    return Poll(*row) if row else None


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
