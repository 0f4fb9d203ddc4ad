"""Make a plan anew that waits for its approval, and keep what people have decided in it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fieldledger.quickbooks import planning
from fieldledger.quickbooks.entries import lock
from fieldledger.quickbooks.errors import Mistaken
from fieldledger.quickbooks.models import RANK, Connection, PlanRow
from fieldledger.quickbooks.planned import decide
from fieldledger.sync.content import Kind


def renew_plan(connection: Connection, *, now: datetime) -> None:
    """Make a locked connection's plan anew, and decide again as people have; the caller saves.

    What a decision was about may be gone, or be linked otherwise by now: then the row says that
    the decision could not be kept.
    """
    kept = [
        _Kept(
            kind=row.kind,
            record_id=row.record_id,
            list_id=row.theirs.list_id if row.theirs is not None else None,
            decision=row.decision,
            name=row.new_name,
            by=row.decided_by,
        )
        for row in PlanRow.objects.filter(connection=connection)
        .exclude(decided_by="")
        .select_related("theirs")
        .order_by("pk")
    ]
    planning.make_plan(connection, now=now)
    # Links first: what they take is no longer there for the others.
    for each in sorted(kept, key=lambda one: one.decision != planning.LINK):
        _decide_again(connection, each)


def catch_up(connection: Connection, *, now: datetime) -> None:
    """Let the waiting plan know of what was made, changed or merged here since it was made."""
    with transaction.atomic():
        current = lock(connection.pk)
        made_at = current.plan_made_at
        if made_at is None or current.initial_started_at is not None:
            return
        for kind, model in planning.MODELS.items():
            records = model._default_manager.filter(business_id=current.business_id)  # noqa: SLF001 - Django's documented API.
            rows = PlanRow.objects.filter(
                connection=current, rank=RANK[kind], record_id__isnull=False
            )
            if records.filter(updated_at__gt=made_at).exists() or records.count() != rows.count():
                renew_plan(current, now=now)
                current.save(update_fields=["plan_made_at"])
                return


@dataclass(frozen=True, slots=True)
class _Kept:
    """A person's decision, by what it is about."""

    kind: Kind
    record_id: int | None
    list_id: str | None
    decision: str
    name: str
    by: str


def _decide_again(connection: Connection, kept: _Kept) -> None:
    rows = PlanRow.objects.filter(connection=connection, rank=RANK[kept.kind]).select_related(
        "theirs", "near"
    )
    if kept.record_id is not None:
        row = rows.filter(record_id=kept.record_id).first()
    else:
        row = rows.filter(theirs__list_id=kept.list_id).first()
    if row is None:
        return
    is_link = kept.decision == planning.LINK
    try:
        with transaction.atomic():
            decide(
                connection,
                row,
                decision=kept.decision,
                by=kept.by,
                theirs=(kept.list_id or "") if is_link else None,
                name=kept.name if kept.decision == planning.RENAME else None,
            )
    except Mistaken as mistake:
        fresh = PlanRow.objects.get(pk=row.pk)
        fresh.reason += f" What {kept.by} had decided could not be kept: {mistake}"
        fresh.save(update_fields=["reason"])
