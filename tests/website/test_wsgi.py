import io
from wsgiref.util import setup_testing_defaults

import pytest
from django.conf import LazySettings

from fieldledger.website.wsgi import application


def ask(path: str) -> tuple[str, dict[str, str], bytes]:
    environ = {"PATH_INFO": path, "HTTP_HOST": "localhost:8000", "wsgi.errors": io.StringIO()}
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
