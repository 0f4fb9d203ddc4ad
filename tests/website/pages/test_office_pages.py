"""The office's pages as a person uses them: making, changing, and being told what is wrong."""

import re
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from fieldledger.office.models import Client, Invoice, Item, Payment, TaxRate
from tests.website.pages.conftest import Office

SPACES = re.compile(r"\s+")


def text(response: Any) -> str:
    """Return what a page says, without its tags."""
    content = response.content.decode().replace("<wbr>", "")  # A place to break is no space.
    return SPACES.sub(" ", re.sub(r"<[^>]*>", " ", content))


def field_error(response: Any, name: str) -> str:
    """Return what stands beside a field, and check that the field says so to screen readers."""
    content = response.content.decode()
    field = re.search(rf'<(?:input|textarea|select)[^>]*\sname="{re.escape(name)}"[^>]*>', content)
    assert field, name
    assert 'aria-invalid="true"' in field[0]
    described = re.search(r'aria-describedby="([^"]*)"', field[0])
    assert described
    error_id = described[1].split()[-1]
    error = re.search(rf'id="{error_id}"[^>]*>(.*?)</(?:div></div>|td)', content, re.DOTALL)
    assert error, error_id
    return SPACES.sub(" ", re.sub(r"<[^>]*>", " ", error[1])).strip()


def invoice_form(**more: str) -> dict[str, str]:
    client = Client.objects.order_by("pk")[0]
    return {
        "client": str(client.guid),
        "number": "",
        "date": "2026-05-04",
        "due_date": "",
        "terms": "",
        "tax_rate": "",
        "memo": "",
        "lines.0.item": "",
        "lines.0.description": "Called out at night",
        "lines.0.quantity": "2",
        "lines.0.unit_price": "80.25",
    } | more


def test_a_client_is_made_and_changed(office: Office) -> None:
    made = office.browser.post(
        reverse("new_client"), {"name": "Ann O'Neil", "phone": "978 555 0199"}, follow=True
    )
    client = Client.objects.get(name="Ann O'Neil")
    assert "Ann O&#x27;Neil is a client now." in made.content.decode()

    office.browser.post(
        reverse("edit_client", args=[client.guid]), {"name": "Ann O'Neil", "email": "ann@x.example"}
    )

    client.refresh_from_db()
    assert (client.email, client.phone, client.revision) == ("ann@x.example", "", 2)


def test_what_is_wrong_with_a_client_stands_beside_its_field_and_nothing_typed_is_lost(
    office: Office,
) -> None:
    response = office.browser.post(
        reverse("new_client"), {"name": " ", "email": "ann at x", "billing_city": "Rockport"}
    )

    assert response.status_code == 422
    assert field_error(response, "name") == "The name is missing."
    assert "must be one e-mail address" in field_error(response, "email")
    assert 'value="ann at x"' in response.content.decode()
    assert 'value="Rockport"' in response.content.decode()


def test_markup_in_a_name_is_shown_and_not_obeyed(office: Office) -> None:
    name = "<script>alert(1)</script>"
    office.browser.post(reverse("new_client"), {"name": name})

    content = office.browser.get(reverse("clients"), {"q": "alert"}).content.decode()

    assert name not in content
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in content


def test_an_archived_client_moves_to_the_archive_and_back(office: Office) -> None:
    client = Client.objects.get(name="Lawn Depot")
    where = reverse("archive_client", args=[client.guid])

    office.browser.post(where, {"archived": "yes"}, follow=True)
    assert "Lawn Depot" not in text(office.browser.get(reverse("clients"), {"q": "lawn"}))
    assert "Lawn Depot" in text(office.browser.get(reverse("clients"), {"show": "archived"}))

    office.browser.post(where, {"archived": "no"})
    assert "Lawn Depot" in text(office.browser.get(reverse("clients"), {"q": "lawn"}))


def test_the_clients_are_all_reached_page_by_page(office: Office) -> None:
    seen: list[str] = []
    query = ""
    while True:
        content = office.browser.get(reverse("clients") + query).content.decode()
        seen += re.findall(r'main-cell"><a href="/clients/([^"]+)"', content)
        following = re.search(r'href="/clients/(\?[^"]*after=[^"]+)"', content)
        if following is None:
            break
        query = following[1].replace("&amp;", "&")

    assert len(seen) == len(set(seen)) == Client.objects.count() > 50


def test_two_items_of_one_name_are_refused_whatever_the_case(office: Office) -> None:
    Item.objects.create(business=office.business, name="Trap", name_folded="trap")

    response = office.browser.post(
        reverse("new_item"), {"name": "TRAP", "kind": "service", "price": "1,5"}
    )

    assert response.status_code == 422
    assert "Another item is already called" in field_error(response, "name")
    assert "must be a number" in field_error(response, "price")


def test_a_tax_rate_is_added(office: Office) -> None:
    response = office.browser.post(reverse("tax_rates"), {"name": "City", "percent": "a lot"})
    assert "must be a number" in field_error(response, "percent")

    office.browser.post(reverse("tax_rates"), {"name": "City", "percent": "1.5"})

    assert TaxRate.objects.get(name="City").percent == Decimal("1.5")


def test_an_invoice_is_made_from_items_by_name(office: Office) -> None:
    item = Item.objects.filter(archived=False).order_by("pk")[0]
    rate = TaxRate.objects.order_by("pk")[0]

    response = office.browser.post(
        reverse("new_invoice"),
        invoice_form(
            tax_rate=str(rate.guid),
            **{
                "lines.1.item": item.name.upper(),
                "lines.1.quantity": "3",
                "lines.1.unit_price": "",
                "lines.2.item": "",
                "lines.2.quantity": "1",
            },
        ),
    )

    invoice = Invoice.objects.order_by("-pk")[0]
    assert response.headers["Location"] == reverse("invoice", args=[invoice.guid])
    first, second = invoice.lines.all()
    assert (first.item, first.amount) == (None, Decimal("160.50"))
    assert (second.item, second.unit_price, second.description) == (
        item,
        item.price,
        item.description,
    )


def test_what_is_wrong_with_a_line_stands_at_the_line_and_nothing_typed_is_lost(
    office: Office,
) -> None:
    response = office.browser.post(
        reverse("new_invoice"),
        invoice_form(
            date="yesterday",
            **{"lines.0.quantity": "two", "lines.1.description": "Pump", "lines.1.quantity": "1"},
        ),
    )

    assert response.status_code == 422
    assert "must be a date" in field_error(response, "date")
    assert "quantity must be a number" in field_error(response, "lines.0.quantity")
    content = response.content.decode()
    assert 'value="two"' in content
    assert "Called out at night" in content


def test_a_line_with_an_unknown_item_says_so(office: Office) -> None:
    response = office.browser.post(
        reverse("new_invoice"), invoice_form(**{"lines.0.item": "Flux capacitor"})
    )

    assert response.status_code == 422
    assert "There is no item called Flux capacitor" in field_error(response, "lines.0.item")


def test_lines_are_added_and_removed_without_saving(office: Office) -> None:
    before = Invoice.objects.count()

    added = office.browser.post(reverse("new_invoice"), invoice_form(add="line"))
    removed = office.browser.post(reverse("new_invoice"), invoice_form(remove="0"))

    assert 'name="lines.1.quantity"' in added.content.decode()
    assert "Called out at night" in added.content.decode()
    assert "Called out at night" not in removed.content.decode()
    assert Invoice.objects.count() == before


def test_totals_are_added_up_by_the_server_while_one_types(office: Office) -> None:
    item = Item.objects.order_by("pk")[0]
    rate = TaxRate.objects.get(name__startswith="County")

    response = office.browser.post(
        reverse("draft_invoice"),
        invoice_form(
            tax_rate=str(rate.guid),
            **{
                "lines.0.taxable": "yes",
                "lines.1.item": item.name,
                "lines.1.quantity": "1",
                "lines.2.quantity": "not yet",
            },
        ),
        headers={"HX-Request": "true"},
    )

    content = response.content.decode()
    taxable = Decimal("160.50") + (item.price.quantize(Decimal("0.01")) if item.taxable else 0)
    tax = (taxable * rate.percent / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    total = Decimal("160.50") + item.price + tax
    assert f"${total:,.2f}" in content
    assert f'name="lines.1.filled" value="{item.name}"' in content  # The item filled its line.
    assert 'id="c-2-amount"' in content


def test_an_invoice_is_changed_line_by_line(office: Office) -> None:
    invoice = Invoice.objects.filter(paid=0, voided_at=None).order_by("-pk")[0]
    where = reverse("edit_invoice", args=[invoice.guid])
    assert invoice.lines.all()[0].description in office.browser.get(where).content.decode()

    office.browser.post(where, invoice_form(number=invoice.number, client=str(invoice.client.guid)))

    invoice.refresh_from_db()
    assert (invoice.total, invoice.lines.count()) == (Decimal("160.50"), 1)


def test_a_payment_is_recorded_and_made_void(office: Office) -> None:
    invoice = Invoice.objects.filter(paid=0, voided_at=None).order_by("-pk")[0]
    where = reverse("new_payment", args=[invoice.guid])
    assert f'value="{invoice.total}"' in office.browser.get(where).content.decode()

    too_much = office.browser.post(
        where, {"amount": "1000000", "date": "2026-05-04", "method": "check", "reference": "7"}
    )
    office.browser.post(where, {"amount": "10", "date": "2026-05-04", "method": "cash"})

    assert "more than" in field_error(too_much, "amount")
    payment = Payment.objects.get(invoice=invoice)
    office.browser.post(reverse("void_payment", args=[payment.guid]))
    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert payment.voided
    assert invoice.balance == invoice.total


def test_an_invoice_with_payments_is_not_made_void(office: Office) -> None:
    paid = Invoice.objects.filter(paid__gt=0)[0]
    unpaid = Invoice.objects.filter(paid=0, voided_at=None).order_by("-pk")[0]

    refused = office.browser.post(reverse("void_invoice", args=[paid.guid]))
    office.browser.post(reverse("void_invoice", args=[unpaid.guid]))

    assert refused.status_code == 422
    assert "has payments" in text(refused)
    unpaid.refresh_from_db()
    assert unpaid.voided


@pytest.mark.parametrize(
    ("query", "shown", "hidden"),
    [
        ("q=1040", "1040", "1039"),
        ("q=sokolova", "Sokolova", "Annisquam"),
        ("money=paid", "Paid", "1040"),
        ("money=void", "No invoice matches", "1040"),
        ("q=nobodyatall", "No invoice matches", "1040"),
        ("after=nonsense&state=nonsense", "1040", "No invoice matches"),
    ],
)
def test_the_dashboard_filters(office: Office, query: str, shown: str, hidden: str) -> None:
    page = text(office.browser.get(f"{reverse('invoices')}?{query}", headers={"HX-Request": "1"}))

    assert shown in page
    assert hidden not in page


def test_a_discount_is_typed_as_an_amount_or_a_percentage(office: Office) -> None:
    page = office.browser.post(reverse("new_invoice"), invoice_form(discount="10 %"), follow=True)
    invoice = Invoice.objects.order_by("-pk")[0]
    assert (invoice.discount, invoice.total) == (Decimal("16.05"), Decimal("144.45"))
    assert "Lines $160.50 Discount 10 % −$16.05 Subtotal $144.45" in text(page)

    edit = reverse("edit_invoice", args=[invoice.guid])
    assert 'value="10 %"' in office.browser.get(edit).content.decode()
    form = invoice_form(number=invoice.number)
    office.browser.post(edit, form | {"discount": "20"})
    invoice.refresh_from_db()
    assert (invoice.discount, invoice.discount_percent) == (Decimal("20.00"), None)

    wrong = office.browser.post(edit, form | {"discount": "200 %"})
    assert "The discount in percent must be from 0 to 100." in field_error(wrong, "discount")

    drafted = office.browser.post(reverse("draft_invoice"), form | {"discount": "5%"})
    assert "Discount −$8.03 Subtotal $152.47" in text(drafted)


def test_an_item_shows_the_invoices_that_it_was_written_on_last(office: Office) -> None:
    line = Invoice.objects.latest("pk").lines.exclude(item=None)[0]
    assert line.item is not None

    page = text(office.browser.get(reverse("item", args=[line.item.guid])))

    assert f"{line.invoice.number} {line.invoice.client.name}" in page
    unused = Item.objects.create(business=office.business, name="Never sold", price=1, cost=0)
    assert "On no invoice yet" in text(office.browser.get(reverse("item", args=[unused.guid])))
