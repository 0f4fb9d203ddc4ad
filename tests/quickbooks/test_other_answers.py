"""An answer that belongs to another document proves nothing, and least of all that a list ends.

Each case was found by the simulation (`fieldledger simulate-world`).
"""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Connection, QuickBooksRecord
from fieldledger.simulator.connector import Ended, Wait
from fieldledger.simulator.soap import Call, Reply
from tests.support.office_pc import OfficePc, exchange

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def run_with_answers(pc: OfficePc, answers: Iterator[str | None]) -> Ended:
    """Run a session in which each answer that is not None takes the place of QuickBooks' own."""
    assert pc.connector is not None
    steps = pc.connector.session()
    reply: Reply | None = None
    while True:
        try:
            step = steps.send(reply)
        except StopIteration as stop:
            ended: Ended = stop.value
            return ended
        if isinstance(step, Wait):
            reply = None
            continue
        if step.operation == "receiveResponseXML" and (answer := next(answers, None)) is not None:
            step = Call(step.operation, tuple({**dict(step.arguments), "response": answer}.items()))
        reply = exchange(step)


def test_a_list_whose_page_got_lost_is_read_whole_all_the_same(pc: OfficePc) -> None:
    pc.read_in_pages_of(5)
    pc.install()
    other = (
        '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><ItemQueryRs requestID="items:aaaaaa"'
        ' statusCode="0" statusSeverity="Info" statusMessage="Status OK" /></QBXMLMsgsRs></QBXML>'
    )
    run_with_answers(pc, iter([None, other, None, other]))
    pc.run()
    assert not pc.connection.reading_wanted
    customers = QuickBooksRecord.objects.filter(type="CustomerRet").count()
    assert customers == len(pc.company.customers())
    items = QuickBooksRecord.objects.filter(list="items").count()
    assert items == len(pc.company.items())


def test_a_hundred_is_not_answered_while_a_set_is_in_doubt_and_the_sync_is_paused(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    office.create_client(business=business, values={"name": "Anna"}, now=NOW)
    other = (
        '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs><ItemQueryRs requestID="items:aaaaaa"'
        ' statusCode="0" statusSeverity="Info" statusMessage="Status OK" /></QBXMLMsgsRs></QBXML>'
    )

    def answers() -> Iterator[str | None]:
        yield None  # Whether the company file is the one that was left.
        services.pause(pc.connection, actor="Dana", now=NOW)
        yield other

    ended = run_with_answers(pc, answers())
    assert ended.progress[1] < 100
    assert pc.states() == {"synced": 1}  # QuickBooks is asked all the same: nothing new is sent.


def test_nothing_is_sent_while_quickbooks_does_not_say_whether_this_is_the_file_that_was_left(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    office.create_client(business=business, values={"name": "Anna"}, now=NOW)
    nothing = '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs></QBXMLMsgsRs></QBXML>'
    Connection.objects.update(checked_at=None)
    ended = run_with_answers(pc, iter([nothing]))
    assert ended.outcome == "error"
    assert "as it was left" in ended.status
    assert pc.states() == {"pending": 1}
    pc.run()
    assert pc.states() == {"synced": 1}


def test_a_list_that_quickbooks_refuses_as_a_document_ends_the_session_with_its_reason(
    pc: OfficePc,
) -> None:
    pc.install()
    everything, alone = "hresult=0x80040400@1", [f"hresult=0x80040400@{n}" for n in range(2, 12)]
    ended = pc.run(",".join([everything, *alone]))
    assert ended.outcome == "error"
    assert "nothing is sent without it" in ended.status


def test_a_quickbooks_that_leaves_the_trial_s_question_out_is_sent_to_all_the_same(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    Connection.objects.update(fence_facts={})
    office.create_client(business=business, values={"name": "Anna"}, now=NOW)

    def answers() -> Iterator[str | None]:
        yield None  # Whether the company file is the one that was left.
        yield '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs></QBXMLMsgsRs></QBXML>'
        while True:
            yield None

    run_with_answers(pc, answers())

    assert pc.states() == {"synced": 1}
