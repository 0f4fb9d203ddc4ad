"""The link record: a late copy of a lost document is dead although QuickBooks remembers nothing.

Versions (EditSequence) are told apart within a second here: a test is quicker than a QuickBooks.
What happens where they are not is the last test's, tests/sync/test_fence.py's and the simulation's.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.quickbooks import fencing, services
from fieldledger.simulator import people
from fieldledger.simulator.state import Record
from fieldledger.simulator.variant import Variant
from fieldledger.sync.fence import LINK_NAME
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
FORGETFUL = Variant(store_keeps="none", edit_sequence_per_change=True)


def a_client(business: Business, name: str) -> None:
    office.create_client(business=business, values={"name": name}, now=NOW)


@pytest.fixture
def forgetful(business: Business) -> OfficePc:
    """A PC whose QuickBooks keeps no answers, set up, with one client there."""
    pc = OfficePc(business, variant=FORGETFUL)
    pc.set_up()
    a_client(business, "Anna")
    pc.run()
    assert pc.states() == {"synced": 1}
    return pc


def link_records(pc: OfficePc) -> list[Record]:
    found = pc.company.state.of_type("OtherName").values()
    return [each for each in found if each.name.startswith(LINK_NAME)]


def names(pc: OfficePc) -> list[str]:
    return [each.name for each in pc.company.customers() if each.origin.set_id]


def test_a_quickbooks_that_keeps_its_answers_gets_no_record_of_ours(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    a_client(business, "Anna")
    pc.run()
    assert link_records(pc) == []
    assert "id" in fencing.sentence(pc.connection)


@pytest.mark.parametrize("keeps", ["none", "last"])
def test_a_quickbooks_that_forgets_is_found_out_before_the_first_write(
    business: Business, keeps: str
) -> None:
    pc = OfficePc(
        business,
        variant=Variant(store_keeps=keeps, edit_sequence_per_change=True),  # type: ignore[arg-type]
    )
    pc.set_up()
    a_client(business, "Anna")
    pc.run()
    (link,) = link_records(pc)
    assert not link.active
    assert LINK_NAME in fencing.sentence(pc.connection)


@pytest.mark.parametrize("found", [{"store_keeps": 4}, {"seal_holds": False}])
def test_what_the_probe_has_found_weighs_more_than_the_short_trial(
    pc: OfficePc, business: Business, found: dict[str, object]
) -> None:
    """Goal: the seal is not trusted to a QuickBooks that keeps a few answers and forgets the rest.

    Method: this one would pass the trial, which puts one set behind another.
    """
    pc.set_up()
    a_client(business, "Anna")
    pc.run()
    assert link_records(pc) == []
    connection = pc.connection
    connection.what_quickbooks_keeps = {"store_keeps": "all", "seal_holds": True, **found}
    connection.save()
    a_client(business, "Ben")
    late = pc.hold()
    pc.run()

    assert len(link_records(pc)) == 1
    assert LINK_NAME in fencing.sentence(pc.connection)
    pc.run_late(late)
    assert names(pc) == ["Anna", "Ben"]


def test_a_late_copy_is_dead_once_the_records_were_looked_for(
    forgetful: OfficePc, business: Business
) -> None:
    a_client(business, "Ben")
    late = forgetful.hold()
    forgetful.run()  # Not stored, not there: sent again.
    assert names(forgetful) == ["Anna", "Ben"]
    answer = forgetful.run_late(late)
    assert 'statusCode="3200"' in answer
    assert 'statusCode="3231"' in answer
    assert names(forgetful) == ["Anna", "Ben"]
    a_client(business, "Cleo")
    forgetful.run()
    assert forgetful.states() == {"synced": 3}


def test_one_record_that_is_refused_costs_the_others_behind_it_a_round_trip_and_no_more(
    forgetful: OfficePc, business: Business
) -> None:
    services.save_settings(
        forgetful.connection,
        changes={"resolve_client_conflicts": False},
        actor="Dana",
        now=NOW,
    )
    people.do(forgetful.company, "VendorAddRq", {"VendorAdd": {"Name": "Dora"}}, now=forgetful.now)
    for name in ("Ben", "Cleo", "Dora", "Emil", "Fay"):
        a_client(business, name)
    forgetful.run()
    assert forgetful.states() == {"synced": 5, "failed": 1}
    assert {each.tries for each in forgetful.entries(state="failed")} == {1}


def test_a_link_record_that_somebody_deleted_is_made_anew(
    forgetful: OfficePc, business: Business
) -> None:
    (link,) = link_records(forgetful)
    people.delete(forgetful.company, link.id, now=datetime.now(tz=UTC))
    a_client(business, "Ben")
    forgetful.run()
    (other,) = link_records(forgetful)
    assert other.id != link.id
    assert forgetful.states() == {"synced": 2}
    assert names(forgetful) == ["Anna", "Ben"]


def test_a_link_record_that_is_open_in_a_window_stops_the_session_with_words(
    forgetful: OfficePc, business: Business
) -> None:
    (link,) = link_records(forgetful)
    people.open_record(forgetful.company, link.id, times=1)
    a_client(business, "Ben")
    forgetful.run()
    assert "in use in QuickBooks" in forgetful.connection.last_error
    assert forgetful.states() == {"synced": 1, "pending": 1}
    forgetful.run()
    assert forgetful.states() == {"synced": 2}


def test_a_lost_answer_that_says_so_is_settled_too(business: Business) -> None:
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    pc.set_up()
    services.save_settings(pc.connection, changes={"fence": "link"}, actor="Dana", now=NOW)
    a_client(business, "Anna")
    pc.run()
    (link,) = link_records(pc)
    people.open_record(pc.company, link.id, times=1)
    a_client(business, "Ben")
    pc.run("lose-answer@2")
    pc.run()
    assert pc.states() == {"synced": 2}


@pytest.mark.parametrize("step", ["OtherNameQueryRq", "CompanyActivityQueryRq"])
def test_the_answer_to_another_question_says_nothing_of_the_file_or_the_link_record(
    forgetful: OfficePc, business: Business, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    pc = forgetful
    connection = pc.connection
    fencing.doubt(connection)
    connection.save()
    real, answers = pc.company.answer, [""]

    def answer(xml: str, **more: Any) -> str:
        answers.append(real(xml, **more))
        return answers[-2] if step in xml else answers[-1]

    a_client(business, "Ben")
    with monkeypatch.context() as patched:
        patched.setattr(pc.company, "answer", answer)
        pc.run()
    assert pc.connection.last_error.startswith("The answer to another question")
    assert names(pc) == ["Anna"]
    pc.run()
    assert fencing.uses_link(pc.connection)
    assert names(pc) == ["Anna", "Ben"]


def test_a_name_that_is_taken_gets_a_number(business: Business) -> None:
    pc = OfficePc(business, variant=FORGETFUL)
    people.do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": LINK_NAME}}, now=pc.now)
    pc.set_up()
    a_client(business, "Anna")
    pc.run()
    assert [each.name for each in link_records(pc)] == [f"{LINK_NAME} 2"]
    assert pc.states() == {"synced": 1}


def test_an_older_company_file_is_known_by_what_the_link_record_says(
    forgetful: OfficePc, business: Business
) -> None:
    backup = forgetful.company.to_json()
    a_client(business, "Ben")
    forgetful.run()
    people.copy_back(forgetful.company, backup)
    # What the daily look asks for is there in both: only the link record tells.
    connection = forgetful.connection
    connection.activity = {**connection.activity, "last": []}
    connection.save()
    a_client(business, "Cleo")
    forgetful.run()
    assert forgetful.connection.notice["reason"] == "file_older"


def test_our_restored_database_finds_the_link_record_again(
    forgetful: OfficePc, business: Business
) -> None:
    connection = forgetful.connection
    connection.fence_facts = {"keeps": False}
    connection.save()
    a_client(business, "Ben")
    forgetful.run()
    assert len(link_records(forgetful)) == 1
    assert forgetful.states() == {"synced": 2}


def test_the_strategy_is_a_setting_and_may_be_changed_at_any_time(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    for number, fence in enumerate(("link", "seal", "link", "auto"), start=1):
        services.save_settings(pc.connection, changes={"fence": fence}, actor="Dana", now=NOW)
        a_client(business, f"Client {number}")
        pc.run()
        assert pc.states() == {"synced": number}
    assert len(link_records(pc)) == 1
    with pytest.raises(services.Mistaken):
        services.save_settings(pc.connection, changes={"fence": "wall"}, actor="Dana", now=NOW)


def test_without_answers_and_within_a_second_nothing_is_doubled(business: Business) -> None:
    pc = OfficePc(business, variant=Variant(store_keeps="none"))
    pc.set_up()
    a_client(business, "Anna")
    pc.run()
    a_client(business, "Ben")
    late = pc.hold()
    ends = datetime.now(tz=UTC) + timedelta(seconds=10)
    while pc.states() != {"synced": 2}:
        assert datetime.now(tz=UTC) < ends
        pc.run()
    pc.run_late(late)
    assert names(pc) == ["Anna", "Ben"]
