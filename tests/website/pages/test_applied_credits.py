"""A credit memo applied to an invoice on the pages, and taken off again (I5.2)."""

from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils import timezone

from fieldledger.office import services as office_services
from fieldledger.office.models import Client, Credit, Invoice
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import QuickBooksRecord
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_credit_memos import form
from tests.website.pages.test_office_pages import field_error, invoice_form, text


def an_invoice(office: Office) -> Invoice:
    """Make an invoice of 160.50 for the first client."""
    office.browser.post(reverse("new_invoice"), invoice_form())
    return Invoice.objects.order_by("-pk")[0]


def a_credit(office: Office, client: Client, price: str = "100") -> Credit:
    address = f"{reverse('new_credit')}?client={client.guid}"
    office.browser.post(address, form(**{"lines.0.unit_price": price}))
    return Credit.objects.order_by("-pk")[0]


def apply(office: Office, credit: Credit, invoice: Invoice, amount: str, **more: str) -> Any:
    return office.browser.post(
        reverse("apply_credit", args=[credit.guid]),
        {"invoice": str(invoice.guid), "amount": amount, **more},
        follow=True,
    )


def taking_off(credit: Credit, invoice: Invoice) -> str:
    return f"{reverse('take_credit_off', args=[credit.guid])}?invoice={invoice.guid}"


def shown(office: Office, record: Invoice | Credit) -> Any:
    name = "invoice" if isinstance(record, Invoice) else "credit"
    return office.browser.get(reverse(name, args=[record.guid]))


def test_a_credit_is_applied_from_the_invoice_and_from_its_own_page_and_taken_off(
    office: Office,
) -> None:
    one, two = an_invoice(office), an_invoice(office)
    credit = a_credit(office, one.client)
    invoice_page = shown(office, one)
    assert f"has $100.00 left of credit memo {credit.number}. Apply it" in text(invoice_page)
    address = f"{reverse('credit', args=[credit.guid])}?invoice={one.guid}"
    assert address in invoice_page.content.decode()
    offer = office.browser.get(address)
    assert f"{one.number}: $160.50 owed" in text(offer)
    assert 'value="100.00"' in offer.content.decode()

    applied = apply(office, credit, one, "60.01", came_from=str(one.guid))
    assert f"$60.01 of credit memo {credit.number} goes to invoice {one.number}." in text(applied)
    assert "Credit memos −$60.01 Balance $100.49" in text(applied)  # Back on the invoice.
    assert f"Credit memo {credit.number}" in text(applied)

    wrong = apply(office, credit, two, "40")
    assert wrong.status_code == 422
    assert "more than is left of credit memo" in field_error(wrong, "amount")
    again = apply(office, credit, one, "10")
    assert "60.01 of it goes to this invoice already" in field_error(again, "invoice")
    page = apply(office, credit, two, "39.99")
    assert "Applied to invoices $100.00 Left $0.00" in text(page)
    assert "Apply to an invoice" not in text(page)
    client = text(office.browser.get(reverse("client", args=[credit.client.guid])))
    assert "has a credit of" not in client

    off = taking_off(credit, one)
    assert off in page.content.decode()
    question = text(office.browser.get(off))
    assert f"Take $60.01 off invoice {one.number}?" in question
    assert "QuickBooks" not in question
    page = office.browser.post(off, follow=True)
    assert "Applied to invoices $39.99 Left $60.01" in text(page)
    one.refresh_from_db()
    assert one.balance == Decimal("160.50")
    history = text(shown(office, one))
    assert "Rosa Delgado took a credit memo off it" in history
    assert "Rosa Delgado let $60.01 of a credit memo go to it" in history


def test_before_it_is_taken_off_the_page_says_what_is_to_be_done_in_quickbooks(
    office: Office,
) -> None:
    pc = OfficePc(office.business)
    pc.set_up()
    listed = QuickBooksRecord.objects.filter(connection=pc.connection, type="ItemServiceRet")
    changes = {"fallback_item": listed[0].list_id}
    services.save_mapping(pc.connection, changes=changes, actor="", now=timezone.now())
    invoice = an_invoice(office)
    credit = a_credit(office, invoice.client)
    apply(office, credit, invoice, "40")
    off = taking_off(credit, invoice)
    assert "no program can take" not in text(office.browser.get(off))

    office.browser.post(reverse("sync_invoice", args=[invoice.guid]))
    pc.run()

    question = text(office.browser.get(off))
    assert "no program can take a credit off an invoice" in question
    assert "Apply Credits" in question
    office.browser.post(off)
    assert "Credit memos Nothing 40.00 of" in text(shown(office, invoice))  # In the three columns.


def test_a_void_credit_memo_or_none_left_offers_nothing(office: Office) -> None:
    invoice = an_invoice(office)
    credit = a_credit(office, invoice.client)
    office.browser.post(reverse("void_credit", args=[credit.guid]))

    assert "left of credit memo" not in text(shown(office, invoice))
    refused = apply(office, credit, invoice, "1")
    assert "nothing is left of it" in text(refused)
    nothing = office.browser.get(taking_off(credit, invoice))
    assert "Nothing of credit memo" in text(nothing)

    used = a_credit(office, invoice.client)
    apply(office, used, invoice, "1")
    refused = office.browser.post(reverse("void_credit", args=[used.guid]))
    assert "take that off first. Open the credit memo" in text(refused)
    # As if somebody had made it void between the page's look and the change.
    Credit.objects.filter(pk=used.pk).update(voided_at=timezone.now())
    refused = office.browser.post(taking_off(used, invoice), follow=True)
    assert f"Credit memo {used.number} is void; nothing is left of it." in text(refused)


def test_the_invoice_one_comes_from_is_chosen_beyond_the_oldest_that_are_offered(
    office: Office,
) -> None:
    client = an_invoice(office).client
    credit = a_credit(office, client)
    lines = [{"description": "Work", "unit_price": "7"}]
    values = {"client": client.guid, "date": "2026-05-04", "lines": lines}
    newest = office_services.create_invoices(
        business=office.business, many=[values] * 50, now=timezone.now()
    )[-1]
    assert isinstance(newest, Invoice)

    page = office.browser.get(f"{reverse('credit', args=[credit.guid])}?invoice={newest.guid}")

    form = page.context["form"].values
    assert (form["invoice"], form["amount"]) == (str(newest.guid), "7.00")
    assert form["came_from"] == str(newest.guid)
    assert len(page.context["offered"]) == 51
    wrong = apply(office, credit, newest, "7.01")
    assert f'value="{newest.guid}" selected' in wrong.content.decode()
