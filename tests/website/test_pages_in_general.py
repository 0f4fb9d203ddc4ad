"""What holds for every answer: headers, cookies, how long a login lasts."""

import time
from datetime import datetime

import pytest
from django.conf import LazySettings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.utils.http import content_disposition_header

from fieldledger.accounts.middleware import Training
from fieldledger.accounts.models import User
from fieldledger.accounts.services import add_business

PASSWORD = "correct horse battery"
ADDRESSES = ["/accounts/login/", "/no-such-page", "/static/no-such-file.css", "/accounts/logout/"]
PRIVATE = "/accounts/password/change/"


@pytest.fixture
def signed_in(client: Client, db: None, now: datetime) -> Client:
    cache.clear()
    add_business(name="Harbor", owner_email="rosa@example.com", owner_password=PASSWORD, now=now)
    client.force_login(User.objects.get())
    return client


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_protecting_headers(
    client: Client, db: None, address: str
) -> None:
    headers = client.get(address).headers

    policy = headers["Content-Security-Policy"]
    for part in (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    ):
        assert part in policy.split("; ")
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "Strict-Transport-Security" not in headers  # Plain http on this machine.


def test_with_https_browsers_are_told_to_stay_with_it(db: None, settings: LazySettings) -> None:
    settings.PUBLIC_HTTPS = True

    headers = Client().get("/accounts/login/").headers

    assert headers["Strict-Transport-Security"] == "max-age=63072000"


def test_a_page_of_a_login_is_never_kept(signed_in: Client) -> None:
    assert "no-store" in signed_in.get(PRIVATE).headers["Cache-Control"]


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", ""])
def test_another_host_is_refused(client: Client, db: None, host: str) -> None:
    assert client.get("/accounts/login/", headers={"host": host}).status_code == 400


def test_the_cookie_cannot_be_read_by_scripts(signed_in: Client) -> None:
    cookie = signed_in.get(PRIVATE).cookies["fieldledger"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


def age(client: Client, **seconds: int) -> None:
    """Let time pass for a login: move its marks back."""
    session = client.session
    for mark, by in seconds.items():
        session[mark] = int(time.time()) - by
    session.save()


def test_a_login_ends_after_an_hour_of_silence(signed_in: Client) -> None:
    signed_in.get(PRIVATE)

    age(signed_in, login_seen_at=3590)
    assert signed_in.get(PRIVATE).status_code == 200  # Which is a sign of life.
    assert signed_in.session["login_seen_at"] >= int(time.time()) - 5
    age(signed_in, login_seen_at=3600)
    assert signed_in.get(PRIVATE).status_code == 302


def test_a_page_that_looks_again_by_itself_is_no_sign_of_life(signed_in: Client) -> None:
    signed_in.get(PRIVATE)

    age(signed_in, login_seen_at=3590)
    assert signed_in.get(PRIVATE, headers={"X-Poll": "1"}).status_code == 200
    assert signed_in.session["login_seen_at"] <= int(time.time()) - 3590


def test_a_login_ends_after_twelve_hours_however_busy(signed_in: Client) -> None:
    signed_in.get(PRIVATE)

    age(signed_in, login_started_at=12 * 3600 - 10)
    assert signed_in.get(PRIVATE).status_code == 200
    age(signed_in, login_started_at=12 * 3600)
    assert signed_in.get(PRIVATE).status_code == 302
    assert signed_in.get(PRIVATE).status_code == 302


def test_looking_at_pages_writes_no_session_each_time(
    signed_in: Client, django_assert_num_queries: object
) -> None:
    signed_in.get(PRIVATE)

    with django_assert_num_queries(3):  # type: ignore[operator]  # Session, person, membership.
        signed_in.get(PRIVATE)


@pytest.mark.parametrize("number", ["12", "É-12", 'filename="x'])
def test_a_file_of_training_says_so_in_its_name(number: str) -> None:
    def kept_as(name: str) -> str:
        return content_disposition_header(True, f"{name} {number}.pdf") or ""

    def answer(_: HttpRequest) -> HttpResponse:
        return HttpResponse(headers={"Content-Disposition": kept_as("Invoice")})

    response = Training(answer)(RequestFactory().get("/training/x"))

    assert response.headers["Content-Disposition"] == kept_as("training-Invoice")
