"""What the pages promise a person who sets QuickBooks up, and afterwards works with it.

The lines S5, S14 and so on are those of docs/roadmap.md.
"""

import re
from datetime import timedelta

from django.urls import reverse
from django.utils import timezone

from fieldledger.office.models import (
    Client,
    Credit,
    Invoice,
    Item,
    Payment,
    Refund,
    TaxRate,
)
from fieldledger.quickbooks import services
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.models import Connection
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import at_the_import, get, post


def empty(office: Office) -> None:
    """Leave the business without records."""
    for model in (Payment, Refund, Credit, Invoice, Client, Item, TaxRate):
        model._default_manager.filter(business=office.business).delete()


def test_s5_the_dashboard_says_of_each_invoice_how_it_stands_with_money_and_quickbooks(
    office: Office,
) -> None:
    synced(office)
    page = get(office, "invoices").content.decode()

    rows = re.findall(r"<tr\b.*?</tr>", page.partition("<tbody")[2], re.DOTALL)
    assert len(rows) == 40
    for row in rows:
        words = re.sub(r"<[^>]*>", " ", row)
        assert re.search("Unpaid|Partly paid|Paid|Overdue|Void", words)
        assert re.search("Not sent|Pending|Synced|Failed|Waiting|Changed since", words)


def test_s17_s18_the_feature_center_is_in_the_menu_and_leads_to_the_add_on(
    office: Office,
) -> None:
    menu = re.findall(r"<nav.*?</nav>", office.browser.get("/").content.decode(), re.DOTALL)
    assert any(f'href="{reverse("features")}"' in each for each in menu)
    assert "Feature Center" in " ".join(menu)

    card = get(office, "features").content.decode()

    assert f'<a href="{reverse("addon")}">QuickBooks Desktop</a>' in card


def test_s14_s15_s16_each_step_is_marked_names_its_apps_and_says_keep_all_three_open(
    office: Office, connection: Connection
) -> None:
    seen = [get(office, "setup")]
    seen.append(post(office, "setup_next", step="install"))
    pc = OfficePc(office.business)
    pc.install()
    pc.run()
    seen.append(post(office, "setup_next", step="authorize"))

    for number, page in enumerate(seen, start=1):
        content = page.content.decode()
        steps = re.findall(r"<li[^>]*>.*?</li>", content.partition('class="steps"')[2], re.DOTALL)
        current = [each for each in steps if 'aria-current="step"' in each]
        assert len(current) == 1
        assert f">{number}</span>" in current[0]
        assert "Keep all three open through the whole set-up" in content
    apps = [" ".join(re.sub("<[^>]*>", " ", each).split()) for each in steps[:3]]
    assert "All three apps" in apps[0]
    assert "Fieldledger and the Web Connector" in apps[1]
    assert apps[2].endswith("Fieldledger")


def test_s30_every_window_of_quickbooks_is_listed_with_the_answer_to_give(
    office: Office, connection: Connection
) -> None:
    page = text(get(office, "setup"))

    for window, choice in [
        ("requesting access", "Yes, whenever this QuickBooks company file is open"),
        ("Access Confirmation", "Done"),
        ("Authorize New Web Service", "OK"),
    ]:
        assert page.index(window) < page.index(choice, page.index(window))


def test_s34_s36_the_live_list_waits_then_says_when_it_was_connected(
    office: Office, connection: Connection
) -> None:
    pc = OfficePc(office.business)
    post(office, "setup_next", step="install")
    assert "Waiting for its first call" in text(get(office, "checklist"))
    early = post(office, "setup_next", step="authorize")
    assert 'role="alert"' in early.content.decode()
    pc.install()
    assert pc.connector is not None
    right, pc.connector.password = pc.connector.password, "wrong"
    pc.run()
    assert "with a wrong password" in text(get(office, "checklist"))
    pc.connector.password = right
    pc.run()

    after = text(get(office, "checklist"))

    assert re.search(r"Connected at .*\d:\d\d:\d\d", after)
    assert "has not completed a session yet" not in after


def in_the_initial_sync(office: Office) -> Connection:
    """Let the initial sync begin, with nothing sent yet."""
    pc = at_the_import(office)
    post(office, "choose_import")
    pc.run()
    for each in services.connection_of(office.business).plan.filter(decision="ask"):
        post(office, "decide_plan_row", each.guid, decision="skip")
    post(office, "approve_plan")
    return services.connection_of(office.business)


def test_s37_s38_the_bar_that_stands_still_is_explained_where_one_waits(
    office: Office, connection: Connection
) -> None:
    second = text(post(office, "setup_next", step="install"))
    in_the_initial_sync(office)
    progress = text(get(office, "initial_sync"))

    for page in (second, progress):
        assert "often at 30%" in page
        assert "then jump to 100%" in page
        assert "you need not watch" in page


def test_s39_s42_s43_nothing_is_ticked_and_the_warning_counts_what_is_here(office: Office) -> None:
    at_the_import(office)
    full = get(office, "setup").content.decode()

    assert full.count('type="checkbox"') == 2
    assert "checked" not in full
    assert "may make duplicates" in full
    here = f"{Client.objects.count()} clients and {Item.objects.count()} items are already here"
    assert here in text(get(office, "setup"))
    empty(office)
    assert "already here" not in text(get(office, "setup"))


def test_s46_s48_s50_one_of_two_strategies_each_with_its_word(office: Office) -> None:
    at_the_import(office)
    page = post(office, "choose_import", clients="yes").content.decode()

    radios = re.findall(r'<input type="radio" name="client_matching"[^>]*>', page)
    assert len(radios) == 2
    assert [each for each in radios if "checked" in each and "name_and_contact" in each]
    assert page.index("OR contact info") < page.index("More flexible")
    assert page.index("AND contact info") < page.index("More strict")
    wrong = post(office, "preferences", client_matching="by feeling")
    assert wrong.status_code == 422


def test_s61_progress_counts_and_says_how_long_it_will_take(office: Office) -> None:
    total = in_the_initial_sync(office).initial_total
    Connection.objects.update(
        initial_started_at=timezone.now() - timedelta(minutes=4), active_count=total // 2
    )

    page = text(get(office, "initial_sync"))

    assert re.search(r"\d+ of \d+", page)
    assert re.search(r"About [3-5] minutes left", page)
    assert "You may close this page" in page


def test_s73_the_log_is_reached_from_the_overview_the_menu_and_an_invoice(office: Office) -> None:
    synced(office)
    log = reverse("sync_log")
    invoice = Invoice.objects.order_by("pk")[0]

    for page in (get(office, "quickbooks"), get(office, "invoice", invoice.guid)):
        content = page.content.decode()
        assert f'href="{log}' in content or "/quickbooks/log" in content
    assert "QuickBooks Desktop sync log" in text(get(office, "sync_log"))
    assert (
        f'href="{log}"'
        in re.findall(r"<nav.*?</nav>", office.browser.get("/").content.decode(), re.DOTALL)[0]
    )


def test_s76_a_closed_web_connector_is_said_with_the_time_of_its_last_call(
    office: Office,
) -> None:
    synced(office)
    office.browser.post(reverse("new_client"), {"name": "Late Comer"})
    CONTACTS.write()  # So that what was noted before is not noted after.
    Connection.objects.update(last_contact_at=timezone.now() - timedelta(hours=5))

    page = text(get(office, "quickbooks"))

    assert "The Web Connector has not called since" in page
    assert "The Web Connector is closed" in page  # Among what it may be.


def test_s78_s79_s86_how_data_gets_there_and_how_to_send_now(office: Office) -> None:
    synced(office)
    Connection.objects.update(contact_interval_s=600)
    page = text(get(office, "quickbooks"))

    assert "every two minutes" in page
    assert "lately about every 10" in page
    assert "better leave it" in page
    assert re.search(r"Automatic\s+recommended", page)
    assert re.search(r"Send now\s+optional", page)
    steps = page[page.index("Send now") :]
    assert (
        steps.index("Update Web Services")
        < steps.index("Tick the box next to Fieldledger")
        < steps.index("Update Selected")
    )
    assert f'href="{reverse("quickbooks")}#send-now"' in get(office, "sync_log").content.decode()


def test_s83_one_name_in_the_file_and_in_every_instruction(
    office: Office, connection: Connection
) -> None:
    assert b"<AppName>Fieldledger</AppName>" in get(office, "setup_file").content

    page = text(post(office, "setup_next", step="install"))

    assert "field of Fieldledger" in page
    assert "Tick the box next to Fieldledger" in page


def test_s84_manage_feature_opens_where_the_set_up_was_left(office: Office) -> None:
    post(office, "switch_addon", enabled="yes")
    assert "Install the setup file" in text(get(office, "quickbooks"))
    post(office, "setup_next", step="install")
    assert "Authorize access" in text(get(office, "quickbooks"))
    pc = OfficePc(office.business)
    pc.install()
    pc.run()
    post(office, "setup_next", step="authorize")
    assert "Import from QuickBooks" in text(get(office, "quickbooks"))
    post(office, "choose_import")
    assert "Initial sync" in text(get(office, "quickbooks"))


def test_s19_switched_off_nothing_offers_to_send_and_a_late_click_is_told_why(
    office: Office,
) -> None:
    synced(office)
    post(office, "switch_addon", enabled="no")
    invoice = Invoice.objects.order_by("-pk")[0]

    late = post(office, "sync_invoices", invoice=[str(invoice.guid)], filters="")

    assert late.status_code == 409
    assert "Switch QuickBooks Desktop on in the Feature Center first" in text(late)
    for page in (get(office, "invoice", invoice.guid), get(office, "invoices")):
        assert "Sync to QuickBooks" not in text(page)


def test_s25_s28_s29_s31_the_first_step_warns_and_says_what_to_choose(
    office: Office, connection: Connection
) -> None:
    page = get(office, "setup").content.decode()

    warning = re.search(r'<div class="notice notice-amber">.*?</div></div>', page, re.DOTALL)
    assert warning is not None
    assert "Without them this cannot be completed" in warning[0]
    words = text(get(office, "setup"))
    file_name = "fieldledgerQB_connector.qwc"
    assert f"Choose {file_name} from your downloads folder" in words
    assert words.index("downloads folder") < words.index("Select Yes to proceed")
    assert "Authorize access" in text(post(office, "setup_next", step="install"))


def test_s33_each_line_of_the_live_list_is_done_by_a_real_call(
    office: Office, connection: Connection
) -> None:
    post(office, "setup_next", step="install")
    pc = OfficePc(office.business)
    pc.install()

    def done() -> list[bool]:
        page = get(office, "checklist").content.decode().partition('<ul class="check"')[2]
        return ["is-done" in each for each in re.findall(r'<li class="([^"]*)"', page)]

    pc.run("closed")
    assert done() == [True, True, False, False]
    pc.run()
    assert done() == [True, True, True, True]
    assert pc.connector is not None
    pc.connector.password = "wrong"
    pc.run()
    assert done() == [True, False, True, True]


def test_s40_s41_the_import_is_shown_as_used_and_offered_no_more(office: Office) -> None:
    pc = at_the_import(office)
    post(office, "choose_import", items="yes")
    post(office, "preferences", client_matching="name_and_contact")
    pc.run()
    for each in services.connection_of(office.business).plan.filter(decision="ask"):
        post(office, "decide_plan_row", each.guid, decision="skip")
    post(office, "approve_plan")
    for _ in range(4):
        pc.run()

    hub = get(office, "quickbooks")
    again = post(office, "choose_import", clients="yes")

    assert re.search(r"Import Used .* by Rosa Delgado", text(hub))
    assert again.status_code in {200, 409}
    assert "This is the only time" not in text(again)
    assert not Connection.objects.get(business=office.business).import_clients
    for name in ("quickbooks", "addon", "mapping", "quickbooks_settings", "sync_log"):
        assert reverse("choose_import") not in get(office, name).content.decode()


def test_s70_z5_an_invoice_is_sent_from_its_menu_and_counts_what_is_not_there(
    office: Office,
) -> None:
    pc = synced(office)
    invoice = Invoice.objects.filter(paid=0, voided_at=None).order_by("-pk")[0]
    before = get(office, "invoice", invoice.guid).content.decode()
    menu = before.partition('class="menu-body')[2]
    assert re.search(r'<button class="menu-item"[^>]*>(<svg.*?</svg>)?\s*Sync to QuickBooks<', menu)

    post(office, "sync_invoice", invoice.guid)

    waiting = get(office, "invoice", invoice.guid).content.decode()
    assert re.search(r'<span class="badge[^"]*">(<svg.*?</svg>)?\s*Pending<', waiting)
    assert re.search(r'<button class="menu-item" disabled[^>]*>.*?Sync to QuickBooks', waiting)
    pc.run()
    address = reverse("new_payment", args=[invoice.guid])
    paid = {"amount": "1.00", "date": f"{timezone.now():%Y-%m-%d}", "method": "check"}
    office.browser.post(address, paid)
    assert "1 payment not in QuickBooks" in text(get(office, "invoice", invoice.guid))


def test_all_of_the_demo_goes_to_quickbooks_and_ten_invoices_with_their_payments(
    office: Office,
) -> None:
    pc = OfficePc(office.business)
    pc.set_up()
    for _ in range(3):
        pc.run()
    assert pc.states() == {"synced": Client.objects.count() + Item.objects.count()}
    ticked = Invoice.objects.filter(voided_at=None).order_by("pk")[:10]
    paid = Payment.objects.filter(invoice__in=ticked, voided_at=None).count()
    assert paid

    post(office, "sync_invoices", ready=",".join(str(each.guid) for each in ticked), filters="")
    pc.run()

    assert {each.state for each in pc.entries(rank__gte=3)} == {"synced"}
    assert len(pc.company.invoices()) == len(ticked)
    assert len(pc.company.payments()) == paid
    assert pc.company.totals()["invoiced"] == sum(int(each.total * 100) for each in ticked)
