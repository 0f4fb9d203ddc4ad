"""Making one client of two: what the one has goes to the other, and the one is archived."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db.models import Q

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import THE_SYSTEM, audit
from fieldledger.office.changes import Change, announce
from fieldledger.office.models import LONG_TEXT_LENGTH_MAX, Client, Credit, Invoice, Payment
from fieldledger.office.refusals import refusal
from fieldledger.office.services.clients import update_client
from fieldledger.office.services.records import BULK_MAX, atomically

_ADDRESS: Final = ("line1", "line2", "city", "state", "postal_code", "country")
# What the client that stays takes over where it has nothing itself: as a whole, or not at all.
_TOGETHER: Final = (
    ("company_name",),
    ("first_name", "last_name"),
    ("email",),
    ("phone",),
    *(tuple(f"{use}_{part}" for part in _ADDRESS) for use in ("billing", "service")),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """The client that stays, and how many invoices and payments came to it."""

    client: Client
    invoices: int
    payments: int


@atomically
def merge_clients(
    *, business: Business, keep: Client, drop: Client, now: datetime, actor: str = THE_SYSTEM
) -> Merged:
    """Give everything of the client `drop` to the client `keep`, and archive `drop`.

    Invoices move with their payments, and credit memos, void ones too; contact details fill what
    `keep` lacks, notes are added. Nothing is deleted: `drop` stays in the archive and says where it
    went. Merging again moves what has come since.

    :raises Refused: if the two are one, or not both clients of this business.
    """
    rows = Client.objects.select_for_update(of=["self"], no_key=True).select_related("business")
    found = {
        each.pk: each
        for each in rows.filter(business=business, pk__in=[keep.pk, drop.pk]).order_by("pk")
    }
    if len(found) != 2:
        raise refusal("client", "Choose another client of this business to merge with.")
    kept, dropped = found[keep.pk], found[drop.pk]
    # Before the invoices: whoever applies one of these to an invoice locks them in this order.
    _move_credits(dropped, kept, now)
    _move_deposits(dropped, kept, now)
    moved = 0
    for invoices in _batches(dropped):
        for each in invoices:
            each.client, each.updated_at = kept, now
            each.revision += 1
        Invoice.objects.bulk_update(invoices, ["client", "updated_at", "revision"])
        moved += len(invoices)
        announce(Change(business_id=business.pk, kind="invoice", records=invoices, at=now))
    kept = update_client(client=kept, values=_gained(kept, dropped), now=now, actor=actor)
    notes = f"{dropped.notes}\nMerged into {kept.name}.".strip()[:LONG_TEXT_LENGTH_MAX]
    update_client(client=dropped, values={"archived": True, "notes": notes}, now=now, actor=actor)
    payments = Payment.objects.filter(Q(invoice__client=kept) | Q(client=kept)).count()
    audit(
        business=business,
        actor=actor,
        action="merge client",
        subject=str(kept.guid),
        now=now,
        details={"from": str(dropped.guid), "invoices": moved},
    )
    return Merged(client=kept, invoices=moved, payments=payments)


def _batches(dropped: Client) -> Iterator[list[Invoice]]:
    """Yield the client's invoices until it has none; whoever takes a batch moves it."""
    rows = Invoice.objects.select_for_update(of=["self"], no_key=True).select_related("business")
    while part := list(rows.filter(client=dropped).order_by("pk")[:BULK_MAX]):
        yield part


def _move_credits(dropped: Client, kept: Client, now: datetime) -> None:
    rows = Credit.objects.select_for_update(of=["self"], no_key=True)
    credits_ = list(rows.filter(client=dropped).order_by("pk"))
    for each in credits_:
        each.client, each.updated_at = kept, now
        each.revision += 1
    Credit.objects.bulk_update(credits_, ["client", "updated_at", "revision"], BULK_MAX)
    announce(Change(business_id=kept.business_id, kind="credit", records=credits_, at=now))


def _move_deposits(dropped: Client, kept: Client, now: datetime) -> None:
    rows = Payment.objects.select_for_update(of=["self"], no_key=True)
    deposits = list(rows.filter(client=dropped).select_related("client").order_by("pk"))
    for each in deposits:
        each.client, each.updated_at = kept, now
        each.revision += 1
    Payment.objects.bulk_update(deposits, ["client", "updated_at", "revision"], BULK_MAX)
    announce(Change(business_id=kept.business_id, kind="payment", records=deposits, at=now))


def _gained(kept: Client, dropped: Client) -> dict[str, object]:
    """Return what the client that stays takes over: only what it has nothing of itself."""
    values: dict[str, object] = {}
    for names in _TOGETHER:
        if not any(getattr(kept, name) for name in names):
            values |= {name: getattr(dropped, name) for name in names}
    if dropped.notes and dropped.notes not in kept.notes:
        values["notes"] = f"{kept.notes}\n{dropped.notes}".strip()[:LONG_TEXT_LENGTH_MAX]
    return values
