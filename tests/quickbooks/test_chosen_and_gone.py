"""What the mapping names and QuickBooks does not have: nothing is put elsewhere without a word."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Item, Payment
from fieldledger.quickbooks import services
from fieldledger.quickbooks.choices import may_be_back
from fieldledger.quickbooks.models import Connection, QuickBooksRecord, SyncEntry
from fieldledger.simulator import people
from fieldledger.sync.content import State
from tests.quickbooks.test_straight_path import a_client, a_payment, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def an_hour_later() -> None:
    """Let it be long ago that the lists were read."""
    Connection.objects.update(lists_read_at=timezone.now() - timedelta(minutes=61))


def read_lists(pc: OfficePc) -> None:
    services.refresh_lists(pc.connection, actor="", now=timezone.now())
    pc.run()


def a_new(pc: OfficePc, what: str, **fields: str) -> str:
    """Return the ListID of what the bookkeeper has just made in QuickBooks."""
    made = people.do(pc.company, f"{what}AddRq", {f"{what}Add": fields}, now=timezone.now())
    assert made.record is not None
    return made.record.id


def choose(pc: OfficePc, **changes: object) -> None:
    services.save_mapping(pc.connection, changes=changes, actor="Dana", now=timezone.now())


@pytest.fixture
def parts(pc: OfficePc, business: Business) -> tuple[Client, Item]:
    made = a_client(business), an_item(business)
    pc.set_up()
    return made


def pay(pc: OfficePc, parts: tuple[Client, Item]) -> Payment:
    """Ask for a new invoice and the check that pays it."""
    invoice = an_invoice(pc.business, *parts)
    payment = a_payment(pc.business, invoice, "240.00", method="check")
    pc.sync(invoice.guid)
    pc.run()
    return payment


@pytest.mark.parametrize("place", ["deposit_accounts", "payment_methods"])
def test_a_payment_is_refused_where_the_account_or_method_chosen_for_it_is_not_there(
    pc: OfficePc, parts: tuple[Client, Item], place: str
) -> None:
    without_it = pc.company.to_json()
    if place == "deposit_accounts":
        there = "DepositToAccountRef"
        chosen = a_new(pc, "Account", Name="Second bank", AccountType="Bank")
    else:
        there, chosen = "PaymentMethodRef", a_new(pc, "PaymentMethod", Name="Cheque")
    read_lists(pc)
    choose(pc, **{place: {"check": chosen}})
    right = pc.company.to_json()
    people.copy_back(pc.company, without_it)
    read_lists(pc)
    payment = pay(pc, parts)
    entry = SyncEntry.objects.get(record_guid=payment.guid)
    assert (entry.state, entry.code, pc.company.payments()) == (State.FAILED, "3140", [])

    # The right file is back, and the lists were not read since.
    people.copy_back(pc.company, right)
    pc.act("retry", *pc.entries(state=State.FAILED))
    pc.run()
    pay(pc, parts)
    assert {each.state for each in pc.entries()} == {State.SYNCED}
    assert [each.fields[there] for each in pc.company.payments()] == [chosen, chosen]


def test_what_was_chosen_and_not_there_is_looked_for_again_after_an_hour(
    pc: OfficePc, parts: tuple[Client, Item]
) -> None:
    tip, fee = list(
        QuickBooksRecord.objects.filter(connection=pc.connection, type="ItemServiceRet")
        .order_by("pk")
        .values_list("list_id", flat=True)[:2]
    )
    choose(pc, tip_item=tip, fee_item=fee)
    right = pc.company.to_json()
    people.delete(pc.company, tip, now=timezone.now())
    lacking = pc.company.to_json()
    read_lists(pc)
    people.copy_back(pc.company, right)

    def tipped() -> SyncEntry:
        lines = [{"description": "Work", "quantity": "1", "unit_price": "80"}]
        invoice = an_invoice(pc.business, *parts)
        office.update_invoice(
            invoice=invoice,
            values={"lines": [*lines, {"kind": "tip", "unit_price": "5"}]},
            now=timezone.now(),
        )
        pc.sync(invoice.guid)
        pc.run()
        return SyncEntry.objects.get(record_guid=invoice.guid)

    choose(pc, fallback_item=fee)
    assert tipped().code == "no_tip_item"
    an_hour_later()
    assert tipped().state == State.SYNCED

    # What is not chosen any more is not looked for.
    people.copy_back(pc.company, lacking)
    read_lists(pc)
    in_two_hours = timezone.now() + timedelta(hours=2)
    assert may_be_back(pc.connection, in_two_hours)
    choose(pc, tip_item=fee)
    assert not may_be_back(pc.connection, in_two_hours)
