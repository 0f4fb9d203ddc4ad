"""Training over HTTP, as a person does it: a real server, real forms, the simulated PC."""

import json
import re
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from fieldledger.accounts.models import Business, Membership, Role, User
from fieldledger.office.models import Client, Invoice
from fieldledger.proving.training import places
from fieldledger.quickbooks import notices, services
from fieldledger.quickbooks.letter_rows import Letter
from fieldledger.quickbooks.models import Connection
from fieldledger.website.demo import fill, make_demo
from tests.website.program import serving

LEARN = "/training/learn/"
_TOKEN = re.compile(r'csrfmiddlewaretoken" value="([^"]+)"')


class Person:
    """Somebody at a browser: cookies, forms, nothing else."""

    def __init__(self, url: str, sign_in: dict[str, str]) -> None:
        self.url = url
        self.open = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(CookieJar())
        ).open
        form = {"login": sign_in["email"], "password": sign_in["password"]}
        self.press("/accounts/login/", "/accounts/login/", **form)

    def see(self, path: str) -> str:
        said: bytes = self.open(self.url + path, timeout=60).read()
        return said.decode()

    def press(self, path: str, on: str, **form: str) -> str:
        found = _TOKEN.search(self.see(on))
        assert found is not None
        fields = urllib.parse.urlencode({"csrfmiddlewaretoken": found[1], **form}).encode()
        headers = {"Origin": self.url, "Referer": self.url + on}
        asked = urllib.request.Request(self.url + path, data=fields, headers=headers)
        said: bytes = self.open(asked, timeout=60).read()
        return said.decode()

    def breaks(self, slug: str) -> str:
        self.press(f"{LEARN}break", LEARN, exercise=slug)
        return self.press(f"{LEARN}call", LEARN)

    def calls(self) -> str:
        return self.press(f"{LEARN}call", LEARN)


def ticks(page: str) -> list[bool]:
    part = page[page.index("exercise-title") : page.index("break-title")]
    return ["Done: " in each for each in re.findall(r"<li.*?</li>", part, re.DOTALL)]


def test_n15_a_person_breaks_and_mends_everything_over_http(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("run", folder=folder) as server:
        sign_in = json.loads((folder / "demo-sign-in.json").read_text())
        person = Person(server.url, sign_in)
        before = person.see("/clients/")
        begun = person.press("/learn/begin", "/learn/")
        assert "nothing here is real" in begun
        for slug in ("closed", "window", "other_file"):
            assert ticks(person.breaks(slug)) == [True, False, False], slug
            person.press(f"{LEARN}pc", LEARN)
            assert ticks(person.calls()) == [True, True, True], slug
        _mends_the_password(person)
        assert ticks(person.breaks("second_computer")) == [True, False]
        decision = {"decision": "refuse", "computer": "FRONT-DESK-PC"}
        person.press(
            "/training/quickbooks/connection/decide", "/training/quickbooks/connection", **decision
        )
        assert ticks(person.see(LEARN)) == [True, True]
        assert ticks(person.breaks("lost_answer")) == [True, False]
        assert ticks(person.calls()) == [True, True]
        for slug in ("edited", "deleted", "taken", "period"):
            assert ticks(person.breaks(slug))[:2] == [True, False], slug
        assert "nothing here is real" in person.see("/training/quickbooks/log/")
        assert person.see("/clients/").count("<tr") == before.count("<tr")
        assert not re.search(r"Delgado Supply \d", person.see("/search?q=Delgado+Supply"))
        assert re.search(r"Delgado Supply \d", person.see("/training/search?q=Delgado+Supply"))
        person.press("/learn/end", "/learn/")
        assert "Start training" in person.see("/training/clients/")


def _mends_the_password(person: Person) -> None:
    assert ticks(person.breaks("password")) == [True, False, False]
    wrong = person.press(f"{LEARN}pc", LEARN, password="not this one")
    assert "not the password that the connection page shows" in wrong
    shown = person.press("/training/quickbooks/setup/password", "/training/quickbooks/connection")
    for each in set(re.findall(r'value="([\w-]{20,})"', shown)):
        person.press(f"{LEARN}pc", LEARN, password=each)
    assert ticks(person.calls()) == [True, True, True]


@pytest.fixture
def learner(db: None) -> Any:
    business = make_demo(timezone.now()).business
    user = User.objects.get(memberships__business=business)
    pc = places.begin(
        user, name="Demo", time_zone=business.time_zone, fill=fill, now=timezone.now()
    )
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(user)
    return user, business, pc.business, browser


def test_n15_training_touches_nothing_real(learner: Any) -> None:
    user, real, training, browser = learner
    real_invoice = Invoice.objects.filter(business=real).order_by("pk")[0]
    made_up = Invoice.objects.filter(business=training).order_by("pk")[0]
    # An address says which business it is of; a record of the other one is not found there.
    assert browser.get(f"/invoices/{real_invoice.guid}").status_code == 200
    assert browser.get(f"/training/invoices/{made_up.guid}").status_code == 200
    assert browser.get(f"/training/invoices/{real_invoice.guid}").status_code == 404
    assert browser.get(f"/invoices/{made_up.guid}").status_code == 404
    assert b"nothing here is real" not in browser.get("/").content
    home = browser.get("/training/").content.decode()
    assert "nothing here is real" in home
    ours = [each for each in re.findall(r'href="(/[^"]*)"', home) if "/static/" not in each]
    assert {each for each in ours if not each.startswith("/training/")} == {"/learn/"}
    made = browser.post("/training/clients/new", {"name": "Only in training"})
    assert made.headers["Location"].startswith("/training/clients/")
    assert Client.objects.get(name="Only in training").business == training
    assert browser.get("/training/api/v1/clients").status_code == 404

    connection = services.connection_of(training)
    Connection.objects.filter(pk=connection.pk).update(
        enabled=True, wrong_password_at=timezone.now(), wrong_password_count=3
    )
    notices.look(now=timezone.now())
    assert not Letter.objects.exists()

    stranger = User.objects.create_user("tom@harborplumbing.example")
    Membership.objects.create(business=real, user=stranger, role=Role.TECHNICIAN)
    other = Browser(SERVER_NAME="localhost")
    other.force_login(stranger)
    assert other.post("/learn/begin").status_code == 403
    assert other.get("/training/clients/").headers["Location"] == "/learn/"

    kept = Client.objects.filter(business=real).count()
    places.end(user)
    assert not Business.objects.filter(learner=user).exists()
    assert Client.objects.count() == kept > 0
