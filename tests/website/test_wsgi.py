import io
import json
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import LazySettings, settings
from django.core.signals import request_started
from django.db import close_old_connections
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import new_api_key
from fieldledger.website.slow_bodies import PER_ADDRESS_MAX
from fieldledger.website.wsgi import BODIES, application

ADDRESS = "10.0.0.1"


def ask(path: str, **more: object) -> tuple[str, dict[str, str], bytes]:
    environ = {"PATH_INFO": path, "HTTP_HOST": "localhost:8000", "wsgi.errors": io.StringIO()}
    environ |= more
    setup_testing_defaults(environ)
    answered: list[tuple[str, dict[str, str]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_: object) -> None:
        answered.append((status, dict(headers)))

    body = b"".join(application(environ, start_response))  # type: ignore[arg-type]
    return (*answered[0], body)


@pytest.mark.parametrize("path", ["/qbwc", "/qbwc/support"])
def test_the_web_connectors_door_stands_beside_django(db: None, path: str) -> None:
    status, headers, _ = ask(path)

    assert status.startswith("200")
    assert "Cross-Origin-Resource-Policy" not in headers  # Django's middleware adds it.


@pytest.mark.parametrize("path", ["/qbwcx", "/accounts/login/", "/no/qbwc"])
def test_all_else_is_djangos(db: None, path: str) -> None:
    _, headers, _ = ask(path)

    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_behind_a_proxy_that_ends_tls_pages_know_they_are_on_https(
    db: None, settings: LazySettings
) -> None:
    settings.PUBLIC_HTTPS = True

    status, headers, _ = ask("/accounts/password/change/")

    assert status.startswith("302")
    assert "http:" not in headers["Location"]


def post(path: str, key: str = "") -> tuple[str, dict[str, str], bytes]:
    body = b'{"name": "Ann"}'
    return ask(
        path,
        REQUEST_METHOD="POST",
        REMOTE_ADDR=ADDRESS,
        CONTENT_TYPE="application/json" if key else "application/x-www-form-urlencoded",
        CONTENT_LENGTH=str(len(body)),
        HTTP_AUTHORIZATION=f"Bearer {key}",
        HTTP_COOKIE=f"{settings.CSRF_COOKIE_NAME}={'a' * 32}",
        **{"wsgi.input": io.BytesIO(body)},
    )


def no_more_bodies(**_: object) -> None:
    for _number in range(PER_ADDRESS_MAX):
        BODIES.begin(ADDRESS)


@pytest.mark.parametrize("come_late", [False, True])
@pytest.mark.parametrize("path", ["/api/v1/clients", "/accounts/login/"])
def test_r9_what_is_refused_beside_slow_bodies_is_told_why(
    business: Business, path: str, come_late: bool
) -> None:
    is_api = path.startswith("/api/")
    _, key = new_api_key(business=business, name="Shop", now=timezone.now())
    if not come_late:
        no_more_bodies()
    request_started.disconnect(close_old_connections)  # The test's own, as Django's client does.
    if come_late:  # Between the look at the request and the reading of its body.
        request_started.connect(no_more_bodies)
    try:
        status, headers, body = post(path, key if is_api else "")
    finally:
        request_started.disconnect(no_more_bodies)
        request_started.connect(close_old_connections)
        for _number in range(PER_ADDRESS_MAX):
            BODIES.end(ADDRESS)

    assert status == "429 Too Many Requests"
    assert headers["Retry-After"] == "10"
    assert headers["Content-Length"] == str(len(body))
    assert b"Nothing was done" in body
    if is_api:
        assert headers["Content-Type"] == "application/problem+json"
        problem = json.loads(body)
        assert (problem["status"], problem["title"]) == (429, "Too many requests")
    else:
        assert headers["Content-Type"] == "text/plain; charset=utf-8"
    assert not business.clients.exists()
