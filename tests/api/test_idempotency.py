"""A write that is sent twice with one Idempotency-Key is done once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import timezone

from fieldledger.api.idempotency import KEPT_FOR, prune
from fieldledger.api.models import IdempotencyRecord
from fieldledger.office import models as office
from tests.api.conftest import Answer, Program, assert_problem, program_of

KEY = "order-17"


def test_the_same_key_and_body_gives_the_first_answer(app: Program) -> None:
    first = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)
    again = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)

    assert (again.status, again.text) == (first.status, first.text) == (201, first.text)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert office.Client.objects.count() == 1


def test_the_first_answer_is_given_also_after_the_record_has_changed(app: Program) -> None:
    first = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)
    app.ask("PATCH", f"/clients/{first.json['id']}", {"name": "Bob"})

    assert app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY).text == first.text


def test_a_body_is_the_same_whatever_the_order_of_its_names(app: Program) -> None:
    app.ask("POST", "/clients", raw=b'{"name": "Ann", "phone": "1"}', idempotency_key=KEY)
    again = app.ask("POST", "/clients", raw=b'{"phone":"1","name":"Ann"}', idempotency_key=KEY)

    assert again.status == 201
    assert office.Client.objects.count() == 1


def test_the_same_key_with_another_body_is_refused(app: Program) -> None:
    app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)

    for body in ({"name": "Bob"}, {"name": "Ann", "phone": ""}, {}, None):
        answer = app.ask("POST", "/clients", body, idempotency_key=KEY)
        assert_problem(answer, 422, "Idempotency-Key")
    assert office.Client.objects.count() == 1


def test_the_same_key_for_another_address_or_method_is_refused(app: Program) -> None:
    made = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY).json

    answer = app.ask("POST", "/items", {"name": "Ann"}, idempotency_key=KEY)
    assert_problem(answer, 422, "Idempotency-Key")
    path = f"/clients/{made['id']}"
    assert_problem(
        app.ask("PATCH", path, {"name": "Ann"}, idempotency_key=KEY), 422, "Idempotency-Key"
    )


def test_every_write_takes_a_key(app: Program) -> None:
    invoice = app.invoice()
    path = f"/invoices/{invoice['id']}"

    for method, where, body in [
        ("PATCH", path, {"memo": "x"}),
        ("POST", f"{path}/void", None),
        ("PUT", "/quickbooks/feature", {"enabled": True}),
        ("POST", "/items/bulk", {"records": [{"name": "A"}, {"name": ""}]}),
    ]:
        first = app.ask(method, where, body, idempotency_key=where)
        again = app.ask(method, where, body, idempotency_key=where)
        assert first.status == 200
        assert (again.status, again.text) == (200, first.text)
        assert again.headers["Idempotency-Replayed"] == "true"


def test_a_refusal_is_the_first_answer_too(app: Program) -> None:
    first = app.ask("POST", "/clients", {}, idempotency_key=KEY)
    again = app.ask("POST", "/clients", {}, idempotency_key=KEY)

    assert_problem(again, 422, "name")
    assert again.text == first.text
    answer = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)
    assert_problem(answer, 422, "Idempotency-Key")


def test_a_fault_of_ours_leaves_the_key_free(app: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("fieldledger.api.records.answer_one", fail)
        assert app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY).status == 500
    assert not office.Client.objects.exists()

    assert app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY).status == 201


@pytest.mark.parametrize("raw", [b"{", b"\xff"])
def test_a_body_that_cannot_be_read_leaves_the_key_free(app: Program, raw: bytes) -> None:
    assert app.ask("POST", "/clients", raw=raw, idempotency_key=KEY).status == 400

    assert app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY).status == 201


@pytest.mark.parametrize("key", ["", " x", "x" * 256, "clé"])
def test_a_key_that_cannot_be_is_refused(app: Program, key: str) -> None:
    answer = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=key)

    assert_problem(answer, 422, "Idempotency-Key")


def test_keys_of_two_businesses_are_two_keys(app: Program, other: Program) -> None:
    mine = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)
    theirs = other.ask("POST", "/clients", {"name": "Bob"}, idempotency_key=KEY)

    assert mine.status == theirs.status == 201
    assert theirs.json["name"] == "Bob"


def test_a_key_outlives_a_day_and_is_then_forgotten(app: Program) -> None:
    app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)
    now = timezone.now()

    assert prune(now=now + timedelta(hours=24)) == 0
    assert prune(now=now + KEPT_FOR + timedelta(seconds=1)) == 1
    assert app.ask("POST", "/clients", {"name": "Bob"}, idempotency_key=KEY).status == 201


def test_a_kept_answer_lies_sealed(app: Program) -> None:
    app.ask("PUT", "/quickbooks/feature", {"enabled": True})
    first = app.ask("POST", "/quickbooks/password", idempotency_key=KEY)

    password = first.json["password"].encode()
    assert password not in bytes(IdempotencyRecord.objects.get().body)
    assert app.ask("POST", "/quickbooks/password", idempotency_key=KEY).text == first.text
    with override_settings(SEALING_KEY=b"another"):
        assert_problem(app.ask("POST", "/quickbooks/password", idempotency_key=KEY), 409)


@pytest.mark.django_db(transaction=True)
def test_of_two_requests_with_one_key_at_one_moment_one_is_done() -> None:
    """Goal: a program that sends twice before it hears an answer makes one record.

    Method: eight threads, each with its own connection to the same database, begin together.
    """
    key = program_of("Acme Lawns").key
    answers: list[Answer] = []
    ready = threading.Barrier(8)

    def send() -> None:
        try:
            program = Program(None, key)  # type: ignore[arg-type]
            ready.wait(10)
            answers.append(program.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY))
        finally:
            connection.close()

    threads = [threading.Thread(target=send) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)

    assert [each.status for each in answers] == [201] * 8
    assert len({each.text for each in answers}) == 1
    assert sum("Idempotency-Replayed" in each.headers for each in answers) == 7
    assert office.Client.objects.count() == 1


def test_keys_cost_few_statements(app: Program, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(17):
        first = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)
    with django_assert_max_num_queries(5):
        again = app.ask("POST", "/clients", {"name": "Ann"}, idempotency_key=KEY)

    assert again.text == first.text
