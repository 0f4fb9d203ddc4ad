"""Training as a person does it: real forms over HTTP, the simulated PC calling the same server."""

import csv
import io
import re
import urllib.parse
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from fieldledger.accounts.models import Business, Membership, Role, User
from fieldledger.accounts.services import new_api_key
from fieldledger.api.models import Webhook, WebhookDelivery
from fieldledger.api.webhooks import sending
from fieldledger.office.models import Client, Invoice
from fieldledger.office.services import create_client, create_invoice
from fieldledger.proving.models import TrainingPc
from fieldledger.proving.training import pc as office_pc
from fieldledger.proving.training import places
from fieldledger.proving.training.address import THREADS_MIN, serve_at
from fieldledger.quickbooks import mailing, notices, services
from fieldledger.quickbooks.letter_rows import Letter
from fieldledger.quickbooks.models import Connection
from tests.browser.conftest import live_server
from tests.support.demo import copied_demo

__all__ = ["live_server"]

LEARN = "/training/learn/"
NOT_REAL = "Training: nothing here is real"
_TOKEN = re.compile(r'csrfmiddlewaretoken" value="([^"]+)"')


class Person:
    """Somebody at a browser: cookies, forms, nothing else."""

    def __init__(self, url: str, sign_in: dict[str, str]) -> None:
        self.url = url
        cookies = urllib.request.HTTPCookieProcessor(CookieJar())
        self.open = urllib.request.build_opener(cookies).open
        self.token = ""
        self.see("/accounts/login/")
        self.press("/accounts/login/", **sign_in)

    def see(self, path: str) -> str:
        with self.open(self.url + path, timeout=60) as answer:
            return self._read(answer)

    def press(self, path: str, **form: str) -> str:
        fields = urllib.parse.urlencode({"csrfmiddlewaretoken": self.token, **form}).encode()
        headers = {"Origin": self.url, "Referer": self.url}
        asked = urllib.request.Request(self.url + path, data=fields, headers=headers)
        with self.open(asked, timeout=60) as answer:
            return self._read(answer)

    def _read(self, answer: Any) -> str:
        said: str = answer.read().decode()
        if found := _TOKEN.search(said):  # As the form of whatever page is open has it.
            self.token = found[1]
        return said

    def breaks(self, slug: str) -> str:
        self.press(f"{LEARN}break", exercise=slug)
        return self.calls()

    def calls(self) -> str:
        return self.press(f"{LEARN}call")


def ticks(page: str) -> list[bool]:
    part = page[page.index("exercise-title") : page.index("pc-title")]
    return ["Done: " in each for each in re.findall(r"<li.*?</li>", part, re.DOTALL)]


@pytest.fixture
def person(live_server: LiveServer) -> Iterator[Person]:
    cache.clear()
    demo = copied_demo(timezone.now())
    serve_at(live_server.url, threads=THREADS_MIN)
    yield Person(live_server.url, {"login": demo.email, "password": demo.password})
    serve_at("", threads=THREADS_MIN)


def test_n15_a_person_breaks_and_mends_everything_over_http(person: Person) -> None:
    before = person.see("/clients/")
    assert "Start training" in person.see("/learn/")
    begun = person.press("/learn/begin")
    assert NOT_REAL in begun
    for slug in ("closed", "window", "other_file"):
        assert ticks(person.breaks(slug)) == [True, False, False], slug
        person.press(f"{LEARN}pc")
        assert ticks(person.calls()) == [True, True, True], slug
    _mends_the_password(person)
    assert ticks(person.breaks("second_computer")) == [True, False]
    decision = {"decision": "refuse", "computer": "FRONT-DESK-PC"}
    person.press("/training/quickbooks/connection/decide", **decision)
    assert ticks(person.see(LEARN)) == [True, True]
    assert ticks(person.breaks("lost_answer")) == [True, False]
    assert ticks(person.calls()) == [True, True]
    for slug in ("edited", "deleted", "taken", "period"):
        assert ticks(person.breaks(slug))[:2] == [True, False], slug
    assert NOT_REAL in person.see("/training/quickbooks/log/")
    assert person.see("/clients/").count("<tr") == before.count("<tr")
    assert not re.search(r"Delgado Supply \d", person.see("/search?q=Delgado+Supply"))
    assert re.search(r"Delgado Supply \d", person.see("/training/search?q=Delgado+Supply"))
    _downloads_the_log(person)
    _switches_it_off_and_starts_over(person)
    person.press("/learn/end")
    assert "Start training" in person.see("/training/clients/")
    assert not TrainingPc.objects.exists()


def _mends_the_password(person: Person) -> None:
    assert ticks(person.breaks("password")) == [True, False, False]
    wrong = person.press(f"{LEARN}pc", password="not this one")
    assert "not the password that the connection page shows" in wrong
    shown = person.press("/training/quickbooks/setup/password")
    for each in set(re.findall(r'value="([\w-]{20,})"', shown)):
        person.press(f"{LEARN}pc", password=each)
    assert ticks(person.calls()) == [True, True, True]


def _downloads_the_log(person: Person) -> None:
    with person.open(f"{person.url}/training/quickbooks/log.csv", timeout=60) as answer:
        assert 'filename="training-sync-log-' in answer.headers["Content-Disposition"]
        rows = list(csv.reader(io.StringIO(answer.read().decode("utf-8-sig"))))
    assert len(rows) > 50
    assert {"synced", "failed"} <= {state for _, _, state, *_ in rows}
    assert sum("Delgado Supply" in record for _, record, *_ in rows) == 1


def _switches_it_off_and_starts_over(person: Person) -> None:
    person.press("/training/features/quickbooks-desktop/switch", enabled="no")
    assert "is switched off" in person.calls()
    anew = person.press(f"{LEARN}begin")
    assert "6 of 10 mended" in anew
    assert "Finished: " in anew


@pytest.fixture
def learner(db: None) -> Any:
    business = copied_demo(timezone.now()).business
    user = User.objects.get(memberships__business=business)
    return user, business, _begin(user), _browser_of(user)


def _begin(user: User) -> Business:
    """Begin a training with one invoice in it."""

    def fill(business: Business, now: Any) -> None:
        made = {"business": business, "now": now}
        client = create_client(values={"name": "Ann", "email": "ann@real.example"}, **made)
        line = {"description": "Work", "quantity": "1", "unit_price": "10"}
        create_invoice(
            values={"client": client.guid, "date": "2026-05-04", "lines": [line]}, **made
        )

    pc = places.begin(
        user, name="Demo", time_zone="America/New_York", fill=fill, now=timezone.now()
    )
    office_pc.leave(pc)
    return pc.business


def _browser_of(user: User) -> Browser:
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(user)
    return browser


def test_n15_training_touches_nothing_real(learner: Any) -> None:
    user, real, training, browser = learner
    real_invoice = Invoice.objects.filter(business=real).order_by("pk")[0]
    made_up = Invoice.objects.get(business=training)
    # An address says which business it is of; a record of the other one is not found there.
    assert browser.get(f"/invoices/{real_invoice.guid}").status_code == 200
    assert browser.get(f"/training/invoices/{made_up.guid}").status_code == 200
    lost = browser.get(f"/training/invoices/{real_invoice.guid}")
    assert (lost.status_code, b'href="/training/"' in lost.content) == (404, True)
    assert browser.get(f"/invoices/{made_up.guid}").status_code == 404
    assert NOT_REAL not in browser.get("/").content.decode()
    home = browser.get("/training/").content.decode()
    assert NOT_REAL in home
    assert "<title>Training: Home" in home
    ours = [each for each in re.findall(r'href="(/[^"]*)"', home) if "/static/" not in each]
    assert {each for each in ours if not each.startswith("/training/")} == {"/learn/"}
    made = browser.post("/training/clients/new", {"name": "Only in training"})
    assert made.headers["Location"].startswith("/training/clients/")
    assert Client.objects.get(name="Only in training").business == training
    # Who signs in, and with what, is real everywhere; programs know no training.
    asked = browser.post("/training/accounts/logout/?next=/x", {})
    assert (asked.status_code, asked.headers["Location"]) == (307, "/accounts/logout/?next=/x")
    assert browser.get("/training/api/v1/clients").status_code == 404
    assert browser.get("/training/qbwc").status_code == 404

    other = _browser_of(_colleague(real, Role.TECHNICIAN))
    assert other.post("/learn/begin").status_code == 403
    assert other.get("/training/clients/").headers["Location"] == "/learn/"

    kept = Client.objects.filter(business=real).count()
    places.end(user, now=timezone.now())
    assert not Business.objects.filter(learner=user).exists()
    assert Client.objects.count() == kept > 0


def _colleague(business: Business, role: str) -> User:
    user = User.objects.create_user("tom@harborplumbing.example")
    Membership.objects.create(business=business, user=user, role=role)
    return user


def test_n15_no_letter_no_webhook_and_no_setup_file_leaves_training(
    learner: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, training, browser = learner
    settings.MAIL_SERVER_GIVEN = True
    now = timezone.now()
    invoice = Invoice.objects.get(business=training)
    form = f"/training/invoices/{invoice.guid}/mail"
    typed = {"token": uuid4(), "to": "ann@real.example", "subject": "Hello", "text": "Pay."}
    for answer in (browser.get(form), browser.post(form, typed)):
        assert "This is training: no mail leaves it" in answer.content.decode()

    connection = services.set_enabled(
        services.connection_of(training), enabled=True, actor="", now=now
    )
    Connection.objects.filter(pk=connection.pk).update(
        wrong_password_at=now, wrong_password_count=3
    )
    notices.look(now=now)
    assert not Letter.objects.exists()
    owner = Membership.objects.get(business=training)
    Letter.objects.create(
        connection=connection, membership=owner, cause="x", subject="x", created_at=now, due_at=now
    )
    assert mailing.send_due(now=now) == 0
    assert mail.outbox == []

    # No page makes a key for a training; one that was made elsewhere opens nothing.
    _, key = new_api_key(business=training, name="A program", now=now)
    asked = {"Authorization": f"Bearer {key}"}
    url, events = "https://hooks.example/", ["entry.synced"]
    hook = {"url": url, "events": events}
    for answer in (
        browser.get("/api/v1/clients", headers=asked),
        browser.post("/api/v1/webhooks", hook, "application/json", headers=asked),
    ):
        assert answer.status_code == 401
    webhook = Webhook.objects.create(business=training, url=url, events=events)
    WebhookDelivery.objects.create(
        webhook=webhook, event="entry.synced", body="{}", due_at=now, created_at=now
    )
    posted: list[str] = []
    monkeypatch.setattr(sending, "post", lambda url, *_: posted.append(url))
    assert sending.send_due(now=now) == 0
    assert posted == []

    # At a real PC it would bring made-up records into real books.
    answer = browser.get("/training/quickbooks/setup/file", follow=True)
    said = answer.content.decode()
    assert "In training there is no setup file" in said
    assert "Download setup file" not in said
    assert b"QBWCXML" not in answer.content


def test_n15_who_loses_the_right_to_connect_loses_training(learner: Any) -> None:
    _, real, _, _ = learner
    user = _colleague(real, Role.BOOKKEEPER)
    training, browser = _begin(user), _browser_of(user)
    assert browser.get("/training/clients/").status_code == 200
    real_role = Membership.objects.filter(business=real, user=user)

    real_role.update(role=Role.DISPATCHER)
    assert browser.get("/training/clients/").headers["Location"] == "/learn/"
    by_itself = {"HX-Request": "true"}
    part = browser.get("/training/quickbooks/now", headers=by_itself)
    assert part.headers["HX-Redirect"] == "/learn/"
    part = Browser(SERVER_NAME="localhost").get("/training/clients/", headers=by_itself)
    assert part.headers["HX-Redirect"].endswith("/accounts/login/?next=/training/")
    assert browser.post("/training/clients/new", {"name": "Late"}).headers["Location"] == "/learn/"
    assert not Client.objects.filter(name="Late").exists()
    assert browser.get("/learn/").status_code == 403
    real_role.update(role=Role.BOOKKEEPER)
    assert browser.get("/training/clients/").status_code == 200
    real_role.delete()
    assert browser.get("/training/clients/").headers["Location"] == "/learn/"
    assert browser.get("/learn/").status_code == 403
    assert browser.get("/").status_code == 403
    assert Business.objects.filter(pk=training.pk).exists()


def test_n15_a_training_in_use_is_neither_ended_nor_made_anew(learner: Any) -> None:
    user, _, training, browser = learner
    pc = TrainingPc.objects.get(business=training)
    serve_at("http://localhost:1", threads=THREADS_MIN)
    office_pc.take(pc, now=timezone.now())
    try:
        for place in ("begin", "end", "call"):
            answer = browser.post(f"/training/learn/{place}", follow=True)
            assert "calling already" in answer.content.decode(), place
    finally:
        serve_at("", threads=THREADS_MIN)
    assert Business.objects.get(learner=user) == training
    office_pc.leave(pc)
    assert "cannot train" in browser.get("/learn/").content.decode()
