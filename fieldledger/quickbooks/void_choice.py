"""What a person chooses for a record that is void here: QuickBooks voids, deletes or keeps it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.office.models import Credit, Invoice, Payment, Refund
from fieldledger.quickbooks.approving import hold_back, is_waiting
from fieldledger.quickbooks.asking import ask_for, why_nothing_goes
from fieldledger.quickbooks.contents import entries_of
from fieldledger.quickbooks.drift_row import Drift
from fieldledger.quickbooks.entries import RECORD_MODELS, adjust_active, lock, tell
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import ACTIVE_STATES, RANK, Connection, SyncEntry
from fieldledger.quickbooks.paid_invoices import payments_of
from fieldledger.quickbooks.prechecking import standing_of
from fieldledger.quickbooks.sending import release_waiters
from fieldledger.quickbooks.voided import leave
from fieldledger.sync import precheck
from fieldledger.sync.content import Kind, State
from fieldledger.sync.precheck import ON_THEIR_WAY
from fieldledger.sync.voiding import There, choices_of

VOID_CHOSEN: Final = "choose what QuickBooks does with a void record"  # In the audit trail.
Money = Invoice | Payment | Credit | Refund

WITH_QUICKBOOKS: Final = frozenset({State.SENDING, State.CHECKING})
# Nothing is there that could be voided, deleted or kept.
_NOT_THERE: Final = frozenset({State.GONE, State.CANCELLED, State.NOT_SENT})
_SET_ASIDE: Final = frozenset({State.HELD, State.IGNORED})


def asked_of(entry: SyncEntry | None) -> tuple[There, ...]:
    """Return what is asked when an entry's record becomes void, the usual first.

    Nothing is asked of what is not in QuickBooks and cannot be on its way there.
    """
    if entry is None or entry.state in _NOT_THERE:
        return ()
    may_be_there = entry.quickbooks_id or entry.look_first or entry.state in WITH_QUICKBOOKS
    return choices_of(entry.kind) if may_be_there else ()


def choices_left(entry: SyncEntry) -> tuple[There, ...]:
    """Return what else can be chosen for what is void here and still in QuickBooks as it was."""
    if not entry.void_there or not entry.quickbooks_id or entry.state in _NOT_THERE:
        return ()
    is_over = entry.state in {State.SYNCED, State.DIFFERS} | WITH_QUICKBOOKS
    return () if is_over or is_waiting(entry) else choices_of(entry.kind)


def entry_of(connection: Connection, kind: Kind, record_id: int) -> SyncEntry | None:
    """Return the entry of a record."""
    return entries_of(connection, kind, [record_id]).get(record_id)


def choose_void(
    connection: Connection,
    *,
    kind: Kind,
    record: Money,
    there: There,
    actor: str,
    now: datetime,
    sends: bool = True,
) -> str:
    """Note what QuickBooks does with a record that has just become void; let that go.

    Without `sends` it waits until a person asks to sync. Return why it does not go at once; "" if
    it does, or nothing is there to be moved.

    :raises NotPossible: if it is not void, or this cannot be done with its kind.
    """
    if not record.voided or there not in choices_of(kind):
        raise NotPossible(f"The {kind} is not void here, or QuickBooks cannot do that with it.")
    with transaction.atomic():
        current = lock(connection.pk)
        entry = entry_of(current, kind, record.pk)
        if entry is None or not asked_of(entry):
            return ""
        _note(current, entry, there, actor=actor, now=now)
        if there == There.KEEP:
            _keep(current, entry, actor, now)
            return ""
        return _go(current, entry, record, actor, now) if sends else ""


def choose_void_again(
    connection: Connection, *, entry: SyncEntry, there: There, actor: str, now: datetime
) -> str:
    """Change what QuickBooks does with a record that is void here and still there as it was.

    :raises NotPossible: if it is with QuickBooks right now, or nothing is left to choose.
    """
    with transaction.atomic():
        current = lock(connection.pk)
        found = SyncEntry.objects.get(pk=entry.pk)
        if found.state in WITH_QUICKBOOKS:
            raise NotPossible("It is with QuickBooks right now; its answer comes first.")
        if there not in choices_left(found):
            raise NotPossible("QuickBooks has done it already: nothing is left to choose.")
        record = RECORD_MODELS[found.kind]._default_manager.get(pk=found.record_id)  # noqa: SLF001
        assert isinstance(record, Invoice | Payment | Credit | Refund)
        return choose_void(
            current, kind=found.kind, record=record, there=there, actor=actor, now=now
        )


def _note(
    connection: Connection, entry: SyncEntry, there: There, *, actor: str, now: datetime
) -> None:
    entry.void_there = there
    SyncEntry.objects.filter(pk=entry.pk).update(void_there=there, updated_at=now)
    audit(
        business=connection.business,
        actor=actor,
        action=VOID_CHOSEN,
        subject=str(entry.record_guid),
        details={"kind": str(entry.kind), "in_quickbooks": str(there)},
        now=now,
    )


def _keep(connection: Connection, entry: SyncEntry, actor: str, now: datetime) -> None:
    """Leave it there; what is with QuickBooks, or looked for first, when that is over."""
    Drift.objects.filter(entry=entry).delete()
    may_move = entry.state in WITH_QUICKBOOKS or (entry.state == State.PENDING and entry.look_first)
    if may_move or not entry.quickbooks_id:
        return
    was_active = entry.state in ACTIVE_STATES
    leave(entry)
    SyncEntry.objects.filter(pk=entry.pk).update(
        state=entry.state,
        code=entry.code,
        message=entry.message,
        said="",
        waiting_on=None,
        updated_at=now,
    )
    adjust_active(connection.pk, -was_active)
    tell([(entry.pk, entry.state, actor, entry.message)], now=now)
    release_waiters(connection, [entry.pk], now)


def _go(connection: Connection, entry: SyncEntry, record: Money, actor: str, now: datetime) -> str:
    """Queue it, and before it what was paid with it and is void, too; return why it does not go."""
    if entry.state in ON_THEIR_WAY:
        SyncEntry.objects.filter(pk=entry.pk).update(wanted_revision=entry.record_revision)
        return ""
    if entry.state in _SET_ASIDE:  # This answer is newer than that one.
        entry.state = State.CHANGED
        SyncEntry.objects.filter(pk=entry.pk).update(
            state=State.CHANGED, code="", message="", updated_at=now
        )
    reason = why_nothing_goes(connection)
    if not reason:
        standing = standing_of(record, entry.kind, entry)
        group, words = precheck.why_not(standing, connection.closing_date)
        reason = words if group in {precheck.Group.CLOSED, precheck.Group.SET_ASIDE} else ""
    if reason:
        return reason
    going = [*_paid_with(connection, entry), entry]
    ask_for(connection, going, actor=actor, now=now)
    held = hold_back(connection, [each.pk for each in going], now)
    return " ".join(each.sentence for each in held.values())


def _paid_with(connection: Connection, entry: SyncEntry) -> Sequence[SyncEntry]:
    """Return void payments of an invoice, or refunds of a credit memo, that nobody asked for."""
    if entry.kind == Kind.INVOICE:
        kind = Kind.PAYMENT
        keys = [each.pk for _, each in payments_of([entry.record_id]) if each.voided]
    elif entry.kind == Kind.CREDIT:
        kind = Kind.REFUND
        rows = Refund.objects.filter(credit=entry.record_id, voided_at__isnull=False)
        keys = list(rows.values_list("pk", flat=True))
    else:
        return ()
    found = SyncEntry.objects.filter(
        connection=connection, rank=RANK[kind], record_id__in=keys, state=State.CHANGED
    )
    return list(found.exclude(quickbooks_id="").order_by("pk"))
