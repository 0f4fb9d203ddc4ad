"""From the office's records to the company file and back to the log, session by session."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Item, Payment, TaxRate
from fieldledger.quickbooks import queries
from fieldledger.quickbooks.models import Connection, Stage
from fieldledger.simulator import people
from fieldledger.sync.content import Kind, State
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)
INVOICE_DATE = "2026-05-04"


def a_client(business: Business, name: str = "Anna Smith", **more: Any) -> Client:
    return office.create_client(business=business, values={"name": name, **more}, now=NOW)


def an_item(business: Business, name: str = "Leak repair", **more: Any) -> Item:
    values = {"name": name, "price": "120.00", "taxable": True, **more}
    return office.create_item(business=business, values=values, now=NOW)


def an_invoice(business: Business, client: Client, item: Item, **more: Any) -> Invoice:
    values = {
        "client": client.guid,
        "date": INVOICE_DATE,
        "lines": [{"item": item.guid, "quantity": "2", "unit_price": "120.00"}],
        **more,
    }
    return office.create_invoice(business=business, values=values, now=NOW)


def a_payment(business: Business, invoice: Invoice, amount: str, **more: Any) -> Payment:
    values = {"invoice": invoice.guid, "amount": amount, "date": INVOICE_DATE, **more}
    return office.create_payment(business=business, values=values, now=NOW)


def test_everything_entered_stands_in_quickbooks_once_and_to_the_cent(
    pc: OfficePc, business: Business
) -> None:
    client, item = a_client(business, email="anna@example.com"), an_item(business)
    rate = TaxRate.objects.create(
        business=business,
        name="State Tax 7.25",
        name_folded="state tax 7.25",
        percent=Decimal("7.25"),
    )
    customers = len(pc.company.customers())
    pc.set_up()
    assert pc.connection.stage == Stage.ONGOING
    assert len(pc.company.customers()) == customers + 1

    invoice = an_invoice(business, client, item, tax_rate=rate.guid)
    a_payment(business, invoice, "100.00", method="check", reference="2041")
    results = pc.sync(invoice.guid)
    assert [each.result for each in results] == ["queued", "queued"]
    assert pc.run().outcome == "done"

    assert pc.states() == {"synced": 4}
    (there,) = pc.company.invoices()
    assert there.amounts["total"] == int(invoice.total * 100) == 25740
    assert there.amounts["balance"] == 15740
    (paid,) = pc.company.payments()
    assert paid.amounts["total"] == 10000
    assert pc.connection.active_count == 0


def test_invoices_and_payments_go_only_when_a_person_asks(pc: OfficePc, business: Business) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    a_payment(business, invoice, "5.00")
    assert pc.run().outcome == "none"
    assert pc.company.invoices() == []
    assert queries.blocks(business, "invoice", [invoice])[invoice.pk]["state"] == "not_sent"  # type: ignore[arg-type]


def test_an_edit_becomes_one_change_of_the_same_customer(pc: OfficePc, business: Business) -> None:
    client = a_client(business, phone="555-0101")
    pc.set_up()
    count = len(pc.company.customers())
    office.update_client(client=client, values={"phone": "555-0199"}, now=NOW)
    office.update_client(client=client, values={"email": "anna@example.com"}, now=NOW)
    assert pc.states() == {"pending": 1}
    assert pc.run().outcome == "done"
    there = [each for each in pc.company.customers() if each.name == "Anna Smith"]
    assert len(pc.company.customers()) == count
    assert [each.fields["Phone"] for each in there] == ["555-0199"]
    assert pc.states() == {"synced": 1}


def test_one_bad_record_fails_alone_with_its_reason(pc: OfficePc, business: Business) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    people.close_books(pc.company, "2026-03-31")
    good = an_invoice(business, client, item)
    bad = an_invoice(business, client, item, date="2026-03-15")
    pc.sync(good.guid, bad.guid)  # The closing date is not known here yet.
    pc.run()
    states = {each.title: (each.state, each.code) for each in pc.entries(rank=3)}
    assert states[good.number][0] == State.SYNCED
    assert states[bad.number] == (State.FAILED, "closed_period")
    assert pc.connection.closing_date is not None


def test_s53_a_refused_name_is_said_and_what_depends_on_it_waits(
    pc: OfficePc, business: Business
) -> None:
    item = an_item(business)
    pc.set_up()
    Connection.objects.update(resolve_client_conflicts=False)
    people.do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": "Acme Supply"}}, now=pc.now)
    client = a_client(business, name="ACME SUPPLY")
    invoice = an_invoice(business, client, item)
    pc.sync(invoice.guid)
    pc.run()
    entry = pc.entries(rank=1)[0]
    assert (entry.state, entry.code) == (State.FAILED, "3100")
    waiting = pc.entries(rank=3)[0]
    assert waiting.state == State.WAITING
    assert queries.waiting_for(waiting) == [
        {"kind": "client", "id": str(client.guid), "name": "ACME SUPPLY"}
    ]

    office.update_client(client=client, values={"name": "Acme Supply Company"}, now=NOW)
    pc.run()
    assert pc.states() == {"synced": 3}


def test_s54_two_clients_of_one_name_get_a_differentiator(pc: OfficePc, business: Business) -> None:
    for _ in range(3):
        a_client(business, name="John Smith")
    pc.set_up()
    names = [each.name for each in pc.company.customers() if each.name.startswith("John Smith")]
    assert sorted(names) == ["John Smith", "John Smith – 2", "John Smith – 3"]
    assert pc.states() == {"synced": 3}


def test_a_name_taken_meanwhile_gets_the_next_differentiator(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    people.do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": "Lawn Pro"}}, now=pc.now)
    a_client(business, name="Lawn Pro")
    pc.run()
    assert [each.quickbooks_name for each in pc.entries()] == ["Lawn Pro – 2"]
    assert pc.states() == {"synced": 1}


def test_a_void_goes_when_asked(pc: OfficePc, business: Business) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    payment = a_payment(business, invoice, "40.00")
    pc.sync(invoice.guid)
    pc.run()
    office.void_payment(payment=payment, now=NOW)
    office.void_invoice(invoice=Invoice.objects.get(pk=invoice.pk), now=NOW)
    assert pc.states() == {"synced": 2, "changed": 2}
    results = pc.sync(invoice.guid)
    assert {each.result for each in results} == {"queued"}
    pc.run()
    assert pc.states() == {"synced": 4}
    assert pc.company.payments() == []
    assert [each.amounts["total"] for each in pc.company.invoices()] == [0]


def test_a_payment_is_deleted_before_its_invoice_is_voided(
    pc: OfficePc, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    payment = a_payment(business, invoice, "40.00")
    pc.sync(invoice.guid)
    pc.run()
    office.void_payment(payment=payment, now=NOW)
    office.void_invoice(invoice=Invoice.objects.get(pk=invoice.pk), now=NOW)
    pc.sync(invoice.guid)
    real, asked = pc.company.answer, []

    def answer(xml: str, **more: Any) -> str:
        asked.extend(re.findall("<(TxnDelRq|TxnVoidRq)", xml))
        return real(xml, **more)

    monkeypatch.setattr(pc.company, "answer", answer)
    pc.run()
    assert asked == ["TxnDelRq", "TxnVoidRq"]
    assert pc.states() == {"synced": 4}


def test_a_void_that_waits_for_its_payment_s_says_what_to_press(
    pc: OfficePc, business: Business
) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    payment = a_payment(business, invoice, "40.00")
    pc.sync(invoice.guid)
    pc.run()
    office.update_invoice(invoice=invoice, values={"memo": "Gate code 12"}, now=NOW)
    pc.sync(invoice.guid)
    office.void_payment(payment=payment, now=NOW)  # Nobody asks to send this.
    office.void_invoice(invoice=Invoice.objects.get(pk=invoice.pk), now=NOW)
    pc.run()
    (entry,) = pc.entries(rank=3)
    assert entry.state == State.WAITING
    assert "Choose Sync to QuickBooks on the invoice once more" in entry.message
    pc.sync(invoice.guid)
    pc.run()
    assert pc.states() == {"synced": 4}
    assert pc.company.payments() == []
    assert [each.amounts["total"] for each in pc.company.invoices()] == [0]


def test_a_payment_waits_while_its_invoice_is_gone_from_quickbooks(
    pc: OfficePc, business: Business
) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    pc.sync(invoice.guid)
    pc.run()
    (there,) = pc.company.invoices()
    people.delete(pc.company, there.id, now=pc.now)
    office.update_invoice(invoice=invoice, values={"memo": "Gate code 12"}, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    payment = a_payment(business, invoice, "40.00")
    (asked,) = pc.sync(payments=(payment.guid,))
    assert asked.result == "queued"
    pc.run()
    (entry,) = pc.entries(rank=4)
    assert (entry.state, entry.message) == (
        State.WAITING,
        f"Waits for the invoice “{invoice.number}”, which needs you first.",
    )
    pc.act("retry", *pc.entries(rank=3))
    pc.run()
    pc.run()
    assert pc.states() == {"synced": 4}
    assert len(pc.company.payments()) == 1


def test_what_is_voided_before_anybody_asked_for_it_is_cancelled(
    pc: OfficePc, business: Business
) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    payment = a_payment(business, invoice, "40.00")
    office.void_payment(payment=payment, now=NOW)
    office.void_invoice(invoice=Invoice.objects.get(pk=invoice.pk), now=NOW)
    assert pc.states() == {"synced": 2, "cancelled": 2}
    assert pc.connection.active_count == 0
    block = queries.blocks(business, Kind.INVOICE, [invoice])[invoice.pk]
    assert (block["state"], block["entry"] is None) == ("cancelled", False)
    (result,) = pc.sync(invoice.guid)
    assert result.result == "refused"
    pc.run()
    assert pc.company.invoices() == []


def test_asking_twice_makes_one_entry_and_says_who_was_first(
    pc: OfficePc, business: Business
) -> None:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    invoice = an_invoice(business, client, item)
    assert [each.result for each in pc.sync(invoice.guid)] == ["queued"]
    (second,) = pc.sync(invoice.guid)
    assert second.result == "already_pending"
    assert "Dana" in second.reason
    assert len(pc.entries(rank=3)) == 1
    pc.run()
    (third,) = pc.sync(invoice.guid)
    assert (third.result, len(pc.company.invoices())) == ("refused", 1)
    assert "already in QuickBooks" in third.reason
