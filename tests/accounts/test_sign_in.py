from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client

from fieldledger.accounts.models import AuditEvent, Business, Membership, User
from fieldledger.accounts.services import add_business

PASSWORD = "correct horse battery"
SIGN_UP = {
    "business_name": "Harbor Plumbing & Heating",
    "name": "Rosa Delgado",
    "email": "Rosa@example.com",
    "password1": PASSWORD,
    "time_zone": "America/Chicago",
}


@pytest.fixture(autouse=True)
def _no_throttle_from_before(db: None) -> None:
    cache.clear()


@pytest.fixture
def owner(db: None, now: datetime) -> User:
    add_business(name="Harbor", owner_email="rosa@example.com", owner_password=PASSWORD, now=now)
    return User.objects.get()


def sign_in(client: Client, password: str = PASSWORD) -> int:
    answer = client.post("/accounts/login/", {"login": "ROSA@example.com", "password": password})
    return answer.status_code


def test_a_person_signs_in_with_the_e_mail_address_whatever_its_case(
    client: Client, owner: User
) -> None:
    assert sign_in(client) == 302
    assert client.session["_auth_user_id"] == str(owner.pk)


def test_a_wrong_password_says_so_and_signs_nobody_in(client: Client, owner: User) -> None:
    answer = client.post("/accounts/login/", {"login": "rosa@example.com", "password": "wrong"})

    assert answer.status_code == 200
    assert "not correct" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_person_who_was_disabled_is_out_at_once(client: Client, owner: User) -> None:
    sign_in(client)
    User.objects.update(is_active=False)

    answer = client.get("/accounts/password/change/")

    assert answer.status_code == 302
    assert "/accounts/login/" in answer.headers["Location"]


def test_the_session_has_another_id_after_the_sign_in(client: Client, owner: User) -> None:
    client.get("/accounts/login/")
    session = client.session
    session["before"] = True
    session.save()
    client.cookies["fieldledger"] = str(session.session_key)
    before = session.session_key

    sign_in(client)

    assert client.session.session_key != before


def test_signing_out_ends_the_session_on_the_server(client: Client, owner: User) -> None:
    sign_in(client)
    stolen = client.cookies["fieldledger"].value

    client.post("/accounts/logout/")

    thief = Client()
    thief.cookies["fieldledger"] = stolen
    assert thief.get("/accounts/password/change/").status_code == 302


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_the_way_back_never_leads_elsewhere(client: Client, owner: User, target: str) -> None:
    answer = client.post(
        f"/accounts/login/?next={target}",
        {"login": "rosa@example.com", "password": PASSWORD, "next": target},
    )

    assert answer.headers["Location"] == "/"


def test_many_wrong_passwords_are_slowed_down(client: Client, owner: User) -> None:
    for number in range(10):
        sign_in(client, f"wrong {number}")

    answer = client.post("/accounts/login/", {"login": owner.email, "password": PASSWORD})

    assert "Too many failed login attempts" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_the_first_person_makes_the_business_and_owns_it(client: Client) -> None:
    answer = client.post("/accounts/signup/", SIGN_UP)

    assert answer.status_code == 302
    membership = Membership.objects.select_related("business", "user").get()
    assert (membership.role, membership.user.email, membership.user.name) == (
        "owner",
        "rosa@example.com",
        "Rosa Delgado",
    )
    assert membership.business.time_zone == "America/Chicago"
    assert AuditEvent.objects.get().action == "make business"
    assert client.session["_auth_user_id"] == str(membership.user.pk)


@pytest.mark.parametrize(
    "changes", [{"business_name": ""}, {"time_zone": "Mars"}, {"password1": "short"}, {"name": ""}]
)
def test_a_sign_up_that_says_too_little_makes_nothing(
    client: Client, changes: dict[str, str]
) -> None:
    assert client.post("/accounts/signup/", SIGN_UP | changes).status_code == 200
    assert not Business.objects.exists()
    assert not User.objects.exists()


def test_where_there_is_a_business_nobody_signs_up(client: Client, owner: User) -> None:
    page = client.get("/accounts/signup/")
    client.post("/accounts/signup/", SIGN_UP | {"email": "eve@example.com"})

    assert "business_name" not in page.content.decode()
    assert Business.objects.count() == 1
    assert User.objects.count() == 1


def test_the_sign_in_page_needs_its_token(owner: User) -> None:
    strict = Client(enforce_csrf_checks=True)

    answer = strict.post("/accounts/login/", {"login": "rosa@example.com", "password": PASSWORD})

    assert answer.status_code == 403
