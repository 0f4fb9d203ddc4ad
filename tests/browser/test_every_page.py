"""What holds for every page in a real browser: no obstacles, no sideways scroll, a seen focus."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, ViewportSize
from pytest_django.live_server_helper import LiveServer

from fieldledger.office.models import Invoice
from fieldledger.quickbooks.models import RANK, SyncEntry
from fieldledger.sync.content import Kind, State
from fieldledger.website.demo import Demo
from tests.support.office_pc import OfficePc
from tests.website.pages.addresses import FORMS_ONLY, address, names

pytestmark = pytest.mark.browser

# Parts of pages, downloads and forms: not pages a browser shows by themselves.
PARTS = {
    "checklist",
    "client_choices",
    "decide_plan_row",
    "initial_sync_part",
    "invoice_quickbooks",
    "plan_csv",
    "quickbooks_part",
    "setup_file",
}
PHONE: ViewportSize = {"width": 360, "height": 740}
DESK: ViewportSize = {"width": 1280, "height": 860}


def pages(demo: Demo) -> list[str]:
    shown = [name for name in names() if name not in FORMS_ONLY | PARTS]
    return [address(name, demo.business) for name in shown] + [
        "/accounts/password/change/",
        "/accounts/2fa/",
    ]


def obstacles(page: Page) -> list[str]:
    """Return what axe finds wrong with the page."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['html'][:160]} ({len(each['nodes'])})" for each in found
    ]


def test_no_page_has_obstacles_or_scrolls_sideways(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    pc = OfficePc(demo.business)
    pc.set_up()
    for _ in range(3):
        pc.run()
    pc.sync(*Invoice.objects.order_by("-pk").values_list("guid", flat=True)[:15])
    # Every state is on the pages, each in its colours.
    newest = SyncEntry.objects.filter(rank=RANK[Kind.INVOICE]).order_by("-pk")
    for entry, state in zip(newest, State, strict=False):
        SyncEntry.objects.filter(pk=entry.pk).update(state=state, code="3100", message="Taken.")
    page = signed_in
    wrong: dict[str, object] = {}

    for where in pages(demo):
        page.goto(live_server.url + where)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found = obstacles(page)
            if found:
                wrong[f"{where} {scheme}"] = found
        page.set_viewport_size(PHONE)
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > PHONE["width"]:
            wrong[f"{where} on a phone"] = f"{wide} px wide"
        page.set_viewport_size(DESK)

    assert wrong == {}


def test_the_pages_of_the_set_up_have_no_obstacles(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    wrong: dict[str, object] = {}

    def look(name: str) -> None:
        found = obstacles(page)
        page.set_viewport_size(PHONE)
        wide = page.evaluate("document.documentElement.scrollWidth")
        page.set_viewport_size(DESK)
        if found or wide > PHONE["width"]:
            wrong[name] = (found, wide)

    page.goto(f"{live_server.url}/features/quickbooks-desktop")
    page.get_by_role("switch").click()
    page.get_by_role("link", name="Manage feature").click()
    look("step 1")
    page.get_by_role("button", name="Next").click()
    look("step 2")
    pc = OfficePc(demo.business)
    pc.install()
    pc.run()
    page.reload()
    page.get_by_role("button", name="Next").click()
    look("step 3")
    page.get_by_label("Clients").check()
    page.get_by_role("button", name="Next").click()
    look("step 3.1")
    page.get_by_role("button", name="Next").click()
    page.wait_for_load_state()
    pc.run()
    page.goto(f"{live_server.url}/quickbooks/plan")
    look("plan")

    assert wrong == {}


def test_the_keyboards_place_is_always_seen(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/invoices/")

    unseen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        outline, what = page.evaluate(
            "() => { const e = document.activeElement, s = getComputedStyle(e);"
            " return [s.outlineStyle + s.outlineWidth, e.outerHTML.slice(0, 80)]; }"
        )
        if outline in {"none0px", "auto0px", "solid0px"}:
            unseen.append(what)

    assert unseen == []
    page.goto(f"{live_server.url}/invoices/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"  # The skip link skips.
