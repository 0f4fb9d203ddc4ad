"""What webhooks are to be told: written with what happened, or seen when looked at."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from django.db import transaction

from fieldledger.api.models import Webhook, WebhookDelivery
from fieldledger.api.webhooks.subscriptions import EventName
from fieldledger.api.writing import time
from fieldledger.quickbooks.events import Moved
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.queries import entry_shape
from fieldledger.quickbooks.silence import is_silent
from fieldledger.quickbooks.tables import select, table_of
from fieldledger.sync.content import State

_NAMES: Final[Mapping[str, tuple[EventName, ...]]] = {
    State.SYNCED: (EventName.ENTRY_SYNCED,),
    State.DIFFERS: (EventName.ENTRY_SYNCED, EventName.ENTRY_NEEDS_ATTENTION),
    State.FAILED: (EventName.ENTRY_FAILED, EventName.ENTRY_NEEDS_ATTENTION),
    State.GONE: (EventName.ENTRY_NEEDS_ATTENTION,),
    State.CHANGED_IN_QUICKBOOKS: (EventName.ENTRY_NEEDS_ATTENTION,),
}
_OF_CONNECTIONS: Final = frozenset(
    {EventName.CONNECTION_SILENT, EventName.CONNECTION_RECOVERED, EventName.IMPORT_COMPLETED}
)


# Asked with every message set, and nearly always in vain: so it is asked straight.
_OF_ENTRY: Final = (
    f"SELECT w.id FROM {table_of(Webhook)} w"  # noqa: S608
    f" JOIN {table_of(Connection)} c ON c.business_id = w.business_id"
    f" JOIN {table_of(SyncEntry)} e ON e.connection_id = c.id WHERE e.id = %s"
)


def record_moves(moved: Moved) -> None:
    """Write what webhooks are told of these moves; runs in the transaction that makes them.

    One statement finds the webhooks; a business that has none costs no more.
    """
    telling = {key: state for key, state in moved.entries if state in _NAMES}
    if not telling:
        return
    ids = [key for (key,) in select(_OF_ENTRY, (next(iter(telling)),))]
    if not ids:
        return
    webhooks = list(Webhook.objects.filter(pk__in=ids).order_by("pk"))
    wanted = {name for each in webhooks for name in each.events}
    asked = [key for key, state in telling.items() if any(name in wanted for name in _NAMES[state])]
    if not asked:
        return
    entries = SyncEntry.objects.filter(pk__in=asked).select_related("waiting_on").order_by("pk")
    happened = [(name, entry_shape(each)) for each in entries for name in _NAMES[telling[each.pk]]]
    WebhookDelivery.objects.bulk_create(
        _delivery(webhook, name, shape, moved.at)
        for webhook in webhooks
        for name, shape in happened
        if name in webhook.events
    )


def look_at_connections(*, now: datetime) -> None:
    """Write what webhooks are told of connections that fell silent, recovered, or were set up."""
    webhooks = [
        each
        for each in Webhook.objects.select_related("business__quickbooks").order_by("pk")
        if _OF_CONNECTIONS.intersection(each.events)
    ]
    for webhook in webhooks:
        connection = getattr(webhook.business, "quickbooks", None)
        if connection is not None:
            _tell_of_connection(webhook, connection, now)


def _tell_of_connection(webhook: Webhook, connection: Connection, now: datetime) -> None:
    silent = is_silent(connection, now=now)
    told = {
        "last_contact_at": time(connection.last_contact_at),
        "stage": connection.stage,
    }
    if silent != webhook.is_silent:
        name = EventName.CONNECTION_SILENT if silent else EventName.CONNECTION_RECOVERED
        _tell_once(webhook, {"is_silent": silent}, name, told, now)
    if connection.initial_completed_at is not None and not webhook.import_told:
        told = told | {"completed_at": time(connection.initial_completed_at)}
        _tell_once(webhook, {"import_told": True}, EventName.IMPORT_COMPLETED, told, now)


def _tell_once(
    webhook: Webhook,
    seen: Mapping[str, bool],
    name: EventName,
    told: Mapping[str, Any],
    now: datetime,
) -> None:
    """Note what was seen and write its event; of several programs that see it, one does."""
    before = {column: not value for column, value in seen.items()}
    with transaction.atomic():
        noted = Webhook.objects.filter(pk=webhook.pk, **before).update(**seen)
        if noted and name in webhook.events:
            _delivery(webhook, name, told, now).save()


def prune(*, before: datetime, at_once: int) -> int:
    """Forget the oldest deliveries that are done, a bounded number; return how many."""
    done = WebhookDelivery.objects.filter(due_at=None, created_at__lt=before).order_by("pk")
    oldest: Iterable[int] = list(done.values_list("pk", flat=True)[:at_once])
    count, _ = WebhookDelivery.objects.filter(pk__in=oldest).delete() if oldest else (0, {})
    return count


def _delivery(
    webhook: Webhook, name: EventName, told: Mapping[str, Any], now: datetime
) -> WebhookDelivery:
    # The names of a Standard Webhooks payload.
    body = {"type": str(name), "timestamp": time(now), "data": told}
    return WebhookDelivery(
        webhook=webhook,
        event=name,
        body=json.dumps(body, separators=(",", ":")),
        created_at=now,
        due_at=now,
    )
