"""Credit memos applied to invoices: balances to the cent, what is refused, how it comes off."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Credit
from fieldledger.office.owing import UNUSED, ageing, debtors, kept_for_clients, standing_of
from fieldledger.office.reports import received_by_method
from fieldledger.office.services import Refused
from tests.office.applying import DAY, an_invoice, apply, figures, refusal


@pytest.fixture
def credit(business: Business, client_record: Client, now: datetime) -> Credit:
    return a_credit(client_record, now)


def a_credit(client: Client, now: datetime, price: str = "100") -> Credit:
    values = {
        "client": client.guid,
        "date": DAY,
        "lines": [{"description": "Taken back", "unit_price": price}],
    }
    return office.create_credit(business=client.business, values=values, now=now)


def refund(credit: Credit, amount: str, now: datetime) -> Any:
    values = {"amount": amount, "date": DAY}
    return office.create_refund(credit=credit, values=values, now=now)


def test_a_credit_goes_to_several_invoices_and_is_taken_off_again(
    credit: Credit, client_record: Client, business: Business, now: datetime
) -> None:
    one, two = an_invoice(client_record, now, "60.01"), an_invoice(client_record, now, "300")
    assert figures(credit, one, two) == ["100.00", "60.01", "300.00"]
    revision = one.revision

    apply(credit, one, "60.01", now)
    apply(credit, two, "39.99", now)

    assert figures(credit, one, two) == ["0.00", "0.00", "260.01"]
    assert one.revision == revision + 1  # QuickBooks keeps it with the invoice.
    assert one.money_state(now.date()) == "paid"
    assert sum(each.amount for each in ageing(business, now.date())) == Decimal("260.01")
    assert standing_of(client_record).balance == Decimal("260.01")  # No credit is left.
    (debtor,) = debtors(business, now.date())
    assert (debtor.owed, debtor.credit) == (Decimal("260.01"), Decimal(0))
    assert not received_by_method(business, now.date().replace(day=1), now.date())
    assert [each.amount for each in credit.applications.all()] == [
        Decimal("60.01"),
        Decimal("39.99"),
    ]

    apply(credit, one, "0", now)
    apply(credit, one, "0", now)
    assert standing_of(client_record).credit == Decimal("60.01")
    assert figures(credit, one, two) == ["60.01", "60.01", "260.01"]
    assert one.revision == revision + 2
    for subject, action in ((one.guid, "apply credit to invoice"), (credit.guid, "apply credit")):
        events = AuditEvent.objects.filter(subject=str(subject), action=action)
        assert [each.actor for each in events[:2]] == ["Dana", "Dana"]


@pytest.mark.parametrize(
    ("total", "back", "used"), [("0.03", "0.01", "0.02"), ("0.80", "0.70", "0.10")]
)
def test_a_credit_partly_paid_back_and_partly_applied_is_used_up_to_the_cent(
    client_record: Client, business: Business, now: datetime, total: str, back: str, used: str
) -> None:
    credit = a_credit(client_record, now, total)
    invoice = an_invoice(client_record, now, "50")

    refund(credit, back, now)
    apply(credit, invoice, used, now)

    credit.refresh_from_db()
    assert credit.balance == 0
    assert standing_of(client_record).credit == 0
    assert not Credit.objects.filter(UNUSED).exists()
    assert not any(each.number for each in kept_for_clients(business))


def test_money_that_settles_a_client_leaves_no_fraction_of_a_cent(
    client_record: Client, business: Business, now: datetime
) -> None:
    invoice = an_invoice(client_record, now, "1250.35")
    values = {"invoice": invoice.guid, "amount": "1200", "date": DAY}
    office.create_payment(business=business, values=values, now=now)
    a_credit(client_record, now, "50.35")

    standing = standing_of(client_record)
    assert [standing.owed, standing.balance, standing.surplus] == [Decimal("50.35"), 0, 0]
    (debtor,) = debtors(business, now.date())
    assert [debtor.owed, debtor.balance] == [Decimal("50.35"), 0]


def test_what_would_go_below_zero_is_refused(
    credit: Credit, client_record: Client, business: Business, now: datetime
) -> None:
    invoice = an_invoice(client_record, now, "50")
    ben = office.create_client(business=business, values={"name": "Ben"}, now=now)

    assert "more than the balance" in refusal(credit, invoice, "50.01", now)
    assert "another client" in refusal(credit, an_invoice(ben, now), "1", now)
    refund(credit, "80", now)
    assert "more than is left of credit memo" in refusal(credit, invoice, "20.01", now)
    apply(credit, invoice, "20", now)
    with pytest.raises(Refused, match="more than is left"):
        refund(credit, "0.01", now)
    assert figures(credit, invoice) == ["0.00", "30.00"]
    values = {"invoice": invoice.guid, "amount": "30.01", "date": DAY}
    with pytest.raises(Refused, match="still owed"):
        office.create_payment(business=business, values=values, now=now)
    less = {"lines": [{"description": "Less", "unit_price": "99"}]}
    with pytest.raises(Refused, match=r"what was used of it: 20\.00 on invoices and 80\.00 paid"):
        office.update_credit(credit=credit, values=less, now=now)
    less = {"lines": [{"description": "Less", "unit_price": "19.99"}]}
    with pytest.raises(Refused, match="already paid"):
        office.update_invoice(invoice=invoice, values=less, now=now)


def test_neither_is_void_or_anothers_while_one_goes_to_the_other(
    credit: Credit, client_record: Client, business: Business, now: datetime
) -> None:
    invoice = an_invoice(client_record, now)
    ben = office.create_client(business=business, values={"name": "Ben"}, now=now)
    apply(credit, invoice, "40", now)

    with pytest.raises(Refused, match=r"40\.00 of a credit memo of .* went to invoice"):
        office.void_invoice(invoice=invoice, now=now)
    with pytest.raises(Refused, match="goes to invoices; take that off first"):
        office.void_credit(credit=credit, now=now)
    with pytest.raises(Refused, match="of a credit memo"):
        office.update_invoice(invoice=invoice, values={"client": ben.guid}, now=now)
    with pytest.raises(Refused, match="goes to invoices of"):
        office.update_credit(credit=credit, values={"client": ben.guid}, now=now)

    apply(credit, invoice, "0", now)
    office.void_invoice(invoice=invoice, now=now)
    assert "void" in refusal(credit, invoice, "1", now)
    office.void_credit(credit=credit, now=now)
    other = an_invoice(client_record, now)
    with pytest.raises(Refused, match="nothing is left of it"):
        apply(credit, other, "1", now)


def test_a_void_refund_is_free_to_be_applied_and_merged_clients_keep_what_is_applied(
    credit: Credit, client_record: Client, business: Business, now: datetime
) -> None:
    invoice = an_invoice(client_record, now)
    paid_back = refund(credit, "100", now)
    office.void_refund(refund=paid_back, now=now)
    apply(credit, invoice, "100", now)
    assert figures(credit, invoice) == ["0.00", "20.00"]

    ben = office.create_client(business=business, values={"name": "Ben"}, now=now)
    office.merge_clients(business=business, keep=ben, drop=client_record, now=now)

    credit.refresh_from_db()
    apply(credit, invoice, "90", now)
    assert figures(credit, invoice) == ["10.00", "30.00"]
    assert sum(each.amount for each in ageing(business, now.date())) == Decimal(30)
