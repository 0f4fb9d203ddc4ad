"""An answer that belongs to another document proves nothing, and least of all that a list ends.

Each case was found by the simulation (`fieldledger simulate-world`).
"""

from collections.abc import Iterator

import pytest

from fieldledger.quickbooks import reading
from fieldledger.quickbooks.models import QuickBooksRecord
from fieldledger.simulator.connector import Wait
from fieldledger.simulator.soap import Call, Reply
from tests.support.office_pc import OfficePc, exchange

pytestmark = pytest.mark.django_db


def run_with_answers(pc: OfficePc, answers: Iterator[str | None]) -> None:
    """Run a session in which each answer that is not None takes the place of QuickBooks' own."""
    assert pc.connector is not None
    steps = pc.connector.session()
    reply: Reply | None = None
    while True:
        try:
            step = steps.send(reply)
        except StopIteration:
            return
        if isinstance(step, Wait):
            reply = None
            continue
        if step.operation == "receiveResponseXML" and (answer := next(answers, None)) is not None:
            step = Call(step.operation, tuple({**dict(step.arguments), "response": answer}.items()))
        reply = exchange(step)


def test_a_list_whose_page_got_lost_is_read_whole_all_the_same(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 5)
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
