"""The pages about company files, computers and absences: what they say, and what a click does.

The lines N10, N11, I3.2 and I4.10 are those of docs/roadmap.md.
"""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Membership, Role, User
from fieldledger.office import services as office_services
from fieldledger.quickbooks import services
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.models import Connection
from fieldledger.simulator import people
from fieldledger.simulator.connector import Desk
from tests.quickbooks.test_computers import LAPTOP, at_the_laptop, moved_to, silent
from tests.quickbooks.test_decisions import other_file
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office, sign_in

pytestmark = pytest.mark.django_db

DECIDE = "/quickbooks/connection/decide"


@pytest.fixture
def pc(office: Office) -> OfficePc:
    made = OfficePc(office.business)
    made.set_up()
    for _ in range(3):
        made.run()
    office_services.create_client(
        business=office.business, values={"name": "Zoe"}, now=timezone.now()
    )
    return made


def read(office: Office, where: str) -> str:
    response = office.browser.get(where)
    assert response.status_code == 200
    return response.content.decode()


def decide(office: Office, decision: str, **more: str) -> str:
    response = office.browser.post(DECIDE, {"decision": decision, **more})
    assert response.status_code == 302
    return response.headers["Location"]


def test_i3_2_one_banner_on_every_page_names_both_files_and_leads_to_the_choices(
    office: Office, pc: OfficePc
) -> None:
    other_file(pc, empty=True)
    pc.run()

    for where in ("/", "/clients/", "/invoices/", "/quickbooks/log/"):
        page = read(office, where)
        assert page.count('class="notice notice-red banner"') == 1
        assert "Open: Acme Training (Acme Training.qbw); linked: Lakeside Home Services" in page
        assert "Nothing was sent." in page
    page = read(office, "/quickbooks/company-file")
    assert "Side by side" in page
    for choice in ("The wrong file is open", "the same company under another mark", "new company"):
        assert choice in page

    pc.desk.open(pc.company)
    pc.run()
    assert "banner" not in read(office, "/clients/")


def test_i3_2_a_dispatcher_sees_the_banner_and_cannot_decide(office: Office, pc: OfficePc) -> None:
    user = User.objects.create_user("dee@harborplumbing.example", name="Dee")
    Membership.objects.create(business=office.business, user=user, role=Role.DISPATCHER)
    dispatcher = Office(office.business, sign_in(user))
    other_file(pc)
    pc.run()

    page = read(dispatcher, "/clients/")

    assert "Another company file is open in QuickBooks" in page
    assert "/quickbooks/company-file" not in page
    assert dispatcher.browser.post(DECIDE, {"decision": "relink"}).status_code == 403
    assert pc.connection.accepted_mark is None


def test_i3_2_the_same_company_is_linked_from_the_page(office: Office, pc: OfficePc) -> None:
    file = other_file(pc)
    pc.run()

    assert decide(office, "relink") == "/quickbooks/company-file"
    assert "The link was moved to another company file" in read(office, "/clients/")
    for _ in range(3):
        pc.run()

    assert any(each.name == "Zoe" for each in file.customers())
    page = read(office, "/clients/")
    assert "Everything was looked up in the company file that was linked" in page
    assert decide(office, "dismiss", back="/clients/") == "/clients/"
    assert "banner" not in read(office, "/clients/")


def test_n10_the_second_computer_is_named_and_handed_over_to_from_the_page(
    office: Office, pc: OfficePc
) -> None:
    at_the_laptop(pc)

    assert "OFFICE-PC may sync; LAPTOP was refused" in read(office, "/")
    page = read(office, "/quickbooks/connection")
    assert "Hand over to it" in page
    assert "Refuse it" in page
    assert decide(office, "hand_over", computer=LAPTOP) == "/quickbooks/connection"
    assert "Takes over next" in read(office, "/quickbooks/connection/now")
    at_the_laptop(pc)

    assert any(each.name == "Zoe" for each in pc.company.customers())
    assert "OFFICE-PC may sync" not in read(office, "/")


def test_n10_the_second_computer_is_refused_from_the_page(office: Office, pc: OfficePc) -> None:
    at_the_laptop(pc)

    decide(office, "refuse", computer=LAPTOP)

    assert "Refused by you" in read(office, "/quickbooks/connection")
    assert "banner" not in read(office, "/")
    decide(office, "refuse", computer="NOBODY")
    assert "No computer of this name has called." in read(office, "/")


def line(office: Office) -> str:
    """Return the colour and the words of the lamp, and what the overview says beside it."""
    part = read(office, "/quickbooks/now").partition("queue-title")[0]
    part = re.sub(r'<span class="lamp (lamp-[a-z]+)"></span>', r"\1 ", part)
    return " ".join(re.sub(r"<[^>]*>", " ", part).split())


def test_n10_once_it_is_decided_the_lamp_awaits_the_computer_that_may_sync(
    office: Office, pc: OfficePc
) -> None:
    CONTACTS.write()  # So that the calls before are not noted with those of the other computer.
    at_the_laptop(pc)
    assert "lamp-amber A second computer" in line(office)

    decide(office, "refuse", computer=LAPTOP)

    settled = (
        "lamp-blue Waiting for OFFICE-PC LAPTOP was refused. What waits goes with the next session"
        " of OFFICE-PC"
    )
    assert settled in line(office)
    assert "Decide in Fieldledger" not in line(office)
    assert pc.connection.last_error == ""
    assert "banner" not in read(office, "/")
    # It may call as often as it likes: that changes nothing.
    at_the_laptop(pc)
    assert settled in line(office)
    silent(pc, 600)
    assert "lamp-amber Waiting for OFFICE-PC LAPTOP was refused." in line(office)

    pc.run()

    assert "lamp-green QuickBooks connected" in line(office)
    assert any(each.name == "Zoe" for each in pc.company.customers())


def test_n10_a_hand_over_shows_in_the_lamp_until_it_is_done(office: Office, pc: OfficePc) -> None:
    at_the_laptop(pc)

    decide(office, "hand_over", computer=LAPTOP)

    assert (
        "lamp-blue Waiting for LAPTOP LAPTOP takes over with its next session; OFFICE-PC is refused"
        " from then on." in line(office)
    )
    at_the_laptop(pc)
    assert "lamp-green QuickBooks connected" in line(office)


def test_n10_a_decision_hides_no_other_reason_why_nothing_goes(
    office: Office, pc: OfficePc
) -> None:
    at_the_laptop(pc)
    pc.run("closed=0x80040414")  # A window is open in QuickBooks.

    decide(office, "refuse", computer=LAPTOP)

    assert "lamp-red QuickBooks not reached" in line(office)


def test_n10_two_copies_are_shown_with_both_paths_and_one_is_chosen(
    office: Office, pc: OfficePc
) -> None:
    at_the_laptop(pc, Desk.of(moved_to(pc, "D:\\Backup\\Copy.qbw")))

    page = read(office, "/quickbooks/company-file")
    assert "Which one is right?" in page
    assert "D:\\Backup\\Copy.qbw" in page
    decide(office, "keep", path=pc.connection.company_file)
    pc.run()

    assert any(each.name == "Zoe" for each in pc.company.customers())
    assert "Nothing to decide" in read(office, "/quickbooks/company-file")


def test_i4_10_a_renamed_file_is_told_and_can_be_called_a_copy(
    office: Office, pc: OfficePc
) -> None:
    pc.desk.open(moved_to(pc, "C:\\QuickBooks\\Training.qbw"))
    pc.run()

    assert "The company file was moved or renamed" in read(office, "/")
    assert "It is a copy: put it aside" in read(office, "/quickbooks/company-file")
    decide(office, "copy")

    assert "training" in str(pc.connection.fingerprint["put_aside"])
    assert "banner" not in read(office, "/")


def test_i4_10_moving_to_a_new_computer_is_a_list_with_live_checks(
    office: Office, pc: OfficePc
) -> None:
    page = read(office, "/quickbooks/connection")
    assert "I am moving to a new computer" in page
    file_id = f"{{{pc.connection.file_id}}}"
    assert file_id in page

    decide(office, "expect")
    assert "Waiting for the new computer" in read(office, "/quickbooks/connection/now")
    at_the_laptop(pc, machine="NEW-PC")

    assert "NEW-PC has taken over" in read(office, "/quickbooks/connection/now")
    setup = b"".join(office.browser.get("/quickbooks/setup/file"))
    assert file_id.encode() in setup.lower()
    decide(office, "expect")
    decide(office, "expect_none")
    assert pc.connection.expected_computer == ""


def away_for_a_week(pc: OfficePc) -> Connection:
    connection = pc.connection
    connection.away_since = timezone.now() - timedelta(days=7)
    connection.save()
    return connection


def test_n11_resume_after_a_week_compares_first_and_a_person_goes_on(
    office: Office, pc: OfficePc
) -> None:
    pc.run()
    office.browser.post("/quickbooks/pause")
    away_for_a_week(pc)
    there = next(each for each in pc.company.customers() if each.name == "Zoe")
    people.delete(pc.company, there.id, now=datetime.now(tz=UTC))
    office_services.create_client(
        business=office.business, values={"name": "Yan"}, now=timezone.now()
    )

    response = office.browser.post("/quickbooks/resume")
    assert response.headers["Location"] == "/quickbooks/welcome-back"
    assert "Comparing" in read(office, "/quickbooks/welcome-back")
    pc.run()
    page = read(office, "/quickbooks/welcome-back")
    assert "Gone from QuickBooks" in page
    assert "Yan" in page
    assert not any(each.name == "Yan" for each in pc.company.customers())

    assert decide(office, "go_on") == "/quickbooks/"
    for _ in range(2):
        pc.run()
    assert any(each.name == "Yan" for each in pc.company.customers())
    assert pc.connection.away_since is None


def test_n11_switching_on_again_after_a_week_compares_first_unless_told_otherwise(
    office: Office, pc: OfficePc
) -> None:
    off = {"enabled": "no"}
    office.browser.post("/features/quickbooks-desktop/switch", off)
    away_for_a_week(pc)

    response = office.browser.post("/features/quickbooks-desktop/switch", {"enabled": "yes"})

    assert response.headers["Location"] == "/quickbooks/welcome-back"
    assert services.connection_of(office.business).comparison["state"] == "reading"
    decide(office, "go_on")
    assert services.connection_of(office.business).comparison == {}
    pc.run()
    assert any(each.name == "Zoe" for each in pc.company.customers())


def test_an_unknown_decision_is_nothing(office: Office, pc: OfficePc) -> None:
    assert office.browser.post(DECIDE, {"decision": "burn"}).status_code == 404
    assert decide(office, "dismiss", back="//evil.example") == "/"
