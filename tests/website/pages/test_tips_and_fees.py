"""Tips and fees in the invoice editor, on the invoice's page and in its PDF."""

from decimal import Decimal

from django.urls import reverse

from fieldledger.office.models import Invoice
from tests.website.pages.conftest import Office
from tests.website.pages.test_invoice_pdf import download, pages_of, text_of
from tests.website.pages.test_office_pages import invoice_form, text

EXTRAS = {
    "lines.1.kind": "tip",
    "lines.1.description": "",
    "lines.1.quantity": "1",
    "lines.1.unit_price": "20",
    "lines.2.kind": "fee",
    "lines.2.description": "Card fee",
    "lines.2.quantity": "1",
    "lines.2.unit_price": "4.81",
    "lines.2.taxable": "yes",
}


def test_a_tip_and_a_fee_are_added_by_their_buttons_below_the_work(office: Office) -> None:
    tip = office.browser.post(reverse("new_invoice"), invoice_form(add="tip"))
    page = tip.content.decode()
    assert 'name="lines.1.kind" value="tip"' in page
    assert 'name="lines.1.taxable"' not in page
    assert ">Add tip</button>" in page
    fee = office.browser.post(reverse("draft_invoice"), invoice_form(**EXTRAS, add="fee"))
    assert 'name="lines.3.kind" value="fee"' in fee.content.decode()
    line = office.browser.post(reverse("draft_invoice"), invoice_form(**EXTRAS, add="line"))
    page = line.content.decode()
    assert 'name="lines.2.kind" value="tip"' in page
    assert 'name="lines.1.item"' in page


def test_they_stand_apart_from_the_works_subtotal_everywhere(office: Office) -> None:
    form = invoice_form(**EXTRAS, discount="10 %")
    drafted = office.browser.post(reverse("draft_invoice"), form)
    assert "Subtotal $144.45 Tips and fees $24.81 Tax $0.00 Total $169.26" in text(drafted)

    page = office.browser.post(reverse("new_invoice"), form, follow=True)

    invoice = Invoice.objects.order_by("-pk")[0]
    assert (invoice.discount, invoice.total) == (Decimal("16.05"), Decimal("169.26"))
    shown = "Subtotal $144.45 Tip $20.00 Card fee $4.81 Tax $0.00 Total $169.26"
    assert shown in text(page)
    assert shown in text_of(pages_of(download(office, invoice)))

    edit = reverse("edit_invoice", args=[invoice.guid])
    assert 'name="lines.2.kind" value="fee"' in office.browser.get(edit).content.decode()
    wrong = office.browser.post(edit, form | {"number": invoice.number, "lines.1.unit_price": "-5"})
    assert "Line 2: a tip must be more than nothing." in text(wrong)
    office.browser.post(edit, form | {"number": invoice.number, "lines.1.unit_price": ""})
    invoice.refresh_from_db()
    assert [each.kind for each in invoice.lines.all()] == ["work", "fee"]
