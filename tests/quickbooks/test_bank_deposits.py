"""J5.8 step 4: QuickBooks refuses to touch what is in a bank deposit, and the log names it."""

from collections.abc import Callable

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice, Payment
from fieldledger.quickbooks import services
from fieldledger.quickbooks.bank_deposit_row import BankDeposit
from fieldledger.quickbooks.bank_deposits import deposit_of
from fieldledger.quickbooks.models import MessageSet, SyncEntry
from fieldledger.simulator import people
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import There
from tests.quickbooks.test_straight_path import NOW, a_client, a_payment, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NAMED = (
    "QuickBooks refuses to change or to delete the payment “40.00 for {}”, for it is in the deposit"
    " of 2026-05-12 to Checking, 65.00 in all (“Week 19”)."
)


@pytest.fixture
def invoice(pc: OfficePc, business: Business) -> Invoice:
    """An invoice with two payments, both in one deposit."""
    client, item = a_client(business), an_item(business)
    pc.set_up()
    made = an_invoice(business, client, item)
    a_payment(business, made, "40.00")
    a_payment(business, made, "25.00")
    pc.sync(made.guid)
    pc.run()
    ids = [each.quickbooks_id for each in pc.entries(rank=4)]
    people.deposit(pc.company, *ids, now=pc.now, date="2026-05-12", memo="Week 19")
    return made


def make_void(pc: OfficePc, payment: Payment) -> None:
    made = office.void_payment(payment=payment, now=NOW)
    services.choose_void(
        pc.connection, kind=Kind.PAYMENT, record=made, there=There.DELETE, actor="Dana", now=NOW
    )


def change(pc: OfficePc, payment: Payment) -> None:
    office.update_payment(payment=payment, values={"amount": "41.00"}, now=NOW)
    pc.sync(payments=(payment.guid,))


def entry_of(payment: Payment) -> SyncEntry:
    return SyncEntry.objects.get(record_guid=payment.guid)


@pytest.mark.parametrize("move", [make_void, change])
def test_j5_8_a_payment_in_a_deposit_is_refused_and_the_deposit_named(
    pc: OfficePc, invoice: Invoice, move: Callable[[OfficePc, Payment], None]
) -> None:
    payment = invoice.payments.order_by("pk")[0]
    move(pc, payment)
    pc.run()

    entry = entry_of(payment)
    assert (entry.state, entry.code) == (State.FAILED, "in_bank_deposit")
    title = f"{payment.amount}" if move is make_void else "41.00"
    assert entry.message == NAMED.format(invoice.number).replace("40.00 for", f"{title} for")
    assert "This payment has been deposited" in entry.said
    assert deposit_of(pc.connection, entry).startswith("the deposit of 2026-05-12 to Checking")
    documents = MessageSet.objects.count()
    pc.run()
    assert MessageSet.objects.count() == documents, "It is asked for once."

    (deposit,) = pc.company.records("Deposit")
    people.delete(pc.company, deposit.id, now=pc.now)
    pc.act("retry", entry)
    pc.run()
    assert entry_of(payment).state == State.SYNCED
    left = sorted(each.amounts["total"] for each in pc.company.payments())
    assert left == ([2500] if move is make_void else [2500, 4100])


def test_j5_8_what_is_in_a_deposit_can_be_left_there_instead(
    pc: OfficePc, invoice: Invoice
) -> None:
    payment = invoice.payments.order_by("pk")[0]
    make_void(pc, payment)
    pc.run()
    pc.act("ignore", entry_of(payment))
    entry = entry_of(payment)
    assert (entry.state, entry.code, entry.void_there) == (State.IGNORED, "left_there", "keep")
    pc.run()
    assert len(pc.company.payments()) == 2


def test_j5_8_a_refusal_for_another_reason_keeps_its_words(pc: OfficePc, invoice: Invoice) -> None:
    payment = invoice.payments.order_by("pk")[0]
    (deposit,) = pc.company.records("Deposit")
    people.edit(pc.company, deposit.id, {"TxnDate": "2027-05-12"}, now=pc.now)
    make_void(pc, payment)
    pc.run()
    entry = entry_of(payment)
    assert (entry.state, entry.code) == (State.FAILED, "3180")
    assert BankDeposit.objects.get(entry=entry).is_asked
    assert deposit_of(pc.connection, entry) == ""


def test_j5_8_the_question_survives_a_lost_answer(pc: OfficePc, invoice: Invoice) -> None:
    payment = invoice.payments.order_by("pk")[0]
    make_void(pc, payment)
    pc.run("lose-answer@3")
    pc.act("hold", *pc.entries(rank=1, state=State.PENDING))
    a_payment(payment.business, invoice, "5.00")
    pc.sync(invoice.guid)
    pc.run()
    assert entry_of(payment).code == "in_bank_deposit"
