"""J5.4, N4: what is said before anything is sent, and that it is looked at again on sending."""

import datetime as dt
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice, Item, TaxRate
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.prechecking import look
from fieldledger.sync.content import State
from fieldledger.sync.precheck import Group
from tests.quickbooks.test_straight_path import a_client, a_payment, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


@pytest.fixture
def sold(pc: OfficePc, business: Business) -> tuple[Client, Item]:
    client, item = a_client(business), an_item(business)
    pc.set_up()
    return client, item


def close_books(through: str) -> None:
    Connection.objects.update(closing_date=dt.date.fromisoformat(through))


def bare_line(business: Business, client: Client) -> Invoice:
    lines = [{"description": "Odd job", "quantity": "1", "unit_price": "10.00"}]
    return office.create_invoice(
        business=business,
        values={"client": client.guid, "date": "2026-05-04", "lines": lines},
        now=timezone.now(),
    )


def groups(pc: OfficePc, *invoices: Invoice) -> list[Group]:
    found = look(pc.connection, [each.pk for each in invoices])
    return [found[each.pk].verdict.group for each in invoices]


def test_j5_4_every_invoice_is_in_the_group_that_says_what_it_needs(
    pc: OfficePc, business: Business, sold: tuple[Client, Item]
) -> None:
    client, item = sold
    there = an_invoice(business, client, item)
    pc.sync(there.guid)
    pc.run()
    waiting = an_invoice(business, client, item)
    pc.sync(waiting.guid)
    rate = TaxRate.objects.create(
        business=business, name="Lunar", name_folded="lunar", percent=Decimal(3)
    )
    bad_client = a_client(business, "Held Harry")
    entry = SyncEntry.objects.get(record_guid=bad_client.guid)
    pc.act("hold", entry)
    void = an_invoice(business, client, item)
    office.void_invoice(invoice=void, now=timezone.now(), actor="")
    void.refresh_from_db()
    close_books("2026-03-31")

    found = groups(
        pc,
        an_invoice(business, client, item),
        there,
        waiting,
        an_invoice(business, client, item, date="2026-03-15"),
        an_invoice(business, client, item, tax_rate=rate.guid),
        bare_line(business, client),
        an_invoice(business, bad_client, item),
        void,
    )

    assert found == [
        Group.READY,
        Group.THERE,
        Group.ON_ITS_WAY,
        Group.CLOSED,
        Group.MAPPING,
        Group.MAPPING,
        Group.PARENT,
        Group.VOID,
    ]


def test_n4_what_is_there_is_said_to_be_there_even_if_the_books_were_closed_since(
    pc: OfficePc, business: Business, sold: tuple[Client, Item]
) -> None:
    invoice = an_invoice(business, *sold)
    pc.sync(invoice.guid)
    pc.run()
    close_books("2026-12-31")

    (result,) = pc.sync(invoice.guid)

    assert (result.result, result.reason) == (
        "refused",
        "The invoice is already in QuickBooks, unchanged since.",
    )


def test_j5_4_only_the_ready_are_sent_and_the_look_is_taken_again_on_sending(
    pc: OfficePc, business: Business, sold: tuple[Client, Item]
) -> None:
    client, item = sold
    ready, bare = an_invoice(business, client, item), bare_line(business, client)

    results = services.sync(
        pc.connection,
        invoices=[ready.guid, bare.guid],
        payments=[],
        actor="",
        now=timezone.now(),
        only_ready=True,
    )

    assert [(each.guid, each.result) for each in results] == [
        (ready.guid, "queued"),
        (bare.guid, "refused"),
    ]
    assert "names no item" in results[1].reason
    assert not SyncEntry.objects.filter(record_guid=bare.guid).exists()


def test_an_invoice_whose_client_goes_first_is_ready(
    pc: OfficePc, business: Business, sold: tuple[Client, Item]
) -> None:
    invoice = an_invoice(business, a_client(business, "New Nora"), sold[1])
    found = look(pc.connection, [invoice.pk])[invoice.pk].verdict
    assert found.group == Group.READY
    assert "New Nora goes first." in [each.words for each in found.checks]


def test_a_payment_that_is_not_there_makes_a_synced_invoice_ready(
    pc: OfficePc, business: Business, sold: tuple[Client, Item]
) -> None:
    invoice = an_invoice(business, *sold)
    pc.sync(invoice.guid)
    pc.run()
    assert groups(pc, invoice) == [Group.THERE]
    a_payment(business, invoice, "5.00")
    assert groups(pc, invoice) == [Group.READY]


def test_n4_let_go_asks_quickbooks_whether_the_books_are_still_closed(
    pc: OfficePc, business: Business, sold: tuple[Client, Item]
) -> None:
    invoice = an_invoice(business, *sold)
    close_books("2026-12-31")  # As we last knew; in QuickBooks they are open.

    (result,) = services.sync(
        pc.connection,
        invoices=[invoice.guid],
        payments=[],
        actor="",
        now=timezone.now(),
        only_ready=True,
        past_closing=True,
    )
    pc.run()

    assert result.result == "queued"
    assert [each.state for each in pc.entries(rank=3)] == [State.SYNCED]


def test_the_number_of_statements_does_not_grow_with_the_invoices(
    pc: OfficePc, business: Business, sold: tuple[Client, Item]
) -> None:
    client, item = sold
    some = [an_invoice(business, client, item).pk for _ in range(3)]
    many = [*some, *(an_invoice(business, client, item).pk for _ in range(20))]
    counts = []
    for keys in (some, many):
        with CaptureQueriesContext(database) as taken:
            assert len(look(pc.connection, keys)) == len(keys)
        counts.append(len(taken))
    assert counts[0] == counts[1] < 16


def test_what_is_not_there_has_no_verdict(pc: OfficePc, sold: tuple[Client, Item]) -> None:
    assert look(pc.connection, [10**9]) == {}
    assert (
        services.sync(pc.connection, invoices=[uuid4()], payments=[], actor="", now=timezone.now())[
            0
        ].reason
        == "There is no such invoice."
    )
