"""N7: the nightly look at what was sent, and what a person may do about what it finds."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Item
from fieldledger.qbxml.objects import InvoiceQuery
from fieldledger.quickbooks import queries, services, three_columns, watching
from fieldledger.quickbooks.drift_row import Drift
from fieldledger.quickbooks.message_sets import text_of
from fieldledger.quickbooks.models import Connection, EntryEvent, MessageSet, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.state import Record
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import Kind, State
from fieldledger.sync.drift import next_quiet_hour
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def later() -> datetime:
    return datetime.now(tz=UTC) + timedelta(seconds=5)


def an_invoice(business: Business, **more: Any) -> Invoice:
    client = office.create_client(
        business=business,
        values={"name": "Anna Smith", "phone": "555-0100", "email": "anna@example.com"},
        now=NOW,
    )
    values: dict[str, Any] = {"name": "Leak repair", "price": "120.00"}
    item = office.create_item(business=business, values=values, now=NOW)
    values = {
        "client": client.guid,
        "date": "2026-05-04",
        "memo": "Kitchen",
        "lines": [{"item": item.guid, "quantity": "2"}],
    }
    return office.create_invoice(business=business, values=values | more, now=NOW)


@pytest.fixture
def invoice(pc: OfficePc, business: Business) -> Invoice:
    """An invoice in step with QuickBooks, with its client, its item and a payment."""
    made = an_invoice(business)
    values = {"invoice": made.guid, "amount": "40.00", "date": "2026-05-04", "method": "check"}
    office.create_payment(business=business, values=values, now=NOW)
    pc.set_up()
    pc.sync(made.guid)
    pc.run()
    assert pc.states() == {"synced": 4}
    return made


def entry_of(pc: OfficePc, record: Invoice | Client | Item) -> SyncEntry:
    (entry,) = pc.entries(record_guid=record.guid)
    return entry


def there(pc: OfficePc, record: Invoice | Client | Item) -> Record:
    return pc.company.state.records[entry_of(pc, record).quickbooks_id]


def at_night(pc: OfficePc) -> None:
    """Let the quiet hour come and a session with it."""
    Connection.objects.update(watch_at=timezone.now() - timedelta(minutes=1))
    pc.run()


def columns(pc: OfficePc, record: Invoice | Client) -> dict[str, tuple[Any, Any, Any]]:
    found = three_columns.columns_of(pc.connection, entry_of(pc, record))
    assert found is not None
    return {each.what: (each.here, each.sent, each.there) for each in found.differing}


def test_n7_what_nobody_touched_is_found_as_it_was_and_nothing_is_written(
    pc: OfficePc, invoice: Invoice
) -> None:
    before, written = pc.company.to_json(), MessageSet.objects.filter(purpose="write").count()
    at_night(pc)
    last = watching.last_run(pc.connection)
    assert last is not None
    assert (last["read"], last["changed"], last["gone"]) == (4, 0, 0)
    assert pc.states() == {"synced": 4}
    assert MessageSet.objects.filter(purpose="write").count() == written
    assert pc.company.to_json() == before
    assert pc.connection.watch_at is not None
    assert pc.connection.watch_at > timezone.now()


def test_n7_what_was_changed_there_before_a_lost_answer_was_made_up_for_is_told(
    business: Business,
) -> None:
    pc = OfficePc(business, variant=Variant(store_keeps="none"))
    pc.set_up()
    client = office.create_client(
        business=business, values={"name": "Anna Smith", "phone": "555-0100"}, now=NOW
    )
    pc.run("lose-answer@4")  # The first three are about the file and the link record.
    (anna,) = (each for each in pc.company.customers() if each.name == "Anna Smith")
    people.edit(pc.company, anna.id, {"Phone": "by hand"}, now=later())
    pc.run()
    pc.run()
    assert pc.states() == {"synced": 1}
    at_night(pc)
    entry = entry_of(pc, client)
    assert (entry.state, entry.code) == (State.CHANGED_IN_QUICKBOOKS, "changed_there")
    assert columns(pc, client) == {"Phone": ("555-0100", "555-0100", "by hand")}


def test_n7_an_older_version_there_is_not_put_down_to_somebody(
    pc: OfficePc, business: Business, invoice: Invoice
) -> None:
    for number in range(5):  # Of those that were written last, the check itself would see it.
        office.create_client(business=business, values={"name": f"Ben {number}"}, now=NOW)
    pc.run()
    earlier = datetime.now(tz=UTC) - timedelta(days=2)
    people.edit(pc.company, there(pc, invoice).id, {"Memo": "Cellar"}, now=earlier)
    at_night(pc)
    entry = entry_of(pc, invoice)
    assert entry.state == State.CHANGED_IN_QUICKBOOKS
    assert entry.message.startswith("QuickBooks has an older version of it: memo.")


def test_n7_a_description_that_quickbooks_took_from_the_item_is_nobodys_change(
    pc: OfficePc, business: Business
) -> None:
    made = an_invoice(business)
    item = made.lines.get().item
    assert item is not None
    pc.set_up()
    item_there = there(pc, item).id
    people.edit(
        pc.company, item_there, {"SalesOrPurchase": {"Desc": "As it is there"}}, now=later()
    )
    pc.sync(made.guid)
    pc.run()
    assert there(pc, made).fields["Lines"][0]["Desc"] == "As it is there"
    people.edit(pc.company, there(pc, made).id, {"Memo": "by hand"}, now=later())
    at_night(pc)
    assert columns(pc, made) == {"Memo": ("Kitchen", "Kitchen", "by hand")}


def test_n7_a_field_of_ours_that_was_changed_there_is_shown_in_three_columns(
    pc: OfficePc, invoice: Invoice
) -> None:
    people.edit(pc.company, there(pc, invoice).id, {"Memo": "by hand"}, now=later())
    at_night(pc)
    entry = entry_of(pc, invoice)
    assert (entry.state, entry.code) == (State.CHANGED_IN_QUICKBOOKS, "changed_there")
    assert "memo" in entry.message
    assert there(pc, invoice).fields["Memo"] == "by hand"
    assert columns(pc, invoice) == {"Memo": ("Kitchen", "Kitchen", "by hand")}
    assert EntryEvent.objects.filter(entry=entry).last().state == entry.state  # type: ignore[union-attr]
    # Told once, not every night.
    events = EntryEvent.objects.filter(entry=entry).count()
    at_night(pc)
    assert EntryEvent.objects.filter(entry=entry).count() == events


def test_n7_what_is_not_ours_may_be_changed_there(pc: OfficePc, invoice: Invoice) -> None:
    anna = invoice.client
    people.edit(pc.company, there(pc, anna).id, {"Fax": "555-0111"}, now=later())
    at_night(pc)
    assert pc.states() == {"synced": 4}
    # What is empty here is filled there: shown where somebody looks, and no change of ours.
    people.edit(pc.company, there(pc, anna).id, {"Notes": "Rings twice"}, now=later())
    at_night(pc)
    assert pc.states() == {"synced": 4}
    # Known to be touched, it is sent with its present version.
    office.update_client(client=anna, values={"phone": "555-0199"}, now=NOW)
    pc.run()
    fields = there(pc, anna).fields
    assert (fields["Phone"], fields["Fax"]) == ("555-0199", "555-0111")
    assert fields["Notes"] == "Rings twice"


def test_n7_left_as_it_is_there_stays_so_through_later_nights_and_changes(
    pc: OfficePc, invoice: Invoice
) -> None:
    people.edit(pc.company, there(pc, invoice).id, {"Memo": "by hand"}, now=later())
    at_night(pc)
    (done,) = pc.act("accept", entry_of(pc, invoice))
    assert done.done
    entry = entry_of(pc, invoice)
    assert (entry.state, entry.code) == (State.SYNCED, "accepted")
    at_night(pc)
    assert entry_of(pc, invoice).state == State.SYNCED
    office.update_invoice(invoice=invoice, values={"due_date": "2026-06-30"}, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    fields = there(pc, invoice).fields
    assert (fields["Memo"], fields["DueDate"]) == ("by hand", "2026-06-30")
    # Changed once more, it is told once more.
    people.edit(pc.company, there(pc, invoice).id, {"RefNumber": "X-77"}, now=later())
    at_night(pc)
    assert entry_of(pc, invoice).state == State.CHANGED_IN_QUICKBOOKS
    assert columns(pc, invoice)["Number"] == (invoice.number, invoice.number, "X-77")


def test_n7_what_was_left_as_it_is_there_is_not_sent_again_after_a_restore(
    pc: OfficePc, invoice: Invoice
) -> None:
    SyncEntry.objects.filter(rank=3).update(written="")  # As after it was found by its mark.
    people.edit(pc.company, there(pc, invoice).id, {"RefNumber": "77"}, now=later())
    at_night(pc)
    pc.act("accept", entry_of(pc, invoice))
    file = pc.company.to_json()
    people.restore(pc.company, file, now=later())
    Connection.objects.update(checked_at=None)
    for _ in range(2):
        pc.run()
    assert entry_of(pc, invoice).state == State.SYNCED
    assert there(pc, invoice).fields["RefNumber"] == "77"


def test_n7_ours_is_sent_again_over_it(pc: OfficePc, invoice: Invoice) -> None:
    people.edit(pc.company, there(pc, invoice).id, {"Memo": "by hand"}, now=later())
    at_night(pc)
    (refused,) = pc.sync(invoice.guid)
    assert refused.result == "refused"
    assert "Somebody changed the invoice in QuickBooks" in refused.reason
    (done,) = pc.act("retry", entry_of(pc, invoice))
    assert done.done
    pc.run()
    assert there(pc, invoice).fields["Memo"] == "Kitchen"
    assert pc.states() == {"synced": 4}
    at_night(pc)
    assert pc.states() == {"synced": 4}
    assert not Drift.objects.filter(what="changed").exists()


def test_n7_changed_back_there_it_is_as_it_was(pc: OfficePc, invoice: Invoice) -> None:
    key = there(pc, invoice).id
    people.edit(pc.company, key, {"Memo": "by hand"}, now=later())
    at_night(pc)
    people.edit(pc.company, key, {"Memo": "Kitchen"}, now=later() + timedelta(seconds=9))
    at_night(pc)
    assert entry_of(pc, invoice).state == State.SYNCED
    assert not Drift.objects.exists()


def test_n7_changed_on_both_sides_says_so_and_waits_to_be_asked_for(
    pc: OfficePc, invoice: Invoice
) -> None:
    people.edit(pc.company, there(pc, invoice).id, {"Memo": "by hand"}, now=later())
    office.update_invoice(invoice=invoice, values={"memo": "Bathroom"}, now=NOW)
    at_night(pc)
    entry = entry_of(pc, invoice)
    assert entry.state == State.CHANGED
    assert "It was changed here, too" in entry.message
    assert columns(pc, invoice)["Memo"] == ("Bathroom", "Kitchen", "by hand")
    pc.sync(invoice.guid)
    pc.run()
    assert there(pc, invoice).fields["Memo"] == "Bathroom"
    at_night(pc)
    assert pc.states() == {"synced": 4}


def test_n7_a_change_of_ours_alone_is_none_of_theirs(pc: OfficePc, invoice: Invoice) -> None:
    office.update_invoice(invoice=invoice, values={"memo": "Bathroom"}, now=NOW)
    people.edit(pc.company, there(pc, invoice).id, {"Other": "x"}, now=later())
    at_night(pc)
    assert entry_of(pc, invoice).state == State.CHANGED
    assert not Drift.objects.exists()


@pytest.mark.parametrize("kind", [1, 2, 3, 4])
def test_n7_deleted_there_is_found(pc: OfficePc, invoice: Invoice, kind: int) -> None:
    for rank in (4, 3, 2, 1):  # What refers to it first.
        (entry,) = pc.entries(rank=rank)
        people.delete(pc.company, entry.quickbooks_id, now=later())
        if rank == kind:
            break
    Connection.objects.update(activity={})  # Else what was written last is looked at anyway.
    at_night(pc)
    gone = [each.rank for each in pc.entries(state="gone")]
    assert gone == list(range(kind, 5))
    last = watching.last_run(pc.connection)
    assert last is not None
    assert last["gone"] == len(gone)


def test_n7_what_was_changed_there_is_told_though_its_customer_is_gone(
    pc: OfficePc, invoice: Invoice
) -> None:
    customer = there(pc, invoice.client)
    other = next(each for each in pc.company.customers() if each.id != customer.id)
    people.merge(pc.company, customer.id, other.id, now=later())
    people.edit(pc.company, there(pc, invoice).id, {"TxnDate": "2026-05-06"}, now=later())

    for _ in range(2):
        at_night(pc)

    assert entry_of(pc, invoice.client).state == "gone"
    entry = entry_of(pc, invoice)
    assert entry.state == "changed_in_quickbooks", entry.message
    assert "date" in entry.message


def test_n7_what_a_condensing_took_out_is_not_called_gone(pc: OfficePc, business: Business) -> None:
    invoice = an_invoice(business)
    values = {"invoice": invoice.guid, "amount": "240.00", "date": "2026-05-04", "method": "cash"}
    office.create_payment(business=business, values=values, now=NOW)
    pc.set_up()
    pc.sync(invoice.guid)
    pc.run()
    people.condense(pc.company, "2026-06-01", now=later())
    Connection.objects.update(checked_at=None)
    pc.run()
    pc.run()
    states = pc.states()
    for _ in range(2):
        at_night(pc)
    assert pc.states() == states


def test_n7_made_void_there_shows_its_total(pc: OfficePc, business: Business) -> None:
    invoice = an_invoice(business)
    pc.set_up()
    pc.sync(invoice.guid)
    pc.run()
    key = there(pc, invoice).id
    people.do(pc.company, "TxnVoidRq", {"TxnVoidType": "Invoice", "TxnID": key}, now=later())
    at_night(pc)
    entry = entry_of(pc, invoice)
    assert entry.state == State.CHANGED_IN_QUICKBOOKS
    assert columns(pc, invoice)["Total"] == ("$240.00", "$240.00", "$0.00")
    assert entry.differs_by == Decimal("-240.00")
    pc.act("accept", entry)
    assert entry_of(pc, invoice).state == State.SYNCED
    assert queries.block_of(entry_of(pc, invoice))["differs_by"] == "-240.00"


def test_n7_a_total_made_another_there_is_no_other_when_it_is_looked_at_again(
    pc: OfficePc, business: Business
) -> None:
    invoice = an_invoice(business)
    pc.set_up()
    pc.sync(invoice.guid)
    pc.run()
    key = there(pc, invoice).id
    people.do(pc.company, "TxnVoidRq", {"TxnVoidType": "Invoice", "TxnID": key}, now=later())
    for _ in range(2):
        at_night(pc)
        watching.look_now(pc.connection, entry=entry_of(pc, invoice), actor="Dana", now=NOW)
    entry = entry_of(pc, invoice)
    assert (entry.state, entry.differs_by) == (State.CHANGED_IN_QUICKBOOKS, Decimal("-240.00"))
    pc.act("accept", entry)
    people.edit(pc.company, key, {"Other": "x"}, now=later())
    at_night(pc)
    entry = entry_of(pc, invoice)
    assert (entry.state, entry.differs_by) == (State.SYNCED, Decimal("-240.00"))


def test_n7_a_payment_whose_invoice_was_deleted_there_is_applied_to_nothing(
    pc: OfficePc, invoice: Invoice
) -> None:
    people.delete(pc.company, there(pc, invoice).id, now=later())
    for _ in range(2):
        at_night(pc)
    (entry,) = pc.entries(rank=4)
    assert entry.state == State.CHANGED_IN_QUICKBOOKS
    assert entry.message == (
        "Somebody changed it in QuickBooks: not applied. Nothing was overwritten."
    )
    assert entry.differs_by == 0
    sides = three_columns.columns_of(pc.connection, entry)
    assert sides is not None
    found = {each.what: each for each in sides.rows}
    row = found["Not applied"]
    assert (row.here, row.sent, row.there) == ("$0.00", "$0.00", "$40.00")
    assert [each for each in found if found[each].is_changed_there] == ["Not applied"]


def test_n7_a_change_there_is_told_in_a_closed_period_too(pc: OfficePc, invoice: Invoice) -> None:
    people.edit(pc.company, there(pc, invoice).id, {"RefNumber": "77"}, now=later())
    people.close_books(pc.company, "2026-12-31")
    at_night(pc)
    assert pc.connection.closing_date is not None
    assert entry_of(pc, invoice).state == State.CHANGED_IN_QUICKBOOKS


def test_n7_a_payment_changed_there_is_found(pc: OfficePc, invoice: Invoice) -> None:
    (entry,) = pc.entries(rank=4)
    people.edit(pc.company, entry.quickbooks_id, {"RefNumber": "4711"}, now=later())
    people.edit(pc.company, entry.quickbooks_id, {"Memo": "cash box"}, now=later())
    at_night(pc)
    (entry,) = pc.entries(rank=4)
    assert entry.state == State.CHANGED_IN_QUICKBOOKS


def test_n7_an_edit_here_of_a_client_changed_there_goes_and_leaves_theirs(
    pc: OfficePc, invoice: Invoice
) -> None:
    anna = invoice.client
    people.edit(pc.company, there(pc, anna).id, {"Email": "new@example.com"}, now=later())
    at_night(pc)
    assert entry_of(pc, anna).state == State.CHANGED_IN_QUICKBOOKS
    office.update_client(client=anna, values={"phone": "555-0199"}, now=NOW)
    assert entry_of(pc, anna).state == State.PENDING
    pc.run()
    fields = there(pc, anna).fields
    assert (fields["Phone"], fields["Email"]) == ("555-0199", "new@example.com")
    # Nobody has decided about the address: the next night says so again.
    at_night(pc)
    assert entry_of(pc, anna).state == State.CHANGED_IN_QUICKBOOKS


def test_n7_switched_off_nothing_is_looked_at(pc: OfficePc, invoice: Invoice) -> None:
    now = timezone.now()
    services.save_settings(pc.connection, changes={"drift_watch": False}, actor="Dana", now=now)
    assert pc.connection.watch_at is None
    people.edit(pc.company, there(pc, invoice).id, {"Memo": "by hand"}, now=later())
    Connection.objects.update(checked_at=None)
    pc.run()
    assert pc.states() == {"synced": 4}
    services.save_settings(pc.connection, changes={"drift_watch": True}, actor="Dana", now=now)
    assert pc.connection.watch_at == next_quiet_hour(
        now.astimezone(ZoneInfo(pc.business.time_zone))
    )


def test_n7_one_record_is_looked_at_when_a_person_asks(pc: OfficePc, invoice: Invoice) -> None:
    now = timezone.now()
    entry = entry_of(pc, invoice)
    services.look_now(pc.connection, entry=entry, actor="Dana", now=now)
    pc.run()
    found = three_columns.columns_of(pc.connection, entry_of(pc, invoice))
    assert found is not None
    assert found.seen_at is not None
    assert found.differing == []
    assert {each.what: each.there for each in found.rows}["Total"] == "$240.00"
    assert watching.last_run(pc.connection) is None


@pytest.mark.parametrize("fault", ["lose-answer@2", "drop-after-send@2", "hresult=0x80040400@2"])
def test_n7_a_look_that_breaks_goes_on_in_the_next_session(
    pc: OfficePc, invoice: Invoice, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ASKED_AT_ONCE", 1)
    monkeypatch.setattr(watching, "QUERIES_AT_ONCE", 1)
    people.edit(pc.company, there(pc, invoice).id, {"Memo": "by hand"}, now=later())
    Connection.objects.update(watch_at=timezone.now() - timedelta(minutes=1))
    pc.run(fault)
    pc.run()
    assert entry_of(pc, invoice).state == State.CHANGED_IN_QUICKBOOKS
    assert MessageSet.objects.filter(status__in=["sent", "in_doubt", "absent"]).count() == 0


def test_n7_what_is_to_be_written_goes_before_each_page(
    pc: OfficePc, invoice: Invoice, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ASKED_AT_ONCE", 1)
    monkeypatch.setattr(watching, "QUERIES_AT_ONCE", 1)
    made: list[str] = []

    def hear(_call: Any, _reply: Any) -> None:
        if not made and MessageSet.objects.filter(content__0__list="watch").exists():
            made.append("x")
            office.create_client(business=business, values={"name": "Ben Yee"}, now=NOW)

    pc.heard = hear
    at_night(pc)
    steps = list(MessageSet.objects.order_by("pk").values_list("purpose", "content"))
    kinds = [
        "watch" if content and content[0].get("list") == "watch" else purpose
        for purpose, content in steps
    ]
    first = kinds.index("watch")
    assert kinds[first : first + 3] == ["watch", "write", "watch"]
    assert pc.states() == {"synced": 5}


def test_n7_more_than_a_nights_worth_goes_on_in_the_next(
    pc: OfficePc, invoice: Invoice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "ASKED_AT_ONCE", 1)
    monkeypatch.setattr(watching, "QUERIES_AT_ONCE", 1)
    monkeypatch.setattr(watching, "DOCUMENTS_A_NIGHT", 3)
    at_night(pc)
    assert watching.progress(pc.connection) == {"read": 3, "total": 4}
    assert watching.last_run(pc.connection) is None
    at_night(pc)
    last = watching.last_run(pc.connection)
    assert last is not None
    assert last["read"] == 4


def test_n7_a_restore_after_it_was_told_loses_neither(pc: OfficePc, invoice: Invoice) -> None:
    people.edit(pc.company, there(pc, invoice).id, {"Memo": "by hand"}, now=later())
    at_night(pc)
    people.restore(pc.company, pc.company.to_json(), now=later() + timedelta(seconds=60))
    Connection.objects.update(checked_at=None)
    pc.run()
    pc.run()
    assert there(pc, invoice).fields["Memo"] == "by hand"
    at_night(pc)
    assert entry_of(pc, invoice).state == State.CHANGED_IN_QUICKBOOKS


def test_n3_a_total_that_differs_is_accepted_and_asked_about_once(
    pc: OfficePc, invoice: Invoice
) -> None:
    entry = entry_of(pc, invoice)
    SyncEntry.objects.filter(pk=entry.pk).update(state="differs", differs_by="0.01", code="differs")
    (refused,) = pc.sync(invoice.guid)
    assert "already in QuickBooks, with another total" in refused.reason
    (done,) = pc.act("accept", entry_of(pc, invoice))
    assert done.done
    entry = entry_of(pc, invoice)
    assert (entry.state, entry.differs_by, entry.differs) == ("synced", Decimal("0.01"), False)
    assert "0.01 more than here" in entry.message
    (undone,) = pc.act("accept", entry)
    assert "nothing to accept" in undone.reason


def test_n3_a_total_that_differs_is_sent_again_whole(pc: OfficePc, invoice: Invoice) -> None:
    key = there(pc, invoice).id
    entry = entry_of(pc, invoice)
    SyncEntry.objects.filter(pk=entry.pk).update(state="differs", differs_by="0.01", code="differs")
    pc.act("retry", entry_of(pc, invoice))
    pc.run()
    entry = entry_of(pc, invoice)
    assert (entry.state, entry.differs_by) == ("synced", Decimal("0.00"))
    assert entry.quickbooks_id == key
    last = MessageSet.objects.filter(purpose="write").order_by("pk").last()
    assert last is not None
    sent = text_of(last)
    assert all(each in sent for each in ("<InvoiceMod>", "<Memo>Kitchen</Memo>", "InvoiceLineMod"))


def test_the_quiet_hour_is_the_next_one_of_the_businesss_own_clock() -> None:
    assert next_quiet_hour(datetime(2026, 5, 4, 1, 59)) == datetime(2026, 5, 4, 2)  # noqa: DTZ001
    assert next_quiet_hour(datetime(2026, 5, 4, 2, 0)) == datetime(2026, 5, 5, 2)  # noqa: DTZ001


def test_every_kind_is_asked_for_with_what_its_columns_show() -> None:
    assert set(watching.WHOLE) == set(Kind)
    query = watching.WHOLE[Kind.INVOICE](("1-1",))
    assert isinstance(query, InvoiceQuery)
    assert query.include_line_items


def test_what_was_changed_there_says_nothing_of_the_record_that_takes_its_place(
    pc: OfficePc, business: Business
) -> None:
    """Found in keeps-all 96010: an older file lost the edited invoice, and it was sent anew."""
    pc.set_up()
    backup = pc.company.to_json()
    made = an_invoice(business)
    pc.sync(made.guid)
    pc.run()
    people.edit(pc.company, there(pc, made).id, {"Memo": "by hand"}, now=later())
    at_night(pc)
    entry = entry_of(pc, made)
    assert entry.state == State.CHANGED_IN_QUICKBOOKS
    assert Drift.objects.filter(entry=entry).exists()
    people.restore(pc.company, backup, now=later() + timedelta(seconds=60))
    Connection.objects.update(checked_at=None)
    for _ in range(2):
        pc.run()

    assert entry_of(pc, made).state == State.SYNCED
    assert not Drift.objects.filter(entry=entry).exists()
    at_night(pc)
    assert entry_of(pc, made).state == State.SYNCED


def test_n7_of_a_linked_record_only_that_it_is_gone_is_told(
    pc: OfficePc, business: Business
) -> None:
    for name in ("Anna", "Berta"):
        office.create_client(business=business, values={"name": name}, now=NOW)
        people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": name}}, now=later())
    pc.set_up(clients=True)
    anna, berta = (pc.entries(title=name)[0] for name in ("Anna", "Berta"))
    assert [anna.code, berta.code] == ["linked", "linked"]
    assert pc.connection.watch_at is not None  # The night after the first sync is no exception.
    people.edit(pc.company, anna.quickbooks_id, {"Phone": "555-0199"}, now=later())
    people.delete(pc.company, berta.quickbooks_id, now=later())
    Connection.objects.update(activity={})
    at_night(pc)
    assert [(each.title, each.state) for each in pc.entries() if each.state != "synced"] == [
        ("Berta", "gone")
    ]
    assert pc.entries(title="Anna")[0].code == "linked"
