from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction

from fieldledger.accounts.models import Business, Membership, User
from fieldledger.office.models import (
    Client,
    Credit,
    CreditLine,
    Invoice,
    InvoiceLine,
    Item,
    Payment,
    Refund,
    TaxRate,
)
from fieldledger.office.queries import figures
from fieldledger.website import demo
from fieldledger.website.demo import Demo, make_demo
from tests.support.demo import copied_demo, rows_of_all


@pytest.fixture
def made(db: None, now: datetime) -> Demo:
    return make_demo(now)


def test_the_demo_is_a_business_one_can_sign_in_to(made: Demo) -> None:
    owner = Membership.objects.get().user

    assert (owner.email, Membership.objects.get().role) == (made.email, "owner")
    assert owner.check_password(made.password)
    assert len(made.password) >= 16


def test_its_names_are_as_awkward_as_in_life(made: Demo) -> None:
    names = list(Client.objects.values_list("name", flat=True))

    assert len(names) == 60
    assert names.count("John Smith") == 2
    assert sum(len(name) > 41 for name in names) >= 5  # What QuickBooks holds of a name.
    assert "Extra Space Storage" in names  # Given with spaces around it.
    for character in "'&éüễ,:🐟王<%\\":
        assert any(character in name for name in names), character


def test_its_items_have_long_names_that_differ_late(made: Demo) -> None:
    names = list(Item.objects.values_list("name", flat=True))

    assert len(names) == 25
    beginnings = [name[:31] for name in names if len(name) > 31]
    assert len(set(beginnings)) < len(beginnings)
    assert set(Item.objects.values_list("kind", flat=True)) == {"service", "product"}
    assert Item.objects.filter(price=Decimal("4.38125")).exists()


def test_its_tax_rates_are_those_of_the_simulated_company(made: Demo) -> None:
    assert list(TaxRate.objects.values_list("name", "percent")) == [
        ("State Tax 7.25", Decimal("7.25")),
        ("County Tax 8.375", Decimal("8.375")),
    ]


def test_its_invoices_spread_over_ninety_days_and_stand_in_every_way(
    made: Demo, now: datetime
) -> None:
    today = made.business.today(now)
    invoices = list(Invoice.objects.prefetch_related("lines", "payments"))

    assert len(invoices) == 40
    assert max(each.date for each in invoices) == today
    assert min(each.date for each in invoices) == today - timedelta(days=90)
    assert {str(each.money_state(today)) for each in invoices} == {
        "unpaid",
        "partly_paid",
        "paid",
        "overdue",
    }
    assert any({line.taxable for line in each.lines.all()} == {True, False} for each in invoices)
    assert any(each.payments.count() == 3 and not each.balance for each in invoices)
    assert any(len(each.memo) > 400 for each in invoices)
    assert InvoiceLine.objects.filter(quantity=Decimal("2.25")).exists()
    assert all(
        each.paid == sum(payment.amount for payment in each.payments.all()) for each in invoices
    )
    assert all(payment.date <= today for payment in Payment.objects.all())
    assert figures(made.business, today).overdue > 0


def test_the_same_moment_makes_the_same_demo(made: Demo, now: datetime) -> None:
    def said() -> list[tuple[object, ...]]:
        lines = InvoiceLine.objects.values_list(
            "invoice__number", "invoice__date", "invoice__client__name", "item__name", "amount"
        )
        payments = Payment.objects.values_list("invoice__number", "amount", "date", "method")
        return [*lines.order_by("pk"), *payments.order_by("pk")]

    first, password = said(), made.password
    sold = (Refund, CreditLine, Credit, Payment, InvoiceLine, Invoice)
    for model in (*sold, Client, Item, TaxRate, Business, User):
        model.objects.all().delete()

    again = make_demo(now)

    assert said() == first
    assert again.password != password


def test_a_demo_that_cannot_be_made_whole_is_not_made(
    db: None, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "ITEMS", [("", "service", "", "0", "0", True)])

    with pytest.raises(Exception, match="The name is missing"):
        make_demo(now)

    assert not Business.objects.exists()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="is made anew on PostgreSQL")
def test_what_tests_copy_of_it_is_what_was_made(db: None, now: datetime) -> None:
    rows = []
    for _ in range(2):
        with transaction.atomic():
            made = copied_demo(now)
            assert Business.objects.get() == made.business
            assert User.objects.get().check_password(made.password)
            rows.append(rows_of_all())
            transaction.set_rollback(True)

    assert len(rows[0]["office_invoice"]) == demo.INVOICES
    assert rows[0] == rows[1]
