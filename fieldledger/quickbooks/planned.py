"""Change a row of the initial sync's plan before it is approved."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.quickbooks import initial_sync
from fieldledger.quickbooks.entries import lock
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import Connection, PlanRow, QuickBooksRecord
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.sync.content import Kind
from fieldledger.sync.naming import fold, quickbooks_name

_NEEDS_OURS: Final = frozenset({initial_sync.LINK, initial_sync.CREATE_THERE, initial_sync.RENAME})
_NEEDS_THEIRS: Final = frozenset({initial_sync.LINK, initial_sync.CREATE_HERE})


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

    `theirs` is the ListID to link with; `name` the name to go under in QuickBooks.

    :raises Mistaken: if the decision does not fit the row.
    :raises NotPossible: once the plan is approved.
    """
    with transaction.atomic():
        current = lock(connection.pk)
        if current.initial_started_at is not None:
            raise NotPossible("The plan is approved; the initial sync follows it.")
        row = PlanRow.objects.select_related("theirs").get(connection=current, guid=row_guid)
        if decision not in initial_sync.DECISIONS or decision == initial_sync.ASK:
            offered = ", ".join(each for each in initial_sync.DECISIONS if each != initial_sync.ASK)
            raise Mistaken({"decision": [f"Choose one of: {offered}."]})
        if theirs is not None:
            row.theirs = _their_record(current, row, theirs)
        if decision in _NEEDS_OURS and row.record_id is None:
            raise Mistaken({"decision": ["The row has no record of ours; choose another one."]})
        if decision in _NEEDS_THEIRS and row.theirs is None:
            raise Mistaken({"theirs": ["Say which record in QuickBooks (its quickbooks_id)."]})
        if decision == initial_sync.CREATE_HERE:
            wants = current.import_clients if row.kind == Kind.CLIENT else current.import_items
            if not wants:
                raise Mistaken({"decision": ["The import of these was not chosen in the set-up."]})
        if decision == initial_sync.RENAME or name is not None:
            row.new_name = _new_name(current, row, name)
        row.decision = decision
        row.reason = f"Decided by {actor}."
        row.save()
        audit(
            business=current.business,
            actor=actor,
            action=f"plan: {decision}",
            subject=str(row.record_guid or row.guid),
            now=now,
        )
        return row


def _their_record(connection: Connection, row: PlanRow, list_id: str) -> QuickBooksRecord:
    into = (
        QuickBooksRecord.List.ENTITIES if row.kind == Kind.CLIENT else QuickBooksRecord.List.ITEMS
    )
    found = QuickBooksRecord.objects.filter(
        connection=connection, list=into, list_id=list_id
    ).first()
    if found is None or (row.kind == Kind.CLIENT and found.type != "CustomerRet"):
        raise Mistaken({"theirs": [f"QuickBooks has no such {row.kind}."]})
    other = (
        PlanRow.objects.filter(connection=connection, theirs=found, decision=initial_sync.LINK)
        .exclude(pk=row.pk)
        .first()
    )
    if other is not None:
        raise Mistaken({"theirs": [f"It is linked with “{other.record_name}” already."]})
    return found


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
