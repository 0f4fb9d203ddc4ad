"""The mapping page: chosen from QuickBooks' lists, with reasons, and shown on an invoice."""

import re
from typing import Any

import pytest
from django.urls import reverse

from fieldledger.office.models import Invoice, InvoiceLine, Item
from fieldledger.office.services import create_item
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Connection, QuickBooksRecord
from fieldledger.simulator import people
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import at_the_import, get, post


def account_id(name: str) -> str:
    return QuickBooksRecord.objects.get(list="accounts", full_name=name).list_id


def fields_of(page: Any) -> dict[str, str]:
    """Return what the mapping's form would send as it stands."""
    content = page.content.decode()
    found = {}
    for name, options in re.findall(
        r'<select id="m-[^"]*" name="([^"]+)"[^>]*>(.*?)</select>', content, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        found[name] = chosen[1] if chosen else ""
    return found


def sample(office: Office) -> str:
    return text(get(office, "mapping")).partition("would arrive so")[2]


def test_every_list_is_offered_with_its_age_and_each_suggestion_with_its_reason(
    office: Office,
) -> None:
    synced(office)

    page = text(get(office, "mapping"))

    assert re.search(r"QuickBooks' own lists, read .*\d", page.replace("&#x27;", "'"))
    assert "Refresh the lists" in page
    assert "Sales usually go to an account named “Service Income”" in page
    assert "It is named “Check”" in page
    assert "Same name and same percent in QuickBooks" in page
    assert "Stop: the invoice waits until you decide" in page
    assert "Class tracking is switched off in QuickBooks" in page


def test_refresh_reads_the_lists_again_and_says_so(office: Office) -> None:
    pc = synced(office)
    add = {"Name": "Retainers", "AccountType": "Income"}
    people.do(pc.company, "AccountAddRq", {"AccountAdd": add}, now=pc.now)
    assert "Retainers" not in text(get(office, "mapping"))

    page = text(post(office, "refresh_lists"))

    assert "read again with the Web Connector" in page
    pc.run()
    assert "Retainers" in text(get(office, "mapping"))


def test_saving_keeps_what_stands_there_and_changes_what_was_chosen(office: Office) -> None:
    synced(office)
    fields = fields_of(get(office, "mapping"))
    fields |= {"income_account": account_id("Parts Income"), "item_types.product": "ItemService"}

    post(office, "mapping", **fields)

    kept = Connection.objects.get(business=office.business).mapping
    assert kept["income_account"] == account_id("Parts Income")
    assert kept["item_types"]["product"] == "ItemService"
    assert fields_of(get(office, "mapping")) == fields


def test_an_item_goes_to_its_own_account_and_as_the_type_that_was_chosen(office: Office) -> None:
    pc = synced(office)
    made = {
        name: create_item(business=office.business, values={"name": name, "kind": kind}, now=pc.now)
        for name, kind in [("Own account", "service"), ("Part", "product"), ("Plain", "service")]
    }
    address = reverse("item_accounts")
    shown = get(office, "item_accounts", q="own account")
    assert "As all items: Service Income" in text(shown)

    office.browser.post(
        address, {f"account.{made['Own account'].guid}": account_id("Parts Income")}
    )
    post(office, "mapping", **{"item_types.product": "ItemService"})
    pc.run()

    there = {each.name: each for each in pc.company.items() if each.name in made}
    posts = {
        name: pc.company.state.full_name(each.fields["SalesOrPurchase"]["AccountRef"])
        for name, each in there.items()
    }
    assert posts == {
        "Own account": "Parts Income",
        "Part": "Service Income",
        "Plain": "Service Income",
    }
    assert {each.type for each in there.values()} == {"ItemService"}
    assert "Is in QuickBooks already" in text(get(office, "item_accounts", q="own account"))
    assert "1 so far" in text(get(office, "mapping"))


def test_z12_how_new_items_are_made_is_asked_before_the_first_one_goes(office: Office) -> None:
    pc = at_the_import(office)
    post(office, "choose_import")
    pc.run()
    page = get(office, "plan")
    question = text(page).partition("How new items are made in QuickBooks")[2]
    assert "Asked once" in question
    assert "Sales usually go to an account named “Service Income”" in question
    assert not re.search(
        r'<select id="m-income_account"[^>]*>(?!.*selected)', page.content.decode()
    )
    fields = fields_of(page)
    assert fields["item_types.service"] == "ItemService"
    assert fields["item_types.product"] == "ItemNonInventory"
    for each in services.connection_of(office.business).plan.filter(decision="ask"):
        post(office, "decide_plan_row", each.guid, decision="skip")

    wrong = post(office, "approve_plan", income_account="invented")
    assert wrong.status_code == 422
    assert "in this list" in text(wrong)
    post(office, "approve_plan", **fields | {"income_account": account_id("Parts Income")})
    for _ in range(3):
        pc.run()

    name = Item.objects.filter(business=office.business, kind="service").order_by("pk")[0].name
    there = next(each for each in pc.company.items() if each.name == name)
    account = there.fields["SalesOrPurchase"]["AccountRef"]
    assert pc.company.state.full_name(account) == "Parts Income"
    assert fields_of(get(office, "quickbooks_settings"))["income_account"] == account_id(
        "Parts Income"
    )


def test_z3_z12_what_was_asked_is_in_the_settings_too(office: Office) -> None:
    synced(office)

    post(
        office,
        "quickbooks_settings",
        rename_here="yes",
        income_account=account_id("Parts Income"),
        **{"item_types.service": "ItemNonInventory"},
    )

    kept = Connection.objects.get(business=office.business)
    assert kept.rename_here
    assert kept.mapping["income_account"] == account_id("Parts Income")
    assert kept.mapping["item_types"]["service"] == "ItemNonInventory"


def test_the_test_row_shows_how_an_invoice_would_arrive(office: Office) -> None:
    pc = at_the_import(office)
    post(office, "choose_import")
    pc.run()
    invoice = Invoice.objects.filter(paid__gt=0, tax__gt=0).order_by("-pk")[0]

    shown = sample(office)

    assert "new service item" in shown
    assert "Service Income" in shown
    assert re.search(r"Tax (State Tax 7.25|County Tax 8.375)", shown)
    assert re.search(r"Payment \$[\d,.]+ (as “Check”|as “Cash”|as “E-Check”)", shown)
    assert "put into Undeposited Funds" in shown
    assert invoice.client.name
    checking = account_id("Checking")
    methods = [f"deposit_accounts.{each}" for each in ("cash", "check", "credit_card", "ach")]
    post(office, "mapping", **dict.fromkeys(methods, checking))
    assert "put into Checking" in sample(office)


def test_the_test_row_names_items_that_have_come_there_since(office: Office) -> None:
    synced(office)

    shown = sample(office)

    assert "a text without an item" not in shown
    assert "the account its item has in QuickBooks" in shown


def test_the_test_row_says_when_such_an_invoice_would_not_go(office: Office) -> None:
    synced(office)
    InvoiceLine.objects.update(item=None, description="Odds and ends")

    page = text(get(office, "mapping"))

    assert "It would not go yet" in page
    assert "names no item" in page
    part = QuickBooksRecord.objects.filter(list="items", type="ItemServiceRet")[0]
    post(office, "mapping", fallback_item=part.list_id)
    assert part.full_name in sample(office)


def test_an_item_that_fits_is_suggested_and_never_chosen_by_itself(office: Office) -> None:
    pc = synced(office)
    income = pc.company.state.records[account_id("Service Income")].id
    side = {"Price": "0.00", "AccountRef": {"ListID": income}}
    add = {"Name": "Miscellaneous", "SalesOrPurchase": side}
    people.do(pc.company, "ItemServiceAddRq", {"ItemServiceAdd": add}, now=pc.now)
    post(office, "refresh_lists")
    pc.run()

    page = get(office, "mapping")

    assert "Suggested, if you do not want them to stop: “Miscellaneous”" in text(page)
    assert fields_of(page)["fallback_item"] == ""


def test_invoices_go_with_the_class_that_was_chosen(office: Office) -> None:
    pc = OfficePc(office.business)
    pc.company.state.preferences.class_tracking = True
    people.do(pc.company, "ClassAddRq", {"ClassAdd": {"Name": "Residential"}}, now=pc.now)
    pc.set_up()
    for _ in range(3):
        pc.run()
    residential = QuickBooksRecord.objects.get(list="classes", name="Residential").list_id
    post(office, "mapping", transaction_class=residential)
    assert "Class Residential" in sample(office)

    pc.sync(Invoice.objects.order_by("-pk")[0].guid)
    pc.run()

    (there,) = pc.company.invoices()
    assert there.fields["ClassRef"] == residential


def test_a_mapping_that_no_list_holds_is_refused(office: Office) -> None:
    pc = synced(office)
    all_changes: list[dict[str, Any]] = [
        {"tax_items": {"not an id": ""}},
        {"item_accounts": {"7a1f8e0c-94b3-4c5e-8f00-1234567890ab": ""}},
        {"item_types": {"service": "ItemInventory"}},
        {"item_types": {"labour": "ItemService"}},
        {"transaction_class": "80000000-1"},
    ]

    for changes in all_changes:
        with pytest.raises(services.Mistaken) as refused:
            services.save_mapping(pc.connection, changes=changes, actor="", now=pc.now)

        assert set(refused.value.errors) == set(changes)
