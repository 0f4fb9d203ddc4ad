"""What a person decides about company files and computers, at one click and into the audit trail.

The lines N10, I3.2 and I4.10 are those of docs/roadmap.md.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office import services as office
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Computer
from fieldledger.quickbooks.services import Mistaken, NotPossible
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk
from tests.quickbooks.test_computers import LAPTOP, at_the_laptop, moved_to, names, silent
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
OTHER_MARK = "{11111111-2222-3333-4444-555555555555}"


def doing() -> dict[str, Any]:
    return {"actor": "Dana", "now": datetime.now(tz=UTC)}


def a_client(business: Business, name: str) -> None:
    office.create_client(business=business, values={"name": name}, now=NOW)


def is_audited(business: Business, action: str) -> bool:
    return AuditEvent.objects.filter(business=business, actor="Dana", action=action).exists()


@pytest.fixture
def ready(pc: OfficePc, business: Business) -> OfficePc:
    """Anna is in QuickBooks; Ben waits to go."""
    a_client(business, "Anna")
    pc.set_up()
    pc.run()
    a_client(business, "Ben")
    return pc


def other_file(pc: OfficePc, mark: str = OTHER_MARK, *, empty: bool = False) -> Company:
    """Open the company under another mark: the same books, or those of another company."""
    copy = (
        Company.fresh(seed=99, now=pc.now, name="Acme Training")
        if empty
        else moved_to(pc, "C:\\QuickBooks\\Rebuilt.qbw")
    )
    assert pc.connector is not None
    if mark:
        copy.stamp(owner_id=pc.connector.owner_id, name="FileID", value=mark)
    pc.desk.open(copy)
    return copy


def test_i3_2_the_same_company_under_another_mark_is_linked_at_one_click(
    ready: OfficePc, business: Business
) -> None:
    file = other_file(ready)
    ready.run()
    assert ready.connection.attention_code == "wrong_file"
    assert ready.connection.found["path"] == "C:\\QuickBooks\\Rebuilt.qbw"
    assert "Ben" not in names(file)

    services.relink_company(ready.connection, **doing())
    for _ in range(3):
        ready.run()

    assert "Ben" in names(file)
    connection = ready.connection
    assert connection.attention_code == ""
    assert connection.notice["code"] == "verified"
    assert connection.notice["reason"] == "file_relinked"
    assert connection.notice["as_it_was"] == 1
    assert is_audited(business, "link another company file")
    # The setup file is the same as ever.
    assert connection.file_id != connection.accepted_mark


def test_i3_2_another_company_linked_by_mistake_gets_nothing(
    ready: OfficePc, business: Business
) -> None:
    other = other_file(ready, empty=True)
    ready.run()
    services.relink_company(ready.connection, **doing())

    for _ in range(3):
        ready.run()

    assert "Ben" not in names(other)
    connection = ready.connection
    assert connection.paused
    assert connection.attention_code == "not_this_company"


def test_i3_2_a_file_of_another_business_is_never_linked(
    ready: OfficePc, other_business: Business
) -> None:
    theirs = services.connection_of(other_business)
    other_file(ready, f"{{{theirs.file_id}}}")
    ready.run()

    with pytest.raises(NotPossible, match="another business"):
        services.relink_company(ready.connection, **doing())


def test_i3_2_without_a_refused_file_there_is_nothing_to_link(ready: OfficePc) -> None:
    with pytest.raises(NotPossible):
        services.relink_company(ready.connection, **doing())


def test_n10_a_person_hands_over_and_the_first_computer_is_the_second_from_then_on(
    ready: OfficePc, business: Business
) -> None:
    at_the_laptop(ready)

    services.hand_over(ready.connection, computer=LAPTOP, **doing())
    assert ready.connection.attention_code == ""
    at_the_laptop(ready)

    assert "Ben" in names(ready.company)
    assert ready.connection.computer == LAPTOP
    a_client(business, "Cleo")
    assert "OFFICE-PC was refused" in ready.run().status
    assert is_audited(business, "let a computer take over")


def test_n10_a_person_refuses_and_the_second_computer_never_takes_over(
    ready: OfficePc, business: Business
) -> None:
    at_the_laptop(ready)

    services.refuse_computer(ready.connection, computer=LAPTOP, **doing())
    silent(ready, 600)
    at_the_laptop(ready)

    assert "Ben" not in names(ready.company)
    connection = ready.connection
    assert connection.attention_code == ""
    assert connection.computer == "OFFICE-PC"
    assert Computer.objects.get(name=LAPTOP).barred_at is not None
    assert is_audited(business, "refuse a computer")
    with pytest.raises(NotPossible, match="may sync"):
        services.refuse_computer(connection, computer="OFFICE-PC", **doing())
    with pytest.raises(Mistaken):
        services.hand_over(connection, computer="NOBODY", **doing())


def test_n10_a_refused_computer_at_an_address_of_its_own_is_not_even_let_in(
    ready: OfficePc,
) -> None:
    at_the_laptop(ready)
    services.refuse_computer(ready.connection, computer=LAPTOP, **doing())
    Computer.objects.filter(name=LAPTOP).update(address="127.0.0.1")
    connection = ready.connection
    connection.lease_address = "203.0.113.1"
    connection.save()
    Computer.objects.filter(name="OFFICE-PC").update(address="203.0.113.1")

    assert at_the_laptop(ready).outcome == "none"


def test_i4_10_the_computer_that_is_awaited_takes_over_with_its_own_path(
    ready: OfficePc, business: Business
) -> None:
    services.expect_computer(ready.connection, expected=True, **doing())
    assert ready.connection.expected_computer == "*"
    moved = moved_to(ready, "C:\\Users\\Dana\\Books\\Harbor.qbw")

    at_the_laptop(ready, Desk.of(moved), machine="NEW-PC")

    assert "Ben" in names(moved)
    connection = ready.connection
    assert connection.computer == "NEW-PC"
    assert connection.company_file == "C:\\Users\\Dana\\Books\\Harbor.qbw"
    assert connection.expected_computer == ""
    assert not connection.paused
    assert is_audited(business, "await a new computer")


def test_n10_of_two_copies_one_is_kept_and_the_other_is_put_aside(
    ready: OfficePc, business: Business
) -> None:
    copy = moved_to(ready, "D:\\Backup\\Copy.qbw")
    at_the_laptop(ready, Desk.of(copy))
    linked = ready.connection.company_file
    with pytest.raises(Mistaken):
        services.keep_file(ready.connection, path="C:\\None.qbw", **doing())

    services.keep_file(ready.connection, path=linked, **doing())
    ready.run()

    assert "Ben" in names(ready.company)
    assert not ready.connection.paused
    a_client(business, "Cleo")
    silent(ready, 600)
    at_the_laptop(ready, Desk.of(copy))
    assert "Cleo" not in names(copy)
    assert ready.connection.attention_code == ""
    assert is_audited(business, "choose between two company files")
    # Somebody thinks better of it: then the other file is no copy any more.
    services.hand_over(ready.connection, computer=LAPTOP, **doing())
    for _ in range(2):
        at_the_laptop(ready, Desk.of(copy))
    assert "Cleo" in names(copy)


def test_n10_resume_is_the_yes_to_the_file_that_is_open(
    ready: OfficePc, business: Business
) -> None:
    copy = moved_to(ready, "C:\\QuickBooks\\Moved.qbw")
    ready.desk.open(copy)
    ready.run()
    a_client(business, "Cleo")
    ready.desk.open(ready.company)
    ready.run()
    assert ready.connection.attention_code == "file_copied"

    services.resume(ready.connection, **doing())
    for _ in range(3):
        ready.run()

    assert "Cleo" in names(ready.company)


def test_i4_10_a_file_that_was_followed_can_be_called_a_copy(
    ready: OfficePc, business: Business
) -> None:
    copy = moved_to(ready, "C:\\QuickBooks\\Training.qbw")
    ready.desk.open(copy)
    ready.run()
    assert ready.connection.notice["code"] == "file_moved"

    services.put_copy_aside(ready.connection, **doing())
    a_client(business, "Cleo")
    ended = ready.run()

    assert "put aside" in ended.status
    assert "Cleo" not in names(copy)
    ready.desk.open(ready.company)
    ready.run()
    assert "Cleo" in names(ready.company)
    assert ready.connection.notice == {}
    with pytest.raises(NotPossible):
        services.put_copy_aside(ready.connection, **doing())


def test_i4_10_a_new_password_keeps_the_mark(ready: OfficePc, business: Business) -> None:
    before = ready.connection.file_id
    made = services.new_password(ready.connection, **doing())
    assert ready.connector is not None
    ready.connector.password = made.password

    ready.run()

    assert ready.connection.file_id == before
    assert "Ben" in names(ready.company)
    assert timedelta(0) < datetime.now(tz=UTC) - ready.connection.created_at
