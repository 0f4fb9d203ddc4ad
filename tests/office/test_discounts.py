"""Discounts on invoices: off all lines, before tax, by amount or by percentage, to the cent."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.accounts.models import Business
from fieldledger.office.models import Client, Invoice, TaxRate
from fieldledger.office.money import split_discount, tax_on, totals_of
from fieldledger.office.reports import sales_by_item
from fieldledger.office.services import Refused, create_invoice, update_invoice

cents = st.decimals("-99999999.99", "99999999.99", places=2)
lines = st.lists(st.tuples(cents, st.booleans()), max_size=20)
percents = st.decimals("0", "100", places=5)


@given(lines, percents, percents)
def test_a_discount_in_percent_is_of_all_lines_and_its_parts_come_to_it(
    given_lines: list[tuple[Decimal, bool]], off: Decimal, rate: Decimal
) -> None:
    totals = totals_of(given_lines, rate, discount_percent=off)

    gross = sum((amount for amount, _ in given_lines), Decimal(0))
    exact = max(int(gross.scaleb(2)), 0) * int(off.scaleb(5))  # In cents, ten millions to one.
    assert abs(int(totals.discount.scaleb(2)) * 10**7 - exact) * 2 <= 10**7
    assert totals.lines == gross
    assert totals.total == totals.subtotal + totals.tax == gross - totals.discount + totals.tax
    taxable, others = split_discount(given_lines, totals.discount)
    assert taxable >= 0 <= others
    assert taxable + others == totals.discount
    base = sum((amount for amount, is_taxed in given_lines if is_taxed), Decimal(0))
    assert totals.tax == tax_on(base - taxable, rate)


@given(lines, st.data())
def test_the_order_of_lines_never_matters(
    given_lines: list[tuple[Decimal, bool]], data: st.DataObject
) -> None:
    mixed = data.draw(st.permutations(given_lines))
    off, rate = Decimal("7.5"), Decimal("8.375")

    assert totals_of(mixed, rate, discount_percent=off) == totals_of(
        given_lines, rate, discount_percent=off
    )


def test_a_discount_comes_off_taxable_lines_and_others_in_proportion() -> None:
    given_lines = [(Decimal("200.00"), True), (Decimal("100.00"), False)]

    totals = totals_of(given_lines, Decimal(10), discount=Decimal("10.00"))

    assert split_discount(given_lines, Decimal("10.00")) == (Decimal("6.67"), Decimal("3.33"))
    assert (totals.subtotal, totals.tax) == (Decimal("290.00"), Decimal("19.33"))


@pytest.fixture
def values(client_record: Client, tax_rate: TaxRate) -> dict[str, Any]:
    """An invoice of 300.00, 200.00 of it taxable at 7.25 %."""
    return {
        "client": str(client_record.guid),
        "date": "2026-05-04",
        "tax_rate": str(tax_rate.guid),
        "lines": [
            {"description": "Work", "unit_price": "200"},
            {"description": "Permit", "unit_price": "100", "taxable": False},
        ],
    }


def figures(invoice: Invoice) -> tuple[str, ...]:
    invoice.refresh_from_db()
    percent = invoice.discount_percent
    return (
        str(invoice.discount),
        "" if percent is None else f"{percent.normalize():f}",
        str(invoice.subtotal),
        str(invoice.tax),
        str(invoice.total),
    )


def test_a_percentage_follows_the_lines_and_an_amount_stays(
    business: Business, values: dict[str, Any], now: datetime
) -> None:
    invoice = create_invoice(business=business, values=values | {"discount_percent": "10"}, now=now)
    assert figures(invoice) == ("30.00", "10", "270.00", "13.05", "283.05")

    one = [{"description": "Work", "unit_price": "200"}]
    update_invoice(invoice=invoice, values={"lines": one}, now=now)
    assert figures(invoice) == ("20.00", "10", "180.00", "13.05", "193.05")

    update_invoice(invoice=invoice, values={"discount": "15"}, now=now)
    assert figures(invoice) == ("15.00", "", "185.00", "13.41", "198.41")

    update_invoice(invoice=invoice, values={"lines": values["lines"]}, now=now)
    assert figures(invoice) == ("15.00", "", "285.00", "13.78", "298.78")

    update_invoice(invoice=invoice, values={"discount": None}, now=now)
    assert figures(invoice) == ("0.00", "", "300.00", "14.50", "314.50")


def test_an_edit_that_names_the_same_discount_changes_nothing(
    business: Business, values: dict[str, Any], now: datetime
) -> None:
    discount = {"discount_percent": "12.5"}
    invoice = create_invoice(business=business, values=values | discount, now=now)

    update_invoice(invoice=invoice, values=discount, now=now)

    invoice.refresh_from_db()
    assert invoice.revision == 1


@pytest.mark.parametrize(
    ("discount", "sentence"),
    [
        ({"discount": "300.01"}, "The discount is 300.01; the lines come to 300.00 only."),
        ({"discount": "-1"}, "The discount must be from 0 to"),
        ({"discount": "much"}, "The discount must be a number"),
        ({"discount_percent": "100.1"}, "The discount in percent must be from 0 to 100."),
    ],
)
def test_a_discount_that_cannot_be_is_refused(
    business: Business,
    values: dict[str, Any],
    now: datetime,
    discount: dict[str, str],
    sentence: str,
) -> None:
    with pytest.raises(Refused) as refused:
        create_invoice(business=business, values=values | discount, now=now)

    (field,) = discount
    assert refused.value.errors[field][0].startswith(sentence)


def test_what_was_taken_off_stands_in_the_sales_by_item(
    business: Business, values: dict[str, Any], now: datetime
) -> None:
    invoice = create_invoice(business=business, values=values | {"discount": "20"}, now=now)

    rows = sales_by_item(business, invoice.date, invoice.date)

    assert (rows[-1].title, rows[-1].amount, rows[-1].number) == ("Discounts", Decimal(-20), 1)
    assert sum((each.amount for each in rows), Decimal(0)) == invoice.subtotal
