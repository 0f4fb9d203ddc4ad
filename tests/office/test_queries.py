from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fieldledger.accounts.models import Business
from fieldledger.office.models import Client, Credit, Invoice, Item, MoneyState, Payment
from fieldledger.office.owing import UNUSED
from fieldledger.office.queries import (
    OPEN,
    BadCursor,
    clients,
    figures,
    invoices,
    items,
    page_of,
    payments,
    with_lines,
)
from fieldledger.office.services import (
    create_clients,
    create_invoice,
    create_item,
    create_payment,
    update_client,
    void_invoice,
    void_payment,
)

TODAY = date(2026, 5, 4)


@pytest.fixture
def people(business: Business, now: datetime) -> list[Client]:
    many = [
        {"name": "Müller & Söhne", "phone": "(978) 555-0104", "email": "jm@mueller.example"},
        {"name": "Zoë O'Brien", "phone": "978.555.0105"},
        {"name": "100% Wool_Shop", "company_name": "Wool Ltd."},
        {"name": "John Smith", "external_id": "crm-1"},
        {"name": "John Smith", "first_name": "John", "last_name": "Smith"},
    ]
    made = create_clients(business=business, many=many, now=now)
    return [each for each in made if isinstance(each, Client)]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("", [4, 3, 2, 1, 0]),
        ("  ", [4, 3, 2, 1, 0]),
        ("MULLER", [0]),
        ("söhne müller", [0]),
        ("zoe", [1]),
        ("o'brien", [1]),
        ("9785550104", [0]),
        ("(978) 555-0105", [1]),
        ("555", [1, 0]),
        ("mueller.example", [0]),
        ("100%", [2]),
        ("l_s", [2]),
        ("%", []),
        ("_", []),
        ("wool ltd", [2]),
        ("john", [4, 3]),
        ("nobody", []),
        ("\\", []),
    ],
)
def test_a_client_is_found_by_what_one_remembers(
    business: Business, people: list[Client], q: str, found: list[int]
) -> None:
    assert list(clients(business, q=q).order_by("-pk")) == [people[index] for index in found]


def test_a_client_is_found_under_its_new_name_alone(
    business: Business, people: list[Client], now: datetime
) -> None:
    update_client(client=people[0], values={"name": "Schmidt"}, now=now)

    assert clients(business, q="schmidt").get() == people[0]
    assert not clients(business, q="söhne").exists()


def test_lists_hold_what_is_of_the_business_and_asked_for(
    business: Business, other_business: Business, people: list[Client], item: Item, now: datetime
) -> None:
    update_client(client=people[1], values={"archived": True}, now=now)
    part = create_item(business=business, values={"name": "Pipe", "kind": "product"}, now=now)

    assert list(clients(business, archived=True)) == [people[1]]
    assert clients(business, archived=False).count() == 4
    assert clients(business, external_id="crm-1").get() == people[3]
    assert not clients(other_business).exists()
    assert items(business, kind="product").get() == part
    assert items(business, q="DIAGNOSIS").get() == item
    assert not items(other_business).exists()


@pytest.mark.parametrize("sorts_keys", [False, True])
def test_pages_follow_each_other_newest_first_though_records_come_meanwhile(
    business: Business, people: list[Client], now: datetime, sorts_keys: bool
) -> None:
    among = clients(business) if sorts_keys else None
    first = page_of(clients(business), limit=2, among=among)
    create_clients(business=business, many=[{"name": "New"}], now=now)
    second = page_of(clients(business), cursor=first.next_cursor, limit=2, among=among)
    third = page_of(clients(business), cursor=second.next_cursor, limit=2, among=among)

    pages = [first.results, second.results, third.results]
    assert [each for page in pages for each in page] == people[::-1]
    assert third.next_cursor is None


def test_a_page_that_ends_with_the_list_is_the_last(
    business: Business, people: list[Client]
) -> None:
    assert page_of(clients(business), limit=5).next_cursor is None


@pytest.mark.parametrize("cursor", ["x", "é", "YWZ0ZXIgeA", "YWZ0ZXIgLTE", "=", "A" * 999])
def test_a_cursor_that_no_list_gave_is_refused(business: Business, cursor: str) -> None:
    with pytest.raises(BadCursor):
        page_of(clients(business), cursor=cursor)


@pytest.fixture
def ledger(
    business: Business, client_record: Client, item: Item, now: datetime
) -> dict[str, Invoice]:
    """Six invoices of 100.00, named by where they stand on TODAY."""

    def make(due: date | None, *amounts: tuple[str, date]) -> Invoice:
        values = {
            "client": client_record,
            "date": "2026-04-01",
            "due_date": due,
            "lines": [{"item": item}],
        }
        invoice = create_invoice(business=business, values=values, now=now)
        for amount, day in amounts:
            values = {"invoice": invoice, "amount": amount, "date": day, "reference": "9123"}
            create_payment(business=business, values=values, now=now)
        return invoice

    yesterday = TODAY - timedelta(days=1)
    made = {
        "unpaid": make(TODAY),
        "partly_paid": make(None, ("40", TODAY)),
        "paid": make(yesterday, ("50", date(2026, 4, 30)), ("50", date(2026, 5, 1))),
        "overdue": make(yesterday),
        "partly_overdue": make(yesterday, ("30.05", yesterday)),
        "void": make(yesterday),
    }
    void_invoice(invoice=made["void"], now=now)
    return made


@pytest.mark.parametrize("state", list(MoneyState))
def test_the_filter_by_state_agrees_with_the_invoices_own_word(
    business: Business, ledger: dict[str, Invoice], state: MoneyState
) -> None:
    found = set(invoices(business, today=TODAY, state=state))

    assert found == {each for each in Invoice.objects.all() if each.money_state(TODAY) == state}
    assert ledger[state] in found


def test_open_invoices_are_those_something_is_owed_on(
    business: Business, ledger: dict[str, Invoice]
) -> None:
    found = set(invoices(business, today=TODAY, state="open"))

    assert found == set(ledger.values()) - {ledger["paid"], ledger["void"]}


def test_invoices_and_payments_are_found_by_number_and_client(
    business: Business, other_business: Business, ledger: dict[str, Invoice]
) -> None:
    def found(q: str) -> list[Invoice]:
        return list(invoices(business, today=TODAY, q=q))

    assert found("1002") == [ledger["partly_paid"]]
    assert len(found("obrien")) == 0
    assert len(found("O'BRIEN")) == 6
    assert not invoices(other_business, today=TODAY).exists()
    assert payments(business, q="1003").count() == 2
    assert payments(business, q="9123").count() == 4
    assert payments(business, invoice=ledger["paid"]).count() == 2
    assert not payments(other_business).exists()


def test_lines_come_with_a_page_of_invoices_in_two_statements(
    business: Business, ledger: dict[str, Invoice], django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(2):  # type: ignore[operator]
        page = page_of(with_lines(invoices(business, today=TODAY)))
        said = [
            (each.client.name, line.item.name if line.item else "", line.amount)
            for each in page.results
            for line in each.lines.all()
        ]

    assert said == [("Ann O'Brien", "Service call", Decimal("100.00"))] * 6


def test_the_home_pages_figures(
    business: Business, other_business: Business, ledger: dict[str, Invoice], now: datetime
) -> None:
    void_payment(payment=payments(business).filter(date=date(2026, 5, 1)).get(), now=now)

    numbers = figures(business, TODAY)

    assert numbers.received_today == Decimal("40.00")
    assert numbers.received_this_month == Decimal("70.05")
    assert (numbers.unpaid, numbers.unpaid_count) == (Decimal("379.95"), 5)
    assert (numbers.overdue, numbers.overdue_count) == (Decimal("219.95"), 3)
    nothing = figures(other_business, TODAY)
    assert not any((nothing.unpaid, nothing.received_today, nothing.overdue_count))


def test_p16_what_many_clients_have_is_sorted_by_keys_alone(
    business: Business, people: list[Client], now: datetime
) -> None:
    """Of all that is sorted nothing is read that only a page shows: no client, no tax rate."""
    found = invoices(business, today=TODAY, q="john smith")

    with CaptureQueriesContext(connection) as asked:
        page_of(found, among=invoices(business, today=TODAY))

    ((_, sorts),) = [each["sql"].split(" IN (SELECT ") for each in asked]
    assert "ORDER BY" in sorts
    assert "JOIN" not in sorts


def test_lists_and_figures_are_answered_by_indexes(business: Business) -> None:
    queries = {
        "client_newest": clients(business).order_by("-pk")[:51],
        "invoice_newest": invoices(business, today=TODAY).order_by("-pk")[:51],
        "payment_newest": payments(business).order_by("-pk")[:51],
        "invoice_open": Invoice.objects.filter(OPEN, business=business, due_date__lt=TODAY),
        "credit_unused": Credit.objects.filter(UNUSED, business=business),
        "payment_by_date": Payment.objects.filter(business=business, date=TODAY),
    }
    if connection.vendor != "sqlite":
        pytest.skip("an empty table in PostgreSQL is read as it is")
    for index, rows in queries.items():
        assert index in rows.explain()
