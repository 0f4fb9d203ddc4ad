"""Who called when, gathered in the process and written together: an idle poll writes nothing.

What is lost when a process is killed is at most the last few seconds of "last contact".
"""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.tables import update_many

FLUSH_EVERY_S: Final = 2.0


@dataclass(slots=True)
class _Contact:
    at: datetime | None = None
    wrong_at: datetime | None = None
    wrong_count: int = 0


class Contacts:
    """The contacts since they were written last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[int, _Contact] = {}

    def note(self, connection_id: int, at: datetime) -> None:
        """Note that a connection's Web Connector has called."""
        with self._lock:
            self._seen.setdefault(connection_id, _Contact()).at = at

    def note_wrong_password(self, connection_id: int, at: datetime) -> None:
        """Note that somebody called with a connection's user name and a wrong password."""
        with self._lock:
            seen = self._seen.setdefault(connection_id, _Contact())
            seen.wrong_at = at
            seen.wrong_count += 1

    def write(self) -> None:
        """Write what has been noted; contacts of connections that are gone are dropped."""
        with self._lock:
            seen, self._seen = self._seen, {}
        if not seen:
            return
        with transaction.atomic():
            # Locked in the order of their keys, as everybody does who locks several.
            known = {
                each.pk: each
                for each in Connection.objects.select_for_update()
                .filter(pk__in=list(seen))
                .order_by("pk")
                .only(
                    "last_contact_at",
                    "contact_interval_s",
                    "wrong_password_at",
                    "wrong_password_count",
                )
            }
            update_many(
                Connection,
                (
                    "last_contact_at",
                    "contact_interval_s",
                    "wrong_password_at",
                    "wrong_password_count",
                ),
                [_row(connection, seen[key]) for key, connection in known.items()],
            )


def _row(
    connection: Connection, seen: _Contact
) -> tuple[int, datetime | None, int | None, datetime | None, int]:
    last, interval = connection.last_contact_at, connection.contact_interval_s
    if seen.at is not None:
        if last is not None and seen.at > last:
            interval = int((seen.at - last).total_seconds())
        last = max(last, seen.at) if last is not None else seen.at
    count = 0 if seen.at is not None else connection.wrong_password_count
    return (
        connection.pk,
        last,
        interval,
        seen.wrong_at or connection.wrong_password_at,
        count + seen.wrong_count,
    )


CONTACTS: Final = Contacts()
