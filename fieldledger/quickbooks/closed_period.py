"""Invoices dated in closed books: another date, held, or let go all the same; a person chooses.

QuickBooks' closing date cannot be changed from outside: it has no request that writes preferences
(qbXML 13.0 schema).
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from fieldledger.office.models import Invoice
from fieldledger.office.services import Refused, update_invoice
from fieldledger.quickbooks.asking import HELD, HOLD, REFUSED, SyncResult, act, sync
from fieldledger.quickbooks.contents import entries_of
from fieldledger.quickbooks.entries import add_entries, lock
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.prechecking import standing_of
from fieldledger.sync.content import Kind, State
from fieldledger.sync.precheck import REFUSED as REFUSED_GROUPS
from fieldledger.sync.precheck import Group, why_not

# What QuickBooks or we have said of an invoice that stands for its date.
CLOSED_CODES: Final = frozenset({"closed_period", "3171"})


def closed_choices(connection: Connection, today: date) -> dict[str, Any]:
    """Return what the choices for a closed period begin from: today, if that is not closed too."""
    closing = connection.closing_date
    first = closing + timedelta(days=1) if closing else None
    return {
        "closing_date": closing,
        "first_open_day": first,
        "another_date": max(today, first) if first else today,
    }


def send_with_date(
    connection: Connection, *, invoices: Sequence[UUID], on: date, actor: str, now: datetime
) -> list[SyncResult]:
    """Give invoices another date, here as there, and queue them; the due date moves along.

    An invoice that cannot have the date, or would not be sent with it, is refused with the reason
    and stays as it is.
    """
    refused: list[SyncResult] = []
    moved: list[UUID] = []
    bills = Invoice.objects.filter(business_id=connection.business_id, guid__in=invoices)
    found = list(bills.select_related("business").order_by("pk"))
    entries = entries_of(connection, Kind.INVOICE, (each.pk for each in found))
    for invoice in found:
        group, why = why_not(standing_of(invoice, Kind.INVOICE, entries.get(invoice.pk)), None)
        if group in REFUSED_GROUPS:
            refused.append(_refused(invoice.guid, why))
            continue
        try:
            update_invoice(invoice=invoice, values=_moved(invoice, on), now=now, actor=actor)
        except OverflowError:  # Its due date would be after the last day there is.
            refused.append(_refused(invoice.guid, f"{on:%Y-%m-%d} is too late a date."))
        except Refused as error:
            reason = " ".join(each for sentences in error.errors.values() for each in sentences)
            refused.append(_refused(invoice.guid, reason))
        else:
            moved.append(invoice.guid)
    return refused + sync(
        connection, invoices=moved, payments=[], actor=actor, now=now, only_ready=True
    )


def _moved(invoice: Invoice, on: date) -> dict[str, str]:
    if invoice.due_date is None:
        return {"date": on.isoformat()}
    days = max(invoice.due_date - invoice.date, timedelta(0))
    return {"date": on.isoformat(), "due_date": (on + days).isoformat()}


def let_go(
    connection: Connection, *, invoices: Sequence[UUID], actor: str, now: datetime
) -> list[SyncResult]:
    """Queue invoices as they are: QuickBooks may have been opened since its date was read.

    The next session reads the closing date before it sends; if it still holds, they stop with it.
    """
    return sync(
        connection,
        invoices=invoices,
        payments=[],
        actor=actor,
        now=now,
        only_ready=True,
        past_closing=True,
    )


def hold(
    connection: Connection, *, invoices: Sequence[UUID], actor: str, now: datetime
) -> list[SyncResult]:
    """Keep invoices back until somebody releases them, also those nobody had asked for yet."""
    results: list[SyncResult] = []
    with transaction.atomic():
        current = lock(connection.pk)
        bills = list(Invoice.objects.filter(business_id=current.business_id, guid__in=invoices))
        entries = entries_of(current, Kind.INVOICE, (each.pk for each in bills))
        kept: list[Invoice] = []
        for each in bills:
            group, reason = why_not(standing_of(each, Kind.INVOICE, entries.get(each.pk)), None)
            if group in REFUSED_GROUPS or group == Group.ON_ITS_WAY:
                results.append(_refused(each.guid, reason or "It is on its way already."))
            else:
                kept.append(each)
        new = [each for each in kept if each.pk not in entries]
        add_entries(current, Kind.INVOICE, new, now=now, actor=actor, state=State.HELD)
        entries = entries_of(current, Kind.INVOICE, (each.pk for each in kept))
        guids = {entry.guid: entry.record_guid for entry in entries.values()}
        results.extend(
            SyncResult(
                kind=Kind.INVOICE,
                guid=guids[done.entry_guid],
                result=HELD if done.done else REFUSED,
                reason=done.reason,
                entry_guid=done.entry_guid,
            )
            for done in act(current, action=HOLD, entries=list(guids), actor=actor, now=now)
        )
    return results


def _refused(guid: UUID, reason: str) -> SyncResult:
    return SyncResult(kind=Kind.INVOICE, guid=guid, result=REFUSED, reason=reason)
