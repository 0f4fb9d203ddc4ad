"""Change a row of the initial sync's plan before it is approved.

Whatever is decided, each record of either side stays in the plan exactly once: what a row lets go
gets a row of its own, and what no question is left about is decided by itself.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.quickbooks import planning
from fieldledger.quickbooks.entries import lock
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import Connection, PlanRow, QuickBooksRecord
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.sync.content import Kind
from fieldledger.sync.naming import fold, quickbooks_name

_NEEDS_OURS: Final = frozenset({planning.LINK, planning.CREATE_THERE, planning.RENAME})
_NEEDS_THEIRS: Final = frozenset({planning.LINK, planning.CREATE_HERE})

_MADE_THERE: Final = frozenset({planning.CREATE_THERE, planning.RENAME})
_BEGIN: Final = 8  # Characters that a name and its differentiated forms have in common.


def decide_plan_row(
    connection: Connection,
    row_guid: UUID,
    *,
    decision: str,
    actor: str,
    now: datetime,
    theirs: str | None = None,
    name: str | None = None,
) -> PlanRow:
    """Decide what the initial sync does with one row.

    `theirs` is the ListID to link with, or else what the row holds or is most like; `name` the
    name to go under in QuickBooks.

    :raises Mistaken: if the decision does not fit the row.
    :raises NotPossible: once the plan is approved.
    """
    with transaction.atomic():
        current = open_plan(connection)
        row = PlanRow.objects.select_related("theirs", "near").get(
            connection=current, guid=row_guid
        )
        decide(current, row, decision=decision, by=actor, theirs=theirs, name=name)
        audit(
            business=current.business,
            actor=actor,
            action=f"plan: {decision}",
            subject=str(row.record_guid or row.guid),
            now=now,
        )
        return row


def open_plan(connection: Connection) -> Connection:
    """Return the connection, locked, whose plan may still be changed.

    :raises NotPossible: once the plan is approved.
    """
    current = lock(connection.pk)
    if current.initial_started_at is not None:
        raise NotPossible("The plan is approved; the initial sync follows it.")
    return current


def decide(
    connection: Connection,
    row: PlanRow,
    *,
    decision: str,
    by: str,
    theirs: str | None = None,
    name: str | None = None,
) -> None:
    """Decide a row of a locked connection's plan, and save all that it moves.

    :raises Mistaken: if the decision does not fit the row.
    """
    if decision not in planning.DECISIONS or decision == planning.ASK:
        offered = ", ".join(each for each in planning.DECISIONS if each != planning.ASK)
        raise Mistaken({"decision": [f"Choose one of: {offered}."]})
    old = row.theirs
    if decision == planning.LINK and theirs is None and row.theirs is None and row.near is not None:
        theirs = row.near.list_id
    if theirs is not None:
        row.theirs = _their_record(connection, row, theirs)
    if decision in _NEEDS_OURS and row.record_id is None:
        raise Mistaken({"decision": ["The row has no record of ours; choose another one."]})
    if decision in _NEEDS_THEIRS and row.theirs is None:
        raise Mistaken({"theirs": ["Say which record in QuickBooks (its quickbooks_id)."]})
    if decision == planning.CREATE_HERE and not _imports(connection, row.kind):
        raise Mistaken({"decision": ["The import of these was not chosen in the set-up."]})
    is_kept = decision == planning.CREATE_THERE and old is None and row.decision in _MADE_THERE
    if decision == planning.RENAME or name is not None:
        row.new_name = _new_name(connection, row, name)
        row.is_clash = False
    elif is_kept:
        decision = row.decision  # The name that was found for it stays.
    _let_go(connection, row, decision, old)
    row.decision, row.decided_by = decision, by
    row.reason = f"Decided by {by}."
    if decision == planning.CREATE_THERE and not is_kept and name is None:
        _name_alone(connection, row)
    if decision == planning.LINK:
        row.is_clash, row.new_name = False, ""
        PlanRow.objects.filter(connection=connection, near=row.theirs).exclude(pk=row.pk).update(
            near=None
        )
    row.save()
    if row.question:
        _settle(connection, row)


def _name_alone(connection: Connection, row: PlanRow) -> None:
    """Find the name a row goes under in QuickBooks, as if nothing had ever been like it."""
    decided = planning.how_to_create(
        connection, row.kind, row.record_name, _taken(connection, row), row.reason
    )
    row.decision, row.reason, row.new_name = decided.decision, decided.reason, decided.name
    row.is_clash = decided.is_clash


def _their_record(connection: Connection, row: PlanRow, list_id: str) -> QuickBooksRecord:
    into = (
        QuickBooksRecord.List.ENTITIES if row.kind == Kind.CLIENT else QuickBooksRecord.List.ITEMS
    )
    found = QuickBooksRecord.objects.filter(
        connection=connection, list=into, list_id=list_id
    ).first()
    if found is None or (row.kind == Kind.CLIENT and found.type != "CustomerRet"):
        raise Mistaken({"theirs": [f"QuickBooks has no such {row.kind}."]})
    other = _row_of(connection, found, row)
    if other is not None and other.decision == planning.LINK:
        raise Mistaken({"theirs": [f"It is linked with “{other.record_name}” already."]})
    return found


def _row_of(connection: Connection, theirs: QuickBooksRecord, row: PlanRow) -> PlanRow | None:
    """Return the other row that a record of theirs stands in."""
    rows = PlanRow.objects.filter(connection=connection, rank=row.rank, theirs=theirs)
    return rows.exclude(pk=row.pk).first()


def _imports(connection: Connection, kind: Kind) -> bool:
    return connection.import_clients if kind == Kind.CLIENT else connection.import_items


def _let_go(
    connection: Connection, row: PlanRow, decision: str, old: QuickBooksRecord | None
) -> None:
    """Find a place for what the decision parts the row from; take over what stood elsewhere."""
    if row.theirs is not None and row.theirs != old:
        other = _row_of(connection, row.theirs, row)
        if other is not None:
            other.theirs = None
            if other.record_id is None:
                other.delete()
            elif other.decision == planning.ASK:
                other.save()
            else:
                _decide_alone(connection, other)
        if old is not None:
            _place(connection, row, old)
    if row.record_id is None or row.theirs is None:
        return
    if decision in {planning.CREATE_THERE, planning.RENAME}:
        parted, row.theirs = row.theirs, None
        _place(connection, row, parted)
    elif decision == planning.CREATE_HERE:
        alone = _beside(row)
        alone.record_id, alone.record_guid = row.record_id, row.record_guid
        alone.record_name = row.record_name
        row.record_id = row.record_guid = None
        row.record_name = row.new_name = ""
        _decide_alone(connection, alone)


def _beside(row: PlanRow) -> PlanRow:
    return PlanRow(connection=row.connection, rank=row.rank, question=row.question)


def _place(connection: Connection, row: PlanRow, theirs: QuickBooksRecord) -> None:
    """Let what `row` no longer holds stand with another of its question, or alone."""
    open_row = None
    if row.question:
        rows = PlanRow.objects.filter(
            connection=connection,
            rank=row.rank,
            question=row.question,
            decision=planning.ASK,
            theirs=None,
        )
        open_row = rows.exclude(pk=row.pk).order_by("pk").first()
    if open_row is not None:
        open_row.theirs = theirs
        open_row.save()
        return
    alone = _beside(row)
    alone.theirs = theirs
    _decide_alone(connection, alone)


def _settle(connection: Connection, row: PlanRow) -> None:
    """Decide what is left of a question once only one side of it is left."""
    left = list(
        PlanRow.objects.filter(
            connection=connection, rank=row.rank, question=row.question, decision=planning.ASK
        )
        .exclude(pk=row.pk)
        .select_related("theirs")
        .order_by("pk")
    )
    if any(each.record_id for each in left) and any(each.theirs_id for each in left):
        return
    for each in left:
        _decide_alone(connection, each)


def _decide_alone(connection: Connection, row: PlanRow) -> None:
    """Decide a row with one side, as if nothing had ever been like it, and save it."""
    row.new_name, row.decided_by = "", ""
    if row.theirs is None:
        row.reason = "No record in QuickBooks is left for it."
        _name_alone(connection, row)
    else:
        theirs = row.theirs
        decided = planning.how_to_import(
            connection,
            row.kind,
            type_=theirs.type,
            full_name=theirs.full_name,
            sublevel=theirs.sublevel,
            is_active=theirs.is_active,
            reason=f"No {row.kind} here is left for it.",
        ) or planning.Decided(
            planning.SKIP, "It stays in QuickBooks only; the import was not chosen."
        )
        row.decision, row.reason, row.is_clash = decided.decision, decided.reason, False
    row.save()


def _taken(connection: Connection, row: PlanRow) -> planning.Taken:
    """Return the names that may be in the way of a row's own: there, or given by the plan."""
    begin = row.record_name.strip()[:_BEGIN]
    there = QuickBooksRecord.objects.filter(
        connection=connection,
        list=planning.LISTS[row.kind],
        sublevel=0,
        name_folded__startswith=fold(begin),
    )
    taken = planning.Taken(dict(there.values_list("name_folded", "type")))
    planned = PlanRow.objects.filter(
        connection=connection, rank=row.rank, new_name__istartswith=begin
    ).exclude(pk=row.pk)
    for each in planned.values_list("new_name", flat=True):
        taken.add(fold(each))
    return taken


def _new_name(connection: Connection, row: PlanRow, name: str | None) -> str:
    if not (name or "").strip():
        raise Mistaken({"name": ["Give the name to use in QuickBooks."]})
    limit = NAME_MAX[row.kind]
    wanted = (name or "").strip()
    if quickbooks_name(wanted, limit=limit).name != wanted:
        raise Mistaken(
            {"name": [f"At most {limit} characters that QuickBooks can hold, without “:”."]}
        )
    into = (
        QuickBooksRecord.List.ENTITIES if row.kind == Kind.CLIENT else QuickBooksRecord.List.ITEMS
    )
    if QuickBooksRecord.objects.filter(
        connection=connection, list=into, name_folded=fold(wanted)
    ).exists():
        raise Mistaken({"name": ["This name is taken in QuickBooks."]})
    return wanted
