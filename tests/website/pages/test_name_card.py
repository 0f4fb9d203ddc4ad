"""S55: with the switch off, a person decides on a card what becomes of a name that is taken."""

from typing import Any

import pytest
from django.urls import reverse

from fieldledger.office.models import Client, Invoice, Item
from fieldledger.office.services import create_client, create_invoice, create_item, update_client
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.simulator import people
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import get, post


def switched_off(office: Office) -> OfficePc:
    """Return a PC that is in step, with both conflict switches off."""
    pc = synced(office)
    post(office, "quickbooks_settings")
    return pc


def new_client(office: Office, pc: OfficePc, name: str, **values: str) -> Client:
    return create_client(business=office.business, values={"name": name, **values}, now=pc.now)


def entry_of(record: Client | Item) -> SyncEntry:
    return SyncEntry.objects.get(record_guid=record.guid)


def rename(office: Office, record: Client | Item, **values: str) -> Any:
    address = reverse("rename_entry", args=[entry_of(record).guid])
    return office.browser.post(address, values, follow=True)


def look(office: Office, **values: str) -> Any:
    return office.browser.get(reverse("name_check"), {"kind": "client", **values})


def by_hand(pc: OfficePc, what: str, **fields: Any) -> str:
    """Let a person make a record in QuickBooks; return its ListID."""
    made = people.do(pc.company, f"{what}AddRq", {f"{what}Add": fields}, now=pc.now)
    assert made.record is not None
    return str(made.record.id)


def read_again(office: Office, pc: OfficePc) -> None:
    post(office, "refresh_lists")
    pc.run()


def card(office: Office, record: Client | Item) -> str:
    return text(get(office, "entry", entry_of(record).guid))


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Acme Parts", "a vendor"),
        ("Owner's Draw", "an other name"),
        ("Dan Miller", "an employee"),
    ],
)
def test_s55_a_card_says_whose_name_it_is_and_offers_another(
    office: Office, name: str, called: str
) -> None:
    pc = switched_off(office)
    ours = new_client(office, pc, name, billing_line1="12 Elm St", email="lee@example.com")
    pc.run()

    shown = card(office, ours).replace("&#x27;", "'")

    assert f"“{name}” is taken in QuickBooks" in shown
    assert f"the name belongs to {called}" in shown
    assert "lee@example.com" in shown
    proposal = f"{name} – 12 Elm St"
    assert f"{len(proposal)} of 41 characters" in shown
    page = get(office, "entry", entry_of(ours).guid).content.decode().replace("&#x27;", "'")
    assert f'value="{proposal}" maxlength="41"' in page
    assert reverse("link_entry", args=[entry_of(ours).guid]) not in page


def test_s55_renamed_it_goes_under_the_new_name_and_keeps_it(office: Office) -> None:
    pc = switched_off(office)
    by_hand(pc, "Vendor", Name="Lee Park")
    ours = new_client(office, pc, "Lee Park", billing_line1="12 Elm St")
    pc.run()

    rename(office, ours, name="Lee Park – 12 Elm St")
    pc.run()

    assert [each.name for each in pc.company.customers() if each.name.startswith("Lee Park")] == [
        "Lee Park – 12 Elm St"
    ]
    ours.refresh_from_db()
    assert ours.name == "Lee Park"
    update_client(client=ours, values={"phone": "555 0100"}, now=pc.now)
    pc.run()
    (there,) = [each for each in pc.company.customers() if each.name.startswith("Lee Park")]
    assert (there.name, there.fields["Phone"]) == ("Lee Park – 12 Elm St", "555 0100")
    assert entry_of(ours).state == "synced"


def test_s55_renamed_here_too_both_have_one_name(office: Office) -> None:
    pc = switched_off(office)
    by_hand(pc, "Vendor", Name="Lee Park")
    ours = new_client(office, pc, "Lee Park")
    pc.run()

    rename(office, ours, name="Lee Park senior", here_too="yes")
    pc.run()

    ours.refresh_from_db()
    assert (ours.name, entry_of(ours).quickbooks_name) == ("Lee Park senior", "Lee Park senior")
    assert entry_of(ours).state == "synced"


def test_s55_a_name_that_cannot_be_is_refused_with_the_reason(office: Office) -> None:
    pc = switched_off(office)
    by_hand(pc, "Vendor", Name="Lee Park")
    ours = new_client(office, pc, "Lee Park")
    pc.run()
    read_again(office, pc)

    for name, why in (
        (" ", "Give the name to use in QuickBooks"),
        ("x" * 42, "at most 41 characters"),
        ("Lee: Park", "does not allow"),
        ("LEE PARK", "is taken too, by the vendor “Lee Park”"),
    ):
        assert why in text(rename(office, ours, name=name))
        assert entry_of(ours).state == "failed", name


def test_s55_the_same_person_is_linked_and_its_invoice_goes(office: Office) -> None:
    pc = switched_off(office)
    theirs = by_hand(pc, "Customer", Name="Lee Park", Email="lee@example.com", Phone="555 0100")
    ours = new_client(office, pc, "Lee Park", email="lee@example.com")
    invoice = create_invoice(
        business=office.business,
        values={
            "client": str(ours.guid),
            "date": "2026-05-03",
            "lines": [{"item": str(Item.objects.order_by("pk")[0].guid), "unit_price": "10"}],
        },
        now=pc.now,
    )
    pc.sync(invoice.guid)
    pc.run()
    read_again(office, pc)
    assert "Link with this customer" in card(office, ours)
    assert "555 0100" in card(office, ours)

    post(office, "link_entry", entry_of(ours).guid, quickbooks_id=theirs)
    pc.run()

    assert (entry_of(ours).state, entry_of(ours).quickbooks_id) == ("synced", theirs)
    (there,) = [each for each in pc.company.invoices() if each.name == invoice.number]
    assert there.fields["CustomerRef"] == theirs
    assert len([each for each in pc.company.customers() if each.name == "Lee Park"]) == 1


def test_s55_two_clients_here_are_merged_and_nothing_of_either_is_lost(office: Office) -> None:
    pc = switched_off(office)
    first = new_client(office, pc, "Lee Park", phone="555 0100")
    pc.run()
    second = new_client(office, pc, "Lee Park", email="lee@example.com", notes="Gate code 4411")
    invoice = create_invoice(
        business=office.business,
        values={
            "client": str(second.guid),
            "date": "2026-05-03",
            "lines": [{"item": str(Item.objects.order_by("pk")[0].guid), "unit_price": "10"}],
        },
        now=pc.now,
    )
    pc.sync(invoice.guid)
    pc.run()
    assert SyncEntry.objects.get(record_guid=invoice.guid).state == "waiting"
    shown = card(office, second)
    assert "merge the two below" in shown
    assert "555 0100" in shown

    page = post(office, "merge_entry", entry_of(second).guid, into=str(first.guid))

    assert "Merged into Lee Park" in text(page)
    first.refresh_from_db()
    second.refresh_from_db()
    invoice.refresh_from_db()
    assert invoice.client == first
    assert (first.email, first.phone, first.notes) == (
        "lee@example.com",
        "555 0100",
        "Gate code 4411",
    )
    assert second.archived
    assert "Merged into Lee Park" in second.notes
    pc.run()
    assert SyncEntry.objects.get(record_guid=invoice.guid).state == "synced"
    assert entry_of(second).state == "ignored"
    (customer,) = [each for each in pc.company.customers() if each.name == "Lee Park"]
    assert customer.fields["Email"] == "lee@example.com"
    (there,) = [each for each in pc.company.invoices() if each.name == invoice.number]
    assert there.fields["CustomerRef"] == customer.id


def test_s55_many_alike_are_told_apart_by_one_press(office: Office) -> None:
    pc = switched_off(office)
    by_hand(pc, "Vendor", Name="Lee Park")
    for _ in range(3):
        new_client(office, pc, "Lee Park")
    pc.run()
    failed = SyncEntry.objects.filter(state="failed", code="3100")
    assert failed.count() == 3
    assert "2 more like this" in text(get(office, "entry", failed[0].guid))

    page = text(post(office, "tell_apart", kind="client"))
    pc.run()

    assert "3 names were told apart" in page
    names = sorted(each.name for each in pc.company.customers() if each.name.startswith("Lee"))
    assert names == ["Lee Park – 2", "Lee Park – 3", "Lee Park – 4"]
    assert not failed.exists()


def test_s55_an_item_says_what_type_has_its_name(office: Office) -> None:
    pc = switched_off(office)
    income = next(each for each in pc.company.records("Account") if each.name == "Parts Income")
    assets = next(each for each in pc.company.records("Account") if each.name == "Inventory Asset")
    cost = next(each for each in pc.company.records("Account") if each.name == "Cost of Goods Sold")
    by_hand(
        pc,
        "ItemInventory",
        Name="Copper elbow",
        SalesPrice="4.50",
        IncomeAccountRef={"ListID": income.id},
        AssetAccountRef={"ListID": assets.id},
        COGSAccountRef={"ListID": cost.id},
    )
    ours = create_item(
        business=office.business, values={"name": "Copper elbow", "price": "4"}, now=pc.now
    )
    pc.run()
    read_again(office, pc)

    shown = card(office, ours)

    assert "Inventory item" in shown
    assert "Link with this inventory item" in shown
    assert "of 31 characters" in shown
    assert 'value="Copper elbow – 2"' in get(office, "entry", entry_of(ours).guid).content.decode()


def test_a_settled_name_is_not_settled_twice(office: Office) -> None:
    pc = switched_off(office)
    by_hand(pc, "Vendor", Name="Lee Park")
    ours = new_client(office, pc, "Lee Park")
    pc.run()
    rename(office, ours, name="Lee Park junior")

    again = text(rename(office, ours, name="Lee Park the third"))

    assert "This is settled already" in again
    assert entry_of(ours).chosen_name == "Lee Park junior"
    with pytest.raises(SyncEntry.DoesNotExist):
        services.rename(pc.connection, ours.guid, name="x", here_too=False, actor="", now=pc.now)


def test_a_chosen_name_is_over_when_the_client_is_called_otherwise(office: Office) -> None:
    pc = switched_off(office)
    by_hand(pc, "Vendor", Name="Lee Park")
    ours = new_client(office, pc, "Lee Park")
    pc.run()
    rename(office, ours, name="Lee Park junior")
    pc.run()

    update_client(client=ours, values={"name": "Leeann Park"}, now=pc.now)
    pc.run()

    assert "Leeann Park" in {each.name for each in pc.company.customers()}
    assert entry_of(ours).quickbooks_name == "Leeann Park"


def test_z3_a_differentiator_changes_our_name_too_where_that_was_chosen(office: Office) -> None:
    pc = synced(office)
    by_hand(pc, "Vendor", Name="Lee Park")
    stays = new_client(office, pc, "Lee Park")
    pc.run()
    stays.refresh_from_db()
    assert (stays.name, entry_of(stays).quickbooks_name) == ("Lee Park", "Lee Park – 2")
    post(
        office,
        "quickbooks_settings",
        resolve_client_conflicts="yes",
        resolve_item_conflicts="yes",
        rename_here="yes",
    )
    changes = new_client(office, pc, "Lee Park")
    taken = create_item(business=office.business, values={"name": "Elbow"}, now=pc.now)
    by_hand_item(pc, "Elbow 2")

    pc.run()

    changes.refresh_from_db()
    assert changes.name == "Lee Park – 3"
    assert (entry_of(changes).state, entry_of(changes).title) == ("synced", "Lee Park – 3")
    assert Connection.objects.get(business=office.business).active_count == 0
    assert pc.run().outcome == "none"  # Nothing had to be sent for it.
    taken.refresh_from_db()
    assert taken.name == "Elbow"
    update_client(client=changes, values={"phone": "555 0100"}, now=pc.now)
    pc.run()
    there = {each.name: each for each in pc.company.customers()}
    assert there["Lee Park – 3"].fields["Phone"] == "555 0100"


def by_hand_item(pc: OfficePc, name: str) -> None:
    income = next(each for each in pc.company.records("Account") if each.name == "Parts Income")
    side = {"Price": "1.00", "AccountRef": {"ListID": income.id}}
    by_hand(pc, "ItemService", Name=name, SalesOrPurchase=side)


@pytest.mark.parametrize("resolves", [True, False])
def test_s55_while_one_types_it_is_said_that_quickbooks_has_the_name(
    office: Office, resolves: bool
) -> None:
    pc = synced(office) if resolves else switched_off(office)
    by_hand(pc, "Vendor", Name="Lee Park")
    read_again(office, pc)

    said = text(look(office, name="lee  park"))

    assert "This name exists in QuickBooks: a vendor" in said
    assert ("lee park – 2" in said) is resolves
    assert text(look(office, name="Nobody Yet")).strip() == ""
    own = Client.objects.filter(business=office.business).order_by("pk")[0]
    assert "exists" not in text(look(office, name=own.name, own=str(own.guid)))
    assert "exists in QuickBooks" in text(look(office, name=own.name))
    assert Invoice.objects.exists()
