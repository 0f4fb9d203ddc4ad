"""Leave it as it is in QuickBooks: a person's yes to a total that differs, or to a change there.

Nothing is sent. What somebody changed there stays, and a later change here names only what is
another here since (sync.written), so it stays then, too.
"""

from collections.abc import Sequence
from datetime import datetime

from fieldledger.quickbooks.drift_row import Drift
from fieldledger.quickbooks.entries import tell
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync.content import State

CODE = "accepted"


def accept(entries: Sequence[SyncEntry], *, actor: str, now: datetime) -> None:
    """Put entries at rest as QuickBooks has them; the connection is locked by the caller."""
    for entry in entries:
        was = entry.state
        entry.accepted_difference = entry.differs_by
        is_older = entry.record_revision > entry.synced_revision
        entry.state = State.CHANGED if is_older else State.SYNCED
        entry.code, entry.message = CODE, _words(entry, was, actor)
    columns = ("state", "code", "message", "accepted_difference")
    update_many(
        SyncEntry,
        (*columns, "said", "updated_at"),
        [(each.pk, *(getattr(each, name) for name in columns), "", now) for each in entries],
    )
    Drift.objects.filter(entry__in=[each.pk for each in entries]).update(
        decided_at=now, decided_by=actor
    )
    tell(((each.pk, each.state, actor, each.message) for each in entries), now=now)


def _words(entry: SyncEntry, was: str, actor: str) -> str:
    total = ""
    if entry.differs_by:
        more = "more" if entry.differs_by > 0 else "less"
        total = f" Its total there is {abs(entry.differs_by):.2f} {more} than here."
    if was == State.DIFFERS:
        return f"QuickBooks’ total was accepted by {actor}.{total} It stays so in the reports."
    return f"Left as it is in QuickBooks by {actor}.{total}"
