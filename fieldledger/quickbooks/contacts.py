"""Who called when, gathered in the process and written together: an idle poll writes nothing.

What is lost when a process is killed is at most the last few seconds of "last contact".
"""

import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection, transaction

from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.tables import update_many

FLUSH_EVERY_S: Final = 2.0
_LOG: Final = structlog.get_logger("fieldledger.contacts")


@dataclass(slots=True)
class _Contact:
    at: datetime | None = None
    address: str = ""  # Of a call that was given nothing to do.
    wrong_at: datetime | None = None
    wrong_count: int = 0


class Contacts:
    """The contacts since they were written last."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[int, _Contact] = {}

    def note(self, connection_id: int, at: datetime, address: str = "") -> None:
        """Note that a connection's Web Connector has called; from where, if it had no work."""
        with self._lock:
            seen = self._seen.setdefault(connection_id, _Contact())
            seen.at = at
            if address:
                seen.address = address

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
                for each in Connection.objects.select_for_update(no_key=True)
                .filter(pk__in=list(seen))
                .order_by("pk")
                .only(
                    "last_contact_at",
                    "contact_interval_s",
                    "wrong_password_at",
                    "wrong_password_count",
                    "lease_address",
                    "lease_seen_at",
                )
            }
            update_many(
                Connection,
                (
                    "last_contact_at",
                    "contact_interval_s",
                    "wrong_password_at",
                    "wrong_password_count",
                    "lease_seen_at",
                ),
                [_row(each, seen[key]) for key, each in known.items()],
            )


def _row(
    known: Connection, seen: _Contact
) -> tuple[int, datetime | None, int | None, datetime | None, int, datetime | None]:
    last, interval = known.last_contact_at, known.contact_interval_s
    if seen.at is not None:
        if last is not None and seen.at > last:
            interval = int((seen.at - last).total_seconds())
        last = max(last, seen.at) if last is not None else seen.at
    count = 0 if seen.at is not None else known.wrong_password_count
    return (
        known.pk,
        last,
        interval,
        seen.wrong_at or known.wrong_password_at,
        count + seen.wrong_count,
        _lease_seen(known, seen),
    )


def _lease_seen(known: Connection, seen: _Contact) -> datetime | None:
    """Return when the computer that may sync has called last; idle, its address alone tells."""
    if seen.at is None or not seen.address or seen.address != known.lease_address:
        return known.lease_seen_at
    return max(known.lease_seen_at or seen.at, seen.at)


CONTACTS: Final = Contacts()


_writer: threading.Thread | None = None
_writer_lock: Final = threading.Lock()


def start_writing() -> None:
    """Let a thread of this process write the contacts from now on; a server's workers call it."""
    global _writer  # noqa: PLW0603 - one thread a process, whoever is called first.
    if _writer is not None:
        return
    with _writer_lock:
        if _writer is None:
            _writer = threading.Thread(target=_write_on, name="contacts", daemon=True)
            _writer.start()


def _write_on() -> None:
    while True:
        time.sleep(FLUSH_EVERY_S)
        try:
            CONTACTS.write()
        except (DatabaseError, InterfaceError) as error:
            # They are noted again with the next calls; the poll itself needs none of it.
            _LOG.warning("contacts not written", error=type(error).__name__)
            connection.close()
