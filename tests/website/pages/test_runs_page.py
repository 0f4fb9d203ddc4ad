"""Runs and undo, by page (N8, screen 26)."""

from django.utils import timezone

from fieldledger.office import services as office_services
from fieldledger.office.models import Client
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import SyncEntry
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import get, post


def test_n8_the_page_says_what_was_done_what_can_be_undone_and_why_not(office: Office) -> None:
    assert "Feature Center" in text(get(office, "runs"))
    pc = OfficePc(office.business)
    pc.set_up(clients=True)
    for _ in range(3):
        pc.run()
    brought = SyncEntry.objects.filter(code="linked", rank=1).values_list("record_id", flat=True)
    first = Client.objects.filter(pk__in=brought).order_by("pk")[0]
    office_services.update_client(client=first, values={"phone": "1"}, now=timezone.now())
    before = Client.objects.count()

    page = text(get(office, "runs"))
    assert "What came here from QuickBooks" in page
    assert "It was changed here since." in page
    assert "uses it." in page  # Clients of the demo have invoices.
    said = text(post(office, "undo_import"))
    assert "deleted here; QuickBooks was not touched." in said
    left = Client.objects.count()
    assert left < before
    assert Client.objects.filter(pk=first.pk).exists()
    assert "undone already" in said
    there = len(pc.company.customers())
    said = text(post(office, "undo_export"))
    assert "on the way out of QuickBooks" in said
    for _ in range(3):
        pc.run()
    assert len(pc.company.customers()) < there
    assert Client.objects.count() == left
    assert "The initial sync" in text(get(office, "initial_sync"))
    services.set_enabled(pc.connection, enabled=False, actor="", now=timezone.now())
    assert "Feature Center" in text(get(office, "runs"))
