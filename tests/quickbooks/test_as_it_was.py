"""After a restore: what is proved to be as it was is left alone, and nothing else is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice, Record
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import MessageSet, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import State
from tests.quickbooks.test_deposits import Desk
from tests.quickbooks.test_drift import at_night
from tests.quickbooks.test_restores import the_next_day
from tests.quickbooks.test_straight_path import NOW, a_client, a_payment, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def later() -> datetime:
    return datetime.now(tz=UTC) + timedelta(seconds=5)


def of_file(pc: OfficePc) -> None:
    """Restore the company file from a backup that has everything."""
    people.restore(pc.company, pc.company.to_json(), now=later() + timedelta(minutes=1))
    the_next_day(pc)


def of_database(_pc: OfficePc) -> None:
    services.database_restored(now=datetime.now(tz=UTC))


Restore = Callable[[OfficePc], None]
EITHER = pytest.mark.parametrize("restore", [of_file, of_database])


@pytest.fixture
def pc(business: Business) -> OfficePc:
    """A QuickBooks in which each change has a version of its own: all this is within a second."""
    return OfficePc(business, variant=Variant(edit_sequence_per_change=True))


@pytest.fixture
def invoice(pc: OfficePc, business: Business) -> Invoice:
    """An invoice in QuickBooks with two payments of 40.00 and 25.00."""
    client, item = a_client(business), an_item(business)
    pc.set_up()
    made = an_invoice(business, client, item)
    a_payment(business, made, "40.00", reference="7")
    a_payment(business, made, "25.00")
    pc.sync(made.guid)
    pc.run()
    return made


def entry_of(record: Record) -> SyncEntry:
    return SyncEntry.objects.get(record_guid=record.guid)


def writes() -> int:
    return MessageSet.objects.filter(purpose=MessageSet.Purpose.WRITE).count()


@EITHER
def test_a_payment_that_is_in_a_bank_deposit_or_in_closed_books_is_left_alone(
    pc: OfficePc, invoice: Invoice, restore: Restore
) -> None:
    one, two = invoice.payments.order_by("pk")
    people.deposit(pc.company, entry_of(one).quickbooks_id, now=later())
    people.close_books(pc.company, "2026-12-31")
    office.update_payment(payment=two, values={"amount": "26.00"}, now=NOW)
    before = writes()

    restore(pc)
    for _ in range(3):
        pc.run()

    assert (entry_of(one).state, entry_of(two).state) == (State.SYNCED, State.CHANGED)
    assert entry_of(one).message == "Looked up in QuickBooks: it is as it was."
    assert writes() == before


@EITHER
@pytest.mark.parametrize("price", ["240.00", "0.00"])
def test_what_is_void_there_is_not_made_void_anew(
    pc: OfficePc, business: Business, restore: Restore, price: str
) -> None:
    """Goal: nothing is sent. Of one that came to nothing before, that it is void is not proved."""
    client, item = a_client(business), an_item(business)
    pc.set_up()
    line = {"item": item.guid, "quantity": "1", "unit_price": price}
    made = an_invoice(business, client, item, lines=[line])
    pc.sync(made.guid)
    pc.run()
    office.void_invoice(invoice=made, now=NOW)
    pc.sync(made.guid)
    pc.run()
    people.close_books(pc.company, "2026-12-31")
    before = writes()

    restore(pc)
    for _ in range(3):
        pc.run()

    entry = entry_of(made)
    if price == "0.00":
        assert (entry.state, entry.code) == (State.FAILED, "3171")
        return
    assert (entry.state, entry.message, writes()) == (
        State.SYNCED,
        "Looked up in QuickBooks: it is void there, as it should be.",
        before,
    )


@EITHER
@pytest.mark.parametrize("fault", ["", "lose-answer@2"])
def test_a_payment_is_sent_again_where_nobody_knows_what_was_written_last(
    pc: OfficePc, invoice: Invoice, restore: Restore, fault: str
) -> None:
    """Goal: 41.00 there. Method: its change was refused, or its answer lost, before the restore."""
    payment = invoice.payments.order_by("pk")[0]
    before = pc.company.to_json()
    office.update_payment(payment=payment, values={"amount": "41.00"}, now=NOW)
    deposit = people.deposit(pc.company, entry_of(payment).quickbooks_id, now=later())
    if fault:
        people.delete(pc.company, deposit.id, now=later())
    pc.sync(payments=(payment.guid,))
    pc.run(fault)
    assert entry_of(payment).state == (State.SENDING if fault else State.FAILED)
    if fault:
        people.copy_back(pc.company, before)
    else:
        people.delete(pc.company, deposit.id, now=later())

    restore(pc)
    for _ in range(3):
        pc.run()
        pc.act("retry", *pc.entries(state=State.FAILED))
    pc.run()

    assert pc.states() == {"synced": 5}
    assert sorted(each.amounts["total"] for each in pc.company.payments()) == [2500, 4100]


@EITHER
def test_a_deposit_that_somebody_put_elsewhere_is_not_called_as_it_was(
    pc: OfficePc, business: Business, restore: Restore
) -> None:
    """Goal: it goes to our invoice. Method: moved to another one, the same is left of it."""
    desk = Desk(pc, business)
    desk.apply(desk.one, "150")
    desk.sync(desk.one, desk.two)
    one, two = (entry_of(each).quickbooks_id for each in (desk.one, desk.two))
    (payment,) = pc.company.payments()
    change = {
        "TxnID": payment.id,
        "EditSequence": people.record_of(pc.company, payment.id).sequence,
        "AppliedToTxnMod": [{"TxnID": two, "PaymentAmount": "150.00"}],
    }
    people.do(pc.company, "ReceivePaymentModRq", {"ReceivePaymentMod": change}, now=later())
    at_night(pc)
    assert desk.entry().state == State.SYNCED  # Which invoice it is the nightly look does not see.

    restore(pc)
    for _ in range(3):
        pc.run()

    (payment,) = pc.company.payments()
    assert [(each["TxnID"], each["Amount"]) for each in payment.fields["Applied"]] == [(one, 15000)]
    desk.agrees()


@EITHER
def test_what_somebody_changed_there_still_waits_for_a_person(
    pc: OfficePc, invoice: Invoice, restore: Restore
) -> None:
    """Goal: the log says so, nothing is overwritten. The nightly look does not come any more."""
    payment, other = invoice.payments.order_by("pk")
    changed = (invoice.client, invoice, payment)
    by_hand = ({"Email": "by@hand.example"}, {"TxnDate": "2026-05-20"}, {"Memo": "by hand"})
    office.update_client(client=invoice.client, values={"email": "anna@example.com"}, now=NOW)
    pc.run()
    for record, fields in zip(changed, by_hand, strict=True):
        people.edit(pc.company, entry_of(record).quickbooks_id, fields, now=later())
    at_night(pc)
    told = [entry_of(each).message for each in changed]
    assert told[1] == "Somebody changed it in QuickBooks: date. Nothing was overwritten."
    services.save_settings(pc.connection, changes={"drift_watch": False}, actor="", now=NOW)
    office.update_payment(payment=other, values={"amount": "26.00"}, now=NOW)
    before = writes()

    for _ in range(2):
        restore(pc)
        for _ in range(2):
            pc.run()

    found = [entry_of(each) for each in changed]
    assert [each.state for each in found] == [State.CHANGED_IN_QUICKBOOKS] * 3
    assert [each.message for each in found] == told
    assert (entry_of(other).state, writes()) == (State.CHANGED, before)
    # What a person decided is over.
    pc.act("accept", found[1])
    pc.act("retry", found[2])
    pc.run()
    restore(pc)
    for _ in range(2):
        pc.run()
    assert [entry_of(each).state for each in changed[1:]] == [State.SYNCED] * 2
    there = people.record_of(pc.company, entry_of(payment).quickbooks_id)
    assert there.fields["Memo"] == f"Invoice {invoice.number}"
