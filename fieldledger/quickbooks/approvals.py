"""Say yes or no to what is held for approval, and choose when anything is."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from fieldledger.accounts.models import AuditEvent, Business, Membership
from fieldledger.accounts.roles import Right, may
from fieldledger.accounts.services import audit_many
from fieldledger.office.models import Payment
from fieldledger.office.services.payments import DEPOSIT_APPLIED
from fieldledger.quickbooks.approval_rows import Approval, ApprovalRules
from fieldledger.quickbooks.approving import APPROVAL, hold_back, is_waiting
from fieldledger.quickbooks.asking import ActResult, requeue
from fieldledger.quickbooks.changing import locking, note
from fieldledger.quickbooks.entries import adjust_active, lock, tell
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.sync.approval import Rules
from fieldledger.sync.content import Kind, State

NOBODY_ELSE: Final = (
    "Nobody else could approve: two people are needed who may, as owner, manager or bookkeeper."
)
# What QuickBooks would get is as it was: it was asked of it, mailed, or a deposit went to it.
_CHANGES_NOTHING: Final = (
    Q(action__contains="QuickBooks") | Q(action__startswith="mail ") | Q(action=DEPOSIT_APPLIED)
)
_CHANGED: Final = "It was changed since it was asked for. Look at it as it is now, then decide."


def approvers(business: Business | int) -> list[Membership]:
    """Return the people who may approve, in the order in which they came."""
    rows = Membership.objects.filter(business=business, user__is_active=True)
    found = list(rows.select_related("user").order_by("pk"))
    return [each for each in found if may(each.role, Right.APPROVE)]


def waiting(connection: Connection) -> QuerySet[SyncEntry]:
    """Return the entries that are held for approval."""
    return SyncEntry.objects.filter(connection=connection, state=State.HELD, code=APPROVAL)


def why_not(entry: SyncEntry, actor: str) -> str:
    """Return why somebody who may approve may not approve this; "" if they may."""
    if not is_waiting(entry):
        return "It does not wait for approval."
    if entry.asked_by == actor:
        return "You asked for it yourself: somebody else has to approve it."
    asked = entry.approvals.order_by("-pk").first()
    if asked is None:
        return ""
    changed = AuditEvent.objects.filter(
        business=entry.connection.business_id,
        subject=str(entry.record_guid),
        actor=actor,
        at__gt=asked.asked_at,
    )
    words = "You changed it after it was asked for: somebody else has to approve it."
    return words if changed.exclude(_CHANGES_NOTHING).exists() else ""


def decide(
    connection: Connection,
    *,
    approve: bool,
    entries: Sequence[UUID],
    reason: str = "",
    actor: str,
    now: datetime,
) -> list[ActResult]:
    """Approve or refuse entries that are held for it; say for each whether it was done.

    An approved one goes into the queue, and is approved as it is now alone. A refused one is not
    sent, and says why.
    """
    with transaction.atomic():
        current = lock(connection.pk)
        rows = SyncEntry.objects.filter(connection=current, guid__in=entries)
        found = {each.guid: each for each in rows.select_related("connection")}
        results, done = [], []
        for guid in dict.fromkeys(entries):
            entry = found.get(guid)
            why = "There is no such entry." if entry is None else why_not(entry, actor)
            if entry is not None and not why:
                why = _decide(entry, approve=approve, reason=reason, actor=actor, now=now)
            results.append(ActResult(entry_guid=guid, done=not why, reason=why))
            if entry is not None and not why:
                done.append(entry)
        if approve:
            _let_go(current, done, actor, now)
        else:
            for each in done:
                _refuse(current, each, reason, actor, now)
        audit_many(
            business=current.business,
            actor=actor,
            action="approve for QuickBooks" if approve else "refuse for QuickBooks",
            subjects=[each.record_guid for each in done],
            now=now,
        )
        return results


def _decide(entry: SyncEntry, *, approve: bool, reason: str, actor: str, now: datetime) -> str:
    """Keep the answer; return why it is none."""
    asked = entry.approvals.order_by("-pk").first()
    assert asked is not None, "what is held for approval was asked for"
    if asked.revision != entry.record_revision:
        Approval.objects.filter(pk=asked.pk).update(revision=entry.record_revision)
        return _CHANGED
    asked.approved, asked.reason = approve, reason
    asked.decided_by, asked.decided_at = actor, now
    asked.save(update_fields=["approved", "reason", "decided_by", "decided_at"])
    return ""


def _let_go(
    connection: Connection, entries: Sequence[SyncEntry], actor: str, now: datetime
) -> None:
    for asker in dict.fromkeys(each.asked_by for each in entries):
        group = [each for each in entries if each.asked_by == asker]
        for each in group:
            each.wanted_revision = each.record_revision
        tell(((each.pk, State.HELD, actor, "Approved.") for each in group), now=now)
        requeue(connection, group, actor=asker, now=now)


def _refuse(
    connection: Connection, entry: SyncEntry, reason: str, actor: str, now: datetime
) -> None:
    message = f"Not approved by {actor}: {reason.strip() or 'no reason was given'}"
    state = State.CANCELLED
    if entry.synced_revision:
        state = State.CHANGED
    elif entry.quickbooks_id or entry.look_first:
        state = State.HELD  # It may be there: no word of ours makes it never sent.
    SyncEntry.objects.filter(pk=entry.pk).update(
        state=state, code="approval_refused", message=message, updated_at=now
    )
    tell([(entry.pk, state, actor, message)], now=now)
    if state == State.CANCELLED and entry.kind == Kind.INVOICE:
        _cancel_payments(connection, entry, now)


def _cancel_payments(connection: Connection, bill: SyncEntry, now: datetime) -> None:
    """Take the payments that were to go along out of the queue again."""
    paid = Payment.objects.filter(invoice=bill.record_id).values("pk")
    rows = SyncEntry.objects.filter(
        connection=connection,
        rank=RANK[Kind.PAYMENT],
        record_id__in=paid,
        state__in=(State.PENDING, State.WAITING, State.HELD),
        synced_revision=0,
        look_first=False,
        quickbooks_id="",
    )
    found = list(rows)
    pending = sum(each.state == State.PENDING for each in found)
    message = f"Its invoice {bill.title} was not approved, so it does not go either."
    keys = [each.pk for each in found]
    SyncEntry.objects.filter(pk__in=keys).update(
        state=State.CANCELLED, code="", message=message, waiting_on=None, updated_at=now
    )
    adjust_active(connection.pk, -pending)
    tell(((each, State.CANCELLED, "", message) for each in keys), now=now)


@locking
def save_rules(connection: Connection, *, rules: Rules, actor: str, now: datetime) -> Connection:
    """Keep when a second person has to approve; what waits and needs it no more goes.

    :raises NotPossible: if a rule is switched on and nobody else could approve.
    """
    if rules != Rules() and len(approvers(connection.business_id)) < 2:
        raise NotPossible(NOBODY_ELSE)
    ApprovalRules.objects.update_or_create(
        connection=connection,
        defaults={
            "amount_over": rules.amount_over,
            "closed": rules.closed,
            "edited": rules.edited,
            "new_client_days": rules.new_client_days,
        },
    )
    held = list(waiting(connection))
    for asker in dict.fromkeys(each.asked_by for each in held):
        group = [each for each in held if each.asked_by == asker]
        for each in group:
            each.wanted_revision = each.record_revision
        requeue(connection, group, actor=asker, now=now)
    hold_back(connection, [each.pk for each in held], now)
    connection.refresh_from_db(fields=["active_count"])
    note(connection, "change the rules of approval", actor, now)
    return connection
