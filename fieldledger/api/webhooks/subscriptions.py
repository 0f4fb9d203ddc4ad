"""Adding and removing webhooks."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from django.db import transaction

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import audit
from fieldledger.api.models import Webhook
from fieldledger.api.problems import invalid
from fieldledger.api.sealing import seal, unseal
from fieldledger.api.webhooks.signing import new_secret
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.silence import is_silent

URL_LENGTH_MAX: Final = 2000
WEBHOOKS_MAX: Final = 20  # A business.


class EventName(StrEnum):
    """What a webhook can be told of."""

    ENTRY_SYNCED = "entry.synced"
    ENTRY_FAILED = "entry.failed"
    ENTRY_NEEDS_ATTENTION = "entry.needs_attention"
    CONNECTION_SILENT = "connection.silent"
    CONNECTION_RECOVERED = "connection.recovered"
    IMPORT_COMPLETED = "import.completed"


def add_webhook(
    *, business: Business, values: Mapping[str, Any], actor: str, now: datetime
) -> tuple[Webhook, str]:
    """Add a webhook; return it and its secret, which is shown this once.

    It is told of what happens from now on.

    :raises Problem: 422 naming the field that is wrong.
    """
    url, events = str(values.get("url") or ""), values.get("events")
    errors = {}
    if sentence := _wrong_url(values.get("url")):
        errors["url"] = [sentence]
    if sentence := _wrong_events(events):
        errors["events"] = [sentence]
    if not errors and Webhook.objects.filter(business=business).count() >= WEBHOOKS_MAX:
        errors["url"] = [f"There are {WEBHOOKS_MAX} webhooks already; remove one first."]
    if errors:
        raise invalid(errors)
    secret = new_secret()
    connection = Connection.objects.filter(business=business).first()
    guid = uuid4()
    with transaction.atomic():
        webhook = Webhook.objects.create(
            business=business,
            guid=guid,
            url=url,
            events=[each for each in EventName if each in set(events or ())],
            sealed_secret=seal(secret.encode(), bound_to=f"webhook {guid}"),
            is_silent=connection is not None and is_silent(connection, now=now),
            import_told=connection is not None and connection.initial_completed_at is not None,
            created_at=now,
        )
        audit(business=business, actor=actor, action="add webhook", subject=str(guid), now=now)
    return webhook, secret


def remove_webhook(webhook: Webhook, *, actor: str, now: datetime) -> None:
    """Remove a webhook and what it was still to be told."""
    with transaction.atomic():
        audit(
            business=webhook.business,
            actor=actor,
            action="remove webhook",
            subject=str(webhook.guid),
            now=now,
        )
        webhook.delete()


def secret_of(webhook: Webhook) -> str | None:
    """Return the secret; None if it was sealed with another key, as after a restore."""
    opened = unseal(bytes(webhook.sealed_secret), bound_to=f"webhook {webhook.guid}")
    return opened.decode() if opened else None


def _wrong_url(url: object) -> str:
    if not isinstance(url, str) or not url:
        return "The address is missing: where to send events, like https://example.com/hook."
    if len(url) > URL_LENGTH_MAX:
        return f"The address has {len(url)} characters; at most {URL_LENGTH_MAX} fit."
    if not url.isascii() or not url.isprintable() or " " in url:
        return "The address must be plain ASCII without spaces."
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "This is not an address."
    if parts.scheme not in {"http", "https"} or not parts.hostname or port == 0:
        return "The address must begin with https:// or http:// and name a host."
    if parts.username is not None or parts.fragment:
        return "The address must hold no user name and no #: the signature proves who sends."
    return ""


def _wrong_events(events: object) -> str:
    known = ", ".join(EventName)
    if not isinstance(events, list) or not events:
        return f"Name at least one event of: {known}."
    unknown = [each for each in events if not isinstance(each, str) or each not in set(EventName)]
    return f"Each must be one of: {known}." if unknown else ""
