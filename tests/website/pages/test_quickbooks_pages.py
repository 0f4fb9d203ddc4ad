"""The QuickBooks pages as a person uses them, from the switch to the sync log."""

import json
import re
from decimal import Decimal
from typing import Any

from django.urls import reverse

from fieldledger.accounts.models import AuditEvent
from fieldledger.office.models import Client, Invoice, Item
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.sync.content import State
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text


def get(office: Office, name: str, *guids: object, **query: str) -> Any:
    return office.browser.get(reverse(name, args=guids), query, follow=True)


def post(office: Office, name: str, *guids: object, **values: object) -> Any:
    return office.browser.post(reverse(name, args=guids), values, follow=True)


def test_s19_s20_manage_feature_is_there_only_while_the_switch_is_on(office: Office) -> None:
    assert "Manage feature" not in text(get(office, "addon"))

    post(office, "switch_addon", enabled="yes")
    assert "Manage feature" in text(get(office, "addon"))

    post(office, "switch_addon", enabled="no")
    assert "Manage feature" not in text(get(office, "features"))
    actions = AuditEvent.objects.filter(action__startswith="switch").values_list("action")
    assert [each for (each,) in actions] == ["switch QuickBooks on", "switch QuickBooks off"]


def test_the_add_on_page_says_what_it_needs(office: Office) -> None:
    page = text(get(office, "addon"))

    for words in (
        "QuickBooks Desktop 2022 or later",
        "Nothing that is made or changed in QuickBooks comes back",
        "along with their invoice",
        "Credit memos Nothing To QuickBooks, when you choose",
        "along with their credit memo",
    ):
        assert words in page


def test_s26_the_first_step_names_each_click(office: Office, connection: Connection) -> None:
    page = text(get(office, "setup"))

    for words in (
        "Keep all three open",
        "Download setup file",
        "fieldledgerQB_connector.qwc",
        "File &gt; App Management &gt; Update Web Services",
        "File &gt; Update Web Services",
        "You need admin rights",
        "Add an Application",
    ):
        assert words in page
    where = page.index("Update Web Services")
    assert where < page.index("Add an Application") < page.index("Come back to Fieldledger")


def test_s21_s22_s23_the_setup_file_is_a_download_and_the_same_each_time(
    office: Office, connection: Connection
) -> None:
    first, second = get(office, "setup_file"), get(office, "setup_file")

    assert first.headers["Content-Disposition"] == (
        'attachment; filename="fieldledgerQB_connector.qwc"'
    )
    assert first.content == second.content
    assert b"<RunEveryNMinutes>2</RunEveryNMinutes>" in first.content


def test_s33_the_second_step_lists_the_clicks_in_order(
    office: Office, connection: Connection
) -> None:
    page = post(office, "setup_next", step="install").content.decode()

    order = [
        "Paste the password",
        "Tick the box",
        "Select <strong>Yes",
        "<strong>Tick the box again",
    ]
    places = [page.index(each) for each in [*order, "Update Selected"]]
    assert places == sorted(places)
    assert re.search(r"<button[^>]*disabled[^>]*>Next", page)
    assert "has not completed a session yet" in page
    assert "30%" in page


def test_the_password_is_copied_and_never_stands_in_a_page(
    office: Office, connection: Connection
) -> None:
    post(office, "setup_next", step="install")
    answer = office.browser.post(
        reverse("connector_password"), headers={"Accept": "application/json"}
    )
    again = office.browser.post(
        reverse("connector_password"), headers={"Accept": "application/json"}
    )

    password = json.loads(answer.content)["password"]
    assert json.loads(again.content)["password"] == password
    assert password not in get(office, "setup").content.decode()
    assert password in office.browser.post(reverse("connector_password")).content.decode()


def test_s35_next_is_refused_with_the_reason_until_quickbooks_is_connected(
    office: Office, connection: Connection
) -> None:
    pc = OfficePc(office.business)
    pc.install()
    post(office, "setup_next", step="install")

    early = post(office, "setup_next", step="authorize")
    assert early.status_code == 409
    assert "has not completed a session yet" in text(early)
    pc.run()
    part = get(office, "checklist").content.decode()
    assert not re.search(r"<button[^>]*disabled", part)
    assert "Connected at" in part
    third = text(post(office, "setup_next", step="authorize"))
    assert "This is the only time" in third
    assert f"{Client.objects.count()} clients and {Item.objects.count()} items" in third


def at_the_import(office: Office) -> OfficePc:
    pc = OfficePc(office.business)
    pc.install()
    post(office, "setup_next", step="install")
    pc.run()
    post(office, "setup_next", step="authorize")
    return pc


def test_s44_s52_preferences_are_asked_only_if_something_is_imported(office: Office) -> None:
    at_the_import(office)
    assert "checked" not in get(office, "setup").content.decode()

    ticked = post(office, "choose_import", clients="yes")

    assert "Match by name OR contact info" in text(ticked)
    assert "Resolve future item conflicts" in text(ticked)
    post(office, "preferences", client_matching="name_or_contact", resolve_client_conflicts="yes")
    kept = Connection.objects.get(business=office.business)
    assert (kept.import_clients, kept.import_items) == (True, False)
    assert (kept.client_matching, kept.resolve_client_conflicts, kept.resolve_item_conflicts) == (
        "name_or_contact",
        True,
        False,
    )
    assert kept.stage == "initial_sync"


def test_s44_s45_without_an_import_the_plan_comes_next_and_runs_once_approved(
    office: Office,
) -> None:
    pc = at_the_import(office)
    page = post(office, "choose_import")
    assert "Initial sync" in text(page)
    pc.run()

    plan = get(office, "initial_sync")
    assert "Nothing has been written on either side" in text(plan)
    row = re.search(r'id="row-([^"]+)"', plan.content.decode())
    assert row
    wrong = office.browser.post(
        reverse("decide_plan_row", args=[row[1]]),
        {"decision": "rename", "name": " "},
        headers={"HX-Request": "true"},
    )
    assert "Give the name to use in QuickBooks" in text(wrong)
    post(office, "decide_plan_row", row[1], decision="skip")
    for each in re.findall(r'id="row-([^"]+)"', get(office, "plan", show="ask").content.decode()):
        post(office, "decide_plan_row", each, decision="skip")
    approved = post(office, "approve_plan")
    assert "Approved." in text(approved)
    for _ in range(4):
        pc.run()
    assert "The initial sync is complete" in text(get(office, "initial_sync"))


def test_bulk_sync_says_what_became_of_each(office: Office) -> None:
    pc = OfficePc(office.business)
    pc.set_up()
    for _ in range(3):
        pc.run()
    invoices = Invoice.objects.order_by("-pk")
    ticked = [str(each.guid) for each in invoices[:4]]

    first = post(office, "sync_invoices", ready=",".join(ticked), filters="")
    second = post(office, "sync_invoices", ready=",".join(ticked[:2]), filters="q=1040")

    assert "4 queued" in text(first)
    assert "2 already waiting" in text(second)
    pc.run()
    third = post(office, "sync_invoices", ready=ticked[0], filters="q=1040")
    assert "1 not sent" in text(third)
    assert "already in QuickBooks" in text(third)


def test_before_the_set_up_is_complete_the_button_is_grey_and_bulk_is_refused(
    office: Office, connection: Connection
) -> None:
    invoice = Invoice.objects.order_by("-pk")[0]
    page = get(office, "invoice", invoice.guid).content.decode()

    assert re.search(
        r'<button class="menu-item" disabled[^>]*>.*?Sync to QuickBooks', page, re.DOTALL
    )
    assert "Finish setting QuickBooks up first" in page
    outcome = post(office, "sync_invoices", invoice=[str(invoice.guid)], filters="")
    assert "1 not sent" in text(outcome)
    assert not SyncEntry.objects.exists()


def test_an_invoice_says_that_quickbooks_has_it_and_who_asked(office: Office) -> None:
    pc = OfficePc(office.business)
    pc.set_up()
    for _ in range(3):
        pc.run()
    invoice = Invoice.objects.filter(paid__gt=0).order_by("-pk")[0]

    asked = text(post(office, "sync_invoice", invoice.guid))
    assert f"Invoice {invoice.number} with" in asked
    pc.run()
    page = text(get(office, "invoice", invoice.guid))

    assert "Synced" in page
    assert "Rosa Delgado" in page
    assert f"Total there ${invoice.total:,.2f}" in page


def test_the_log_filters_by_the_address(office: Office) -> None:
    synced(office)
    office.browser.post(reverse("new_client"), {"name": "Late Comer"})

    pending = text(get(office, "sync_log", state="pending"))
    searched = text(get(office, "sync_log", q="1001", kind="invoice"))

    assert "Late Comer" in pending
    assert "1001" not in pending
    assert "1001" in searched
    assert "Late Comer" not in searched
    assert get(office, "sync_log", state="nonsense").status_code == 200


def test_entries_are_held_released_and_refused_with_the_reason(office: Office) -> None:
    synced(office)
    office.browser.post(reverse("new_client"), {"name": "Late Comer"})
    entry = SyncEntry.objects.get(title="Late Comer")

    held = post(office, "act_on_entries", action="hold", entry=str(entry.guid))
    assert "1 entry is held" in text(held)
    page = text(get(office, "entry", entry.guid))
    assert "Held by Rosa Delgado" in page  # Not by an id.
    post(office, "act_on_entries", action="release", entry=str(entry.guid))
    entry.refresh_from_db()
    assert entry.state == State.PENDING
    refused = text(post(office, "act_on_entries", action="retry", entry=str(entry.guid)))
    assert "It is pending already" in refused
    assert office.browser.post(reverse("act_on_entries"), {"action": "burn"}).status_code == 404


def test_the_mapping_is_chosen_from_quickbooks_lists(office: Office) -> None:
    synced(office)
    page = get(office, "mapping").content.decode()
    account = re.search(r'name="income_account".*?<option value="([^"]+)"', page, re.DOTALL)
    assert account

    wrong = post(office, "mapping", income_account="invented-id")
    post(office, "mapping", income_account=account[1])

    assert wrong.status_code == 422
    assert "in this list" in text(wrong)
    assert Connection.objects.get(business=office.business).mapping["income_account"] == account[1]


def test_s52_s56_settings_pause_and_disconnect(office: Office) -> None:
    synced(office)

    post(office, "quickbooks_settings", resolve_item_conflicts="yes")
    kept = Connection.objects.get(business=office.business)
    assert (kept.resolve_client_conflicts, kept.resolve_item_conflicts) == (False, True)
    assert "Paused." in text(post(office, "pause"))
    assert "Sending is paused" in text(get(office, "quickbooks"))
    assert "Resumed." in text(post(office, "resume"))
    assert "Disconnected." in text(post(office, "disconnect"))
    assert not Connection.objects.get(business=office.business).enabled


def test_a_total_that_differs_is_said_by_how_much(office: Office) -> None:
    synced(office)
    entry = SyncEntry.objects.filter(rank=3).order_by("pk")[0]
    entry.state, entry.differs_by = State.DIFFERS, Decimal("-0.01")
    entry.save()
    invoice = Invoice.objects.get(pk=entry.record_id)

    page = text(get(office, "invoice", invoice.guid))

    assert "differs by −$0.01" in page
    assert f"Total there ${invoice.total - Decimal('0.01'):,.2f}" in page
    assert "Synced, differs" in text(get(office, "sync_log", state="differs"))


def test_how_late_copies_are_stopped_is_chosen_in_the_settings(office: Office) -> None:
    synced(office)
    assert "How a late copy of a lost document is stopped" in text(
        get(office, "quickbooks_settings")
    )

    post(office, "quickbooks_settings", fence="link")

    assert Connection.objects.get(business=office.business).fence == "link"
    assert "by the link record" in text(get(office, "quickbooks_settings"))
