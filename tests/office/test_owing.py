"""Credits and deposits come off what a client owes and what was sold, to the cent (I5.2)."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import owing, reports
from fieldledger.office import services as office
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, TaxRate

pytestmark = pytest.mark.django_db

MAY, JUNE = date(2026, 5, 1), date(2026, 6, 30)
LATE = date(2026, 7, 4)


@pytest.fixture
def taxed(
    business: Business, client_record: Client, item: Item, tax_rate: TaxRate, now: datetime
) -> Invoice:
    """An invoice of 33.33 and 2.42 tax, due on June 1."""
    values = {
        "client": client_record,
        "date": "2026-05-20",
        "due_date": "2026-06-01",
        "tax_rate": tax_rate,
        "lines": [{"item": item, "unit_price": "33.33"}],
    }
    return office.create_invoice(business=business, values=values, now=now)


@pytest.fixture
def credit(business: Business, taxed: Invoice, item: Item, now: datetime) -> Credit:
    """Of 11.11 and 0.81 tax, in June."""
    values = {
        "invoice": taxed.guid,
        "date": "2026-06-02",
        "tax_rate": taxed.tax_rate,
        "lines": [{"item": item, "unit_price": "11.11"}],
    }
    return office.create_credit(business=business, values=values, now=now)


def standing(client: Client) -> tuple[str, ...]:
    found = owing.standing_of(client)
    amounts = (found.owed, found.credit, found.deposits, found.balance, found.surplus)
    return tuple(f"{each:.2f}" for each in amounts)


def written(rows: list[Any]) -> list[tuple[str, ...]]:
    """Return the rows of a sales report without their keys."""
    return [
        (row.title, f"{row.number} - {row.credits}", *(f"{each:.2f}" for each in amounts_of(row)))
        for row in rows
        if row.number or row.credits
    ]


def amounts_of(row: reports.Sale | reports.Amount) -> tuple[Decimal, ...]:
    if isinstance(row, reports.Sale):
        return row.credited, row.subtotal, row.tax, row.total
    return row.credited, row.amount


def test_a_credit_lowers_the_balance_and_its_refund_raises_it_again(
    client_record: Client, taxed: Invoice, credit: Credit, now: datetime
) -> None:
    assert standing(client_record) == ("35.75", "11.92", "0.00", "23.83", "0.00")

    values = {"amount": "5.01", "date": "2026-06-03"}
    refund = office.create_refund(credit=credit, values=values, now=now)
    assert standing(client_record) == ("35.75", "6.91", "0.00", "28.84", "0.00")
    office.void_refund(refund=refund, now=now)
    assert standing(client_record) == ("35.75", "11.92", "0.00", "23.83", "0.00")

    payment = {"invoice": taxed, "amount": "35.75", "date": "2026-06-04"}
    office.create_payment(business=taxed.business, values=payment, now=now)
    assert standing(client_record) == ("0.00", "11.92", "0.00", "-11.92", "11.92")
    office.void_credit(credit=credit, now=now)
    assert standing(client_record) == ("0.00", "0.00", "0.00", "0.00", "0.00")


def test_what_is_owed_by_age_and_client_is_after_credits_and_deposits(
    business: Business, client_record: Client, invoice: Invoice, credit: Credit, now: datetime
) -> None:
    other = office.create_client(business=business, values={"name": "Zed"}, now=now)
    kept = {"client": other, "amount": "20.05", "date": "2026-06-05"}
    deposit = office.create_deposit(business=business, values=kept, now=now)

    def rows() -> list[tuple[object, ...]]:
        found = owing.debtors(business, LATE)
        return [(each.title, *each.ages, -each.credit, -each.deposits) for each in found]

    # The invoice of 100.00 names no day by which it is due.
    ages = [Decimal("100.00"), 0, Decimal("35.75"), 0, 0]
    assert rows() == [
        (client_record.name, *ages, Decimal("-11.92"), 0),
        ("Zed", 0, 0, 0, 0, 0, 0, Decimal("-20.05")),
    ]
    by_age = [*owing.ageing(business, LATE), *owing.kept_for_clients(business)]
    assert [each.amount for each in by_age] == [*ages, Decimal("-11.92"), Decimal("-20.05")]
    assert [each.number for each in by_age] == [1, 0, 1, 0, 0, 1, 1]
    assert sum(each.amount for each in by_age) == sum(
        each.balance for each in owing.debtors(business, LATE)
    )

    office.void_payment(payment=Payment.objects.get(pk=deposit.pk), now=now)
    office.void_credit(credit=credit, now=now)
    assert rows() == [(client_record.name, *ages, 0, 0)]


def test_clients_beyond_the_longest_list_are_one_row(
    business: Business, invoice: Invoice, credit: Credit, now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name, amount in (("Bea", "1.10"), ("Cid", "2.20")):
        client = office.create_client(business=business, values={"name": name}, now=now)
        kept = {"client": client, "amount": amount, "date": "2026-06-05"}
        office.create_deposit(business=business, values=kept, now=now)
    monkeypatch.setattr(owing, "ROWS_MAX", 1)

    one, others = owing.debtors(business, LATE)

    assert (one.balance, others.title, others.key) == (Decimal("123.83"), "All others", "")
    assert (others.owed, others.deposits) == (Decimal(0), Decimal("3.30"))


def test_each_sales_report_takes_the_credits_of_its_time_off(
    business: Business, client_record: Client, item: Item, taxed: Invoice, credit: Credit,
    now: datetime,
) -> None:  # fmt: skip
    goodwill = {
        "client": client_record,
        "date": "2026-05-31",
        "lines": [{"description": "Goodwill", "unit_price": "4.04", "taxable": False}],
    }
    office.create_credit(business=business, values=goodwill, now=now)

    assert written(reports.sales_by_period(business, MAY, JUNE, each="month")) == [
        ("May 2026", "1 - 1", "4.04", "29.29", "2.42", "31.71"),
        ("June 2026", "0 - 1", "11.92", "-11.11", "-0.81", "-11.92"),
    ]
    whole = ("15.96", "18.18", "1.61", "19.79")
    assert written(reports.sales_by_client(business, MAY, JUNE)) == [
        (client_record.name, "1 - 2", *whole)
    ]
    assert written(reports.sales_by_tax(business, MAY, JUNE)) == [
        ("State Tax 7.25", "1 - 1", "11.92", "22.22", "1.61", "23.83"),
        ("No tax", "0 - 1", "4.04", "-4.04", "0.00", "-4.04"),
    ]
    assert written(reports.sales_by_item(business, MAY, JUNE)) == [
        (item.name, "1 - 1", "11.11", "22.22"),
        ("Lines without an item", "0 - 1", "4.04", "-4.04"),
    ]
    # Of May alone: what was credited in June is June's.
    assert written(reports.sales_by_client(business, MAY, date(2026, 5, 30))) == [
        (client_record.name, "1 - 0", "0.00", "33.33", "2.42", "35.75")
    ]

    office.void_credit(credit=credit, now=now)
    assert written(reports.sales_by_period(business, date(2026, 6, 1), JUNE, each="day")) == []


def test_refunds_are_told_by_method_and_day(
    business: Business, credit: Credit, now: datetime
) -> None:
    for amount, day, method in (
        ("1.01", "2026-06-03", "check"),
        ("2.02", "2026-06-04", "check"),
        ("0.05", "2026-06-04", "cash"),
        ("3.00", "2026-07-01", "cash"),
    ):
        values = {"amount": amount, "date": day, "method": method}
        office.create_refund(credit=credit, values=values, now=now)

    found = reports.refunded_by_method(business, MAY, JUNE)

    assert [(each.title, each.number, f"{each.amount:.2f}") for each in found] == [
        ("Check", 2, "3.03"),
        ("Cash", 1, "0.05"),
    ]
