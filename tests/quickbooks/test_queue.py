"""What is queued, by what, and when it leaves: the ongoing sync as the office sees it.

The lines S19, S64 and so on are those of docs/roadmap.md.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Item, Payment, TaxRate
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.soap import Call, Reply
from fieldledger.sync.content import Kind, State
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return timezone.now()


def new_client(business: Business, name: str = "Anna Smith") -> Client:
    return office.create_client(business=business, values={"name": name}, now=now())


def new_item(business: Business, name: str = "Leak repair") -> Item:
    values = {"name": name, "price": "80", "taxable": True}
    return office.create_item(business=business, values=values, now=now())


def new_invoice(business: Business, client: Client, item: Item, **more: Any) -> Invoice:
    line = {"item": item.guid, "quantity": "1", "unit_price": "80.00"}
    values = {"client": client.guid, "date": "2026-05-04", "lines": [line], **more}
    return office.create_invoice(business=business, values=values, now=now())


def pay(business: Business, invoice: Invoice, amount: str) -> Payment:
    values = {"invoice": invoice.guid, "amount": amount, "date": "2026-05-05"}
    return office.create_payment(business=business, values=values, now=now())


def listen(pc: OfficePc) -> list[str]:
    """Return the names of the requests that write, in the order in which they reach QuickBooks."""
    heard: list[str] = []

    def hear(call: Call, _reply: Reply) -> None:
        answer = dict(call.arguments).get("response") or ""
        for part in answer.split("<")[1:]:
            name = part.split(" ")[0]
            if name.endswith(("AddRs", "ModRs")):
                heard.append(name.removesuffix("Rs"))

    pc.heard = hear
    return heard


# --- Off, and on again (S19, Z13) ---


def test_s19_z13_off_refuses_the_connector_politely_and_keeps_the_queue(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    new_client(business)
    services.set_enabled(pc.connection, enabled=False, actor="Dana", now=now())
    new_item(business)

    assert pc.run().outcome == "none"
    assert pc.goodbye() == (
        "QuickBooks Desktop is switched off in Fieldledger. What waits there is kept."
    )
    assert pc.states() == {"pending": 2}
    assert queries.status(pc.connection, now=now())["stage"] == "off"
    services.set_enabled(pc.connection, enabled=True, actor="Dana", now=now())
    assert pc.run().outcome == "done"
    assert pc.states() == {"synced": 2}


def test_paused_sends_nothing_and_resumed_sends_what_waited(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    services.pause(pc.connection, actor="Dana", now=now())
    new_client(business)

    assert pc.run().outcome == "none"
    assert pc.goodbye() == ("The exchange is paused in Fieldledger. What waits there is kept.")
    assert pc.states() == {"pending": 1}
    services.resume(pc.connection, actor="Dana", now=now())
    pc.run()
    assert pc.states() == {"synced": 1}


# --- What queues what (S63 to S69) ---


def test_s63_s64_the_queue_is_part_of_the_change_and_nothing_leaves_without_a_session(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    before = pc.company.to_json()

    with transaction.atomic():
        new_client(business, "Never Saved")
        assert pc.states() == {"pending": 1}
        transaction.set_rollback(True)
    assert pc.states() == {}

    new_client(business)
    assert pc.states() == {"pending": 1}
    assert pc.company.to_json() == before


def test_s65_s66_a_client_is_queued_when_made_and_once_however_often_it_is_changed(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    client = new_client(business)
    assert pc.states() == {"pending": 1}
    pc.run()
    for phone in ("555-0101", "555-0102"):
        office.update_client(client=client, values={"phone": phone}, now=now())
        assert pc.states() == {"pending": 1}
    heard = listen(pc)
    pc.run()
    assert heard == ["CustomerMod"]
    assert pc.states() == {"synced": 1}


def test_s67_s68_an_item_is_queued_when_made_and_when_changed(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    item = new_item(business)
    assert pc.states() == {"pending": 1}
    pc.run()
    for price in ("90", "95.5"):
        office.update_item(item=item, values={"price": price}, now=now())
        assert pc.states() == {"pending": 1}
    heard = listen(pc)
    pc.run()
    assert heard == ["ItemServiceMod"]
    assert pc.states() == {"synced": 1}


def test_s69_twenty_invoices_made_changed_and_paid_queue_nothing(
    pc: OfficePc, business: Business
) -> None:
    client, item = new_client(business), new_item(business)
    pc.set_up()
    for _ in range(20):
        invoice = new_invoice(business, client, item)
        office.update_invoice(invoice=invoice, values={"memo": "Back door"}, now=now())
        pay(business, Invoice.objects.get(pk=invoice.pk), "5.00")

    assert not SyncEntry.objects.filter(rank__gte=3).exists()
    assert pc.run().outcome == "none"
    assert pc.company.invoices() == []


# --- In which order, and with what (S72, S81) ---


def test_s72_s81_parents_go_first_and_payments_along_with_their_invoice(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    client, item = new_client(business), new_item(business)
    invoice = new_invoice(business, client, item)
    pay(business, invoice, "30.00")
    pay(business, invoice, "20.00")
    heard = listen(pc)

    results = pc.sync(invoice.guid)
    assert [each.kind for each in results] == [Kind.INVOICE, Kind.PAYMENT, Kind.PAYMENT]
    pc.run()

    assert heard == ["CustomerAdd", "ItemServiceAdd", "InvoiceAdd", *["ReceivePaymentAdd"] * 2]
    assert pc.states() == {"synced": 5}
    (there,) = pc.company.invoices()
    assert there.amounts["balance"] == 3000
    applied = [each.fields["Applied"][0]["TxnID"] for each in pc.company.payments()]
    assert applied == [there.id] * 2


def test_z5_a_payment_that_comes_later_waits_to_be_asked_for(
    pc: OfficePc, business: Business
) -> None:
    client, item = new_client(business), new_item(business)
    pc.set_up()
    invoice = new_invoice(business, client, item)
    pc.sync(invoice.guid)
    pc.run()
    payment = pay(business, invoice, "30.00")

    assert pc.run().outcome == "none"

    block = queries.blocks(business, Kind.PAYMENT, [payment])[payment.pk]
    assert block["state"] == State.NOT_SENT
    invoice_result, payment_result = pc.sync(invoice.guid)
    assert "payments that are not were queued" in invoice_result.reason
    assert payment_result.result == "queued"
    pc.run()
    assert len(pc.company.payments()) == 1


def test_z7_a_change_after_sending_is_shown_and_goes_as_a_change_when_asked(
    pc: OfficePc, business: Business
) -> None:
    client, item = new_client(business), new_item(business)
    pc.set_up()
    invoice = new_invoice(business, client, item)
    pc.sync(invoice.guid)
    pc.run()
    line = {"item": item.guid, "quantity": "3", "unit_price": "80.00"}
    office.update_invoice(invoice=invoice, values={"lines": [line]}, now=now())

    (entry,) = pc.entries(rank=3)
    assert entry.state == State.CHANGED
    assert pc.run().outcome == "none"

    heard = listen(pc)
    pc.sync(invoice.guid)
    pc.run()
    assert heard == ["InvoiceMod"]
    (there,) = pc.company.invoices()
    assert there.amounts["total"] == 24000
    assert pc.states() == {"synced": 3}


# --- The Web Connector closed, and open again (S76, S77) ---


def test_s76_s77_what_waited_for_days_goes_in_one_session_in_its_order(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    clients = [new_client(business, f"Client {number}") for number in range(5)]
    item = new_item(business)
    invoices = [new_invoice(business, each, item) for each in clients]
    pc.sync(*(each.guid for each in invoices))
    # For three days the Web Connector is closed.
    SyncEntry.objects.update(queued_at=now() - timedelta(days=3))
    assert pc.states() == {"pending": 11}
    assert pc.company.invoices() == []
    heard = listen(pc)

    assert pc.run().outcome == "done"

    assert heard == [*["CustomerAdd"] * 5, "ItemServiceAdd", *["InvoiceAdd"] * 5]
    assert [each.fields["RefNumber"] for each in pc.company.invoices()] == [
        each.number for each in invoices
    ]
    assert pc.states() == {"synced": 11}


# --- Progress, and what came of it (S62, S85) ---


def test_s62_the_bar_rises_to_100_and_is_negative_for_an_error(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    for number in range(250):
        new_client(business, f"Client {number:03}")

    ended = pc.run()

    assert list(ended.progress) == sorted(set(ended.progress))
    assert len(ended.progress) >= 3
    assert ended.progress[-1] == 100
    assert ended.progress[-2] < 100
    new_client(business)
    assert pc.run("bad-answer@2").progress[-1] == -1


def test_s85_a_total_that_is_another_in_quickbooks_is_said_by_how_much(
    pc: OfficePc, business: Business
) -> None:
    client, item = new_client(business), new_item(business)
    rate = TaxRate.objects.create(
        business=business,
        name="State Tax 7.25",
        name_folded="state tax 7.25",
        percent=Decimal("7.25"),
    )
    pc.set_up()
    there = next(each for each in pc.company.items() if each.name == "State Tax 7.25")
    people.edit(pc.company, there.id, {"TaxRate": "7.50"}, now=pc.now)
    invoice = new_invoice(business, client, item, tax_rate=rate.guid)
    pc.sync(invoice.guid)
    pc.run()

    (entry,) = pc.entries(rank=3)

    assert entry.state == State.DIFFERS
    assert entry.differs_by == Decimal("0.20")  # 7.5 % of 80.00 in place of 7.25 %.
    assert "+0.20" in entry.message


def test_payments_that_wait_already_are_not_queued_again(pc: OfficePc, business: Business) -> None:
    client, item = new_client(business), new_item(business)
    pc.set_up()
    invoice = new_invoice(business, client, item)
    pc.sync(invoice.guid)
    pc.run()
    pay(business, invoice, "5.00")

    assert [each.result for each in pc.sync(invoice.guid)] == ["queued", "queued"]
    assert [each.result for each in pc.sync(invoice.guid)] == ["already_pending"] * 2
