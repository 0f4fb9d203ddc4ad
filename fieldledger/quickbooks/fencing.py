"""Keep the fence that stops late copies of lost documents: which is sync.fence's to decide.

Before the first write QuickBooks is tried out, once, and where the seal does not hold (or the
office chose so) the link record is made. From then on every document that writes or looks begins
with a change of that record; see `head` and `take_head`.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from fieldledger.qbxml.objects import HostQuery, OtherNameAdd, OtherNameMod, OtherNameQuery
from fieldledger.qbxml.reading import Answer, AnswerSet
from fieldledger.qbxml.writing import Request
from fieldledger.quickbooks.context import Context, SessionStops
from fieldledger.quickbooks.message_sets import Document
from fieldledger.quickbooks.models import Connection, MessageSet
from fieldledger.sync import fence
from fieldledger.sync.fence import Facts, Step
from fieldledger.sync.fields import marker
from fieldledger.sync.outcomes import (
    Gone,
    NameTaken,
    Operation,
    Refused,
    RetryLater,
    StaleEdit,
    Taken,
    judge,
)

NOTHING_STORED: Final = frozenset({600, 9002, 9004, 9005})
_ELEMENTS: Final = ("ListID", "EditSequence", "Name", "Notes", "ExternalGUID")
_STEP: Final = "step"
_SET_ID: Final = "id"


def facts_of(connection: Connection) -> Facts:
    """Return what is known of the fence in the connection's company file."""
    return fence.probed(Facts.read(connection.fence_facts), connection.what_quickbooks_keeps)


def _keep(connection: Connection, facts: Facts) -> None:
    connection.fence_facts = facts.plain()


def uses_link(connection: Connection) -> bool:
    """Whether documents begin with the link record."""
    return fence.uses_link(connection.fence, facts_of(connection))


def sentence(connection: Connection) -> str:
    """Return in words how late copies are stopped now."""
    facts = facts_of(connection)
    if facts.refused:
        return f"QuickBooks takes no link record ({facts.refused}), so the document’s id has to do."
    if fence.next_step(connection.fence, facts) in fence.TRIAL:
        return "QuickBooks is tried out in the next session: nothing is changed by it."
    if fence.uses_link(connection.fence, facts):
        return (
            f"Now: by the link record, an inactive entry “{facts.name}” among QuickBooks’ Other"
            " Names. Leave it there: without it a new one is made, and everything is looked up."
        )
    return "Now: by the document’s id. This needs nothing in your lists."


def next_step(connection: Connection, *, may_write: bool) -> Step | None:
    """Return what has to be asked before anything is written, if it may be asked now."""
    step = fence.next_step(connection.fence, facts_of(connection))
    return step if may_write or step in fence.TRIAL else None


def step_document(connection: Connection, context: Context, *, may_write: bool) -> Document | None:
    """Return the document that asks it; None when the fence stands."""
    facts = facts_of(connection)
    step = next_step(connection, may_write=may_write)
    if step is None:
        return None
    nonce = context.new_nonce()
    request_id = f"fence:{nonce}"
    set_id = clears = ""
    body: Any = None
    match step:
        case Step.TRY:
            set_id, body = context.new_set_id(), HostQuery()
        case Step.ASK:
            set_id = clears = facts.tried[0]
        case Step.READ if facts.list_id:
            body = OtherNameQuery(list_id=(facts.list_id,), include_ret_element=_ELEMENTS)
        case Step.READ:
            body = OtherNameQuery(full_name=(facts.name,), include_ret_element=_ELEMENTS)
        case Step.MAKE:
            set_id = context.new_set_id()
            body = OtherNameAdd(
                name=facts.name,
                is_active=False,
                notes=set_id,
                external_guid=marker(connection.guid),
            )
    requests = [Request(request_id=request_id, body=body)] if body is not None else []
    return Document(
        purpose=MessageSet.Purpose.FENCE,
        requests=requests,
        content=[{"r": request_id if requests else "", _STEP: str(step), _SET_ID: set_id}],
        set_id=set_id,
        clears=clears,
    )


def take_step(connection: Connection, message_set: MessageSet, answers: AnswerSet) -> bool:
    """Take the answer to such a question; return whether the file is older than the one we left.

    :raises SessionStops: if QuickBooks did not answer it.
    """
    facts = facts_of(connection)
    noted = message_set.content[0]
    answer = next((each for each in answers.answers if each.request_id == noted["r"]), None)
    is_older = False
    match Step(noted[_STEP]):
        case Step.TRY if answer is None:
            # One that leaves out so plain a question cannot be tried: the document's id has to do.
            _keep(connection, fence.trial_ended(facts, keeps=True))
        case Step.TRY:
            _keep(connection, fence.trial_answered(facts, noted[_SET_ID]))
        case Step.ASK:
            keeps = bool(answers.answers) and answers.message_set_status not in NOTHING_STORED
            _keep(connection, fence.trial_ended(facts, keeps=keeps))
        case Step.READ:
            is_older = _take_read(connection, facts, answer)
        case Step.MAKE:
            _take_made(connection, facts, answer, noted[_SET_ID])
    return is_older


def _take_read(connection: Connection, facts: Facts, answer: Answer | None) -> bool:
    if answer is None:
        # Left out, not refused: asking again would end every session in the same place.
        _keep(connection, fence.refused(facts, "it does not answer where it is"))
        return False
    if answer.status.severity == "Error":
        raise SessionStops(
            "QuickBooks did not answer where Fieldledger’s link record is. It is asked again."
        )
    record = answer.records[0] if answer.records else None
    if record is None:
        had_one = bool(facts.marks)
        _keep(connection, fence.lost(facts) if facts.list_id else fence.name_free(facts))
        return had_one
    is_ours = (record.text("ExternalGUID") or "").upper() == marker(connection.guid)
    if not facts.list_id and not is_ours:
        _keep(connection, fence.name_taken(facts))
        return False
    notes = record.text("Notes") or ""
    is_older = fence.is_older(facts, notes)
    _keep(
        connection,
        fence.found(
            facts,
            list_id=record.text("ListID") or "",
            edit_sequence=record.text("EditSequence") or "",
            notes=notes,
        ),
    )
    return is_older


def _take_made(connection: Connection, facts: Facts, answer: Answer | None, mark: str) -> None:
    outcome = judge(answer, operation=Operation.ADD) if answer is not None else None
    match outcome:
        case Taken():
            facts = fence.found(
                facts,
                list_id=outcome.quickbooks_id,
                edit_sequence=outcome.edit_sequence,
                notes=mark,
            )
        case NameTaken():
            facts = fence.name_taken(facts)
        case Refused():
            facts = fence.refused(facts, outcome.said or outcome.sentence)
        case _:
            facts = fence.lost(facts)  # It may be there: it is looked for by its name.
    _keep(connection, facts)


def refused_whole(connection: Connection, message_set: MessageSet) -> None:
    """Take it that QuickBooks could not read such a question."""
    facts = facts_of(connection)
    if Step(message_set.content[0][_STEP]) in fence.TRIAL:
        _keep(connection, fence.trial_failed(facts))
    else:
        _keep(connection, fence.refused(facts, "It cannot read such a record."))


# --- At the head of documents ---


def head(connection: Connection, mark: str) -> list[Request]:
    """Return the change of the link record that a document begins with; none under the seal.

    The caller stores the document, with `mark` as its own, and saves the connection.
    """
    facts = facts_of(connection)
    if not fence.uses_link(connection.fence, facts):
        return []
    assert facts.is_known, "The link record's version is asked for first: steps.next_document."
    _keep(connection, fence.sent(facts, mark))
    body = OtherNameMod(list_id=facts.list_id, edit_sequence=facts.edit_sequence, notes=mark)
    return [Request(request_id=_request_id(mark), body=body, include=_ELEMENTS)]


def _request_id(mark: str) -> str:
    return f"link:{mark}"


def take_head(
    connection: Connection, message_set: MessageSet, answers: Sequence[Answer]
) -> bool | None:
    """Take what a document's first answer says; return whether late copies are stopped since.

    None says that it had no such head.

    :raises SessionStops: if the link record cannot be changed just now; then nothing else ran.
    """
    mark = message_set.fence_mark
    if not mark:
        return None
    facts = facts_of(connection)
    answer = next((each for each in answers if each.request_id == _request_id(mark)), None)
    if answer is None:
        return False
    outcome = judge(answer, operation=Operation.MOD, quickbooks_id=facts.list_id)
    match outcome:
        case Taken():
            facts, is_fenced = fence.changed(facts, mark, outcome.edit_sequence)
            _keep(connection, facts)
            return is_fenced
        case StaleEdit() | Gone():
            _keep(connection, fence.version_unknown(fence.never_ran(facts, mark)))
        case RetryLater():
            _keep(connection, fence.never_ran(facts, mark))
            raise SessionStops(
                f"Fieldledger’s link record, “{facts.name}”, is in use in QuickBooks. Close its"
                " window; it is tried again in the next session."
            )
        case Refused():
            _keep(connection, fence.refused(facts, outcome.said or outcome.sentence))
        case _:
            pass  # It is read anew: its mark stays unanswered.
    return False


def never_ran(connection: Connection, message_set: MessageSet) -> None:
    """Take it that QuickBooks refused a document whole: its head changed nothing."""
    forget_head(connection, message_set.fence_mark)


def forget_head(connection: Connection, mark: str) -> None:
    """Take it that the change of the link record with this mark was never made."""
    if mark:
        _keep(connection, fence.never_ran(facts_of(connection), mark))


def try_again(connection: Connection) -> None:
    """Ask QuickBooks for a link record once more, though it refused one; the caller saves."""
    _keep(connection, replace(facts_of(connection), refused="", names_taken=0))


def doubt(connection: Connection) -> None:
    """Ask anew for the link record's version; the caller saves the connection."""
    _keep(connection, fence.doubted(facts_of(connection)))
