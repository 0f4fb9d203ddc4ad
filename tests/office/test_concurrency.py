"""Goal: what two people do in the same moment ends as if one had done it after the other.

Method: threads with connections of their own, let go together by a barrier.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from functools import partial
from threading import Barrier, Thread

import pytest
from django.db import connection

from fieldledger.accounts.models import Business
from fieldledger.office.models import Client, Invoice, Item, Payment
from fieldledger.office.services import (
    Refused,
    apply_credit,
    apply_deposit,
    create_client,
    create_credit,
    create_deposit,
    create_invoice,
    create_item,
    create_payment,
    merge_clients,
    void_invoice,
)

TOGETHER = 6


@pytest.fixture
def business(transactional_db: None, now: datetime) -> Business:
    return Business.objects.create(name="Harbor Plumbing & Heating", created_at=now)


def all_at_once(actions: list[Callable[[], object]]) -> list[object]:
    """Return what each action returned or raised."""
    barrier = Barrier(len(actions))
    results: list[object] = [None] * len(actions)

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = actions[index]()
        except Exception as error:  # noqa: BLE001 - the test looks at whatever it is.
            results[index] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=(index,)) for index in range(len(actions))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_payments_of_the_whole_balance_end_as_one(
    business: Business, invoice: Invoice, now: datetime
) -> None:
    values = {"invoice": invoice, "amount": "60.00", "date": "2026-05-04"}

    results = all_at_once(
        [lambda: create_payment(business=business, values=values, now=now)] * TOGETHER
    )

    assert [type(each) for each in results].count(Payment) == 1
    assert [type(each) for each in results].count(Refused) == TOGETHER - 1
    assert Invoice.objects.get().paid == Decimal("60.00")


def test_an_invoice_is_made_void_or_paid_but_not_both(
    business: Business, invoice: Invoice, now: datetime
) -> None:
    values = {"invoice": invoice, "amount": "60.00", "date": "2026-05-04"}

    results = all_at_once(
        [
            lambda: create_payment(business=business, values=values, now=now),
            lambda: void_invoice(invoice=invoice, now=now),
        ]
    )

    assert [type(each) for each in results].count(Refused) == 1
    assert Payment.objects.count() == 1 - bool(Invoice.objects.get().voided)


@pytest.mark.parametrize("kind", ["credit memo", "deposit"])
def test_what_waits_is_applied_while_its_client_is_merged(
    business: Business, client_record: Client, invoice: Invoice, now: datetime, kind: str
) -> None:
    kept = create_client(business=business, values={"name": "Ann Other"}, now=now)
    values: dict[str, object] = {"client": client_record.guid, "date": "2026-05-04"}
    apply: Callable[..., object]
    if kind == "deposit":
        values |= {"amount": "9"}
        apply = partial(
            apply_deposit, deposit=create_deposit(business=business, values=values, now=now)
        )
    else:
        values |= {"lines": [{"description": "Taken back", "unit_price": "9"}]}
        apply = partial(
            apply_credit, credit=create_credit(business=business, values=values, now=now)
        )
    part = {"invoice": invoice.guid, "amount": "1.00"}

    results = all_at_once(
        [
            lambda: apply(values=part, now=now),
            lambda: merge_clients(business=business, keep=kept, drop=client_record, now=now),
        ]
        * 3
    )

    failed = [each for each in results if isinstance(each, Exception)]
    assert all(isinstance(each, Refused) for each in failed), failed
    assert Invoice.objects.get().client == kept


def test_invoices_made_together_get_different_numbers(
    business: Business, client_record: Client, item: Item, now: datetime
) -> None:
    values = {"client": client_record, "date": "2026-05-04", "lines": [{"item": item}]}

    results = all_at_once(
        [lambda: create_invoice(business=business, values=values, now=now)] * TOGETHER
    )

    numbers = sorted(each.number for each in results if isinstance(each, Invoice))
    assert numbers == [str(number) for number in range(1001, 1001 + TOGETHER)]


def test_one_name_and_one_external_id_go_to_one_record(business: Business, now: datetime) -> None:
    names = ["Drain cleaning", "DRAIN CLEANING", "drain cleaning"]

    def make_item(name: str) -> Item:
        return create_item(business=business, values={"name": name}, now=now)

    def make_client(name: str) -> Client:
        values = {"name": name, "external_id": "crm-1"}
        return create_client(business=business, values=values, now=now)

    items = all_at_once([partial(make_item, name) for name in names])
    made = all_at_once([partial(make_client, name) for name in names])

    assert sorted(type(each).__name__ for each in items) == ["Item", "Refused", "Refused"]
    assert sorted(type(each).__name__ for each in made) == ["Client", "Refused", "Refused"]
