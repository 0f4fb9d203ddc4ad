from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ValidationError

from fieldledger.accounts.models import ApiKey, AuditEvent, Business, Membership, User
from fieldledger.accounts.services import (
    actor_of,
    add_business,
    find_api_key,
    new_api_key,
    revoke_api_key,
)

PASSWORD = "correct horse battery"


def test_a_business_comes_with_its_owner_and_a_key(db: None, now: datetime) -> None:
    business, key = add_business(
        name=" Harbor Plumbing & Heating ",
        owner_email="Rosa@Example.com",
        owner_password=PASSWORD,
        owner_name="Rosa Delgado",
        now=now,
    )

    owner = User.objects.get()
    assert business.name == "Harbor Plumbing & Heating"
    assert owner.email == "rosa@example.com"
    assert owner.check_password(PASSWORD)
    assert Membership.objects.get().role == "owner"
    found = find_api_key(key, now=now)
    assert found is not None
    assert found.business == business
    assert list(AuditEvent.objects.values_list("action", "actor")) == [
        ("make business", actor_of(owner)),
        ("make API key", "the system"),
    ]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": " "}, "The business's name is missing."),
        ({"name": "x" * 256}, "longer than 255 characters"),
        ({"name": "a\0b"}, "a character that cannot be shown"),
        ({"owner_email": "rosa"}, "'rosa' is not an e-mail address."),
        ({"owner_email": "taken@EXAMPLE.com"}, "Somebody already signs in as taken@example.com."),
        ({"owner_password": "short"}, "too short"),
        ({"owner_password": "password123"}, "too common"),
        ({"owner_password": "x" * 129}, "longer than 128 characters"),
        ({"time_zone": "Mars/Olympus"}, "'Mars/Olympus' is not a time zone"),
    ],
)
def test_bad_input_makes_nothing(
    db: None, now: datetime, changes: dict[str, str], sentence: str
) -> None:
    User.objects.create_user("taken@example.com")
    good = {"name": "Harbor", "owner_email": "rosa@example.com", "owner_password": PASSWORD}

    with pytest.raises(ValidationError) as refused:
        add_business(**(good | changes), now=now)

    assert sentence in " ".join(refused.value.messages)
    assert not Business.objects.exists()
    assert User.objects.count() == 1


def test_a_key_is_kept_only_as_its_digest(business: Business, now: datetime) -> None:
    key, text = new_api_key(business=business, name="Scheduling app", now=now)

    assert text.startswith("fl_")
    assert len(text) > 40
    assert key.prefix == text[:9]
    assert text not in str(list(ApiKey.objects.values()))


def test_a_key_opens_its_business_in_one_statement(
    business: Business, now: datetime, django_assert_num_queries: object
) -> None:
    _, text = new_api_key(business=business, name="App", now=now)
    find_api_key(text, now=now)

    with django_assert_num_queries(1):  # type: ignore[operator]
        found = find_api_key(text, now=now + timedelta(seconds=299))
        assert found is not None
        assert found.business == business


@pytest.mark.parametrize("text", ["", "fl_", "fl_guess", "Bearer x", "fl_\0", "fl_\ud800", "fl_é"])
def test_another_text_opens_nothing(business: Business, now: datetime, text: str) -> None:
    new_api_key(business=business, name="App", now=now)

    assert find_api_key(text, now=now) is None
    assert find_api_key(text * 1000, now=now) is None


def test_a_revoked_key_opens_nothing_at_once(business: Business, now: datetime) -> None:
    key, text = new_api_key(business=business, name="App", now=now)

    revoke_api_key(key=key, now=now, actor="user 7")
    revoke_api_key(key=key, now=now + timedelta(days=1), actor="user 8")

    assert find_api_key(text, now=now) is None
    key.refresh_from_db()
    assert key.revoked_at == now
    assert AuditEvent.objects.filter(action="revoke API key").count() == 1


def test_the_time_of_a_keys_use_is_noted_every_five_minutes(
    business: Business, now: datetime
) -> None:
    key, text = new_api_key(business=business, name="App", now=now)

    for seconds in (0, 60, 299, 300):
        find_api_key(text, now=now + timedelta(seconds=seconds))

    key.refresh_from_db()
    assert key.last_used_at == now + timedelta(seconds=300)


def test_it_is_another_day_where_the_business_is(business: Business) -> None:
    late = datetime.fromisoformat("2026-05-05T03:00:00+00:00")

    assert str(business.today(late)) == "2026-05-04"
