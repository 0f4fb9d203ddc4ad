from datetime import datetime
from decimal import Decimal

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office.changes import Change
from fieldledger.office.models import Item, TaxRate
from fieldledger.office.services import (
    Refused,
    create_item,
    create_items,
    create_tax_rate,
    update_item,
)


def test_an_item_keeps_prices_with_five_decimals(business: Business, now: datetime) -> None:
    values = {"name": "Copper pipe", "kind": "product", "price": "4.38125", "cost": "2.91667"}

    item = create_item(business=business, values=values, now=now)

    item.refresh_from_db()
    assert (item.price, item.cost, item.kind) == (
        Decimal("4.38125"),
        Decimal("2.91667"),
        "product",
    )


@pytest.mark.parametrize("name", ["Service call", "SERVICE CALL", " service Call "])
def test_an_items_name_is_taken_whatever_the_case(
    business: Business, item: Item, now: datetime, name: str
) -> None:
    with pytest.raises(Refused) as refused:
        create_item(business=business, values={"name": name}, now=now)

    assert list(refused.value.errors) == ["name"]
    assert "already called" in str(refused.value)


def test_among_many_the_second_of_one_name_is_refused(business: Business, now: datetime) -> None:
    first, second = create_items(
        business=business, many=[{"name": "Straße {x}"}, {"name": "STRASSE {X}"}], now=now
    )

    assert isinstance(first, Item)
    assert isinstance(second, Refused)


def test_another_business_may_use_the_name(
    other_business: Business, item: Item, now: datetime
) -> None:
    create_item(business=other_business, values={"name": item.name}, now=now)

    assert Item.objects.count() == 2


def test_an_items_own_name_may_change_its_case(
    item: Item, now: datetime, heard: list[Change]
) -> None:
    renamed = update_item(item=item, values={"name": "SERVICE CALL"}, now=now)

    assert (renamed.name, renamed.revision) == ("SERVICE CALL", 2)
    assert [each.kind for each in heard] == ["item"]


def test_the_same_price_written_otherwise_is_no_edit(
    item: Item, now: datetime, heard: list[Change]
) -> None:
    same = update_item(item=item, values={"price": "100"}, now=now)

    assert same.revision == 1
    assert not heard


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": "x", "price": "1.123456"}, "price"),
        ({"name": "x", "price": "99999999999"}, "price"),
        ({"name": "x", "cost": "-1"}, "cost"),
        ({"name": "x", "kind": "bundle"}, "kind"),
        ({"name": "x" * 256}, "name"),
    ],
)
def test_bad_input_is_refused_by_field(
    business: Business, now: datetime, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        create_item(business=business, values=values, now=now)

    assert list(refused.value.errors) == [field]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"percent": "7"}, "name"),
        ({"name": "T"}, "percent"),
        ({"name": "T", "percent": "101"}, "percent"),
        ({"name": "T", "percent": "-1"}, "percent"),
        ({"name": "state tax 7.25", "percent": "1"}, "name"),
    ],
)
def test_a_tax_rate_needs_a_name_of_its_own_and_a_percentage(
    business: Business, tax_rate: TaxRate, now: datetime, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        create_tax_rate(business=business, values=values, now=now)

    assert list(refused.value.errors) == [field]


def test_a_tax_rate_says_its_percentage(tax_rate: TaxRate) -> None:
    tax_rate.refresh_from_db()

    assert str(tax_rate) == "State Tax 7.25 (7.25%)"
