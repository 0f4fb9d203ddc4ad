"""Let go of what was said long ago: calls and documents are kept for a month, then they go.

What the books rest on stays: entries, their timelines and what identifies them in QuickBooks. A
message set whose outcome is unknown stays too, however old it is.
"""

from datetime import datetime, timedelta
from typing import Final

from django import db

from fieldledger.quickbooks.models import Connection, Exchange, MessageSet, SyncEntry
from fieldledger.quickbooks.tables import select, table_of

KEPT_FOR: Final = timedelta(days=30)
AT_ONCE_MAX: Final = 500  # Rows a session's end: a long history goes in many small steps.

_SETTLED: Final = (
    MessageSet.Status.ANSWERED,
    MessageSet.Status.REFUSED,
    MessageSet.Status.RESOLVED,
    MessageSet.Status.DROPPED,
)
# Whether there may be anything to do: at most sessions' ends there is nothing.
_IS_OLD: Final = (
    f"SELECT EXISTS (SELECT 1 FROM {table_of(Exchange)}"  # noqa: S608 - our own names.
    " WHERE connection_id = %s AND at < %s) OR EXISTS"
    f" (SELECT 1 FROM {table_of(MessageSet)} WHERE connection_id = %s AND sent_at < %s)"
)


def prune(connection: Connection, *, now: datetime) -> int:
    """Delete the oldest of what is older than KEPT_FOR; return how many rows went."""
    before = now - KEPT_FOR
    oldest_kept = db.connection.ops.adapt_datetimefield_value(before)
    if not select(_IS_OLD, (connection.pk, oldest_kept) * 2)[0][0]:
        return 0
    exchanges = Exchange.objects.filter(connection=connection, at__lt=before).order_by("at")
    gone = list(exchanges.values_list("pk", flat=True)[:AT_ONCE_MAX])
    Exchange.objects.filter(pk__in=gone).delete()
    held = SyncEntry.objects.filter(connection=connection, message_set__isnull=False)
    unsettled = MessageSet.objects.filter(connection=connection).exclude(status__in=_SETTLED)
    sets = (
        MessageSet.objects.filter(connection=connection, status__in=_SETTLED, sent_at__lt=before)
        .exclude(pk__in=held.values("message_set"))
        .exclude(pk__in=unsettled.filter(about__isnull=False).values("about"))
        .order_by("pk")
    )
    old = list(sets.values_list("pk", flat=True)[:AT_ONCE_MAX])
    MessageSet.objects.filter(pk__in=old).delete()
    return len(gone) + len(old)
