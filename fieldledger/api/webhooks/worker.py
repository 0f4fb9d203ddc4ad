"""The thread of a server's program that delivers webhooks."""

import threading
import time
from datetime import timedelta
from typing import Final

import structlog
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from fieldledger.api.webhooks.deliveries import look_at_connections, prune
from fieldledger.api.webhooks.sending import SENT_AT_ONCE, send_due

LOOK_EVERY_S: Final = 2.0
_CONNECTIONS_EVERY: Final = 15  # Looks.
_KEPT_FOR: Final = timedelta(days=7)
_PRUNED_AT_ONCE: Final = 1000
_LOG: Final = structlog.get_logger("fieldledger.webhooks")


def start() -> threading.Thread:
    """Start delivering; the thread ends with the program."""
    thread = threading.Thread(target=_deliver_on, name="webhooks", daemon=True)
    thread.start()
    return thread


def look(number: int) -> int:
    """Do one round, the `number`th; return how many deliveries were taken."""
    now = timezone.now()
    if number % _CONNECTIONS_EVERY == 0:
        look_at_connections(now=now)
        prune(before=now - _KEPT_FOR, at_once=_PRUNED_AT_ONCE)
    return send_due(now=now)


def _deliver_on() -> None:
    number = 0
    while True:
        taken = 0
        try:
            taken = look(number)
        except (DatabaseError, InterfaceError) as error:
            # What is due stays due; the next round sends it.
            _LOG.warning("webhooks not delivered", error=type(error).__name__)
            connection.close()
        number += 1
        if taken < SENT_AT_ONCE:
            time.sleep(LOOK_EVERY_S)
