"""What a look or a stored answer does not say must not be believed to be as before.

Each case was found by the simulation (`fieldledger simulate-world`).
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice, Item
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def an_invoice(business: Business) -> Invoice:
    client = office.create_client(business=business, values={"name": "Anna"}, now=NOW)
    item = office.create_item(
        business=business, values={"name": "Leak repair", "price": "95.00"}, now=NOW
    )
    return office.create_invoice(
        business=business,
        values={"client": client.guid, "date": "2026-05-04", "lines": [a_line(item, "95.00")]},
        now=NOW,
    )


def a_line(item: Item, price: str) -> dict[str, object]:
    return {"item": item.guid, "quantity": "1", "unit_price": price}


def test_a_payment_goes_on_when_its_invoice_is_found_and_has_changed_since(
    pc: OfficePc, business: Business
) -> None:
    bill = an_invoice(business)
    pc.set_up()
    pc.run()
    office.create_payment(
        business=business,
        values={"invoice": bill.guid, "amount": "10.00", "date": "2026-05-04"},
        now=NOW,
    )
    pc.sync(bill.guid)
    pc.run("crash-unstored@3")
    office.update_invoice(invoice=bill, values={"memo": "Call first"}, now=NOW)
    # Its payment was found to wait for it meanwhile.
    (entry,) = pc.entries(record_guid=bill.guid)
    payment = SyncEntry.objects.get(rank=4)
    SyncEntry.objects.filter(pk=payment.pk).update(state="waiting", waiting_on=entry)
    pc.run()
    payment.refresh_from_db()
    assert payment.state == "synced"


def test_lines_that_a_stored_answer_does_not_name_are_made_anew(business: Business) -> None:
    bill = an_invoice(business)
    pc = OfficePc(business, variant=Variant(stored_answers="recovery"))
    pc.set_up()
    pc.run()
    pc.sync(bill.guid)
    pc.run()
    item = Item.objects.get()
    two = {"lines": [a_line(item, "95.00"), a_line(item, "5.00")]}
    office.update_invoice(invoice=bill, values=two, now=NOW)
    pc.sync(bill.guid)
    pc.run("lose-answer@2")
    pc.run()  # Its stored answer tells which invoice it was, and nothing of its lines.
    (record,) = pc.company.invoices()
    assert record.amounts["total"] == 10000
    # Somebody takes the first line's old self away.
    lines = [dict(each) for each in pc.company.state.records[record.id].fields["Lines"]]
    people.edit(
        pc.company,
        record.id,
        {"Lines": [{**each, "TxnLineID": f"{each['TxnLineID']}0"} for each in lines]},
        now=datetime.now(tz=UTC) + timedelta(seconds=5),
    )
    dearer = {"lines": [a_line(item, "96.00"), a_line(item, "5.00")]}
    office.update_invoice(invoice=bill, values=dearer, now=NOW)
    pc.sync(bill.guid)
    pc.run()
    pc.run()
    assert pc.states() == {"synced": 3}
    assert [each.amounts["total"] for each in pc.company.invoices()] == [10100]


def test_a_record_renamed_while_the_pc_s_clock_was_a_day_slow_is_found(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    office.create_client(business=business, values={"name": "Anna"}, now=NOW)
    pc.run("crash-unstored@2")
    (made,) = [each for each in pc.company.customers() if each.name == "Anna"]
    a_day_ago = datetime.now(tz=UTC) - timedelta(hours=26)
    people.rename(pc.company, made.id, "Anna S.", now=a_day_ago)
    pc.run()
    assert pc.states() == {"synced": 1}
    assert [each.name for each in pc.company.customers()].count("Anna") == 0


def test_what_was_gone_when_it_was_held_is_looked_up_when_it_is_released(
    pc: OfficePc, business: Business
) -> None:
    an_invoice(business)
    pc.set_up()
    (item,) = pc.entries(rank=2)
    people.delete(pc.company, item.quickbooks_id, now=datetime.now(tz=UTC))
    connection = pc.connection
    connection.checked_at = None
    connection.save()
    pc.run()
    (item,) = pc.entries(rank=2)
    assert item.state == "gone"
    pc.act("hold", item)
    pc.act("release", item)
    pc.run()

    (item,) = pc.entries(rank=2)
    assert (item.state, item.code) == ("gone", "gone")


def test_what_waits_goes_on_when_there_is_nothing_to_send_of_what_it_waits_for(
    pc: OfficePc, business: Business
) -> None:
    bill = an_invoice(business)
    pc.set_up()
    (parent,) = pc.entries(rank=2)
    pc.sync(bill.guid)
    # It was gone when the invoice's turn came.
    SyncEntry.objects.filter(rank=3).update(state="waiting", waiting_on=parent)
    item = Item.objects.get(guid=parent.record_guid)
    office.update_item(item=item, values={"cost": Decimal("4.00")}, now=NOW)
    pc.run()

    assert {each.code for each in pc.entries(rank=2)} == {"nothing_to_send"}
    assert pc.states() == {"synced": 3}
