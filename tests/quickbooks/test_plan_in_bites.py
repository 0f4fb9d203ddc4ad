"""The plan carried out in bites (I4.8, R8), kept through refreshes, and done exactly (N2)."""

from collections import Counter
from contextlib import suppress
from random import Random
from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Item
from fieldledger.quickbooks import initial_sync, services
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import MessageSet, PlanRow, Stage, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.sample import Sizes
from tests.support.large_company import make_awkward, ours_of, right, sizes
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOBODY = Sizes(customers=0, inactive_customers=0, services=0, parts=0)


@pytest.fixture
def pc(business: Business) -> OfficePc:
    return OfficePc(business, sizes=NOBODY)


def there(pc: OfficePc, name: str, **fields: Any) -> str:
    people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": name, **fields}}, now=pc.now)
    return pc.company.customers()[-1].id


def here(pc: OfficePc, name: str, **values: str) -> Client:
    given = {"name": name, **values}
    return office.create_client(business=pc.business, values=given, now=timezone.now())


def at_the_import(pc: OfficePc, **choice: Any) -> None:
    """Be connected, with what to import chosen."""
    pc.install()
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    pc.run()
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    choice = {"clients": True, "items": True, "client_matching": "name_or_contact", **choice}
    services.choose_import(pc.connection, choice=choice, actor="Dana", now=timezone.now())


def begin(pc: OfficePc, **choice: Any) -> None:
    """Go up to the plan; nothing is approved yet."""
    at_the_import(pc, **choice)
    services.go_next(pc.connection, actor="Dana", now=timezone.now())


def approve(pc: OfficePc) -> None:
    services.approve_plan(pc.connection, actor="Dana", now=timezone.now())


def decide(pc: OfficePc, row: PlanRow, decision: str, **more: str) -> PlanRow:
    return services.decide_plan_row(
        pc.connection, row.guid, decision=decision, actor="Dana", now=timezone.now(), **more
    )


def row_of(name: str = "", theirs: str = "") -> PlanRow:
    if theirs:
        return PlanRow.objects.get(theirs__full_name=theirs)
    return PlanRow.objects.get(record_name=name)


# --- Bites ---


class Killed(RuntimeError):
    pass


def test_r8_an_import_killed_at_20_random_pages_and_bites_is_never_half(
    business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initial_sync, "BATCH", 5)
    monkeypatch.setattr(initial_sync, "BITE", 20)
    chance = Random(3)
    pc = OfficePc(business, sizes=sizes(250, 60))
    pc.read_in_pages_of(25)
    make_awkward(pc.company, now=pc.now)
    clients, items = ours_of(pc.company)
    office.create_clients(business=business, many=clients, now=timezone.now())
    office.create_items(business=business, many=items, now=timezone.now())
    expected = right(pc.company, clients, items, needs_both=False, jobs=True, inactive=True)
    at_the_import(pc, jobs="clients", inactive="archived", review=False)
    services.refresh_lists(pc.connection, actor="Dana", now=timezone.now())
    for _ in range(10):
        pc.run(f"drop-after-run@{chance.randrange(1, 11)}")
        assert Client.objects.count() == len(clients)  # Nothing of a list that is not whole.
    carry = initial_sync._carry
    countdown = [0]

    def carry_or_die(*args: Any, **more: Any) -> None:
        carry(*args, **more)
        countdown[0] -= 1
        if countdown[0] == 0:
            raise Killed

    monkeypatch.setattr(initial_sync, "_carry", carry_or_die)
    deaths = 0
    countdown[0] = 3
    with pytest.raises(Killed):
        services.go_next(pc.connection, actor="Dana", now=timezone.now())
    assert not PlanRow.objects.exists()
    countdown[0] = 0
    services.go_next(pc.connection, actor="Dana", now=timezone.now())
    begun = pc.connection
    assert begun.is_carrying
    while pc.connection.is_carrying:
        assert deaths < 100
        before = pc.connection.carried_to
        countdown[0] = chance.randrange(1, 14)
        with suppress(Killed):
            pc.run()
        deaths += countdown[0] <= 0
        assert pc.connection.carried_to >= before
        done = PlanRow.objects.filter(pk__lte=pc.connection.carried_to)
        made = done.filter(decision="create_here", rank=1)
        assert Client.objects.count() == len(clients) + made.count()
        assert SyncEntry.objects.count() == done.exclude(record_id=None).count()
        written = MessageSet.objects.filter(purpose=MessageSet.Purpose.WRITE)
        assert not (pc.connection.is_carrying and written.exists())
    countdown[0] = 0
    for _ in range(3):
        pc.run()

    assert deaths >= 10
    assert pc.connection.stage == Stage.ONGOING
    assert Client.objects.count() == expected.clients_here
    assert Item.objects.count() == expected.items_here
    assert len(pc.company.customers()) == expected.customers_there
    assert len(pc.company.items()) == expected.items_there
    ids = Counter(SyncEntry.objects.exclude(quickbooks_id="").values_list("quickbooks_id"))
    assert max(ids.values()) == 1
    assert set(pc.states()) == {"synced"}


def test_one_session_takes_all_bites_and_sends_what_they_raise(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initial_sync, "BATCH", 2)
    monkeypatch.setattr(initial_sync, "BITE", 2)
    clients = [here(pc, f"Client {number}", phone=f"555000{number}") for number in range(8)]
    for client in clients[::2]:
        there(pc, client.name, Phone=client.phone)
    there(pc, "Only There")
    begin(pc)
    approve(pc)
    assert pc.connection.is_carrying
    pc.run()

    assert set(pc.states()) == {"synced"}
    assert len(pc.company.customers()) == 9


def test_an_edit_between_approval_and_its_bite_reaches_quickbooks(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initial_sync, "BATCH", 1)
    monkeypatch.setattr(initial_sync, "BITE", 1)
    first, last = here(pc, "Anna"), here(pc, "Zoe")
    for name in ("Anna", "Zoe"):
        there(pc, name)
    begin(pc, items=False)
    approve(pc)
    assert pc.connection.is_carrying
    assert SyncEntry.objects.get().title == "Anna"
    for client in (first, last):
        office.update_client(
            client=client, values={"phone": f"555 {client.name}"}, now=timezone.now()
        )
    new = here(pc, "New One")
    assert SyncEntry.objects.count() == 1
    pc.run()
    pc.run()

    assert pc.connection.stage == Stage.ONGOING
    phones = {each.name: each.fields.get("Phone") for each in pc.company.customers()}
    assert phones == {"Anna": "555 Anna", "Zoe": "555 Zoe", new.name: None}
    assert set(pc.states()) == {"synced"}


def test_a_record_deleted_in_quickbooks_while_the_plan_runs_is_said(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(initial_sync, "BATCH", 1)
    monkeypatch.setattr(initial_sync, "BITE", 1)
    here(pc, "Anna")
    here(pc, "Bob")
    there(pc, "Anna")
    gone = [there(pc, "Bob"), there(pc, "Carl")]
    begin(pc, items=False)
    approve(pc)
    for list_id in gone:
        people.delete(pc.company, list_id, now=pc.now)
    services.refresh_lists(pc.connection, actor="Dana", now=timezone.now())
    for _ in range(3):
        pc.run()

    assert sorted(each.name for each in pc.company.customers()) == ["Anna", "Bob"]
    assert Client.objects.count() == 2
    assert row_of("Bob").reason.endswith(
        "deleted in QuickBooks meanwhile, so it is made there anew."
    )
    told = PlanRow.objects.get(record_id=None)
    assert (told.decision, told.reason[-39:]) == ("skip", "It was deleted in QuickBooks meanwhile.")


# --- A plan that waits ---


def test_n2_a_refresh_keeps_what_people_decided(pc: OfficePc) -> None:
    here(pc, "Anna Smith", phone="650 555 0001")
    here(pc, "Bob")
    here(pc, "Carl")
    second = there(pc, "A. Smith", Phone="(650) 555-0001")
    for name in ("Anna Smith", "Carl", "Dora", "Ed"):
        there(pc, name)
    begin(pc, items=False)
    decide(pc, row_of("Anna Smith"), "link", theirs=second)
    decide(pc, row_of("Bob"), "rename", name="Bobby")
    decide(pc, row_of("Carl"), "create_in_quickbooks")
    decide(pc, row_of(theirs="Dora"), "skip")

    def told() -> set[tuple[str, str, str, str]]:
        return {
            (
                each.record_name,
                each.theirs.full_name if each.theirs else "",
                each.decision,
                each.new_name,
            )
            for each in PlanRow.objects.select_related("theirs")
        }

    before = told()
    assert ("Carl", "", "rename", "Carl – 2") in before
    there(pc, "Fred")
    services.refresh_lists(pc.connection, actor="Dana", now=timezone.now())
    pc.run()

    assert told() == before | {("", "Fred", "create_here", "")}
    assert row_of("Bob").decided_by == "Dana"


def test_a_decision_that_no_longer_fits_is_said_and_left_to_the_rules(pc: OfficePc) -> None:
    here(pc, "Bob")
    robert = there(pc, "Robert")
    begin(pc, items=False)
    decide(pc, row_of("Bob"), "link", theirs=robert)
    people.delete(pc.company, robert, now=pc.now)
    services.refresh_lists(pc.connection, actor="Dana", now=timezone.now())
    pc.run()

    row = row_of("Bob")
    assert (row.decision, row.decided_by) == ("create_in_quickbooks", "")
    assert "What Dana had decided could not be kept" in row.reason


def test_clients_made_between_plan_and_approval_are_matched_too(pc: OfficePc) -> None:
    there(pc, "Anna Smith")
    there(pc, "Bob", Phone="5550001")
    begin(pc, items=False)
    here(pc, "anna smith")
    approve(pc)
    pc.run()
    assert Client.objects.count() == len(pc.company.customers()) == 2
    assert row_of("anna smith").decision == "link"


def test_one_that_asks_is_asked_about_before_the_approval(pc: OfficePc) -> None:
    there(pc, "Anna Smith")
    there(pc, "Bob", Phone="5550001")
    begin(pc, items=False)
    here(pc, "Anna Smith", phone="555-0001")
    with pytest.raises(NotPossible, match="ask for a decision"):
        approve(pc)
    decide(pc, row_of("Anna Smith"), "link")
    approve(pc)
    pc.run()
    assert Client.objects.count() == len(pc.company.customers()) == 2


# --- Who is like whom ---


def test_a_near_match_is_told_and_linked_only_by_a_person(pc: OfficePc) -> None:
    here(pc, "J. Smith", billing_line1="12 Main Street")
    here(pc, "Bob Jones")
    there(pc, "John Smith", BillAddress={"Addr1": "John Smith", "Addr2": "12 Main St."})
    there(pc, "Jones, Bob")
    begin(pc, items=False)

    row = row_of("J. Smith")
    assert row.decision == "create_in_quickbooks"
    assert row.near is not None
    assert row.near.full_name == "John Smith"
    assert row.reason == (
        "QuickBooks does not have this client. It may be “John Smith” there:"
        " an initial in place of the first name, same street."
    )
    assert row_of(theirs="John Smith").reason == (
        "Only QuickBooks has it. It may be “J. Smith” here:"
        " an initial in place of the first name, same street."
    )
    decide(pc, row, "link")
    approve(pc)
    pc.run()
    names = sorted(each.name for each in pc.company.customers())
    assert names == ["Bob Jones", "John Smith", "Jones, Bob"]
    assert sorted(Client.objects.values_list("name", flat=True)) == [
        "Bob Jones",
        "J. Smith",
        "Jones, Bob",
    ]


def test_a_taken_name_is_told_with_who_has_it(pc: OfficePc) -> None:
    people.do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": "Ace Tools"}}, now=pc.now)
    here(pc, "ace tools")
    begin(pc, items=False)
    row = row_of("ace tools")
    assert (row.decision, row.is_clash) == ("rename", True)
    assert row.reason == (
        "QuickBooks does not have this client. The name is taken in QuickBooks by a vendor;"
        " it goes there as “ace tools – 2”."
    )


# --- Exactly the plan ---


@pytest.mark.parametrize("seed", range(6))
def test_n2_whatever_is_decided_the_run_does_exactly_that(pc: OfficePc, seed: int) -> None:
    chance = Random(seed)
    pool = ["Anna Smith", "Bob Jones", "Carl Wu", "Dora Lee", "Ed Poe", "Fay Orr", "Gus Ide"]
    phones = [f"555000{number}" for number in range(5)]
    for _ in range(9):
        here(pc, chance.choice(pool), phone=chance.choice(["", *phones]))
    for name in chance.sample(pool, 5):
        number = chance.choice(["", *phones])
        there(pc, name, **({"Phone": number} if number else {}))
    for name in ("Hal Ray", "Ida Fox"):
        there(pc, name)
    begin(pc, items=False, client_matching=chance.choice(["name_and_contact", "name_or_contact"]))
    customers = {each.id: each.name for each in pc.company.customers()}
    clients = {each.pk: each.name for each in Client.objects.all()}

    for _ in range(40):
        row = chance.choice(list(PlanRow.objects.all()))
        more: dict[str, str] = {}
        decision = chance.choice(["link", "create_in_quickbooks", "create_here", "rename", "skip"])
        if decision == "link":
            more["theirs"] = chance.choice(list(customers))
        if decision == "rename":
            more["name"] = f"Name {chance.randrange(1000)}"
        with suppress(Mistaken):
            decide(pc, row, decision, **more)
        rows = list(PlanRow.objects.select_related("theirs"))
        assert Counter(each.record_id for each in rows if each.record_id) == Counter(list(clients))
        held = Counter(each.theirs.list_id for each in rows if each.theirs)
        assert held == Counter(dict.fromkeys(customers, 1))
    if chance.random() < 0.5:
        services.refresh_lists(pc.connection, actor="Dana", now=timezone.now())
        pc.run()
    for row in PlanRow.objects.filter(decision="ask"):
        fresh = PlanRow.objects.get(pk=row.pk)
        if fresh.decision == "ask":
            decide(pc, fresh, "skip")
    wanted = [
        (each.record_id, each.theirs.list_id if each.theirs else "", each.decision, each.new_name)
        for each in PlanRow.objects.select_related("theirs")
    ]
    approve(pc)
    for _ in range(2):
        pc.run()

    assert pc.connection.stage == Stage.ONGOING
    links = dict(SyncEntry.objects.values_list("record_id", "quickbooks_id"))
    names = {each.id: each.name for each in pc.company.customers()}
    made = [each for each in wanted if each[2] == "create_here"]
    sent = [each for each in wanted if each[2] in {"create_in_quickbooks", "rename"}]
    assert Client.objects.count() == len(clients) + len(made)
    assert len(names) == len(customers) + len(sent)
    brought = {each.pk: each.name for each in Client.objects.exclude(pk__in=list(clients))}
    assert sorted(links[pk] for pk in brought) == sorted(each[1] for each in made)
    for record, list_id, decision, name in wanted:
        if decision == "link":
            assert record is not None
            assert links[record] == list_id
        elif decision in {"create_in_quickbooks", "rename"}:
            assert record is not None
            assert links[record] not in customers
            assert names[links[record]] == name
        elif decision == "skip" and record:
            assert links[record] == ""
    for key, name in customers.items():
        assert names[key] == name  # Nothing of theirs is changed by it.
