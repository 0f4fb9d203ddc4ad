"""What holds for every request: the key, the body, the problems, the headers."""

import gzip
import json

import pytest
from django.test import Client
from django.utils import timezone

from fieldledger.accounts.models import ApiKey
from fieldledger.accounts.services import revoke_api_key
from fieldledger.api import access
from fieldledger.office import models as office
from tests.api.conftest import Program, assert_problem

pytestmark = pytest.mark.django_db


def test_without_a_key_there_is_only_a_problem_that_says_how_to_send_one(app: Program) -> None:
    for sent in ("", "Basic YTpi", "Bearer", "Bearer fl_", "Bearer " + "x" * 5000):
        answer = app.ask("GET", "/clients", headers={"Authorization": sent})
        assert_problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_wrong_key_opens_nothing(app: Program) -> None:
    app.key = app.key[:-1] + ("A" if app.key[-1] != "A" else "B")

    assert_problem(app.ask("GET", "/clients"), 401)


def test_a_key_that_was_ended_opens_nothing(app: Program) -> None:
    revoke_api_key(key=ApiKey.objects.get(), now=timezone.now(), actor="test")

    assert_problem(app.ask("GET", "/clients"), 401)


def test_the_word_bearer_may_be_written_in_any_case(app: Program) -> None:
    answer = app.ask("GET", "/clients", headers={"Authorization": f"bearer {app.key}"})

    assert answer.status == 200


@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT", "DELETE"])
def test_a_read_only_key_reads_and_does_not_write(reader: Program, method: str) -> None:
    path = {"PATCH": "/clients/x", "PUT": "/quickbooks/feature", "DELETE": "/webhooks/x"}

    assert_problem(reader.ask(method, path.get(method, "/clients"), {"name": "x"}), 403)
    assert reader.ask("GET", "/clients").status == 200
    assert not office.Client.objects.exists()


@pytest.mark.parametrize(
    "path", ["/nothing", "/clients/", "/clients/x/y", "/api/v2/clients", "/api/"]
)
def test_an_unknown_address_is_a_problem(app: Program, path: str) -> None:
    for method in ("GET", "POST"):
        assert_problem(app.ask(method, path), 404)


def test_a_method_that_an_address_does_not_take_is_a_problem_naming_those_it_takes(
    app: Program,
) -> None:
    answer = app.ask("DELETE", "/clients")

    assert_problem(answer, 405)
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_head_answers_as_get_without_the_body(app: Program) -> None:
    answer = app.ask("HEAD", "/clients")

    assert answer.status == 200
    assert answer.text == ""
    assert int(answer.headers["Content-Length"]) > 0


def test_answers_are_kept_by_nobody_and_protected_as_pages_are(app: Program) -> None:
    answer = app.ask("GET", "/clients")

    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b'{"name": }',
        b'{"name": "x"} {}',
        b"\xff\xfe{\x00}\x00",
        b'{"name": "\xe4"}',
        b'{"name": NaN}',
        b'{"name": -Infinity}',
        b'{"name": "a", "name": "b"}',
        b'{"name": 1e99999999999999999999}',
        b'{"name": 1e400}',
        b'{"name": ' + b"9" * 5000 + b"}",
        b'{"name": 0.' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_a_body_that_cannot_be_read_is_a_problem(app: Program, raw: bytes) -> None:
    assert_problem(app.ask("POST", "/clients", raw=raw), 400)
    assert not office.Client.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b'"text"', b"7", b"true"])
def test_a_body_that_is_no_object_is_a_problem(app: Program, raw: bytes) -> None:
    assert_problem(app.ask("POST", "/clients", raw=raw), 422, "body")


def test_a_byte_order_mark_before_the_body_is_no_matter(app: Program) -> None:
    answer = app.ask("POST", "/clients", raw=b'\xef\xbb\xbf{"name": "Ann"}')

    assert answer.status == 201


@pytest.mark.parametrize(
    "content_type",
    ["application/x-www-form-urlencoded", "text/plain", "application/xml", "multipart/form-data",
     "application/json; charset=latin-1"],
)  # fmt: skip
def test_a_body_of_another_kind_is_a_problem(app: Program, content_type: str) -> None:
    answer = app.ask("POST", "/clients", {"name": "Ann"}, content_type=content_type)

    assert_problem(answer, 415)


@pytest.mark.parametrize(
    "content_type", ["application/json; charset=UTF-8", "application/merge-patch+json"]
)
def test_json_by_other_names_is_taken(app: Program, content_type: str) -> None:
    answer = app.ask("POST", "/clients", {"name": "Ann"}, content_type=content_type)

    assert answer.status == 201


def test_a_body_of_five_megabytes_is_taken_and_a_larger_one_is_not(app: Program) -> None:
    padding = 5 * 1024 * 1024 - len(b'{"name": "Ann"}')

    assert app.ask("POST", "/clients", raw=b'{"name": "Ann"}' + b" " * padding).status == 201
    answer = app.ask("POST", "/clients", raw=b'{"name": "Bob"}' + b" " * (padding + 1))
    assert_problem(answer, 413)


def test_a_compressed_body_is_not_json(app: Program) -> None:
    raw = gzip.compress(json.dumps({"name": "Ann"}).encode())

    assert_problem(app.ask("POST", "/clients", raw=raw), 400)


def test_a_filter_that_a_list_does_not_have_is_named(app: Program) -> None:
    assert_problem(app.ask("GET", "/clients?nmae=Ann&limit=5"), 422, "nmae")


@pytest.mark.parametrize("limit", ["0", "-1", "501", "x", "1.5", "9" * 5000])
def test_a_limit_that_cannot_be_is_named(app: Program, limit: str) -> None:
    assert_problem(app.ask("GET", f"/clients?limit={limit}"), 422, "limit")


@pytest.mark.parametrize("cursor", ["x", "MTIz", "%00", "%F0%9F%98%80", "a" * 3000])
def test_a_cursor_that_no_list_has_given_is_named(app: Program, cursor: str) -> None:
    assert_problem(app.ask("GET", f"/clients?cursor={cursor}"), 422, "cursor")


def test_a_program_gone_wild_is_told_to_wait(
    app: Program, other: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "limit", access.Limit(per_s=0.1, at_once=2))

    assert [app.ask("GET", "/clients").status for _ in range(2)] == [200, 200]
    answer = app.ask("GET", "/clients")
    assert_problem(answer, 429)
    assert 1 <= int(answer.headers["Retry-After"]) <= 11
    assert other.ask("GET", "/clients").status == 200


def test_a_bucket_fills_again_and_never_beyond_its_size() -> None:
    limit = access.Limit(per_s=2, at_once=3)

    assert [limit.take(1, now_s=100) for _ in range(4)] == [0, 0, 0, 0.5]
    assert limit.take(1, now_s=100.5) == 0
    assert limit.take(1, now_s=100.5) > 0
    assert [limit.take(1, now_s=9000) for _ in range(4)] == [0, 0, 0, 0.5]


def test_a_fault_of_ours_is_a_problem_that_tells_nothing_of_it(
    app: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("secret of the house")

    monkeypatch.setattr("fieldledger.api.records.page_of", fail)

    answer = app.ask("GET", "/clients")

    assert_problem(answer, 500)
    assert "secret" not in answer.text


def test_a_host_that_is_not_ours_is_a_problem(app: Program) -> None:
    answer = app.ask("GET", "/clients", headers={"Host": "evil.example"})

    assert_problem(answer, 400)


def test_a_cookie_of_a_page_is_no_key(app: Program) -> None:
    http = Client(raise_request_exception=False, enforce_csrf_checks=True)

    response = http.post("/api/v1/clients", {"name": "x"}, content_type="application/json")

    assert response.status_code == 401
