"""What people change in QuickBooks stays, in the fields that nobody changed here (P13)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Item
from fieldledger.simulator import people
from fieldledger.simulator.state import Record
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import State
from tests.quickbooks.test_applied_credits import Desk
from tests.quickbooks.test_drift import at_night
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def later() -> datetime:
    return datetime.now(tz=UTC) + timedelta(seconds=5)


def there(pc: OfficePc, record: Client | Item | Invoice) -> Record:
    (entry,) = pc.entries(record_guid=record.guid)
    return pc.company.state.records[entry.quickbooks_id]


def change(record: Client, **values: Any) -> None:
    office.update_client(client=record, values=values, now=NOW)


@pytest.fixture
def anna(pc: OfficePc, business: Business) -> Client:
    """A client in step with QuickBooks."""
    values = {"name": "Anna Smith", "phone": "555-0100", "email": "anna@example.com"}
    client = office.create_client(business=business, values=values, now=NOW)
    pc.set_up()
    pc.run()
    return client


def test_a_field_filled_in_quickbooks_and_empty_here_is_not_emptied(
    pc: OfficePc, anna: Client
) -> None:
    record = there(pc, anna)
    people.edit(
        pc.company, record.id, {"Notes": "Rings twice", "Email": "a@b.example"}, now=later()
    )
    change(anna, phone="555-0199")
    pc.run()
    fields = there(pc, anna).fields
    assert fields["Phone"] == "555-0199"
    assert fields["Notes"] == "Rings twice"
    assert fields["Email"] == "a@b.example"
    assert pc.states() == {"synced": 1}


def test_what_was_changed_on_both_sides_is_as_it_is_here(pc: OfficePc, anna: Client) -> None:
    people.edit(pc.company, there(pc, anna).id, {"Phone": "by hand"}, now=later())
    change(anna, phone="555-0199")
    pc.run()
    assert there(pc, anna).fields["Phone"] == "555-0199"


def test_what_is_emptied_here_is_emptied_there(pc: OfficePc, anna: Client) -> None:
    change(anna, email="")
    pc.run()
    assert "Email" not in there(pc, anna).fields
    assert there(pc, anna).fields["Phone"] == "555-0100"


@pytest.mark.parametrize("fault", ["lose-answer@2", "drop-after-send@2"])
def test_a_change_that_was_lost_and_taken_back_leaves_nothing_behind(
    pc: OfficePc, anna: Client, fault: str
) -> None:
    change(anna, phone="555-0199")
    pc.run(fault)
    change(anna, phone="555-0100")
    pc.run()
    pc.run()
    assert there(pc, anna).fields["Phone"] == "555-0100"
    assert pc.states() == {"synced": 1}


def test_after_a_restore_everything_is_named_again(business: Business) -> None:
    anna = office.create_client(business=business, values={"name": "Anna Smith"}, now=NOW)
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    pc.set_up()
    pc.run()
    backup = pc.company.to_json()
    change(anna, phone="555-0199", notes="Gate code 4411")
    pc.run()
    people.restore(pc.company, backup, now=later())
    connection = pc.connection
    connection.checked_at = NOW
    connection.save()
    for _ in range(3):
        pc.run()
    fields = there(pc, anna).fields
    assert (fields["Phone"], fields["Notes"]) == ("555-0199", "Gate code 4411")


@pytest.fixture
def bill(pc: OfficePc, business: Business, anna: Client) -> Invoice:
    """An invoice of two lines in QuickBooks."""
    item = office.create_item(
        business=business, values={"name": "Leak repair", "price": "95.00"}, now=NOW
    )
    made = office.create_invoice(
        business=business,
        values={
            "client": anna.guid,
            "date": "2026-05-04",
            "lines": [
                {"item": item.guid, "quantity": "1", "unit_price": "95.00"},
                {"item": item.guid, "quantity": "2", "unit_price": "10.00"},
            ],
        },
        now=NOW,
    )
    pc.sync(made.guid)
    pc.run()
    return made


def test_an_invoice_s_new_memo_leaves_the_lines_that_the_bookkeeper_reworded(
    pc: OfficePc, bill: Invoice
) -> None:
    record = there(pc, bill)
    lines = [dict(each) for each in record.fields["Lines"]]
    lines[0]["Desc"] = "Leak repair, kitchen"
    people.edit(pc.company, record.id, {"Lines": lines}, now=later())
    office.update_invoice(invoice=bill, values={"memo": "Call first"}, now=NOW)
    pc.sync(bill.guid)
    pc.run()
    fields = there(pc, bill).fields
    assert fields["Memo"] == "Call first"
    assert next(each.get("Desc") for each in fields["Lines"]) == "Leak repair, kitchen"
    assert len(pc.entries(record_guid=bill.guid, state="synced")) == 1


def test_an_invoice_s_new_lines_are_as_they_are_here(pc: OfficePc, bill: Invoice) -> None:
    values = {"lines": [{"description": "Work", "quantity": "1", "unit_price": "20.00"}]}
    item = bill.lines.select_related("item").order_by("position")[0].item
    assert item is not None
    values["lines"][0]["item"] = str(item.guid)
    office.update_invoice(invoice=bill, values=values, now=NOW)
    pc.sync(bill.guid)
    pc.run()
    assert there(pc, bill).fields["Subtotal"] == 2000


def test_a_change_that_quickbooks_does_not_keep_is_said_and_not_sent(
    pc: OfficePc, business: Business, anna: Client
) -> None:
    item = office.create_item(
        business=business, values={"name": "Valve", "price": "9.00", "kind": "service"}, now=NOW
    )
    pc.run()
    before = there(pc, item).sequence
    office.update_item(item=item, values={"cost": Decimal("4.00")}, now=NOW)
    pc.run()
    (entry,) = pc.entries(record_guid=item.guid)
    assert (entry.state, entry.code) == ("synced", "nothing_to_send")
    assert "Cost: It is kept here alone" in entry.message
    assert there(pc, item).sequence == before

    office.update_item(item=item, values={"kind": "product"}, now=NOW)
    pc.run()
    (entry,) = pc.entries(record_guid=item.guid)
    assert entry.state == "synced"
    assert "stays a service item" in entry.message
    assert there(pc, item).type == "ItemService"


def test_a_kind_that_stays_another_there_is_said_when_something_else_is_sent_too(
    pc: OfficePc, business: Business, anna: Client
) -> None:
    item = office.create_item(
        business=business, values={"name": "Valve", "price": "9.00", "kind": "service"}, now=NOW
    )
    pc.run()
    office.update_item(item=item, values={"kind": "product", "price": "11.00"}, now=NOW)
    pc.run()
    (entry,) = pc.entries(record_guid=item.guid)
    assert entry.state == "synced"
    assert "stays a service item" in entry.message
    assert there(pc, item).fields["SalesOrPurchase"]["Price"] == "11.00"


def test_what_people_changed_before_a_change_of_ours_went_is_told_that_night(
    business: Business,
) -> None:
    """Goal: the date there is told. Method: the version that we read for our change hides it."""
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    client = office.create_client(business=business, values={"name": "Anna"}, now=NOW)
    values = {
        "client": client.guid,
        "date": "2026-05-04",
        "lines": [{"description": "Work", "quantity": "1", "unit_price": "0.00"}],
    }
    invoice = office.create_invoice(business=business, values=values, now=NOW)
    pc.set_up()
    pc.sync(invoice.guid)
    pc.run()
    people.edit(pc.company, there(pc, client).id, {"Phone": "by hand"}, now=later())
    people.edit(pc.company, there(pc, invoice).id, {"TxnDate": "2026-05-20"}, now=later())
    change(client, company_name="Smith & Co.")
    office.update_invoice(invoice=invoice, values={"memo": "Thanks"}, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    assert pc.states() == {"synced": 2}
    at_night(pc)

    fields = there(pc, invoice).fields
    assert (fields["TxnDate"], fields["Memo"]) == ("2026-05-20", "Thanks")
    (entry,) = pc.entries(record_guid=invoice.guid)
    assert entry.state == State.CHANGED_IN_QUICKBOOKS
    assert entry.message == "Somebody changed it in QuickBooks: date. Nothing was overwritten."
    # Of what was empty here, people may fill in what they like.
    assert there(pc, client).fields["Phone"] == "by hand"
    assert [each.state for each in pc.entries(rank=1)] == [State.SYNCED]


def test_what_people_changed_in_an_invoice_that_waits_for_its_credit_is_told_once_it_goes(
    business: Business,
) -> None:
    """Goal: the date there is told. Method: at night the invoice waits for a memo without item."""
    desk = Desk(OfficePc(business, variant=Variant(edit_sequence_per_change=True)), business)
    lines = [{"description": "By hand", "unit_price": "100"}]
    office.update_credit(credit=desk.credit, values={"lines": lines}, now=NOW)
    desk.sync(desk.one)
    people.edit(desk.pc.company, desk.there(desk.one).id, {"TxnDate": "2026-05-20"}, now=later())
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    for _ in range(2):
        assert desk.entry(desk.one).state == State.WAITING
        at_night(desk.pc)

    desk.apply(desk.one, "0")
    desk.pc.run()
    assert desk.entry(desk.one).state == State.SYNCED
    at_night(desk.pc)

    entry = desk.entry(desk.one)
    assert entry.state == State.CHANGED_IN_QUICKBOOKS
    assert entry.message == "Somebody changed it in QuickBooks: date. Nothing was overwritten."
    assert "suspects" not in desk.pc.connection.watch
