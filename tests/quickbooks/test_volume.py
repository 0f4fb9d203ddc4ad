"""A thousand clients, 200 items, 300 paid invoices: drained in order, to the cent."""

from datetime import UTC, datetime
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Item, TaxRate
from fieldledger.simulator.soap import Call, Reply
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
ROUND_TRIPS_MAX = 40


def fill(business: Business, *, clients: int, items: int) -> None:
    for start in range(0, clients, 500):
        office.create_clients(
            business=business,
            many=[
                {"name": f"Client {number:04}", "email": f"c{number}@example.com"}
                for number in range(start, min(start + 500, clients))
            ],
            now=NOW,
        )
    office.create_items(
        business=business,
        many=[
            {"name": f"Item {number:03}", "price": f"{number}.99", "taxable": number % 3 > 0}
            for number in range(items)
        ],
        now=NOW,
    )


def invoice(business: Business, count: int, random: Random) -> list[Invoice]:
    clients, items = list(Client.objects.all()), list(Item.objects.all())
    rate = TaxRate.objects.create(
        business=business,
        name="County Tax 8.375",
        name_folded="county tax 8.375",
        percent=Decimal("8.375"),
    )
    made = []
    for _ in range(count):
        lines = [
            {
                "item": random.choice(items).guid,
                "quantity": f"{random.randint(1, 99999)}e-{random.randint(0, 3)}",
                "unit_price": f"{random.randint(1, 9999)}.{random.randint(0, 99):02}",
            }
            for _ in range(random.randint(1, 4))
        ]
        for line in lines:
            line["quantity"] = f"{Decimal(str(line['quantity'])):f}"
        made.append(
            {
                "client": random.choice(clients).guid,
                "date": "2026-05-04",
                "tax_rate": rate.guid if random.random() < 0.8 else None,
                "lines": lines,
            }
        )
    invoices: list[Any] = office.create_invoices(business=business, many=made, now=NOW)
    payments = [
        {"invoice": each.guid, "amount": str(each.total), "date": "2026-05-05", "method": "check"}
        for each in invoices
    ]
    office.create_payments(business=business, many=payments, now=NOW)
    return invoices


def test_all_of_it_drains_in_order_in_few_round_trips(pc: OfficePc, business: Business) -> None:
    fill(business, clients=1000, items=200)
    customers = len(pc.company.customers())
    pc.set_up()
    assert pc.states() == {"synced": 1200}
    assert len(pc.company.customers()) == customers + 1000

    invoices = invoice(business, 300, Random(5))
    pc.sync(*(each.guid for each in invoices))
    ended = pc.run()
    assert ended.outcome == "done"
    assert pc.rounds <= ROUND_TRIPS_MAX
    assert pc.states() == {"synced": 1800}
    assert list(ended.progress) == sorted(ended.progress)
    assert ended.progress[-1] == 100
    assert all(1 <= each <= 99 for each in ended.progress[:-1])
    totals = pc.company.totals()
    assert totals["invoiced"] == sum(int(each.total * 100) for each in invoices)
    assert totals["sales_tax"] == sum(int(each.tax * 100) for each in invoices)
    assert totals["received"] == totals["invoiced"]
    assert totals["unused"] == 0


def test_a_message_set_costs_the_same_number_of_statements_whatever_its_size(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()

    def statements(count: int) -> dict[str, int]:
        start = Client.objects.count()
        office.create_clients(
            business=business,
            many=[{"name": f"Client {start + number:04}"} for number in range(count)],
            now=NOW,
        )
        found: dict[str, int] = {}
        with CaptureQueriesContext(database) as captured:
            marks = [0]

            def heard(call: Call, _reply: Reply) -> None:
                found[call.operation] = len(captured) - marks[-1]
                marks.append(len(captured))

            pc.heard = heard
            pc.run()
        return found

    assert statements(10) == statements(100)
