"""A document that was given up for lost arrives after all: it must be dead by then.

Each case was found by the simulation (`fieldledger simulate-world`).
"""

from datetime import UTC, datetime

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice
from fieldledger.quickbooks.models import MessageSet, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.soap import Call, Reply
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
    late = pc.hold(3)
    pc.run()  # It is asked for, looked for under its own id, and sent again.
    pc.sync(second.guid)
    pc.run()  # This set clears what QuickBooks need not remember any longer.
    assert 'messageSetStatusCode="9001"' in pc.run_late(late)
    assert [each.amounts["total"] for each in pc.company.invoices()] == [1000, 2000]


def test_what_was_looked_for_in_another_session_is_looked_for_again_before_it_is_sent(
    pc: OfficePc, business: Business
) -> None:
    """Goal: the seal is in one file alone. Method: between look and sending a copy takes its place.

    The copy has all that was written, so that nothing shows that it is older.
    """
    invoice = an_invoice(business, "10.00")
    pc.set_up()
    pc.sync(invoice.guid)
    late = pc.hold(3)
    copy = pc.company.to_json()
    pc.run("stop-before=sendRequestXML@4")  # The question, the look with the seal, and no more.
    people.copy_back(pc.company, copy)
    assert 'messageSetStatusCode="0"' in pc.run_late(late)
    for _ in range(2):
        pc.run()

    assert [each.amounts["total"] for each in pc.company.invoices()] == [1000]
    assert [each.name for each in pc.company.customers() if each.origin.set_id] == ["Client 10.00"]
    assert pc.states() == {"synced": 3}


def test_documents_given_up_are_asked_for_again_one_at_a_time(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    pc.sync(an_invoice(business, "10.00").guid)
    late = [pc.hold()]
    pc.run("zombie@4")  # The question, the look, the check of the file, and again the records.
    assert pc.connector is not None
    assert pc.connector.held is not None
    late.append(pc.connector.held.request)
    pc.connector.held = None
    pc.run("stop-before=sendRequestXML@3")  # The question, the look, and no more.
    given_up = pc.connection.activity["given_up"]
    written = MessageSet.objects.filter(purpose="write").order_by("pk")
    assert [each[0] for each in given_up] == list(written.values_list("pk", flat=True))
    outstanding: list[int] = []

    def count(_call: Call, _reply: Reply) -> None:
        outstanding.append(written.filter(status__in=("sent", "in_doubt")).count())

    pc.heard = count
    pc.run()

    assert max(outstanding) == 1
    assert all('messageSetStatusCode="9001"' in pc.run_late(each) for each in late)
    assert [each.amounts["total"] for each in pc.company.invoices()] == [1000]
    assert pc.states() == {"synced": 3}


def test_in_an_older_copy_of_the_file_documents_given_up_are_sealed_again(
    pc: OfficePc, business: Business
) -> None:
    invoice = an_invoice(business, "10.00")
    pc.set_up()
    pc.sync(invoice.guid)
    late = pc.hold(3)
    copy = pc.company.to_json()
    pc.run()
    assert pc.states() == {"synced": 3}
    people.copy_back(pc.company, copy)
    connection = pc.connection
    connection.checked_at = None
    connection.save()
    pc.sync(invoice.guid)
    for _ in range(3):
        pc.run()

    assert 'messageSetStatusCode="9001"' in pc.run_late(late)
    assert [each.amounts["total"] for each in pc.company.invoices()] == [1000]
    assert pc.states() == {"synced": 3}


def test_what_an_older_file_lacks_is_no_part_of_a_document_given_up_that_changed_it(
    pc: OfficePc, business: Business
) -> None:
    """Only what was to be added is asked for again. Found in keeps-all 96095."""
    pc.set_up()
    copy = pc.company.to_json()
    anna = office.create_client(business=business, values={"name": "Anna"}, now=NOW)
    pc.run()
    office.update_client(client=anna, values={"phone": "555-0199"}, now=NOW)
    office.create_client(business=business, values={"name": "Ben"}, now=NOW)
    late = pc.hold()
    pc.run("stop-before=sendRequestXML@4")
    assert pc.states() == {"pending": 2}
    people.copy_back(pc.company, copy)
    # As the look leaves what an older file lacks: its id is nobody's any more.
    gone = {"quickbooks_id": "", "edit_sequence": "", "look_first": True}
    SyncEntry.objects.filter(title="Anna").update(**gone)
    for _ in range(3):
        pc.run()

    pc.run_late(late)
    ours = [each.name for each in pc.company.customers() if each.origin.set_id]
    assert sorted(ours) == ["Anna", "Ben"]
    assert pc.states() == {"synced": 2}


def test_what_is_found_may_be_of_an_earlier_document_and_goes_as_it_is_now(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    values = {"name": "Valve", "price": "44.00"}
    item = office.create_item(business=business, values=values, now=NOW)
    first = pc.hold()
    copy = pc.company.to_json()
    office.update_item(item=item, values={"price": "49.00"}, now=NOW)
    pc.run(
        "zombie@4"
    )  # The first is asked for and sealed, the file checked: the fourth is the second.
    assert pc.connector is not None
    assert pc.connector.held is not None
    assert "<Price>49.00000</Price>" in pc.connector.held.request
    pc.connector.held = None
    people.copy_back(pc.company, copy)  # Which has no seal.
    assert 'statusCode="0"' in pc.run_late(first)
    for _ in range(2):
        pc.run()
    assert pc.states() == {"synced": 1}
    (valve,) = (each for each in pc.company.items() if each.name == "Valve")
    assert valve.fields["SalesOrPurchase"]["Price"] == "49.00"
