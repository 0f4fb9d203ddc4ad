"""A discount in QuickBooks: lines with a discount item, and totals that agree to the cent."""

import random
from decimal import Decimal

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice, TaxRate
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import QuickBooksRecord
from fieldledger.sync.content import State
from tests.quickbooks.test_straight_path import a_client, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def there(pc: OfficePc, name: str) -> str:
    return QuickBooksRecord.objects.get(connection=pc.connection, name=name).list_id


@pytest.fixture
def discounted(pc: OfficePc, business: Business) -> Invoice:
    """An invoice with taxable lines and others, and 10 % off."""
    client, item = a_client(business), an_item(business)
    rate = TaxRate.objects.create(
        business=business, name="State", name_folded="state", percent=Decimal("7.25")
    )
    pc.set_up()
    services.save_mapping(
        pc.connection,
        changes={
            "tax_items": {str(rate.guid): there(pc, "State Tax 7.25")},
            "discount_item": there(pc, "Ten percent off"),
        },
        actor="",
        now=timezone.now(),
    )
    lines = [
        {"item": item.guid, "quantity": "3", "unit_price": "33.335", "taxable": True},
        {"item": item.guid, "quantity": "1", "unit_price": "49.99", "taxable": False},
    ]
    return an_invoice(
        business, client, item, tax_rate=rate.guid, lines=lines, discount_percent="10"
    )


def change(invoice: Invoice, **values: object) -> None:
    office.update_invoice(invoice=invoice, values=values, now=timezone.now(), actor="")
    invoice.refresh_from_db()


def agree(pc: OfficePc, invoice: Invoice) -> None:
    """Send the invoice and hold that QuickBooks has it once, with our total."""
    pc.sync(invoice.guid)
    pc.run()
    (entry,) = pc.entries(rank=3)
    assert entry.state == State.SYNCED, entry.message
    assert entry.differs_by == 0
    (found,) = pc.company.invoices()
    assert Decimal(found.amounts["total"]) / 100 == invoice.total


def test_a_discount_goes_with_the_invoice_and_changes_with_it(
    pc: OfficePc, discounted: Invoice
) -> None:
    assert (discounted.discount, discounted.total) == (Decimal("15.00"), Decimal("141.53"))
    agree(pc, discounted)

    change(discounted, discount="7.77")
    agree(pc, discounted)

    change(discounted, discount=None)
    agree(pc, discounted)
    assert discounted.total == Decimal("157.25")


def test_a_payment_of_all_that_is_left_is_taken(pc: OfficePc, discounted: Invoice) -> None:
    values = {"invoice": discounted.guid, "amount": discounted.total, "date": "2026-05-05"}
    office.create_payment(business=discounted.business, values=values, now=timezone.now(), actor="")

    agree(pc, discounted)

    assert pc.states() == {"synced": 4}


def test_without_a_discount_item_the_invoice_waits_and_says_for_what(
    pc: OfficePc, discounted: Invoice
) -> None:
    services.save_mapping(
        pc.connection, changes={"discount_item": None}, actor="", now=timezone.now()
    )

    pc.sync(discounted.guid)
    pc.run()

    assert pc.company.invoices() == []
    assert "no discount item is chosen" in " ".join(
        [
            *(each.message for each in pc.entries(rank=3)),
            services.sync(
                pc.connection, invoices=[discounted.guid], payments=[], actor="", now=timezone.now()
            )[0].reason,
        ]
    )


def test_n3_discounts_of_many_shapes_agree_to_the_cent(pc: OfficePc, discounted: Invoice) -> None:
    chance = random.Random("discounts")
    client, item = discounted.client, discounted.lines.all()[0].item
    assert item is not None
    made = [discounted]
    for _ in range(60):
        lines = [
            {
                "item": item.guid,
                "quantity": str(Decimal(chance.randrange(1, 10**6)).scaleb(-5)),
                "unit_price": str(Decimal(chance.randrange(10**3, 10**7)).scaleb(-5)),
                "taxable": chance.random() < 0.6,
            }
            for _ in range(chance.randrange(1, 6))
        ]
        percent = str(Decimal(chance.randrange(1, 10**7)).scaleb(-5))
        made.append(
            an_invoice(
                discounted.business,
                client,
                item,
                tax_rate=discounted.tax_rate and discounted.tax_rate.guid,
                lines=lines,
                discount_percent=percent,
            )
        )

    pc.sync(*(each.guid for each in made))
    while any(each.state == State.PENDING for each in pc.entries(rank=3)):
        pc.run()

    assert pc.states() == {"synced": len(made) + 2}
    assert not any(each.differs_by for each in pc.entries(rank=3))
    totals = sorted(int(each.total * 100) for each in made)
    assert sorted(found.amounts["total"] for found in pc.company.invoices()) == totals
