"""An office with one client, one item, one tax rate and one invoice of 100.00, and ears."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office.changes import Change, subscribe, unsubscribe
from fieldledger.office.models import Client, Invoice, Item, TaxRate
from fieldledger.office.services import (
    create_client,
    create_invoice,
    create_item,
    create_tax_rate,
)


@pytest.fixture
def client_record(business: Business, now: datetime) -> Client:
    return create_client(business=business, values={"name": "Ann O'Brien"}, now=now)


@pytest.fixture
def item(business: Business, now: datetime) -> Item:
    values = {
        "name": "Service call",
        "kind": "service",
        "description": "Visit and diagnosis",
        "price": "100.00",
        "taxable": True,
    }
    return create_item(business=business, values=values, now=now)


@pytest.fixture
def tax_rate(business: Business, now: datetime) -> TaxRate:
    values = {"name": "State Tax 7.25", "percent": "7.25"}
    return create_tax_rate(business=business, values=values, now=now)


@pytest.fixture
def invoice(business: Business, client_record: Client, item: Item, now: datetime) -> Invoice:
    values = {"client": client_record, "date": "2026-05-04", "lines": [{"item": item}]}
    return create_invoice(business=business, values=values, now=now)


@pytest.fixture
def heard() -> Iterator[list[Change]]:
    """Every change announced during the test."""
    changes: list[Change] = []
    subscribe(changes.append)
    yield changes
    unsubscribe(changes.append)
