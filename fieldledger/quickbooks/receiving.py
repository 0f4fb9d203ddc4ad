"""Take QuickBooks' answer to the document a session sent, and say how far things are.

What an answer proves is fieldledger.sync.outcomes'; here it is written down: entries move, what
waited for them goes on, and only then the Web Connector hears a number.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Final

from fieldledger.qbwc.calls import ReceiveResponse
from fieldledger.qbxml.reading import Answer, AnswerSet, NotQbxml, read_answers
from fieldledger.quickbooks import (
    bank_deposits,
    drifting,
    fencing,
    given_up,
    initial_sync,
    linking_credits,
    probing,
    reading,
    recovery,
    returning,
    reverifying,
    steps,
    taking_back,
    verification,
    voided,
    watching,
)
from fieldledger.quickbooks.company import read_company
from fieldledger.quickbooks.context import Context, SessionStops
from fieldledger.quickbooks.entries import adjust_active, recount, tell
from fieldledger.quickbooks.entry_rows import EntryRow, as_read, in_set, is_unresolved
from fieldledger.quickbooks.making_room import payment_to_go_first
from fieldledger.quickbooks.message_sets import require_answer
from fieldledger.quickbooks.models import (
    ACTIVE_STATES,
    Connection,
    MessageSet,
    Session,
    SyncEntry,
)
from fieldledger.quickbooks.name_taken import take_another_name
from fieldledger.quickbooks.sending import called, release_waiters
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync import halving
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import fold
from fieldledger.sync.outcomes import (
    Gone,
    HresultOutcome,
    NameTaken,
    NotRun,
    Outcome,
    Refused,
    RetryLater,
    StaleEdit,
    Taken,
    Unknown,
    Verdict,
    difference,
    judge,
    judge_hresult,
)
from fieldledger.sync.progress import COMPLETE, percent
from fieldledger.sync.sizing import LIST_REQUESTS_MAX, TRANSACTIONS_MAX, next_size
from fieldledger.sync.words import explain

Purpose = MessageSet.Purpose
Status = MessageSet.Status

STOP: Final = -1
# What QuickBooks said when it was asked for the answer that was lost.
STORED: Final = "QuickBooks was asked for the answer that it had stored, and gave it again."
NOT_STORED: Final = (
    "QuickBooks was asked for the answer that it had stored: it has none. The records themselves"
    " are looked for."
)
SEALED: Final = (
    "QuickBooks was asked again; the lost document can do nothing there any more. The records"
    " themselves are looked for."
)
STALE_TRIES_MAX: Final = 4


def take(
    connection: Connection,
    session: Session,
    message_set: MessageSet,
    call: ReceiveResponse,
    context: Context,
) -> int:
    """Write down what the answer to `message_set` says; return the bar's number or -1.

    The caller saves the three rows.
    """
    if message_set.purpose == Purpose.PROBE:
        return probing.take(connection, session, message_set, call, context)
    if call.hresult.strip():
        try:
            return _take_hresult(connection, session, message_set, call, context)
        except SessionStops as stopped:
            return _stop(connection, session, stopped.sentence, context)
    try:
        answers = read_answers(call.response)
    except NotQbxml:
        # Cut off, or not QuickBooks' words at all: it proves nothing, least of all success.
        return _lose(connection, session, message_set, context, explain("not_qbxml").sentence)
    try:
        require_answer(message_set, answers)
        match message_set.purpose:
            case Purpose.WRITE:
                _take_write(connection, session, message_set, answers.answers, context)
            case Purpose.ASK:
                _take_ask(connection, session, message_set, answers, context)
            case Purpose.LOOK:
                _take_look(connection, session, message_set, answers, context)
            case Purpose.FENCE:
                _take_fence(connection, message_set, answers, context)
            case _:
                _take_read(connection, session, message_set, answers, context)
    except SessionStops as stopped:
        message_set.status = Status.ANSWERED
        return _stop(connection, session, stopped.sentence, context)
    if connection.connected_at is None:
        connection.connected_at = context.now
    connection.last_error, connection.last_error_at = "", None
    was_checked = session.is_checked
    session.is_checked = was_checked or message_set.purpose == Purpose.CHECK
    if message_set.purpose == Purpose.CHECK and was_checked:
        # It was sent because nothing else could be: whatever is pending waits for another day.
        recount(connection.pk)
        connection.refresh_from_db(fields=["active_count"])
        session.percent = COMPLETE
        return COMPLETE
    return _number(connection, session, context)


def _stop(connection: Connection, session: Session, sentence: str, context: Context) -> int:
    session.last_error = sentence
    connection.last_error, connection.last_error_at = sentence, context.now
    return STOP


def _lose(
    connection: Connection,
    session: Session,
    message_set: MessageSet,
    context: Context,
    sentence: str,
) -> int:
    recovery.put_in_doubt(message_set, now=context.now)
    return _stop(connection, session, sentence, context)


def _number(connection: Connection, session: Session, context: Context) -> int:
    """Return how far the session is: 100 only when nothing is left that it can do."""
    left = returning.left(connection)
    left += reading.pages_left(connection, session)
    if connection.is_carrying:
        left += 1 + initial_sync.rows_left(connection) // initial_sync.BITE
    may_write = steps.may_write(connection)
    left += fencing.next_step(connection, may_write=may_write) is not None
    if may_write:
        left += max(connection.active_count - session.put_off, 0)
        left += watching.left(connection, context.now)
        left = left or bank_deposits.left(connection)
    elif is_unresolved(connection.pk):
        left += 1
    left += connection.probe_wanted
    if not left:
        session.percent = COMPLETE
        return COMPLETE
    session.total = max(session.total, session.done + left)
    session.percent = percent(session.done, session.total, session.percent)
    return session.percent


# --- Readings ---


def _take_read(
    connection: Connection,
    session: Session,
    message_set: MessageSet,
    answers: AnswerSet,
    context: Context,
) -> None:
    message_set.status = Status.ANSWERED
    by_id = {each.request_id: each for each in answers.answers}
    names = [each["list"] for each in message_set.content]
    if reading.COMPANY in names:
        steps.verify(connection, session, read_company(answers.answers), "", "")
        return
    if returning.COMPARE in names:
        returning.take(connection, message_set.content, answers.answers)
        return
    if bank_deposits.DEPOSITS in names:
        bank_deposits.take(connection, message_set.content, answers.answers, context.now)
        return
    if drifting.WATCH in names:
        drifting.take(connection, message_set.content, answers.answers, context.now)
        return
    if message_set.purpose == Purpose.CHECK:
        reverifying.take_check(connection, message_set, answers.answers, context.now)
        return
    for row in message_set.content:
        reading.take(connection, session, row["list"], by_id.get(row["r"]))
    reading.keep_one_iterator(session)
    session.done += 1
    if not [each for each in session.reads if not each.get("skip")]:
        reading.finish(connection, session, context)
        initial_sync.lists_read(connection, now=context.now)


# --- Writes ---


def _take_write(
    connection: Connection,
    session: Session,
    message_set: MessageSet,
    answers: Sequence[Answer],
    context: Context,
) -> None:
    by_id = {each.request_id: each for each in answers}
    stopped = _take_head(connection, message_set, answers)
    found = {each.pk: each for each in in_set(message_set.pk)}
    settled: list[EntryRow] = []
    doubtful: list[EntryRow] = []
    taken: list[int] = []
    for row in message_set.content:
        entry = found.get(row["e"])
        if entry is None:
            continue
        answer = by_id.get(row["r"])
        outcome = _judge(entry, row, answer)
        if isinstance(outcome, Unknown):
            doubtful.append(entry)
            continue
        _settle(session, entry, row, outcome, context.now)
        voided.settle(entry)
        bank_deposits.note(connection, entry, row["op"], outcome)
        settled.append(entry)
        if isinstance(outcome, Taken):
            taken.append(entry.pk)
    _save(connection, settled, context.now)
    session.done += sum(each.state not in ACTIVE_STATES for each in settled)
    session.failed += sum(each.state in {State.FAILED, State.GONE} for each in settled)
    session.put_off += sum(each.tried_in == session.pk for each in settled)
    release_waiters(connection, taken, context.now)
    anew = [each for each in message_set.content if each["e"] in taken and each["op"] == "add"]
    memos = [found[each["e"]] for each in anew if found[each["e"]].kind == Kind.CREDIT]
    linking_credits.wake(connection, [each.record_id for each in memos], context.now)
    verification.note_written(connection, taken)
    if message_set.pk == session.message_set_id:
        # Only then is no copy of it on its way: the answer of a set that was lost for a while
        # stays stored, for it is what stops a copy that arrives late.
        connection.acknowledged_set = message_set.set_id
    message_set.status = Status.ANSWERED
    if doubtful:
        _doubt(message_set, doubtful, context.now)
    if message_set.pk == session.message_set_id and found:
        _measure(connection, message_set, found.values(), context.now)
    if session.suspects:
        session.suspects = halving.went_through(session.suspects)
    if stopped is not None and message_set.pk == session.message_set_id:
        raise stopped  # What was so when a lost document ran need not be so now.


def _take_head(
    connection: Connection, message_set: MessageSet, answers: Sequence[Answer]
) -> SessionStops | None:
    """Take what the link record's change came to; return why the session cannot go on."""
    try:
        fencing.take_head(connection, message_set, answers)
    except SessionStops as stopped:
        return stopped
    return None


def _judge(entry: EntryRow, row: Mapping[str, Any], answer: Answer | None) -> Outcome:
    if answer is None:  # No answer is no success; and no proof that nothing was done.
        return Unknown("no_answer", explain("no_answer").sentence)
    return judge(answer, operation=row["op"], quickbooks_id=entry.quickbooks_id)


def _doubt(message_set: MessageSet, entries: Sequence[EntryRow], now: datetime) -> None:
    message_set.status = Status.IN_DOUBT
    message_set.save(update_fields=["status"])
    lost = "QuickBooks’ answer says nothing of this one. QuickBooks is asked first."
    SyncEntry.objects.filter(pk__in=[each.pk for each in entries]).update(
        state=State.CHECKING, code="answer_lost", message=lost, updated_at=now
    )
    tell(((each.pk, State.CHECKING, "", lost) for each in entries), now=now)


def _measure(
    connection: Connection, message_set: MessageSet, entries: Iterable[EntryRow], now: datetime
) -> None:
    turnaround_s = (now - message_set.sent_at).total_seconds()
    is_list = any(each.rank in {1, 2} for each in entries)
    kept = "list_size" if is_list else "transaction_size"
    size_max = LIST_REQUESTS_MAX if is_list else TRANSACTIONS_MAX
    sent = len(message_set.content)
    before: int = getattr(connection, kept)
    size = next_size(before, sent=sent, turnaround_s=turnaround_s, size_max=size_max)
    setattr(connection, kept, size)


def _settle(
    session: Session, entry: EntryRow, row: Mapping[str, Any], outcome: Outcome, now: datetime
) -> None:
    entry.said = "" if isinstance(outcome, Taken) else outcome.said
    if taking_back.is_deletion(entry, row["op"]):
        taking_back.settle(entry, outcome, session_id=session.pk)
        return
    if isinstance(outcome, Taken):
        _take(entry, row, outcome, now)
        linking_credits.note_taken(entry, row)
        return
    entry.code = outcome.code
    entry.message = explain(outcome.code, said=outcome.said, name=called(entry)).sentence
    match outcome:
        case NameTaken():
            take_another_name(session.connection, entry)
        case StaleEdit() if entry.tries < STALE_TRIES_MAX:
            entry.state, entry.look_first = State.PENDING, True
        case RetryLater():
            entry.state, entry.tried_in = State.PENDING, session.pk
        case NotRun():
            # Another one stopped the set: that was no try of this one.
            entry.state, entry.tries = State.PENDING, max(entry.tries - 1, 0)
        case Gone():
            entry.state = State.GONE
        case Refused() if (
            payment := payment_to_go_first(session.connection, entry, outcome.code)
        ) is not None:
            entry.state, entry.waiting_on_id, entry.code = State.WAITING, payment.pk, "waiting"
            entry.message = f"Waits for the {payment.kind} “{payment.title}”, which goes first."
        case Refused() | StaleEdit() | Unknown():
            entry.state = State.FAILED


def _take(entry: EntryRow, row: Mapping[str, Any], taken: Taken, now: datetime) -> None:
    entry.quickbooks_id = taken.quickbooks_id
    entry.edit_sequence = taken.edit_sequence or entry.edit_sequence
    entry.quickbooks_type = taken.type or entry.quickbooks_type
    if entry.rank in {1, 2} and taken.name:
        entry.rename(taken.name[:159], fold(taken.full_name or taken.name)[:159])
    if row["op"] in {"add", "mod"}:
        # A stored answer does not tell them, and old ones may be gone: then lines are made anew.
        entry.line_ids = list(taken.line_ids)
    entry.synced_revision = min(row["rev"], entry.record_revision)
    entry.written = row.get("w", "")
    entry.synced_at = now
    entry.look_first = False
    is_undone = row["op"] in {"void", "delete"}
    if is_undone:
        # Deleted it has none, and of a void QuickBooks does not tell the new one.
        entry.edit_sequence = ""
    entry.tries = 0
    entry.code, entry.message = taken.code, taken.warning or row.get("notes", "")
    ours = Decimal(row["total"]) if row.get("total") and not is_undone else None
    left = Decimal(row["left"]) if row.get("left") and not is_undone else None
    entry.differs_by, differing = difference(taken, total=ours, left=left)
    if entry.kind in {Kind.CLIENT, Kind.ITEM} and not entry.edit_sequence:
        entry.look_first = True  # A stored answer may leave it out; the next change needs it.
    if entry.wanted_revision > entry.synced_revision:
        entry.state = State.PENDING
    elif entry.record_revision > entry.synced_revision:
        entry.state = State.CHANGED
    elif entry.differs:
        entry.state = State.DIFFERS
        entry.code = differing
        said = explain(differing, name=called(entry), differs_by=f"{entry.differs_by:+}")
        entry.message = said.sentence
    else:
        entry.state = State.SYNCED


_COLUMNS: Final = (
    "state",
    "synced_revision",
    "quickbooks_id",
    "quickbooks_type",
    "edit_sequence",
    "line_ids",
    "written",
    "differs_by",
    "code",
    "message",
    "said",
    "tries",
    "look_first",
    "tried_in",
    "waiting_on_id",
    "synced_at",
)
_NAMED: Final = (*_COLUMNS, "quickbooks_name", "name_folded")  # A name is in an index.


def _save(connection: Connection, entries: Sequence[EntryRow], now: datetime) -> None:
    columns = _NAMED if any(each.is_renamed for each in entries) else _COLUMNS
    values = attrgetter("pk", *columns)
    update_many(
        SyncEntry,
        (*columns, "message_set_id", "updated_at"),
        [(*values(each), None, now) for each in entries],
        read=as_read(entries, columns),
    )
    tell(((each.pk, each.state, "", each.message) for each in entries), now=now)
    left = sum(each.state not in ACTIVE_STATES for each in entries)
    adjust_active(connection.pk, -left)
    connection.active_count -= left


# --- Asking after a lost answer ---


def _take_ask(
    connection: Connection,
    session: Session,
    ask: MessageSet,
    answers: AnswerSet,
    context: Context,
) -> None:
    lost = ask.about
    assert lost is not None
    ask.status = Status.ANSWERED
    wanted = {row["r"] for row in lost.content}
    if any(each.request_id in wanted for each in answers.answers):
        recovery.tell_asked(lost, STORED, now=context.now)
        _take_write(connection, session, lost, answers.answers, context)
        if lost.status == Status.ANSWERED:
            lost.status = Status.RESOLVED
        if recovery.is_from_before_a_restore(connection, lost):
            reverifying.doubt_again(connection, lost, context.now)
    else:
        lost.status = Status.ABSENT
        # Known, but with other content than ours: our own seal. The lost document is dead.
        lost.is_sealed = answers.message_set_status not in fencing.NOTHING_STORED
        recovery.tell_asked(lost, SEALED if lost.is_sealed else NOT_STORED, now=context.now)
    lost.save(update_fields=["status", "is_sealed"])


def _take_look(
    connection: Connection,
    session: Session,
    look: MessageSet,
    answers: AnswerSet,
    context: Context,
) -> None:
    look.status = Status.ANSWERED
    lost = look.about
    if lost is not None and answers.message_set_status == recovery.OTHER_CONTENT:
        # It ran after all, between the question and this: ask for its answer again.
        look.status = Status.REFUSED
        fencing.never_ran(connection, look)
        lost.status, lost.is_sealed = Status.IN_DOUBT, True
        lost.save(update_fields=["status", "is_sealed"])
        return
    if fencing.take_head(connection, look, answers.answers) is False:
        return  # A late copy might run behind this look: it is taken once more.
    if not recovery.is_complete(look, answers.answers):
        sentence = "QuickBooks did not answer whether it has the records. It is asked again."
        raise SessionStops(sentence)
    settled, failed, shows_older = recovery.take_look(connection, look, answers.answers, context)
    if shows_older:
        reverifying.verify_all(connection, verification.FILE_OLDER, context.now)
    session.done += settled
    session.failed += failed
    if lost is not None:
        lost.status = Status.RESOLVED
        lost.save(update_fields=["status"])
        given_up.note(connection, lost, session)


def _take_fence(
    connection: Connection, message_set: MessageSet, answers: AnswerSet, context: Context
) -> None:
    message_set.status = Status.ANSWERED
    if fencing.take_step(connection, message_set, answers):
        reverifying.verify_all(connection, verification.FILE_OLDER, context.now)


# --- No answer but an hresult ---


def _take_hresult(
    connection: Connection,
    session: Session,
    message_set: MessageSet,
    call: ReceiveResponse,
    context: Context,
) -> int:
    judged = judge_hresult(call.hresult, call.message)
    connection.last_error, connection.last_error_at = judged.sentence, context.now
    if judged.verdict == Verdict.IN_DOUBT:
        return _lose(connection, session, message_set, context, judged.sentence)
    message_set.status = Status.REFUSED
    fencing.never_ran(connection, message_set)
    if judged.verdict == Verdict.VERSION_REFUSED:
        if message_set.purpose == Purpose.WRITE:
            _put_back(session, message_set, context.now, put_off=True)
        return _stop(connection, session, judged.sentence, context)
    match message_set.purpose:
        case Purpose.WRITE if len(message_set.content) == 1:
            _fail_alone(connection, session, message_set, judged, context.now)
        case Purpose.WRITE:
            _halve(session, message_set, context.now)
        case Purpose.READ if message_set.content[0]["list"] == returning.COMPARE:
            returning.go_past(connection, message_set.content[0])
        case Purpose.READ if message_set.content[0]["list"] == bank_deposits.DEPOSITS:
            bank_deposits.take(connection, message_set.content, (), context.now)
        case Purpose.READ if message_set.content[0]["list"] == drifting.WATCH:
            drifting.go_past(connection, message_set.content, context.now)
        case Purpose.READ if message_set.content[0]["list"] != reading.COMPANY:
            reading.refused_whole(session, message_set.content)
            if not [each for each in session.reads if not each.get("skip")]:
                reading.finish(connection, session, context)
                initial_sync.lists_read(connection, now=context.now)
        case Purpose.ASK:
            lost = message_set.about
            assert lost is not None
            lost.status = Status.ABSENT
            lost.save(update_fields=["status"])
        case Purpose.FENCE:
            fencing.refused_whole(connection, message_set)
        case Purpose.CHECK:
            session.is_checked = not reverifying.refused_whole(connection)
        case _:
            return _stop(connection, session, judged.sentence, context)
    return _number(connection, session, context)


def _in_set(message_set: MessageSet) -> list[EntryRow]:
    return [each for each in in_set(message_set.pk) if each.state == State.SENDING]


def _put_back(
    session: Session, message_set: MessageSet, now: datetime, *, put_off: bool = False
) -> list[EntryRow]:
    entries = _in_set(message_set)
    SyncEntry.objects.filter(pk__in=[each.pk for each in entries]).update(
        state=State.PENDING,
        message_set=None,
        tried_in=session.pk if put_off else 0,
        updated_at=now,
    )
    if put_off:
        session.put_off += len(entries)
    return entries


def _halve(session: Session, message_set: MessageSet, now: datetime) -> None:
    """Send the refused document's entries again in halves, until the culprit stands alone."""
    ids = [each.pk for each in _put_back(session, message_set, now)]
    session.suspects = halving.refused(ids, session.suspects)


def _fail_alone(
    connection: Connection,
    session: Session,
    message_set: MessageSet,
    judged: HresultOutcome,
    now: datetime,
) -> None:
    entries = _in_set(message_set)
    for each in entries:
        each.state, each.code, each.said = State.FAILED, judged.code, judged.said
        each.message = explain("document_refused", said=judged.said, name=called(each)).sentence
        voided.settle(each)
    _save(connection, entries, now)
    session.done += len(entries)
    session.failed += len(entries)
    session.suspects = halving.found(session.suspects)
