"""Goal: what many records cost in statements does not grow with their number."""

from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldledger.accounts.models import Business
from fieldledger.office.models import Client, Invoice, Item, TaxRate
from fieldledger.office.services import (
    BULK_MAX,
    create_clients,
    create_invoices,
    create_items,
    create_payments,
)


def statements(action: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        action()
    return len(captured)


def numbered(prefix: str, count: int) -> list[str]:
    return [f"{prefix} {number}" for number in range(count)]


def test_many_clients_cost_as_many_statements_as_few(business: Business, now: datetime) -> None:
    def make(names: list[str]) -> object:
        many = [{"name": name, "external_id": name} for name in names]
        return create_clients(business=business, many=many, now=now)

    few = statements(lambda: make(numbered("few", 5)))

    assert statements(lambda: make(numbered("many", BULK_MAX))) == few <= 10
    assert Client.objects.count() == BULK_MAX + 5


def test_many_items_cost_as_many_statements_as_few(business: Business, now: datetime) -> None:
    def make(names: list[str]) -> object:
        many = [{"name": name, "external_id": name} for name in names]
        return create_items(business=business, many=many, now=now)

    few = statements(lambda: make(numbered("few", 5)))

    assert statements(lambda: make(numbered("many", BULK_MAX))) == few <= 10


def test_many_invoices_and_payments_cost_as_many_statements_as_few(
    business: Business, client_record: Client, item: Item, tax_rate: TaxRate, now: datetime
) -> None:
    def invoice(count: int) -> None:
        values = {
            "client": client_record,
            "date": "2026-05-04",
            "tax_rate": tax_rate,
            "lines": [{"item": item}, {"item": item, "quantity": "2"}],
        }
        create_invoices(business=business, many=[values] * count, now=now)

    def pay(count: int) -> None:
        many = [
            {"invoice": each, "amount": "50", "date": "2026-05-04"}
            for each in Invoice.objects.filter(paid=0)[:count]
        ]
        create_payments(business=business, many=many, now=now)

    few_invoices = statements(lambda: invoice(5))
    assert statements(lambda: invoice(BULK_MAX)) == few_invoices <= 20
    few_payments = statements(lambda: pay(5))
    assert statements(lambda: pay(BULK_MAX)) == few_payments <= 15
    assert Invoice.objects.filter(paid=50).count() == BULK_MAX + 5


def test_more_than_fit_one_call_are_the_callers_mistake(business: Business, now: datetime) -> None:
    many = [{"name": "x"}] * (BULK_MAX + 1)

    with pytest.raises(ValueError, match="at most 500 records a call"):
        create_clients(business=business, many=many, now=now)
    with pytest.raises(ValueError, match="at most 500 records a call"):
        create_invoices(business=business, many=many, now=now)
