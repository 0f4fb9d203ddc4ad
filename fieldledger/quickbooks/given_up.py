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

from fieldledger.quickbooks.entries import tell
from fieldledger.quickbooks.entry_rows import is_unresolved
from fieldledger.quickbooks.models import Connection, MessageSet, Session, SyncEntry
from fieldledger.sync.content import State

_KEY: Final = "given_up"  # In the connection's activity: (set, session of the look, entries).
_REMEMBERED_MAX: Final = 50
_ASKED_AGAIN: Final = (
    "Its document was given up for lost. Before it is sent again, QuickBooks is asked once more:"
    " the company file may have been replaced since."
)


def note(connection: Connection, lost: MessageSet, session: Session) -> None:
    """Remember a document that a look has shown to be lost; the caller saves the connection."""
    absent = _absent(_added(lost))
    given_up = [*_given_up(connection), (lost.pk, session.pk, [each.pk for each in absent])]
    connection.activity = {**connection.activity, _KEY: given_up[-_REMEMBERED_MAX:]}


def ask_again(connection: Connection, session: Session, *, now: datetime) -> None:
    """Put in doubt again what an earlier session's look put back to the queue, if it still waits.

    One document at a time: no two may be outstanding at once. The caller saves the connection.
    """
    before = [each for each in _given_up(connection) if each[1] != session.pk and each[2]]
    if not before or is_unresolved(connection.pk):
        return
    waiting = {each.pk for each in _absent([key for each in before for key in each[2]])}
    lost = next((each[0] for each in before if waiting & set(each[2])), None)
    if lost is not None:
        _doubt(connection, lost, now)


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


def _added(lost: MessageSet) -> list[int]:
    """Return the entries that a document was to add; a late change of what is not there fails."""
    return [row["e"] for row in lost.content if row["op"] == "add"]


def _absent(keys: Sequence[int]) -> list[SyncEntry]:
    """Return those of these entries that wait to be sent, and that QuickBooks has never had."""
    return list(SyncEntry.objects.filter(pk__in=keys, state=State.PENDING, quickbooks_id=""))


def _doubt(connection: Connection, key: int, now: datetime) -> None:
    for lost in MessageSet.objects.filter(pk=key, status=MessageSet.Status.RESOLVED):
        lost.status, lost.is_sealed = MessageSet.Status.IN_DOUBT, False
        lost.save(update_fields=["status", "is_sealed"])
        absent = [each.pk for each in _absent(_added(lost))]
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
