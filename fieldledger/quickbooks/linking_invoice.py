"""A person says that an invoice and the one in QuickBooks with its number are the same.

Nothing is sent by it. The invoice there keeps what it says, and a later change here names only what
is another here since (sync.written).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.office.models import Invoice
from fieldledger.quickbooks.entries import lock, tell
from fieldledger.quickbooks.entry_rows import by_keys
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.number_taken import TAKEN
from fieldledger.quickbooks.sending import bodies_now, release_waiters
from fieldledger.quickbooks.taken_number_row import TakenNumber
from fieldledger.quickbooks.verification import LINKED
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import fold
from fieldledger.sync.written import fingerprints

DIFFERS: Final = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """An invoice here beside the one in QuickBooks that has its number."""

    entry: SyncEntry
    here: Invoice
    there: TakenNumber
    linked: str  # The title of another invoice of ours that is that one already; "" if none is.


def comparison_of(connection: Connection, entry: SyncEntry | None) -> Comparison | None:
    """Return what a person compares; None for an entry that does not stand for its number."""
    if entry is None or entry.state != State.FAILED or entry.code != TAKEN:
        return None
    there = TakenNumber.objects.filter(entry=entry).first()
    here = (
        Invoice.objects.filter(pk=entry.record_id, business_id=connection.business_id)
        .select_related("business", "client")
        .first()
    )
    if there is None or here is None:
        return None
    other = _linked_with(connection, entry, there)
    return Comparison(entry=entry, here=here, there=there, linked=other.title if other else "")


def shape_of(connection: Connection, guid: UUID) -> dict[str, Any] | None:
    """Return the other invoice as the API shows it; None where there is none to tell of."""
    entry = SyncEntry.objects.filter(connection=connection, guid=guid).first()
    found = comparison_of(connection, entry)
    if found is None:
        return None
    there = found.there
    return {
        "quickbooks_id": there.quickbooks_id,
        "number": there.number,
        "customer": there.customer,
        "date": there.date.isoformat() if there.date else None,
        "subtotal": _money(there.subtotal),
        "tax": _money(there.tax),
        "total": _money(there.total),
        "lines": there.lines,
        "seen_at": there.seen_at,
        "linked_with": found.linked or None,
    }


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:.2f}"


def _linked_with(connection: Connection, entry: SyncEntry, there: TakenNumber) -> SyncEntry | None:
    return (
        SyncEntry.objects.filter(
            connection=connection,
            rank=RANK[Kind.INVOICE],
            quickbooks_id=there.quickbooks_id,
        )
        .exclude(pk=entry.pk)
        .first()
    )


def link(connection: Connection, entry_guid: UUID, *, actor: str, now: datetime) -> SyncEntry:
    """Make the invoice in QuickBooks that has this one's number the one it is there.

    Nothing is sent by it; what waits for the invoice goes on. Where the totals are not the same, it
    differs, as any other invoice would.

    :raises SyncEntry.DoesNotExist: if the connection has no such entry.
    :raises NotPossible: if its number is not taken any more, or another of ours is that invoice.
    """
    with transaction.atomic():
        current = lock(connection.pk)
        entry = SyncEntry.objects.get(connection=current, guid=entry_guid)
        found = comparison_of(current, entry)
        if found is None:
            raise NotPossible("This is settled already: its number is not taken any more.")
        if found.linked:
            raise NotPossible(
                f"Invoice {found.there.number} in QuickBooks is linked with “{found.linked}”"
                " already. Give this one another number."
            )
        _link(current, found, now)
        entry.save()
        found.there.delete()
        tell([(entry.pk, entry.state, actor, entry.message)], now=now)
        release_waiters(current, [entry.pk], now)
        audit(
            business=current.business,
            actor=actor,
            action="link invoice with QuickBooks",
            subject=str(entry.record_guid),
            details={"quickbooks_id": entry.quickbooks_id, "number": entry.quickbooks_name},
            now=now,
        )
        return entry


def _link(connection: Connection, found: Comparison, now: datetime) -> None:
    entry, there = found.entry, found.there
    rows = by_keys(connection.pk, [entry.pk])
    body, _ = bodies_now(connection, rows).get(entry.pk, (None, {}))
    # What is here now counts as what is there: only what is changed from now on is sent.
    entry.written = fingerprints(body) if body is not None else ""
    entry.wanted_revision = entry.synced_revision = entry.record_revision
    entry.synced_at = entry.updated_at = now
    entry.quickbooks_id, entry.quickbooks_type = there.quickbooks_id, "InvoiceRet"
    entry.edit_sequence, entry.line_ids = there.edit_sequence, []
    entry.adopted, entry.look_first, entry.waiting_on = True, False, None
    entry.quickbooks_name, entry.name_folded = there.number, fold(there.number)
    entry.said, entry.accepted_difference = "", None
    entry.differs_by = None if there.total is None else there.total - found.here.total
    entry.state, entry.code = State.SYNCED, LINKED
    entry.message = f"Linked with invoice {there.number} of {there.customer} in QuickBooks."
    if entry.differs_by:
        more = "more" if entry.differs_by > 0 else "less"
        entry.state, entry.code = State.DIFFERS, DIFFERS
        entry.message += f" Its total there is {abs(entry.differs_by):.2f} {more} than here."
