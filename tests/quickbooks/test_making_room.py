"""An invoice and its payment that are both lowered: the payment goes first, by itself."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice, Payment
from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def paid(pc: OfficePc, business: Business) -> tuple[Invoice, Payment]:
    """Return an invoice of 100.00 with a payment of 80.00, both in QuickBooks."""
    client = office.create_client(business=business, values={"name": "Anna"}, now=NOW)
    item = office.create_item(
        business=business, values={"name": "Leak repair", "price": "50.00"}, now=NOW
    )
    bill = office.create_invoice(
        business=business,
        values={
            "client": client.guid,
            "date": "2026-05-04",
            "lines": [{"item": item.guid, "quantity": "2", "unit_price": "50.00"}],
        },
        now=NOW,
    )
    payment = office.create_payment(
        business=business,
        values={"invoice": bill.guid, "amount": "80.00", "date": "2026-05-04"},
        now=NOW,
    )
    pc.set_up()
    pc.run()
    pc.sync(bill.guid)
    pc.run()
    assert pc.states() == {"synced": 4}
    return bill, payment


def lines(bill: Invoice, quantity: str) -> dict[str, object]:
    item = bill.lines.select_related("item")[0].item
    assert item is not None
    return {"lines": [{"item": item.guid, "quantity": quantity, "unit_price": "50.00"}]}


@pytest.mark.parametrize("fence", ["seal", "link"])
def test_a_payment_that_is_lowered_with_its_invoice_goes_first(
    business: Business, fence: str
) -> None:
    keeps = "none" if fence == "link" else "all"
    pc = OfficePc(
        business,
        variant=Variant(store_keeps=keeps, edit_sequence_per_change=True),  # type: ignore[arg-type]
    )
    bill, payment = paid(pc, business)
    office.update_payment(payment=payment, values={"amount": "40.00"}, now=NOW)
    office.update_invoice(invoice=bill, values=lines(bill, "1"), now=NOW)
    pc.sync(bill.guid)
    pc.run()
    assert pc.states() == {"synced": 4}
    assert [each.amounts["total"] for each in pc.company.invoices()] == [5000]
    told = [each.message for each in pc.entries(rank=3)[0].events.order_by("pk")]
    assert any("which goes first" in each for each in told)


def test_an_invoice_that_is_too_low_for_its_payment_alone_still_needs_a_person(
    pc: OfficePc, business: Business
) -> None:
    bill, payment = paid(pc, business)
    office.update_payment(payment=payment, values={"amount": "40.00"}, now=NOW)
    office.update_invoice(invoice=bill, values=lines(bill, "1"), now=NOW)
    pc.sync(bill.guid)
    pc.act("hold", *pc.entries(rank=4))
    pc.run()
    assert pc.states() == {"synced": 2, "failed": 1, "held": 1}


def test_after_a_restore_an_invoice_s_old_line_ids_are_not_used(business: Business) -> None:
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    bill, _ = paid(pc, business)
    before = pc.company.to_json()
    office.update_invoice(invoice=bill, values={"memo": "First"} | lines(bill, "3"), now=NOW)
    pc.sync(bill.guid)
    pc.run()
    people.restore(pc.company, before, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    # In the file that came back the line is another one.
    (record,) = pc.company.invoices()
    kept = pc.company.state.records[record.id]
    kept.fields["Lines"] = [
        {**each, "TxnLineID": f"{each['TxnLineID']}0"} for each in kept.fields["Lines"]
    ]
    connection = pc.connection
    connection.checked_at = NOW
    connection.save()
    for _ in range(3):
        pc.run()
    assert pc.states() == {"synced": 4}
    assert [each.amounts["total"] for each in pc.company.invoices()] == [15000]
