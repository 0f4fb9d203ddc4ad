"""Webhooks: adding them, what they are told, how it is signed, and sent until somebody takes it."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from fieldledger.api.models import Webhook, WebhookDelivery
from fieldledger.api.webhooks import worker
from fieldledger.api.webhooks.deliveries import look_at_connections, prune
from fieldledger.api.webhooks.sending import RETRY_AFTER, send_due
from fieldledger.api.webhooks.signing import headers_of
from fieldledger.quickbooks.entries import tell
from fieldledger.quickbooks.models import Connection, Stage, SyncEntry
from fieldledger.quickbooks.services import connection_of
from fieldledger.sync.content import State
from tests.api.conftest import Program, assert_problem

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 3, 12, tzinfo=UTC)
EVENTS = ["entry.synced", "entry.failed", "entry.needs_attention", "connection.silent",
          "connection.recovered", "import.completed"]  # fmt: skip


class Receiver:
    """Another program's server: it notes what it is sent and answers as told."""

    def __init__(self) -> None:
        self.status = 204
        self.received: list[tuple[dict[str, str], str]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                named = {name.lower(): value for name, value in self.headers.items()}
                receiver.received.append((named, body))
                self.send_response(receiver.status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?from=fieldledger"
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.05])
        self.thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.close()


def hook(app: Program, url: str = "https://example.com/hook", *events: str) -> Any:
    return app.post("/webhooks", {"url": url, "events": list(events) or EVENTS})


def moved(app: Program, state: State, name: str = "Ann Ames") -> SyncEntry:
    """Make a client whose entry comes to `state`."""
    Connection.objects.filter(pk=connection_of(app.business).pk).update(
        enabled=True, stage=Stage.ONGOING, initial_started_at=NOON
    )
    made = app.client(name=name)
    entry = SyncEntry.objects.get(record_guid=made["id"])
    entry.state = state
    entry.save()
    tell([(entry.pk, state, "", "QuickBooks said so.")], now=NOON)
    return entry


def told(event: str = "") -> list[Any]:
    rows = WebhookDelivery.objects.order_by("pk")
    return [json.loads(each.body) for each in (rows.filter(event=event) if event else rows)]


# Adding and removing


def test_a_webhook_is_added_listed_and_removed(app: Program) -> None:
    made = hook(app, "https://example.com/hook", "entry.failed", "entry.synced")

    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made["events"] == ["entry.synced", "entry.failed"]
    assert app.get("/webhooks") == {"results": [made], "next_cursor": None}
    assert app.get(f"/webhooks/{made['id']}") == made
    assert secret.encode() not in bytes(Webhook.objects.get().sealed_secret)
    assert app.ask("DELETE", f"/webhooks/{made['id']}").status == 204
    assert_problem(app.ask("DELETE", f"/webhooks/{made['id']}"), 404)
    assert app.get("/webhooks")["results"] == []


def test_a_webhook_is_removed_by_the_id_in_the_address_too(app: Program) -> None:
    made = hook(app)

    assert_problem(app.ask("DELETE", "/webhooks"), 422, "id")
    first = app.ask("DELETE", f"/webhooks?id={made['id']}", idempotency_key="k")
    again = app.ask("DELETE", f"/webhooks?id={made['id']}", idempotency_key="k")
    assert (first.status, again.status) == (204, 204)


@pytest.mark.parametrize(
    "url",
    [None, "", 7, "example.com", "ftp://example.com", "https://", "https:///x", "http://a:b@c/",
     "http://example.com/#x", "http://exa mple.com", "http://example.com:99999", "http://[::1",
     "http://exämple.com", "javascript:alert(1)", "file:///etc/passwd", "http://a\r\nHost: b/",
     "https://example.com/" + "x" * 2000],
)  # fmt: skip
def test_an_address_that_cannot_be_is_named(app: Program, url: Any) -> None:
    assert_problem(app.ask("POST", "/webhooks", {"url": url, "events": EVENTS}), 422, "url")


@pytest.mark.parametrize("events", [None, [], "entry.synced", ["entry.lost"], [7], [[]], {}])
def test_events_that_cannot_be_are_named(app: Program, events: Any) -> None:
    body = {"url": "https://example.com", "events": events}

    assert_problem(app.ask("POST", "/webhooks", body), 422, "events")


def test_there_is_an_end_to_webhooks(app: Program) -> None:
    for _ in range(20):
        hook(app)

    body = {"url": "https://example.com", "events": EVENTS}
    assert_problem(app.ask("POST", "/webhooks", body), 422, "url")


def test_a_webhook_of_another_business_is_not_there(app: Program, other: Program) -> None:
    made = hook(app)

    for path in (f"/webhooks/{made['id']}", f"/webhooks/{made['id']}/deliveries", "/webhooks/x"):
        assert_problem(other.ask("GET", path), 404)
    assert_problem(other.ask("DELETE", f"/webhooks/{made['id']}"), 404)
    assert_problem(other.ask("DELETE", f"/webhooks?id={made['id']}"), 404)
    assert other.get("/webhooks")["results"] == []


# What they are told


@pytest.mark.parametrize(
    ("state", "events"),
    [
        (State.SYNCED, ["entry.synced"]),
        (State.DIFFERS, ["entry.synced", "entry.needs_attention"]),
        (State.FAILED, ["entry.failed", "entry.needs_attention"]),
        (State.GONE, ["entry.needs_attention"]),
        (State.CHANGED_IN_QUICKBOOKS, ["entry.needs_attention"]),
        (State.SENDING, []),
        (State.HELD, []),
    ],
)
def test_a_move_is_told_by_its_name(app: Program, state: State, events: list[str]) -> None:
    hook(app)

    entry = moved(app, state)

    assert [each["type"] for each in told()] == events
    for each in told():
        assert each["timestamp"] == "2026-05-03T12:00:00.000+00:00"
        assert each["data"]["id"] == str(entry.guid)
        assert each["data"]["state"] == state


def test_a_webhook_is_told_only_what_it_asked_for_and_of_its_business(
    app: Program, other: Program
) -> None:
    hook(app, "https://example.com/a", "entry.failed")
    hook(other, "https://example.com/b", "entry.synced")

    moved(app, State.SYNCED)
    moved(app, State.FAILED, "Bob")

    assert [each["data"]["title"] for each in told()] == ["Bob"]


def test_what_is_undone_is_not_told(app: Program) -> None:
    hook(app)
    entry = moved(app, State.PENDING)

    with transaction.atomic():
        tell([(entry.pk, State.SYNCED, "", "")], now=NOON)
        assert len(told()) == 1
        transaction.set_rollback(True)

    assert told() == []


def test_many_moves_cost_few_statements(app: Program, django_assert_max_num_queries: Any) -> None:
    hook(app)
    hook(app)
    entry = moved(app, State.PENDING)
    clients = [{"name": f"Client {number}"} for number in range(100)]
    app.post("/clients/bulk", {"records": clients}, 200)
    entries = [(each.pk, State.SYNCED, "", "") for each in SyncEntry.objects.exclude(pk=entry.pk)]

    # One of them asks whether our own names follow those told apart.
    with django_assert_max_num_queries(6):
        tell(entries, now=NOON)

    assert WebhookDelivery.objects.count() == 200


def test_silence_and_recovery_are_told_once(app: Program) -> None:
    hook(app)
    connection = connection_of(app.business)
    connection.enabled, connection.stage = True, Stage.ONGOING
    connection.last_contact_at, connection.contact_interval_s = NOON, 120
    connection.save()

    for minutes in (5, 11, 12):
        look_at_connections(now=NOON + timedelta(minutes=minutes))
    assert [each["type"] for each in told()] == ["connection.silent"]
    assert told()[0]["data"]["last_contact_at"] == "2026-05-03T12:00:00.000+00:00"
    connection.last_contact_at = NOON + timedelta(minutes=13)
    connection.save()
    for minutes in (14, 15):
        look_at_connections(now=NOON + timedelta(minutes=minutes))
    assert [each["type"] for each in told()] == ["connection.silent", "connection.recovered"]


def test_a_connection_that_is_off_or_has_never_called_is_not_silent(app: Program) -> None:
    hook(app)
    look_at_connections(now=NOON)
    connection = connection_of(app.business)
    for enabled, last in ((False, NOON), (True, None)):
        connection.enabled, connection.stage = enabled, Stage.ONGOING
        connection.last_contact_at = last
        connection.save()
        look_at_connections(now=NOON + timedelta(days=1))

    assert told() == []


def test_the_end_of_the_import_is_told_once_and_not_afterwards(app: Program) -> None:
    hook(app)
    connection = connection_of(app.business)
    look_at_connections(now=NOON)
    connection.initial_completed_at = NOON
    connection.save()
    hook(app)

    for _ in range(2):
        look_at_connections(now=NOON)

    assert [each["type"] for each in told()] == ["import.completed"]


# Sending


def test_the_signature_is_that_of_the_specification() -> None:
    # The example of the Standard Webhooks specification, "Signature scheme".
    headers = headers_of(
        secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        sent_at_s=1614265330,
        body='{"test": 2432232314}',
    )

    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_what_is_due_is_sent_signed(app: Program, receiver: Receiver) -> None:
    made = hook(app, receiver.url)
    moved(app, State.SYNCED)

    assert send_due(now=NOON) == 1
    assert send_due(now=NOON + timedelta(days=9)) == 0

    ((headers, body),) = receiver.received
    assert json.loads(body) == told()[0]
    assert headers["content-type"] == "application/json"
    expected = headers_of(
        secret=made["secret"],
        message_id=headers["webhook-id"],
        sent_at_s=int(headers["webhook-timestamp"]),
        body=body,
    )
    assert headers["webhook-signature"] == expected["webhook-signature"]
    (shown,) = app.get(f"/webhooks/{made['id']}/deliveries")["results"]
    assert shown["id"] == headers["webhook-id"]
    assert (shown["tries"], shown["last_status"], shown["next_try_at"]) == (1, 204, None)
    assert shown["delivered_at"]


@pytest.mark.parametrize("status", [301, 400, 404, 500, 503])
def test_what_is_not_taken_is_tried_again_later_and_at_last_given_up(
    app: Program, receiver: Receiver, status: int
) -> None:
    receiver.status = status
    hook(app, receiver.url)
    moved(app, State.SYNCED)
    now = NOON

    for wait in RETRY_AFTER:
        send_due(now=now)
        delivery = WebhookDelivery.objects.get()
        assert delivery.due_at == now + wait
        send_due(now=now + wait - timedelta(seconds=1))
        now += wait
    send_due(now=now)

    delivery = WebhookDelivery.objects.get()
    assert (delivery.due_at, delivery.delivered_at, delivery.last_status) == (None, None, status)
    assert len(receiver.received) == len(RETRY_AFTER) + 1
    assert len({headers["webhook-id"] for headers, _ in receiver.received}) == 1


def test_a_receiver_that_is_gone_is_not_tried_again(app: Program, receiver: Receiver) -> None:
    receiver.status = 410
    hook(app, receiver.url)
    moved(app, State.SYNCED)

    send_due(now=NOON)

    assert WebhookDelivery.objects.get().due_at is None


def test_a_receiver_that_does_not_answer_holds_up_no_other(
    app: Program, receiver: Receiver
) -> None:
    hook(app, "http://127.0.0.1:1/hook")
    hook(app, receiver.url)
    for name in ("Ann", "Bob"):
        moved(app, State.SYNCED, name)

    assert send_due(now=NOON) == 2

    failed = WebhookDelivery.objects.filter(webhook__url__contains=":1/").order_by("pk")
    assert [each.tries for each in failed] == [1, 0]
    assert "ConnectionRefusedError" in failed[0].last_error


def test_a_secret_that_cannot_be_opened_sends_nothing(app: Program, receiver: Receiver) -> None:
    hook(app, receiver.url)
    moved(app, State.SYNCED)

    with override_settings(SEALING_KEY=b"another"):
        assert send_due(now=NOON) == 0

    assert receiver.received == []
    assert "another key" in WebhookDelivery.objects.get().last_error


def test_what_another_program_has_claimed_is_left_to_it(app: Program, receiver: Receiver) -> None:
    hook(app, receiver.url)
    moved(app, State.SYNCED)
    due = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(due_at=NOON + timedelta(minutes=2))

    assert send_due(now=NOON) == 0
    assert send_due(now=NOON + timedelta(minutes=3)) == 1
    assert due.tries == 0


def test_what_is_done_is_forgotten_after_a_while(app: Program) -> None:
    hook(app)
    moved(app, State.SYNCED)
    moved(app, State.SYNCED, "Bob")
    WebhookDelivery.objects.filter(pk=WebhookDelivery.objects.latest("pk").pk).update(due_at=None)

    assert prune(before=NOON, at_once=10) == 0
    assert prune(before=NOON + timedelta(days=7), at_once=10) == 1
    assert WebhookDelivery.objects.count() == 1


def test_a_round_looks_at_connections_and_sends(app: Program, receiver: Receiver) -> None:
    hook(app, receiver.url)
    connection = connection_of(app.business)
    connection.initial_completed_at = timezone.now()
    connection.save()

    assert worker.look(1) == 0
    assert worker.look(0) == 1
    assert json.loads(receiver.received[0][1])["type"] == "import.completed"
