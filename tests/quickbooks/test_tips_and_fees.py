"""Tips and fees in QuickBooks: lines with the items of the mapping, totals that agree."""

import random
from decimal import Decimal

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office.models import Invoice, TaxRate
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import QuickBooksRecord
from fieldledger.quickbooks.prechecking import look
from fieldledger.simulator import people
from fieldledger.sync.content import State
from fieldledger.sync.precheck import Group
from tests.quickbooks.test_discounts import agree, change, there
from tests.quickbooks.test_straight_path import a_client, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

FEE = {"kind": "fee", "description": "Card fee", "unit_price": "10.01", "taxable": True}
TIP = {"kind": "tip", "description": "Tip", "unit_price": "20"}


def choose(pc: OfficePc, **changes: object) -> None:
    services.save_mapping(pc.connection, changes=changes, actor="", now=timezone.now())


@pytest.fixture
def extras(pc: OfficePc) -> list[str]:
    """The ListIDs of two items of QuickBooks, for tips and for fees."""
    rows = QuickBooksRecord.objects.filter(connection=pc.connection, type="ItemServiceRet")
    return [each.list_id for each in rows.order_by("pk")[:2]]


@pytest.fixture
def tipped(pc: OfficePc, business: Business) -> Invoice:
    """An invoice with 10 % off the work, a taxable fee and a tip; nothing chosen for these."""
    client, item = a_client(business), an_item(business)
    rate = TaxRate.objects.create(
        business=business, name="State", name_folded="state", percent=Decimal("7.25")
    )
    pc.set_up()
    choose(
        pc,
        tax_items={str(rate.guid): there(pc, "State Tax 7.25")},
        discount_item=there(pc, "Ten percent off"),
    )
    work = {"item": item.guid, "quantity": "2", "unit_price": "100"}
    return an_invoice(
        business, client, item, tax_rate=rate.guid, lines=[TIP, work, FEE], discount_percent="10"
    )


def test_a_tip_and_a_fee_go_as_lines_of_their_items_and_change_with_the_invoice(
    pc: OfficePc, tipped: Invoice, extras: list[str]
) -> None:
    tip, fee = extras
    choose(pc, tip_item=tip, fee_item=fee)
    assert tipped.total == Decimal("223.79")
    agree(pc, tipped)
    (found,) = pc.company.invoices()
    lines = found.fields["Lines"]
    assert [each["ItemRef"] for each in lines[-2:]] == [tip, fee]

    work = {"item": tipped.lines.get(kind="work").item.guid, "unit_price": "100"}  # type: ignore[union-attr]
    change(tipped, lines=[work, work, FEE, TIP | {"unit_price": "33.33"}])
    agree(pc, tipped)

    change(tipped, lines=[work], discount=None)
    agree(pc, tipped)

    change(tipped, lines=[TIP, FEE])
    agree(pc, tipped)
    assert tipped.total == Decimal("30.74")


@pytest.mark.parametrize("mode", ["tax_line", "rounding_line"])
def test_tips_and_fees_agree_whoever_says_the_tax(
    pc: OfficePc, tipped: Invoice, extras: list[str], mode: str
) -> None:
    tip, fee = extras
    choose(
        pc,
        tip_item=tip,
        fee_item=fee,
        sales_tax_mode=mode,
        zero_tax_item=there(pc, "Out of State"),
        tax_line_item=fee,
        rounding_item=fee,
    )

    agree(pc, tipped)


@pytest.mark.parametrize("kind", ["tip", "fee"])
def test_without_an_item_for_it_the_invoice_waits_and_is_told_before_sending(
    pc: OfficePc, tipped: Invoice, extras: list[str], kind: str
) -> None:
    choose(pc, **({"fee_item": extras[0]} if kind == "tip" else {"tip_item": extras[0]}))

    verdict = look(pc.connection, [tipped.pk])[tipped.pk].verdict
    pc.sync(tipped.guid)
    pc.run()

    assert (verdict.group, verdict.code) == (Group.MAPPING, f"no_{kind}_item")
    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code) == (State.FAILED, f"no_{kind}_item")
    assert f"has a {kind}" in verdict.reason
    assert pc.company.invoices() == []

    choose(pc, tip_item=extras[0], fee_item=extras[0])
    services.act(pc.connection, action="retry", entries=[entry.guid], actor="", now=timezone.now())
    agree(pc, tipped)


def test_tips_and_fees_of_many_shapes_agree_to_the_cent(
    pc: OfficePc, tipped: Invoice, extras: list[str]
) -> None:
    chance = random.Random("extras")
    choose(pc, tip_item=extras[0], fee_item=extras[1])
    client, item = tipped.client, tipped.lines.get(kind="work").item
    assert item is not None
    made = [tipped]
    for _ in range(40):
        lines = [
            {
                **({"item": item.guid} if kind == "work" else {"kind": kind}),
                "quantity": str(Decimal(chance.randrange(1, 10**6)).scaleb(-5)),
                "unit_price": str(Decimal(chance.randrange(10**3, 10**7)).scaleb(-5)),
                "taxable": kind != "tip" and chance.random() < 0.6,
            }
            for kind in ("work", *chance.choices(("work", "tip", "fee"), k=4))
        ]
        rate = tipped.tax_rate and tipped.tax_rate.guid
        off = str(Decimal(chance.randrange(1, 10**7)).scaleb(-5))
        made.append(
            an_invoice(
                tipped.business, client, item, tax_rate=rate, lines=lines, discount_percent=off
            )
        )

    pc.sync(*(each.guid for each in made))
    while any(each.state == State.PENDING for each in pc.entries(rank=3)):
        pc.run()

    assert pc.states() == {"synced": len(made) + 2}
    assert not any(each.differs_by for each in pc.entries(rank=3))
    totals = sorted(int(each.total * 100) for each in made)
    assert sorted(found.amounts["total"] for found in pc.company.invoices()) == totals


def test_an_item_that_is_not_there_any_more_is_as_good_as_none_until_another_is_chosen(
    pc: OfficePc, tipped: Invoice, extras: list[str]
) -> None:
    tip, fee = extras
    choose(pc, tip_item=tip, fee_item=fee)
    with_it = pc.company.to_json()
    people.delete(pc.company, tip, now=timezone.now())
    services.refresh_lists(pc.connection, actor="", now=timezone.now())
    pc.run()
    pc.sync(tipped.guid)
    pc.run()
    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code) == (State.FAILED, "no_tip_item")

    # What was chosen is remembered: the copy without it may have been open for a while.
    people.copy_back(pc.company, with_it)
    services.refresh_lists(pc.connection, actor="", now=timezone.now())
    pc.run()
    pc.act("retry", entry)
    pc.run()
    assert [each.state for each in pc.entries(rank=3)] == [State.SYNCED]
