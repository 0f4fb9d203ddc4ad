"""S37: one long request lets the Web Connector's bar stand, and it ends at 100 all the same."""

from django.urls import reverse

from fieldledger.office.services import create_clients
from fieldledger.quickbooks import queries
from fieldledger.simulator.connector import Ended, Wait
from fieldledger.simulator.faults import Plan
from fieldledger.simulator.soap import Reply
from tests.support.office_pc import OfficePc, exchange
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text


def run_and_look(pc: OfficePc, look: list[int | None], faults: str) -> Ended:
    """Run a session; note our own percentage each time the Web Connector waits for QuickBooks."""
    connector = pc.connector
    assert connector is not None
    connector.plan = Plan.read(faults)
    connector.requests = 0
    steps = connector.session()
    reply: Reply | None = None
    while True:
        try:
            step = steps.send(reply)
        except StopIteration as stop:
            ended: Ended = stop.value
            return ended
        if isinstance(step, Wait):
            assert step.seconds == 600
            progress = queries.progress_of(pc.connection, now=pc.now)
            look.append(progress["percent"])
            reply = None
        else:
            reply = exchange(step)


def test_s37_a_slow_request_stands_still_and_the_session_ends_at_100(office: Office) -> None:
    pc = synced(office)
    many = [{"name": f"Client {number:03}"} for number in range(300)]
    create_clients(business=office.business, many=many, now=pc.now)
    seen: list[int | None] = []

    ended = run_and_look(pc, seen, "slow=600@2,slow=600@3")

    assert ended.outcome == "done"
    plateau = ended.progress[:2]
    assert seen == list(plateau)  # While QuickBooks works, the bar stands where it was.
    assert all(0 < each < 100 for each in plateau)
    assert list(ended.progress) == sorted(ended.progress)
    assert ended.progress[-1] == 100
    assert "Session running" not in text(office.browser.get(reverse("quickbooks")))
