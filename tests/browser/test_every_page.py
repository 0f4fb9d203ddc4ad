"""What holds for every page in a real browser: no obstacles, no sideways scroll, keys reach all."""

import pytest
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from fieldledger.office.models import Invoice
from fieldledger.quickbooks.models import RANK, SyncEntry
from fieldledger.sync.content import Kind, State
from fieldledger.website.demo import Demo
from tests.browser.walk import obstacles, pages, patterns, too_wide
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser

# Marks what one can press or fill in, if it is in sight; a group of choices counts once.
REACHABLE = """() => {
  const all = document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary");
  const groups = new Set();
  let wanted = 0;
  window.reached = new Set();
  document.addEventListener("focusin", (event) => window.reached.add(event.target));
  for (const each of all) {
    const closed = each.closest("dialog:not([open])");
    const folded = each.closest("details:not([open])") && each.tagName !== "SUMMARY";
    if (each.disabled || closed || folded || !each.getClientRects().length) continue;
    if (each.ariaHidden === "true" && each.tabIndex < 0) continue; // What Enter in a field presses.
    if (each.type === "radio") {
      if (groups.has(each.name)) continue;
      groups.add(each.name);
    }
    each.dataset.wanted = each.type;
    wanted += 1;
  }
  document.activeElement.blur();
  window.scrollTo(0, 0);
  return wanted;
}"""
MISSED = """() => {
  const radios = [...window.reached].filter((each) => each.type === "radio");
  const groups = new Set(radios.map((each) => each.name));
  const reached = (each) =>
    window.reached.has(each) || (each.type === "radio" && groups.has(each.name));
  return [...document.querySelectorAll("[data-wanted]")]
    .filter((each) => !reached(each))
    .map((each) => each.outerHTML.slice(0, 120));
}"""


@pytest.fixture
def busy(demo: Demo) -> Demo:
    """The demo with records in QuickBooks, and every state there is in the log."""
    pc = OfficePc(demo.business)
    pc.set_up()
    for _ in range(3):
        pc.run()
    pc.sync(*Invoice.objects.order_by("-pk").values_list("guid", flat=True)[:15])
    # Every state is on the pages, each in its colours.
    newest = SyncEntry.objects.filter(rank=RANK[Kind.INVOICE]).order_by("-pk")
    for entry, state in zip(newest, State, strict=False):
        SyncEntry.objects.filter(pk=entry.pk).update(state=state, code="3100", message="Taken.")
    return demo


def missed_by_keyboard(page: Page) -> list[str]:
    """Hold the Tab key and return what it does not come to."""
    wanted = page.evaluate(REACHABLE)
    assert wanted >= 1, page.url
    missed: list[str] = []
    # A date has a stop for each of its parts, and what scrolls has one too.
    for times in (wanted, 20):
        for _ in range(times):
            page.keyboard.down("Tab")
        missed = page.evaluate(MISSED)
        if not missed:
            break
    page.keyboard.up("Tab")
    return missed


def test_i5_1_no_page_has_obstacles_or_scrolls_sideways_and_the_keyboard_reaches_all(
    busy: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    wrong: dict[str, object] = {}

    shown = pages(busy)
    for where in shown:
        page.emulate_media(color_scheme="light")
        page.goto(live_server.url + where)
        wrong[f"{where} light"] = obstacles(page)
        page.emulate_media(color_scheme="dark")  # All else is the same in the dark.
        wrong[f"{where} dark"] = obstacles(page, of_colours=True)
        wrong[f"{where} on a phone"] = too_wide(page)
        wrong[f"{where} by keyboard"] = missed_by_keyboard(page)

    assert {where: found for where, found in wrong.items() if found} == {}
    assert len(shown) > len(patterns()) / 3, "the walk has lost its pages"


def test_i5_1_what_comes_over_a_page_has_no_obstacles(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    page.goto(f"{live_server.url}/invoices/")
    wrong: dict[str, object] = {}

    for key, shown in (("Control+k", "#palette a"), ("?", "#keys h2"), ("h", "#help .prose")):
        page.keyboard.press(key)
        page.locator(shown).first.wait_for()
        page.wait_for_timeout(250)  # It has come to rest.
        found = [*obstacles(page), *(["too wide"] if too_wide(page) else [])]
        page.emulate_media(color_scheme="dark")
        found += obstacles(page, of_colours=True)
        page.emulate_media(color_scheme="light")
        if found:
            wrong[key] = found
        page.keyboard.press("Escape")
        page.wait_for_function("!document.querySelector('dialog[open]')")

    assert wrong == {}


def test_the_pages_of_the_set_up_have_no_obstacles(
    demo: Demo, signed_in: Page, live_server: LiveServer
) -> None:
    page = signed_in
    wrong: dict[str, object] = {}

    def look(name: str) -> None:
        found = obstacles(page)
        if found or too_wide(page):
            wrong[name] = (found, too_wide(page))

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
