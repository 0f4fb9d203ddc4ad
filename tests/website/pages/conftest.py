"""The demo business with its owner signed in, and a neighbour who must see none of it."""

from dataclasses import dataclass
from datetime import datetime

import pytest
from django.core.cache import cache
from django.test import Client as Browser
from django.utils import timezone

from fieldledger.accounts.models import Business, Membership, Role, User
from fieldledger.accounts.services import add_business
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Connection
from tests.support.demo import copied_demo


@dataclass(frozen=True, slots=True)
class Office:
    """A business with a browser in which somebody of it is signed in."""

    business: Business
    browser: Browser


def sign_in(user: User) -> Browser:
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(user)
    return browser


@pytest.fixture
def office(db: None) -> Office:
    cache.clear()
    business = copied_demo(timezone.now()).business
    return Office(business, sign_in(User.objects.get(memberships__business=business)))


@pytest.fixture
def connection(office: Office) -> Connection:
    """QuickBooks switched on, the set-up at its first step."""
    return services.set_enabled(
        services.connection_of(office.business), enabled=True, actor="", now=timezone.now()
    )


@pytest.fixture
def neighbour(db: None, now: datetime) -> Office:
    business, _ = add_business(
        name="Next Door Electric",
        owner_email="ed@nextdoor.example",
        owner_password="a long enough password",
        now=now,
    )
    services.set_enabled(services.connection_of(business), enabled=True, actor="", now=now)
    return Office(business, sign_in(User.objects.get(email="ed@nextdoor.example")))


@pytest.fixture
def technician(office: Office) -> Office:
    user = User.objects.create_user("tom@harborplumbing.example", name="Tom")
    Membership.objects.create(business=office.business, user=user, role=Role.TECHNICIAN)
    return Office(office.business, sign_in(user))
