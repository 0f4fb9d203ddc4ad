"""The Web Connector's session: the order of calls, what each answer means, and its faults."""

from datetime import datetime, timedelta

import pytest

from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, Ended, Wait, WebConnector
from fieldledger.simulator.faults import NotAPlan, Plan
from fieldledger.simulator.http import Line, drive
from fieldledger.simulator.soap import Call
from fieldledger.simulator.variant import Variant
from tests.simulator.company_files import NOON, document
from tests.simulator.service import Service, exchange, play, serving

OWNER, FILE = "{57F3B9B6-86F1-4FCD-B1EF-166DE1813D20}", "{6F1E8A10-0000-4000-8000-000000000001}"
OPENING = ["serverVersion", "clientVersion", "authenticate"]
ROUND = ["sendRequestXML", "receiveResponseXML"]


def add(name: str) -> str:
    request = f"<CustomerAddRq><CustomerAdd><Name>{name}</Name></CustomerAdd></CustomerAddRq>"
    return document(request, 'onError="continueOnError" newMessageSetID="A"')


class Pc:
    """A PC with a company and a Web Connector whose clock goes a second at each look."""

    def __init__(self, plan: str = "", variant: Variant | None = None) -> None:
        self.company = Company.fresh(seed=1, now=NOON, variant=variant)
        self.now = NOON
        self.connector = WebConnector(
            desk=Desk.of(self.company),
            username="user",
            password="secret",
            clock=self.clock,
            owner_id=OWNER,
            file_id=FILE,
            plan=Plan.read(plan),
        )

    def clock(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def play(self, service: Service) -> Ended:
        return play(self.connector.session(), service)

    @property
    def names(self) -> list[str]:
        return [each.name for each in self.company.customers() if each.name.startswith("Set")]


def test_a_session_from_beginning_to_end() -> None:
    pc, service = Pc(), Service(documents=[add("Set 1"), document("<HostQueryRq/>")])

    ended = pc.play(service)

    assert service.operations == [*OPENING, *ROUND, *ROUND, "closeConnection"]
    assert (ended.outcome, ended.well, ended.status) == ("done", True, "OK")
    assert ended.progress == (50, 100)
    first, second = service.said("sendRequestXML")
    assert first["ticket"] == "T1"
    assert first["strCompanyFileName"] == "C:\\QuickBooks\\Lakeside Home Services.qbw"
    assert (first["qbXMLCountry"], first["qbXMLMajorVers"]) == ("US", "16")
    for each in ("HostRet", "CompanyRet", "PreferencesRet", FILE, "LOCKED:OFFICE-PC:6"):
        assert each in first["strHCPResponse"]
    assert second["strHCPResponse"] == ""
    received = service.said("receiveResponseXML")[0]
    assert "Set 1" in received["response"]
    assert received["hresult"] == received["message"] == ""
    assert pc.company.stamped(owner_id=OWNER, name="AppLock") == "UNLOCKED"


@pytest.mark.parametrize(
    ("verdict", "outcome", "well"),
    [("none", "none", True), ("NVU", "nvu", False), ("busy", "busy", False)],
)
def test_verdicts_close_without_quickbooks(verdict: str, outcome: str, well: bool) -> None:
    service = Service(verdict=["x", verdict])

    ended = Pc().play(service)

    assert service.operations == [*OPENING, "closeConnection"]
    assert (ended.outcome, ended.well) == (outcome, well)
    assert ended.session is None


def test_an_array_of_one_is_an_error_and_seconds_postpone() -> None:
    ended = Pc().play(Service(verdict=["x"]))
    assert ended.outcome == "failed"
    assert "QBWC1012" in ended.errors[0]
    assert Pc().play(Service(verdict=["x", "", "60"])).outcome == "postponed"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("W:old", "done"), ("E:old", "refused"), ("O:9", "refused"), ("?", "refused")],
)
def test_client_version_may_refuse(said: str, outcome: str) -> None:
    service = Service(client_version=said, documents=[add("Set 1")])

    assert Pc().play(service).outcome == outcome


def test_quickbooks_that_cannot_be_opened_is_told_until_done() -> None:
    pc = Pc("closed=0x80040414")
    service = Service(connection_error=["", "done"], documents=[add("Set 1")])

    ended = pc.play(service)

    assert service.operations == [*OPENING, "connectionError", "connectionError", "closeConnection"]
    told = service.said("connectionError")[0]
    assert told["hresult"] == "0x80040414"
    assert told["message"].startswith("A modal dialog box")
    assert (ended.outcome, ended.well) == ("not opened", False)
    assert "QBWC1013" in ended.errors[0]
    assert pc.play(service).outcome == "done"


def test_the_variant_says_whether_a_lost_connection_is_closed() -> None:
    service = Service()

    Pc("closed", Variant(closes_after_connection_error=False)).play(service)

    assert service.operations[-1] == "connectionError"


def test_paths_that_do_not_fit_the_open_file() -> None:
    pc = Pc()
    service = Service(
        verdict=["T", "C:\\other.qbw"], connection_error=[""], documents=[add("Set 1")]
    )
    assert pc.play(service).outcome == "done"
    assert service.said("connectionError")[0]["hresult"] == "0x8004040A"

    pc.connector.desk.close()
    nothing_open = Service(connection_error=[pc.company.state.path], documents=[add("Set 2")])
    assert pc.play(nothing_open).outcome == "done"
    assert nothing_open.said("connectionError")[0]["hresult"] == "0x80040416"


def test_another_file_may_be_open_and_is_never_marked_anew() -> None:
    pc, service = Pc(), Service(documents=[add("Set 1")])
    other = Company.fresh(seed=2, now=NOON, name="Another Company")
    other.stamp(owner_id=OWNER, name="FileID", value="{other}")
    pc.connector.desk.open(other)

    pc.play(service)

    first = service.said("sendRequestXML")[0]
    assert first["strCompanyFileName"] == "C:\\QuickBooks\\Another Company.qbw"
    assert "{other}" in first["strHCPResponse"]
    assert pc.names == []


def test_a_document_that_is_refused_goes_back_as_an_hresult() -> None:
    service = Service(documents=["<nonsense/>"], percents=[100])

    ended = Pc().play(service)

    (told,) = service.said("receiveResponseXML")
    assert (told["response"], told["hresult"]) == ("", "0x80040400")
    assert told["message"].startswith("QuickBooks found an error when parsing")
    assert ended.hresults == ("0x80040400",)


def test_a_negative_percentage_asks_for_the_error_and_closes() -> None:
    service = Service(documents=[add("Set 1")], percents=[-1], last_errors=["Full disk"])

    ended = Pc().play(service)

    assert service.operations[-2:] == ["getLastError", "closeConnection"]
    assert (ended.outcome, ended.status) == ("error", "Full disk")


def test_no_request_asks_for_the_error_and_no_op_waits() -> None:
    pc, service = Pc(), Service(last_errors=["NoOp", "No more"])
    steps, waits, reply = pc.connector.session(), [], None
    try:
        while True:
            step = steps.send(reply)
            reply = None
            if isinstance(step, Wait):
                waits.append(step.seconds)
            else:
                reply = exchange(step, service)
    except StopIteration as stop:
        ended = stop.value

    assert waits == [5]
    assert service.operations.count("sendRequestXML") == 2
    assert ended.status == "No more"
    assert service.operations[-1] == "closeConnection"


def test_interactive_mode_is_declined() -> None:
    service = Service(last_errors=["Interactive mode"])

    Pc().play(service)

    assert service.operations[-3:] == [
        "getInteractiveURL",
        "interactiveRejected",
        "closeConnection",
    ]


@pytest.mark.parametrize("closes", [False, True])
def test_a_fault_ends_the_session_with_its_number(closes: bool) -> None:
    service = Service(documents=[add("Set 1")], broken={"receiveResponseXML"})

    ended = Pc(variant=Variant(closes_after_fault=closes)).play(service)

    assert ended.outcome == "failed"
    assert ended.errors[0].startswith("QBWC1042")
    assert (service.operations[-1] == "closeConnection") == closes


def test_version_calls_may_fail() -> None:
    service = Service(documents=[add("Set 1")], broken={"serverVersion", "clientVersion"})

    ended = Pc().play(service)

    assert ended.outcome == "done"
    assert len(ended.errors) == 2


def test_null_strings_are_left_out() -> None:
    pc, service = Pc(), Service(documents=[document("<HostQueryRq/>")] * 2)
    pc.connector.nulls = True

    pc.play(service)

    assert "strHCPResponse" not in service.said("sendRequestXML")[1]
    assert "hresult" not in service.said("receiveResponseXML")[0]


FAULTS = {
    # Plan: outcome, names in QuickBooks, receiveResponseXML calls, sendRequestXML calls.
    "lose-request": ("failed", [], 0, 1),
    "send-twice": ("done", ["Set 2"], 1, 2),
    "drop-after-send": ("died", [], 0, 1),
    "zombie": ("died", [], 0, 1),
    "hresult=0x80040408": ("done", [], 1, 1),
    "hresult-after": ("done", ["Set 1"], 1, 1),
    "crash-mid=0": ("died", [], 0, 1),
    "crash-unstored": ("died", ["Set 1"], 0, 1),
    "drop-after-run": ("died", ["Set 1"], 0, 1),
    "lose-answer": ("failed", ["Set 1"], 0, 1),
    "bad-answer": ("done", ["Set 1"], 1, 1),
    "receive-twice": ("done", ["Set 1"], 2, 1),
    "lose-reply": ("failed", ["Set 1"], 1, 1),
    "stop-before=closeConnection": ("died", ["Set 1"], 1, 1),
    "stop-before=authenticate": ("died", [], 0, 0),
}


@pytest.mark.parametrize("plan", FAULTS)
def test_each_fault_does_what_it_says_once(plan: str) -> None:
    outcome, names, received, sent = FAULTS[plan]
    pc = Pc(plan)
    documents = [add("Set 1"), add("Set 2")] if plan == "send-twice" else [add("Set 1")]
    service = Service(documents=documents)

    ended = pc.play(service)

    assert ended.outcome == outcome
    assert pc.names == names
    assert service.operations.count("receiveResponseXML") == received
    assert service.operations.count("sendRequestXML") == sent
    assert pc.connector.plan.planned == []
    if outcome == "died":
        assert pc.company.stamped(owner_id=OWNER, name="AppLock") != "UNLOCKED"
    assert pc.play(Service(documents=[document("<HostQueryRq/>")])).outcome == "done"


def test_a_zombie_goes_on_in_the_next_session() -> None:
    pc, service = Pc("zombie"), Service(documents=[add("Set 1")])
    pc.play(service)
    assert pc.names == []

    later = Service(verdict=["T2", ""], documents=[document("<HostQueryRq/>")])
    pc.play(later)

    assert pc.names == ["Set 1"]
    assert [each["ticket"] for each in later.said("receiveResponseXML")] == ["T1", "T2"]


def test_an_answer_cut_off_is_half_of_it() -> None:
    pc, service = Pc("bad-answer"), Service(documents=[add("Set 1")])

    pc.play(service)

    response = service.said("receiveResponseXML")[0]["response"]
    assert response.startswith("<?xml")
    assert not response.rstrip().endswith("</QBXML>")


def test_faults_count_over_sessions() -> None:
    pc = Pc("lose-answer@2,closed@3")

    assert pc.play(Service(documents=[document("<HostQueryRq/>")])).outcome == "done"
    assert pc.play(Service(documents=[document("<HostQueryRq/>")])).outcome == "failed"
    assert pc.play(Service()).outcome == "not opened"


@pytest.mark.parametrize("text", ["sunspots", "closed@0", "closed@x", "stop-before", "crash-mid=k"])
def test_a_plan_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(NotAPlan):
        Plan.read(text)


def test_a_session_can_be_left_at_any_step() -> None:
    steps_of_a_session = len([*OPENING, *ROUND, "closeConnection"])
    for stop in range(1, steps_of_a_session):
        pc, service = Pc(), Service(documents=[add("Set 1")])
        steps = pc.connector.session()
        step = next(steps)
        for _ in range(stop - 1):
            assert isinstance(step, Call)
            step = steps.send(exchange(step, service))
        steps.close()

        assert len(service.calls) == stop - 1
        assert pc.play(Service(documents=[add("Set 2")])).outcome == "done"


def test_the_same_seed_and_clock_give_the_same_bytes() -> None:
    said = []
    for _ in range(2):
        service = Service(documents=[add("Set 1"), document("<CustomerQueryRq/>")])
        Pc().play(service)
        said.append(service.calls)

    assert said[0] == said[1]


def test_over_http_it_is_the_same_session() -> None:
    pc, service = Pc("receive-twice"), Service(documents=[add("Set 1")])

    with serving(service) as url:
        ended = drive(pc.connector.session(), Line(url))

    assert ended.outcome == "done"
    assert service.operations == [*OPENING, *ROUND, "receiveResponseXML", "closeConnection"]


def test_expect_can_be_left_out() -> None:
    pc, service = Pc(), Service(documents=[add("Set 1")])

    with serving(service) as url:
        ended = drive(pc.connector.session(), Line(url, expects=False))

    assert ended.outcome == "done"
