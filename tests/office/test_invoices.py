from datetime import date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldledger.accounts.models import Business
from fieldledger.office.changes import Change
from fieldledger.office.models import Client, Invoice, Item, MoneyState, TaxRate
from fieldledger.office.services import (
    Refused,
    create_client,
    create_invoice,
    create_invoices,
    update_client,
    update_item,
)

MAY_4 = date(2026, 5, 4)


def test_an_invoice_takes_from_its_item_what_the_line_does_not_say(
    business: Business, client_record: Client, item: Item, tax_rate: TaxRate, now: datetime
) -> None:
    values = {
        "client": str(client_record.guid),
        "date": "2026-05-04",
        "due_date": "2026-06-03",
        "terms": "Net 30",
        "tax_rate": str(tax_rate.guid),
        "lines": [
            {"item": str(item.guid)},
            {"item": str(item.guid), "quantity": "2.5", "unit_price": "0.335", "taxable": False},
            {"description": "Goodwill", "quantity": "1", "unit_price": "-10", "taxable": False},
        ],
    }

    invoice = create_invoice(business=business, values=values, now=now)

    invoice.refresh_from_db()
    assert (invoice.subtotal, invoice.tax, invoice.total, invoice.paid) == (
        Decimal("90.84"),
        Decimal("7.25"),
        Decimal("98.09"),
        Decimal("0.00"),
    )
    assert [
        (line.position, line.description, line.quantity, line.amount, line.taxable)
        for line in invoice.lines.all()
    ] == [
        (1, "Visit and diagnosis", 1, Decimal("100.00"), True),
        (2, "Visit and diagnosis", Decimal("2.5"), Decimal("0.84"), False),
        (3, "Goodwill", 1, Decimal("-10.00"), False),
    ]


LINE = {"description": "Work", "unit_price": "100"}


@pytest.mark.parametrize(
    ("changes", "field", "sentence"),
    [
        ({"client": None}, "client", "The client is missing."),
        ({"client": str(uuid4())}, "client", "There is no client with this id."),
        ({"client": "1"}, "client", "There is no client with this id."),
        ({"client": ["x"]}, "client", "There is no client with this id."),
        ({"date": ""}, "date", "The date is missing."),
        ({"date": "05/04/2026"}, "date", "The date must be a date, like 2026-05-03."),
        ({"number": "123456789012"}, "number", "The invoice number has 12 characters"),
        ({"tax_rate": str(uuid4())}, "tax_rate", "There is no tax rate with this id."),
        ({"terms": "x" * 32}, "terms", "The terms has 32 characters; at most 31 fit."),
        ({"memo": "a\0b"}, "memo", "The memo holds a control character (U+0000)"),
        ({"lines": []}, "lines", "An invoice needs at least one line."),
        ({"lines": None}, "lines", "An invoice needs at least one line."),
        ({"lines": "none"}, "lines", "The lines must be a list"),
        ({"lines": [LINE, "x"]}, "lines", "The lines must be a list"),
        ({"lines": [LINE] * 501}, "lines", "An invoice has at most 500 lines; this has 501."),
        (
            {"lines": [LINE, {"item": str(uuid4())}]},
            "lines.1.item",
            "Line 2: there is no item with this id.",
        ),
        ({"lines": [{"item": ["x"]}]}, "lines.0.item", "Line 1: there is no item with this id."),
        (
            {"lines": [LINE | {"quantity": "1.000001"}]},
            "lines.0.quantity",
            "Line 1: the quantity may have at most 5 decimals",
        ),
        (
            {"lines": [{"description": "Work"}]},
            "lines.0.unit_price",
            "Line 1: the price is missing.",
        ),
        ({"lines": [{"unit_price": "1"}]}, "lines.0.item", "Line 1: name an item or write"),
        (
            {"lines": [LINE | {"quantity": "9999999999", "unit_price": "9999999999"}]},
            "lines.0.quantity",
            "Line 1: the amount would be beyond 9,999,999,999,999.99.",
        ),
        ({"lines": [LINE | {"colour": "1"}]}, "lines.0.colour", "There is no field of this name."),
        ({"total": "1"}, "total", "There is no field of this name."),
        (
            {"lines": [LINE | {"unit_price": "-0.01"}]},
            "lines",
            "The total would be -0.01; it cannot be less than nothing.",
        ),
        (
            {"lines": [LINE | {"quantity": "999", "unit_price": "9999999999"}] * 2},
            "lines",
            "The total would be more than 9,999,999,999,999.99.",
        ),
    ],
)
def test_bad_input_is_refused_by_field_and_nothing_is_saved(
    business: Business,
    client_record: Client,
    now: datetime,
    changes: dict[str, object],
    field: str,
    sentence: str,
) -> None:
    good: dict[str, object] = {"client": client_record, "date": MAY_4, "lines": [LINE]}

    with pytest.raises(Refused) as refused:
        create_invoice(business=business, values=good | changes, now=now)

    assert list(refused.value.errors) == [field]
    assert refused.value.errors[field][0].startswith(sentence)
    assert not Invoice.objects.exists()


def test_nothing_of_another_business_can_be_named(
    other_business: Business, business: Business, item: Item, tax_rate: TaxRate, now: datetime
) -> None:
    ours = create_client(business=other_business, values={"name": "Cy"}, now=now)
    values = {
        "client": create_client(business=business, values={"name": "Di"}, now=now),
        "date": MAY_4,
        "tax_rate": tax_rate,
        "lines": [{"item": item}],
    }

    with pytest.raises(Refused) as refused:
        create_invoice(business=other_business, values=values, now=now)
    assert list(refused.value.errors) == ["client", "tax_rate", "lines.0.item"]

    create_invoice(
        business=other_business, values={"client": ours, "date": MAY_4, "lines": [LINE]}, now=now
    )


def test_an_archived_client_or_item_goes_on_no_new_invoice(
    business: Business, client_record: Client, item: Item, now: datetime
) -> None:
    update_client(client=client_record, values={"archived": True}, now=now)
    update_item(item=item, values={"archived": True}, now=now)

    with pytest.raises(Refused) as refused:
        create_invoice(
            business=business,
            values={"client": client_record, "date": MAY_4, "lines": [{"item": item}]},
            now=now,
        )

    assert list(refused.value.errors) == ["client", "lines.0.item"]


def test_numbers_follow_each_other_and_skip_those_given(
    business: Business, client_record: Client, now: datetime
) -> None:
    numbers = ["", "1002", None, "A-7", "1004", None]
    many = [
        {"client": client_record, "date": MAY_4, "lines": [LINE], "number": number}
        for number in numbers
    ]

    made = create_invoices(business=business, many=many, now=now)
    one_more = create_invoice(business=business, values=many[0], now=now)

    given = [each.number for each in made if isinstance(each, Invoice)]
    assert [*given, one_more.number] == ["1001", "1002", "1003", "A-7", "1004", "1005", "1006"]


def test_a_long_run_of_given_numbers_is_skipped(
    business: Business, client_record: Client, now: datetime
) -> None:
    many = [
        {"client": client_record, "date": MAY_4, "lines": [LINE], "number": str(number)}
        for number in range(1001, 1401)
    ]
    create_invoices(business=business, many=many, now=now)

    free = create_invoice(
        business=business,
        values={"client": client_record, "date": MAY_4, "lines": [LINE]},
        now=now,
    )

    assert free.number == "1401"


def test_a_number_is_one_invoices_of_a_business(
    business: Business, invoice: Invoice, client_record: Client, now: datetime
) -> None:
    values = {"client": client_record, "date": MAY_4, "lines": [LINE], "number": invoice.number}

    first, second = create_invoices(
        business=business, many=[values | {"number": "7"}, values | {"number": "7"}], now=now
    )
    with pytest.raises(Refused) as refused:
        create_invoice(business=business, values=values, now=now)

    assert isinstance(first, Invoice)
    assert isinstance(second, Refused)
    assert refused.value.errors == {"number": ["Another invoice already has the number 1001."]}


def test_when_the_numbers_run_out_one_must_be_given(
    business: Business, client_record: Client, now: datetime
) -> None:
    Business.objects.update(next_invoice_number=99_999_999_999)
    values = {"client": client_record, "date": MAY_4, "lines": [LINE]}

    last = create_invoice(business=business, values=values, now=now)
    with pytest.raises(Refused) as refused:
        create_invoice(business=business, values=values, now=now)
    create_invoice(business=business, values=values | {"number": "B-1"}, now=now)

    assert last.number == "99999999999"
    assert list(refused.value.errors) == ["number"]


def test_many_invoices_are_announced_together(
    business: Business, client_record: Client, now: datetime, heard: list[Change]
) -> None:
    values = {"client": client_record, "date": MAY_4, "lines": [LINE]}

    made = create_invoices(business=business, many=[values, {}, values], now=now)

    (change,) = heard
    assert (change.kind, change.business_id) == ("invoice", business.pk)
    assert list(change.records) == [made[0], made[2]]


@pytest.mark.parametrize(
    ("total", "paid", "due", "state"),
    [
        ("100", "0", None, MoneyState.UNPAID),
        ("100", "0", "2026-05-04", MoneyState.UNPAID),
        ("100", "0", "2026-05-03", MoneyState.OVERDUE),
        ("100", "40", "2026-05-03", MoneyState.OVERDUE),
        ("100", "40", None, MoneyState.PARTLY_PAID),
        ("100", "100", "2026-05-03", MoneyState.PAID),
        ("0", "0", "2026-05-03", MoneyState.PAID),
    ],
)
def test_where_an_invoice_stands_with_money(
    total: str, paid: str, due: str | None, state: MoneyState
) -> None:
    invoice = Invoice(
        total=Decimal(total),
        paid=Decimal(paid),
        due_date=date.fromisoformat(due) if due else None,
    )

    assert invoice.money_state(MAY_4) == state


def test_a_void_invoice_is_owed_no_more(now: datetime) -> None:
    invoice = Invoice(total=Decimal(100), voided_at=now)

    assert invoice.money_state(MAY_4) == MoneyState.VOID
    assert invoice.balance == 0


# Few digits, so that rounding cases are the rule.
small = st.decimals("0", "30", places=5)


@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    deadline=None,
)
@given(st.lists(st.tuples(small, small, st.booleans()), min_size=1, max_size=6))
def test_what_is_saved_adds_up_as_it_is_read_back(
    business: Business,
    client_record: Client,
    tax_rate: TaxRate,
    lines: list[tuple[Decimal, Decimal, bool]],
) -> None:
    now = datetime(2026, 5, 4, 12).astimezone()
    values = {
        "client": client_record,
        "date": MAY_4,
        "tax_rate": tax_rate,
        "lines": [
            {"description": "x", "quantity": str(quantity), "unit_price": price, "taxable": taxable}
            for quantity, price, taxable in lines
        ],
    }

    made = create_invoice(business=business, values=values, now=now)

    read = Invoice.objects.get(pk=made.pk)
    assert read.subtotal == sum(line.amount for line in read.lines.all())
    assert read.subtotal + read.tax == read.total == made.total
    assert [(line.quantity, line.unit_price) for line in read.lines.all()] == [
        (quantity, price) for quantity, price, _ in lines
    ]
