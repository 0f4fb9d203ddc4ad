"""Answer the Web Connector, call by call, from the database.

Each function answers one call inside one transaction, which commits before the reply leaves. The
connection's row is locked first, so calls of one company follow each other whatever server they
reach. Nothing is kept in the process.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction

from fieldledger.qbwc.calls import (
    Authenticate,
    Call,
    CloseConnection,
    ConnectionFailed,
    GetLastError,
    ReceiveResponse,
    SendRequest,
)
from fieldledger.qbwc.transitions import (
    State as Stage,
)
from fieldledger.qbwc.transitions import (
    is_in_order,
    is_repetition,
    next_state,
    reply_to_stray,
)
from fieldledger.qbxml.hresults import OUT_OF_MEMORY, normal_form
from fieldledger.quickbooks import (
    computers,
    hours,
    initial_sync,
    passwords,
    probing,
    reading,
    receiving,
    recovery,
    steps,
    verification,
)
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.context import (
    Context,
    Idle,
    SessionStops,
    ticket_digest,
)
from fieldledger.quickbooks.entries import lock, recount
from fieldledger.quickbooks.message_sets import pack, text_of
from fieldledger.quickbooks.models import Connection, Exchange, MessageSet, Session
from fieldledger.quickbooks.poll import find_poll, has_work, why_idle
from fieldledger.quickbooks.pruning import prune
from fieldledger.quickbooks.tables import (
    Columns,
    as_read,
    insert_one,
    lock_words,
    save_changes,
    table_of,
    update_one,
)
from fieldledger.sync.words import explain_hresult

Result = str | int | tuple[str, ...]

NO_WORK: Final = "none"
WRONG_SIGN_IN: Final = "nvu"
OPEN_FILE: Final = ""  # Use the company file that is open (Intuit QBWC Programmer's Guide ch. 10).
# What the Web Connector shows of a sign-in without a session.
IDLE_GOODBYES: Final[Mapping[str, str]] = {
    Idle.DONE: "No data exchange required: nothing is waiting in Fieldledger.",
    Idle.REFUSED: "The user name or the password is wrong. Copy both from Fieldledger again.",
    Idle.OFF: "QuickBooks Desktop is switched off in Fieldledger. What waits there is kept.",
    Idle.PAUSED: "The exchange is paused in Fieldledger. What waits there is kept.",
    Idle.SET_UP: "The set-up goes on in Fieldledger: choose what to import, then press Next there.",
    Idle.QUIET: "Quiet hours in Fieldledger: nothing is sent before they end. What waits is kept.",
    Idle.SECOND: "Another computer keeps this business in step. Decide in Fieldledger which one.",
    Idle.PLAN: "The plan of the initial sync waits in Fieldledger. Approve it there.",
}
TOO_LARGE: Final = (
    "QuickBooks’ answer was too large to be taken in. It is asked for less at a time."
)
CONNECTION_ERRORS_MAX: Final = 2
# QuickBooks is closed and no file was named: then naming the file may open it.
NO_FILE_NAMED: Final = "0x80040416"


def answer(call: Call, context: Context) -> Result:
    """Return what to answer to a call of a session."""
    match call:
        case Authenticate():
            return authenticate(call, context)
        case SendRequest():
            return send_request(call, context)
        case ReceiveResponse():
            return receive_response(call, context)
        case ConnectionFailed():
            return connection_failed(call, context)
        case GetLastError():
            return last_error(call, context)
        case CloseConnection():
            return close(call, context)
        case _:
            return reply_to_stray(type(call))


def authenticate(call: Authenticate, context: Context) -> tuple[str, ...]:
    """Open a session if there is anything to do; an idle poll costs one SELECT and no write."""
    poll = find_poll(call.username)
    digests = (poll.password_digest, poll.usable_previous(context.now)) if poll else ("",)
    if not passwords.is_right(call.password, *digests) or poll is None:
        if poll is not None:
            CONTACTS.note_wrong_password(poll.connection_id, context.now)
        return (Idle.REFUSED.value, WRONG_SIGN_IN)
    if not has_work(poll, context.now):
        CONTACTS.note(poll.connection_id, context.now, context.address)
        return (why_idle(poll).value, NO_WORK)
    if hours.is_quiet_for(poll, context.now):
        CONTACTS.note(poll.connection_id, context.now, context.address)
        return (Idle.QUIET.value, NO_WORK)
    CONTACTS.note(poll.connection_id, context.now)
    with transaction.atomic():
        connection = lock(poll.connection_id)
        if computers.is_turned_away(connection, context):
            return (Idle.SECOND.value, NO_WORK)
        return _open_session(connection, call, context)


def _open_session(connection: Connection, call: Authenticate, context: Context) -> tuple[str, str]:
    """Open a session and return its ticket and the company file to use."""
    for older in Session.objects.filter(connection=connection, closed_at__isnull=True):
        _end(connection, older, context, "Another session began before this one ended.")
    connection.epoch += 1
    connection.last_contact_at = context.now
    if passwords.is_right(call.password, connection.password_digest):
        passwords.note_use(connection, now=context.now)
    connection.save()
    ticket = context.new_ticket()
    session = Session.objects.create(
        connection=connection,
        ticket_digest=ticket_digest(ticket),
        epoch=connection.epoch,
        state=next_state(Stage.NEW, Authenticate),
        address=context.address,
        opened_at=context.now,
        last_call_at=context.now,
        total=connection.active_count,
    )
    _record(session, call, context, answer="signed in")
    if not connection.probe_wanted:
        return ticket, OPEN_FILE
    file = probing.sign_in(connection, session, context)
    connection.save()
    return ticket, file


_CONNECTION: Final = Columns(Connection)
_SESSION: Final = Columns(Session)
_MESSAGE_SET: Final = Columns.but(MessageSet, "body")
_OF_TICKET: Final = (
    f"WHERE id = (SELECT connection_id FROM {table_of(Session)} WHERE ticket_digest = %s)"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class _Open:
    """A ticket's session and its connection, whose row is locked, and what both rows said."""

    connection: Connection
    session: Session
    before: tuple[Mapping[str, Any], Mapping[str, Any]]

    def save(self) -> None:
        """Write what has changed in the two rows."""
        save_changes(self.session, self.before[1])
        save_changes(self.connection, self.before[0])


def _find(ticket: str) -> _Open | None:
    """Return the ticket's session and its connection, locked; None for every other ticket."""
    if ticket in IDLE_GOODBYES:
        return None
    digest = ticket_digest(ticket)
    # The connection's row first. A session never changes its connection.
    connection = _CONNECTION.read_one(Connection, _OF_TICKET + lock_words(), (digest,))
    if connection is None:
        return None
    session = _SESSION.read_one(Session, "WHERE ticket_digest = %s", (digest,))
    if session is None:
        return None
    session.connection = connection
    return _Open(connection, session, (as_read(connection), as_read(session)))


def send_request(call: SendRequest, context: Context) -> str:
    """Return the next document, stored before it leaves; "" ends the session.

    :raises FaultOnPurpose: if the probe wants a fault; what was written is kept.
    """
    on_purpose: probing.FaultOnPurpose | None = None
    with transaction.atomic():
        found = _find(call.ticket)
        if found is None:
            return ""
        connection, session = found.connection, found.session
        state = Stage(session.state)
        if session.epoch != connection.epoch:
            computers.note_stray(connection, session, context)
            return ""
        if not is_in_order(state, SendRequest):
            return ""
        if is_repetition(state, SendRequest):
            # Its reply may have been lost on the way: the very same bytes, never a new set.
            assert session.message_set is not None
            return text_of(session.message_set)
        session.last_call_at = context.now
        try:
            steps.take_news(connection, session, call)
            text = steps.next_document(connection, session, context)
        except SessionStops as stopped:
            session.last_error = stopped.sentence
            if not isinstance(stopped, computers.Barred):
                connection.last_error, connection.last_error_at = stopped.sentence, context.now
            text = ""
        except probing.FaultOnPurpose as fault:
            on_purpose, session.last_error, text = fault, str(fault), ""
        session.state = next_state(state, SendRequest, ends=not text)
        found.save()
        _record(session, call, context, answer="" if text else session.last_error)
    if on_purpose is not None:
        raise on_purpose
    return text


def receive_response(call: ReceiveResponse, context: Context) -> int:
    """Take QuickBooks' answer and return the bar's number: committed before it leaves."""
    with transaction.atomic():
        found = _find(call.ticket)
        if found is None:
            return -1
        connection, session = found.connection, found.session
        state = Stage(session.state)
        if session.epoch != connection.epoch:
            computers.note_stray(connection, session, context)
            return -1
        if not is_in_order(state, ReceiveResponse):
            return -1
        assert session.message_set_id is not None
        message_set = _MESSAGE_SET.read_one(MessageSet, "WHERE id = %s", (session.message_set_id,))
        assert message_set is not None
        session.message_set = message_set
        digest = hashlib.sha256(
            "\0".join((call.response, call.hresult)).encode("utf-8", "surrogatepass")
        ).hexdigest()
        if is_repetition(state, ReceiveResponse):
            if digest != message_set.answer_digest or message_set.answer_number is None:
                return -1
            return message_set.answer_number
        session.last_call_at = connection.last_contact_at = context.now
        if session.is_verified:
            connection.lease_seen_at = context.now
        number = receiving.take(connection, session, message_set, call, context)
        if message_set.status == MessageSet.Status.DROPPED:
            too_large = normal_form(call.hresult) == OUT_OF_MEMORY
            reading.page_lost(connection, message_set, too_large=too_large)
        initial_sync.move_on(connection, now=context.now)
        verification.finish(connection, context.now)
        update_one(
            MessageSet,
            message_set.pk,
            {
                "status": message_set.status,
                "answered_at": context.now,
                "answer_digest": digest,
                "answer_number": number,
            },
        )
        session.state = next_state(state, ReceiveResponse, ends=number < 0, finished=number == 100)
        found.save()
        _record(session, call, context, answer=str(number))
        return number


def answer_too_large(ticket: str, context: Context) -> None:
    """Note that a session's answer is larger than the door takes in; the session is over."""
    with transaction.atomic():
        found = _find(ticket)
        if found is None:
            return
        connection, session = found.connection, found.session
        state, message_set = Stage(session.state), session.message_set
        if session.epoch != connection.epoch or message_set is None:
            return
        if is_in_order(state, ReceiveResponse) and not is_repetition(state, ReceiveResponse):
            recovery.put_in_doubt(message_set, now=context.now)
            reading.page_lost(connection, message_set, too_large=True)
            session.last_error, session.last_call_at = TOO_LARGE, context.now
            connection.last_error, connection.last_error_at = TOO_LARGE, context.now
            session.state = next_state(state, ReceiveResponse, ends=True)
            found.save()


def connection_failed(call: ConnectionFailed, context: Context) -> str:
    """Take the news that QuickBooks could not be opened; nothing was sent, nothing is lost."""
    with transaction.atomic():
        found = _find(call.ticket)
        if found is None:
            return "done"
        connection, session = found.connection, found.session
        state = Stage(session.state)
        if session.epoch != connection.epoch or not is_in_order(state, ConnectionFailed):
            return "done"
        explained = explain_hresult(call.hresult, said=call.message.strip())
        session.connection_errors += 1
        session.last_call_at = context.now
        session.last_error = explained.sentence
        on_purpose = probing.failed_on_purpose(connection, session)
        if not on_purpose:
            connection.last_error, connection.last_error_at = explained.sentence, context.now
        connection.last_contact_at = context.now
        retry = (
            connection.company_file
            if call.hresult.strip().lower() == NO_FILE_NAMED
            and session.connection_errors < CONNECTION_ERRORS_MAX
            and not on_purpose
            else ""
        )
        session.state = next_state(state, ConnectionFailed, ends=not retry)
        if not retry:
            session.closed_at, session.ended = context.now, explained.sentence[:300]
        found.save()
        _record(session, call, context, answer=retry or "done")
        return retry or "done"


def last_error(call: GetLastError, context: Context) -> str:
    """Return why there was no document, or why the number was negative."""
    with transaction.atomic():
        found = _find(call.ticket)
        if found is None or not is_in_order(Stage(found.session.state), GetLastError):
            return str(reply_to_stray(GetLastError))
        session = found.session
        text = session.last_error or "Everything is in QuickBooks; nothing more to send."
        _record(session, call, context, answer=text)
        return text


def close(call: CloseConnection, context: Context) -> str:
    """End the session; the answer is the status line the person reads."""
    if call.ticket in IDLE_GOODBYES:
        return IDLE_GOODBYES[call.ticket]
    with transaction.atomic():
        found = _find(call.ticket)
        if found is None:
            return str(reply_to_stray(CloseConnection))
        connection, session = found.connection, found.session
        if session.closed_at is None:
            _end(connection, session, context, "")
            recount(connection.pk)
            connection.refresh_from_db(fields=["active_count"])
            initial_sync.move_on(connection, now=context.now)
            save_changes(connection, found.before[0])
            prune(connection, now=context.now)
        _record(session, call, context, answer=session.ended)
        return session.ended


def _end(connection: Connection, session: Session, context: Context, why: str) -> None:
    message_set = session.message_set
    if message_set is not None and message_set.status == MessageSet.Status.SENT:
        recovery.put_in_doubt(message_set, now=context.now)
        reading.page_lost(connection, message_set, too_large=False)
    session.state = Stage.CLOSED
    session.closed_at = context.now
    session.ended = (why or _summary(connection, session))[:300]
    session.save()


def _summary(connection: Connection, session: Session) -> str:
    if session.last_error:
        return session.last_error
    if probed := probing.goodbye(connection):
        return probed
    taken = session.done - session.failed
    parts = [f"{taken} done"]
    if session.failed:
        parts.append(f"{session.failed} need attention in Fieldledger")
    if connection.active_count:
        parts.append(f"{connection.active_count} left for the next run")
    return "Finished: " + ", ".join(parts) + "."


def _record(session: Session, call: Call, context: Context, *, answer: str) -> None:
    """Keep what was said, without secrets: passwords and tickets are never among it."""
    body = b""
    hresult = message = ""
    match call:
        case ReceiveResponse():
            body, hresult, message = pack(call.response), call.hresult, call.message
        case ConnectionFailed():
            hresult, message = call.hresult, call.message
        case SendRequest():
            body = pack(call.hcp_response)
    exchange = Exchange(
        connection_id=session.connection_id,
        session_id=session.pk,
        message_set_id=session.message_set_id,
        at=context.now,
        operation=call.operation,
        answer=answer[:300],
        hresult=hresult[:20],
        message=message[:2000],
        body=body,
    )
    insert_one(exchange)
