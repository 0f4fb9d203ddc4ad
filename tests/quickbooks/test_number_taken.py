"""A number that an invoice in QuickBooks has already, which is none of ours (J5.10)."""

import random
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice
from fieldledger.proving.world.office import Office
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.quickbooks.taken_number_row import TakenNumber
from fieldledger.simulator import people
from fieldledger.simulator.company import Shown
from fieldledger.sync.content import State
from tests.quickbooks.test_straight_path import (
    INVOICE_DATE,
    a_client,
    a_payment,
    an_invoice,
    an_item,
)
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


class Desk:
    """A client with an invoice of 240.00 that is to go to QuickBooks."""

    def __init__(self, pc: OfficePc, business: Business) -> None:
        self.pc, self.business = pc, business
        self.client, self.item = a_client(business), an_item(business)
        pc.set_up()
        self.invoice = an_invoice(business, self.client, self.item)

    def by_hand(self, number: str = "", *, rate: str = "240.00") -> Shown:
        """Enter an invoice in QuickBooks, as a person there does."""
        state = self.pc.company.state
        (customer,) = [each for each in self.pc.company.customers() if each.name == "Anna Smith"]
        before = {each.id for each in self.pc.company.invoices()}
        item = next(each for each in state.of_type("ItemService").values())
        line = {
            "ItemRef": {"ListID": item.id},
            "Desc": "By hand",
            "Quantity": "1",
            "Rate": rate,
            "SalesTaxCodeRef": {"FullName": "Non"},
        }
        given = {
            "CustomerRef": {"ListID": customer.id},
            "TxnDate": INVOICE_DATE,
            "RefNumber": number or self.invoice.number,
            "InvoiceLineAdd": [line],
        }
        people.do(self.pc.company, "InvoiceAddRq", {"InvoiceAdd": given}, now=self.pc.now)
        (made,) = [each for each in self.pc.company.invoices() if each.id not in before]
        return made

    def entry(self, invoice: Invoice | None = None) -> SyncEntry:
        return SyncEntry.objects.get(record_guid=(invoice or self.invoice).guid)

    def sync(self) -> SyncEntry:
        self.pc.sync(self.invoice.guid)
        self.pc.run()
        return self.entry()

    def change(self, **values: Any) -> None:
        self.invoice = office.update_invoice(invoice=self.invoice, values=values, now=NOW)

    def link(self, entry: SyncEntry) -> SyncEntry:
        return services.link(self.pc.connection, entry.guid, actor="Dana", now=NOW)

    def numbers(self) -> list[str]:
        return sorted(each.fields.get("RefNumber", "") for each in self.pc.company.invoices())


@pytest.fixture
def desk(pc: OfficePc, business: Business) -> Desk:
    return Desk(pc, business)


def test_j5_10_an_invoice_entered_there_by_hand_is_not_doubled_and_is_said(desk: Desk) -> None:
    by_hand = desk.by_hand(rate="250.00")
    desk.pc.sync(desk.invoice.guid)

    goodbye = desk.pc.goodbye()

    entry = desk.entry()
    assert goodbye == "Finished: 0 done, 1 need attention in Fieldledger."
    assert [each.id for each in desk.pc.company.invoices()] == [by_hand.id]
    assert (entry.state, entry.code, entry.quickbooks_id) == (State.FAILED, "number_taken", "")
    number = desk.invoice.number
    assert entry.message == (
        f"QuickBooks has an invoice {number} that did not come from here: of Anna Smith, dated"
        f" {INVOICE_DATE}, over 250.00. The invoice “{number}” was not sent, so that it does not"
        " stand there twice."
    )
    there = TakenNumber.objects.get(entry=entry)
    assert (there.quickbooks_id, there.customer, there.total) == (
        by_hand.id,
        "Anna Smith",
        Decimal("250.00"),
    )
    (line,) = there.lines
    assert (line["description"], line["rate"], line["amount"]) == ("By hand", "250.00", "250.00")
    assert desk.pc.connection.active_count == 0
    # Retry looks again, and it is so still.
    assert desk.pc.act("retry", entry)[0].done
    desk.pc.run()
    assert desk.entry().code == "number_taken"
    assert len(desk.pc.company.invoices()) == 1
    # Or the one there was a mistake: ours goes then.
    people.delete(desk.pc.company, by_hand.id, now=desk.pc.now)
    desk.pc.act("retry", desk.entry())
    desk.pc.run()
    assert desk.entry().state == State.SYNCED
    assert not TakenNumber.objects.exists()
    assert desk.numbers() == [number]


def test_j5_10_linked_with_the_same_total_it_is_synced_and_a_change_goes_to_that_one(
    desk: Desk,
) -> None:
    by_hand = desk.by_hand()
    a_payment(desk.business, desk.invoice, "40.00")
    entry = desk.sync()
    assert desk.pc.entries(rank=4)[0].state == State.WAITING

    entry = desk.link(entry)

    assert (entry.state, entry.code) == (State.SYNCED, "linked")
    assert (entry.quickbooks_id, entry.adopted) == (by_hand.id, True)
    assert not TakenNumber.objects.exists()
    audited = AuditEvent.objects.get(action="link invoice with QuickBooks")
    assert (audited.actor, audited.subject) == ("Dana", str(desk.invoice.guid))
    with pytest.raises(services.NotPossible):
        desk.link(entry)
    # What waited for it goes on, to that very invoice.
    desk.pc.run()
    assert desk.pc.entries(rank=4)[0].state == State.SYNCED
    assert desk.pc.company.invoices()[0].amounts["balance"] == 20000
    assert desk.entry().state == State.SYNCED

    desk.change(memo="Gate code 4471")
    assert desk.entry().state == State.CHANGED
    entry = desk.sync()
    assert entry.state == State.SYNCED, entry.message
    (there,) = desk.pc.company.invoices()
    assert (there.id, there.fields["Memo"]) == (by_hand.id, "Gate code 4471")
    # Nothing was named but what was changed here.
    (line,) = there.fields["Lines"]
    assert line["Desc"] == "By hand"
    lines = [
        {"item": desk.item.guid, "quantity": "2", "unit_price": f"{each}5.00"} for each in "78"
    ]
    desk.change(lines=lines)
    assert desk.sync().state == State.SYNCED
    (there,) = desk.pc.company.invoices()
    assert (there.id, there.amounts["total"]) == (by_hand.id, int(desk.invoice.total * 100))
    assert len(there.fields["Lines"]) == 2


def test_j5_10_linked_with_another_total_it_differs_and_ours_can_be_sent(desk: Desk) -> None:
    by_hand = desk.by_hand(rate="250.00")

    entry = desk.link(desk.sync())

    assert (entry.state, entry.code) == (State.DIFFERS, "differs")
    assert entry.differs_by == Decimal(10)
    assert entry.message.endswith("Its total there is 10.00 more than here.")
    assert desk.pc.act("retry", entry)[0].done
    desk.pc.run()
    entry = desk.entry()
    assert entry.state == State.SYNCED, entry.message
    assert entry.differs_by == Decimal(0)
    (there,) = desk.pc.company.invoices()
    assert (there.id, there.amounts["total"]) == (by_hand.id, 24000)


def test_j5_10_with_another_number_it_goes_once(desk: Desk) -> None:
    taken, also = desk.by_hand(), desk.by_hand("A-7")
    desk.sync()

    desk.change(number="a-7")

    entry = desk.entry()
    assert (entry.state, entry.code) == (State.FAILED, "number_changed")
    assert entry.message.startswith("The invoice has the number a-7 now.")
    assert not TakenNumber.objects.exists()
    # Capitals do not tell numbers apart.
    assert desk.sync().code == "number_taken"
    desk.change(number="A-8")
    assert desk.sync().state == State.SYNCED
    assert desk.numbers() == sorted([taken.fields["RefNumber"], also.fields["RefNumber"], "A-8"])


def test_j5_10_a_number_changed_on_the_way_is_looked_for_too(desk: Desk) -> None:
    desk.by_hand("A-7")
    desk.pc.sync(desk.invoice.guid)
    # Its own number was found free, and it was given another one before it went.
    desk.pc.run_until(
        lambda: SyncEntry.objects.filter(number_free_in__gt=0, state=State.PENDING).exists()
    )
    desk.change(number="A-7")
    desk.pc.run()
    assert desk.entry().code == "number_taken"
    assert desk.numbers() == ["A-7"]


def test_j5_10_set_aside_it_never_goes(desk: Desk) -> None:
    by_hand = desk.by_hand()
    desk.pc.act("ignore", desk.sync())
    desk.pc.run()
    assert desk.entry().state == State.IGNORED
    assert [each.id for each in desk.pc.company.invoices()] == [by_hand.id]
    # Let go again, it is looked for again.
    desk.pc.act("release", desk.entry())
    desk.pc.run()
    assert desk.entry().code == "number_taken"
    office.void_invoice(invoice=desk.invoice, now=NOW)
    assert desk.entry().state == State.CANCELLED


def test_j5_10_an_own_invoice_that_was_renumbered_here_is_no_clash(desk: Desk) -> None:
    old = desk.invoice.number
    assert desk.sync().state == State.SYNCED
    desk.change(number="B-1")
    other = an_invoice(desk.business, desk.client, desk.item, number=old)
    desk.pc.sync(other.guid)
    desk.pc.run()
    assert desk.entry(other).state == State.SYNCED
    assert desk.numbers() == [old, old]
    assert desk.sync().state == State.SYNCED
    assert desk.numbers() == sorted([old, "B-1"])


def test_j5_10_two_of_ours_are_never_linked_with_one(desk: Desk) -> None:
    by_hand = desk.by_hand()
    first = desk.sync()
    people.rename(desk.pc.company, by_hand.id, "C-1", now=desk.pc.now)
    other = an_invoice(desk.business, desk.client, desk.item, number="C-1")
    desk.pc.sync(other.guid)
    desk.pc.run()
    assert desk.entry(other).code == "number_taken"
    desk.link(first)
    with pytest.raises(services.NotPossible, match="is linked with"):
        desk.link(desk.entry(other))
    assert SyncEntry.objects.filter(quickbooks_id=by_hand.id).count() == 1


@pytest.mark.parametrize(
    "fault", ["lose-answer@2", "lose-answer@3", "drop-after-run@2", "zombie@3", "lose-request@2"]
)
def test_j5_10_whatever_is_lost_there_is_one(desk: Desk, fault: str) -> None:
    desk.pc.sync(desk.invoice.guid)
    desk.pc.run(fault)
    for _ in range(3):
        desk.pc.run()
    assert desk.entry().state == State.SYNCED
    assert desk.numbers() == [desk.invoice.number]


def test_j5_10_a_number_is_asked_for_once_and_by_itself(desk: Desk) -> None:
    more = [an_invoice(desk.business, desk.client, desk.item) for _ in range(3)]
    asked: list[str] = []
    desk.pc.heard = lambda _call, reply: asked.append(str(getattr(reply, "body", b"")))
    desk.pc.sync(desk.invoice.guid, *(each.guid for each in more))
    desk.pc.run()
    looks = [each for each in asked if "InvoiceQueryRq" in each]
    (look,) = [each for each in looks if desk.invoice.number in each]
    assert "ModifiedDateRangeFilter" not in look
    assert all(each.number in look for each in more)
    said = [each.message for each in desk.entry().events.order_by("pk")]
    assert f"QuickBooks has no invoice {desk.invoice.number} yet: it is sent." in said


def test_j5_10_entered_by_hand_after_a_lost_answer_it_is_said_too(desk: Desk) -> None:
    desk.pc.sync(desk.invoice.guid)
    late = desk.pc.hold(3)
    by_hand = desk.by_hand()
    desk.pc.run()
    assert desk.entry().code == "number_taken"
    desk.pc.run_late(late)
    assert [each.id for each in desk.pc.company.invoices()] == [by_hand.id]


def test_j5_10_a_restore_of_our_database_is_asked_for_by_more_than_the_number(desk: Desk) -> None:
    desk.pc.sync(desk.invoice.guid)
    desk.pc.run_until(lambda: SyncEntry.objects.filter(code="number_looked_up").exists())
    backup = SyncEntry.objects.filter(pk=desk.entry().pk).values().get()
    for _ in range(2):
        desk.pc.run()
    (sent,) = desk.pc.company.invoices()
    # The backup does not know that it went, and somebody gave it another number there since.
    people.rename(desk.pc.company, sent.id, "X-1", now=datetime.now(tz=UTC))
    SyncEntry.objects.filter(pk=desk.entry().pk).update(**backup)
    services.database_restored(now=datetime.now(tz=UTC))
    for _ in range(2):
        desk.pc.run()
    assert desk.entry().quickbooks_id == sent.id
    assert desk.entry().state == State.SYNCED
    assert len(desk.pc.company.invoices()) == 1


def test_j5_10_the_worlds_office_gives_it_another_number(desk: Desk) -> None:
    by_hand = desk.by_hand()
    desk.sync()
    chance = random.Random(7)
    people_here = Office(
        desk.business.pk, chance, lambda: datetime.now(tz=UTC), uses=random.Random(8)
    )

    moved, _ = people_here.clear_up()
    desk.pc.run()

    assert moved >= 1
    assert desk.entry().state == State.SYNCED
    assert desk.numbers() == sorted([by_hand.fields["RefNumber"], "N1"])
