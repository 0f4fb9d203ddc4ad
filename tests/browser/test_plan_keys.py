"""The plan decided with the keyboard alone, in a real browser (N2, journey 5.2)."""

import re
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.office import services as office
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import PlanRow
from fieldledger.simulator import people
from fieldledger.website.demo import Demo
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser


@pytest.fixture
def pc(demo: Demo) -> OfficePc:
    """A plan over the demo's clients and a company that has some of them, and some like them."""
    pc = OfficePc(demo.business)
    doing: dict[str, Any] = {"actor": "Dana", "now": timezone.now()}
    for name, street in (("J. Hathaway", "12 Main Street"), ("Bob Underwood", "")):
        values = {"name": name, "billing_line1": street, "phone": "650 555 7001"}
        office.create_client(business=demo.business, values=values, now=timezone.now())
    for name, contact in (
        ("Pat Quill", {"phone": "1 (650) 555-0142"}),
        ("Nan Orr", {"email": "Nan@Orr.example"}),
    ):
        office.create_client(
            business=demo.business, values={"name": name, **contact}, now=timezone.now()
        )
    for name, fields in (
        ("Quill Plumbing", {"Phone": "650.555.0142"}),
        ("Orr, Nancy", {"Email": "office@orr.example; nan@orr.example"}),
        ("Jane Hathaway", {"BillAddress": {"Addr1": "Jane Hathaway", "Addr2": "12 Main St."}}),
        ("Underwood, Robert", {"Phone": "(650) 555-9999"}),
    ):
        people.do(
            pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": name, **fields}}, now=pc.now
        )
    pc.install()
    services.go_next(pc.connection, **doing)
    pc.run()
    services.go_next(pc.connection, **doing)
    choice = {"clients": True, "items": True, "client_matching": "name_or_contact"}
    services.choose_import(pc.connection, choice=choice, **doing)
    services.go_next(pc.connection, **doing)
    return pc


def test_s82_n2_rows_are_walked_and_decided_with_letters(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    # S82: an address or a number is enough, whatever their writing.
    page.goto(f"{live_server.url}/quickbooks/plan?show=sure")
    for name, there, why in (
        ("Pat Quill", "Quill Plumbing", "phone"),
        ("Nan Orr", "Orr, Nancy", "e-mail"),
    ):
        sure = page.get_by_role("row", name=re.compile(f"^Select {name}"))
        expect(sure).to_contain_text(there)
        expect(sure.locator(".plan-why")).to_contain_text(why)
    page.goto(f"{live_server.url}/quickbooks/plan?show=unsure")
    expect(page.locator("tbody tr")).to_have_count(2)
    jane = PlanRow.objects.get(record_name="J. Hathaway")
    bob = PlanRow.objects.get(record_name="Bob Underwood")

    page.keyboard.press("j")
    expect(page.locator("tr.is-at")).to_contain_text("J. Hathaway")
    page.keyboard.press("j")
    page.keyboard.press("n")
    expect(page.locator(f"#row-{bob.guid}")).to_contain_text("Decided by")
    expect(page.locator("tr.is-at")).to_contain_text("Bob Underwood")
    page.keyboard.press("k")
    page.keyboard.press("l")
    page.wait_for_load_state("networkidle")
    expect(page.locator("#approve")).to_contain_text("4 linked")
    assert PlanRow.objects.get(pk=bob.pk).decided_by
    row = PlanRow.objects.select_related("theirs").get(pk=jane.pk)
    assert row.theirs is not None
    assert (row.decision, row.theirs.full_name) == ("link", "Jane Hathaway")

    page.goto(f"{live_server.url}/quickbooks/plan?show=clash")
    first = page.locator("tbody tr").first
    first.get_by_text("Another name or record").click()
    first.get_by_label("Name in QuickBooks", exact=True).fill("  ")
    first.get_by_role("button", name="Rename").click()
    expect(first.get_by_role("alert")).to_contain_text("Give the name to use in QuickBooks")
    first.get_by_label("Name in QuickBooks", exact=True).fill("Quite Another Name")
    first.get_by_role("button", name="Rename").click()
    expect(first).to_contain_text("Goes there as “Quite Another Name”")

    page.goto(f"{live_server.url}/quickbooks/plan?show=new&side=there")
    page.keyboard.press("j")
    page.keyboard.press("s")
    expect(page.locator("tr.is-at")).to_contain_text("Skipped")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("[data-ticked]")).to_have_text("1 selected")


def test_n2_all_of_a_list_is_decided_at_once(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/quickbooks/plan?show=new&side=here&kind=client")
    number = int(page.locator(".pager > span").first.inner_text().split()[0])
    assert number > 50
    page.get_by_label("Select all on this page").check()
    page.get_by_label(f"All {number} of this list").check()
    page.get_by_role("button", name="Skip", exact=True).first.click()
    expect(page.get_by_text(f"{number} rows decided.")).to_be_visible()
    assert PlanRow.objects.filter(decision="skip", record_id__isnull=False).count() == number
