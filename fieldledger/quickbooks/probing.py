"""Carry the probe's questions through the sessions of the Web Connector.

What to ask is sync.probe's; here it is stored before it is sent, and what came back is written
down before the Web Connector hears of it. A session may end anywhere: the attempt at the question
it was at is begun again, under other names, and what was made is taken away in the end, found by
its name and mark. While a probe is wanted, nothing of the queue is sent.

A company file that does not say it is a sample gets no document of the probe at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Final

from fieldledger.qbwc.calls import ReceiveResponse
from fieldledger.qbxml.hresults import normal_form
from fieldledger.qbxml.reading import NotQbxml, read_answers
from fieldledger.quickbooks.context import Context, SessionStops
from fieldledger.quickbooks.message_sets import Document, store
from fieldledger.quickbooks.models import Connection, Exchange, MessageSet, Session
from fieldledger.quickbooks.probe_row import Probe
from fieldledger.sync.probe.asking import (
    Found,
    Made,
    Question,
    Run,
    Step,
    next_of,
    not_established,
    seen_of,
)
from fieldledger.sync.probe.cleaning import (
    Cleaned,
    clean,
    count_everything,
    counted,
    differences,
)
from fieldledger.sync.probe.line import (
    FAULT,
    FAULT_SENTENCE,
    LINE,
    NO_SUCH_FILE,
    NOT_OPENED,
    closing,
)
from fieldledger.sync.probe.report import ASKED_OF_QUICKBOOKS, answers_of
from fieldledger.sync.progress import COMPLETE
from fieldledger.sync.words import explain, explain_hresult

# What earlier probes left is taken away first, what this one made last of all.
CLEARING, BEFORE, CLEANING, AFTER = "clearing", "before", "cleaning", "after"
PLACES: Final[tuple[str, ...]] = (
    CLEARING,
    BEFORE,
    *(each.key for each in ASKED_OF_QUICKBOOKS),
    CLEANING,
    AFTER,
    *(each.key for each in LINE),
)
_QUESTION: Final[Mapping[str, Question]] = {
    each.key: each for each in (*ASKED_OF_QUICKBOOKS, *LINE)
}
_AT_CLEANING: Final = PLACES.index(CLEANING)
_AT_LINE: Final = PLACES.index(AFTER) + 1
ATTEMPTS_MAX: Final = 3  # At one question, each in a session of its own.
CLEANING_ATTEMPTS_MAX: Final = 10
NOTHING_RAN: Final = "0x80040400"  # QuickBooks could not read the document (Intuit's hresults).
STOP: Final = -1
_GOES_ON: Final = (
    "The probe of the sample company goes on with the next call. What waits for QuickBooks goes"
    " after it."
)
_LINE_IS_LEFT: Final = (
    "QuickBooks has answered the probe. Two questions to the Web Connector are left: press Update"
    " Selected again. An error that it shows then is on purpose."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _ProbeDocument(Document):
    """A document with characters in it that the writer refuses."""

    spelled: Mapping[str, str] = field(default_factory=dict)

    def render(self) -> str:
        text = Document.render(self)
        for stands_in, spelled in self.spelled.items():
            text = text.replace(stands_in, spelled)
        return text


def running(connection: Connection) -> Probe | None:
    """Return the probe that runs or waits for a session."""
    if not connection.probe_wanted:
        return None
    return (
        Probe.objects.filter(connection=connection, state=Probe.State.RUNNING)
        .order_by("-pk")
        .first()
    )


def goodbye(connection: Connection) -> str:
    """Return what the Web Connector shows at the end of a session of the probe; "" for others."""
    probe = running(connection)
    if probe is None:
        return ""
    return _LINE_IS_LEFT if is_at_the_line(probe) else _GOES_ON


# --- Sending ---


class FaultOnPurpose(Exception):
    """The probe wants this call answered with a fault; what it wrote is to be kept."""

    def __init__(self) -> None:
        super().__init__(FAULT_SENTENCE)


def next_document(connection: Connection, session: Session, context: Context) -> str | None:
    """Store the probe's next document and return its text; None once there is none.

    :raises SessionStops: if the company is not a sample: then the probe is over.
    :raises FaultOnPurpose: if it is to be answered with a fault.
    """
    probe = running(connection)
    if probe is None:
        connection.probe_wanted = False
        return None
    if not connection.is_sample:
        raise SessionStops(_refuse(connection, probe, context))
    probe.quickbooks = {
        "product": connection.product_name,
        "qbxml": f"{session.qbxml_major}.{session.qbxml_minor}",
    }
    if probe.awaited_set:
        _begin_again(probe, context)
    step = _next_step(connection, probe, context)
    if step is None:
        probe.save()
        if not connection.probe_wanted or PLACES[probe.place] != FAULT:
            return None
        # Only a question to the Web Connector is left, and this session was not opened for it.
        probe.line_session = session.pk
        probe.save()
        raise FaultOnPurpose
    known = {tuple(each) for each in probe.made}
    probe.made = [
        *probe.made,
        *(each.plain() for each in step.makes if tuple(each.plain()) not in known),
    ]
    stored, text = store(
        _ProbeDocument(
            purpose=MessageSet.Purpose.PROBE,
            requests=step.requests,
            content=[{"r": each.request_id} for each in step.requests],
            set_id=step.new_id,
            clears=step.old_id,
            spelled=step.spelled,
        ),
        session,
        context,
    )
    probe.awaited_set = stored.pk
    probe.save()
    return text


def _refuse(connection: Connection, probe: Probe, context: Context) -> str:
    called = f"“{connection.company_name}”" if connection.company_name else "This company file"
    sentence = (
        f"{called} is not one of Intuit’s sample companies, so nothing was probed and nothing was"
        " written. Open a sample company in QuickBooks (File > Open Previous Company, or the No"
        " Company Open window), link it to a business of its own, and start the probe there."
    )
    _end(connection, probe, Probe.State.REFUSED, sentence, context)
    probe.save()
    return sentence


def _end(
    connection: Connection, probe: Probe, state: Probe.State, sentence: str, context: Context
) -> None:
    probe.state, probe.message, probe.ended_at = state, sentence, context.now
    connection.probe_wanted = False
    _keep_answers(connection, probe, context)


def _keep_answers(connection: Connection, probe: Probe, context: Context) -> None:
    """Let the connection know what its QuickBooks does, as far as it was found out."""
    if probe.findings:
        connection.what_quickbooks_keeps = {
            **connection.what_quickbooks_keeps,
            **answers_of(probe.findings),
            "probed_at": context.now.isoformat(timespec="seconds"),
        }


def _next_step(connection: Connection, probe: Probe, context: Context) -> Step | None:
    """Return what to send next to QuickBooks; None once nothing more is asked of it."""
    while probe.place < _AT_LINE:
        if probe.is_stopping and probe.place < _AT_CLEANING:
            _go_to(probe, _AT_CLEANING)
        if not probe.code:
            probe.code = context.new_nonce()
        told = _ask(connection, probe, context)
        if isinstance(told, Step):
            return told
        _note(probe, told)
        _go_to(probe, probe.place + 1)
    if probe.is_stopping:
        _end(connection, probe, Probe.State.STOPPED, _last_words(probe), context)
    return None


def _go_to(probe: Probe, place: int) -> None:
    probe.place, probe.code, probe.attempt, probe.seen = place, "", 0, []


def _begin_again(probe: Probe, context: Context) -> None:
    """Give up the attempt whose answer was lost; after the last one the place is left."""
    probe.awaited_set = 0
    attempt = probe.attempt + 1
    key = PLACES[probe.place]
    cleans = key in {CLEARING, CLEANING}
    if attempt < (CLEANING_ATTEMPTS_MAX if cleans else ATTEMPTS_MAX):
        probe.attempt, probe.seen, probe.code = attempt, [], context.new_nonce()
        return
    if key in _QUESTION:
        _note(probe, not_established(_QUESTION[key], "The session broke each time it was tried."))
    elif cleans:
        _note(probe, Cleaned(tuple(_made(probe, key))))
    _go_to(probe, probe.place + 1)


def _ask(
    connection: Connection, probe: Probe, context: Context
) -> Step | Found | Cleaned | dict[str, Any]:
    run = Run(
        root=f"{probe.guid}/{probe.code}",
        code=probe.code,
        today=_transaction_date(connection, context),
        seen=probe.seen,
        known=answers_of(probe.findings),
    )
    key = PLACES[probe.place]
    match key:
        case "clearing" | "cleaning":
            return clean(run, _made(probe, key))
        case "before" | "after":
            return counted(probe.seen[-1]) if probe.seen else count_everything(run)
        case _:
            return next_of(_QUESTION[key], run)


def _made(probe: Probe, key: str) -> list[Made]:
    return [Made(*each) for each in (probe.left if key == CLEARING else probe.made)]


def _transaction_date(connection: Connection, context: Context) -> date:
    """Return today, or the day after the books are closed."""
    today = context.now.date()
    closed = connection.closing_date
    return today if closed is None else max(today, closed + timedelta(days=1))


def _note(probe: Probe, told: Found | Cleaned | dict[str, Any]) -> None:
    """Write down what a place came to."""
    key = PLACES[probe.place]
    match told:
        case Found():
            found = {"answers": dict(told.answers), "words": told.words}
            probe.findings = {**probe.findings, key: found}
        case Cleaned():
            probe.left = [each.plain() for each in told.left]
            if key == CLEARING:  # What is still there is tried again in the end.
                probe.made = probe.left
        case _ if key == BEFORE:
            probe.before = told
        case _:
            probe.after = told


def _last_words(probe: Probe) -> str:
    """Return how the company was left, and what a person has to do about it."""
    if probe.left:
        names = ", ".join(each[1] for each in probe.left)
        return (
            f"QuickBooks did not let the probe delete what it had made: {names}. Delete them in"
            " QuickBooks, or start the probe again: it tries to delete them first."
        )
    differs = differences(probe.before, probe.after)
    if differs:
        return (
            "Everything the probe made is deleted again. The company is not quite as before all the"
            f" same; perhaps somebody worked in it meanwhile: {'; '.join(differs)}."
        )
    return "The company is as it was before: everything the probe made is deleted again."


# --- Receiving ---


def take(
    connection: Connection,
    session: Session,
    message_set: MessageSet,
    call: ReceiveResponse,
    context: Context,
) -> int:
    """Write down what came back, and return the bar's number; the caller saves the three rows."""
    message_set.status = MessageSet.Status.ANSWERED
    probe = running(connection)
    if probe is None or probe.awaited_set != message_set.pk:
        session.percent = COMPLETE
        return COMPLETE
    step = _ask(connection, probe, context)
    if not isinstance(step, Step):
        # What was sent follows from what is stored, unless the program asks otherwise by now.
        sentence = "Fieldledger was updated during a question of the probe. It is asked again."
        return _lose(connection, session, message_set, sentence, context)
    hresult = normal_form(call.hresult) or call.hresult.strip()
    answers = None
    if not hresult:
        try:
            answers = read_answers(call.response)
        except NotQbxml:
            return _lose(connection, session, message_set, explain("not_qbxml").sentence, context)
    elif hresult != NOTHING_RAN:
        said = explain_hresult(call.hresult, said=call.message.strip()).sentence
        return _lose(connection, session, message_set, said, context)
    seen = seen_of(step, answers, hresult=hresult, length=len(call.response))
    probe.seen, probe.awaited_set = [*probe.seen, seen], 0
    connection.last_error, connection.last_error_at = "", None
    is_over = _next_step(connection, probe, context) is None
    if is_over:
        probe.message = _last_words(probe)
        _keep_answers(connection, probe, context)
    probe.save()
    if is_over:
        session.percent = COMPLETE
        return COMPLETE
    # Every place is a share of the bar, which stays below 100 and never goes back.
    share = (COMPLETE - 1) * (probe.place + 1) // _AT_LINE
    session.percent = max(session.percent, min(share, COMPLETE - 1))
    return session.percent


def _lose(
    connection: Connection,
    session: Session,
    message_set: MessageSet,
    sentence: str,
    context: Context,
) -> int:
    """Leave it open whether the document ran: the next session begins the question again."""
    message_set.status = MessageSet.Status.DROPPED
    session.last_error = sentence
    connection.last_error, connection.last_error_at = sentence, context.now
    return STOP


# --- The Web Connector's own questions ---


def sign_in(connection: Connection, session: Session, context: Context) -> str:
    """Note how the last session ended, and return the company file to name: "" is the open one."""
    probe = running(connection)
    if probe is None or probe.place < _AT_LINE:
        return ""
    if probe.is_stopping:
        _end(connection, probe, Probe.State.STOPPED, probe.message, context)
        probe.save()
        return ""
    _conclude(probe)
    if probe.place >= len(PLACES):
        _end(connection, probe, Probe.State.DONE, _last_words(probe), context)
        probe.save()
        return ""
    wants_failure = PLACES[probe.place] == NOT_OPENED
    if wants_failure:
        probe.line_session = session.pk
    probe.save()
    return NO_SUCH_FILE if wants_failure else ""


def _conclude(probe: Probe) -> None:
    """Note whether the session in which a call went wrong was closed by the Web Connector."""
    if not probe.line_session:
        return
    question = _QUESTION[PLACES[probe.place]]
    said = set(
        Exchange.objects.filter(session_id=probe.line_session).values_list("operation", flat=True)
    )
    probe.line_session = 0
    went_wrong = question.key != NOT_OPENED or "connectionError" in said
    if not went_wrong and probe.attempt + 1 < ATTEMPTS_MAX:
        probe.attempt += 1
        return
    _note(
        probe,
        closing(question, is_closed="closeConnection" in said)
        if went_wrong
        else not_established(question, "The Web Connector did not say that it failed."),
    )
    _go_to(probe, probe.place + 1)


def failed_on_purpose(connection: Connection, session: Session) -> bool:
    """Whether QuickBooks could not be opened because the probe named a file that is not there."""
    probe = running(connection)
    return probe is not None and probe.line_session == session.pk


def is_at_the_line(probe: Probe) -> bool:
    """Whether nothing more is asked of QuickBooks, only of the Web Connector."""
    return probe.place >= _AT_LINE
