"""Decide many rows of the plan alike."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import QuerySet

from fieldledger.accounts.services import audit
from fieldledger.quickbooks import planning
from fieldledger.quickbooks.errors import Mistaken
from fieldledger.quickbooks.models import Connection, PlanRow
from fieldledger.quickbooks.planned import decide, open_plan

NEW: Final = "new"  # On whichever side the record is missing.
MANY: Final = 2000  # Rows decided one by one in one request: a few seconds.
_OFFERED: Final = frozenset({planning.LINK, NEW, planning.SKIP})


@dataclass(frozen=True, slots=True)
class Counted:
    """How many rows were decided, how many it did not fit, and how many are still to come."""

    done: int
    unfit: int
    left: int


def decide_plan_rows(
    connection: Connection,
    rows: QuerySet[PlanRow],
    *,
    decision: str,
    actor: str,
    now: datetime,
) -> Counted:
    """Link, make new or skip many rows; those it does not fit stay as they are.

    At most MANY rows that have to be moved one by one are decided at once.

    :raises Mistaken: for another decision.
    :raises NotPossible: once the plan is approved.
    """
    if decision not in _OFFERED:
        raise Mistaken({"decision": ["Choose link, new or skip."]})
    with transaction.atomic():
        current = open_plan(connection)
        keys = list(rows.filter(connection=current).order_by("pk").values_list("pk", flat=True))
        if decision == planning.SKIP:
            counted = _skip(current, keys, actor)
        else:
            counted = _one_by_one(current, keys[:MANY], decision, actor)
            counted = Counted(counted.done, counted.unfit, len(keys[MANY:]))
        audit(
            business=current.business,
            actor=actor,
            action=f"plan: {decision}",
            subject=str(current.guid),
            details={"rows": counted.done},
            now=now,
        )
        return counted


def _skip(connection: Connection, keys: Sequence[int], by: str) -> Counted:
    """Skip rows: all at once where nothing hangs on them, else in turn."""
    asking: list[int] = []
    done = 0
    for start in range(0, len(keys), planning.BATCH):
        part = PlanRow.objects.filter(pk__in=keys[start : start + planning.BATCH])
        asking += part.filter(question__gt=0).values_list("pk", flat=True)
        done += part.filter(question=0).update(
            decision=planning.SKIP, decided_by=by, reason=f"Decided by {by}.", is_clash=False
        )
    counted = _one_by_one(connection, asking[:MANY], planning.SKIP, by)
    return Counted(done + counted.done, counted.unfit, len(asking[MANY:]))


def _one_by_one(connection: Connection, keys: Sequence[int], decision: str, by: str) -> Counted:
    done = unfit = 0
    for key in keys:
        row = PlanRow.objects.select_related("theirs", "near").filter(pk=key).first()
        if row is None:
            continue  # An earlier one has taken it over.
        wanted = decision
        if decision == NEW:
            is_ours = row.record_id is not None
            wanted = planning.CREATE_THERE if is_ours else planning.CREATE_HERE
        try:
            with transaction.atomic():
                decide(connection, row, decision=wanted, by=by)
            done += 1
        except Mistaken:
            unfit += 1
    return Counted(done, unfit, 0)
