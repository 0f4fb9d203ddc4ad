"""Figures that the roadmap promises, counted where a small run can count them.

The lines R5, R7 and P7 are those of docs/roadmap.md.
"""

from collections import Counter
from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.quickbooks import services
from fieldledger.simulator.soap import Call, Reply
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import State
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

SET = 50


def new_clients(business: Business, count: int) -> None:
    many = [{"name": f"Client {number:03}"} for number in range(count)]
    office.create_clients(business=business, many=many, now=timezone.now())


@pytest.mark.parametrize("fault", ["lose-answer@2", "crash-unstored@2"])
@pytest.mark.parametrize("keeps", ["all", "last", "none"])
@pytest.mark.parametrize("fence", ["seal", "link"])
def test_r5_fifty_records_in_doubt_are_settled_in_the_next_session_in_three_round_trips(
    business: Business, fault: str, keeps: Any, fence: str
) -> None:
    pc = with_fence(business, fence, keeps)
    new_clients(business, SET)
    before = len(pc.company.customers())
    pc.run(fault)
    seen: list[int] = []

    def hear(_call: Call, _reply: Reply) -> None:
        seen.append(len(pc.entries(state=State.CHECKING)))

    pc.heard = hear
    ended = pc.run()

    assert max(seen) == SET  # The next sign-in knows of the loss.
    assert ended.outcome == "done"
    assert ended.rounds <= 3
    assert pc.states() == {"synced": SET + 1}
    assert len(pc.company.customers()) == before + SET


def with_fence(business: Business, fence: str, keeps: Any) -> OfficePc:
    """Return a PC after the set-up, and after the link record was made where there is one.

    Versions are told apart within a second, for a test is quicker than a QuickBooks.
    """
    pc = OfficePc(business, variant=Variant(store_keeps=keeps, edit_sequence_per_change=True))
    pc.set_up()
    settings = {"fence": fence}
    services.save_settings(pc.connection, changes=settings, actor="Dana", now=timezone.now())
    office.create_client(business=business, values={"name": "First"}, now=timezone.now())
    pc.run()
    assert pc.states() == {"synced": 1}
    return pc


def test_n1_what_a_look_found_is_said_in_the_log(pc: OfficePc, business: Business) -> None:
    pc.set_up()
    new_clients(business, 1)
    pc.run("crash-unstored@2")
    pc.run()

    (entry,) = pc.entries()

    assert (entry.state, entry.code) == (State.SYNCED, "found")
    assert entry.message == f"Confirmed by looking it up in QuickBooks: {entry.title}."
    told = [each.message for each in entry.events.order_by("pk")]
    assert any("answer was lost" in each for each in told)
    assert told[-1] == entry.message


@pytest.mark.parametrize("fence", ["seal", "link"])
def test_r7_a_poison_record_among_fifty_costs_seven_refused_documents(
    business: Business, monkeypatch: pytest.MonkeyPatch, fence: str
) -> None:
    pc = with_fence(business, fence, "none")
    new_clients(business, SET)
    real = pc.company.answer

    def answer(xml: str, **more: Any) -> str:
        return real(xml.replace("<Name>Client 031</Name>", "<Nome>Client 031</Nome>"), **more)

    monkeypatch.setattr(pc.company, "answer", answer)
    ended = pc.run()

    assert ended.outcome == "done"
    assert len(ended.hresults) <= 7
    assert pc.states() == {"synced": SET, "failed": 1}
    assert [each.title for each in pc.entries(state=State.FAILED)] == ["Client 031"]


def test_p7_a_hundred_list_records_go_in_one_round_trip(pc: OfficePc, business: Business) -> None:
    pc.set_up()
    new_clients(business, 300)
    heard: Counter[str] = Counter()

    def hear(call: Call, _reply: Reply) -> None:
        heard[call.operation] += 1

    pc.heard = hear
    ended = pc.run()

    # 25 a thousand records, and one to see that the company file is as it was left.
    assert ended.rounds <= 300 * 25 // 1000 + 1
    assert heard["sendRequestXML"] == heard["receiveResponseXML"] == ended.rounds
    assert pc.states() == {"synced": 300}
