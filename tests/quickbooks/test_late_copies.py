"""A document that was given up for lost arrives after all: it must be dead by then.

Each case was found by the simulation (`fieldledger simulate-world`).
"""

from datetime import UTC, datetime

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def an_invoice(business: Business, price: str) -> Invoice:
    client = office.create_client(business=business, values={"name": f"Client {price}"}, now=NOW)
    item = office.create_item(
        business=business, values={"name": f"Work {price}", "price": price}, now=NOW
    )
    return office.create_invoice(
        business=business,
        values={
            "client": client.guid,
            "date": "2026-05-04",
            "lines": [{"item": item.guid, "quantity": "1", "unit_price": price}],
        },
        now=NOW,
    )


def test_the_seal_of_a_lost_document_outlives_the_sets_after_it(
    pc: OfficePc, business: Business
) -> None:
    first, second = an_invoice(business, "10.00"), an_invoice(business, "20.00")
    pc.set_up()
    pc.sync(first.guid)
    late = pc.hold()
    pc.run()  # It is asked for, looked for under its own id, and sent again.
    pc.sync(second.guid)
    pc.run()  # This set clears what QuickBooks need not remember any longer.
    assert 'messageSetStatusCode="9001"' in pc.run_late(late)
    assert [each.amounts["total"] for each in pc.company.invoices()] == [1000, 2000]
