"""The mail server's settings, and notices that leave a real server (N9)."""

import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from fieldledger.website.mail_server import PASSWORD_FILE, MailServer, read_mail_server, read_sender
from tests.support.mail_server import mail_server
from tests.website.program import run_program, serving, wait_until

SILENT = """
from django.utils import timezone
from datetime import timedelta, time
from fieldledger.accounts.models import Business
from fieldledger.quickbooks import services
now = timezone.now()
one = services.connection_of(Business.objects.get())
one.enabled, one.stage = True, "ongoing"
one.last_contact_at = now - timedelta(hours=1)
one.save()
services.save_hours(one, office_begin=time(0), office_end=time(0), office_days=range(7),
                    quiet=None, actor="", now=now)
"""


def _was_refused(place: Path) -> bool:
    """Whether the server has noted that its letter was not taken: the claim is over."""
    with closing(sqlite3.connect(next(place.glob("*.sqlite3")))) as database:
        rows = database.execute("SELECT last_error FROM quickbooks_letter").fetchall()
    return rows == [("SMTPDataError: 451",)]


def test_n9_a_killed_server_sends_each_notice_once(place: Path) -> None:
    made = run_program("manage", "shell", "-c", SILENT, folder=place)
    assert made.status == 0, made.err
    with mail_server() as mail:
        env = {"FIELDLEDGER_SMTP_URL": mail.url}
        mail.answer = b"451 not now\r\n"
        with serving("serve", folder=place, env=env) as server:
            wait_until(lambda: _was_refused(place))
            server.stop(signal.SIGKILL)
        mail.answer = b"250 taken\r\n"
        with serving("serve", folder=place, env=env):
            wait_until(lambda: bool(mail.letters))
        with serving("serve", folder=place, env=env) as server:
            asked = mail.connections
            server.stop()
        assert mail.connections == asked

        (letter,) = mail.letters
        assert letter["To"] == "owner@acme.example"
        assert "No call from QuickBooks" in letter["Subject"]


def test_without_a_mail_server_letters_lie_in_a_folder(tmp_path: Path) -> None:
    assert read_mail_server(None, tmp_path) == MailServer(host="")


def test_nothing_is_said_in_the_clear_to_another_machine(tmp_path: Path) -> None:
    far = read_mail_server("smtp://rosa%40harbor:p%3Aq@mail.example.com", tmp_path)
    assert (far.starts_tls, far.port) == (True, 587)
    assert (far.user, far.password) == ("rosa@harbor", "p:q")
    near = read_mail_server("smtp://localhost:25", tmp_path)
    assert (near.starts_tls, near.port) == (False, 25)
    sealed = read_mail_server("smtps://mail.example.com", tmp_path)
    assert (sealed.is_tls, sealed.port) == (True, 465)


def test_the_password_in_the_folder_is_private_or_refused(tmp_path: Path) -> None:
    kept = tmp_path / PASSWORD_FILE
    kept.write_text("hush\n")
    kept.chmod(0o600)
    assert read_mail_server("smtp://a@b.example", tmp_path).password == "hush"

    kept.chmod(0o640)
    with pytest.raises(ImproperlyConfigured, match="chmod 600"):
        read_mail_server("smtp://a@b.example", tmp_path)


@pytest.mark.parametrize(
    "url", ["hush.harbor.test", "http://hush@x", "smtp://:hush@", "smtp://hush:1:2"]
)
def test_an_address_that_is_no_mail_server_is_refused_without_being_said(
    url: str, tmp_path: Path
) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read_mail_server(url, tmp_path)
    assert "hush" not in str(refused.value)


def test_a_sender_that_no_letter_can_have_is_refused_at_the_start() -> None:
    assert read_sender(None, "a@b.example") == "a@b.example"
    for text in ("rosa@harbor.example", '"Harbor Air, Inc." <office@harbor.example>'):
        assert read_sender(text, "") == text
    for text in ("Harbor Air, Inc. <office@harbor.example>", "office", "office@"):
        with pytest.raises(ImproperlyConfigured, match="FIELDLEDGER_MAIL_FROM"):
            read_sender(text, "")
