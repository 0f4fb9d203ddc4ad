"""Which QuickBooks is taken, and the one-time import and first export that follow.

The lines S1, S8 and so on are those of docs/roadmap.md.
"""

from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Item, Payment
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import Stage
from fieldledger.simulator import people
from fieldledger.simulator.sample import Sizes
from fieldledger.sync.content import State
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def new_client(business: Business, name: str, **more: str) -> Client:
    values = {"name": name, **more}
    return office.create_client(business=business, values=values, now=timezone.now())


def new_item(business: Business, name: str) -> Item:
    values = {"name": name, "price": "80"}
    return office.create_item(business=business, values=values, now=timezone.now())


def there(pc: OfficePc, name: str, **fields: Any) -> None:
    """Let a person enter a customer in QuickBooks."""
    people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": name, **fields}}, now=pc.now)


def service_there(pc: OfficePc, name: str) -> None:
    """Let a person enter a service in QuickBooks."""
    (account,) = [each for each in pc.company.records("Account") if each.name == "Service Income"]
    sale = {"Price": "80.00", "AccountRef": {"ListID": account.id}}
    add = {"Name": name, "SalesOrPurchase": sale}
    people.do(pc.company, "ItemServiceAddRq", {"ItemServiceAdd": add}, now=pc.now)


def as_if(pc: OfficePc, monkeypatch: pytest.MonkeyPatch, old: str, new: str) -> None:
    """Let QuickBooks say something else of itself."""
    real = pc.company.answer

    def answer(xml: str, **more: Any) -> str:
        return real(xml, **more).replace(old, new)

    monkeypatch.setattr(pc.company, "answer", answer)


# --- Which QuickBooks (S1, S2, S24) ---


def test_s1_an_enterprise_company_is_connected_and_named(pc: OfficePc) -> None:
    pc.install()

    assert pc.run().outcome == "done"

    found = queries.status(pc.connection, now=timezone.now())
    assert found["connected"] is True
    assert found["product"] == "QuickBooks Enterprise Solutions 24.0"
    assert found["company_name"] == "Lakeside Home Services"
    assert found["computer"] == "OFFICE-PC"


@pytest.mark.parametrize(("major", "is_taken"), [("31", False), ("32", True), ("34", True)])
def test_s2_quickbooks_2022_is_taken_and_2021_refused_with_its_year(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch, major: str, is_taken: bool
) -> None:
    pc.install()
    before = pc.company.to_json()
    as_if(pc, monkeypatch, "<MajorVersion>34<", f"<MajorVersion>{major}<")

    ended = pc.run()

    assert (pc.connection.connected_at is not None) is is_taken
    if not is_taken:
        assert "of 2021" in ended.status
        assert "2022 or later" in pc.connection.last_error
        assert pc.connection.attention_code == "too_old"
        assert before.split('"records"')[1] == pc.company.to_json().split('"records"')[1]


def test_another_countrys_edition_is_refused_by_name(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc.install()
    as_if(pc, monkeypatch, "<Country>US<", "<Country>CA<")

    ended = pc.run()

    assert "CA edition" in ended.status
    assert pc.connection.attention_code == "wrong_country"


# --- Both directions in one run (S7 to S12, S39, S51, S60) ---


def test_s7_s8_s9_the_first_stage_exports_all_and_ends_once(
    pc: OfficePc, business: Business
) -> None:
    for number in range(120):
        new_client(business, f"Client {number:03}")
    for number in range(30):
        new_item(business, f"Item {number:03}")
    customers, items = len(pc.company.customers()), len(pc.company.items())
    pc.set_up()

    assert pc.connection.stage == Stage.ONGOING
    assert len(pc.company.customers()) == customers + 120
    assert len(pc.company.items()) == items + 30
    assert pc.states() == {"synced": 150}
    with pytest.raises(NotPossible):
        services.go_next(pc.connection, actor="Dana", now=timezone.now())
    services.set_enabled(pc.connection, enabled=False, actor="Dana", now=timezone.now())
    services.set_enabled(pc.connection, enabled=True, actor="Dana", now=timezone.now())
    assert pc.connection.stage == Stage.ONGOING


def test_the_web_connector_says_that_the_set_up_and_then_the_plan_wait_for_a_person(
    pc: OfficePc, business: Business
) -> None:
    pc.install()
    doing: dict[str, Any] = {"actor": "Dana", "now": timezone.now()}
    services.go_next(pc.connection, **doing)
    pc.run()
    services.go_next(pc.connection, **doing)
    assert pc.goodbye() == (
        "The set-up goes on in Fieldledger: choose what to import, then press Next there."
    )
    services.go_next(pc.connection, **doing)
    assert pc.goodbye() == ("The plan of the initial sync waits in Fieldledger. Approve it there.")


@pytest.mark.parametrize("inactive", ["skip", "archived"])
def test_an_item_whose_name_an_inactive_one_has_goes_there_under_a_free_name_all_the_same(
    pc: OfficePc, business: Business, inactive: str
) -> None:
    service_there(pc, "Gutter Care")
    (theirs,) = [each for each in pc.company.items() if each.name == "Gutter Care"]
    people.edit(pc.company, theirs.id, {"IsActive": "false"}, now=pc.now)
    new_item(business, "gutter CARE")
    pc.set_up(items=True, inactive=inactive)
    (entry,) = [each for each in pc.entries() if each.title == "gutter CARE"]
    assert (entry.state, entry.quickbooks_name) == (State.SYNCED, "gutter CARE – 2")
    assert entry.quickbooks_id != theirs.id


@pytest.mark.parametrize(("clients", "items"), [(True, False), (False, True), (False, False)])
def test_s10_s11_what_is_ticked_is_imported_and_nothing_else(
    pc: OfficePc, clients: bool, items: bool
) -> None:
    pc.set_up(clients=clients, items=items)

    assert Client.objects.exists() is clients
    assert Item.objects.exists() is items
    if clients:
        top = [each for each in pc.company.customers() if ":" not in each.full_name]
        assert Client.objects.count() == len([each for each in top if each.active])


def test_s12_invoices_wait_for_the_end_of_the_first_stage(pc: OfficePc, business: Business) -> None:
    client, item = new_client(business, "Anna Smith"), new_item(business, "Leak repair")
    values = {"client": client.guid, "lines": [{"item": item.guid, "quantity": "1"}]}
    values["date"] = "2026-05-04"
    invoice = office.create_invoice(business=business, values=values, now=timezone.now())
    pc.install()

    (early,) = pc.sync(invoice.guid)

    assert early.result == "refused"
    assert "initial sync" in early.reason
    pc.set_up()
    (late,) = pc.sync(invoice.guid)
    assert late.result == "queued"


def test_s60_one_run_goes_both_ways_and_doubles_nothing(pc: OfficePc, business: Business) -> None:
    there(pc, "Anna Smith", Email="anna@example.com")
    there(pc, "Only There")
    new_client(business, "Anna Smith", email="anna@example.com")
    new_client(business, "Only Here")
    pc.set_up(clients=True, items=True)
    for _ in range(3):
        pc.run()

    for name in ("Anna Smith", "Only There", "Only Here"):
        assert Client.objects.filter(name=name).count() == 1
        assert [each.name for each in pc.company.customers()].count(name) == 1
    assert {each.state for each in pc.entries()} <= {"synced"}


# --- Matching (S46 to S51, S59) ---

_THERE = [
    ("Anna Smith", {"Email": "anna@example.com", "Phone": "(555) 010-1111"}),
    ("J. Wu", {"Phone": "555-010-2222"}),
    ("Carl Ames", {"Email": "other@example.com"}),
]
_HERE = [
    ("Anna Smith", {"email": "anna@example.com"}),
    ("John Wu", {"phone": "+1 (555) 010-2222"}),
    ("Carl Ames", {"email": "carl@example.com"}),
]


@pytest.mark.parametrize(
    ("strategy", "linked"),
    [
        ("name_or_contact", {"Anna Smith", "John Wu", "Carl Ames"}),
        ("name_and_contact", {"Anna Smith"}),
    ],
)
def test_s47_s49_s51_the_same_lists_are_matched_by_the_chosen_rule(
    pc: OfficePc, business: Business, strategy: str, linked: set[str]
) -> None:
    for name, fields in _THERE:
        there(pc, name, **fields)
    for name, fields in _HERE:
        new_client(business, name, **fields)
    customers = len(pc.company.customers())

    pc.set_up(clients=True, client_matching=strategy)

    found = {each.title for each in pc.entries(code="linked", title__in=[n for n, _ in _HERE])}
    names = [each.name for each in pc.company.customers()]
    assert linked <= found
    assert len(names) == customers + 3 - len(linked)
    if strategy == "name_and_contact":  # S51: no match, so there are two clients of one name here.
        assert Client.objects.filter(name="Carl Ames").count() == 2
        assert "Carl Ames – 2" in names


def test_s59_an_item_made_on_both_sides_is_one_item_after_the_import(
    pc: OfficePc, business: Business
) -> None:
    service_there(pc, "Test Item")
    new_item(business, "test item")
    before = len(pc.company.items())
    pc.set_up(items=True)

    assert len(pc.company.items()) == before
    assert Item.objects.filter(name_folded="test item").count() == 1
    assert [each.code for each in pc.entries(title="test item")] == ["linked"]


@pytest.mark.parametrize("resolves", [True, False])
def test_s57_s58_an_item_made_on_both_sides_later_gets_its_own_name_or_waits(
    pc: OfficePc, business: Business, resolves: bool
) -> None:
    pc.set_up(resolve_item_conflicts=resolves)
    service_there(pc, "Condensate line")
    new_item(business, "Condensate line")

    pc.run()

    (entry,) = pc.entries()
    names = [each.name for each in pc.company.items()]
    if resolves:
        assert entry.state == State.SYNCED
        assert {"Condensate line", "Condensate line – 2"} <= set(names)
        assert Item.objects.get().name == "Condensate line"  # Z3: its name here stays.
    else:
        assert (entry.state, entry.code) == (State.FAILED, "3100")
        assert "Condensate line – 2" not in names


# --- Once, and one way from then on (S13, S40, S41, S80, Z1) ---


def test_s40_the_import_is_used_once_and_by_whom_is_said(pc: OfficePc) -> None:
    pc.set_up(clients=True)

    with pytest.raises(NotPossible, match="one-time import was used"):
        services.choose_import(
            pc.connection, choice={"items": True}, actor="Dana", now=timezone.now()
        )

    found = queries.status(pc.connection, now=timezone.now())
    assert found["import_used"] is True
    assert found["import_used_at"]
    assert not Item.objects.exists()


@pytest.mark.parametrize("fault", ["lose-answer@1", "drop-after-run@1", "bad-answer@1", "closed"])
def test_z1_an_import_that_broke_off_is_not_used_and_starts_again(pc: OfficePc, fault: str) -> None:
    pc.install()
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    pc.run()
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    services.refresh_lists(pc.connection, actor="Dana", now=timezone.now())
    choice = {"clients": True, "review": True}
    services.choose_import(pc.connection, choice=choice, actor="Dana", now=timezone.now())
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    pc.run(fault)

    assert pc.connection.import_used_at is None
    assert not Client.objects.exists()
    pc.run()
    services.approve_plan(pc.connection, actor="Dana", now=timezone.now())
    pc.run()
    active = [each for each in pc.company.customers() if each.active and ":" not in each.full_name]
    assert Client.objects.count() == len(active)
    assert pc.connection.import_used_by == "Dana"


def test_s13_s80_nothing_made_in_quickbooks_later_comes_here(business: Business) -> None:
    pc = OfficePc(business, sizes=Sizes(customers=6))
    pc.set_up(clients=True, items=True)
    clients, items = Client.objects.count(), Item.objects.count()
    there(pc, "Made There Later")
    service_there(pc, "Service Made There Later")
    customer = pc.company.customers()[0]
    item = pc.company.items()[0]
    line = {"ItemRef": {"ListID": item.id}, "Quantity": "1", "Rate": "10.00"}
    add = {"CustomerRef": {"ListID": customer.id}, "InvoiceLineAdd": [line]}
    people.do(pc.company, "InvoiceAddRq", {"InvoiceAdd": add}, now=pc.now)

    for _ in range(50):
        services.refresh_lists(pc.connection, actor="Dana", now=timezone.now())
        pc.run()

    assert (Client.objects.count(), Item.objects.count()) == (clients, items)
    assert not Invoice.objects.exists()
    assert not Payment.objects.exists()
