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
from fieldledger.quickbooks import services
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

    a_renamed_file_goes_on_once_it_is_said(page, pc)
    a_second_computer_is_refused_and_then_takes_over(page, pc)
    page.get_by_role("link", name="Audit trail").first.click()
    trail = page.locator("tbody")
    for event in (
        "Refuse a company file",
        "Refuse a second computer",
        "Refuse a computer",
        "Let a computer take over",
    ):
        expect(trail.get_by_role("row", name=re.compile(event)).first).to_be_visible()
    page.get_by_role("button", name="Verify the seal").click()
    expect(page.get_by_text("The trail is whole")).to_be_visible()


def a_renamed_file_goes_on_once_it_is_said(page: Page, pc: OfficePc) -> None:
    pc.desk.companies.clear()
    pc.company.state.path = "C:\\QuickBooks\\Lakeside 2026.qbw"
    pc.desk.open(pc.company)
    office.create_client(business=pc.business, values={"name": "Wes"}, now=timezone.now())
    pc.run()
    assert "Wes" in {each.name for each in pc.company.customers()}
    page.reload()
    banner = page.locator(".banner")
    expect(banner).to_contain_text("The company file was moved or renamed")
    expect(banner).to_contain_text("It carries our mark, so the sync goes on.")
    banner.get_by_role("link", name="Is it a copy?").click()
    expect(page.get_by_role("heading", name="Moved, renamed, or a copy?")).to_be_visible()
    page.get_by_role("button", name="Yes, it was moved").click()
    expect(banner).to_have_count(0)


def a_second_computer_is_refused_and_then_takes_over(page: Page, pc: OfficePc) -> None:
    office.create_client(business=pc.business, values={"name": "Yan"}, now=datetime.now(tz=UTC))
    at_the_laptop(pc)
    page.get_by_role("link", name="Clients").first.click()
    banner = page.locator(".banner")
    expect(banner).to_contain_text("OFFICE-PC may sync; LAPTOP was refused")
    banner.get_by_role("link").click()
    row = page.locator("#connection-part tr", has_text="LAPTOP")
    row.get_by_role("button", name="Refuse").click()
    expect(row.get_by_text("Refused by you")).to_be_visible()
    expect(banner).to_have_count(0)
    # It is the bookkeeper's new one after all.
    row.get_by_role("button", name="Hand over to it").click()
    expect(row.get_by_text("Takes over next")).to_be_visible()
    at_the_laptop(pc)
    page.reload()
    expect(row.get_by_text("May sync")).to_be_visible()
    assert "Yan" in {each.name for each in pc.company.customers()}


def test_j5_7_a_taken_name_is_said_while_typing_and_settled_on_its_card(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    switched_on_it_goes_under_another_name(page, pc, live_server.url)
    page.goto(f"{live_server.url}/quickbooks/settings")
    page.get_by_label("Resolve future client conflicts").uncheck()
    page.get_by_label("Resolve future item conflicts").uncheck()
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
    an_items_other_type_is_said_and_two_clients_become_one(page, pc, live_server.url)


def made_on_its_page(page: Page, base: str, where: str, name: str) -> None:
    page.goto(f"{base}/{where}/new")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("button", name=re.compile("Make (client|item)")).click()
    expect(page.locator(".badge", has_text="Pending").first).to_be_visible()


def switched_on_it_goes_under_another_name(page: Page, pc: OfficePc, base: str) -> None:
    people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": "Rita Moss"}}, now=pc.now)
    made_on_its_page(page, base, "clients", "Rita Moss")
    pc.run()
    page.goto(f"{base}/quickbooks/log/?q=rita")
    sent = "Sent as “Rita Moss – 2”: the name is taken in QuickBooks."
    expect(page.get_by_role("row", name=re.compile("Rita Moss"))).to_contain_text(sent)
    page.get_by_role("link", name="Rita Moss").click()
    card = page.get_by_role("region", name="Sent under another name")
    for way in ("Rename", "Runs and undo"):
        expect(card.get_by_role("link", name=way)).to_be_visible()
    card.get_by_role("button", name="Read the lists again").click()
    pc.run()
    page.reload()
    expect(card).to_contain_text("is taken in QuickBooks by a customer")
    card.get_by_role("button", name="Link with this customer").click()
    expect(page.get_by_text("Linked.")).to_be_visible()
    expect(card).to_have_count(0)


def an_items_other_type_is_said_and_two_clients_become_one(
    page: Page, pc: OfficePc, base: str
) -> None:
    accounts = {each.name: {"ListID": each.id} for each in pc.company.records("Account")}
    inventory = {
        "Name": "Copper elbow",
        "IncomeAccountRef": accounts["Parts Income"],
        "COGSAccountRef": accounts["Cost of Goods Sold"],
        "AssetAccountRef": accounts["Inventory Asset"],
    }
    people.do(pc.company, "ItemInventoryAddRq", {"ItemInventoryAdd": inventory}, now=pc.now)
    made_on_its_page(page, base, "items", "Copper elbow")
    made_on_its_page(page, base, "clients", "Al Dente")
    pc.run()
    page.goto(f"{base}/quickbooks/attention")
    page.get_by_text("Item Copper elbow: rename, link or merge").click()
    page.get_by_role("button", name="Read the lists again").click()
    pc.run()
    page.reload()
    page.get_by_text("Item Copper elbow: the name belongs to an inventory item").click()
    page.get_by_role("button", name="Link with this inventory item").click()
    expect(page.get_by_text("Linked.")).to_be_visible()
    page.get_by_text("Client Al Dente: the name belongs to a customer").click()
    expect(page.get_by_text("merge the two below")).to_be_visible()
    page.get_by_role("button", name="Merge into the chosen one").click()
    expect(
        page.get_by_text("Merged into Al Dente; the other one is in the archive.")
    ).to_be_visible()
    states = SyncEntry.objects.filter(title__in=["Copper elbow", "Al Dente"])
    assert sorted(states.values_list("state", flat=True)) == ["ignored", "synced", "synced"]


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

    pc.run("crash-unstored@3")
    pc.run("closed")

    page.goto(f"{live_server.url}/quickbooks/attention")
    expect(page.get_by_text("1 is being looked up in QuickBooks")).to_be_visible()
    page.goto(f"{live_server.url}/quickbooks/log/{entry.guid}")
    expect(page.get_by_role("heading", name=re.compile(r"\(answer lost"))).to_be_visible()
    expect(page.get_by_role("button", name="Retry")).to_be_disabled()
    # Somebody gives it another number in QuickBooks meanwhile: it is found by its mark.
    (there,) = [each for each in pc.company.invoices() if each.amounts["total"] == 46_000]
    people.rename(pc.company, there.id, "2077", now=datetime.now(tz=UTC))
    pc.run()
    page.reload()
    expect(page.get_by_role("heading", name="Confirmed by looking it up")).to_be_visible()
    expect(
        page.get_by_text("Confirmed by looking it up in QuickBooks: 2077, 460.00.").first
    ).to_be_visible()
    assert len([each for each in pc.company.invoices() if each.amounts["total"] == 46_000]) == 1
    page.goto(address)
    expect(page.locator("#quickbooks-box dl")).to_contain_text("Number there2077")
    of_two_candidates_a_person_picks(page, pc, live_server.url)
    a_restored_backup_is_one_banner(page, pc, live_server.url)


def of_two_candidates_a_person_picks(page: Page, pc: OfficePc, base: str) -> None:
    """A client is gone from QuickBooks, which has two that may be it."""
    made_on_its_page(page, base, "clients", "Zoe Zander")
    pc.run()
    entry = SyncEntry.objects.get(title="Zoe Zander")
    now = datetime.now(tz=UTC) + timedelta(seconds=5)
    people.delete(pc.company, entry.quickbooks_id, now=now)
    for name in ("Zander, Zoe", "Zoe Zander Inc."):
        people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": name}}, now=now)
    services.refresh_lists(pc.connection, actor="", now=timezone.now())
    client = Client.objects.get(name="Zoe Zander")
    office.update_client(client=client, values={"phone": "555-0100"}, now=timezone.now())
    for _ in range(2):
        pc.run()
    page.goto(f"{base}/quickbooks/attention")
    choice = page.get_by_label("Record in QuickBooks")
    expect(choice.get_by_role("option")).to_have_text(["Zander, Zoe", "Zoe Zander Inc."])
    choice.select_option("Zander, Zoe")
    page.get_by_role("button", name="Link with this one").click()
    expect(page.get_by_text("Linked.")).to_be_visible()
    expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()


def a_restored_backup_is_one_banner(page: Page, pc: OfficePc, base: str) -> None:
    backup = pc.company.to_json()
    made_on_its_page(page, base, "clients", "Cleo Lost")
    pc.run()
    people.restore(pc.company, backup, now=datetime.now(tz=UTC) + timedelta(seconds=10))
    Connection.objects.update(checked_at=timezone.now() - timedelta(days=2))
    pc.run("stop-before=receiveResponseXML@2")
    page.goto(f"{base}/clients/")
    banner = page.locator(".banner")
    expect(banner).to_contain_text("The company file was restored from a backup")
    page.goto(f"{base}/quickbooks/attention")
    for _ in range(3):
        pc.run()
    page.goto(f"{base}/quickbooks/attention")
    expect(banner).to_contain_text("Everything was looked up after the restore")
    expect(banner).to_contain_text("1 sent again, 0 gone")
    expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()
    assert "Cleo Lost" in {each.name for each in pc.company.customers()}
