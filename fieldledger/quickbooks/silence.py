"""Since when a Web Connector that should be calling is silent."""

from datetime import datetime
from typing import Final

from fieldledger.quickbooks.models import Connection, Stage

# The Web Connector asks every two minutes; a few missed calls are no news yet.
SILENT_AFTER_S: Final = 10 * 60
_BEFORE_CALLS: Final = frozenset({Stage.OFF, Stage.INSTALL})


def silent_after_s(connection: Connection) -> int:
    """Return after how long without a call something is wrong, at the interval seen."""
    return max(SILENT_AFTER_S, 3 * (connection.contact_interval_s or 0))


def is_silent(connection: Connection, *, now: datetime) -> bool:
    """Return whether calls were expected and have stopped."""
    last = connection.last_contact_at
    if not connection.enabled or connection.stage in _BEFORE_CALLS or last is None:
        return False
    return (now - last).total_seconds() > silent_after_s(connection)
