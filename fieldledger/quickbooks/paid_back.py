"""A refund whose credit memo was made anew in QuickBooks: its check was applied to the other one.

A check says what it pays back when it is added, and is not changed by us (sync.crediting). So a
person applies it to the new credit memo, and says so with Retry.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from fieldledger.office.models import Refund
from fieldledger.quickbooks.contents import entries_of
from fieldledger.quickbooks.entries import adjust_active, tell
from fieldledger.quickbooks.models import ACTIVE_STATES, Connection, SyncEntry
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync.content import Kind, State
from fieldledger.sync.words import explain

CODE: Final = "refund_not_applied"
_LOOKED_AT: Final = (State.SYNCED, State.DIFFERS, State.CHANGED_IN_QUICKBOOKS, State.PENDING)


def ask(connection: Connection, memos: Sequence[int], now: datetime) -> None:
    """Leave to a person the refunds in QuickBooks of these credit memos, which are there anew.

    `memos` are their primary keys; the caller saves the connection.
    """
    refunds = Refund.objects.filter(credit__in=memos, voided_at__isnull=True)
    found = entries_of(connection, Kind.REFUND, refunds.values_list("pk", flat=True)).values()
    entries = [each for each in found if each.quickbooks_id and each.state in _LOOKED_AT]
    left = sum(each.state in ACTIVE_STATES for each in entries)
    for each in entries:
        each.state, each.code, each.said = State.FAILED, CODE, ""
        each.message = explain(CODE, name=f"the refund “{each.title}”").sentence
        each.look_first, each.updated_at = True, now  # Somebody may have deleted the check, too.
    columns = ("state", "code", "message", "said", "look_first", "updated_at")
    rows = [(each.pk, *(getattr(each, name) for name in columns)) for each in entries]
    update_many(SyncEntry, columns, rows)
    adjust_active(connection.pk, -left)
    connection.active_count -= left
    tell(((each.pk, each.state, "", each.message) for each in entries), now=now)
