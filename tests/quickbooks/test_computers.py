"""One computer may sync, one company file is the right one: everything else is refused and asked.

The lines N10, I3.2 and I4.10 are those of docs/roadmap.md.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office import services as office
from fieldledger.quickbooks.computers import is_same_file
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.models import Computer
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, Ended, WebConnector
from fieldledger.simulator.soap import Call, Received, Reply, read_texts, write_call
from tests.support import office_pc
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
LAPTOP = "LAPTOP"


def a_client(business: Business, name: str) -> None:
    office.create_client(business=business, values={"name": name}, now=NOW)


def doing() -> dict[str, Any]:
    return {"actor": "Dana", "now": datetime.now(tz=UTC)}


def at_the_laptop(pc: OfficePc, desk: Desk | None = None, machine: str = LAPTOP) -> Ended:
    """Run a session from another computer to which somebody has taken the setup file."""
    own = pc.connector
    assert own is not None
    pc.connector = WebConnector(
        desk=desk or pc.desk,
        username=own.username,
        password=own.password,
        clock=own.clock,
        owner_id=own.owner_id,
        file_id=own.file_id,
        machine=machine,
    )
    ended = pc.run()
    pc.connector = own
    return ended


def silent(pc: OfficePc, minutes: int) -> None:
    """Let the computer that may sync have been silent for so long."""
    connection = pc.connection
    connection.lease_seen_at = datetime.now(tz=UTC) - timedelta(minutes=minutes)
    connection.save()


def audited(business: Business) -> list[str]:
    found = AuditEvent.objects.filter(business=business).order_by("pk")
    return [
        each.action for each in found if "computer" in each.action or "company file" in each.action
    ]


def names(company: Company) -> set[str]:
    return {each.name for each in company.customers()}


def moved_to(pc: OfficePc, path: str) -> Company:
    """Return a copy of the company file under another path."""
    copy = Company.from_json(pc.company.to_json())
    copy.state.path = path
    return copy


def test_n10_a_second_computer_is_refused_before_any_write_and_both_are_named(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    pc.run()
    a_client(business, "Anna")

    ended = at_the_laptop(pc)

    assert "OFFICE-PC may sync" in ended.status
    assert "LAPTOP was refused" in ended.status
    assert "Anna" not in names(pc.company)
    connection = pc.connection
    assert connection.attention_code == "second_computer"
    assert not connection.paused
    assert connection.computer == "OFFICE-PC"
    assert sorted(Computer.objects.values_list("name", flat=True)) == ["LAPTOP", "OFFICE-PC"]
    assert audited(business) == ["refuse a second computer"]
    # The one that may goes on as if nothing had been.
    pc.run()
    assert "Anna" in names(pc.company)
    at_the_laptop(pc)
    assert audited(business) == ["refuse a second computer"]


@pytest.mark.parametrize("minutes", [10, -23 * 60])
def test_n10_the_same_file_on_another_computer_takes_over_once_the_first_is_silent(
    pc: OfficePc, business: Business, minutes: int
) -> None:
    """Seen in the future, it called while our clock was wrong: that shuts nobody out for a day."""
    pc.set_up()
    pc.run()
    a_client(business, "Anna")
    silent(pc, minutes)

    at_the_laptop(pc)

    assert "Anna" in names(pc.company)
    connection = pc.connection
    assert connection.computer == LAPTOP
    assert connection.attention_code == ""
    assert connection.notice["code"] == "taken_over"
    assert connection.notice["instead_of"] == "OFFICE-PC"
    assert audited(business) == ["take over from a silent computer"]


def test_n10_while_the_set_up_lasts_any_computer_may_be_tried(
    pc: OfficePc, business: Business
) -> None:
    pc.install()
    pc.run()

    at_the_laptop(pc)

    connection = pc.connection
    assert connection.computer == LAPTOP
    assert connection.attention_code == ""
    assert connection.notice == {}


def test_i3_2_a_refused_file_is_in_the_audit_trail_once(pc: OfficePc, business: Business) -> None:
    pc.set_up()
    a_client(business, "Anna")
    pc.desk.open(Company.fresh(seed=99, now=pc.now, name="Other Company"))
    assert pc.connector is not None
    pc.connector.file_id = "{11111111-2222-3333-4444-555555555555}"

    for _ in range(3):
        pc.run()

    assert audited(business) == ["refuse a company file"]


def test_n10_an_idle_call_from_its_address_keeps_the_lease(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    pc.run()
    silent(pc, 10)
    pc.run()  # Nothing to do: answered without a session.
    CONTACTS.write()
    a_client(business, "Anna")

    at_the_laptop(pc)

    assert "Anna" not in names(pc.company)
    assert pc.connection.attention_code == "second_computer"


def test_n10_a_session_that_breaks_and_a_new_address_are_no_second_computer(
    pc: OfficePc, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc.set_up()
    pc.run()
    a_client(business, "Anna")
    pc.run("drop-after-send@2")
    real = office_pc.post
    monkeypatch.setattr(
        office_pc, "post", lambda body, **more: real(body, address="203.0.113.9", **more)
    )

    pc.run()

    assert "Anna" in names(pc.company)
    connection = pc.connection
    assert connection.attention_code == ""
    assert connection.notice == {}
    assert connection.lease_address == "203.0.113.9"
    assert Computer.objects.count() == 1


def test_n10_two_connectors_without_names_are_noticed_by_their_tickets_and_addresses(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    pc.run()
    a_client(business, "Anna")
    connector = pc.connector
    assert connector is not None

    def ask(address: str, operation: str, *arguments: tuple[str, str]) -> Reply:
        status, body = office_pc.post(write_call(Call(operation, arguments)), address=address)
        return Received(status=status, content_type="text/xml; charset=utf-8", body=body)

    def sign_in(address: str) -> str:
        who = (("strUserName", connector.username), ("strPassword", connector.password))
        call = Call("authenticate", who)
        return read_texts(call, ask(address, "authenticate", *who))[0]

    def send(address: str, ticket: str) -> None:
        ask(
            address,
            "sendRequestXML",
            ("ticket", ticket),
            ("strHCPResponse", ""),
            ("strCompanyFileName", ""),
            ("qbXMLCountry", "US"),
            ("qbXMLMajorVers", "16"),
            ("qbXMLMinorVers", "0"),
        )

    first = sign_in("203.0.113.1")
    send("203.0.113.1", first)
    second = sign_in("203.0.113.2")
    send("203.0.113.1", first)  # A laptop that wakes up does this once.
    assert pc.connection.notice["count"] == 1
    third = sign_in("203.0.113.1")
    send("203.0.113.2", second)

    notice = pc.connection.notice
    assert notice["code"] == "two_connectors"
    assert notice["count"] == 2
    assert notice["addresses"] == ["203.0.113.1", "203.0.113.2"]
    assert third


def test_n10_a_copy_on_another_computer_pauses_and_asks(pc: OfficePc, business: Business) -> None:
    pc.set_up()
    pc.run()
    a_client(business, "Anna")
    copy = moved_to(pc, "D:\\Backup\\Copy.qbw")

    ended = at_the_laptop(pc, Desk.of(copy))

    assert "two copies" in ended.status
    assert "Anna" not in names(copy)
    connection = pc.connection
    assert connection.paused
    assert connection.attention_code == "file_copied"
    assert pc.run().outcome == "none"
    assert "Anna" not in names(pc.company)


def test_i4_10_a_renamed_company_file_goes_on_and_is_told(pc: OfficePc, business: Business) -> None:
    pc.set_up()
    pc.run()
    was = pc.company.state.path
    a_client(business, "Anna")
    pc.desk.companies.clear()
    pc.company.state.path = "C:\\QuickBooks\\Harbor 2026.qbw"
    pc.desk.open(pc.company)

    pc.run()

    assert "Anna" in names(pc.company)
    connection = pc.connection
    assert connection.company_file == "C:\\QuickBooks\\Harbor 2026.qbw"
    assert connection.notice["code"] == "file_moved"
    assert connection.notice["was"] == was
    assert not connection.paused


def test_n10_a_copy_on_the_same_computer_is_asked_about_when_both_are_alive(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    pc.run()
    copy = moved_to(pc, "C:\\QuickBooks\\Training.qbw")
    a_client(business, "Anna")
    pc.desk.open(copy)
    pc.run()
    a_client(business, "Ben")
    pc.desk.open(pc.company)

    pc.run()

    assert names(pc.company).isdisjoint({"Anna", "Ben"})
    assert pc.connection.paused
    assert pc.connection.attention_code == "file_copied"


def test_two_paths_are_one_file_only_where_they_can_be() -> None:
    assert is_same_file("C:\\Books\\Acme.qbw", "c:\\books\\ACME.QBW")
    assert is_same_file("\\\\SERVER\\Books\\Acme.qbw", "Q:\\Acme.qbw")
    assert is_same_file("", "C:\\Books\\Acme.qbw")
    assert not is_same_file("C:\\Books\\Acme.qbw", "C:\\Books\\Acme Training.qbw")
    assert not is_same_file("C:\\Books\\Acme.qbw", "C:\\Backup\\Acme.qbw")
    assert not is_same_file("\\\\SERVER\\Books\\Acme.qbw", "C:\\Acme.qbw")
