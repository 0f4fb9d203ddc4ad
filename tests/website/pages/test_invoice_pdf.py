"""An invoice as a PDF: everything it says, every name, and nothing lost without a word."""

import io
from typing import Any

from django.urls import reverse
from pypdf import PdfReader

from fieldledger.office.models import Invoice
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import invoice_form


def made(office: Office, **form: str) -> Invoice:
    office.browser.post(reverse("new_invoice"), invoice_form(**form))
    return Invoice.objects.order_by("-pk")[0]


def download(office: Office, invoice: Invoice) -> Any:
    return office.browser.get(reverse("invoice_pdf", args=[invoice.guid]))


def pages_of(answer: Any) -> Any:
    return PdfReader(io.BytesIO(answer.getvalue())).pages


def text_of(pages: Any) -> str:
    return " ".join(" ".join(each.extract_text().split()) for each in pages)


def test_it_says_what_the_invoice_says(office: Office) -> None:
    invoice = made(
        office,
        number="A/7",
        due_date="2026-06-03",
        terms="Net 30",
        memo="Thank you",
        discount="10 %",
    )

    answer = download(office, invoice)

    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == 'attachment; filename="Invoice A-7.pdf"'
    text = text_of(pages_of(answer))
    for said in (
        office.business.name,
        "Invoice A/7",
        invoice.client.name,
        "Date: May 4, 2026",
        "Due: Jun 3, 2026",
        "Terms: Net 30",
        "Called out at night",
        "$80.25",
        "Lines $160.50",
        "Discount 10 % −$16.05",
        "Subtotal $144.45",
        "Total $144.45",
        "Balance due $144.45",
        "Thank you",
        "page 1",
    ):
        assert said in text, (said, text)


def test_the_same_invoice_gives_the_same_file(office: Office) -> None:
    invoice = made(office)

    assert download(office, invoice).getvalue() == download(office, invoice).getvalue()


def test_names_of_other_alphabets_are_printed_and_what_is_not_is_named(office: Office) -> None:
    invoice = made(office, memo="Łukasz Nguyễn Ñandú Ёлка Ωμέγα")
    text = text_of(pages_of(download(office, invoice)))
    assert "Łukasz Nguyễn Ñandú Ёлка Ωμέγα" in text
    assert "font does not have" not in text

    text = text_of(pages_of(download(office, made(office, memo="Dear 李 and שרה"))))
    assert "Dear ? and ???" in text
    assert "U+674E cjk unified ideograph-674e, U+05E9 hebrew letter shin" in text


def test_many_lines_go_on_over_pages_with_their_heads(office: Office) -> None:
    lines = {
        f"lines.{n}.{name}": value
        for n in range(120)
        for name, value in (
            ("description", f"Visit {n}"),
            ("quantity", "1"),
            ("unit_price", "9.99"),
        )
    }

    pages = pages_of(download(office, made(office, **lines)))

    assert len(pages) > 2
    assert all("Quantity" in each.extract_text() for each in pages[:-1])
    text = text_of(pages)
    assert all(f"Visit {n}" in text for n in range(120))
    assert "$1,198.80" in text


def test_a_description_longer_than_a_page_goes_on_over_pages(office: Office) -> None:
    long = "\n".join(f"Step {n} done" for n in range(150)) + "\n" + "W" * 2000
    invoice = made(office, **{"lines.0.description": long})

    pages = pages_of(download(office, invoice))

    text = text_of(pages)
    assert len(pages) > 2
    assert all(f"Step {n} done" in text for n in range(150))
    assert text.count("W") >= 2000
    assert text.count("$80.25") == 1


def test_a_stranger_gets_none(office: Office) -> None:
    answer = office.browser.get("/invoices/00000000-0000-4000-8000-000000000000/pdf")

    assert answer.status_code == 404
