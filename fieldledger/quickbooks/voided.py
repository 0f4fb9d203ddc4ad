"""A record that is void here: what is sent of it, and what QuickBooks keeps as a person chose.

Which of both it is stands in its entry (`void_there`): see void_choice.py for how it gets there.
"""

from collections.abc import Sequence
from typing import Any, Final, Protocol

from fieldledger.quickbooks.contents import Loaded
from fieldledger.quickbooks.entry_rows import EntryRow
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.sync.content import Kind, Known, State
from fieldledger.sync.voiding import There, request_of, usual
from fieldledger.sync.words import explain

LEFT_THERE: Final = "left_there"
GONE_THERE: Final = "gone_there"
_PAID: Final = frozenset({Kind.INVOICE, Kind.CREDIT})  # What is paid with them goes first.
_TO_BE_LEFT: Final = frozenset({State.CHANGED, State.CHANGED_IN_QUICKBOOKS, State.FAILED})
_WORDS: Final = {
    There.VOID: "It is void in QuickBooks, too: its number stays there, with zero amounts.",
    There.DELETE: "It is void here, and was deleted in QuickBooks.",
}


class Entry(Protocol):
    """What of an entry is looked at and changed, whether it is a row or a model."""

    title: str
    state: str
    code: str
    message: str
    said: str
    synced_revision: int
    edit_sequence: str
    written: str
    line_ids: list[str]
    look_first: bool
    quickbooks_id: str
    void_there: str

    @property
    def kind(self) -> Kind:
        """Which kind of record it is."""


def chosen(entry: Entry) -> There:
    """Return what QuickBooks does with an entry's void record: the usual, if nobody chose."""
    return There(entry.void_there or usual(entry.kind))


def body_of(
    entry: EntryRow, txn: Loaded, known: Known | None
) -> tuple[EntryRow, Any, dict[str, Any]] | None:
    """Return what is sent of a record, if it is void and does not wait for what goes first.

    As for every record: its entry, the request, and what is noted beside it.
    """
    if not txn.voided:
        return None
    if known is None:
        entry.state = State.CANCELLED
        if entry.synced_at is not None:
            entry.code = GONE_THERE
            entry.message = explain(GONE_THERE, name=_called(entry)).sentence
        return entry, None, {}
    there = chosen(entry)
    if there == There.KEEP:
        leave(entry)
        return entry, None, {}
    if txn.missing is not None and entry.kind in _PAID:
        return None
    operation, body = request_of(entry.kind, known, there)
    noted = {"rev": txn.revision, "total": str(txn.amount), "notes": _WORDS[there]}
    return entry, body, {"op": operation, **noted}


def leave(entry: Entry) -> None:
    """Leave a void record in QuickBooks as it is: nobody moves it any more."""
    entry.state, entry.code, entry.said = State.IGNORED, LEFT_THERE, ""
    entry.message = explain(LEFT_THERE, name=_called(entry)).sentence


def keep_if_void(entry: Entry) -> None:
    """Let QuickBooks keep what is void here and still there, as somebody wants it ignored."""
    if entry.void_there and entry.quickbooks_id:
        entry.void_there = There.KEEP
        leave(entry)


def settle(entry: Entry) -> None:
    """Leave what QuickBooks keeps, look once more for what it lacks, end what never was there."""
    if entry.void_there == There.KEEP and entry.quickbooks_id and entry.state in _TO_BE_LEFT:
        leave(entry)
    elif entry.void_there and entry.state == State.GONE:
        # Under another id it may be there all the same, if the file is an older one: only what is
        # not found by its mark either is over.
        entry.state, entry.code, entry.said, entry.look_first = State.PENDING, "", "", True
        entry.message = "It is void here, and not in QuickBooks under its id: it is looked for."
        _forget(entry)
    elif entry.void_there and entry.state == State.FAILED and not entry.quickbooks_id:
        # It became void on its way, and QuickBooks did not take it.
        entry.state, entry.code, entry.message, entry.said = State.CANCELLED, "", "", ""


def end(entry: Entry) -> None:
    """Let be what is void here and was gone there before: nobody is asked for anything."""
    entry.state, entry.code, entry.said = State.CANCELLED, GONE_THERE, ""
    entry.message = explain(GONE_THERE, name=_called(entry)).sentence
    _forget(entry)


def _forget(entry: Entry) -> None:
    entry.quickbooks_id = entry.edit_sequence = entry.written = ""
    entry.synced_revision, entry.line_ids = 0, []


def _called(entry: Entry) -> str:
    return f"the {entry.kind} “{entry.title}”"


def release(entries: Sequence[SyncEntry]) -> None:
    """Take back that QuickBooks keeps these: what is usual is done with them there."""
    for each in entries:
        if each.void_there == There.KEEP:
            each.void_there = usual(each.kind)
            SyncEntry.objects.filter(pk=each.pk).update(void_there=each.void_there)
