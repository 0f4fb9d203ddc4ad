"""Credit memos: their own numbers, lines and tax, for an invoice or by themselves (I5.2, 5.8)."""

from datetime import datetime
from decimal import Decimal

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.changes import Change
from fieldledger.office.models import Client, Credit, Invoice, Item, Refund, TaxRate
from fieldledger.office.services.removing import remove_clients

pytestmark = pytest.mark.django_db


@pytest.fixture
def credit(business: Business, client_record: Client, item: Item, now: datetime) -> Credit:
    values = {
        "client": client_record,
        "date": "2026-05-05",
        "reason": "The valve leaked again",
        "lines": [{"item": item, "quantity": "0.5"}],
    }
    return office.create_credit(business=business, values=values, now=now)


def refusal(business: Business, now: datetime, **values: object) -> dict[str, list[str]]:
    with pytest.raises(office.Refused) as caught:
        office.create_credit(business=business, values=values, now=now)
    return caught.value.errors


def test_a_credit_memo_has_a_number_of_its_own_row_and_its_totals(
    business: Business, credit: Credit, tax_rate: TaxRate, now: datetime
) -> None:
    values = {
        "client": credit.client,
        "date": "2026-05-06",
        "tax_rate": tax_rate,
        "lines": [{"description": "Work", "unit_price": "20.00"}],
    }
    taxed = office.create_credit(business=business, values=values, now=now)

    assert (credit.number, taxed.number) == ("CM-1", "CM-2")
    assert (credit.total, credit.balance) == (Decimal("50.00"), Decimal("50.00"))
    assert (taxed.subtotal, taxed.tax, taxed.total) == (
        Decimal("20.00"),
        Decimal("1.45"),
        Decimal("21.45"),
    )
    assert refusal(business, now, **values, number="CM-1") == {
        "number": ["Another credit memo already has the number CM-1."]
    }


def test_for_an_invoice_it_is_of_its_client_and_at_most_its_total(
    business: Business, invoice: Invoice, item: Item, now: datetime
) -> None:
    part = {"invoice": invoice.guid, "date": "2026-05-05", "lines": [{"item": item.guid}]}
    half = {**part, "lines": [{"item": item.guid, "unit_price": "60.00"}]}
    made = office.create_credit(business=business, values=half, now=now)

    assert (made.client, made.invoice) == (invoice.client, invoice)
    assert refusal(business, now, **part) == {
        "lines": [
            "The total would be 100.00; invoice 1001 is over 100.00, and 60.00 is credited already."
        ]
    }

    office.void_credit(credit=made, now=now)
    assert office.create_credit(business=business, values=part, now=now).total == invoice.total


def test_what_cannot_be_a_credit_memo_is_refused_in_words(
    business: Business, client_record: Client, now: datetime
) -> None:
    assert refusal(business, now) == {
        "client": ["The client is missing."],
        "date": ["The date is missing."],
        "lines": ["A credit memo needs at least one line."],
    }
    free = [{"description": "Nothing", "unit_price": "0"}]
    assert refusal(business, now, client=client_record, date="2026-05-05", lines=free) == {
        "lines": ["The total would be 0.00; a credit memo is over some amount."]
    }


def test_a_change_and_a_void_are_announced_once_each(
    credit: Credit, item: Item, heard: list[Change], now: datetime
) -> None:
    lines = [{"item": item, "quantity": "0.25"}]
    for _ in range(2):
        changed = office.update_credit(credit=credit, values={"lines": lines}, now=now)
    office.void_credit(credit=credit, now=now)
    void = office.void_credit(credit=credit, now=now)

    assert (changed.total, void.balance, void.revision) == (Decimal("25.00"), Decimal("0.00"), 3)
    assert [(each.kind, len(each.records)) for each in heard] == [("credit", 1)] * 2
    with pytest.raises(office.Refused, match="void"):
        office.update_credit(credit=void, values={"reason": "Another"}, now=now)


def test_a_merged_client_s_credit_memos_move_and_keep_it_from_being_deleted(
    business: Business, credit: Credit, now: datetime
) -> None:
    keep = office.create_client(business=business, values={"name": "Ann"}, now=now)
    drop = credit.client
    assert remove_clients(business=business, ids=[drop.pk], now=now, actor="") == []

    office.merge_clients(business=business, keep=keep, drop=drop, now=now)

    credit.refresh_from_db()
    assert (credit.client, credit.revision) == (keep, 2)


def refund(credit: Credit, now: datetime, amount: str) -> Refund:
    values = {"amount": amount, "date": "2026-05-06", "method": "check", "reference": "88"}
    return office.create_refund(credit=credit, values=values, now=now)


def test_what_is_left_of_a_credit_is_paid_back_once(credit: Credit, now: datetime) -> None:
    refund(credit, now, "20.00")
    with pytest.raises(office.Refused, match="more than is left") as caught:
        refund(credit, now, "30.01")
    assert list(caught.value.errors) == ["amount"]
    last = refund(credit, now, "30.00")
    credit.refresh_from_db()
    assert (credit.refunded, credit.balance) == (Decimal("50.00"), Decimal("0.00"))

    office.void_refund(refund=last, now=now)
    office.void_refund(refund=last, now=now)
    credit.refresh_from_db()
    assert credit.balance == Decimal("30.00")


def test_a_credit_with_a_refund_is_neither_voided_nor_made_smaller(
    credit: Credit, item: Item, heard: list[Change], now: datetime
) -> None:
    made = refund(credit, now, "20.00")
    assert [each.kind for each in heard] == ["refund"]
    with pytest.raises(office.Refused, match="void these first"):
        office.void_credit(credit=credit, now=now)
    small = [{"item": item, "unit_price": "19.99"}]
    with pytest.raises(office.Refused, match="already paid back"):
        office.update_credit(credit=credit, values={"lines": small}, now=now)

    office.void_refund(refund=made, now=now)
    office.void_credit(credit=credit, now=now)
    with pytest.raises(office.Refused, match="void"):
        refund(credit, now, "1.00")
