"""J5.8 step 4: what is void here is made void there, deleted there, or left there, as is chosen."""

import datetime as dt
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office import services as office
from fieldledger.office.models import Credit, Invoice, Payment, Refund
from fieldledger.quickbooks import comparing, services
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.void_choice import WITH_QUICKBOOKS, asked_of
from fieldledger.simulator import people
from fieldledger.simulator.soap import Call, Reply
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import There
from tests.quickbooks.test_restores import the_next_day
from tests.quickbooks.test_straight_path import NOW, a_client, a_payment, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

FAULTS = [
    "lose-request@2",
    "send-twice@2",
    "zombie@2",
    "crash-unstored@2",
    "drop-after-run@2",
    "lose-answer@2",
    "bad-answer@2",
]


@dataclass
class Books:
    """An invoice with a payment, and a credit memo with a refund, all of them in QuickBooks."""

    pc: OfficePc
    invoice: Invoice
    payment: Payment
    credit: Credit
    refund: Refund

    def entry(self, kind: Kind) -> SyncEntry:
        record = getattr(self, kind)
        return SyncEntry.objects.get(record_guid=record.guid)

    def make_void(self, kind: Kind, there: There | None, **more: Any) -> str:
        """Make a record void, and choose what QuickBooks does with it."""
        record = getattr(self, kind)
        getattr(office, f"void_{kind}")(**{kind: record}, now=NOW)
        record.refresh_from_db()
        if there is None:
            return ""
        given = {"kind": kind, "record": record, "there": there, "actor": "Dana", "now": NOW}
        return services.choose_void(self.pc.connection, **given, **more)

    def paid_out(self) -> None:
        """Make the payment and the refund void, so that the others can be; both go at once."""
        self.make_void(Kind.PAYMENT, There.DELETE)
        self.make_void(Kind.REFUND, There.DELETE)
        self.pc.run()
        assert self.pc.company.payments() == self.pc.company.checks() == []
        self.invoice.refresh_from_db()
        self.credit.refresh_from_db()

    def there(self, kind: Kind) -> list[int]:
        """Return what the records of a kind come to in QuickBooks, in cents."""
        types = {"invoice": "Invoice", "payment": "ReceivePayment", "credit": "CreditMemo"}
        return [each.amounts["total"] for each in self.pc.company.records(types.get(kind, "Check"))]

    def at_night(self) -> None:
        Connection.objects.update(watch_at=timezone.now() - timedelta(minutes=1))
        self.pc.run()


def books_of(pc: OfficePc, business: Business) -> Books:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    bank = next(each for each in pc.company.records("Account") if each.name == "Checking")
    services.save_mapping(pc.connection, changes={"refund_account": bank.id}, actor="", now=NOW)
    invoice = an_invoice(business, client, item)
    payment = a_payment(business, invoice, "40.00")
    values: dict[str, Any] = {
        "client": client.guid,
        "date": "2026-05-05",
        "reason": "It leaked again",
        "lines": [{"item": item.guid, "quantity": "1", "unit_price": "30.00"}],
    }
    credit = office.create_credit(business=business, values=values, now=NOW)
    values = {"amount": "10.00", "date": "2026-05-06", "method": "check"}
    refund = office.create_refund(credit=credit, values=values, now=NOW)
    pc.sync(invoice.guid)
    services.sync(
        pc.connection,
        invoices=[],
        payments=[],
        credit_memos=[credit.guid],
        actor="Dana",
        now=datetime.now(tz=UTC),
    )
    pc.run()
    assert pc.states() == {"synced": 6}
    return Books(pc, invoice, payment, credit, refund)


@pytest.fixture
def books(pc: OfficePc, business: Business) -> Books:
    return books_of(pc, business)


def test_j5_8_what_is_asked_is_what_quickbooks_can_do(books: Books) -> None:
    for kind in (Kind.INVOICE, Kind.CREDIT):
        assert asked_of(books.entry(kind)) == (There.VOID, There.DELETE, There.KEEP)
    for kind in (Kind.PAYMENT, Kind.REFUND):
        assert asked_of(books.entry(kind)) == (There.DELETE, There.KEEP)
    with pytest.raises(NotPossible):
        books.make_void(Kind.PAYMENT, There.VOID)
    with pytest.raises(NotPossible):
        services.choose_void(
            books.pc.connection,
            kind=Kind.INVOICE,
            record=books.invoice,
            there=There.KEEP,
            actor="Dana",
            now=NOW,
        )
    assert books.entry(Kind.INVOICE).state == State.SYNCED


def test_j5_8_one_is_deleted_there_and_the_other_made_void_as_is_chosen(books: Books) -> None:
    books.paid_out()
    assert books.make_void(Kind.INVOICE, There.DELETE) == ""
    books.make_void(Kind.CREDIT, None)
    waits = books.entry(Kind.CREDIT)
    assert (waits.state, waits.void_there) == (State.CHANGED, There.VOID)
    books.pc.run()

    deleted = books.entry(Kind.INVOICE)
    assert (books.there(Kind.INVOICE), books.there(Kind.CREDIT)) == ([], [3000])
    said = "It is void here, and was deleted in QuickBooks."
    assert (deleted.state, deleted.message) == (State.SYNCED, said)
    audited = AuditEvent.objects.filter(subject=str(deleted.record_guid)).last()
    assert audited is not None
    assert audited.details["in_quickbooks"] == "delete"

    services.choose_void_again(
        books.pc.connection, entry=waits, there=There.VOID, actor="Dana", now=NOW
    )
    books.pc.run()
    assert books.there(Kind.CREDIT) == [0]
    assert books.entry(Kind.CREDIT).message.startswith("It is void in QuickBooks, too")
    books.at_night()
    assert books.pc.states() == {"synced": 6}
    assert books.pc.connection.active_count == 0


def test_j5_8_what_quickbooks_keeps_nobody_moves_any_more(books: Books) -> None:
    kinds = (Kind.PAYMENT, Kind.REFUND, Kind.INVOICE, Kind.CREDIT)
    before = [books.there(each) for each in kinds]
    for kind in kinds:
        assert books.make_void(kind, There.KEEP) == ""
        people.edit(books.pc.company, books.entry(kind).quickbooks_id, {"Memo": "x"}, now=NOW)
        books.invoice.refresh_from_db()
        books.credit.refresh_from_db()

    for _ in range(2):
        books.at_night()
    (again,) = books.pc.sync(books.invoice.guid)
    assert again.result == "refused"
    assert again.reason == (
        "The invoice is void here, and QuickBooks keeps it because somebody chose so. Release it in"
        " the sync log if QuickBooks is to be rid of it after all."
    )
    entries = [books.entry(each) for each in kinds]
    assert [books.there(each) for each in kinds] == before
    assert {(each.state, each.code) for each in entries} == {(State.IGNORED, "left_there")}
    assert "is void here. QuickBooks keeps it as it is" in entries[0].message
    named, _ = comparing.missing(books.pc.connection, dt.date(2026, 5, 1), dt.date(2026, 5, 31))
    differ = {each.kind: each.difference for each in named if each.is_void}
    assert differ == {Kind.INVOICE: 240, Kind.PAYMENT: 40, Kind.CREDIT: 30, Kind.REFUND: 10}
    assert named[0].reason == entries[2].message
    assert books.pc.connection.active_count == 0

    books.pc.act("release", *entries)
    books.pc.run()
    books.pc.run()
    assert [books.there(each) for each in kinds] == [[], [], [0], [0]]
    assert books.pc.states() == {"synced": 6}
    named, _ = comparing.missing(books.pc.connection, dt.date(2026, 5, 1), dt.date(2026, 5, 31))
    assert named == []


@pytest.mark.parametrize(
    ("fault", "kind"), list(zip(FAULTS, cycle([Kind.INVOICE, Kind.PAYMENT]), strict=False))
)
def test_j5_8_a_deletion_whose_answer_is_lost_is_done_once_and_known_to_be(
    books: Books, fault: str, kind: Kind
) -> None:
    if kind == Kind.INVOICE:
        books.paid_out()
    books.make_void(kind, There.DELETE)
    books.pc.run(fault)
    for _ in range(3):
        books.pc.run()
    assert books.there(kind) == []
    assert set(books.pc.states()) == {"synced"}
    books.at_night()
    books.at_night()
    assert set(books.pc.states()) == {"synced"}
    assert not books.entry(kind).edit_sequence


def test_j5_8_what_somebody_deleted_there_before_counts_as_done(books: Books) -> None:
    books.paid_out()
    people.delete(books.pc.company, books.entry(Kind.INVOICE).quickbooks_id, now=books.pc.now)
    books.make_void(Kind.INVOICE, There.DELETE)
    books.pc.run()
    assert books.entry(Kind.INVOICE).state == State.SYNCED


def test_j5_8_what_is_void_here_and_gone_there_asks_nobody(books: Books) -> None:
    books.paid_out()
    office.update_credit(credit=books.credit, values={"reason": "Twice"}, now=NOW)
    books.credit.refresh_from_db()
    entry = books.entry(Kind.CREDIT)
    people.delete(books.pc.company, entry.quickbooks_id, now=books.pc.now)
    SyncEntry.objects.filter(pk=entry.pk).update(look_first=True)
    books.make_void(Kind.CREDIT, There.DELETE)
    books.pc.run()
    books.pc.run()
    entry = books.entry(Kind.CREDIT)
    assert (entry.state, entry.code) == (State.CANCELLED, "gone_there")
    assert entry.message.endswith("is not in QuickBooks any more: nothing is left to do.")
    assert books.pc.connection.active_count == 0


@pytest.mark.parametrize("is_void_first", [True, False])
def test_j5_8_an_invoice_that_is_void_here_and_gone_there_is_not_to_be_sent_as_new(
    books: Books, is_void_first: bool
) -> None:
    books.paid_out()
    there = books.entry(Kind.INVOICE).quickbooks_id
    if is_void_first:
        books.make_void(Kind.INVOICE, None)
    people.delete(books.pc.company, there, now=books.pc.now)
    for _ in range(2):
        books.at_night()
    if not is_void_first:
        assert books.entry(Kind.INVOICE).state == State.GONE
        books.make_void(Kind.INVOICE, There.VOID)
        books.pc.run()
    entry = books.entry(Kind.INVOICE)
    assert (entry.state, entry.code) == (State.CANCELLED, "gone_there"), entry.message
    assert "nothing is left to do" in entry.message
    assert books.there(Kind.INVOICE) == []
    assert books.pc.connection.active_count == 0


def test_j5_8_what_became_void_on_its_way_and_was_refused_asks_nobody(
    pc: OfficePc, business: Business
) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    pc.sync(invoice.guid)

    def meanwhile(_call: Call, _reply: Reply) -> None:
        if SyncEntry.objects.filter(rank=3, state=State.SENDING).exists():
            pc.heard = lambda _call, _reply: None
            people.close_books(pc.company, "2026-12-31")
            office.void_invoice(invoice=invoice, now=NOW)

    pc.heard = meanwhile
    for _ in range(2):
        pc.run()

    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code) == (State.CANCELLED, ""), entry.message
    assert pc.company.invoices() == []
    assert pc.connection.active_count == 0


def test_j5_8_the_choice_can_be_another_one_until_quickbooks_has_it(books: Books) -> None:
    books.paid_out()
    books.make_void(Kind.INVOICE, There.DELETE)

    def again(there: There) -> None:
        services.choose_void_again(
            books.pc.connection,
            entry=books.entry(Kind.INVOICE),
            there=there,
            actor="Dana",
            now=NOW,
        )

    again(There.KEEP)
    books.pc.run()
    assert books.entry(Kind.INVOICE).state == State.IGNORED
    again(There.VOID)
    books.pc.run()
    assert books.there(Kind.INVOICE) == [0]
    with pytest.raises(NotPossible):
        again(There.DELETE)


@pytest.mark.parametrize("there", There)
def test_j5_8_what_is_chosen_while_it_is_with_quickbooks_holds_when_its_answer_is_there(
    pc: OfficePc, business: Business, there: There
) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    pc.sync(invoice.guid)
    pc.run("lose-answer@3")
    (entry,) = pc.entries(rank=3)
    assert entry.state in WITH_QUICKBOOKS
    assert asked_of(entry) == tuple(There)
    office.void_invoice(invoice=invoice, now=NOW)
    invoice.refresh_from_db()
    services.choose_void(
        pc.connection, kind=Kind.INVOICE, record=invoice, there=there, actor="Dana", now=NOW
    )
    for _ in range(3):
        pc.run()
    (entry,) = pc.entries(rank=3)
    totals = [each.amounts["total"] for each in pc.company.invoices()]
    assert (entry.state, totals) == {
        There.VOID: (State.SYNCED, [0]),
        There.DELETE: (State.SYNCED, []),
        There.KEEP: (State.IGNORED, [24000]),
    }[there]
    assert pc.connection.active_count == 0


def test_j5_8_an_invoice_is_deleted_after_its_payment_where_quickbooks_frees_none(
    business: Business,
) -> None:
    pc = OfficePc(business, variant=Variant(frees_payments=False))
    books = books_of(pc, business)
    books.make_void(Kind.PAYMENT, None)  # Nobody asks to send this by itself.
    books.make_void(Kind.REFUND, None)
    books.invoice.refresh_from_db()
    books.credit.refresh_from_db()
    books.make_void(Kind.INVOICE, There.DELETE)
    books.make_void(Kind.CREDIT, There.DELETE)
    pc.run()
    assert pc.company.records("Invoice", "ReceivePayment", "CreditMemo", "Check") == []
    assert pc.states() == {"synced": 6}


def test_j5_8_a_deposit_is_taken_off_an_invoice_that_was_deleted_there(
    pc: OfficePc, business: Business
) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    values: dict[str, Any] = {"client": client.guid, "amount": "90.00", "date": "2026-05-04"}
    deposit = office.create_deposit(business=business, values=values | {"method": "check"}, now=NOW)
    part = {"invoice": invoice.guid, "amount": "20.00"}
    office.apply_deposit(deposit=deposit, values=part, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    office.apply_deposit(deposit=deposit, values=part | {"amount": "0.00"}, now=NOW)
    invoice.refresh_from_db()
    office.void_invoice(invoice=invoice, now=NOW)
    invoice.refresh_from_db()
    pc.sync(payments=(deposit.guid,))
    services.choose_void(
        pc.connection,
        kind=Kind.INVOICE,
        record=invoice,
        there=There.DELETE,
        actor="Dana",
        now=NOW,
    )
    pc.run()
    assert pc.company.invoices() == []
    office.update_payment(payment=deposit, values={"amount": "95.00"}, now=NOW)
    pc.sync(payments=(deposit.guid,))
    pc.run()
    assert pc.states() == {"synced": 4}
    assert [each.amounts["total"] for each in pc.company.payments()] == [9500]


def test_j5_8_an_older_copy_of_the_file_that_has_it_again_is_rid_of_it_again(
    books: Books,
) -> None:
    books.paid_out()
    backup = books.pc.company.to_json()
    books.make_void(Kind.INVOICE, There.DELETE)
    books.pc.run()
    people.restore(books.pc.company, backup, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    the_next_day(books.pc)
    for _ in range(4):
        books.pc.run()
    assert books.there(Kind.INVOICE) == []
    assert set(books.pc.states()) == {"synced"}


def test_j5_8_in_closed_books_it_stays_and_says_why(books: Books) -> None:
    books.paid_out()
    people.close_books(books.pc.company, "2026-12-31")
    Connection.objects.update(closing_date="2026-12-31")
    reason = books.make_void(Kind.INVOICE, There.DELETE)
    assert "The books are closed through 2026-12-31" in reason
    assert books.entry(Kind.INVOICE).state == State.CHANGED
