"""Undo of the import and of the initial sync (N8, I4.9)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Item
from fieldledger.quickbooks import services, undoing
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import PlanRow, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.sample import Sizes
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


@pytest.fixture
def pc(business: Business) -> OfficePc:
    """After an initial sync: three clients came, three went, and two items each way."""
    pc = OfficePc(business, sizes=Sizes(customers=0, inactive_customers=0, services=2, parts=0))
    for name in ("There A", "There B", "There C"):
        people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": name}}, now=pc.now)
    for name in ("Here A", "Here B", "Here C"):
        office.create_client(business=business, values={"name": name}, now=timezone.now())
    for name in ("Here Item A", "Here Item B"):
        values = {"name": name, "price": "80"}
        office.create_item(business=business, values=values, now=timezone.now())
    pc.set_up(clients=True, items=True, client_matching="name_or_contact")
    pc.run()
    return pc


def doing() -> dict[str, Any]:
    return {"actor": "Dana", "now": timezone.now()}


def client(name: str) -> Client:
    return Client.objects.get(name=name)


def use(pc: OfficePc, name: str, item: str = "") -> None:
    line: dict[str, Any] = {"description": "Work", "quantity": "1", "unit_price": "10"}
    if item:
        line["item"] = str(Item.objects.get(name=item).guid)
    values = {"client": str(client(name).guid), "date": "2026-05-04", "lines": [line]}
    office.create_invoice(business=pc.business, values=values, now=timezone.now())


def names(pc: OfficePc) -> list[str]:
    return sorted(each.name for each in pc.company.customers())


def entry(name: str) -> SyncEntry:
    return SyncEntry.objects.get(title=name)


def test_n8_the_import_is_undone_per_record_until_its_first_use(pc: OfficePc) -> None:
    use(pc, "There A")
    office.update_client(client=client("There B"), values={"phone": "1"}, now=timezone.now())
    pc.run()
    before = names(pc)

    found = undoing.preview(pc.connection, undoing.IMPORT)
    reasons = {each.row.record_name: each.why_not for each in found.kept or []}
    assert reasons["There A"].startswith("Invoice ")
    assert reasons["There B"] == "It was changed here since."
    assert (found.cannot, found.undone) == (2, 0)
    can = found.can
    undone = services.undo_import(pc.connection, **doing())

    assert (undone.number, undone.has_more) == (can, False)
    left = sorted(Client.objects.values_list("name", flat=True))
    assert left == ["Here A", "Here B", "Here C", "There A", "There B"]
    assert sorted(Item.objects.values_list("name", flat=True)) == ["Here Item A", "Here Item B"]
    assert names(pc) == before
    assert not SyncEntry.objects.filter(title="There C").exists()
    assert undoing.preview(pc.connection, undoing.IMPORT).undone == can
    assert services.undo_import(pc.connection, **doing()).number == 0
    assert AuditEvent.objects.filter(action="delete client").count() == 1
    pc.run()
    assert set(pc.states()) == {"synced"}


def test_n8_what_went_to_quickbooks_is_deleted_there_while_untouched(pc: OfficePc) -> None:
    (there,) = [each for each in pc.company.customers() if each.name == "Here B"]
    people.edit(pc.company, there.id, {"Phone": "555"}, now=pc.now + timedelta(hours=1))
    use(pc, "Here C")

    found = undoing.preview(pc.connection, undoing.EXPORT)
    assert (found.can, found.cannot) == (4, 1)
    undone = services.undo_export(pc.connection, **doing())
    assert undone.number == 4
    assert pc.connection.active_count == 4
    pc.run()

    assert names(pc) == ["Here B", "Here C", "There A", "There B", "There C"]
    assert not [each for each in pc.company.items() if each.name.startswith("Here Item")]
    gone, kept = entry("Here A"), entry("Here B")
    assert (gone.state, gone.code, gone.quickbooks_id) == ("ignored", "taken_back", "")
    assert (kept.state, kept.code) == ("synced", "kept_there")
    assert "changed in QuickBooks" in kept.message
    assert pc.connection.active_count == 0
    assert Client.objects.count() == 6  # Nothing is deleted here by it.
    (reason,) = [
        each.why_not
        for each in undoing.preview(pc.connection, undoing.EXPORT).kept or []
        if each.row.record_name == "Here C"
    ]
    assert reason.startswith("Invoice ")

    pc.act("release", gone)
    pc.run()
    assert "Here A" in names(pc)
    assert entry("Here A").state == "synced"


def test_what_quickbooks_uses_it_keeps_and_that_is_said(pc: OfficePc) -> None:
    (there,) = [each for each in pc.company.customers() if each.name == "Here A"]
    below = {"Name": "Kitchen", "ParentRef": {"ListID": there.id}}
    people.do(pc.company, "CustomerAddRq", {"CustomerAdd": below}, now=pc.now)
    services.undo_export(pc.connection, **doing())
    pc.run()

    kept = entry("Here A")
    assert (kept.state, kept.code) == ("synced", "kept_there")
    assert "Here A" in names(pc)
    assert entry("Here B").state == "ignored"


def test_a_change_here_takes_the_wish_away(pc: OfficePc) -> None:
    services.undo_export(pc.connection, **doing())
    office.update_client(client=client("Here A"), values={"phone": "555"}, now=timezone.now())
    pc.run()

    (there,) = [each for each in pc.company.customers() if each.name == "Here A"]
    assert there.fields["Phone"] == "555"
    assert entry("Here A").state == "synced"


@pytest.mark.parametrize(
    "fault",
    ["lose-answer", "drop-after-run", "lose-request", "crash-mid", "crash-unstored", "zombie"],
)
def test_a_deletion_whose_answer_is_lost_is_made_once_and_confirmed(
    pc: OfficePc, fault: str
) -> None:
    services.undo_export(pc.connection, **doing())
    for place in range(1, 8):
        pc.run(f"{fault}@{place}")
        if not pc.connection.active_count:
            break
    for _ in range(3):
        pc.run()

    assert names(pc) == ["There A", "There B", "There C"]
    assert {each.state for each in SyncEntry.objects.filter(title__startswith="Here")} == {
        "ignored"
    }
    assert pc.connection.active_count == 0


def test_nothing_is_undone_before_the_initial_sync_is_over(business: Business) -> None:
    pc = OfficePc(business)
    pc.install()
    with pytest.raises(NotPossible):
        services.undo_import(pc.connection, **doing())
    assert not PlanRow.objects.exists()
