"""What tests of several packages start from."""

import gc
from datetime import UTC, datetime

import hypothesis
import pytest

from fieldledger.accounts.models import Business
from fieldledger.quickbooks.contacts import CONTACTS
from tests.support.browser import browser, page
from tests.support.emptying import emptied_in_order
from tests.support.fresh_business import fresh_business, made_once, place
from tests.support.postgres import (
    postgres_database,
    postgres_dump,
    postgres_server,
    postgres_tables,
    tests_on_postgres,
)
from tests.support.tables import django_db_keepdb, django_db_modify_db_settings, tables

__all__ = [
    "browser",
    "django_db_keepdb",
    "django_db_modify_db_settings",
    "emptied_in_order",
    "fresh_business",
    "made_once",
    "page",
    "place",
    "postgres_database",
    "postgres_dump",
    "postgres_server",
    "postgres_tables",
    "tables",
    "tests_on_postgres",
]

# How long an example takes says something of the machine, not of the rule.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")

NOON = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)  # A Monday, noon in New York.


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that at the end no worker has to wait for another."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays anyway: it took a tenth of all time.

    What a test leaves open is still found: at once where nothing refers to it, else somewhat later.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(autouse=True)
def _nobody_has_called() -> None:
    """Forget who called in earlier tests: the keys of their connections come again."""
    CONTACTS._seen.clear()


@pytest.fixture
def now() -> datetime:
    return NOON


@pytest.fixture
def business(db: None, now: datetime) -> Business:
    return Business.objects.create(name="Harbor Plumbing & Heating", created_at=now)


@pytest.fixture
def other_business(db: None, now: datetime) -> Business:
    return Business.objects.create(name="Bayside Electric", created_at=now)
