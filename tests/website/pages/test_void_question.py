"""J5.8 step 4 on the pages: what QuickBooks does with a record that becomes void is asked there."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.urls import reverse

from fieldledger.office import services as records
from fieldledger.office.models import Invoice, Payment
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.sync.content import State
from tests.quickbooks.test_straight_path import NOW
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import text


@pytest.fixture
def pc(office: Office) -> OfficePc:
    made = OfficePc(office.business)
    made.set_up()
    return made


def sent(office: Office, pc: OfficePc) -> tuple[Invoice, Payment, Any]:
    """An invoice with a payment, and a credit memo, all of them in QuickBooks."""
    item = records.create_item(
        business=office.business, values={"name": "Drain", "price": "460.00"}, now=NOW
    )
    client = records.create_client(business=office.business, values={"name": "Zoe"}, now=NOW)
    lines = [{"item": item.guid, "quantity": "1"}]
    values: dict[str, Any] = {"client": client.guid, "date": "2026-05-04", "lines": lines}
    invoice = records.create_invoice(business=office.business, values=values, now=NOW)
    credit = records.create_credit(
        business=office.business, values={**values, "reason": ""}, now=NOW
    )
    values = {"invoice": invoice.guid, "amount": "60.00", "date": "2026-05-04", "method": "check"}
    payment = records.create_payment(business=office.business, values=values, now=NOW)
    pc.sync(invoice.guid)
    services.sync(
        pc.connection,
        invoices=[],
        payments=[],
        credit_memos=[credit.guid],
        actor="Dana",
        now=datetime.now(tz=UTC),
    )
    pc.run()
    return invoice, payment, credit


def entry_of(record: Any) -> SyncEntry:
    return SyncEntry.objects.get(record_guid=record.guid)


def test_j5_8_the_page_asks_and_the_next_session_does_what_was_chosen(
    office: Office, pc: OfficePc
) -> None:
    invoice, payment, credit = sent(office, pc)
    browser = office.browser
    of_payment = reverse("void_payment", args=[payment.guid])
    asked = browser.get(of_payment).content.decode()
    assert asked.count('name="there"') == 2
    assert 'value="delete" checked' in asked
    assert "QuickBooks cannot make a payment void" in asked
    said = text(browser.post(of_payment, {"there": "keep"}, follow=True))
    assert "The payment of $60.00 is void. QuickBooks keeps it as it is." in said
    browser.post(of_payment, {"there": "delete"})  # Pressed twice: the first answer holds.

    of_invoice = reverse("void_invoice", args=[invoice.guid])
    asked = browser.get(of_invoice).content.decode()
    assert asked.count('name="there"') == 3
    assert 'value="void" checked' in asked
    assert "QuickBooks still has a payment of it, which was left there." in asked
    said = text(browser.post(of_invoice, {"there": "delete"}, follow=True))
    assert f"Invoice {invoice.number} is void. QuickBooks deletes it with the Web" in said
    said = text(
        browser.post(reverse("void_credit", args=[credit.guid]), {"there": "void"}, follow=True)
    )
    assert "QuickBooks makes it void with the Web" in said
    pc.run()

    assert pc.company.invoices() == []
    assert [each.amounts["total"] for each in pc.company.credits()] == [0]
    assert [each.amounts["total"] for each in pc.company.payments()] == [6000]
    shown = text(browser.get(reverse("invoice", args=[invoice.guid])))
    assert "It is void here, and was deleted in QuickBooks." in shown
    assert "It is void, and QuickBooks knows that." in shown
    assert "Total there" not in shown


def test_j5_8_what_was_left_there_can_be_deleted_after_all(office: Office, pc: OfficePc) -> None:
    invoice, payment, _ = sent(office, pc)
    browser = office.browser
    browser.post(reverse("void_payment", args=[payment.guid]), {"there": "keep"})
    entry = entry_of(payment)
    page = browser.get(reverse("entry", args=[entry.guid]))
    shown = text(page)
    assert "Left in QuickBooks" in shown
    assert "Next move: nobody" in shown
    assert "QuickBooks keeps it as it is, because somebody chose so" in shown
    again = reverse("void_entry", args=[entry.guid])
    assert again in page.content.decode()
    assert 'value="keep"' not in page.content.decode()
    assert browser.post(again, {"there": "burn"}).status_code == 404
    said = text(browser.post(again, {"there": "delete"}, follow=True))
    assert "QuickBooks deletes it with the Web" in said
    pc.run()
    assert pc.company.payments() == []
    said = text(browser.post(again, {"there": "keep"}, follow=True))
    assert "QuickBooks has done it already: nothing is left to choose." in said

    browser.post(reverse("void_invoice", args=[invoice.guid]), {"there": "keep"})
    shown = text(browser.get(reverse("invoice", args=[invoice.guid])))
    assert "It is void here, and QuickBooks keeps it as it is." in shown
    assert "Rosa Delgado chose that QuickBooks keeps it as it is" in shown
    assert "Make it void in QuickBooks" in shown
    month = text(browser.get(reverse("month_end"), {"month": "2026-05"}))
    assert "QuickBooks has other amounts" in month
    assert f"Invoice {invoice.number} Zoe May 4, 2026 $460.00 $460.00 Ignored" in month
    browser.post(reverse("act_on_entries"), {"action": "release", "entry": entry_of(invoice).guid})
    pc.run()
    pc.run()
    assert [each.amounts["total"] for each in pc.company.invoices()] == [0]


def test_j5_8_nothing_is_asked_of_what_never_was_in_quickbooks(
    office: Office, pc: OfficePc
) -> None:
    made = Invoice.objects.filter(paid=0, voided_at=None).order_by("-pk")[0]
    page = reverse("void_invoice", args=[made.guid])
    asked = office.browser.get(page)
    assert 'name="there"' not in asked.content.decode()
    assert "It was never in QuickBooks" in text(asked)
    said = text(office.browser.post(page, {"there": "delete"}, follow=True))
    assert f"Invoice {made.number} is void." in said
    assert entry_of(made).state == State.CANCELLED
    assert pc.connection.active_count == 0


def test_j5_8_closed_books_are_said_and_it_waits(office: Office, pc: OfficePc) -> None:
    invoice, payment, _ = sent(office, pc)
    office.browser.post(reverse("void_payment", args=[payment.guid]), {"there": "delete"})
    pc.run()
    connection = pc.connection
    connection.closing_date = invoice.date
    connection.save()
    page = reverse("void_invoice", args=[invoice.guid])
    said = text(office.browser.post(page, {"there": "void"}, follow=True))
    assert "is void. It does not go to QuickBooks yet. The books are closed through" in said
    assert entry_of(invoice).state == State.CHANGED
