"""The set-up in a real browser: left and resumed at any point, in two tabs, by pages alone."""

import re

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.office.models import Client, Item
from fieldledger.quickbooks import services
from fieldledger.website.demo import Demo
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser


def next_step(page: Page) -> None:
    page.bring_to_front()  # A tab behind another is not drawn, and its buttons never keep still.
    page.get_by_role("button", name="Next").click()
    page.wait_for_load_state()


def resume(page: Page, live_server: LiveServer) -> None:
    """Come back later: from the home page through the Feature Center."""
    page.goto(live_server.url)
    page.get_by_role("link", name="Feature Center").first.click()
    page.get_by_role("link", name="Manage feature").click()


def test_s84_the_set_up_is_left_and_resumed_at_every_step_and_two_tabs_agree(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page, other = signed_in, signed_in.context.new_page()
    page.goto(f"{live_server.url}/features/quickbooks-desktop")
    page.get_by_role("switch", name="QuickBooks Desktop").click()
    resume(page, live_server)
    expect(page.get_by_role("heading", name="Install the setup file")).to_be_visible()
    other.goto(f"{live_server.url}/quickbooks/setup")

    next_step(page)
    resume(page, live_server)
    expect(page.get_by_role("heading", name="Authorize access")).to_be_visible()
    next_step(other)  # Of the first step, which is over: no step is left out by it.
    expect(other.get_by_role("heading", name="Authorize access")).to_be_visible()

    pc = OfficePc(demo.business)
    pc.install()
    pc.run()
    # Both tabs notice it by themselves.
    expect(page.get_by_role("button", name="Next")).to_be_enabled()
    expect(other.get_by_role("button", name="Next")).to_be_enabled()
    next_step(page)
    next_step(other)
    expect(other.get_by_role("heading", name="Import from QuickBooks")).to_be_visible()

    resume(page, live_server)
    page.get_by_label("Clients").check()
    next_step(page)
    expect(page.get_by_role("heading", name="Sync preferences")).to_be_visible()
    resume(page, live_server)
    expect(page.get_by_role("heading", name="Import from QuickBooks")).to_be_visible()
    page.get_by_label("Clients").check()
    next_step(page)
    expect(page.get_by_text("OR contact info").first).to_be_visible()
    next_step(page)
    pc.run()
    resume(page, live_server)
    expect(page.get_by_role("heading", name="Plan of the initial sync")).to_be_visible()
    next_step(other)  # The old tab's third step does not begin anything a second time.
    expect(other.get_by_role("heading", name="Plan of the initial sync")).to_be_visible()
    assert services.connection_of(demo.business).stage == "initial_sync"
    assert services.connection_of(demo.business).import_clients
    other.close()


def test_j5_1_a_newcomer_gets_from_the_sign_in_to_the_end_by_the_pages_alone(
    demo: Demo, page: Page, live_server: LiveServer
) -> None:
    page.goto(live_server.url)
    page.get_by_label("Email").fill(demo.email)
    page.get_by_label("Password").fill(demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link", name="Feature Center").first.click()
    page.get_by_role("switch", name="QuickBooks Desktop").click()
    page.get_by_role("link", name="Manage feature").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download setup file").click()
    assert download.value.suggested_filename == "fieldledgerQB_connector.qwc"
    next_step(page)
    expect(page.get_by_role("button", name="Next")).to_be_disabled()
    page.get_by_role("button", name="Copy password").click()
    pc = OfficePc(demo.business)
    pc.install()
    pc.run()
    expect(page.get_by_text("Connected at")).to_be_visible()
    next_step(page)
    next_step(page)  # Nothing ticked.
    page.goto(f"{live_server.url}/quickbooks/initial-sync")
    pc.run()
    page.goto(f"{live_server.url}/quickbooks/initial-sync")
    expect(page.get_by_role("heading", name="Plan of the initial sync")).to_be_visible()
    for row in services.connection_of(demo.business).plan.filter(decision="ask"):
        services.decide_plan_row(
            services.connection_of(demo.business),
            row.guid,
            decision="skip",
            actor="",
            now=pc.now,
        )
    page.reload()
    expect(page.get_by_label("Income account of new items")).to_be_visible()
    page.get_by_role("button", name="Approve and start").click()
    expect(page.get_by_role("heading", name="Initial sync", exact=True)).to_be_visible()
    for _ in range(4):
        pc.run()

    # The page looks again by itself.
    expect(page.get_by_text("The initial sync is complete")).to_be_visible(timeout=15_000)
    page.get_by_role("row", name=re.compile("Created in QuickBooks")).get_by_role("link").click()
    expect(page.get_by_text("created in QuickBooks by the initial sync")).to_be_visible()
    assert Client.objects.exists()
    assert Item.objects.exists()
