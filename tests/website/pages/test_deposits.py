"""Deposits on the pages: recorded for a client, applied to invoices, taken off, sent."""

from decimal import Decimal
from typing import Any

from django.urls import reverse

from fieldledger.office.models import Client, Invoice, Payment
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import field_error, invoice_form, text

MONEY = {"date": "2026-05-04", "method": "check", "reference": "77"}


def an_invoice(office: Office) -> Invoice:
    office.browser.post(reverse("new_invoice"), invoice_form())
    return Invoice.objects.order_by("-pk")[0]


def a_deposit(office: Office, amount: str = "200") -> tuple[Payment, Any]:
    client = Client.objects.order_by("pk")[0]
    page = office.browser.post(
        reverse("new_deposit", args=[client.guid]), MONEY | {"amount": amount}, follow=True
    )
    return Payment.objects.order_by("-pk")[0], page


def apply(office: Office, deposit: Payment, invoice: Invoice, amount: str) -> Any:
    return office.browser.post(
        reverse("apply_deposit", args=[deposit.guid]),
        {"invoice": str(invoice.guid), "amount": amount},
        follow=True,
    )


def test_a_deposit_is_recorded_applied_and_taken_off(office: Office) -> None:
    invoice = an_invoice(office)
    deposit, page = a_deposit(office)
    assert "Deposit of $200.00 $200.00 unapplied" in text(page)
    assert f"{invoice.number}: $160.50 owed" in text(page)
    client = office.browser.get(reverse("client", args=[deposit.payer.guid]))
    assert "Deposits Unapplied $450.00" in text(client)  # One is the demo's.
    shown = office.browser.get(reverse("invoice", args=[invoice.guid]))
    assert "has $200.00 unapplied, of a deposit of May 4, 2026. Apply it" in text(shown)
    assert "$200.00" in text(office.browser.get(reverse("deposits")))
    assert "Check for deposit" in text(office.browser.get(reverse("home")))

    applied = apply(office, deposit, invoice, "160.50")
    assert "Applied to Unapplied $39.50" in text(applied)
    shown = office.browser.get(reverse("invoice", args=[invoice.guid]))
    assert "Deposit May 4, 2026 · Check" in text(shown)
    assert "Balance $0.00" in text(shown)
    assert "let $160.50 of a deposit go to it" in text(shown)

    wrong = apply(office, deposit, invoice, "170")
    assert f"on invoice {invoice.number} 160.50 is still owed" in text(wrong)

    apply(office, deposit, invoice, "0")
    deposit.refresh_from_db()
    assert deposit.unapplied == Decimal(200)
    shown = office.browser.get(reverse("invoice", args=[invoice.guid]))
    assert "Rosa Delgado took a deposit off it" in text(shown)

    void = reverse("void_payment", args=[deposit.guid])
    assert "as a deposit" in text(office.browser.get(void))
    assert "It is void and goes to no invoice." in text(office.browser.post(void, follow=True))


def test_more_than_is_owed_is_kept_as_a_deposit_where_asked(office: Office) -> None:
    invoice = an_invoice(office)
    where = reverse("new_payment", args=[invoice.guid])
    more = MONEY | {"amount": "200"}

    refused = office.browser.post(where, more)
    assert "more than the balance" in field_error(refused, "amount")
    kept = office.browser.post(where, more | {"keep_rest": "yes"}, follow=True)

    assert "Deposit of $200.00 $39.50 unapplied" in text(kept)
    invoice.refresh_from_db()
    assert invoice.balance == 0


def test_it_is_sent_when_a_person_asks(office: Office) -> None:
    deposit, _ = a_deposit(office)

    page = office.browser.post(reverse("sync_deposit", args=[deposit.guid]), follow=True)

    assert "Feature Center" in text(page) or "initial sync" in text(page)
