"""Hold what a second person has to approve, whichever way it was asked for.

Every way into the queue ends here, and so does the moment of sending: what is sent is what a record
says then, so a change after the approval, or without any, is held and asked for anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from django.db.models import Max

from fieldledger.office.models import Credit, Invoice, Payment, Refund
from fieldledger.quickbooks.approval_rows import Approval, ApprovalRules
from fieldledger.quickbooks.contents import entries_of
from fieldledger.quickbooks.entries import adjust_active, tell
from fieldledger.quickbooks.models import RANK, Connection, EntryEvent, SyncEntry
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync.approval import Rules, Subject, reasons, sentence
from fieldledger.sync.content import Kind, State

APPROVAL: Final = "approval"  # The code of an entry that is held for it.
_LINKED: Final = "Linked with"
Money = Invoice | Payment | Credit | Refund


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """An entry that was held just now, and the sentence that says why."""

    entry: SyncEntry
    sentence: str


def rules_of(connection: Connection) -> Rules:
    """Return what the owner chose; without a choice nothing asks for approval."""
    row = ApprovalRules.objects.filter(connection=connection).first()
    if row is None:
        return Rules()
    return Rules(
        amount_over=row.amount_over,
        closed=row.closed,
        edited=row.edited,
        new_client_days=row.new_client_days,
    )


def client_of(record: Money) -> int:
    """Return the primary key of the client that a record is for."""
    match record:
        case Payment():
            return record.payer.pk
        case Refund():
            return record.credit.client_id
        case _:
            return record.client_id


def _amount(record: Money) -> Decimal:
    return record.total if isinstance(record, Invoice | Credit) else record.amount


def records_of(kind: Kind, keys: Iterable[int]) -> dict[int, Money]:
    """Return {primary key: the record}, of one kind that has money in it."""
    ids = set(keys)
    rows: Any
    match kind:
        case Kind.INVOICE:
            rows = Invoice.objects.filter(pk__in=ids)
        case Kind.PAYMENT:
            rows = Payment.objects.filter(pk__in=ids).select_related("invoice__client", "client")
        case Kind.CREDIT:
            rows = Credit.objects.filter(pk__in=ids)
        case Kind.REFUND:
            rows = Refund.objects.filter(pk__in=ids).select_related("credit")
        case _:
            return {}
    return {each.pk: each for each in rows}


def why(
    connection: Connection,
    rules: Rules,
    asked: Sequence[tuple[Money, SyncEntry | None]],
    now: datetime,
) -> dict[int, str]:
    """Return {place in `asked`: the sentence}, for records that need approval and have none."""
    linked = _newly_linked(connection, rules, [client_of(record) for record, _ in asked])
    approved = set(
        Approval.objects.filter(
            entry__in=[entry.pk for _, entry in asked if entry is not None], approved=True
        ).values_list("entry_id", "revision")
    )
    found = {}
    for place, (record, entry) in enumerate(asked):
        taken = entry.synced_revision if entry is not None else 0
        subject = Subject(
            amount=_amount(record),
            date=record.date,
            is_edited=0 < taken < record.revision,
            client_linked_at=linked.get(client_of(record)),
        )
        said = reasons(rules, subject, closing_date=connection.closing_date, now=now)
        if said and (entry is None or (entry.pk, record.revision) not in approved):
            found[place] = sentence(said)
    return found


def _newly_linked(
    connection: Connection, rules: Rules, clients: Iterable[int]
) -> Mapping[int, datetime]:
    """Return {client: when it was matched}, of those nobody has approved anything for since."""
    if not rules.new_client_days:
        return {}
    entries = {
        key: each
        for key, each in entries_of(connection, Kind.CLIENT, clients).items()
        if each.adopted
    }
    at = dict(
        EntryEvent.objects.filter(
            entry__in=[each.pk for each in entries.values()], message__startswith=_LINKED
        )
        .values_list("entry")
        .annotate(at=Max("at"))
    )
    linked = {key: at.get(each.pk, each.created_at) for key, each in entries.items()}
    seen = dict(
        Approval.objects.filter(
            entry__connection=connection, client_id__in=list(linked), approved=True
        )
        .values_list("client_id")
        .annotate(at=Max("decided_at"))
    )
    return {key: when for key, when in linked.items() if key not in seen or seen[key] < when}


def hold_back(connection: Connection, entries: Iterable[int], now: datetime) -> dict[int, Held]:
    """Hold those of these pending entries that need approval; return {entry: what was held}.

    The connection is locked by whoever calls; its `active_count` is kept right.
    """
    rules = rules_of(connection)
    keys = list(entries)
    if rules == Rules() or not keys:
        return {}
    pending = list(
        SyncEntry.objects.filter(
            connection=connection, pk__in=keys, state=State.PENDING, rank__gte=RANK[Kind.INVOICE]
        ).order_by("rank", "pk")
    )
    by_kind = {
        kind: records_of(kind, [each.record_id for each in pending if each.kind == kind])
        for kind in {each.kind for each in pending}
    }
    asked: list[tuple[Money, SyncEntry]] = [
        (by_kind[each.kind][each.record_id], each)
        for each in pending
        if each.record_id in by_kind[each.kind]
    ]
    found = why(connection, rules, asked, now)
    held = [(*asked[place], said) for place, said in found.items()]
    _hold(connection, held, now)
    return {entry.pk: Held(entry=entry, sentence=said) for _, entry, said in held}


def _hold(
    connection: Connection, held: Sequence[tuple[Money, SyncEntry, str]], now: datetime
) -> None:
    if not held:
        return
    update_many(
        SyncEntry,
        ("state", "code", "message", "waiting_on_id", "updated_at"),
        [(entry.pk, State.HELD, APPROVAL, said, None, now) for _, entry, said in held],
    )
    adjust_active(connection.pk, -len(held))
    connection.active_count -= len(held)
    Approval.objects.bulk_create(
        Approval(
            entry=entry,
            revision=record.revision,
            client_id=client_of(record),
            asked_by=entry.asked_by,
            asked_at=now,
        )
        for record, entry, _ in held
    )
    tell(((entry.pk, State.HELD, entry.asked_by, said) for _, entry, said in held), now=now)


def is_waiting(entry: SyncEntry) -> bool:
    """Whether the entry is held until a second person approves it."""
    return entry.state == State.HELD and entry.code == APPROVAL
