"""The journeys of a working day in a real browser, against the simulated QuickBooks.

J5.3 a working day, J5.6 wrong company file and second computer, J5.7 names that are taken, J5.10 a
lost answer and the same invoice sent twice: the numbers are those of the design's journeys.
"""

import re
from datetime import UTC, datetime, timedelta

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
from tests.quickbooks.test_computers import at_the_laptop
from tests.quickbooks.test_decisions import other_file
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser


@pytest.fixture
def pc(demo: Demo, live_server: LiveServer) -> OfficePc:
    made = OfficePc(demo.business, url=f"{live_server.url}/qbwc")
    made.set_up()
    for _ in range(3):
        made.run()
    return made


def invoice_for(client: Client, price: str = "460.00") -> Invoice:
    now = datetime.now(tz=UTC)
    item = Item.objects.filter(business=client.business, archived=False).order_by("pk")[0]
    line = {"item": item.guid, "quantity": "1", "unit_price": price, "taxable": False}
    return office.create_invoice(
        business=client.business,
        values={"client": client.guid, "date": now.date().isoformat(), "lines": [line]},
        now=now,
    )


def test_j5_3_a_working_day_from_a_new_client_to_a_paid_invoice_in_quickbooks(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/clients/new")
    page.get_by_label("Name", exact=True).fill("Zoe Zander")
    page.get_by_role("button", name="Make client").click()
    expect(page.locator(".badge", has_text="Pending").first).to_be_visible()
    pc.run()
    page.reload()
    expect(page.locator(".badge", has_text="Synced").first).to_be_visible()

    invoice = invoice_for(Client.objects.get(name="Zoe Zander"))
    page.goto(f"{live_server.url}/invoices/{invoice.guid}")
    box = page.locator("#quickbooks-box")
    expect(box.get_by_text("Not sent", exact=True)).to_be_visible()
    page.get_by_text("Actions", exact=True).click()
    CONTACTS.write()
    called_at = timezone.now() - timedelta(seconds=40)
    Connection.objects.update(last_contact_at=called_at, contact_interval_s=120)
    page.locator(".menu-item", has_text="Sync to QuickBooks").click()
    expect(box.get_by_text("Pending", exact=True)).to_be_visible()
    expect(box.get_by_text(re.compile(r"The next call comes in about 1:[012]\d\."))).to_be_visible()
    pc.run()
    page.reload()
    expect(box.get_by_text("Synced", exact=True)).to_be_visible()

    page.get_by_text("Actions", exact=True).click()
    page.locator(".menu-item", has_text="Record payment").click()
    page.get_by_label("Amount").fill("100")
    page.get_by_role("button", name="Record payment").click()
    # Z5: nothing goes until somebody asks, and the invoice says what is not there.
    expect(box.get_by_text("1 payment not in QuickBooks.")).to_be_visible()
    box.get_by_role("button", name="Sync to QuickBooks").click()
    pc.run()
    page.reload()

    expect(box.get_by_text("1 payment not in QuickBooks.")).to_have_count(0)
    facts = box.locator("dl")
    expect(facts).to_contain_text(f"Number there{invoice.number}")
    expect(facts).to_contain_text("Total here$460.00")
    expect(facts).to_contain_text("Total there$460.00")
    (there,) = [each for each in pc.company.invoices() if each.amounts["total"] == 46_000]
    assert there.fields["RefNumber"] == invoice.number
    expect(facts).to_contain_text("Asked byRosa Delgado")
    expect(facts).to_contain_text("Sincetoday")


def test_j5_6_a_wrong_file_and_a_second_computer_stop_everything_and_say_what_to_click(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    office.create_client(business=pc.business, values={"name": "Zoe"}, now=datetime.now(tz=UTC))
    other = other_file(pc, empty=True)
    pc.run()

    page.goto(f"{live_server.url}/clients/")
    banner = page.locator(".banner")
    expect(banner).to_contain_text("Open: Acme Training")
    expect(banner).to_contain_text("Nothing was sent.")
    banner.get_by_role("link").click()
    for choice in ("The wrong file is open", "the same company under another mark", "new company"):
        expect(page.get_by_text(re.compile(choice)).first).to_be_visible()
    assert "Zoe" not in {each.name for each in other.customers()}
    page.goto(f"{live_server.url}/quickbooks/attention")
    expect(page.get_by_text("Whoever is at the QuickBooks computer")).to_be_visible()

    pc.desk.open(pc.company)
    pc.run()
    page.reload()
    expect(banner).to_have_count(0)

    office.create_client(business=pc.business, values={"name": "Yan"}, now=datetime.now(tz=UTC))
    at_the_laptop(pc)
    page.reload()
    expect(banner).to_contain_text("OFFICE-PC may sync; LAPTOP was refused")
    banner.get_by_role("link").click()
    row = page.locator("#connection-part tr", has_text="LAPTOP")
    row.get_by_role("button", name="Refuse").click()
    expect(row.get_by_text("Refused by you")).to_be_visible()
    expect(banner).to_have_count(0)


def test_j5_7_a_taken_name_is_said_while_typing_and_settled_on_its_card(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/quickbooks/settings")
    page.get_by_label("Resolve future client conflicts").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    people.do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": "Lee Park"}}, now=pc.now)
    page.goto(f"{live_server.url}/quickbooks/mapping")
    page.get_by_role("button", name="Refresh the lists").click()
    expect(page.get_by_text("read again with the Web Connector").first).to_be_visible()
    pc.run()

    page.goto(f"{live_server.url}/clients/new")
    page.get_by_label("Name", exact=True).press_sequentially("Lee Park")
    expect(page.get_by_text("This name exists in QuickBooks: a vendor")).to_be_visible()
    page.get_by_role("button", name="Make client").click()
    ours = Client.objects.get(name="Lee Park")
    invoices = [invoice_for(ours), invoice_for(ours, "20.00")]
    pc.sync(*(each.guid for each in invoices))
    pc.run()

    page.goto(f"{live_server.url}/invoices/{invoices[0].guid}")
    expect(page.locator("#quickbooks-box")).to_contain_text("Waiting")
    page.goto(f"{live_server.url}/quickbooks/attention")
    page.get_by_text("Client Lee Park: the name belongs to a vendor").click()
    name = page.get_by_label("Name in QuickBooks")
    name.fill("Lee Park – Elm Street")
    expect(page.get_by_text(re.compile("21.* of 41 characters"))).to_be_visible()
    page.get_by_role("button", name="Rename and send").click()
    expect(page.get_by_text("It goes to QuickBooks as “Lee Park – Elm Street”")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()
    pc.run()

    states = SyncEntry.objects.filter(record_guid__in=[ours.guid, *(i.guid for i in invoices)])
    assert set(states.values_list("state", flat=True)) == {"synced"}


def test_j5_10_a_lost_answer_is_looked_up_and_two_clicks_make_one_entry(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    invoice = invoice_for(Client.objects.get(pk=pc.entries(rank=1)[0].record_id))
    address = f"{live_server.url}/invoices/{invoice.guid}"
    second = page.context.new_page()
    for each in (page, second):
        each.goto(address)
    page.locator("#quickbooks-box").get_by_role("button", name="Sync to QuickBooks").click()
    expect(page.locator("#quickbooks-box")).to_contain_text("Pending")
    second.locator("#quickbooks-box").get_by_role("button", name="Sync to QuickBooks").click()
    expect(second.get_by_text(re.compile("Already waiting since .* by"))).to_be_visible()
    second.close()
    entry = SyncEntry.objects.get(record_guid=invoice.guid)

    pc.run("crash-unstored@2")
    pc.run("closed")

    page.goto(f"{live_server.url}/quickbooks/attention")
    expect(page.get_by_text("1 is being looked up in QuickBooks")).to_be_visible()
    page.goto(f"{live_server.url}/quickbooks/log/{entry.guid}")
    expect(page.get_by_role("heading", name=re.compile(r"\(answer lost"))).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_be_disabled()
    pc.run()
    page.reload()
    expect(page.get_by_role("heading", name="Confirmed by looking it up")).to_be_visible()
    assert len([each for each in pc.company.invoices() if each.amounts["total"] == 46_000]) == 1
