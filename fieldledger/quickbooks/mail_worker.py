"""The thread of a server's program that writes and sends notices by e-mail."""

import datetime as dt
import threading
import time
from typing import Final

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection
from django.utils import timezone

from fieldledger.quickbooks import mailing, notices

LOOK_EVERY_S: Final = 2.0
_SEEN_EVERY: Final = 15  # Looks.
_KEPT_FOR: Final = dt.timedelta(days=30)
_PRUNED_AT_ONCE: Final = 1000
_LOG: Final = structlog.get_logger("fieldledger.notices")


def start() -> threading.Thread | None:
    """Start, if there is a mail server; the thread ends with the program."""
    if not settings.MAIL_SERVER_GIVEN:
        return None
    thread = threading.Thread(target=_send_on, name="notices", daemon=True)
    thread.start()
    return thread


def look(number: int) -> int:
    """Do one round, the `number`th; return how many letters the mail server took."""
    now = timezone.now()
    if number % _SEEN_EVERY == 0:
        notices.look(now=now)
        notices.prune(before=now - _KEPT_FOR, at_once=_PRUNED_AT_ONCE)
    return mailing.send_due(now=now)


def _send_on() -> None:
    number = 0
    while True:
        try:
            look(number)
        except (DatabaseError, InterfaceError) as error:
            # What is due stays due; the next round sends it.
            _LOG.warning("notices not sent", error=type(error).__name__)
            connection.close()
        number += 1
        time.sleep(LOOK_EVERY_S)
