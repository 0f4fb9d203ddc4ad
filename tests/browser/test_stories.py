"""What a person sees when things go wrong: a lost answer, from the loss to the proof, and causes.

The lines I3.7 and J5.5 (journey: QuickBooks closed, PC asleep, dialog open, wrong password) are
those of docs/roadmap.md and of the design.
"""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.office import services as office
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.models import Connection
from fieldledger.website.demo import Demo
from tests.proving.test_end_to_end import Api
from tests.support.fresh_business import FreshBusiness
from tests.support.office_pc import OfficePc
from tests.website.program import OWNER, PASSWORD, run_program, serving

pytestmark = pytest.mark.browser

LOOKS_AGAIN_MS = 15_000  # A page in doubt looks again every five seconds.


def test_i3_7_a_lost_answer_is_told_from_the_loss_to_the_proof(
    fresh_business: FreshBusiness, place: Path, tmp_path: Path, page: Page
) -> None:
    with serving("serve", folder=place) as server:
        api = Api(server.url, fresh_business.key)
        client = api.ask("POST", "/clients", {"name": "Ann Ames"})["id"]
        item = api.ask("POST", "/items", {"name": "Leak repair", "price": "80"})["id"]
        line = {"item": item, "quantity": "1", "unit_price": "460.00"}
        body = {"client": client, "date": "2026-05-04", "number": "1042", "lines": [line]}
        invoice = api.ask("POST", "/invoices", body)["id"]
        api.ask("PUT", "/quickbooks/feature", {"enabled": True})
        setup = tmp_path / "a.qwc"
        setup.write_bytes(api.ask("GET", "/quickbooks/setup-file"))
        sign_in = api.ask("POST", "/quickbooks/password")

        def simulate(faults: str = "") -> None:
            """Run the strict QuickBooks and its Web Connector for a session, over HTTP."""
            run_program(
                "simulate", "--once", "--json", "--url", f"{server.url}/qbwc",
                "--username", sign_in["username"], "--password", sign_in["password"],
                "--company", tmp_path / "company.json", "--setup-file", setup,
                "--faults", faults, folder=place,
            )  # fmt: skip

        api.ask("POST", "/quickbooks/next")
        simulate()
        api.ask("POST", "/quickbooks/next")
        api.ask("PUT", "/quickbooks/import-choice", {"review": False})
        api.ask("POST", "/quickbooks/next")
        simulate()
        entry = api.ask("POST", "/quickbooks/sync", {"invoices": [invoice]})["results"][0]["entry"]
        # QuickBooks takes the invoice and dies before it has kept its answer; then it is shut.
        simulate("crash-unstored@3")
        simulate("closed")

        page.goto(f"{server.url}/quickbooks/log/{entry}")
        page.get_by_label("Email").fill(OWNER)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(
            page.get_by_role("heading", name=re.compile(r"Checking with QuickBooks \(answer lost"))
        ).to_be_visible()
        expect(page.get_by_role("button", name="Retry")).to_be_disabled()
        expect(page.get_by_text("There is no Retry until QuickBooks has answered")).to_be_visible()
        expect(page.get_by_label("How QuickBooks is asked")).to_be_visible()

        simulate()
        # The page looks by itself, and the whole story stands in the timeline.
        expect(page.get_by_role("heading", name="Confirmed by looking it up")).to_be_visible(
            timeout=LOOKS_AGAIN_MS
        )
        story = page.locator(".timeline > li")
        told = list(reversed(story.all_inner_texts()))
        expected = [
            "Pending",
            "QuickBooks has no invoice 1042 yet: it is sent.",
            "answer was lost at",
            "it has none. The records themselves are looked for",
            "Confirmed by looking it up in QuickBooks: 1042, 460.00.",
        ]
        assert len(told) == len(expected)
        for line_told, words in zip(told, expected, strict=True):
            assert words in line_told
        assert server.stop() == 0


@pytest.fixture
def pc(demo: Demo, live_server: LiveServer) -> OfficePc:
    made = OfficePc(demo.business, url=f"{live_server.url}/qbwc")
    made.set_up()
    for _ in range(3):
        made.run()
    office.create_client(business=demo.business, values={"name": "Zoe"}, now=timezone.now())
    return made


def hub(page: Page, live_server: LiveServer) -> Page:
    page.goto(f"{live_server.url}/quickbooks/")
    return page


def test_j5_5_a_silent_pc_has_its_causes_in_order(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    CONTACTS.write()
    Connection.objects.update(
        last_contact_at=timezone.now() - timedelta(minutes=26), contact_interval_s=120
    )

    page = hub(signed_in, live_server)

    expect(
        page.get_by_text("No call for 26 minutes; usually it calls about every 2")
    ).to_be_visible()
    expect(page.get_by_text("1 waits, nothing is lost.")).to_be_visible()
    causes = page.get_by_label("What it may be").get_by_role("listitem").all_inner_texts()
    for cause, words in zip(
        causes,
        ("OFFICE-PC is asleep", "Web Connector is closed", "a window", "password"),
        strict=True,
    ):
        assert words in cause
    # What is pending says as well that nobody comes for it.
    page.get_by_role("link", name="Sync log").first.click()
    expect(page.get_by_text("The Web Connector has not called since").first).to_be_visible()

    pc.run()
    hub(page, live_server)
    expect(
        page.get_by_role("region", name="Line").get_by_text("QuickBooks connected")
    ).to_be_visible()
    expect(page.get_by_text("Last session: 1 done in 1 s.")).to_be_visible()
    expect(page.get_by_text("No call for")).to_have_count(0)


def test_j5_5_what_keeps_quickbooks_shut_is_said_in_words_with_who_can_help(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    for hresult, title in (
        ("0x80040408", "QuickBooks could not open the company file"),
        ("0x80040414", "A window is waiting in QuickBooks"),
    ):
        pc.run(f"closed={hresult}")
        hub(page, live_server)
        expect(page.locator(".notice-red .notice-title")).to_have_text(title)
        expect(page.get_by_text("whoever is at the QuickBooks computer")).to_be_visible()
        expect(page.get_by_text("It tries again with its next call by itself.")).to_be_visible()

    pc.run()
    hub(page, live_server)
    expect(page.get_by_text("Last session: 1 done in 1 s.")).to_be_visible()
    expect(page.locator(".notice-red")).to_have_count(0)


def test_j5_5_a_wrong_password_is_counted_and_the_order_of_the_clicks_is_told(
    pc: OfficePc, signed_in: Page, live_server: LiveServer
) -> None:
    assert pc.connector is not None
    right, pc.connector.password = pc.connector.password, "not the password"
    for _ in range(2):
        pc.run()
    CONTACTS.write()

    page = hub(signed_in, live_server)

    expect(page.get_by_text(re.compile("with a wrong password, 2 times by now"))).to_be_visible()
    for words in ("Paste it into", "to save it", "Tick the box again"):
        expect(page.get_by_text(words)).to_be_visible()
    page.get_by_role("link", name="Copy the password again, or make a new one").click()
    expect(page.get_by_role("heading", name="Connection & computers")).to_be_visible()
    page.get_by_role("button", name="Copy password").click()
    expect(page.get_by_text("Copied.")).to_be_visible()

    pc.connector.password = right
    pc.run()
    hub(page, live_server)
    expect(page.get_by_text("Last session: 1 done in 1 s.")).to_be_visible()
    expect(page.get_by_text("with a wrong password")).to_have_count(0)
