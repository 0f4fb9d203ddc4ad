"""Sending what is due, and trying again later where nobody took it.

Any number of programs may do this on one database: each delivery is claimed before it is sent, and
the claim of one that died ends by itself.
"""

import http.client
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.db.models import F

from fieldledger.api.models import WebhookDelivery
from fieldledger.api.webhooks.signing import headers_of
from fieldledger.api.webhooks.subscriptions import secret_of

TIMEOUT_S: Final = 10
SENT_AT_ONCE: Final = 50
_CLAIMED_FOR: Final = timedelta(minutes=2)
_ANSWER_LENGTH_MAX: Final = 4096

# Standard Webhooks, "Deliverability and reliability": about three days in all.
RETRY_AFTER: Final = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
_GONE: Final = 410  # The receiver wants no more of it (the same section).


@dataclass(frozen=True, slots=True)
class Received:
    """What the receiver answered: its status, or why there was none."""

    status: int | None
    error: str = ""

    @property
    def is_taken(self) -> bool:
        """Whether the receiver has it; a redirection is no taking, and is not followed."""
        return self.status is not None and 200 <= self.status < 300


def send_due(*, now: datetime) -> int:
    """Send what is due, the oldest first; return how many were taken.

    A receiver that did not take one is left alone until the next round.
    """
    # Nothing leaves training, and no key can have added a webhook there.
    due = WebhookDelivery.objects.filter(due_at__lte=now, webhook__business__learner=None)
    due = due.select_related("webhook")
    taken = 0
    failing: set[int] = set()
    for delivery in due.order_by("due_at", "pk")[:SENT_AT_ONCE]:
        if delivery.webhook_id in failing or not _claim(delivery, now):
            continue
        received = _send(delivery, now)
        _note(delivery, received, now)
        if received.is_taken:
            taken += 1
        else:
            failing.add(delivery.webhook_id)
    return taken


def _claim(delivery: WebhookDelivery, now: datetime) -> bool:
    unclaimed = WebhookDelivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at)
    claimed = unclaimed.update(due_at=now + _CLAIMED_FOR, tries=F("tries") + 1)
    delivery.tries += claimed
    return bool(claimed)


def _send(delivery: WebhookDelivery, now: datetime) -> Received:
    secret = secret_of(delivery.webhook)
    if secret is None:
        return Received(None, "Its secret was sealed with another key; make the webhook anew.")
    signed = headers_of(
        secret=secret,
        message_id=f"msg_{delivery.guid.hex}",
        sent_at_s=int(now.timestamp()),
        body=delivery.body,
    )
    headers = {"Content-Type": "application/json", "User-Agent": "Fieldledger"} | signed
    return post(delivery.webhook.url, delivery.body.encode(), headers)


def _note(delivery: WebhookDelivery, received: Received, now: datetime) -> None:
    delivery.last_status, delivery.last_error = received.status, received.error[:300]
    if received.is_taken:
        delivery.due_at, delivery.delivered_at = None, now
    elif received.status == _GONE or delivery.tries > len(RETRY_AFTER):
        delivery.due_at = None
    else:
        delivery.due_at = now + RETRY_AFTER[delivery.tries - 1]
    delivery.save(update_fields=["last_status", "last_error", "due_at", "delivered_at"])


def post(url: str, body: bytes, headers: Mapping[str, str]) -> Received:
    """Send one request and return what came of it; redirections are not followed."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    connection = (
        http.client.HTTPSConnection(
            host, parts.port, timeout=TIMEOUT_S, context=ssl.create_default_context()
        )
        if parts.scheme == "https"
        else http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT_S)
    )
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", target, body, dict(headers))
        response = connection.getresponse()
        response.read(_ANSWER_LENGTH_MAX)
    except (OSError, http.client.HTTPException) as error:
        return Received(None, f"{type(error).__name__}: {error}")
    finally:
        connection.close()
    return Received(response.status)
