"""What a session says next: recovery first, then reading, then writing, in this order."""

from typing import Final

from fieldledger.qbwc.calls import SendRequest
from fieldledger.qbxml.reading import NotQbxml, read_answers
from fieldledger.quickbooks import (
    bank_deposits,
    computers,
    fencing,
    given_up,
    initial_sync,
    probing,
    reading,
    recovery,
    returning,
    reverifying,
    sending,
    verification,
    watching,
)
from fieldledger.quickbooks.choices import may_be_back
from fieldledger.quickbooks.company import Company, CompanyRefused, read_company, require_fit
from fieldledger.quickbooks.context import Context, SessionStops
from fieldledger.quickbooks.entry_rows import is_anything_looked_for, is_unresolved
from fieldledger.quickbooks.message_sets import store
from fieldledger.quickbooks.models import Connection, MessageSet, Session, Stage

_RESOLVED_AT_ONCE_MAX: Final = 100  # Lost sets whose entries have all been settled otherwise.


def take_news(connection: Connection, session: Session, call: SendRequest) -> None:
    """Learn what a sendRequestXML tells of QuickBooks and its company file.

    :raises CompanyRefused: if nothing may be written to this file.
    """
    session.qbxml_major, session.qbxml_minor = call.major_version, call.minor_version
    if session.is_verified or not call.hcp_response:
        return
    try:
        answers = read_answers(call.hcp_response).answers
    except NotQbxml:
        return  # Then QuickBooks is asked, as if the Web Connector had brought nothing.
    company = read_company(answers)
    if company.is_told:
        verify(connection, session, company, call.country, call.company_file_name)
    elif company.major is not None or company.name:
        # Half told: what is there may refuse already, the mark is asked for.
        company.file_id = connection.file_id
        require_fit(
            company,
            connection,
            country=call.country,
            qbxml=(call.major_version, call.minor_version),
        )


def verify(
    connection: Connection, session: Session, company: Company, country: str, path: str
) -> None:
    """Let the session read and write if this is the right file, and keep what was learned.

    :raises CompanyRefused: otherwise; then nothing is kept but the reason.
    """
    try:
        require_fit(
            company,
            connection,
            country=country,
            qbxml=(session.qbxml_major, session.qbxml_minor),
        )
        computers.admit(connection, session, company, path)
    except CompanyRefused as refused:
        computers.audit_refusal(connection, refused.code, session.last_call_at)
        connection.attention_code, connection.attention_message = refused.code, refused.sentence
        connection.found = {
            **computers.fingerprint_of(company, path),
            "at": session.last_call_at.isoformat(),
        }
        raise
    if connection.attention_code in {"wrong_file", "too_old", "wrong_country"}:
        connection.attention_code = connection.attention_message = ""
        connection.found = {}
    verification.remind(connection)
    session.is_verified = True
    connection.product_name = company.product or connection.product_name
    connection.company_name = company.name or connection.company_name
    connection.company_file = path or connection.company_file
    connection.is_sample = company.is_sample
    if company.has_preferences:
        connection.closing_date = company.closing_date
        connection.facts = company.facts
    if not may_write(connection):
        connection.checked_at = session.last_call_at  # Else once its answer to the check is there.
    watching.plan(connection, session.last_call_at)
    if connection.reading_wanted or may_be_back(connection, session.last_call_at):
        session.reads = reading.all_reads()


def may_write(connection: Connection) -> bool:
    """Whether records may go at all: set up, switched on, not paused."""
    return (
        connection.enabled
        and not connection.paused
        and not returning.is_comparing(connection)
        and connection.stage in {Stage.INITIAL_SYNC, Stage.ONGOING}
        and connection.initial_started_at is not None
        and not connection.is_carrying
    )


def next_document(connection: Connection, session: Session, context: Context) -> str:
    """Store the next document and return its text.

    :raises SessionStops: if there can be none.
    :raises FaultOnPurpose: if the probe wants the call to fail.
    """
    if not session.is_verified:
        return store(reading.company_document(context), session, context)[1]
    if may_write(connection):
        given_up.ask_again(connection, session, now=context.now)
    for _ in range(_RESOLVED_AT_ONCE_MAX if is_unresolved(connection.pk) else 0):
        lost = recovery.unresolved(connection)
        if lost is None:
            break
        if lost.status == MessageSet.Status.IN_DOUBT:
            return store(recovery.ask_document(lost), session, context)[1]
        if not may_write(connection) and fencing.uses_link(connection):
            break  # The look would change the link record, and nothing may be written now.
        fence = fencing.step_document(connection, context, may_write=may_write(connection))
        if fence is not None:
            return store(fence, session, context)[1]
        look = recovery.look_document(connection, lost, context)
        if look is not None:
            return store(look, session, context)[1]
        lost.status = MessageSet.Status.RESOLVED
        lost.save(update_fields=["status"])
    probe = probing.next_document(connection, session, context) if connection.probe_wanted else None
    if probe is not None:
        return probe
    compared = returning.next_document(connection, context)
    if compared is not None:
        return store(compared, session, context)[1]
    read = reading.next_document(session, context)
    if read is not None:
        return store(read, session, context)[1]
    if connection.is_carrying and connection.enabled and not connection.paused:
        initial_sync.carry_on(connection, now=context.now)
        session.done += 1
        if connection.is_carrying:
            # Something to ask, so that the Web Connector calls again for the next bite.
            return store(reading.company_document(context), session, context)[1]
    if may_write(connection) and not session.is_checked:
        return store(reverifying.check_document(connection, context), session, context)[1]
    fence = fencing.step_document(connection, context, may_write=may_write(connection))
    if fence is not None:
        return store(fence, session, context)[1]
    if may_write(connection):
        for _ in range(2):  # What was about to be sent may have to be looked at first.
            if is_anything_looked_for(connection.pk, session_id=session.pk):
                look = recovery.first_looks(connection, session, context)
                if look is not None:
                    return store(look, session, context)[1]
            text = sending.next_set(connection, session, context)
            if text is not None:
                return text
        looked = bank_deposits.next_document(connection, context) or watching.next_document(
            connection, context
        )
        if looked is not None:
            return store(looked, session, context)[1]
    elif is_unresolved(connection.pk):
        raise SessionStops(
            "An answer was lost. QuickBooks is asked for it when the exchange goes on in"
            " Fieldledger."
        )
    return store(reverifying.check_document(connection, context), session, context)[1]
