"""Journey 5.8: edited, changed in QuickBooks, deleted there, voided, after it stands in QuickBooks.

The lines J5.8, N3 and N7 are those of docs/roadmap.md and of the design.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.office import services as office
from fieldledger.office.models import Invoice
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.state import Record
from fieldledger.website.demo import Demo
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser


@pytest.fixture
def pc(demo: Demo, live_server: LiveServer) -> OfficePc:
    made = OfficePc(demo.business, url=f"{live_server.url}/qbwc")
    made.set_up()
    for _ in range(3):
        made.run()
    return made


@pytest.fixture
def invoice(pc: OfficePc) -> Invoice:
    """An invoice in step with QuickBooks."""
    now = timezone.now()
    client = office.create_client(business=pc.business, values={"name": "Zoe Ames"}, now=now)
    item = office.create_item(
        business=pc.business, values={"name": "Drain", "price": "460.00"}, now=now
    )
    values: dict[str, Any] = {
        "client": client.guid,
        "date": f"{now:%Y-%m-%d}",
        "memo": "Kitchen",
        "lines": [{"item": item.guid, "quantity": "1"}],
    }
    made = office.create_invoice(business=pc.business, values=values, now=now)
    pc.sync(made.guid)
    pc.run()
    return made


def there(pc: OfficePc, invoice: Invoice) -> Record:
    (entry,) = pc.entries(record_guid=invoice.guid)
    return pc.company.state.records[entry.quickbooks_id]


def by_hand(pc: OfficePc, invoice: Invoice, **fields: str) -> None:
    later = datetime.now(tz=UTC) + timedelta(seconds=5)
    people.edit(pc.company, there(pc, invoice).id, fields, now=later)


def at_night(pc: OfficePc) -> None:
    Connection.objects.update(watch_at=timezone.now() - timedelta(minutes=1))
    pc.run()


def opened(page: Page, live_server: LiveServer, invoice: Invoice) -> Page:
    page.goto(f"{live_server.url}/invoices/{invoice.guid}")
    return page


def row(page: Page, field: str) -> list[str]:
    cells = page.locator("table.diff tbody tr", has=page.get_by_role("rowheader", name=field))
    return [text.strip() for text in cells.locator("td").all_inner_texts()]


def test_j5_8_an_edit_after_the_sync_is_shown_beside_what_was_sent_and_goes_when_asked(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    office.update_invoice(invoice=invoice, values={"memo": "Bathroom"}, now=timezone.now())
    page = opened(signed_in, live_server, invoice)
    box = page.get_by_role("region", name="Here, sent, in QuickBooks")
    expect(box.get_by_text("Changed since")).to_be_visible()
    assert row(page, "Memo") == ["Bathroom", "Kitchen", "Not looked at since"]
    expect(box.get_by_text("Sends what was changed here")).to_be_visible()
    expect(box.get_by_text("the change stays in Fieldledger alone")).to_be_visible()
    box.get_by_role("button", name="Sync the change").click()
    expect(page.get_by_text("is queued")).to_be_visible()
    pc.run()
    assert there(pc, invoice).fields["Memo"] == "Bathroom"


def test_j5_8_an_edit_may_be_kept_here_only(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    office.update_invoice(invoice=invoice, values={"memo": "Bathroom"}, now=timezone.now())
    page = opened(signed_in, live_server, invoice)
    page.get_by_role("button", name="Keep it here only").click()
    expect(page.get_by_role("heading", name=f"Invoice {invoice.number}")).to_be_visible()
    pc.run()
    assert there(pc, invoice).fields["Memo"] == "Kitchen"


def test_j5_8_a_void_asks_what_quickbooks_does_and_names_the_deposit_in_the_way(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    now = timezone.now()
    values = {"invoice": invoice.guid, "amount": "60.00", "date": f"{now:%Y-%m-%d}"}
    payment = office.create_payment(business=pc.business, values=values, now=now)
    pc.sync(invoice.guid)
    pc.run()
    (entry,) = pc.entries(record_guid=payment.guid)
    deposit = people.deposit(pc.company, entry.quickbooks_id, now=now, memo="Week 19")

    page = opened(signed_in, live_server, invoice)
    page.get_by_role("link", name="Void the payment of $60.00").click()
    expect(page.get_by_role("radio", name="Delete it in QuickBooks")).to_be_checked()
    page.get_by_role("radio", name="Delete it in QuickBooks").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("QuickBooks deletes it with the Web Connector")).to_be_visible()
    pc.run()
    page.goto(f"{live_server.url}/quickbooks/log/{entry.guid}")
    expect(page.get_by_role("heading", name="In a bank deposit")).to_be_visible()
    expect(page.get_by_text("to Checking, 60.00 in all (“Week 19”)").first).to_be_visible()
    expect(page.get_by_text("choose Edit, Delete Line, and save the deposit")).to_be_visible()
    people.delete(pc.company, deposit.id, now=now)
    page.get_by_role("button", name="Delete it in QuickBooks").click()
    pc.run()
    assert entry.quickbooks_id not in pc.company.state.records

    page = opened(signed_in, live_server, invoice)
    page.locator("summary", has_text="Actions").click()
    page.get_by_role("link", name="Void", exact=True).click()
    page.get_by_role("radio", name="Leave it in QuickBooks").check()
    page.get_by_role("button", name="Void invoice").click()
    expect(page.get_by_text("It is void here, and QuickBooks keeps it as it is.")).to_be_attached()
    assert row(page, "Void") == ["Yes", "No", "Not looked at since"]
    at_night(pc)
    assert there(pc, invoice).fields["Subtotal"] == 46_000
    page = opened(signed_in, live_server, invoice)
    page.get_by_role("button", name="Make it void in QuickBooks").click()
    expect(page.get_by_text("QuickBooks makes it void with the Web Connector")).to_be_visible()
    pc.run()
    assert there(pc, invoice).fields["Subtotal"] == 0


def test_j5_8_n7_changed_in_quickbooks_shows_three_columns_and_is_left_there(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    by_hand(pc, invoice, Memo="by hand")
    at_night(pc)
    page = opened(signed_in, live_server, invoice)
    box = page.get_by_role("region", name="Here, sent, in QuickBooks")
    expect(box.get_by_text("Changed in QuickBooks", exact=True)).to_be_visible()
    assert row(page, "Memo") == ["Kitchen", "Kitchen", "by hand"]
    expect(box.get_by_text("over what QuickBooks has")).to_be_visible()
    expect(box.get_by_text("QuickBooks keeps what somebody wrote there")).to_be_visible()
    box.get_by_role("button", name="Leave QuickBooks as it is").click()
    expect(page.get_by_text("1 entry is left as QuickBooks has it.")).to_be_visible()
    assert there(pc, invoice).fields["Memo"] == "by hand"
    assert row(page, "Memo") == ["Kitchen", "Kitchen", "by hand"]
    expect(page.get_by_text("left it as it is in QuickBooks")).to_be_visible()


def test_j5_8_n7_ours_is_sent_again_over_what_somebody_changed_there(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    by_hand(pc, invoice, Memo="by hand")
    office.update_invoice(invoice=invoice, values={"memo": "Bathroom"}, now=timezone.now())
    at_night(pc)
    page = opened(signed_in, live_server, invoice)
    assert row(page, "Memo") == ["Bathroom", "Kitchen", "by hand"]
    expect(page.get_by_text("changed there, too, is written over: memo.")).to_be_visible()
    by_hand(pc, invoice, Other="x")
    office.update_invoice(invoice=invoice, values={"memo": "Kitchen"}, now=timezone.now())
    page.get_by_role("button", name="Sync the change").click()
    pc.run()
    at_night(pc)
    page = opened(signed_in, live_server, invoice)
    page.get_by_role("button", name="Send ours again").click()
    pc.run()
    assert there(pc, invoice).fields["Memo"] == "Kitchen"
    expect(opened(page, live_server, invoice).get_by_text("Synced", exact=True)).to_be_visible()


def test_j5_8_deleted_in_quickbooks_offers_three_ways(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    later = datetime.now(tz=UTC) + timedelta(seconds=5)
    people.delete(pc.company, there(pc, invoice).id, now=later)
    Connection.objects.update(activity={})
    at_night(pc)
    page = opened(signed_in, live_server, invoice)
    expect(page.get_by_text("Gone from QuickBooks").first).to_be_visible()
    box = page.get_by_role("region", name="Here, sent, in QuickBooks")
    for words in ("Send as new", "Leave it out", "Make it void here"):
        expect(box.get_by_role("heading", name=words)).to_be_visible()
    box.get_by_role("button", name="Send as new").click()
    pc.run()
    pc.run()
    (made,) = [each for each in pc.company.invoices() if each.fields["RefNumber"] == invoice.number]
    assert made.fields["Memo"] == "Kitchen"


def test_j5_8_a_part_is_credited_and_paid_back_and_both_balances_are_said(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    page = opened(signed_in, live_server, invoice)
    page.get_by_text("Actions", exact=True).click()
    page.get_by_role("link", name="Credit memo").click()
    page.get_by_label("Price of line 1").fill("60")
    page.get_by_label("Reason").fill("It dripped")
    expect(page.locator("#totals .grand")).to_contain_text("$60.00")
    page.get_by_role("button", name="Make credit memo").click()
    page.get_by_role("link", name="Record refund").click()
    page.get_by_label("Amount").fill("25")
    page.get_by_label("Method").select_option("Check")
    page.get_by_role("button", name="Record refund").click()
    expect(page.get_by_text("A refund of $25.00 is recorded; $35.00 left.")).to_be_visible()
    expect(page.locator(".totals")).to_contain_text("Left$35.00")
    credit = page.url

    page.goto(f"{live_server.url}/quickbooks/mapping")
    page.get_by_label("Refunds are paid from").select_option("Checking")
    page.get_by_role("button", name="Save mapping").click()
    page.goto(credit)
    page.locator("summary", has_text="Actions").click()
    page.locator(".menu-item", has_text="Sync to QuickBooks").click()
    pc.run()
    page.reload()
    expect(page.locator(".badge", has_text="Synced")).to_have_count(2)
    (memo,) = pc.company.records("CreditMemo")
    (check,) = pc.company.records("Check")
    assert (memo.amounts["total"], check.amounts["total"]) == (6_000, 2_500)
    page.get_by_role("link", name="Zoe Ames").first.click()
    for balance in ("Less unused credits$35.00", "Balance$425.00"):
        expect(page.locator("main")).to_contain_text(balance)


def test_j5_9_n3_a_total_that_differs_says_by_how_much_and_has_its_remedies(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    SyncEntry.objects.filter(record_guid=invoice.guid).update(
        state="differs", differs_by="0.01", code="differs"
    )
    page = opened(signed_in, live_server, invoice)
    assert row(page, "Total") == ["$460.00", "$460.00", "$460.01"]
    box = page.get_by_role("region", name="Here, sent, in QuickBooks")
    expect(box.get_by_text("$0.01 more than what was sent")).to_be_visible()
    expect(box.get_by_role("button", name="Send ours again")).to_be_visible()
    expect(box.get_by_text("0.01 more than here, and this counts as synced")).to_be_visible()
    box.get_by_role("button", name="Accept QuickBooks' total").click()
    expect(page.get_by_text("1 entry is left as QuickBooks has it.")).to_be_visible()
    expect(page.get_by_text("total was accepted by")).to_be_visible()


def test_n7_the_overview_says_when_it_was_compared_and_what_was_found(
    pc: OfficePc, invoice: Invoice, signed_in: Page, live_server: LiveServer
) -> None:
    by_hand(pc, invoice, Memo="by hand")
    page = signed_in
    page.goto(f"{live_server.url}/quickbooks/")
    page.get_by_role("button", name="Compare now").click()
    expect(page.get_by_text("It only reads.").first).to_be_visible()
    pc.run()
    page.goto(f"{live_server.url}/quickbooks/")
    watch = page.get_by_role("region", name="Changed in QuickBooks")
    expect(watch.get_by_text("1 changed and 0 gone")).to_be_visible()
    watch.get_by_role("link", name="1 to decide").click()
    page.get_by_role("link", name=invoice.number).first.click()
    expect(page.get_by_role("region", name="Here, sent, in QuickBooks")).to_be_visible()
    expect(page.get_by_text("Somebody changed it in QuickBooks: memo").first).to_be_visible()
    page.goto(f"{live_server.url}/quickbooks/settings")
    page.get_by_label("Compare every night").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(f"{live_server.url}/quickbooks/")
    expect(page.get_by_text("The nightly comparison is switched off")).to_be_visible()
