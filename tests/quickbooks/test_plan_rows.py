"""Decisions on rows of the plan, sub-customers and items afterwards, and what does not fit."""

from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Item
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import PlanRow, Stage, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.sample import Sizes
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


@pytest.fixture
def pc(business: Business) -> OfficePc:
    return OfficePc(business, sizes=Sizes(customers=0, inactive_customers=0, services=0, parts=0))


def there(pc: OfficePc, name: str, parent: str = "", **fields: Any) -> str:
    add: dict[str, Any] = {"Name": name, **fields}
    if parent:
        add["ParentRef"] = {"FullName": parent}
    people.do(pc.company, "CustomerAddRq", {"CustomerAdd": add}, now=pc.now)
    return pc.company.customers()[-1].id


def here(pc: OfficePc, name: str, **values: str) -> Client:
    given = {"name": name, **values}
    return office.create_client(business=pc.business, values=given, now=timezone.now())


def item_there(pc: OfficePc, name: str, **fields: Any) -> None:
    (account,) = [each for each in pc.company.records("Account") if each.name == "Service Income"]
    sale = {"Price": "80.00", "AccountRef": {"ListID": account.id}}
    sale |= fields.pop("sale", {})
    add = {"Name": name, **fields, "SalesOrPurchase": sale}
    people.do(pc.company, "ItemServiceAddRq", {"ItemServiceAdd": add}, now=pc.now)


def begin(pc: OfficePc, **choice: Any) -> None:
    """Go up to the plan; nothing is approved yet."""
    pc.install()
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    pc.run()
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    choice = {"clients": True, "items": True, "client_matching": "name_or_contact", **choice}
    services.choose_import(pc.connection, choice=choice, actor="Dana", now=timezone.now())
    services.go_next(pc.connection, actor="Dana", now=timezone.now())


def decide(pc: OfficePc, row: PlanRow, decision: str, **more: str) -> PlanRow:
    return services.decide_plan_row(
        pc.connection, row.guid, decision=decision, actor="Dana", now=timezone.now(), **more
    )


def approve(pc: OfficePc) -> None:
    services.approve_plan(pc.connection, actor="Dana", now=timezone.now())
    pc.run()


def plan() -> list[tuple[str, str, str]]:
    """Return (ours, theirs, decision) of the clients' rows, by name."""
    rows = PlanRow.objects.filter(rank=1).select_related("theirs")
    return sorted(
        (each.record_name, each.theirs.full_name if each.theirs else "", each.decision)
        for each in rows
    )


def row_of(name: str = "", theirs: str = "") -> PlanRow:
    if theirs:
        return PlanRow.objects.get(theirs__full_name=theirs)
    return PlanRow.objects.get(record_name=name)


# --- Rows that ask ---


def test_one_client_that_may_be_two_customers_linked_with_either_leaves_the_other(
    pc: OfficePc,
) -> None:
    here(pc, "Anna Smith", phone="650 555 0001")
    first = there(pc, "Anna Smith")
    second = there(pc, "A. Smith", Phone="(650) 555-0001")
    begin(pc)

    assert plan() == [("", "A. Smith", "ask"), ("Anna Smith", "Anna Smith", "ask")]
    start = "1 client here and 2 customers in QuickBooks may be the same. “Anna Smith” here and"
    by_name, by_phone = "“Anna Smith” there: same name.", "“A. Smith” there: same phone."
    assert row_of("Anna Smith").reason.startswith(f"{start} {by_name}")
    assert row_of(theirs="A. Smith").reason.startswith(f"{start} {by_phone}")
    with pytest.raises(NotPossible, match="ask for a decision"):
        services.approve_plan(pc.connection, actor="Dana", now=timezone.now())
    decide(pc, row_of("Anna Smith"), "link", theirs=second)

    assert plan() == [("", "Anna Smith", "create_here"), ("Anna Smith", "A. Smith", "link")]
    assert row_of(theirs="Anna Smith").reason == "No client here is left for it."
    decide(pc, row_of("Anna Smith"), "link", theirs=first)  # Another mind.
    assert plan() == [("", "A. Smith", "create_here"), ("Anna Smith", "Anna Smith", "link")]
    approve(pc)
    assert sorted(Client.objects.values_list("name", flat=True)) == ["A. Smith", "Anna Smith"]
    assert len(pc.company.customers()) == 2


def test_without_an_import_the_other_customer_stays_in_quickbooks(pc: OfficePc) -> None:
    here(pc, "Anna Smith", phone="650 555 0001")
    first = there(pc, "Anna Smith")
    there(pc, "A. Smith", Phone="(650) 555-0001")
    begin(pc, clients=False)
    decide(pc, row_of("Anna Smith"), "link", theirs=first)

    assert row_of(theirs="A. Smith").decision == "skip"
    approve(pc)
    assert (Client.objects.count(), len(pc.company.customers())) == (1, 2)


def test_two_clients_that_may_be_one_customer_linked_with_one_leaves_the_other(
    pc: OfficePc,
) -> None:
    here(pc, "Anna Smith", email="one@example.com")
    here(pc, "anna smith", email="two@example.com")
    customer = there(pc, "Anna Smith")
    begin(pc)

    assert [each[2] for each in plan()] == ["ask", "ask"]
    decide(pc, row_of("anna smith"), "link", theirs=customer)

    assert plan() == [("Anna Smith", "", "rename"), ("anna smith", "Anna Smith", "link")]
    assert row_of("Anna Smith").new_name == "Anna Smith – 2"
    approve(pc)
    assert sorted(each.name for each in pc.company.customers()) == ["Anna Smith", "Anna Smith – 2"]
    assert Client.objects.count() == 2


def test_two_and_two_stay_a_question_until_the_last_is_decided(pc: OfficePc) -> None:
    here(pc, "John Wu", phone="5550001")
    here(pc, "Jane Wu", phone="5550001")
    john, jane = there(pc, "John Wu", Phone="5550001"), there(pc, "Jane Wu", Phone="5550001")
    begin(pc)

    assert [each[2] for each in plan()] == ["ask", "ask"]
    decide(pc, row_of("John Wu"), "link", theirs=john)
    assert ("Jane Wu", "Jane Wu", "ask") in plan()
    decide(pc, row_of("Jane Wu"), "link", theirs=jane)
    approve(pc)
    assert (Client.objects.count(), len(pc.company.customers())) == (2, 2)
    assert set(pc.states()) == {"synced"}


@pytest.mark.parametrize("decision", ["create_in_quickbooks", "create_here"])
def test_a_pair_kept_apart_is_one_record_more_on_either_side(pc: OfficePc, decision: str) -> None:
    here(pc, "Anna Smith")
    there(pc, "Anna Smith")
    begin(pc)

    assert plan() == [("Anna Smith", "Anna Smith", "link")]
    decide(pc, row_of("Anna Smith"), decision)

    rows = {(ours, theirs) for ours, theirs, _ in plan()}
    assert rows == {("Anna Smith", ""), ("", "Anna Smith")}
    approve(pc)
    assert list(Client.objects.values_list("name", flat=True)) == ["Anna Smith"] * 2
    assert sorted(each.name for each in pc.company.customers()) == ["Anna Smith", "Anna Smith – 2"]


def test_a_client_linked_with_a_customer_that_was_to_be_imported_is_not_doubled(
    pc: OfficePc,
) -> None:
    here(pc, "Bob")
    robert = there(pc, "Robert")
    begin(pc)

    assert plan() == [("", "Robert", "create_here"), ("Bob", "", "create_in_quickbooks")]
    decide(pc, row_of("Bob"), "link", theirs=robert)
    assert plan() == [("Bob", "Robert", "link")]
    with pytest.raises(Mistaken):
        decide(pc, row_of("Bob"), "link", theirs="80000000-1")
    approve(pc)
    assert (Client.objects.count(), len(pc.company.customers())) == (1, 1)


def test_without_review_nothing_that_asks_is_linked(pc: OfficePc) -> None:
    here(pc, "Anna Smith", phone="650 555 0001")
    there(pc, "Anna Smith")
    there(pc, "A. Smith", Phone="(650) 555-0001")
    begin(pc, review=False)
    pc.run()

    assert pc.connection.stage == Stage.ONGOING
    assert not PlanRow.objects.filter(decision="ask").exists()
    assert row_of(theirs="A. Smith").reason.endswith("so they are kept apart.")
    names = sorted(Client.objects.values_list("name", flat=True))
    assert names == ["A. Smith", "Anna Smith", "Anna Smith"]
    found = sorted(each.name for each in pc.company.customers())
    assert found == ["A. Smith", "Anna Smith", "Anna Smith – 2"]


# --- The right to import (Z1) ---


def test_z1_the_import_is_used_by_its_completion_not_by_its_start(pc: OfficePc) -> None:
    there(pc, "Only There")
    here(pc, "Only Here")
    begin(pc)
    services.approve_plan(pc.connection, actor="Dana", now=timezone.now())

    def said() -> tuple[object, object]:
        found = queries.status(pc.connection, now=timezone.now())
        return found["import_used"], found["import_used_by"]

    assert said() == (False, None)
    assert Client.objects.count() == 2
    pc.run()
    assert pc.connection.stage == Stage.ONGOING
    assert said() == (True, "Dana")


# --- Sub-customers and sub-items ---


def test_sub_customers_of_one_name_are_clients_that_keep_their_place_in_quickbooks(
    pc: OfficePc,
) -> None:
    here(pc, "Kitchen")
    there(pc, "Smith")
    there(pc, "Wu")
    jobs = {there(pc, "Kitchen", parent) for parent in ("Smith", "Wu")}
    begin(pc, jobs="clients", review=False)
    pc.run()
    kitchens = Client.objects.filter(name__contains="Kitchen").values_list("name", flat=True)

    assert sorted(kitchens) == ["Kitchen", "Smith:Kitchen", "Wu:Kitchen"]
    linked = SyncEntry.objects.filter(quickbooks_id__in=jobs)
    assert linked.count() == 2
    for entry in linked:
        client = Client.objects.get(guid=entry.record_guid)
        for phone in ("650-555-7000", "650-555-7001"):
            changed = {"phone": phone}
            office.update_client(client=client, values=changed, now=timezone.now())
            pc.run()
    found = {each.full_name: each for each in pc.company.customers()}
    assert found.keys() == {"Smith", "Wu", "Kitchen", "Smith:Kitchen", "Wu:Kitchen"}
    assert {found[f"{each}:Kitchen"].fields["Phone"] for each in ("Smith", "Wu")} == {
        "650-555-7001"
    }
    assert set(pc.states()) == {"synced"}


def test_a_sub_item_is_changed_here_without_a_new_name_there(pc: OfficePc) -> None:
    item_there(pc, "Repairs")
    item_there(pc, "Faucet", ParentRef={"FullName": "Repairs"})
    begin(pc, review=False)
    pc.run()
    item = Item.objects.get(name="Repairs:Faucet")

    for values in ({"price": "90"}, {"name": "Repairs:Tap"}, {"price": "91"}):
        office.update_item(item=item, values=values, now=timezone.now())
        assert pc.run().outcome == "done"
    names = {each.full_name for each in pc.company.items() if "Repairs" in each.full_name}
    assert names == {"Repairs", "Repairs:Tap"}
    assert set(pc.states()) == {"synced"}


# --- What does not fit, and what items say ---


def test_contacts_that_fit_no_field_are_kept_in_the_notes_and_said(pc: OfficePc) -> None:
    there(
        pc,
        "Wu",
        Email="a@example.com; b@example.com",
        Cc="boss@example.com",
        Notes="Gate code 12",
        Phone="5550001 x3",
        AltPhone="5550002",
        Contact="Ann Wu",
    )
    there(pc, "Xi", Email="none at all", AltPhone="5550003")
    begin(pc, review=False)
    pc.run()

    client = Client.objects.get(name="Wu")
    assert (client.email, client.phone) == ("a@example.com", "5550001 x3")
    assert client.notes.splitlines() == [
        "Gate code 12",
        "In QuickBooks also: E-mail b@example.com",
        "In QuickBooks also: Phone 5550002",
        "In QuickBooks also: Contact Ann Wu",
        "In QuickBooks also: E-mail boss@example.com",
    ]
    other = Client.objects.get(name="Xi")
    assert (other.email, other.phone) == ("", "5550003")
    assert other.notes == "In QuickBooks, email: none at all"
    reason = row_of("Xi").reason
    assert "must be one e-mail address" in reason
    assert reason.endswith("it is kept in the notes.")


def test_a_later_change_leaves_the_other_addresses_in_quickbooks(pc: OfficePc) -> None:
    there(pc, "Wu", Email="a@example.com; b@example.com", AltPhone="5550002")
    begin(pc, review=False)
    pc.run()
    client = Client.objects.get()

    office.update_client(client=client, values={"company_name": "Wu Inc"}, now=timezone.now())
    pc.run()
    (customer,) = pc.company.customers()
    assert customer.fields["CompanyName"] == "Wu Inc"
    assert customer.fields["Email"] == "a@example.com; b@example.com"
    office.update_client(client=client, values={"email": "c@example.com"}, now=timezone.now())
    pc.run()
    (customer,) = pc.company.customers()
    assert customer.fields["Email"] == "c@example.com"


def test_an_inactive_customer_is_archived_here_and_stays_inactive_there(pc: OfficePc) -> None:
    there(pc, "Gone", IsActive="false")
    begin(pc, review=False, inactive="archived")
    pc.run()

    client = Client.objects.get()
    assert client.archived
    office.update_client(client=client, values={"phone": "5550009"}, now=timezone.now())
    pc.run()
    (customer,) = pc.company.customers()
    assert (customer.active, customer.fields["Phone"]) == (False, "5550009")


def test_items_bring_price_description_and_whether_they_are_taxed(pc: OfficePc) -> None:
    item_there(pc, "Labor", sale={"Desc": "By the hour"}, SalesTaxCodeRef={"FullName": "Non"})
    item_there(pc, "Filter", SalesTaxCodeRef={"FullName": "Tax"})
    begin(pc, review=False)
    pc.run()

    labor, sold = Item.objects.get(name="Labor"), Item.objects.get(name="Filter")
    assert (labor.description, f"{labor.price:f}", labor.taxable) == (
        "By the hour",
        "80.00000",
        False,
    )
    assert sold.taxable
    faucet = Item.objects.get(name="Faucet")  # Of the stock, bought and sold.
    assert (faucet.kind, f"{faucet.price:.2f}", f"{faucet.cost:.2f}") == (
        "product",
        "129.00",
        "71.50",
    )


# --- Without a whole list, nothing ---


@pytest.mark.parametrize("name", ["Customer", "Item"])
def test_a_company_that_does_not_show_its_customers_gets_nothing_twice(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    here(pc, "Anna Smith")
    there(pc, "Anna Smith")
    real = pc.company.answer

    def answer(xml: str, **more: Any) -> str:
        text = real(xml, **more)
        if f"<{name}QueryRs " not in text:
            return text
        before, _, rest = text.partition(f"<{name}QueryRs ")
        request = rest.partition('requestID="')[2].partition('"')[0]
        after = rest.partition(f"</{name}QueryRs>")[2]
        return (
            f'{before}<{name}QueryRs requestID="{request}" statusCode="3260"'
            ' statusSeverity="Error" statusMessage="Insufficient permission level" />' + after
        )

    monkeypatch.setattr(pc.company, "answer", answer)
    pc.install()
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    for _ in range(3):
        pc.run()
    assert pc.connection.lists_read_at is None
    assert "Insufficient permission" in pc.connection.last_error
    monkeypatch.setattr(pc.company, "answer", real)
    pc.run()
    assert pc.connection.lists_read_at is not None
