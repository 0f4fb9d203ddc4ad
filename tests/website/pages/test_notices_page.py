"""The page of notices and hours (N9, I5.7), and the overview in quiet hours."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from fieldledger.accounts.models import AuditEvent, Membership, Role, User
from fieldledger.office import services as office_services
from fieldledger.quickbooks.hours_row import BusinessHours
from fieldledger.quickbooks.letter_rows import NoticeChoice
from fieldledger.quickbooks.models import Connection
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office, sign_in

pytestmark = pytest.mark.django_db

HOURS = {"office_begin": "07:30", "office_end": "17:00", "days": ["0", "5"]}


def read(office: Office, where: str) -> str:
    response = office.browser.get(where)
    assert response.status_code == 200
    return response.content.decode()


def test_a_person_chooses_notices_and_is_told_that_no_mail_server_is_there(
    office: Office, connection: Connection
) -> None:
    page = read(office, "/quickbooks/notices")
    assert page.count(" checked") == 4 + 5
    assert "No mail server yet" in page

    office.browser.post("/quickbooks/notices", {"notices": ["silence"]})

    assert NoticeChoice.objects.get().notices == ["silence"]
    assert read(office, "/quickbooks/notices").count(" checked") == 1 + 5


def test_hours_are_kept_and_stand_in_the_audit_trail(
    office: Office, connection: Connection
) -> None:
    quiet = {"quiet_begin": "22:00", "quiet_end": "05:30"}
    response = office.browser.post("/quickbooks/notices/hours", HOURS | quiet)
    assert response.status_code == 302

    row = BusinessHours.objects.get()
    assert row.office_days == [0, 5]
    assert [f"{each:%H:%M}" for each in (row.office_begin, row.quiet_begin, row.quiet_end)] == [
        "07:30",
        "22:00",
        "05:30",
    ]
    assert AuditEvent.objects.filter(action="change office and quiet hours").count() == 1
    assert 'value="22:00"' in read(office, "/quickbooks/notices")


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"quiet_begin": "22:00"}, "Say both times, or neither."),
        ({"quiet_begin": "22:00", "quiet_end": "22:00"}, "press Pause"),
        ({"office_begin": "noon"}, "That is no time of day."),
        ({"days": []}, "Choose at least one day."),
    ],
)
def test_hours_that_cannot_be_are_said_beside_their_field(
    office: Office, connection: Connection, wrong: dict[str, object], said: str
) -> None:
    response = office.browser.post("/quickbooks/notices/hours", HOURS | wrong)

    assert response.status_code == 422
    assert said in response.content.decode()
    assert not BusinessHours.objects.exists()


def test_who_may_not_map_chooses_notices_but_no_hours(
    office: Office, connection: Connection
) -> None:
    user = User.objects.create_user("dis@harborplumbing.example")
    Membership.objects.create(business=office.business, user=user, role=Role.DISPATCHER)
    dispatcher = Office(office.business, sign_in(user))

    assert "<fieldset" in read(dispatcher, "/quickbooks/notices")
    assert "disabled" in read(dispatcher, "/quickbooks/notices")
    response = dispatcher.browser.post("/quickbooks/notices/hours", HOURS)
    assert response.status_code == 403


def test_the_overview_says_quiet_hours_with_their_end_and_sends_anyway(office: Office) -> None:
    pc = OfficePc(office.business)
    pc.set_up()
    for _ in range(3):
        pc.run()
    office_services.create_client(
        business=office.business, values={"name": "Zoe"}, now=timezone.now()
    )
    local = datetime.now(tz=ZoneInfo(office.business.time_zone))
    quiet = {
        "quiet_begin": f"{local - timedelta(hours=1):%H:%M}",
        "quiet_end": f"{local + timedelta(hours=1):%H:%M}",
    }
    office.browser.post("/quickbooks/notices/hours", HOURS | quiet)

    overview = read(office, "/quickbooks/")
    assert "Quiet hours until" in overview
    assert "1 waits and goes with the first call after that." in overview

    said = office.browser.post("/quickbooks/send-anyway", follow=True).content.decode()
    assert "What waits goes with the Web Connector’s next call." in said
    assert "Quiet hours until" not in said
    pc.run()
    assert "pending" not in pc.states()
