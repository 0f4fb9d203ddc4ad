"""Notices by e-mail (N9): who is told what, when, once for each cause, by a real mail server."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core.mail import EmailMessage as Outgoing
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from fieldledger.accounts.models import Business, Membership, Role, User
from fieldledger.quickbooks import mailing, notices, services
from fieldledger.quickbooks.letter_rows import Letter
from fieldledger.quickbooks.models import Connection, Stage, SyncEntry
from fieldledger.sync.content import State
from tests.support.mail_server import MailServer, mail_server

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)  # A Monday, noon in New York.
MIDNIGHT = datetime(2026, 5, 5, 4, 0, tzinfo=UTC)


@pytest.fixture
def mail(settings: Any) -> Iterator[MailServer]:
    with mail_server() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        settings.EMAIL_TIMEOUT = 5
        settings.MAIL_SERVER_GIVEN = True
        yield server


def member(business: Business, email: str, role: Role) -> Membership:
    user = User.objects.create_user(email)
    return Membership.objects.create(business=business, user=user, role=role)


@pytest.fixture
def owner(business: Business) -> Membership:
    return member(business, "rosa@harbor.example", Role.OWNER)


@pytest.fixture
def connection(business: Business, owner: Membership) -> Connection:
    """A Web Connector that called at noon, and every two minutes before."""
    connection = services.connection_of(business)
    connection.enabled, connection.stage = True, Stage.ONGOING
    connection.last_contact_at, connection.contact_interval_s = NOON, 120
    connection.save()
    return connection


def look(after: timedelta, since: datetime = NOON) -> None:
    now = since + after
    notices.look(now=now)
    mailing.send_due(now=now)


def subjects(mail: MailServer) -> list[str]:
    return [str(each["Subject"]) for each in mail.letters]


MINUTES = timedelta(minutes=1)


def test_n9_silence_is_told_once_with_its_causes_in_order_and_its_end_too(
    connection: Connection, mail: MailServer
) -> None:
    look(9 * MINUTES)
    assert mail.letters == []

    for minutes in (26, 27, 60):
        look(minutes * MINUTES)
    (letter,) = mail.letters
    text = letter.get_content()
    assert letter["Subject"] == (
        "No call from QuickBooks for 26 minutes: Harbor Plumbing & Heating"
    )
    assert letter["To"] == "rosa@harbor.example"
    causes = ["asleep", "Web Connector is closed", "shows a window", "password"]
    assert sorted(causes, key=text.index) == causes
    assert "Whose move it is" in text
    assert "/quickbooks/" in text

    Connection.objects.update(last_contact_at=NOON + 70 * MINUTES)
    for minutes in (71, 72):
        look(minutes * MINUTES)
    assert subjects(mail)[1:] == ["QuickBooks is back: Harbor Plumbing & Heating"]

    look(120 * MINUTES)  # The next silence is another cause.
    assert len(mail.letters) == 3


def test_n9_nobody_is_woken_for_a_computer_that_is_off_at_night(
    connection: Connection, mail: MailServer
) -> None:
    Connection.objects.update(last_contact_at=MIDNIGHT - 5 * MINUTES)
    look(60 * MINUTES, since=MIDNIGHT)
    assert mail.letters == []

    look(timedelta(hours=8, minutes=1), since=MIDNIGHT)  # At eight the office opens.
    assert len(mail.letters) == 1


def test_office_hours_are_the_business_s_own(connection: Connection, mail: MailServer) -> None:
    services.save_hours(
        connection,
        office_begin=time(0),
        office_end=time(0),
        office_days=[0],
        quiet=None,
        actor="",
        now=NOON,
    )
    Connection.objects.update(last_contact_at=MIDNIGHT - 60 * MINUTES)

    look(-30 * MINUTES, since=MIDNIGHT)

    assert len(mail.letters) == 1


def test_who_paused_needs_no_letter_about_silence(connection: Connection, mail: MailServer) -> None:
    Connection.objects.update(paused=True)
    look(60 * MINUTES)
    assert mail.letters == []


def test_each_person_chooses_and_technicians_are_told_nothing(
    business: Business, owner: Membership, connection: Connection, mail: MailServer
) -> None:
    bookkeeper = member(business, "bea@harbor.example", Role.BOOKKEEPER)
    technician = member(business, "tom@harbor.example", Role.TECHNICIAN)
    notices.choose(owner, [])
    for each in (bookkeeper, technician):
        notices.choose(each, ["silence", "no such notice"])

    look(26 * MINUTES)

    assert [each["To"] for each in mail.letters] == ["bea@harbor.example"]
    assert notices.chosen_by(bookkeeper) == ["silence"]
    assert notices.chosen_by(technician) == []


def test_wrong_passwords_are_told_once_a_day(connection: Connection, mail: MailServer) -> None:
    Connection.objects.update(wrong_password_at=NOON + MINUTES, wrong_password_count=1)
    look(2 * MINUTES)
    Connection.objects.update(wrong_password_at=NOON + 3 * MINUTES, wrong_password_count=2)
    look(4 * MINUTES)

    assert subjects(mail) == ["A wrong password was tried: Harbor Plumbing & Heating"]
    assert "let in nowhere" in mail.letters[0].get_content()


def failed(connection: Connection, number: int, at: datetime) -> None:
    SyncEntry.objects.create(
        connection=connection,
        rank=3,
        record_id=number,
        record_guid=connection.guid,
        title=str(number),
        state=State.FAILED,
        record_revision=1,
        created_at=at,
        updated_at=at,
    )


def test_what_needs_somebody_is_told_once_a_working_day_and_only_with_news(
    connection: Connection, mail: MailServer
) -> None:
    notices.choose(Membership.objects.get(), ["attention"])
    failed(connection, 1, NOON)
    look(2 * MINUTES)
    failed(connection, 2, NOON + 3 * MINUTES)
    look(4 * MINUTES)
    assert subjects(mail) == ["1 record needs somebody: Harbor Plumbing & Heating"]

    Connection.objects.update(last_contact_at=NOON + timedelta(days=2))
    look(timedelta(days=1))
    look(timedelta(days=2))
    assert subjects(mail)[1:] == ["2 records need somebody: Harbor Plumbing & Heating"]
    assert "- 2 invoices" in mail.letters[1].get_content()


def test_a_mail_server_that_is_away_loses_no_letter(
    connection: Connection, mail: MailServer
) -> None:
    mail.answer = b"451 later\r\n"
    look(26 * MINUTES)
    letter = Letter.objects.get()
    assert (letter.sent_at, letter.last_error) == (None, "SMTPDataError: 451")

    mail.answer = b"250 taken\r\n"
    mailing.send_due(now=NOON + 26 * MINUTES + timedelta(seconds=4))
    assert mail.letters == []
    mailing.send_due(now=NOON + 26 * MINUTES + timedelta(seconds=5))
    assert len(mail.letters) == 1


def test_a_program_killed_before_the_mail_server_had_it_leaves_it_to_the_next(
    connection: Connection, mail: MailServer
) -> None:
    with (
        patch.object(Outgoing, "send", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        look(26 * MINUTES)

    look(27 * MINUTES)  # It is still claimed by the one that died.
    assert mail.letters == []
    for minutes in (29, 30):
        look(minutes * MINUTES)
    assert len(mail.letters) == 1
    assert mail.letters[0]["Message-ID"].startswith(f"<{Letter.objects.get().guid}@")


def test_an_address_no_letter_can_have_keeps_nobody_elses_letter(
    connection: Connection, owner: Membership, mail: MailServer
) -> None:
    User.objects.filter(pk=owner.user_id).update(email="rosa@harbor..example")
    other = member(connection.business, "tom@harbor.example", Role.OWNER)

    look(30 * MINUTES)

    assert [each["To"] for each in mail.letters] == ["tom@harbor.example"]
    assert set(Letter.objects.values_list("membership", "last_error", "due_at")) == {
        (owner.pk, "ValueError", None),
        (other.pk, "", None),
    }


def test_where_nobody_is_to_be_told_no_entry_is_counted(
    connection: Connection,
) -> None:
    failed(connection, 1, NOON)
    notices.choose(Membership.objects.get(), ["silence"])

    with CaptureQueriesContext(database) as asked:
        look(MINUTES)

    assert not Letter.objects.filter(cause__startswith="attention").exists()
    assert not [each for each in asked if "syncentry" in each["sql"]]
