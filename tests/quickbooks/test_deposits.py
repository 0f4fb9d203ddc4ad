"""Deposits in QuickBooks: entered unapplied when asked, applied later, exactly once."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Payment
from fieldledger.quickbooks import services
from fieldledger.simulator import people
from fieldledger.sync.content import State
from tests.quickbooks.test_drift import at_night
from tests.quickbooks.test_straight_path import (
    INVOICE_DATE,
    a_client,
    a_payment,
    an_invoice,
    an_item,
)
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


class Desk:
    """A client with a deposit of 200.00 and two invoices of 240.00."""

    def __init__(self, pc: OfficePc, business: Business) -> None:
        self.pc, self.business = pc, business
        self.client: Client = a_client(business)
        self.item = an_item(business)
        pc.set_up()
        values = {"client": self.client.guid, "amount": "200", "date": INVOICE_DATE}
        self.deposit: Payment = office.create_deposit(
            business=business, values=values, now=timezone.now(), actor=""
        )
        self.one, self.two = self.invoice(), self.invoice()

    def invoice(self) -> Invoice:
        return an_invoice(self.business, self.client, self.item)

    def apply(self, invoice: Invoice, amount: str) -> None:
        values = {"invoice": invoice.guid, "amount": amount}
        office.apply_deposit(deposit=self.deposit, values=values, now=timezone.now(), actor="")

    def sync(self, *invoices: Invoice, deposit: bool = True) -> list[str]:
        results = services.sync(
            self.pc.connection,
            invoices=[each.guid for each in invoices],
            payments=[self.deposit.guid] if deposit else [],
            actor="",
            now=timezone.now(),
        )
        self.pc.run()
        return [each.reason for each in results if each.result == "refused"]

    def entry(self) -> Any:
        (entry,) = self.pc.entries(rank=4)
        return entry

    def there(self) -> tuple[int, list[int]]:
        """Return in cents what QuickBooks has unapplied, and what is owed on its invoices."""
        (payment,) = self.pc.company.payments()
        bills = self.pc.company.invoices()
        unused = payment.amounts["total"] - sum(
            each["Amount"] for each in payment.fields["Applied"]
        )
        return unused, [each.amounts["balance"] for each in bills]

    def agrees(self) -> None:
        entry = self.entry()
        assert (entry.state, entry.differs_by) == (State.SYNCED, Decimal(0)), entry.message


@pytest.fixture
def desk(pc: OfficePc, business: Business) -> Desk:
    return Desk(pc, business)


def test_a_deposit_goes_unapplied_when_asked_and_is_applied_later(desk: Desk) -> None:
    desk.pc.run()
    assert desk.pc.company.payments() == []

    assert desk.sync() == []
    assert desk.there() == (20000, [])
    desk.agrees()

    desk.apply(desk.one, "150")
    assert desk.entry().state == State.CHANGED
    (reason,) = desk.sync()
    assert "Sync the invoice" in reason
    assert desk.there() == (20000, [])

    desk.sync(desk.one, deposit=False)
    assert desk.there() == (5000, [9000])
    desk.agrees()

    desk.apply(desk.two, "50")
    desk.apply(desk.one, "100")
    desk.sync(desk.one, desk.two)
    assert desk.there() == (5000, [14000, 19000])
    desk.agrees()


def test_a_deposit_applied_before_it_goes_is_entered_once_with_its_invoices_first(
    desk: Desk,
) -> None:
    desk.apply(desk.one, "150")
    desk.apply(desk.two, "50")

    (reason,) = desk.sync(desk.one)
    assert f"Its invoice {desk.two.number} is not in QuickBooks" in reason
    desk.sync(desk.two)

    assert desk.there() == (0, [9000, 19000])
    desk.agrees()


def test_a_deposit_taken_off_its_invoice_is_the_clients_credit_again(desk: Desk) -> None:
    desk.apply(desk.one, "150")
    desk.sync(desk.one)
    desk.apply(desk.one, "0")

    desk.sync()

    assert desk.there() == (20000, [24000])
    desk.agrees()


def test_an_invoice_is_void_in_quickbooks_after_the_deposit_is_taken_off(desk: Desk) -> None:
    desk.apply(desk.one, "150")
    desk.sync(desk.one)
    desk.apply(desk.one, "0")
    office.void_invoice(invoice=desk.one, now=timezone.now(), actor="")

    desk.sync(desk.one)
    desk.pc.run()

    assert desk.there() == (20000, [0])
    assert {each.state for each in desk.pc.entries(rank=3)} == {State.SYNCED}
    desk.agrees()


def test_a_changed_and_a_void_deposit_change_and_go_there(desk: Desk) -> None:
    desk.apply(desk.one, "150")
    desk.sync(desk.one)
    office.update_payment(
        payment=desk.deposit, values={"amount": "180"}, now=timezone.now(), actor=""
    )
    desk.sync()
    assert desk.there() == (3000, [9000])
    desk.agrees()

    office.void_payment(payment=desk.deposit, now=timezone.now(), actor="")
    desk.sync()
    assert desk.pc.company.payments() == []
    assert [each.amounts["balance"] for each in desk.pc.company.invoices()] == [24000]


def test_a_payment_that_lost_its_invoice_there_is_applied_again_by_a_change(
    desk: Desk,
) -> None:
    paid = a_payment(desk.business, desk.one, "100", reference="1")
    desk.sync(desk.one, deposit=False)
    desk.agrees()
    (there,) = desk.pc.company.payments()
    state = desk.pc.company.state
    state.uncount(record := state.records[there.id])
    record.fields["Applied"][0]["Amount"] = 7000
    state.count(record)

    office.update_payment(payment=paid, values={"reference": "2"}, now=timezone.now(), actor="")
    desk.sync(desk.one, deposit=False)

    desk.agrees()  # A change names what it is applied to.


def test_what_quickbooks_applied_otherwise_is_said_by_how_much(desk: Desk) -> None:
    desk.sync(desk.one)
    (payment,) = desk.pc.company.payments()
    (bill,) = desk.pc.company.invoices()
    entry = desk.entry()
    assert entry.title == f"200.00 deposit of {desk.client.name}"
    state = desk.pc.company.state
    state.uncount(record := state.records[payment.id])
    record.fields["Applied"].append({"TxnID": bill.id, "Amount": 5000, "DiscountAmount": 0})
    state.count(record)
    office.update_payment(
        payment=desk.deposit, values={"reference": "77"}, now=timezone.now(), actor=""
    )

    desk.sync()

    entry = desk.entry()
    assert (entry.state, entry.code, entry.differs_by) == (
        State.DIFFERS,
        "left_differs",
        Decimal(-50),
    )

    # Nobody changed it since: the nightly look has nothing to say, and accepted it stays so.
    for _ in range(2):
        people.edit(desk.pc.company, payment.id, {"Memo": "x"}, now=timezone.now())
        people.edit(desk.pc.company, payment.id, {"Memo": "Deposit"}, now=timezone.now())
        at_night(desk.pc)
        entry = desk.entry()
        assert entry.state in {State.DIFFERS, State.SYNCED}, entry.message
        assert entry.differs_by == Decimal(-50)
        if entry.state == State.DIFFERS:
            desk.pc.act("accept", entry)


@pytest.mark.parametrize("is_seen_at_night", [True, False])
def test_what_quickbooks_applied_and_we_did_not_is_taken_off_when_ours_is_sent_again(
    desk: Desk, *, is_seen_at_night: bool
) -> None:
    desk.sync(desk.one)
    (payment,) = desk.pc.company.payments()
    (bill,) = desk.pc.company.invoices()
    values = {
        "TxnID": payment.id,
        "EditSequence": people.record_of(desk.pc.company, payment.id).sequence,
        "AppliedToTxnMod": [{"TxnID": bill.id, "PaymentAmount": "50.00"}],
    }
    people.do(
        desk.pc.company,
        "ReceivePaymentModRq",
        {"ReceivePaymentMod": values},
        now=timezone.now() + timedelta(minutes=1),
    )
    assert desk.there() == (15000, [19000])
    if is_seen_at_night:
        at_night(desk.pc)
    else:
        office.update_payment(
            payment=desk.deposit, values={"reference": "77"}, now=timezone.now(), actor=""
        )
        desk.sync()
    entry = desk.entry()
    assert entry.state == (State.CHANGED_IN_QUICKBOOKS if is_seen_at_night else State.DIFFERS)

    desk.pc.act("retry", entry)
    desk.pc.run()

    assert desk.there() == (20000, [24000])
    desk.agrees()


@pytest.mark.parametrize("fault", ["zombie", "crash-mid=1", "crash-unstored", "lose-answer"])
def test_a_deposit_and_its_application_stand_there_once_after_a_lost_answer(
    desk: Desk, fault: str
) -> None:
    # The new invoice's number is looked for before it goes.
    for document, amount, left, owed in ((3, "0", 20000, 24000), (2, "150", 5000, 9000)):
        desk.apply(desk.one, amount)
        services.sync(
            desk.pc.connection,
            invoices=[desk.one.guid],
            payments=[desk.deposit.guid],
            actor="",
            now=timezone.now(),
        )
        desk.pc.run(f"{fault}@{document}")
        for _ in range(4):
            desk.pc.run()

        assert desk.there() == (left, [owed])
        desk.agrees()
