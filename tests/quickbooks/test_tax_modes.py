"""J5.9: who says the tax, chosen once in the mapping, and what QuickBooks then has, to the cent."""

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

ZERO_PERCENT = "Out of State"


def choose(pc: OfficePc, **changes: object) -> None:
    services.save_mapping(pc.connection, changes=changes, actor="", now=timezone.now())


def there(pc: OfficePc, name: str) -> str:
    return QuickBooksRecord.objects.get(connection=pc.connection, name=name).list_id


def an_item_there(pc: OfficePc) -> str:
    rows = QuickBooksRecord.objects.filter(connection=pc.connection, type="ItemServiceRet")
    return rows[0].list_id


@pytest.fixture
def taxed(pc: OfficePc, business: Business) -> Invoice:
    """An invoice whose tax rate here has another percent than the tax item of QuickBooks."""
    client, item = a_client(business), an_item(business)
    rate = TaxRate.objects.create(
        business=business, name="City", name_folded="city", percent=Decimal("8.375")
    )
    pc.set_up()
    invoice = an_invoice(business, client, item, tax_rate=rate.guid)
    choose(pc, tax_items={str(rate.guid): there(pc, "State Tax 7.25")})
    return invoice


def total_there(pc: OfficePc) -> Decimal:
    (found,) = pc.company.invoices()
    return Decimal(found.amounts["total"]) / 100


def test_j5_9_quickbooks_computes_and_the_entry_says_by_how_much_not(
    pc: OfficePc, taxed: Invoice
) -> None:
    pc.sync(taxed.guid)
    pc.run()

    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.differs_by) == (State.DIFFERS, Decimal("-2.70"))
    assert total_there(pc) == Decimal("257.40")
    assert taxed.total == Decimal("260.10")


@pytest.mark.parametrize("mode", ["tax_line", "rounding_line"])
def test_j5_9_a_line_of_our_own_makes_the_totals_agree(
    pc: OfficePc, taxed: Invoice, mode: str
) -> None:
    choose(
        pc,
        sales_tax_mode=mode,
        zero_tax_item=there(pc, ZERO_PERCENT),
        tax_line_item=an_item_there(pc),
        rounding_item=an_item_there(pc),
    )

    pc.sync(taxed.guid)
    pc.run()

    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.differs_by) == ("synced", Decimal(0)), entry.message
    assert total_there(pc) == taxed.total


def test_j5_9_the_line_of_our_own_is_changed_with_the_invoice(
    pc: OfficePc, taxed: Invoice, business: Business
) -> None:
    item = an_item_there(pc)
    choose(pc, sales_tax_mode="tax_line", zero_tax_item=there(pc, ZERO_PERCENT), tax_line_item=item)
    pc.sync(taxed.guid)
    pc.run()

    sold = taxed.lines.get().item
    assert sold is not None
    lines = [
        {"item": sold.guid, "quantity": each, "unit_price": "10.00"} for each in ("1", "2", "3")
    ]
    changed = office.update_invoice(
        invoice=taxed, values={"lines": lines}, now=timezone.now(), actor=""
    )
    pc.sync(taxed.guid)
    pc.run()

    (entry,) = pc.entries(rank=3)
    assert entry.state == State.SYNCED, entry.message
    assert total_there(pc) == changed.total == Decimal("65.03")


def test_j5_9_what_is_not_chosen_stops_the_invoice_by_name(pc: OfficePc, taxed: Invoice) -> None:
    choose(pc, sales_tax_mode="tax_line")

    pc.sync(taxed.guid)
    pc.run()

    assert pc.company.invoices() == []
    assert {each.code for each in pc.entries(rank=3)} <= {"no_zero_tax_item"}
