"""S64, S71 and S76-S86: what waits here is fetched by QuickBooks' own PC, in a browser.

The numbers are those of docs/roadmap.md. QuickBooks' PC calls the server of the pages over HTTP.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Item
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.simulator import people
from fieldledger.website.demo import Demo
from tests.quickbooks.test_queue import listen
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser


@pytest.fixture
def pc(demo: Demo, live_server: LiveServer) -> OfficePc:
    """A PC that calls over HTTP, its initial sync done."""
    pc = OfficePc(demo.business, url=f"{live_server.url}/qbwc")
    pc.set_up()
    for _ in range(3):
        pc.run()
    return pc


def made_by_hand(page: Page, base: str, where: str, name: str, button: str) -> None:
    page.goto(f"{base}/{where}/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name=button).click()
    expect(page.locator(".badge", has_text="Pending").first).to_be_visible()


def test_s64_s76_s77_s81_what_waited_while_it_was_closed_goes_in_its_order(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page, base = signed_in, live_server.url
    made_by_hand(page, base, "items", "Sump cover", "Make item")
    made_by_hand(page, base, "clients", "Late Comer", "Make client")
    client = Client.objects.get(name="Late Comer")
    line = {"item": Item.objects.get(name="Sump cover").guid, "quantity": "1", "unit_price": "50"}
    values: dict[str, Any] = {"client": client.guid, "date": "2026-05-04", "lines": [line]}
    invoice = office.create_invoice(business=pc.business, values=values, now=timezone.now())
    paid = {"invoice": invoice.guid, "amount": "20", "date": "2026-05-05"}
    office.create_payment(business=pc.business, values=paid, now=timezone.now())
    page.goto(f"{base}/invoices/{invoice.guid}")
    page.locator("#quickbooks-box").get_by_role("button", name="Sync to QuickBooks").click()
    expect(page.locator("#quickbooks-box .badge", has_text="Pending").first).to_be_visible()

    # S76: for three days the Web Connector is closed, and the page says since when.
    SyncEntry.objects.filter(state="pending").update(queued_at=timezone.now() - timedelta(days=3))
    CONTACTS.write()
    Connection.objects.update(last_contact_at=timezone.now() - timedelta(days=3))
    page.goto(f"{base}/quickbooks/")
    expect(page.get_by_text("The Web Connector has not called since").first).to_be_visible()
    expect(page.get_by_text("4 wait, nothing is lost.")).to_be_visible()
    page.goto(f"{base}/quickbooks/log/?state=pending")
    rows = page.locator("#rows tbody tr")
    expect(rows).to_have_count(4)

    # S77 and S81: open again, one session fetches all of it, parents first.
    heard = listen(pc)
    pc.run()
    assert heard == ["CustomerAdd", "ItemServiceAdd", "InvoiceAdd", "ReceivePaymentAdd"]
    page.reload()
    expect(page.get_by_text("Nothing is pending")).to_be_visible()
    page.goto(f"{base}/invoices/{invoice.guid}")
    # S85: the totals are read back and equal.
    facts = page.locator("#quickbooks-box dl")
    expect(facts).to_contain_text("Total here$50.00")
    expect(facts).to_contain_text("Total there$50.00")


def test_s71_ticked_invoices_are_pending_and_what_was_refused_is_said(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page, base = signed_in, live_server.url
    first, second = Invoice.objects.filter(voided_at=None, paid=0).order_by("-pk")[:2]
    page.goto(f"{base}/invoices/")
    for invoice in (first, second):
        page.get_by_label(f"Select invoice {invoice.number}").check()
    page.get_by_role("button", name="Sync to QuickBooks").click()
    page.get_by_role("button", name="Sync the 2 ready").click()
    expect(page.get_by_text("2 queued")).to_be_visible()
    assert SyncEntry.objects.filter(rank=3, state="pending").count() == 2
    pc.run()

    page.goto(f"{base}/invoices/")
    page.get_by_label(f"Select invoice {first.number}").check()
    page.get_by_role("button", name="Sync to QuickBooks").click()
    expect(page.locator("#summary")).to_contain_text("1 already there")
    assert len(pc.company.invoices()) == 2


def test_s78_s79_s86_how_it_is_fetched_and_how_to_fetch_it_now(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page, base = signed_in, live_server.url
    CONTACTS.write()
    Connection.objects.update(contact_interval_s=600)
    page.goto(f"{base}/quickbooks/log/")
    page.get_by_role("link", name="Send now").click()
    card = page.locator("#send-now")
    expect(card.locator("h3", has_text="Automatic")).to_contain_text("recommended")
    expect(card).to_contain_text("every two minutes (lately about every 10)")
    expect(card).to_contain_text("The interval can be changed there; better leave it.")
    expect(card.locator("summary")).to_contain_text("optional")
    card.locator("summary").click()
    steps = card.get_by_role("listitem").all_inner_texts()
    for step, words in zip(
        steps, ("Update Web Services", "Tick the box next to", "Update Selected"), strict=True
    ):
        assert words in step
        expect(card.get_by_text(words)).to_be_visible()


def test_s80_what_is_made_in_quickbooks_later_stays_there(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page, base = signed_in, live_server.url
    people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": "Only There"}}, now=pc.now)
    made_by_hand(page, base, "clients", "Only Here", "Make client")
    for _ in range(2):
        pc.run()
    page.goto(f"{base}/search?q=only")
    expect(page.get_by_role("link", name=re.compile("Only Here")).first).to_be_visible()
    expect(page.get_by_text("Only There")).to_have_count(0)
    assert not Client.objects.filter(name="Only There").exists()


def test_s75_s83_the_file_says_two_minutes_and_one_name_stands_everywhere(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page, base = signed_in, live_server.url
    page.goto(f"{base}/quickbooks/connection")
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile("setup file", re.IGNORECASE)).first.click()
    setup = download.value.path().read_text(encoding="utf-8")
    assert "<RunEveryNMinutes>2</RunEveryNMinutes>" in setup
    (name,) = re.findall("<AppName>(.*?)</AppName>", setup)
    page.goto(f"{base}/quickbooks/")
    page.locator("#send-now summary").click()
    expect(page.get_by_text(f"Tick the box next to {name}.")).to_be_visible()


def test_s85_a_total_that_differs_there_is_said_by_how_much(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page, base = signed_in, live_server.url
    invoice = Invoice.objects.filter(
        voided_at=None, paid=0, tax__gt=1, tax_rate__name="State Tax 7.25"
    ).order_by("-pk")[0]
    rate = next(each for each in pc.company.items() if each.name == "State Tax 7.25")
    people.edit(pc.company, rate.id, {"TaxRate": "9.25"}, now=pc.now)
    page.goto(f"{base}/invoices/{invoice.guid}")
    page.locator("#quickbooks-box").get_by_role("button", name="Sync to QuickBooks").click()
    pc.run()
    page.goto(f"{base}/invoices/{invoice.guid}")
    entry = SyncEntry.objects.get(record_guid=invoice.guid)
    assert entry.differs_by is not None
    expect(page.locator("#quickbooks-box .badge").first).to_contain_text("differs")
    expect(page.get_by_text(f"{abs(entry.differs_by):.2f}").first).to_be_visible()
