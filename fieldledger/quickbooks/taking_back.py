"""Delete in QuickBooks again what the initial sync made there, while nobody has touched it since.

It goes the way of every write: the entry waits in the queue, is looked up first (untouched is what
still has the EditSequence we were given), and a lost answer is asked for before anything is done
again. QuickBooks itself refuses to delete what is used. ListDel takes no EditSequence (qbXML 13.0
schema): a change in the moment between the look and the deletion is not seen.
"""

from typing import Final, Protocol

from fieldledger.qbxml.objects import ListDel
from fieldledger.qbxml.reading import Record
from fieldledger.quickbooks.entry_rows import EntryRow
from fieldledger.sync.content import Kind, State
from fieldledger.sync.outcomes import NotRun, Outcome, RetryLater, Taken
from fieldledger.sync.words import explain

TAKING_BACK: Final = "taking_back"  # The code of an entry that is on its way out.
TAKEN_BACK: Final = "taken_back"
KEPT_THERE: Final = "kept_there"


class Entry(Protocol):
    """What of an entry is looked at and changed, whether it is a row or a model."""

    state: str
    code: str
    message: str
    record_revision: int
    wanted_revision: int
    synced_revision: int
    quickbooks_id: str
    quickbooks_type: str
    edit_sequence: str
    quickbooks_name: str
    name_folded: str
    look_first: bool

    @property
    def kind(self) -> Kind:
        """Which kind of record it is."""


def is_taken_back(entry: Entry) -> bool:
    """Whether an entry waits to be deleted there; a later change here takes the wish away."""
    return entry.code == TAKING_BACK and entry.wanted_revision <= entry.synced_revision


def is_deletion(entry: Entry, operation: str) -> bool:
    """Whether a request deleted a record of a list: nothing else does that."""
    return operation == "delete" and entry.kind in {Kind.CLIENT, Kind.ITEM}


def deletion(entry: Entry) -> ListDel:
    """Return the request that deletes an entry's record."""
    kind = "Customer" if entry.kind == Kind.CLIENT else entry.quickbooks_type.removesuffix("Ret")
    return ListDel(list_del_type=kind, list_id=entry.quickbooks_id)


def look(entry: Entry, record: Record | None) -> None:
    """Settle what a look at QuickBooks says: gone already, untouched, or to be kept."""
    entry.look_first = False
    if record is None:
        finish(entry)
    elif entry.edit_sequence and record.text("EditSequence") == entry.edit_sequence:
        entry.state, entry.code = State.PENDING, TAKING_BACK
        entry.message = "Untouched in QuickBooks since it was made there; it is deleted next."
    else:
        keep(entry, "It was changed in QuickBooks since it was made there, so it stays.")


def settle(entry: EntryRow, outcome: Outcome, *, session_id: int) -> None:
    """Settle what QuickBooks answered to the deletion."""
    match outcome:
        case Taken():
            entry.rename("", "")
            finish(entry)
        case NotRun() | RetryLater():
            entry.state, entry.code = State.PENDING, TAKING_BACK
            if isinstance(outcome, RetryLater):
                entry.tried_in = session_id
        case _:
            name = f"the {entry.kind} “{entry.title}”"
            keep(entry, explain(KEPT_THERE, said=outcome.said, name=name).sentence)


def finish(entry: Entry) -> None:
    """Note that QuickBooks has it no more."""
    entry.state, entry.code, entry.look_first = State.IGNORED, TAKEN_BACK, False
    entry.message = "Taken out of QuickBooks again, as asked. Release sends it anew."
    entry.quickbooks_id = entry.edit_sequence = ""
    entry.quickbooks_name = entry.name_folded = ""
    entry.synced_revision = 0


def keep(entry: Entry, why: str) -> None:
    """Note that it stays in QuickBooks."""
    entry.state, entry.code, entry.message = State.SYNCED, KEPT_THERE, why
