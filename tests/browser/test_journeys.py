"""What a person does in a browser, from the sign-in to sending invoices."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.office.models import Client, Invoice, Item
from fieldledger.quickbooks import services
from fieldledger.website.demo import Demo
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser


def test_signing_in_with_a_wrong_and_then_the_right_password(
    demo: Demo, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/invoices/")
    page.get_by_label("Email").fill(demo.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("not correct")).to_be_visible()

    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()

    expect(page.get_by_role("heading", name="Invoices")).to_be_visible()


def test_a_client_an_item_and_an_invoice_with_totals_while_one_types(signed_in: Page) -> None:
    page = signed_in
    page.get_by_role("link", name="New client").click()
    page.get_by_label("Name", exact=True).fill("Ann O'Neil")
    page.get_by_role("button", name="Make client").click()
    page.get_by_role("link", name="Items").first.click()
    page.get_by_role("link", name="New item").click()
    page.get_by_label("Name", exact=True).fill("Gutter guard")
    page.get_by_label("Description").fill("Per foot, fitted")
    page.get_by_label("Price").fill("12.345")
    page.get_by_role("button", name="Make item").click()

    page.get_by_role("link", name="Invoices").first.click()
    page.get_by_role("link", name="New invoice").click()
    page.get_by_label("Search for the client").press_sequentially("o'neil")
    page.get_by_role("radio", name=re.compile("Ann O'Neil")).check()
    page.get_by_label("Sales tax").select_option("No tax")
    page.get_by_label("Item of line 1").fill("gutter guard")
    page.get_by_label("Quantity of line 1").fill("3")
    expect(page.get_by_label("Description of line 1")).to_have_value("Per foot, fitted")
    expect(page.locator("#totals .grand")).to_contain_text("$37.04")  # 3 × 12.345, half up.
    page.get_by_role("button", name="Add a line").click()
    page.get_by_label("Description of line 2").fill("Ladder")
    page.get_by_label("Price of line 2").fill("20")
    expect(page.locator("#totals .grand")).to_contain_text("$57.04")
    page.get_by_role("button", name="Remove line 2").click()
    expect(page.locator("#totals .grand")).to_contain_text("$37.04")
    page.get_by_role("button", name="Make invoice").click()

    expect(page.get_by_role("heading", name="Invoice 1041")).to_be_visible()
    invoice = Invoice.objects.order_by("-pk")[0]
    assert invoice.client == Client.objects.get(name="Ann O'Neil")
    assert invoice.lines.get().item == Item.objects.get(name="Gutter guard")
    assert str(invoice.total) == "37.04"


def test_a_search_stays_when_another_tab_is_chosen(
    signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/invoices/")

    page.get_by_label("Search by number or client").press_sequentially("greenbelt")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Overdue").click()

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.get_by_label("Search by number or client")).to_have_value("greenbelt")
    page.go_back()
    expect(page.locator("tbody tr")).to_have_count(2)


def test_ticking_invoices_and_sending_them_together(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    pc = OfficePc(demo.business)
    pc.set_up()
    for _ in range(3):
        pc.run()
    page = signed_in
    page.goto(f"{live_server.url}/invoices/?money=open")
    send = page.get_by_role("button", name="Sync to QuickBooks")
    expect(send).to_be_disabled()

    page.get_by_label("Select all on this page").check()
    expect(page.get_by_text("20 selected")).to_be_visible()
    page.get_by_label("Select invoice 1040").uncheck()
    expect(page.get_by_text("19 selected")).to_be_visible()
    send.click()
    expect(page.get_by_text("Of 19 invoices: 19 ready. Nothing is sent yet.")).to_be_visible()
    page.get_by_role("button", name="Sync the 19 ready").click()

    expect(page.get_by_text("19 queued")).to_be_visible()
    expect(page.locator("tbody .badge", has_text="Pending").first).to_be_visible()
    page.get_by_role("link", name="See the queue").click()
    pc.run()
    # The log looks again by itself, every five seconds.
    expect(page.get_by_text("Nothing is pending")).to_be_visible(timeout=15_000)


def test_the_password_is_copied_and_next_waits_for_the_connection(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/features/quickbooks-desktop")
    page.get_by_role("switch").click()
    page.get_by_role("link", name="Manage feature").click()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    page.get_by_role("button", name="Copy password").click()

    expect(page.get_by_text("Copied.")).to_be_visible()
    pc = OfficePc(demo.business)
    pc.install()
    connection = services.connection_of(demo.business)
    password = services.copy_password(connection, actor="", now=pc.now).password
    assert page.evaluate("navigator.clipboard.readText()") == password
    pc.run()
    expect(page.get_by_role("button", name="Next")).to_be_enabled()
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("This is the only time")).to_be_visible()


def test_s32_the_password_is_copied_where_browsers_hide_the_clipboard(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    connection = services.connection_of(demo.business)
    now = timezone.now()
    connection = services.set_enabled(connection, enabled=True, actor="", now=now)
    services.go_next(connection, actor="", now=now)
    page.goto(f"{live_server.url}/quickbooks/setup")

    page.get_by_role("button", name="Copy password").click()
    expect(page.get_by_text("Copied.")).to_be_visible()

    page.goto(f"{live_server.url}/clients/")
    page.get_by_label("Search clients").focus()
    page.keyboard.press("Control+V")
    password = services.copy_password(connection, actor="", now=now).password
    expect(page.get_by_label("Search clients")).to_have_value(password)


def test_the_actions_menu_opens_and_closes_from_the_keyboard(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    invoice = Invoice.objects.filter(paid=0, voided_at=None).order_by("-pk")[0]
    page.goto(f"{live_server.url}/invoices/{invoice.guid}")
    actions = page.get_by_text("Actions", exact=True)

    actions.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".menu-item", has_text="Record payment")).to_be_visible()
    page.keyboard.press("Escape")

    expect(page.locator(".page-head .menu-item").first).to_be_hidden()
    expect(actions).to_be_focused()
