"""Tips and fees on invoices: lines of their own, apart from the work and what comes off it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.accounts.models import Business
from fieldledger.office.models import Client, Invoice, TaxRate
from fieldledger.office.money import tax_on, totals_of
from fieldledger.office.reports import sales_by_item
from fieldledger.office.services import Refused, create_invoice, update_invoice

cents = st.decimals("0.01", "99999999.99", places=2)
lines = st.lists(st.tuples(cents, st.booleans()), max_size=20)
percents = st.decimals("0", "100", places=5)


@given(lines, lines, percents, percents)
def test_no_discount_comes_off_tips_and_fees_and_tax_is_on_those_that_are_taxable(
    work: list[tuple[Decimal, bool]],
    extras: list[tuple[Decimal, bool]],
    off: Decimal,
    rate: Decimal,
) -> None:
    alone = totals_of(work, None, discount_percent=off)

    totals = totals_of(work, rate, discount_percent=off, extras=extras)

    assert totals.discount == alone.discount
    assert totals.lines == alone.lines
    assert totals.work == alone.subtotal
    assert totals.extras == sum((amount for amount, _ in extras), Decimal(0))
    assert totals.total == totals.work + totals.extras + totals.tax
    untaxed = totals_of(work, rate, discount_percent=off)
    taxable = sum((amount for amount, is_taxed in extras if is_taxed), Decimal(0))
    assert abs(totals.tax - untaxed.tax - tax_on(taxable, rate)) <= Decimal("0.01")


@pytest.fixture
def values(client_record: Client, tax_rate: TaxRate) -> dict[str, Any]:
    """An invoice of 200.00 at 7.25 %, 10 % off, with a taxable fee and a tip."""
    return {
        "client": str(client_record.guid),
        "date": "2026-05-04",
        "tax_rate": str(tax_rate.guid),
        "discount_percent": "10",
        "lines": [
            {"description": "Work", "unit_price": "200"},
            {"kind": "fee", "description": "Card fee", "unit_price": "10", "taxable": True},
            {"kind": "tip", "unit_price": "20"},
        ],
    }


def figures(invoice: Invoice) -> tuple[str, ...]:
    invoice.refresh_from_db()
    named = (invoice.discount, invoice.work_total, invoice.extras, invoice.tax, invoice.total)
    return tuple(map(str, named))


def test_tips_and_fees_stand_apart_from_the_work_and_its_discount(
    business: Business, values: dict[str, Any], now: datetime
) -> None:
    invoice = create_invoice(business=business, values=values, now=now)
    assert figures(invoice) == ("20.00", "180.00", "30.00", "13.78", "223.78")
    assert [(each.kind, each.description, each.taxable) for each in invoice.lines.all()] == [
        ("work", "Work", True),
        ("fee", "Card fee", True),
        ("tip", "Tip", False),
    ]

    update_invoice(invoice=invoice, values={"discount": None}, now=now)
    assert figures(invoice) == ("0.00", "200.00", "30.00", "15.23", "245.23")

    update_invoice(invoice=invoice, values={"lines": values["lines"][:1]}, now=now)
    assert figures(invoice) == ("0.00", "200.00", "0.00", "14.50", "214.50")


def test_an_edit_that_names_the_same_lines_changes_nothing_and_another_kind_does(
    business: Business, values: dict[str, Any], now: datetime
) -> None:
    invoice = create_invoice(business=business, values=values, now=now)

    update_invoice(invoice=invoice, values={"lines": values["lines"]}, now=now)
    invoice.refresh_from_db()
    assert invoice.revision == 1

    as_fee = {"kind": "fee", "description": "Tip", "unit_price": "20"}
    update_invoice(invoice=invoice, values={"lines": [*values["lines"][:2], as_fee]}, now=now)
    invoice.refresh_from_db()
    assert invoice.revision == 2


@pytest.mark.parametrize(
    ("line", "field", "sentence"),
    [
        ({"kind": "tip", "taxable": True}, "taxable", "Line 2: a tip is not taxed."),
        ({"kind": "fee", "unit_price": "-1"}, "unit_price", "must be more than nothing."),
        ({"kind": "tip", "unit_price": "0"}, "unit_price", "must be more than nothing."),
        ({"kind": "bribe"}, "kind", "Line 2: the kind must be one of: work, tip, fee."),
        ({"kind": ["tip"]}, "kind", "Line 2: the kind must be one of: work, tip, fee."),
    ],
)
def test_a_tip_or_fee_that_cannot_be_is_refused(
    business: Business,
    values: dict[str, Any],
    now: datetime,
    line: dict[str, Any],
    field: str,
    sentence: str,
) -> None:
    wrong = [values["lines"][0], {"description": "Thanks", "unit_price": "5"} | line]

    with pytest.raises(Refused) as refused:
        create_invoice(business=business, values=values | {"lines": wrong}, now=now)

    assert refused.value.errors[f"lines.1.{field}"][0].endswith(sentence)


def test_a_discount_is_at_most_what_the_work_comes_to(
    business: Business, values: dict[str, Any], now: datetime
) -> None:
    more = {"discount_percent": None, "discount": "200.01"}

    with pytest.raises(Refused, match=r"The discount is 200\.01; the lines come to 200\.00 only"):
        create_invoice(business=business, values=values | more, now=now)


def test_tips_and_fees_have_rows_of_their_own_in_the_sales_by_item(
    business: Business, values: dict[str, Any], now: datetime
) -> None:
    invoice = create_invoice(business=business, values=values, now=now)

    rows = sales_by_item(business, invoice.date, invoice.date)

    assert [(each.title, f"{each.amount:.2f}") for each in rows] == [
        ("Lines without an item", "200.00"),
        ("Tips", "20.00"),
        ("Fees", "10.00"),
        ("Discounts", "-20.00"),
    ]
    assert sum((each.amount for each in rows), Decimal(0)) == invoice.subtotal
