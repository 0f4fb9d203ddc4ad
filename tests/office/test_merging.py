"""Making one client of two."""

from datetime import datetime

import pytest

from fieldledger.accounts.models import AuditEvent, Business
from fieldledger.office.changes import Change
from fieldledger.office.models import Client, Item
from fieldledger.office.services import (
    Refused,
    create_client,
    create_invoice,
    create_payment,
    merge_clients,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(business: Business, item: Item, now: datetime) -> tuple[Client, Client]:
    keep = create_client(
        business=business,
        values={"name": "Lee Park", "phone": "555 0100", "billing_line1": "12 Elm St"},
        now=now,
    )
    drop = create_client(
        business=business,
        values={
            "name": "Lee Parc",
            "phone": "555 0199",
            "email": "lee@example.com",
            "billing_line1": "9 Oak Ave",
            "billing_city": "Springfield",
        },
        now=now,
    )
    for _ in range(3):
        invoice = create_invoice(
            business=business,
            values={
                "client": str(drop.guid),
                "date": "2026-05-03",
                "lines": [{"item": str(item.guid), "quantity": "1", "unit_price": "10"}],
            },
            now=now,
        )
    create_payment(
        business=business,
        values={"invoice": str(invoice.guid), "amount": "4", "date": "2026-05-04"},
        now=now,
    )
    return keep, drop


def test_invoices_and_payments_move_and_the_other_is_archived(
    business: Business,
    two: tuple[Client, Client],
    heard: list[Change],
    now: datetime,
) -> None:
    keep, drop = two
    heard.clear()

    merged = merge_clients(business=business, keep=keep, drop=drop, now=now, actor="Dana")

    assert (merged.invoices, merged.payments) == (3, 1)
    assert keep.invoices.count() == 3
    assert drop.invoices.count() == 0
    assert all(each.revision > 1 for each in keep.invoices.all())
    assert [each.kind for each in heard] == ["invoice", "client", "client"]
    keep.refresh_from_db()
    drop.refresh_from_db()
    assert (keep.phone, keep.email, keep.billing_line1, keep.billing_city) == (
        "555 0100",
        "lee@example.com",
        "12 Elm St",
        "",  # An address is taken over whole or not at all.
    )
    assert drop.archived
    assert drop.notes == "Merged into Lee Park."
    event = AuditEvent.objects.get(action="merge client")
    assert (event.actor, event.subject) == ("Dana", str(keep.guid))


def test_merging_again_moves_what_has_come_since(
    business: Business, two: tuple[Client, Client], now: datetime
) -> None:
    keep, drop = two
    merge_clients(business=business, keep=keep, drop=drop, now=now)

    again = merge_clients(business=business, keep=keep, drop=drop, now=now)

    assert again.invoices == 0
    drop.refresh_from_db()
    assert drop.archived


def test_a_client_is_not_merged_with_itself_or_a_neighbours(
    business: Business,
    other_business: Business,
    two: tuple[Client, Client],
    now: datetime,
) -> None:
    keep, _ = two
    stranger = create_client(business=other_business, values={"name": "Lee"}, now=now)

    for other in (keep, stranger):
        with pytest.raises(Refused):
            merge_clients(business=business, keep=keep, drop=other, now=now)


def test_whatever_belongs_to_a_client_is_moved() -> None:
    relations = {each.name for each in Client._meta.related_objects}

    moved = {"credits", "deposits", "invoices"}
    assert relations == moved, "merge_clients has to move what else belongs to a client"
