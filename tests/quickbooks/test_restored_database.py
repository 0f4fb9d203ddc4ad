"""A backup of our own database comes back: nothing lost, nothing doubled."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from tests.quickbooks.test_restores import NOW, a_client, an_invoice, phones, the_next_day
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def test_after_a_restore_of_our_database_nothing_is_sent_that_is_there(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    anna = a_client(business, "Anna")
    before = SyncEntry.objects.filter(record_id=anna.pk, rank=1).values().get()
    pc.run()
    count = len(pc.company.customers())
    # The backup is of the moment before the session.
    SyncEntry.objects.filter(pk=before["id"]).update(**before)
    connection = pc.connection
    connection.active_count = 1
    connection.save()
    services.database_restored(now=datetime.now(tz=UTC))
    assert pc.connection.attention_code == "database_restored"
    for _ in range(2):
        pc.run()
    assert len(pc.company.customers()) == count
    assert pc.states() == {"synced": 1}


def test_a_version_that_was_read_before_a_change_failed_is_not_taken_for_ours(
    business: Business,
) -> None:
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    pc.set_up()
    invoice = an_invoice(business)
    pc.sync(invoice.guid)
    pc.run()
    older = pc.company.to_json()
    line = {"description": "More work", "quantity": "1", "unit_price": "95.00"}
    item = invoice.lines.get().item
    assert item is not None
    office.update_invoice(invoice=invoice, values={"lines": [line | {"item": item.guid}]}, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    people.restore(pc.company, older, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    people.close_books(pc.company, "2026-05-31")
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    assert pc.entries(rank=3)[0].code == "closed_period"

    people.reopen_books(pc.company)
    services.database_restored(now=datetime.now(tz=UTC))
    for _ in range(2):
        pc.run()
    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code) == ("failed", "closed_period")
    pc.act("retry", entry)
    pc.run()
    assert pc.states() == {"synced": 3}
    assert [each.amounts["total"] for each in pc.company.invoices()] == [9500]


def test_a_backup_from_before_the_initial_sync_links_what_is_there_by_now(
    pc: OfficePc, business: Business
) -> None:
    a_client(business, "Anna")
    pc.set_up()
    count = len(pc.company.customers())
    # The backup is of the moment when the lists had been read, and nothing more.
    SyncEntry.objects.all().delete()
    connection = pc.connection
    connection.stage, connection.active_count = "import", 0
    connection.initial_started_at = connection.initial_completed_at = None
    connection.plan_approved_at = None
    connection.save()
    services.database_restored(now=datetime.now(tz=UTC))
    services.go_next(pc.connection, actor="Dana", now=datetime.now(tz=UTC))
    for _ in range(3):
        pc.run()
    assert len(pc.company.customers()) == count
    assert pc.states() == {"synced": 1}


def test_an_invoice_that_our_backup_has_not_sent_is_looked_for_before_its_void_is_dropped(
    pc: OfficePc, business: Business
) -> None:
    invoice = an_invoice(business)
    pc.set_up()
    pc.sync(invoice.guid)
    before = SyncEntry.objects.filter(rank=3).values().get()
    pc.run()
    SyncEntry.objects.filter(pk=before["id"]).update(**before)
    connection = pc.connection
    connection.active_count = 1
    connection.save()
    services.database_restored(now=datetime.now(tz=UTC))
    office.void_invoice(invoice=invoice, now=NOW)
    for _ in range(2):
        pc.run()
    assert [each.amounts["total"] for each in pc.company.invoices()] == [0]
    assert pc.states() == {"synced": 3}


def test_an_invoice_that_our_backup_calls_failed_is_looked_for(
    pc: OfficePc, business: Business
) -> None:
    invoice = an_invoice(business)
    pc.set_up()
    pc.sync(invoice.guid)
    people.close_books(pc.company, "2026-05-31")
    pc.run()
    failed = SyncEntry.objects.filter(rank=3).values().get()
    assert (failed["state"], failed["code"]) == ("failed", "closed_period")
    people.reopen_books(pc.company)
    pc.act("retry", *pc.entries(rank=3))
    for _ in range(2):
        pc.run()
    assert pc.states() == {"synced": 3}
    SyncEntry.objects.filter(pk=failed["id"]).update(**failed)

    services.database_restored(now=datetime.now(tz=UTC))
    for _ in range(2):
        pc.run()

    (invoice_there,) = pc.company.invoices()
    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.quickbooks_id) == ("synced", invoice_there.id)


@pytest.mark.parametrize("has_gone_since", [True, False])
def test_why_a_change_was_refused_is_still_told(
    business: Business, *, has_gone_since: bool
) -> None:
    """Goal: its own reason and ways out, and no word that it is not there, for it is."""
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    invoice = an_invoice(business)
    pc.set_up()
    pc.sync(invoice.guid)
    pc.run()
    office.update_invoice(invoice=invoice, values={"memo": "Thanks"}, now=NOW)
    people.close_books(pc.company, "2026-05-31")
    pc.sync(invoice.guid)
    pc.run()
    backup = SyncEntry.objects.filter(rank=3).values().get()
    assert (backup["state"], backup["code"]) == ("failed", "closed_period")
    if has_gone_since:
        people.reopen_books(pc.company)
        pc.act("retry", *pc.entries(rank=3))
        pc.run()
        assert pc.states() == {"synced": 3}
        SyncEntry.objects.filter(pk=backup["id"]).update(**backup)

    services.database_restored(now=datetime.now(tz=UTC))
    for _ in range(2):
        pc.run()

    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code) == ("failed", "closed_period")
    assert entry.message == backup["message"]
    assert pc.connection.attention_code == ""
    people.reopen_books(pc.company)
    pc.act("retry", entry)
    pc.run()
    assert pc.states() == {"synced": 3}
    (there,) = pc.company.invoices()
    assert there.fields["Memo"] == "Thanks"


def test_an_invoice_that_our_backup_never_asked_for_is_looked_for_whatever_the_clock_says(
    pc: OfficePc, business: Business
) -> None:
    invoice = an_invoice(business)
    pc.set_up()
    pc.sync(invoice.guid)
    pc.run()
    # The backup has the invoice and knows nothing of its sending; the restored server's clock is
    # behind the one under which the invoice was made.
    SyncEntry.objects.filter(rank=3).delete()
    services.database_restored(now=NOW - timedelta(hours=37))
    pc.sync(invoice.guid)
    for _ in range(2):
        pc.run()

    assert len(pc.company.invoices()) == 1
    assert pc.states() == {"synced": 3}


def test_an_id_of_ours_that_is_another_record_s_after_a_restore_is_never_changed(
    business: Business,
) -> None:
    a_client(business, "Anna")
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    pc.set_up()
    pc.run()
    backup = pc.company.to_json()
    a_client(business, "Ben")
    pc.run()
    (entry,) = pc.entries(title="Ben")
    people.restore(pc.company, backup, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    then = datetime.fromtimestamp(int(entry.quickbooks_id.rpartition("-")[2]), tz=UTC)
    people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": "Zoe"}}, now=then)
    zoe = pc.company.state.records[entry.quickbooks_id]
    assert zoe.name == "Zoe"
    the_next_day(pc)
    for _ in range(3):
        pc.run()
    assert pc.company.state.records[zoe.id].name == "Zoe"
    assert sorted(phones(pc)) == ["Anna", "Ben"]
    assert pc.states() == {"synced": 2}


def test_what_our_backup_has_never_sent_is_looked_for_again_in_each_file_that_comes_back(
    pc: OfficePc, business: Business
) -> None:
    """Goal: one invoice. Method: an older copy, without it, is open while it is asked for anew."""
    pc.set_up()
    invoice = an_invoice(business)
    pc.run()
    without_it = pc.company.to_json()
    pc.sync(invoice.guid)
    pc.run()
    with_it = pc.company.to_json()
    # The backup is of the moment before it was asked for.
    SyncEntry.objects.filter(rank=3).delete()
    services.database_restored(now=datetime.now(tz=UTC))
    people.restore(pc.company, without_it, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    people.close_books(pc.company, "2026-05-31")
    pc.sync(invoice.guid)
    for _ in range(2):
        pc.run()
    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code, entry.sent_at) == ("failed", "closed_period", None)

    people.restore(pc.company, with_it, now=datetime.now(tz=UTC) + timedelta(seconds=9))
    the_next_day(pc)
    for _ in range(3):
        pc.run()
    assert len(pc.company.invoices()) == 1
    assert pc.states() == {"synced": 3}
