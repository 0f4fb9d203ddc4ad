from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office.changes import Change
from fieldledger.office.models import Client, Invoice, Item, TaxRate
from fieldledger.office.services import (
    Refused,
    create_client,
    create_invoice,
    create_payment,
    update_client,
    update_invoice,
    update_item,
    void_invoice,
    void_payment,
)


def test_other_lines_change_the_totals_and_keep_the_first_lines_place(
    invoice: Invoice, item: Item, now: datetime, heard: list[Change]
) -> None:
    first_line = invoice.lines.get()
    lines = [{"item": item, "quantity": "2"}, {"description": "Parts", "unit_price": "12.345"}]
    later = now + timedelta(hours=1)

    changed = update_invoice(invoice=invoice, values={"lines": lines}, now=later)

    changed.refresh_from_db()
    assert (changed.total, changed.revision, changed.updated_at) == (Decimal("212.35"), 2, later)
    assert [(line.position, line.amount) for line in changed.lines.all()] == [
        (1, Decimal("200.00")),
        (2, Decimal("12.35")),
    ]
    assert changed.lines.first() == first_line
    assert [each.kind for each in heard] == ["invoice"]


def test_fewer_lines_leave_no_old_one(invoice: Invoice, item: Item, now: datetime) -> None:
    update_invoice(invoice=invoice, values={"lines": [{"item": item}] * 3}, now=now)

    changed = update_invoice(invoice=invoice, values={"lines": [{"item": item}]}, now=now)

    assert changed.lines.count() == 1
    assert changed.total == Decimal("100.00")


def test_another_tax_rate_changes_tax_and_total(
    invoice: Invoice, tax_rate: TaxRate, now: datetime
) -> None:
    changed = update_invoice(invoice=invoice, values={"tax_rate": tax_rate}, now=now)
    assert (changed.tax, changed.total) == (Decimal("7.25"), Decimal("107.25"))

    changed = update_invoice(invoice=invoice, values={"tax_rate": None}, now=now)
    assert (changed.tax, changed.total, changed.revision) == (
        Decimal("0.00"),
        Decimal("100.00"),
        3,
    )


def test_an_edit_that_changes_nothing_does_nothing(
    invoice: Invoice, item: Item, client_record: Client, now: datetime, heard: list[Change]
) -> None:
    values = {
        "client": client_record,
        "number": invoice.number,
        "date": "2026-05-04",
        "memo": " ",
        "tax_rate": None,
        "lines": [{"item": str(item.guid), "quantity": "1.0", "unit_price": "100"}],
    }

    same = update_invoice(invoice=invoice, values=values, now=now + timedelta(hours=1))

    same.refresh_from_db()
    assert (same.revision, same.updated_at) == (1, now)
    assert not heard


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": ""}, "number"),
        ({"date": None}, "date"),
        ({"client": None}, "client"),
        ({"lines": []}, "lines"),
        ({"lines": [{"description": "x", "unit_price": "-1"}]}, "lines"),
        ({"paid": "1"}, "paid"),
    ],
)
def test_bad_input_is_refused_by_field_and_nothing_changes(
    invoice: Invoice, now: datetime, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Refused) as refused:
        update_invoice(invoice=invoice, values=values | {"memo": "New"}, now=now)

    invoice.refresh_from_db()
    assert list(refused.value.errors) == [field]
    assert (invoice.memo, invoice.revision, invoice.lines.count()) == ("", 1, 1)


def test_the_number_of_another_invoice_is_refused(
    business: Business, invoice: Invoice, client_record: Client, item: Item, now: datetime
) -> None:
    values = {"client": client_record, "date": "2026-05-04", "lines": [{"item": item}]}
    other = create_invoice(business=business, values=values, now=now)

    with pytest.raises(Refused) as refused:
        update_invoice(invoice=other, values={"number": invoice.number}, now=now)

    assert list(refused.value.errors) == ["number"]


def test_the_total_cannot_fall_below_what_is_paid(
    business: Business, invoice: Invoice, item: Item, now: datetime
) -> None:
    create_payment(
        business=business,
        values={"invoice": invoice, "amount": "80", "date": "2026-05-04"},
        now=now,
    )

    with pytest.raises(Refused) as refused:
        update_invoice(
            invoice=invoice, values={"lines": [{"item": item, "unit_price": "79.99"}]}, now=now
        )

    assert refused.value.errors == {
        "lines": [
            "The total would be 79.99, less than the 80.00 already paid; void a payment first."
        ]
    }
    changed = update_invoice(
        invoice=invoice, values={"lines": [{"item": item, "unit_price": "80"}]}, now=now
    )
    assert changed.balance == 0


def test_a_paid_invoice_stays_with_its_client(
    business: Business, invoice: Invoice, now: datetime
) -> None:
    other = create_client(business=business, values={"name": "Bo"}, now=now)
    values = {"invoice": invoice, "amount": "80", "date": "2026-05-04"}
    payment = create_payment(business=business, values=values, now=now)

    with pytest.raises(Refused) as refused:
        update_invoice(invoice=invoice, values={"client": other}, now=now)
    assert list(refused.value.errors) == ["client"]

    void_payment(payment=payment, now=now)
    assert update_invoice(invoice=invoice, values={"client": other}, now=now).client == other


def test_what_was_archived_since_may_stay_on_the_invoice(
    invoice: Invoice, item: Item, client_record: Client, now: datetime
) -> None:
    update_item(item=item, values={"archived": True}, now=now)
    update_client(client=client_record, values={"archived": True}, now=now)
    values = {"client": client_record, "lines": [{"item": item, "quantity": 3}]}

    changed = update_invoice(invoice=invoice, values=values, now=now)

    assert changed.total == Decimal("300.00")


def test_a_void_invoice_is_owed_no_more_and_never_changes(
    invoice: Invoice, now: datetime, heard: list[Change]
) -> None:
    void_invoice(invoice=invoice, now=now, actor="user 7")
    again = void_invoice(invoice=invoice, now=now + timedelta(days=1))

    again.refresh_from_db()
    assert (again.voided_at, again.revision, again.balance, again.total) == (
        now,
        2,
        Decimal("0.00"),
        Decimal("100.00"),
    )
    assert len(heard) == 1
    assert AuditEvent.objects.filter(action="void invoice").count() == 1
    with pytest.raises(Refused, match="Invoice 1001 is void; it can't be changed"):
        update_invoice(invoice=invoice, values={"memo": "x"}, now=now)


def test_an_invoice_with_payments_is_not_made_void(
    business: Business, invoice: Invoice, now: datetime
) -> None:
    values = {"invoice": invoice, "amount": "80", "date": "2026-05-04"}
    payment = create_payment(business=business, values=values, now=now)

    with pytest.raises(Refused, match=r"has payments of 80\.00; void these first"):
        void_invoice(invoice=invoice, now=now)

    void_payment(payment=payment, now=now)
    assert void_invoice(invoice=invoice, now=now).voided
