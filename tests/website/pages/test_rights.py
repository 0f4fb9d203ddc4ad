"""R11: every address of the pages as every role, and with the records of another business.

What each role may do stands in rights.txt, line by line; it is compared with what the server does.
"""

import re
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from fieldledger.accounts.models import Business, Membership, Role, User
from fieldledger.accounts.roles import RIGHTS, Right
from fieldledger.quickbooks import services
from fieldledger.website import urls
from tests.support.two_businesses import CANARY, digest, ids_of, other_business
from tests.website.pages.addresses import address
from tests.website.pages.conftest import Office, sign_in

TABLE = Path(__file__).with_name("rights.txt").read_text(encoding="utf-8")
LINES = [line.split() for line in TABLE.splitlines() if line and not line.startswith("#")]
LETTERS = {(name, each): letters for name, *methods, letters in LINES for each in methods}
ROLES = dict(zip("OMBDT", Role, strict=True))
PATTERNS: list[URLPattern] = [*urls.office, *urls.quickbooks]
# What else an address of the product may begin with; the API has a table of its own.
ELSEWHERE = ("accounts/", "api/")


@pytest.fixture
def stranger(db: None, now: datetime) -> Business:
    return other_business(now)


@pytest.fixture
def people(office: Office, connection: Any) -> dict[str, Browser]:
    """A browser for each role of one business."""
    found = {}
    for letter, role in ROLES.items():
        user = User.objects.create_user(f"{role}@harbor.example", name=role.label)
        Membership.objects.create(business=office.business, user=user, role=role)
        found[letter] = sign_in(user)
    return found


def foreign(pattern: URLPattern, stranger: Business) -> str:
    """Return the address, of a record of the other business where it is about one."""
    return address(str(pattern.name), stranger)


def is_about_one(pattern: URLPattern) -> bool:
    return "<uuid:guid>" in str(pattern.pattern)


def asked(browser: Browser, method: str, where: str, form: Any = None) -> tuple[int, str, str]:
    """Ask, keep nothing of what it did; return the status, where it leads, and what it says."""
    with transaction.atomic():
        answer = browser.generic(method, where) if form is None else browser.post(where, form)
        said = b"".join(answer) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, answer.headers.get("Location", ""), said.decode("latin-1")


def test_r11_every_address_has_its_line_in_the_table() -> None:
    assert {str(each.name) for each in PATTERNS} == {name for name, _ in LETTERS}
    assert len(LETTERS) == sum(len(line) - 2 for line in LINES), "a line stands twice"
    for line in LINES:
        assert re.fullmatch("O[M-][B-][D-][T-]A?", line[-1]), line
        assert set(line[1:-1]) <= {"GET", "POST"}, line
    others = [each for each in get_resolver().url_patterns if each not in PATTERNS]
    assert all(isinstance(each, URLResolver) for each in others)
    assert tuple(str(each.pattern) for each in others) == ELSEWHERE


def test_r11_every_address_as_every_role_answers_as_the_table_says(
    people: dict[str, Browser], stranger: Business
) -> None:
    wrong = []
    everybody = {**people, "-": Browser(SERVER_NAME="localhost")}
    for pattern in PATTERNS:
        name, where = str(pattern.name), foreign(pattern, stranger)
        for method in ("GET", "POST", "PUT", "DELETE"):
            for letter, browser in everybody.items():
                if method in {"PUT", "DELETE"} and letter not in "O-":
                    continue
                status, leads, said = asked(browser, method, where)
                letters = LETTERS.get((name, method))
                if letters is None:
                    fits = status == 405
                elif letter == "-" and "A" in letters:
                    fits = status == 302 and leads == "/"
                elif letter == "-":
                    fits = status == 302 and leads.startswith("/accounts/login/?next=")
                elif letter not in letters:
                    fits = status == 403
                elif is_about_one(pattern):
                    fits = status == 404
                else:
                    fits = status < 500 and status not in {401, 403, 405}
                    fits = fits and not leads.startswith("/accounts/")
                if not fits or CANARY in said:
                    wrong.append((name, method, letter, status, CANARY in said))
    assert wrong == []


def test_r11_ids_of_another_business_in_forms_and_filters_reach_nothing(
    people: dict[str, Browser], office: Office, stranger: Business
) -> None:
    owner = people["O"]
    ids = ids_of(stranger)
    assert all(ids.values()), "the other business lacks a kind of record"
    one = {name: found[0] for name, found in ids.items()}
    lists = {"ready": ",".join(ids["invoice"]), "entries": ",".join(ids["entry"])}
    form: dict[str, Any] = {
        **one,
        **lists,
        "into": one["client"],
        "lines.0.item": one["item"],
        "lines.0.description": "x",
        "lines.0.quantity": "1",
        "lines.0.unit_price": "1",
        "action": "retry",
        "decision": "skip",
        "answer": "hold",
        "amount": "1",
        "date": "2026-05-04",
        "name": "Fresh",
        # Nothing of these is anybody's to say.
        "business": str(stranger.pk),
        "business_id": str(stranger.pk),
        "role": "owner",
        "state": "synced",
        "quickbooks_id": "80000001-1",
    }
    filters = {**one, "q": "canar", "state": "all"}
    before = digest(stranger)
    wrong = []
    for pattern in PATTERNS:
        name = str(pattern.name)
        own = reverse(name, args=[office_id(pattern, office)]) if is_about_one(pattern) else None
        for where in {own or foreign(pattern, stranger), foreign(pattern, stranger)}:
            if (name, "GET") in LETTERS:
                query = "&".join(f"{key}={value}" for key, value in filters.items())
                status, _, said = asked(owner, "GET", f"{where}?{query}")
                if CANARY in said or status >= 500:
                    wrong.append((name, "GET", status))
            if (name, "POST") not in LETTERS:
                continue
            with transaction.atomic():
                answer = owner.post(where, form)
                if answer.status_code >= 500 or CANARY.encode() in answer.getvalue():
                    wrong.append((name, "POST", answer.status_code))
                if digest(stranger) != before:
                    wrong.append((name, "POST changed it", answer.status_code))
                transaction.set_rollback(True)
    assert wrong == []
    assert digest(stranger) == before


def office_id(pattern: URLPattern, office: Office) -> UUID:
    """Return the id of a record of one's own that the address is about, if there is one."""
    try:
        where = address(str(pattern.name), office.business)
    except IndexError:
        return UUID(int=0)
    return UUID(re.findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", where)[0])


def test_r11_a_role_that_changes_and_a_person_who_leaves_count_from_the_next_request(
    people: dict[str, Browser], office: Office
) -> None:
    browser, where = people["M"], reverse("invoices")
    assert browser.get(where).status_code == 200
    seat = Membership.objects.get(business=office.business, user__email="manager@harbor.example")
    seat.role = Role.TECHNICIAN
    seat.save()
    assert browser.get(where).status_code == 403
    seat.delete()
    assert browser.get(where).status_code == 403
    assert "$" not in browser.get(reverse("home")).content.decode()
    assert services.connection_of(office.business).enabled


def test_money_goes_and_comes_by_those_who_see_it_and_take_payments(
    people: dict[str, Browser], office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = RIGHTS[Role.DISPATCHER] - {Right.TAKE_PAYMENTS}
    monkeypatch.setitem(RIGHTS, Role.DISPATCHER, rest)
    for name in (
        *("new_payment", "new_refund", "new_deposit"),
        *("apply_credit", "take_credit_off", "apply_deposit"),
    ):
        where = reverse(name, args=[UUID(int=0)])
        assert asked(people["D"], "POST", where)[0] == 403, name
        assert asked(people["B"], "POST", where)[0] == 404, name
