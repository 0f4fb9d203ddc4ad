"""Undo the initial sync: what the import made here, and what it made in QuickBooks.

Each record is undone for as long as nobody has used or changed it; for every other one the reason
why not is said.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.office.models import Invoice, InvoiceLine
from fieldledger.office.services.removing import remove_clients, remove_items
from fieldledger.quickbooks import planning
from fieldledger.quickbooks.entries import adjust_active, lock, tell
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import RANK, Connection, PlanRow, Stage, SyncEntry
from fieldledger.quickbooks.taking_back import KEPT_THERE, TAKING_BACK
from fieldledger.sync.content import Kind, State

IMPORT: Final = "import"  # What came here.
EXPORT: Final = "export"  # What went there.
_MADE: Final = {
    IMPORT: (planning.CREATE_HERE,),
    EXPORT: (planning.CREATE_THERE, planning.RENAME),
}
MANY: Final = 5000  # Rows undone in one request.


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the plan and why it cannot be undone; "" if it can."""

    row: PlanRow
    why_not: str


@dataclass(slots=True)
class Preview:
    """How many can be undone, how many cannot, and the first of those with the reason."""

    can: int = 0
    cannot: int = 0
    undone: int = 0
    kept: list[Row] | None = None


@dataclass(frozen=True, slots=True)
class Undone:
    """How many were undone, and whether there are more."""

    number: int
    has_more: bool


def preview(connection: Connection, what: str, *, at_most: int = 50) -> Preview:
    """Return what an undo would do now."""
    found = Preview(kept=[])
    found.undone = PlanRow.objects.filter(
        connection=connection, decision__in=_MADE[what], undone_at__isnull=False
    ).count()
    for part in _batches(connection, what):
        for each in part:
            if not each.why_not:
                found.can += 1
                continue
            found.cannot += 1
            if found.kept is not None and len(found.kept) < at_most:
                found.kept.append(each)
    return found


def undo_import(connection: Connection, *, actor: str, now: datetime) -> Undone:
    """Delete here what the import made and nobody has used; QuickBooks is not touched.

    :raises NotPossible: before the initial sync is complete.
    """
    return _undo(connection, IMPORT, actor, now)


def undo_export(connection: Connection, *, actor: str, now: datetime) -> Undone:
    """Ask for what the initial sync made in QuickBooks to be deleted there; it goes as any write.

    :raises NotPossible: before the initial sync is complete.
    """
    return _undo(connection, EXPORT, actor, now)


def _undo(connection: Connection, what: str, actor: str, now: datetime) -> Undone:
    if connection.stage != Stage.ONGOING:
        raise NotPossible("The initial sync is not complete; there is nothing to undo yet.")
    number = last = 0
    while number < MANY:
        with transaction.atomic():
            current = lock(connection.pk)
            part = next(_batches(current, what, after=last), None)
            if part is None:
                return Undone(number, has_more=False)
            rows = [each.row for each in part if not each.why_not]
            done = (
                _remove(current, rows, actor, now) if what == IMPORT else _ask(current, rows, now)
            )
            PlanRow.objects.filter(pk__in=done).update(undone_at=now)
            audit(
                business=current.business,
                actor=actor,
                action=f"undo the initial sync: {what}",
                subject=str(current.guid),
                details={"records": len(done)},
                now=now,
            )
        number += len(done)
        last = part[-1].row.pk
    return Undone(number, has_more=True)


def _remove(
    connection: Connection, rows: Sequence[PlanRow], actor: str, now: datetime
) -> list[int]:
    done: list[int] = []
    for kind, remove in ((Kind.CLIENT, remove_clients), (Kind.ITEM, remove_items)):
        of_kind = {each.record_id: each.pk for each in rows if each.kind == kind}
        ids = [each for each in of_kind if each is not None]
        if not ids:
            continue
        gone = remove(business=connection.business, ids=ids, now=now, actor=actor)
        SyncEntry.objects.filter(
            connection=connection, rank=RANK[kind], record_id__in=gone
        ).delete()
        done += [of_kind[each] for each in gone]
    return done


def _ask(connection: Connection, rows: Sequence[PlanRow], now: datetime) -> list[int]:
    asked: list[int] = []
    message = "To be taken out of QuickBooks again. It is looked up first: only untouched, it goes."
    for kind in planning.MODELS:
        of_kind = [each for each in rows if each.kind == kind]
        ids = [each.record_id for each in of_kind if each.record_id is not None]
        entries = SyncEntry.objects.filter(
            connection=connection, rank=RANK[kind], record_id__in=ids, state=State.SYNCED
        )
        keys = list(entries.values_list("pk", flat=True))
        entries.update(
            state=State.PENDING,
            code=TAKING_BACK,
            message=message,
            look_first=True,
            take_back_at=now,
            queued_at=now,
            updated_at=now,
            tried_in=0,
        )
        adjust_active(connection.pk, len(keys))
        tell(((each, State.PENDING, "", message) for each in keys), now=now)
        asked += [each.pk for each in of_kind]
    return asked


def _batches(connection: Connection, what: str, *, after: int = 0) -> Iterator[list[Row]]:
    rows = PlanRow.objects.filter(
        connection=connection,
        decision__in=_MADE[what],
        record_id__isnull=False,
        undone_at__isnull=True,
    )
    while part := list(rows.filter(pk__gt=after).order_by("pk")[: planning.BATCH]):
        why = {kind: _why_not(connection, kind, what, part) for kind in planning.MODELS}
        yield [Row(each, why[each.kind].get(each.record_id or 0, "")) for each in part]
        after = part[-1].pk


def _why_not(
    connection: Connection, kind: Kind, what: str, rows: Sequence[PlanRow]
) -> dict[int, str]:
    """Return the reasons of those records that cannot be undone, by primary key."""
    ids = [each.record_id for each in rows if each.kind == kind and each.record_id is not None]
    records = planning.MODELS[kind]._default_manager.all()  # noqa: SLF001 - Django's documented API.
    revisions = dict(records.filter(pk__in=ids).values_list("pk", "revision"))
    entries = {
        each.record_id: each
        for each in SyncEntry.objects.filter(
            connection=connection, rank=RANK[kind], record_id__in=ids
        )
    }
    used = _used(kind, ids)
    found = {}
    for key in ids:
        entry = entries.get(key)
        if key not in revisions:
            found[key] = "It is no longer here."
        elif key in used:
            found[key] = f"Invoice {used[key]} uses it."
        elif what == IMPORT and revisions[key] > 1:
            found[key] = "It was changed here since."
        elif entry is None or entry.state != State.SYNCED or not entry.quickbooks_id:
            found[key] = "It is not simply in step with QuickBooks just now: see the sync log."
        elif what == EXPORT and entry.code == KEPT_THERE:
            found[key] = entry.message
        elif what == EXPORT and entry.adopted:
            found[key] = "It was linked by hand since."
    return found


def _used(kind: Kind, ids: Sequence[int]) -> dict[int, str]:
    """Return an invoice's number for each record that one uses."""
    if kind == Kind.CLIENT:
        clients = Invoice.objects.filter(client__in=ids).values_list("client_id", "number")
        return dict(clients)
    lines = InvoiceLine.objects.filter(item__in=ids).values_list("item_id", "invoice__number")
    return {item: number for item, number in lines if item is not None}
