"""R12: texts that want to be more than text, in every field and from QuickBooks, on every page.

They go in by the forms and by QuickBooks' own answers; then a browser opens every page as narrow as
a phone: nothing of them runs or becomes an element, and no page grows wider than the screen.
"""

import csv
import io
import re
from typing import Any, Final

import pytest
from django.test import Client as Browser
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from fieldledger.accounts.models import Business, User
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.simulator import connector, people
from fieldledger.sync.content import Kind, State
from fieldledger.website.demo import Demo
from tests.browser.walk import PHONE, pages
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.browser

MARKUP: Final = (
    "\"'><x-h></x-h><img src=/none onerror=hit()><script>hit()</script>{{7*7}}{% now %}${7*7}"
)
TEXTS: Final = (
    MARKUP,
    "W" * 4000,
    "🧨👩‍👩‍👧‍👦" * 20,
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "\u202egnp.exe\u202d null None undefined",
    "javascript:hit()//</textarea></title></script>",
)
SHORT: Final = "\"><x-h>'{{"  # What fits a number: 11 characters.
FORMULA: Final = re.compile(r"\s*[=+\-@\t\r]")
AMOUNT: Final = re.compile(r"-?[\d,.]+%?")
LIMITS: Final = {"name": 255, "phone": 40, "first_name": 100, "last_name": 100, "terms": 31}
WATCH: Final = """
window.hits = 0; window.hit = () => { window.hits += 1; };
window.alert = window.confirm = window.prompt = window.hit;
"""
LOOK: Final = """() => ({
  ran: window.hits,
  made: document.querySelectorAll("x-h, img[onerror], [href^='javascript:']").length,
  wide: Math.max(document.documentElement.scrollWidth - 360, 0),
})"""


def cut(text: str, field: str, length: int = 255) -> str:
    return text[: min(LIMITS.get(field, length), length)].strip()


def office_browser(demo: Demo) -> Browser:
    browser = Browser(SERVER_NAME="localhost")
    browser.force_login(User.objects.get(email=demo.email))
    return browser


def sent(browser: Browser, name: str, form: dict[str, str], *ids: Any) -> None:
    """Send a form that is taken."""
    answer = browser.post(reverse(name, args=ids), form)
    assert answer.status_code == 302, (name, answer.content.decode()[-3000:])


def fill_forms(browser: Browser) -> None:
    """Put each text into every field that takes it, record by record; the markup comes last."""
    fields = ("name", "company_name", "first_name", "last_name", "phone")
    places = [f"{use}_{part}" for use in ("billing", "service") for part in
              ("line1", "line2", "city", "state", "postal_code", "country")]  # fmt: skip
    for number, text in enumerate(reversed(TEXTS)):
        form = {each: cut(text, each) for each in fields}
        form |= {each: cut(text, each, 30) for each in places} | {"notes": text[:4000]}
        sent(browser, "new_client", form)
        item = {"name": cut(text, "name"), "description": text[:4000], "price": "7", "cost": "1",
                "kind": "service"}  # fmt: skip
        sent(browser, "new_item", item)
        sent(browser, "tax_rates", {"name": cut(text, "name", 99), "percent": "5"})
        client, sold = Client.objects.order_by("-pk")[0], Item.objects.order_by("-pk")[0]
        line = {"lines.0.item": sold.name, "lines.0.description": text[:4000],
                "lines.0.quantity": "1", "lines.0.unit_price": "50"}  # fmt: skip
        invoice = {"client": str(client.guid), "number": f"{cut(SHORT, '', 9)}{number}",
                   "date": "2026-05-04", "due_date": "", "terms": cut(text, "terms"),
                   "tax_rate": "", "memo": text[:4000]}  # fmt: skip
        sent(browser, "new_invoice", invoice | line)
        made = Invoice.objects.order_by("-pk")[0]
        money = {"amount": "5", "date": "2026-05-04", "method": "check",
                 "reference": text[:20].strip()}  # fmt: skip
        sent(browser, "new_payment", money, made.guid)
        sent(browser, "new_deposit", money, client.guid)
        credit = {"number": f"C{cut(SHORT, '', 9)}{number}", "date": "2026-05-06",
                  "tax_rate": "", "reason": text[:4000]}  # fmt: skip
        answer = browser.post(f"{reverse('new_credit')}?invoice={made.guid}", credit | line)
        assert answer.status_code == 302, answer.content.decode()[-3000:]
        refund = {"amount": "1", "date": "2026-05-06", "method": "check", "reference": ""}
        sent(browser, "new_refund", refund, Credit.objects.order_by("-pk")[0].guid)
        view = {"action": "save", "name": cut(text, "name", 9) + str(number), "filters": "q=x"}
        if view["name"].isprintable():  # A view's name takes no joiners and marks of direction.
            sent(browser, "invoice_views", view)


def fill_quickbooks(pc: OfficePc) -> None:
    """Let QuickBooks itself be called and hold what is hostile."""
    pc.company.state.name = MARKUP
    for number, text in enumerate(TEXTS):
        name = f"{number}{text}".replace(":", ";")
        for request, kind, limit, more in (
            ("CustomerAddRq", "CustomerAdd", 41, {"Phone": text[:21]}),
            ("VendorAddRq", "VendorAdd", 41, {}),
        ):
            given = {kind: {"Name": name[: limit - 1] + request[0], **more}}
            people.do(pc.company, request, given, now=pc.now)


@pytest.fixture
def hostile(demo: Demo) -> OfficePc:
    """The demo with hostile texts in all fields, its plan waiting for an answer."""
    Business.objects.update(name=MARKUP)
    User.objects.update(name=MARKUP)
    fill_forms(office_browser(demo))
    pc = OfficePc(demo.business)
    fill_quickbooks(pc)
    pc.set_up(clients=True, items=True, review=True)
    pc.run()
    return pc


def into_the_ongoing_stage(pc: OfficePc, browser: Browser) -> None:
    """Approve the plan, sync, and let QuickBooks and its PC say hostile things of all that."""
    for row in pc.connection.plan.filter(decision="ask"):
        browser.post(reverse("decide_plan_row", args=[row.guid]), {"decision": "skip"})
    browser.post(reverse("approve_plan"))
    for _ in range(4):
        pc.run()
    pc.sync(*Invoice.objects.order_by("-pk").values_list("guid", flat=True)[:15])
    pc.run()
    said = {"message": MARKUP, "said": MARKUP, "quickbooks_name": MARKUP, "code": "3180"}
    newest = SyncEntry.objects.filter(rank=RANK[Kind.INVOICE]).order_by("-pk")
    for entry, state in zip(newest, State, strict=False):
        SyncEntry.objects.filter(pk=entry.pk).update(state=state, **said)
    assert pc.connector is not None
    pc.connector.machine = f"PC{MARKUP}"
    pc.run("closed=0x80040408")
    Connection.objects.update(
        attention_message=MARKUP,
        computer=f"PC{MARKUP}"[:120],
        company_file=MARKUP,
        last_error=MARKUP,
    )


def addresses(demo: Demo) -> list[str]:
    """Return every page, each hostile record's own, and the searches for them."""
    found = pages(demo)
    newest: dict[str, Any] = {
        "client": Client.objects.all(),
        "item": Item.objects.all(),
        "invoice": Invoice.objects.all(),
        "deposit": Payment.objects.filter(invoice=None),
        "credit": Credit.objects.all(),
    }
    for name, records in newest.items():
        guids = records.order_by("-pk").values_list("guid", flat=True)[:3]
        found += [reverse(name, args=[each]) for each in guids]
    for where in ("search", "clients", "items", "invoices", "sync_log"):
        found.append(f"{reverse(where)}?q=%22%3E%3Cx-h%3E%27%7B%7B")
    return list(dict.fromkeys(found))


def walk(page: Page, base: str, wheres: list[str]) -> dict[str, object]:
    wrong: dict[str, object] = {}
    for where in wheres:
        page.goto(base + where, wait_until="domcontentloaded")
        found = page.evaluate(LOOK)
        if found != {"ran": 0, "made": 0, "wide": 0}:
            wrong[where] = found
    return wrong


def formulas(browser: Browser, where: str) -> list[str]:
    """Return the cells of an export that a spreadsheet program would take for a formula."""
    answer = browser.get(where)
    assert answer.status_code == 200, where
    assert "\n" not in answer.headers["Content-Disposition"]
    said = b"".join(answer) if answer.streaming else answer.content
    rows = csv.reader(io.StringIO(said.decode("utf-8-sig"), newline=""))
    cells = [cell for row in rows for cell in row]
    assert len(cells) > 5, where
    return [each for each in cells if FORMULA.match(each) and not AMOUNT.fullmatch(each)]


def test_r12_hostile_texts_in_all_fields_stay_texts_on_all_pages(
    demo: Demo,
    hostile: OfficePc,
    signed_in: Page,
    live_server: LiveServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(connector.MESSAGES, "0x80040408", MARKUP)
    page, browser, base = signed_in, office_browser(demo), live_server.url
    dialogs: list[str] = []

    def dismiss(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismiss)
    page.add_init_script(WATCH)
    page.set_viewport_size(PHONE)
    plans = [f"{reverse('plan')}?show={each}" for each in ("sure", "unsure", "new", "clash")]
    wrong = walk(page, base, [*plans, reverse("quickbooks")])
    exports = [reverse("plan_csv")]
    risky = {each: formulas(browser, each) for each in exports}

    into_the_ongoing_stage(hostile, browser)
    wheres = addresses(demo)
    wrong |= walk(page, base, wheres)

    assert wrong == {}
    assert dialogs == []
    assert len(wheres) > 70, "the walk has lost its pages"
    client = Client.objects.get(name=MARKUP)
    page.goto(base + reverse("client", args=[client.guid]))
    expect(page.locator("h1")).to_contain_text(MARKUP)
    for name in ("export_clients", "export_items", "export_invoices", "export_payments",
                 "sync_log_csv"):  # fmt: skip
        risky[name] = formulas(browser, reverse(name))
    for name in ("sales", "ageing", "clients"):
        answer = browser.get(reverse("report", args=[name]) + "?as=csv")
        if answer.status_code == 200:
            risky[name] = formulas(browser, reverse("report", args=[name]) + "?as=csv")
    assert {name: cells for name, cells in risky.items() if cells} == {}
