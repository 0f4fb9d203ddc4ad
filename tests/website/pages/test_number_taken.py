"""J5.10: an invoice whose number another one has in QuickBooks, settled on its card."""

from typing import Any

from django.urls import reverse

from fieldledger.office.models import Client, Invoice
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.simulator import people
from fieldledger.sync.content import State
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import get


def entry_of(record: Invoice | Client) -> SyncEntry:
    return SyncEntry.objects.get(record_guid=record.guid)


def entered_by_hand(pc: OfficePc, invoice: Invoice) -> None:
    """Enter the invoice in QuickBooks as a person does, in one line and without tax."""
    client = SyncEntry.objects.get(record_guid=invoice.client.guid)
    item = next(iter(pc.company.state.of_type("ItemService").values()))
    line = {
        "ItemRef": {"ListID": item.id},
        "Desc": "All that was done",
        "Amount": f"{invoice.total:.2f}",
        "SalesTaxCodeRef": {"FullName": "Non"},
    }
    given = {
        "CustomerRef": {"ListID": client.quickbooks_id},
        "TxnDate": f"{invoice.date:%Y-%m-%d}",
        "RefNumber": invoice.number,
        "InvoiceLineAdd": [line],
    }
    people.do(pc.company, "InvoiceAddRq", {"InvoiceAdd": given}, now=pc.now)


def press(office: Office, view: str, invoice: Invoice, **values: str) -> Any:
    address = reverse(view, args=[entry_of(invoice).guid])
    return office.browser.post(address, values, follow=True)


def test_j5_10_a_number_that_is_taken_is_compared_and_settled_in_three_ways(office: Office) -> None:
    pc = synced(office)
    unsent = Invoice.objects.filter(voided_at=None, total__gt=0).order_by("pk")[5:8]
    same, other, left_out = unsent.select_related("client")
    for each in (same, other, left_out):
        entered_by_hand(pc, each)
    pc.sync(same.guid, other.guid, left_out.guid)
    pc.run()
    before = len(pc.company.invoices())

    shown = text(get(office, "entry", entry_of(same).guid))
    assert f"Number {same.number} is in QuickBooks already" in shown
    assert "All that was done: 1 ×" in shown
    assert f"{same.total:,.2f}" in shown
    for words in ("Link with it", "give ours another number", "Ignore", "Retry"):
        assert words in shown
    beside = text(get(office, "invoice", same.guid))
    assert "Next move" not in beside
    assert f"did not come from here: of {entry_of(same.client).quickbooks_name}" in beside
    assert "Link with it" in beside
    causes = text(get(office, "attention"))
    assert "Its number is in QuickBooks already" in causes
    assert "Correct it here" in causes

    answer = press(office, "link_invoice", same, **{"from": "invoice"})
    assert answer.redirect_chain[-1][0] == reverse("invoice", args=[same.guid])
    assert "Nothing was sent." in text(answer)
    assert "linked it with the one in QuickBooks" in text(answer)
    assert entry_of(same).state == State.SYNCED
    assert "settled already" in text(press(office, "link_invoice", same))

    press(office, "mend_entry", other, number="R-1")
    values = {"action": "ignore", "entry": str(entry_of(left_out).guid), "from": "entry"}
    office.browser.post(reverse("act_on_entries"), values)
    pc.run()
    assert entry_of(other).state == State.SYNCED
    assert entry_of(left_out).state == State.IGNORED
    assert len(pc.company.invoices()) == before + 1
    assert "Link with it" not in text(get(office, "entry", entry_of(left_out).guid))
