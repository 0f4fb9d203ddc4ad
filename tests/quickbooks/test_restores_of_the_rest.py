"""A backup comes back while records are not at rest: they wait, are gone, or are left there."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import Kind
from fieldledger.sync.voiding import There
from tests.quickbooks.test_restores import NOW, a_client, an_invoice, phones, the_next_day
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


@pytest.fixture
def pc(business: Business) -> OfficePc:
    """Two changes within a second have two EditSequences, so that nothing here hangs on a clock."""
    return OfficePc(business, variant=Variant(edit_sequence_per_change=True))


def later(seconds: int = 5) -> datetime:
    return datetime.now(tz=UTC) + timedelta(seconds=seconds)


def run_on_the_next_day(pc: OfficePc) -> None:
    the_next_day(pc)
    for _ in range(4):
        pc.run()


def look_at_all(pc: OfficePc) -> None:
    services.look_now(pc.connection, actor="", now=datetime.now(tz=UTC))
    for _ in range(2):
        pc.run()


@pytest.mark.parametrize("is_told", [True, False])
def test_what_waits_to_be_sent_and_is_not_in_the_backup_is_sent_again(
    pc: OfficePc, business: Business, is_told: bool
) -> None:
    """Goal: nobody is asked. Method: a change waits, as does one for a client who is held."""
    pc.set_up()
    backup = pc.company.to_json()
    client = a_client(business, "Anna")
    first, second = an_invoice(business, "1001"), an_invoice(business, "1002")
    pc.sync(first.guid, second.guid)
    pc.run()
    values = {"memo": "Thanks", "client": a_client(business, "Ben").guid}
    office.update_invoice(invoice=second, values=values, now=NOW)
    pc.act("hold", *pc.entries(title="Ben"))
    pc.sync(second.guid)
    pc.run()
    assert pc.states() == {"synced": 6, "held": 1, "waiting": 1}
    office.update_client(client=client, values={"phone": "555-0199"}, now=NOW)
    office.update_invoice(invoice=first, values={"memo": "Thanks"}, now=NOW)
    pc.sync(first.guid)
    if is_told:
        people.restore(pc.company, backup, now=later())
    else:
        people.copy_back(pc.company, backup)

    run_on_the_next_day(pc)
    assert pc.states() == {"synced": 6, "held": 1, "waiting": 1}
    pc.act("release", *pc.entries(title="Ben"))
    pc.run()

    assert pc.states() == {"synced": 8}
    there = [(each.fields["RefNumber"], each.fields["Memo"]) for each in pc.company.invoices()]
    assert sorted(there) == [("1001", "Thanks"), ("1002", "Thanks")]
    assert phones(pc)["Anna"] == "555-0199"


def test_what_a_person_wants_sent_again_is_so_though_the_backup_has_it(
    pc: OfficePc, business: Business
) -> None:
    """Goal: Retry is not forgotten. Method: a backup comes back before the next session."""
    pc.set_up()
    invoice = an_invoice(business)
    pc.sync(invoice.guid)
    pc.run()
    (there,) = pc.company.invoices()
    people.edit(pc.company, there.id, {"TxnDate": "2026-05-20"}, now=later())
    look_at_all(pc)
    (entry,) = pc.entries(rank=3)
    assert entry.state == "changed_in_quickbooks"
    pc.act("retry", entry)
    people.restore(pc.company, pc.company.to_json(), now=later())

    run_on_the_next_day(pc)

    (there,) = pc.company.invoices()
    assert there.fields["TxnDate"] == "2026-05-04"
    assert pc.states() == {"synced": 3}


@pytest.mark.parametrize("of", ["file", "database", "neither"])
def test_what_was_gone_is_looked_for_in_what_comes_back_and_never_sent_by_itself(
    pc: OfficePc, business: Business, of: str
) -> None:
    pc.set_up()
    invoice = an_invoice(business)
    pc.sync(invoice.guid)
    pc.run()
    with_it = pc.company.to_json()
    (there,) = pc.company.invoices()
    people.delete(pc.company, there.id, now=later())
    look_at_all(pc)
    (gone,) = SyncEntry.objects.filter(rank=3).values()
    assert gone["state"] == "gone"
    if of == "file":
        people.restore(pc.company, with_it, now=later(9))
    elif of == "database":
        pc.act("retry", *pc.entries(rank=3))
        pc.run()
        SyncEntry.objects.filter(rank=3).update(**gone)
        services.database_restored(now=datetime.now(tz=UTC))
    else:
        services.database_restored(now=datetime.now(tz=UTC))
    run_on_the_next_day(pc)

    (entry,) = pc.entries(rank=3)
    assert entry.state == ("gone" if of == "neither" else "synced"), entry.message
    ids = [each.id for each in pc.company.invoices()]
    assert ids == ([] if of == "neither" else [entry.quickbooks_id])


def test_what_was_sent_anew_since_our_backup_is_found_by_its_mark(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    anna = a_client(business, "Anna")
    pc.run()
    (entry,) = pc.entries(record_guid=anna.guid)
    backup = SyncEntry.objects.filter(pk=entry.pk).values().get()
    people.delete(pc.company, entry.quickbooks_id, now=later())
    look_at_all(pc)
    pc.act("retry", *pc.entries(state="gone"))
    pc.run()
    (there,) = [each.id for each in pc.company.customers() if each.name == "Anna"]
    assert there != backup["quickbooks_id"]

    SyncEntry.objects.filter(pk=entry.pk).update(**backup)
    services.database_restored(now=datetime.now(tz=UTC))
    for _ in range(2):
        pc.run()

    (entry,) = pc.entries(record_guid=anna.guid)
    assert (entry.state, entry.quickbooks_id) == ("synced", there), entry.message
    assert [each.name for each in pc.company.customers()].count("Anna") == 1
    notice = pc.connection.notice
    assert notice["total"] == notice["as_it_was"] + notice["sent_again"] + notice["gone"]


@pytest.mark.parametrize("of", ["file that has it", "file that lacks it", "database"])
def test_what_is_void_and_left_there_is_looked_for_in_what_comes_back(
    pc: OfficePc, business: Business, of: str
) -> None:
    """Goal: the log names what stands there. Method: it was deleted there after our backup."""
    pc.set_up()
    file = pc.company.to_json()
    invoice = an_invoice(business)
    pc.sync(invoice.guid)
    pc.run()
    if of == "file that has it":
        file = pc.company.to_json()
    office.void_invoice(invoice=invoice, now=NOW)
    invoice.refresh_from_db()
    given: dict[str, Any] = {"kind": Kind.INVOICE, "record": invoice, "actor": "Dana", "now": NOW}
    services.choose_void(pc.connection, there=There.KEEP, **given)
    (left,) = SyncEntry.objects.filter(rank=3).values()
    assert (left["state"], left["code"]) == ("ignored", "left_there")
    if of == "database":
        entry = SyncEntry.objects.get(rank=3)
        services.choose_void_again(
            pc.connection, entry=entry, there=There.DELETE, actor="Dana", now=NOW
        )
        pc.run()
        assert pc.company.invoices() == []
        SyncEntry.objects.filter(rank=3).update(**left)
        services.database_restored(now=datetime.now(tz=UTC))
    else:
        people.restore(pc.company, file, now=later())
    run_on_the_next_day(pc)

    (entry,) = pc.entries(rank=3)
    if of == "file that has it":
        assert (entry.state, entry.code) == ("ignored", "left_there")
        assert [each.amounts["total"] for each in pc.company.invoices()] == [8000]
    else:
        assert (entry.state, entry.code) == ("cancelled", "gone_there"), entry.message
        assert pc.company.invoices() == []


def test_what_was_never_sent_since_our_database_was_restored_keeps_its_own_reason(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    client = a_client(business, "Anna")
    services.database_restored(now=datetime.now(tz=UTC))
    pc.run()
    values = {
        "client": client.guid,
        "date": "2026-05-04",
        "lines": [{"description": "Work", "quantity": "1", "unit_price": "80.00"}],
    }
    invoice = office.create_invoice(business=business, values=values, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    people.restore(pc.company, pc.company.to_json(), now=later())
    run_on_the_next_day(pc)

    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code) == ("failed", "no_fallback_item")
