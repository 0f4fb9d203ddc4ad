"""Computers, company files and absences: another program reads them and decides, as a page does.

The lines N10 and N11 are those of docs/roadmap.md.
"""

from datetime import UTC, datetime

import pytest

from fieldledger.accounts.models import AuditEvent
from fieldledger.office import services as office
from fieldledger.quickbooks.models import Connection
from tests.api.conftest import Program, assert_problem
from tests.quickbooks.test_computers import LAPTOP, at_the_laptop, moved_to
from tests.quickbooks.test_decisions import other_file
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


@pytest.fixture
def pc(app: Program) -> OfficePc:
    made = OfficePc(app.business)
    office.create_client(business=app.business, values={"name": "Anna"}, now=NOW)
    made.set_up()
    made.run()
    office.create_client(business=app.business, values={"name": "Ben"}, now=NOW)
    return made


def test_n10_the_computers_are_listed_and_one_is_handed_over_to(app: Program, pc: OfficePc) -> None:
    at_the_laptop(pc)
    found = app.get("/quickbooks/computers")
    by_name = {each["name"]: each for each in found["results"]}
    assert by_name["OFFICE-PC"]["may_sync"]
    assert by_name[LAPTOP]["refused"]
    assert found["lease_seconds"] == 120
    assert app.get("/quickbooks")["attention"]["code"] == "second_computer"

    body = {"decision": "hand_over", "computer": LAPTOP}
    answer = app.post("/quickbooks/decide", body, status=200)

    assert answer["attention"] is None
    assert app.get("/quickbooks/computers")["expected"] == LAPTOP
    at_the_laptop(pc)
    assert app.get("/quickbooks")["computer"] == LAPTOP
    last = AuditEvent.objects.filter(action="let a computer take over").get()
    assert last.actor.startswith("key ")


def test_n10_resume_is_the_yes_to_the_second_computer(app: Program, pc: OfficePc) -> None:
    at_the_laptop(pc)

    app.post("/quickbooks/resume", status=200)
    at_the_laptop(pc)

    assert app.get("/quickbooks")["computer"] == LAPTOP
    assert app.get("/quickbooks")["counts"]["synced"] == 2


def test_n10_a_copy_is_put_aside(app: Program, pc: OfficePc) -> None:
    pc.desk.open(moved_to(pc, "C:\\QuickBooks\\Training.qbw"))
    pc.run()

    assert app.get("/quickbooks")["notice"]["code"] == "file_moved"

    app.post("/quickbooks/decide", {"decision": "put_copy_aside"}, status=200)

    assert app.get("/quickbooks")["notice"] is None
    assert Connection.objects.get().fingerprint["put_aside"] == ["c:\\quickbooks\\training.qbw"]


def test_i3_2_the_refused_file_is_linked(app: Program, pc: OfficePc) -> None:
    assert_problem(app.ask("POST", "/quickbooks/decide", {"decision": "relink"}), 409)
    other_file(pc)
    pc.run()

    app.post("/quickbooks/decide", {"decision": "relink"}, status=200)
    for _ in range(3):
        pc.run()

    assert app.get("/quickbooks")["attention"] is None
    assert app.get("/quickbooks")["counts"]["synced"] == 2


def test_n11_a_comparison_is_asked_for_read_and_answered(app: Program, pc: OfficePc) -> None:
    app.post("/quickbooks/decide", {"decision": "compare"}, status=200)
    assert app.get("/quickbooks/comparison")["state"] == "reading"
    pc.run()

    found = app.get("/quickbooks/comparison")
    assert found["state"] == "to_decide"
    assert (found["here"], found["changed"], found["gone"]) == (1, 0, 0)
    status = app.get("/quickbooks")
    assert status["paused"]
    assert status["attention"]["code"] == "welcome_back"
    app.post("/quickbooks/resume", status=200)
    pc.run()
    assert app.get("/quickbooks")["counts"]["synced"] == 2
    assert app.get("/quickbooks/comparison")["state"] is None


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "decision"),
        ({"decision": "burn"}, "decision"),
        ({"decision": 7}, "decision"),
        ({"decision": "hand_over"}, "computer"),
        ({"decision": "hand_over", "computer": 7}, "computer"),
    ],
)
def test_what_is_no_decision_is_refused(
    app: Program, pc: OfficePc, body: object, field: str
) -> None:
    assert_problem(app.ask("POST", "/quickbooks/decide", body), 422, field)


def test_a_new_computer_is_expected_or_not(app: Program, pc: OfficePc, reader: Program) -> None:
    app.post("/quickbooks/decide", {"decision": "expect"}, status=200)
    assert app.get("/quickbooks/computers")["expected"] == "*"
    app.post("/quickbooks/decide", {"decision": "expect_none"}, status=200)
    assert app.get("/quickbooks/computers")["expected"] is None
    assert reader.ask("POST", "/quickbooks/decide", {"decision": "expect"}).status == 403
