"""J5.4, J5.9, S63-S75: sending invoices to QuickBooks as the office does it, in a browser."""

import datetime as dt
import re

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Payment
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.soap import Call, Received, Reply
from fieldledger.website.demo import Demo
from tests.browser.walk import obstacles
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser


@pytest.fixture
def pc(demo: Demo, live_server: LiveServer) -> OfficePc:
    """A PC whose initial sync is done."""
    pc = OfficePc(demo.business, url=f"{live_server.url}/qbwc")
    pc.set_up(review=False)
    for _ in range(3):
        pc.run()
    return pc


def unpaid(many: int) -> list[Invoice]:
    return list(Invoice.objects.filter(paid=0, voided_at=None).order_by("-pk")[:many])


def test_j5_4_month_end_says_what_will_happen_sends_the_ready_and_settles_the_rest(
    pc: OfficePc, demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    lines = [{"description": "Odd job", "quantity": "1", "unit_price": "10.00"}]
    client = Client.objects.all()[0]
    bare = office.create_invoice(
        business=demo.business,
        values={"client": client.guid, "date": "2030-01-02", "lines": lines},
        now=pc.now,
    )
    listed = Invoice.objects.filter(voided_at=None)
    early = listed.order_by("date")[0]
    people.close_books(pc.company, f"{early.date}")
    Connection.objects.update(closing_date=early.date)
    closed = listed.filter(date__lte=early.date).count()
    ready = listed.count() - closed - 1

    page.goto(f"{live_server.url}/invoices/?state=not_sent")
    page.get_by_label("Select all on this page").check()
    beyond = page.get_by_label(re.compile("Select all .* invoices that match"))
    if beyond.count():
        beyond.check()
        expect(
            page.get_by_text(re.compile("^All .* invoices that match are selected"))
        ).to_be_visible()
    page.get_by_role("button", name="Sync to QuickBooks").click()

    expect(page.locator("#summary")).to_contain_text(f"{ready} ready, 1 needs mapping")
    expect(page.locator("#summary")).to_contain_text(f"{closed} in a closed period")
    expect(page.locator("#mapping")).to_contain_text("names no item")
    assert not SyncEntry.objects.filter(rank=3).exists()
    assert obstacles(page) == []
    page.get_by_role("button", name=f"Sync the {ready} ready").click()
    expect(page.get_by_text(f"{ready} queued")).to_be_visible()

    page.goto(f"{live_server.url}/invoices/{early.guid}")
    expect(page.locator("#closed-period")).to_contain_text("The books are closed through")
    page.get_by_role("button", name="Send with this date").click()
    expect(page.get_by_text("It is queued.")).to_be_visible()
    # Meanwhile the accountant closes three days more, and somebody changes a tax rate there.
    shut = sorted(listed.exclude(pk=early.pk).values_list("date", flat=True))[2]
    people.close_books(pc.company, f"{shut}")
    change_a_rate(pc)
    the_log_falls_live(page, pc)
    assert SyncEntry.objects.get(record_guid=early.guid).state == "synced"
    assert not SyncEntry.objects.filter(record_guid=bare.guid).exists()
    what_is_alike_is_settled_in_one_form(page, pc)
    the_month_is_signed(page)


def change_a_rate(pc: OfficePc, name: str = "County Tax 8.375") -> None:
    (rate,) = [each for each in pc.company.items() if each.name == name]
    people.edit(pc.company, rate.id, {"TaxRate": "9.375"}, now=pc.now)


def the_log_falls_live(page: Page, pc: OfficePc) -> None:
    """Watch the log, with the browser's clock put forward at each call of QuickBooks' PC."""
    page.clock.install()
    page.get_by_role("link", name="Sync log").first.click()
    page.get_by_role("link", name="Pending").click()
    pending = page.locator("#tabs a", has_text="Pending").locator(".count")
    seen = [int(pending.inner_text())]

    def look(_call: Call, _reply: Reply) -> None:
        with page.expect_response(re.compile(r"/quickbooks/log/\?")) as answered:
            page.clock.fast_forward(5_000)
        answered.value.finished()
        seen.append(int(pending.inner_text()))

    pc.heard = look
    pc.run()
    pc.heard = lambda _call, _reply: None
    expect(page.get_by_text("Nothing is pending")).to_be_visible()
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) >= 3, "it falls while one looks, not at the end alone"


def what_is_alike_is_settled_in_one_form(page: Page, pc: OfficePc) -> None:
    page.get_by_role("link", name="Attention").first.click()
    closed = page.get_by_role("region", name="The books are closed")
    expect(closed.get_by_role("link", name="3 invoices and 1 payment")).to_be_visible()
    expect(closed.get_by_role("heading", name="Choose for 3 invoices")).to_be_visible()
    closed.get_by_role("button", name="Send with this date").click()
    expect(page.get_by_text("3 invoices are queued.")).to_be_visible()
    differing = page.get_by_role("region", name="The totals differ")
    differing.get_by_role("button", name=re.compile("Accept QuickBooks' totals, all")).click()
    expect(page.get_by_text("entries are left as QuickBooks has it.")).to_be_visible()
    expect(differing).to_have_count(0)
    pc.run()
    assert set(pc.states()) == {"synced", "failed"}  # The date of the payment.


def the_month_is_signed(page: Page) -> None:
    """Sign the month before this one."""
    page.get_by_role("link", name="Reports").first.click()
    page.get_by_role("link", name=re.compile("Month-end packet")).first.click()
    expect(page.get_by_text("QuickBooks has other amounts")).to_be_visible()
    expect(
        page.get_by_role("row", name=re.compile("accepted by Rosa Delgado")).first
    ).to_be_visible()
    page.get_by_role("button", name=re.compile("^Sign ")).click()
    expect(page.get_by_text(re.compile("Signed by Rosa Delgado .* as they were"))).to_be_visible()


def test_s69_s70_s72_s73_one_press_sends_an_invoice_with_its_payments(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    paid = Payment.objects.filter(voided_at=None, invoice__isnull=False)[0]
    invoice = paid.invoice
    assert invoice is not None
    assert not SyncEntry.objects.filter(rank__gte=3).exists()  # S69: nobody asked yet.
    page.goto(f"{live_server.url}/invoices/{invoice.guid}")
    expect(page.get_by_role("list", name="Checked before sending")).to_contain_text("Client")

    page.locator("summary", has_text="Actions").click()
    page.locator(".menu-item", has_text="Sync to QuickBooks").click()

    expect(page.get_by_text(re.compile(f"Invoice {invoice.number} with .* queued"))).to_be_visible()
    assert SyncEntry.objects.get(record_guid=paid.guid).state == "pending"
    pc.run()
    page.goto(f"{live_server.url}/invoices/{invoice.guid}")
    expect(page.locator("#quickbooks-box")).to_contain_text("Synced")
    page.get_by_role("link", name="Open in the sync log").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(invoice.number)


def test_s65_s66_s74_a_client_is_pending_once_and_the_filter_stands_in_the_address(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/clients/new")
    page.get_by_label("Name", exact=True).fill("Pending Pete")
    page.get_by_role("button", name="Make client").click()
    expect(page.locator(".badge", has_text="Pending").first).to_be_visible()
    client = Client.objects.get(name="Pending Pete")
    office.update_client(client=client, values={"phone": "555-0100"}, now=timezone.now())

    page.goto(f"{live_server.url}/quickbooks/log/?state=pending")

    expect(page.get_by_role("link", name="Pending Pete")).to_have_count(1)
    assert "state=pending" in page.url


def test_s63_s67_s68_s75_an_item_waits_for_the_next_call_and_goes_as_it_was_changed_last(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/items/new")
    page.get_by_label("Name", exact=True).fill("Pipe wrench")
    page.get_by_role("button", name="Make item").click()
    expect(page.locator(".badge", has_text="Pending").first).to_be_visible()
    entry = SyncEntry.objects.get(title="Pipe wrench")
    page.goto(f"{live_server.url}/items/{entry.record_guid}/edit")
    page.get_by_label("Name", exact=True).fill("Pipe wrench, large")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Pipe wrench, large")
    page.goto(f"{live_server.url}/quickbooks/")
    expect(page.get_by_text(re.compile("fetches what waits every two minutes"))).to_be_visible()
    entry.refresh_from_db()
    assert (entry.state, entry.quickbooks_id) == ("pending", "")  # Nothing leaves by itself.

    pc.run()

    page.goto(f"{live_server.url}/quickbooks/log/{entry.guid}")
    expect(page.locator(".badge", has_text="Synced").first).to_be_visible()
    entry.refresh_from_db()
    assert entry.quickbooks_name == "Pipe wrench, large"


def test_j5_9_a_way_to_say_the_tax_is_chosen_and_the_totals_agree(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    invoice = Invoice.objects.filter(paid=0, voided_at=None, tax__gt=0).order_by("-pk")[0]
    # The rate is another in QuickBooks: both totals are said before anything goes.
    change_a_rate(pc, str(invoice.tax_rate.name) if invoice.tax_rate else "")
    services.refresh_lists(pc.connection, actor="", now=timezone.now())
    pc.run()
    page.goto(f"{live_server.url}/invoices/{invoice.guid}")
    box = page.locator("#quickbooks-box")
    expect(box.get_by_text("22.13 there, 17.11 here.")).to_be_visible()
    differs = "its tax item has 9.375 %, the tax rate here 7.25 %."
    expect(box.get_by_text(differs)).to_be_visible()
    box.get_by_role("link", name="Choose who says the tax").click()
    side_by_side = "9.375 % in QuickBooks, 7.25 % here: the totals will differ."
    expect(page.get_by_text(side_by_side)).to_be_visible()
    page.locator("[name=sales_tax_mode][value=rounding_line]").check()
    page.locator("[name=rounding_item]").select_option(index=1)
    page.get_by_role("button", name="Save mapping").click()
    expect(page.locator("[name=sales_tax_mode][value=rounding_line]")).to_be_checked()

    page.goto(f"{live_server.url}/invoices/{invoice.guid}")
    box = page.locator("#quickbooks-box")
    expect(box.get_by_role("list", name="Checked before sending")).to_contain_text("Tax")
    box.get_by_role("button", name="Sync to QuickBooks").click()
    expect(page.get_by_text(f"Invoice {invoice.number} is queued.")).to_be_visible()
    pc.run()

    page.goto(f"{live_server.url}/invoices/{invoice.guid}")
    there = page.locator("#quickbooks-box .facts div", has_text="Total there").locator("dd")
    expect(there).to_have_text(f"${invoice.total:,.2f}")
    (found,) = pc.company.invoices()
    assert found.amounts["total"] == invoice.total * 100
    refused_in_a_closed_period_its_card_keeps_quickbooks_words(page, pc, live_server.url)


def refused_in_a_closed_period_its_card_keeps_quickbooks_words(
    page: Page, pc: OfficePc, base: str
) -> None:
    """The books are closed while QuickBooks has the document in its hands: it refuses it itself."""
    (other,) = unpaid(1)
    page.goto(f"{base}/invoices/{other.guid}")
    page.locator("#quickbooks-box").get_by_role("button", name="Sync to QuickBooks").click()

    def close(_call: Call, reply: Reply) -> None:
        if isinstance(reply, Received) and b"InvoiceAdd" in reply.body:
            people.close_books(pc.company, f"{other.date}")

    pc.heard = close
    pc.run()
    page.goto(f"{base}/invoices/{other.guid}")
    closed = page.locator("#closed-period")
    words = "before the closing date of the company"
    expect(page.locator("#quickbooks-box").get_by_text(words)).to_have_count(1)
    for way in ("Send with this date", "Hold", "Let it go as it is"):
        expect(closed.get_by_role("button", name=way)).to_be_visible()
    expect(closed.get_by_role("link", name="Ask your accountant")).to_be_visible()

    # The accountant opens the books again, and it goes as it is.
    people.reopen_books(pc.company)
    pc.heard = lambda _call, _reply: None
    page.goto(f"{base}/quickbooks/attention")
    card = page.get_by_role("region", name="The books are closed")
    expect(card).to_contain_text(words)
    card.get_by_role("button", name="Let it go as it is").click()
    expect(page.get_by_text("It is queued.")).to_be_visible()
    pc.run()
    assert SyncEntry.objects.get(record_guid=other.guid).state == "synced"


def test_two_browsers_that_press_sync_on_one_invoice_make_one_entry(
    pc: OfficePc, signed_in: Page, browser: Browser, live_server: LiveServer
) -> None:
    (invoice,) = unpaid(1)
    address = f"{live_server.url}/invoices/{invoice.guid}"
    other = browser.new_context(storage_state=signed_in.context.storage_state())
    second = other.new_page()
    for page in (signed_in, second):
        page.goto(address)

    for page in (signed_in, second):
        page.locator("#quickbooks-box").get_by_role("button", name="Sync to QuickBooks").click()

    expect(signed_in.get_by_text(f"Invoice {invoice.number} is queued.")).to_be_visible()
    expect(second.get_by_text(f"Invoice {invoice.number} is already waiting.")).to_be_visible()
    assert SyncEntry.objects.filter(record_guid=invoice.guid).count() == 1
    pc.run()
    assert [each.name for each in pc.company.invoices()] == [invoice.number]
    other.close()


def test_n4_held_from_the_invoice_and_released_in_the_log(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    (invoice,) = unpaid(1)
    Connection.objects.update(closing_date=invoice.date + dt.timedelta(days=1))
    page.goto(f"{live_server.url}/invoices/{invoice.guid}")

    page.locator("#closed-period").get_by_role("button", name="Hold").click()

    expect(page.get_by_text("It is held.")).to_be_visible()
    expect(page.locator("#quickbooks-box .badge", has_text="Held").first).to_be_visible()


def test_i5_3_a_view_is_saved_opened_and_deleted(signed_in: Page, live_server: LiveServer) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/invoices/?money=overdue")
    page.get_by_text("Views", exact=True).click()
    page.get_by_role("link", name="Save or change views").click()
    page.get_by_label("Name").fill("Chase these")
    page.get_by_label(re.compile("opens? with it")).first.check()
    page.get_by_role("button", name="Save view").click()
    expect(page.locator("summary", has_text="Chase these")).to_be_visible()

    page.get_by_role("link", name="Home").first.click()
    page.get_by_role("link", name="Invoices").first.click()
    assert page.url.endswith("/invoices/?money=overdue")

    page.locator("summary", has_text="Chase these").click()
    page.get_by_role("link", name="Save or change views").click()
    page.get_by_role("button", name="Delete the view Chase these").click()
    expect(page.get_by_text("The view is deleted.")).to_be_visible()
