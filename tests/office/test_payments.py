from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office.changes import Change
from fieldledger.office.models import Invoice, Payment
from fieldledger.office.services import (
    Refused,
    create_payment,
    create_payments,
    update_payment,
    void_invoice,
    void_payment,
)


def paid(invoice: Invoice) -> Decimal:
    return Invoice.objects.get(pk=invoice.pk).paid


def take(business: Business, invoice: Invoice, amount: str, now: datetime) -> Payment:
    values = {"invoice": invoice, "amount": amount, "date": "2026-05-04", "method": "check"}
    return create_payment(business=business, values=values, now=now)


def test_payments_lower_the_balance_until_it_is_nothing(
    business: Business, invoice: Invoice, now: datetime, heard: list[Change]
) -> None:
    take(business, invoice, "33.33", now)
    take(business, invoice, "33.33", now)
    last = take(business, invoice, "33.34", now)

    assert paid(invoice) == Decimal("100.00")
    assert last.invoice is not None
    assert last.invoice.balance == 0
    assert [each.kind for each in heard] == ["payment"] * 3
    with pytest.raises(Refused) as refused:
        take(business, invoice, "0.01", now)
    assert refused.value.errors == {
        "amount": [
            "The amount 0.01 is more than the balance: on invoice 1001 nothing is owed any more."
        ]
    }


def test_more_than_the_balance_is_refused_among_many_in_their_order(
    business: Business, invoice: Invoice, now: datetime
) -> None:
    many = [
        {"invoice": str(invoice.guid), "amount": amount, "date": "2026-05-04"}
        for amount in ("60", "50", "40", "0.01")
    ]

    sixty, fifty, forty, cent = create_payments(business=business, many=many, now=now)

    assert isinstance(sixty, Payment)
    assert isinstance(forty, Payment)
    assert isinstance(fifty, Refused)
    assert isinstance(cent, Refused)
    assert "40.00 is still owed" in str(fifty)
    assert paid(invoice) == Decimal("100.00")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"invoice": None}, "invoice"),
        ({"invoice": str(uuid4())}, "invoice"),
        ({"invoice": 5}, "invoice"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "5.001"}, "amount"),
        ({"amount": None}, "amount"),
        ({"date": "yesterday"}, "date"),
        ({"method": "barter"}, "method"),
        ({"reference": "x" * 21}, "reference"),
        ({"voided_at": None}, "voided_at"),
    ],
)
def test_bad_input_is_refused_by_field(
    business: Business, invoice: Invoice, now: datetime, changes: dict[str, object], field: str
) -> None:
    good: dict[str, object] = {"invoice": invoice, "amount": "5", "date": "2026-05-04"}

    with pytest.raises(Refused) as refused:
        create_payment(business=business, values=good | changes, now=now)

    assert list(refused.value.errors) == [field]
    assert not Payment.objects.exists()
    assert paid(invoice) == 0


def test_another_businesss_invoice_cannot_be_paid(
    other_business: Business, invoice: Invoice, now: datetime
) -> None:
    with pytest.raises(Refused, match="There is no invoice with this id"):
        take(other_business, invoice, "5", now)


def test_a_void_invoice_cannot_be_paid(business: Business, invoice: Invoice, now: datetime) -> None:
    void_invoice(invoice=invoice, now=now)

    with pytest.raises(Refused, match="Invoice 1001 is void; nothing is owed on it"):
        take(business, invoice, "5", now)


def test_another_amount_moves_the_balance_by_the_difference(
    business: Business, invoice: Invoice, now: datetime, heard: list[Change]
) -> None:
    payment = take(business, invoice, "60", now)

    changed = update_payment(
        payment=payment, values={"amount": "100.00"}, now=now + timedelta(hours=1)
    )
    assert (paid(invoice), changed.revision) == (Decimal("100.00"), 2)

    with pytest.raises(Refused, match="more than the balance"):
        update_payment(payment=payment, values={"amount": "100.01"}, now=now)

    update_payment(payment=payment, values={"amount": "20", "reference": "1204"}, now=now)
    assert paid(invoice) == Decimal("20.00")
    assert len(heard) == 3


def test_a_refused_edit_leaves_payment_and_balance(
    business: Business, invoice: Invoice, now: datetime
) -> None:
    payment = take(business, invoice, "60", now)

    with pytest.raises(Refused) as refused:
        update_payment(payment=payment, values={"amount": "70", "method": "barter"}, now=now)

    payment.refresh_from_db()
    assert list(refused.value.errors) == ["method"]
    assert (payment.amount, paid(invoice)) == (Decimal("60.00"), Decimal("60.00"))


def test_an_edit_that_changes_nothing_does_nothing(
    business: Business, invoice: Invoice, now: datetime, heard: list[Change]
) -> None:
    payment = take(business, invoice, "60", now)
    heard.clear()
    values = {"invoice": str(invoice.guid), "amount": "60.0", "method": "check"}

    assert update_payment(payment=payment, values=values, now=now).revision == 1
    assert not heard


def test_a_payment_stays_with_its_invoice(
    business: Business, invoice: Invoice, now: datetime
) -> None:
    payment = take(business, invoice, "60", now)

    with pytest.raises(Refused, match="This payment is for invoice 1001; void it"):
        update_payment(payment=payment, values={"invoice": str(uuid4())}, now=now)


def test_a_void_payment_counts_no_more_and_never_changes(
    business: Business, invoice: Invoice, now: datetime, heard: list[Change]
) -> None:
    payment = take(business, invoice, "60", now)
    heard.clear()

    void_payment(payment=payment, now=now)
    again = void_payment(payment=payment, now=now + timedelta(days=1))

    assert (again.voided_at, again.revision) == (now, 2)
    assert paid(invoice) == 0
    assert len(heard) == 1
    with pytest.raises(Refused, match="This payment is void; it can't be changed"):
        update_payment(payment=payment, values={"reference": "1"}, now=now)
    assert isinstance(take(business, invoice, "100", now), Payment)
