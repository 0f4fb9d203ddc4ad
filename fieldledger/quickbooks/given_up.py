"""Documents given up for lost: looked for and sealed, and dead only in the file that has the seal.

A look proves that QuickBooks has not run a document, and its seal keeps it from running late. Both
hold for the company file that was open then. By the next session an older copy may have been put in
its place, which knows nothing of the seal, and a PC that slept with the document in its hands may
wake up. So what a look put back to the queue is sent in that look's session, or its document is
asked for and sealed once more. That holds as well for what an older file turned out to lack.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from django.db.models import Q

from fieldledger.quickbooks.entries import tell
from fieldledger.quickbooks.entry_rows import is_unresolved
from fieldledger.quickbooks.models import Connection, MessageSet, Session, SyncEntry
from fieldledger.sync.content import State

_KEY: Final = "given_up"  # In the connection's activity: (set, session of the look, entries).
_REMEMBERED_MAX: Final = 50
# What a late copy may be made of once more: QuickBooks has never had it, or sets a credit on it.
_HARMED: Final = Q(quickbooks_id="") | Q(linked_credits__is_open=True)
_ASKED_AGAIN: Final = (
    "Its document was given up for lost. Before it is sent again, QuickBooks is asked once more:"
    " the company file may have been replaced since."
)


def note(connection: Connection, lost: MessageSet, session: Session) -> None:
    """Remember a document that a look has shown to be lost; the caller saves the connection."""
    absent = [each.pk for each in _still_to_do(lost)]
    given_up = [*_given_up(connection), (lost.pk, session.pk, absent)]
    connection.activity = {**connection.activity, _KEY: given_up[-_REMEMBERED_MAX:]}


def ask_again(connection: Connection, session: Session, *, now: datetime) -> None:
    """Put in doubt again what an earlier session's look put back to the queue, if it still waits.

    One document at a time: no two may be outstanding at once. The caller saves the connection.
    """
    before = [each for each in _given_up(connection) if each[1] != session.pk and each[2]]
    if not before or is_unresolved(connection.pk):
        return
    pending = SyncEntry.objects.filter(
        _HARMED, pk__in=[key for each in before for key in each[2]], state=State.PENDING
    )
    waiting = set(pending.values_list("pk", flat=True))
    for key in [each[0] for each in before if waiting & set(each[2])]:
        lost = MessageSet.objects.filter(pk=key).first()
        if lost is not None and _still_to_do(lost):
            _doubt(connection, key, now)
            return


def other_revisions(connection: Connection, lost: MessageSet) -> set[int]:
    """Return the entries that another document, given up for lost, was to add as something else.

    In a file that has not its seal that one may have run late: what is found there by our mark may
    be of either.
    """
    rows = {row["e"]: row["rev"] for row in lost.content if row["op"] == "add"}
    others = [each[0] for each in _given_up(connection) if each[0] != lost.pk]
    contents = MessageSet.objects.filter(pk__in=others).values_list("content", flat=True)
    return {
        row["e"]
        for content in contents
        for row in content
        if row["op"] == "add" and rows.get(row["e"], row["rev"]) != row["rev"]
    }


def _given_up(connection: Connection) -> Sequence[Any]:
    found: Sequence[Any] = connection.activity.get(_KEY, [])
    return found


def _still_to_do(lost: MessageSet) -> list[SyncEntry]:
    """Return the pending entries for which a lost document, should it run late, would do harm.

    It was to add a record that QuickBooks has never had, or to set a credit that is still to be
    set. A late change of what is not there fails; but setting a credit may raise no version.
    """
    adds = [row["e"] for row in lost.content if row["op"] == "add"]
    sets = [row["e"] for row in lost.content if row.get("set")]
    of_it = Q(pk__in=adds, quickbooks_id="") | Q(pk__in=sets, linked_credits__is_open=True)
    return list(SyncEntry.objects.filter(of_it, state=State.PENDING))


def _doubt(connection: Connection, key: int, now: datetime) -> None:
    for lost in MessageSet.objects.filter(pk=key, status=MessageSet.Status.RESOLVED):
        lost.status, lost.is_sealed = MessageSet.Status.IN_DOUBT, False
        lost.save(update_fields=["status", "is_sealed"])
        absent = [each.pk for each in _still_to_do(lost)]
        SyncEntry.objects.filter(pk__in=absent).update(
            state=State.CHECKING,
            message_set=lost,
            look_first=False,
            code="answer_lost",
            message=_ASKED_AGAIN,
            updated_at=now,
        )
        tell(((each, State.CHECKING, "", _ASKED_AGAIN) for each in absent), now=now)
    left = [each for each in _given_up(connection) if each[0] != key]
    connection.activity = {**connection.activity, _KEY: left}
