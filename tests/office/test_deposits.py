"""Deposits: money without an invoice, kept unapplied, and applied to invoices later."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import queries
from fieldledger.office import services as office
from fieldledger.office.models import Client, Payment
from fieldledger.office.owing import ageing
from fieldledger.office.reports import received_by_method
from fieldledger.office.services import Refused
from tests.office.applying import DAY, an_invoice, apply, figures, refusal


@pytest.fixture
def deposit(business: Business, client_record: Client, now: datetime) -> Payment:
    values = {"client": client_record.guid, "amount": "200", "date": DAY, "method": "check"}
    return office.create_deposit(business=business, values=values, now=now)


def test_a_deposit_is_kept_applied_to_several_invoices_and_taken_off_again(
    deposit: Payment, client_record: Client, business: Business, now: datetime
) -> None:
    one, two = an_invoice(client_record, now), an_invoice(client_record, now, "300")
    assert figures(deposit, one, two) == ["200.00", "120.00", "300.00"]

    apply(deposit, one, "120", now)
    apply(deposit, two, "50", now)
    assert figures(deposit, one, two) == ["30.00", "0.00", "250.00"]
    assert deposit.revision == 3
    assert sum(each.amount for each in ageing(business, one.date)) == Decimal(250)

    apply(deposit, two, "80", now)  # In place of the 50.
    apply(deposit, one, "0", now)
    assert figures(deposit, one, two) == ["120.00", "120.00", "220.00"]
    apply(deposit, one, "0", now)
    assert deposit.revision == 5

    (row,) = received_by_method(business, one.date, one.date)
    assert (row.title, row.amount) == ("Check", Decimal(200))
    assert list(queries.payments(business, client=client_record)) == [deposit]
    assert list(queries.payments(business, q=client_record.name)) == [deposit]


def test_no_more_is_applied_than_the_deposit_and_the_invoice_have(
    deposit: Payment, client_record: Client, business: Business, now: datetime
) -> None:
    one, two = an_invoice(client_record, now), an_invoice(client_record, now, "300")
    assert refusal(deposit, one, "120.01", now).endswith("120.00 is still owed.")
    apply(deposit, two, "150", now)
    assert "more than is left of the deposit, 50.00" in refusal(deposit, one, "60", now)
    assert "must be from 0" in refusal(deposit, one, "-1", now)

    other = office.create_client(business=business, values={"name": "Bo Other"}, now=now)
    assert "another client's" in refusal(deposit, an_invoice(other, now), "1", now)
    voided = an_invoice(client_record, now)
    office.void_invoice(invoice=voided, now=now)
    assert "is void" in refusal(deposit, voided, "1", now)


def test_what_a_deposit_went_to_is_neither_void_nor_another_clients_before_it_is_taken_off(
    deposit: Payment, client_record: Client, business: Business, now: datetime
) -> None:
    invoice = an_invoice(client_record, now)
    apply(deposit, invoice, "20", now)
    other = office.create_client(business=business, values={"name": "Bo Other"}, now=now)

    with pytest.raises(Refused, match="take it off first"):
        office.void_invoice(invoice=invoice, now=now)
    with pytest.raises(Refused, match="take it off before another client gets it"):
        office.update_invoice(invoice=invoice, values={"client": other.guid}, now=now)
    with pytest.raises(Refused, match=r"less than the 20\.00 applied"):
        office.update_payment(payment=deposit, values={"amount": "19.99"}, now=now)
    with pytest.raises(Refused, match="apply it to invoices on its page"):
        office.update_payment(payment=deposit, values={"invoice": invoice.guid}, now=now)

    office.void_payment(payment=deposit, now=now)
    assert figures(deposit, invoice) == ["0.00", "120.00"]
    with pytest.raises(Refused, match="is void"):
        apply(deposit, invoice, "1", now)


def test_more_than_an_invoice_owes_is_kept_as_the_clients_credit(
    client_record: Client, business: Business, now: datetime
) -> None:
    invoice = an_invoice(client_record, now)
    values: dict[str, Any] = {"invoice": invoice.guid, "amount": "150", "date": DAY}

    made = office.pay_and_keep_the_rest(business=business, values=values, now=now)

    assert figures(made, invoice) == ["30.00", "0.00"]
    assert made.payer == client_record


def test_a_merge_takes_the_deposits_along(
    deposit: Payment, client_record: Client, business: Business, now: datetime
) -> None:
    kept = office.create_client(business=business, values={"name": "Ann Kept"}, now=now)
    invoice = an_invoice(client_record, now)
    apply(deposit, invoice, "20", now)

    merged = office.merge_clients(business=business, keep=kept, drop=client_record, now=now)

    deposit.refresh_from_db()
    assert (deposit.payer, merged.payments) == (kept, 1)
    apply(deposit, invoice, "120", now)
    assert figures(deposit, invoice) == ["80.00", "0.00"]
