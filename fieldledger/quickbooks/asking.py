"""What people ask of entries: Sync to QuickBooks, retry, hold, release, ignore."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from fieldledger.accounts.services import audit_many
from fieldledger.office.models import Credit, Invoice, Payment, Refund
from fieldledger.quickbooks import voided
from fieldledger.quickbooks.accepting import accept
from fieldledger.quickbooks.approving import Held, hold_back, is_waiting
from fieldledger.quickbooks.contents import entries_of
from fieldledger.quickbooks.entries import add_entries, adjust_active, lock, tell
from fieldledger.quickbooks.linking_credits import credits_to_send, look_at_open
from fieldledger.quickbooks.models import ACTIVE_STATES, RANK, Connection, Stage, SyncEntry
from fieldledger.quickbooks.paid_invoices import invoices_of, payments_of
from fieldledger.quickbooks.prechecking import is_unsent, look, standing_of
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync import precheck
from fieldledger.sync.content import Kind, State
from fieldledger.sync.precheck import IN_QUICKBOOKS, ON_THEIR_WAY, Group

QUEUED: Final = "queued"
ALREADY_PENDING: Final = "already_pending"
REFUSED: Final = "refused"
HELD: Final = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What became of one record that was asked for."""

    kind: Kind
    guid: UUID
    result: str
    reason: str = ""
    entry_guid: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ActResult:
    """Whether an entry was moved, and why not."""

    entry_guid: UUID
    done: bool
    reason: str = ""


def sync(
    connection: Connection,
    *,
    invoices: Sequence[UUID],
    payments: Sequence[UUID],
    credit_memos: Sequence[UUID] = (),
    actor: str,
    now: datetime,
    only_ready: bool = False,
    past_closing: bool = False,
) -> list[SyncResult]:
    """Queue invoices, each with its payments, payments, and credit memos with their refunds.

    Asked twice, a record stands once in the queue. A refusal of one is no refusal of the others.
    With `only_ready`, invoices that would stop before QuickBooks are refused as well, by the same
    look as the sheet that was shown before. `past_closing` lets go what is dated in closed books:
    the closing date is read anew before anything is sent, and holds if it still stands.
    """
    with transaction.atomic():
        current = lock(connection.pk)
        blocked = why_nothing_goes(current)
        asked = _Asking(current, actor, now, past_closing=past_closing)
        bills = {
            each.guid: each
            for each in Invoice.objects.filter(
                business_id=current.business_id, guid__in=invoices
            ).select_related("client")
        }
        paid = {
            each.guid: each
            for each in Payment.objects.filter(
                business_id=current.business_id, guid__in=payments
            ).select_related("invoice", "client")
        }
        asked.load(list(bills.values()), list(paid.values()))
        if only_ready and not blocked:
            asked.look(list(bills.values()))
        for guid in dict.fromkeys(invoices):
            bill = bills.get(guid)
            if bill is None:
                asked.refuse(Kind.INVOICE, guid, "There is no such invoice.")
            elif blocked:
                asked.refuse(Kind.INVOICE, guid, blocked)
            else:
                asked.invoice(bill)
        for guid in dict.fromkeys(payments):
            payment = paid.get(guid)
            if payment is None:
                asked.refuse(Kind.PAYMENT, guid, "There is no such payment.")
            elif blocked:
                asked.refuse(Kind.PAYMENT, guid, blocked)
            elif (Kind.PAYMENT, guid) not in asked.answered:
                asked.payment(payment)
        # A credit memo that goes to an invoice goes along with it.
        applied = () if blocked else credits_to_send(current, asked.queued_invoices)
        _ask_for_credits(asked, current, [*credit_memos, *applied], blocked)
        asked.save()
        return asked.results


def _ask_for_credits(
    asked: "_Asking", connection: Connection, guids: Sequence[UUID], blocked: str
) -> None:
    rows = Credit.objects.filter(business_id=connection.business_id, guid__in=guids)
    found = {each.guid: each for each in rows}
    asked.load_credits(list(found.values()))
    for guid in dict.fromkeys(guids):
        credit = found.get(guid)
        if credit is None:
            asked.refuse(Kind.CREDIT, guid, "There is no such credit memo.")
        elif blocked:
            asked.refuse(Kind.CREDIT, guid, blocked)
        else:
            asked.credit(credit)


def why_nothing_goes(connection: Connection) -> str:
    """Return why invoices and payments cannot go to QuickBooks at all; "" where they can."""
    if not connection.enabled:
        return "QuickBooks Desktop is switched off in the Feature Center."
    if connection.stage != Stage.ONGOING:
        return (
            "The initial sync with QuickBooks is not complete yet. Invoices and payments can be"
            " sent after it."
        )
    return ""


class _Asking:
    """One request to sync, gathered and then written in a few statements."""

    def __init__(
        self, connection: Connection, actor: str, now: datetime, *, past_closing: bool
    ) -> None:
        self._connection = connection
        self._past_closing = past_closing
        self._stopped: dict[int, str] = {}
        self._actor = actor
        self._now = now
        self._entries: dict[tuple[Kind, int], SyncEntry] = {}
        self._payments: dict[int, list[Payment]] = {}
        self._bills: dict[int, list[Invoice]] = {}
        self._bills_asked: set[int] = set()
        self._new: dict[Kind, list[Invoice | Payment | Credit | Refund]] = {
            Kind.INVOICE: [],
            Kind.PAYMENT: [],
            Kind.CREDIT: [],
            Kind.REFUND: [],
        }
        self._refunds: dict[int, list[Refund]] = {}
        self._again: list[SyncEntry] = []
        self._queued: list[tuple[Kind, UUID]] = []
        self._results: list[SyncResult] = []
        self.answered: set[tuple[Kind, UUID]] = set()

    @property
    def results(self) -> list[SyncResult]:
        """What became of each, in the order asked; payments after their invoice."""
        return self._results

    @property
    def queued_invoices(self) -> list[UUID]:
        """The invoices that go now."""
        return [guid for kind, guid in self._queued if kind == Kind.INVOICE]

    def load(self, bills: Sequence[Invoice], payments: Sequence[Payment]) -> None:
        """Read the entries and payments that may be concerned, in a few statements."""
        for key, payment in payments_of(each.pk for each in bills):
            self._payments.setdefault(key, []).append(payment)
        concerned = {each.pk: each for group in self._payments.values() for each in group}
        concerned |= {each.pk: each for each in payments}
        self._bills = invoices_of(list(concerned.values()))
        self._bills_asked = {each.pk for each in bills}
        invoice_ids = self._bills_asked | {
            bill.pk for group in self._bills.values() for bill in group
        }
        payment_ids = set(concerned)
        for kind, ids in ((Kind.INVOICE, invoice_ids), (Kind.PAYMENT, payment_ids)):
            for key, entry in entries_of(self._connection, kind, ids).items():
                self._entries[kind, key] = entry

    def load_credits(self, credits_: Sequence[Credit]) -> None:
        """Read the refunds of credit memos, and the entries of both."""
        ids = {each.pk for each in credits_}
        refunds = list(Refund.objects.filter(credit__in=ids).select_related("credit"))
        for refund in sorted(refunds, key=lambda each: each.pk):
            self._refunds.setdefault(refund.credit_id, []).append(refund)
        for kind, keys in ((Kind.CREDIT, ids), (Kind.REFUND, {each.pk for each in refunds})):
            for key, entry in entries_of(self._connection, kind, keys).items():
                self._entries[kind, key] = entry

    def look(self, bills: Sequence[Invoice]) -> None:
        """Look at the invoices once more, now that nobody else can change what is queued."""
        found = look(self._connection, [each.pk for each in bills], past_closing=self._past_closing)
        self._stopped = {
            key: each.verdict.reason
            for key, each in found.items()
            if each.verdict.group in {Group.MAPPING, Group.CORRECT, Group.PARENT}
        }

    def refuse(self, kind: Kind, guid: UUID, reason: str, entry: SyncEntry | None = None) -> None:
        """Say that a record is not queued, and why."""
        self._say(kind, guid, REFUSED, reason, entry)

    def _say(
        self, kind: Kind, guid: UUID, result: str, reason: str, entry: SyncEntry | None
    ) -> None:
        self.answered.add((kind, guid))
        self._results.append(
            SyncResult(
                kind=kind,
                guid=guid,
                result=result,
                reason=reason,
                entry_guid=entry.guid if entry is not None else None,
            )
        )

    def invoice(self, bill: Invoice) -> None:
        """Queue an invoice and its unsent payments."""
        entry = self._entries.get((Kind.INVOICE, bill.pk))
        unsent = [each for each in self._payments.get(bill.pk, ()) if self._is_unsent(each)]
        reason = self._why_not(entry, bill, Kind.INVOICE) or self._stopped.get(bill.pk, "")
        in_quickbooks = entry is not None and entry.state in IN_QUICKBOOKS
        if reason and not (in_quickbooks and unsent):
            self.refuse(Kind.INVOICE, bill.guid, reason, entry)
            return
        if entry is not None and entry.state in ON_THEIR_WAY:
            self._want_newest(entry, bill)
            self._say(Kind.INVOICE, bill.guid, ALREADY_PENDING, self._since(entry), entry)
        elif not in_quickbooks:
            self._queue(Kind.INVOICE, bill, entry)
        elif all(self._is_on_its_way(each) for each in unsent):
            reason = "The invoice is in QuickBooks; its payments that are not wait already."
            self._say(Kind.INVOICE, bill.guid, ALREADY_PENDING, reason, entry)
        else:
            reason = "The invoice is in QuickBooks; its payments that are not were queued."
            self._say(Kind.INVOICE, bill.guid, QUEUED, reason, entry)
        for payment in unsent:
            if (Kind.PAYMENT, payment.guid) not in self.answered:
                self.payment(payment, with_invoice=True)

    def _why_not_its_invoices(self, payment: Payment) -> str:
        for bill in self._bills.get(payment.pk, ()):
            entry = self._entries.get((Kind.INVOICE, bill.pk))
            goes_too = payment.is_deposit and bill.pk in self._bills_asked
            if not goes_too and (entry is None or entry.state == State.CANCELLED):
                return (
                    f"Its invoice {bill.number} is not in QuickBooks. Sync the invoice:"
                    " the payment goes along."
                )
        return ""

    def _is_on_its_way(self, payment: Payment) -> bool:
        entry = self._entries.get((Kind.PAYMENT, payment.pk))
        return entry is not None and entry.state in ON_THEIR_WAY

    def _is_unsent(self, payment: Payment) -> bool:
        return is_unsent(payment, self._entries.get((Kind.PAYMENT, payment.pk)))

    def payment(self, payment: Payment, *, with_invoice: bool = False) -> None:
        """Queue a payment; it goes after its invoice."""
        entry = self._entries.get((Kind.PAYMENT, payment.pk))
        reason = self._why_not(entry, payment, Kind.PAYMENT)
        if not reason and (payment.is_deposit or not with_invoice):
            reason = self._why_not_its_invoices(payment)
        if reason:
            self.refuse(Kind.PAYMENT, payment.guid, reason, entry)
        elif entry is not None and entry.state in ON_THEIR_WAY:
            self._want_newest(entry, payment)
            self._say(Kind.PAYMENT, payment.guid, ALREADY_PENDING, self._since(entry), entry)
        else:
            self._queue(Kind.PAYMENT, payment, entry)

    def credit(self, credit: Credit) -> None:
        """Queue a credit memo and its unsent refunds."""
        entry = self._entries.get((Kind.CREDIT, credit.pk))
        unsent = [
            each
            for each in self._refunds.get(credit.pk, ())
            if is_unsent(each, self._entries.get((Kind.REFUND, each.pk)))
        ]
        reason = self._why_not(entry, credit, Kind.CREDIT)
        in_quickbooks = entry is not None and entry.state in IN_QUICKBOOKS
        if reason and not (in_quickbooks and unsent):
            self.refuse(Kind.CREDIT, credit.guid, reason, entry)
            return
        if entry is not None and in_quickbooks:
            words = "The credit memo is in QuickBooks; its refunds that are not were queued."
            self._say(Kind.CREDIT, credit.guid, QUEUED, words, entry)
        else:
            self._go(Kind.CREDIT, credit, entry)
        for refund in unsent:
            its = self._entries.get((Kind.REFUND, refund.pk))
            reason = self._why_not(its, refund, Kind.REFUND)
            if reason:
                self.refuse(Kind.REFUND, refund.guid, reason, its)
            else:
                self._go(Kind.REFUND, refund, its)

    def _go(self, kind: Kind, record: Credit | Refund, entry: SyncEntry | None) -> None:
        if entry is not None and entry.state in ON_THEIR_WAY:
            self._want_newest(entry, record)
            self._say(kind, record.guid, ALREADY_PENDING, self._since(entry), entry)
        else:
            self._queue(kind, record, entry)

    def _why_not(
        self, entry: SyncEntry | None, record: Invoice | Payment | Credit | Refund, kind: Kind
    ) -> str:
        closing = None if self._past_closing else self._connection.closing_date
        group, reason = precheck.why_not(standing_of(record, kind, entry), closing)
        return reason if group in precheck.REFUSED else ""

    def _since(self, entry: SyncEntry) -> str:
        by = f" by {entry.asked_by}" if entry.asked_by else ""
        when = f" since {entry.queued_at:%Y-%m-%d %H:%M} UTC" if entry.queued_at else ""
        return f"Already waiting{when}{by}."

    def _want_newest(self, entry: SyncEntry, record: Invoice | Payment | Credit | Refund) -> None:
        if entry.wanted_revision < record.revision:
            SyncEntry.objects.filter(pk=entry.pk).update(wanted_revision=record.revision)

    def _queue(
        self, kind: Kind, record: Invoice | Payment | Credit | Refund, entry: SyncEntry | None
    ) -> None:
        self._queued.append((kind, record.guid))
        if entry is None:
            self._new[kind].append(record)
            self._say(kind, record.guid, QUEUED, "", None)
            return
        entry.wanted_revision = entry.record_revision = record.revision
        self._again.append(entry)
        self._say(kind, record.guid, QUEUED, "", entry)

    def save(self) -> None:
        """Write all that was queued and complete the results."""
        for kind, records in self._new.items():
            add_entries(self._connection, kind, records, now=self._now, actor=self._actor)
        made = {
            (entry.kind, entry.record_guid): entry
            for kind, records in self._new.items()
            for entry in SyncEntry.objects.filter(
                connection=self._connection,
                rank=RANK[kind],
                record_id__in=[each.pk for each in records],
            )
        }
        requeue(self._connection, self._again, actor=self._actor, now=self._now)
        tell(
            (
                (each.pk, State.PENDING, self._actor, "Sync to QuickBooks was asked for.")
                for each in made.values()
            ),
            now=self._now,
        )
        self._results = [
            each
            if (each.kind, each.guid) not in made
            else SyncResult(
                kind=each.kind,
                guid=each.guid,
                result=each.result,
                reason=each.reason,
                entry_guid=made[each.kind, each.guid].guid,
            )
            for each in self._results
        ]
        entries = [*made.values(), *self._again]
        held = hold_back(self._connection, [each.pk for each in entries], self._now)
        self._say_held(held.values())
        if self._queued:
            audit_many(
                business=self._connection.business,
                actor=self._actor,
                action="sync to QuickBooks",
                subjects=[guid for _, guid in self._queued],
                now=self._now,
            )

    def _say_held(self, held: Iterable[Held]) -> None:
        why = {each.entry.guid: each.sentence for each in held}
        self._results = [
            replace(each, result=HELD, reason=why[each.entry_guid])
            if each.entry_guid in why and each.result == QUEUED
            else each
            for each in self._results
        ]


def ask_for(
    connection: Connection, entries: Sequence[SyncEntry], *, actor: str, now: datetime
) -> None:
    """Queue entries as their records are now."""
    for each in entries:
        each.wanted_revision = each.record_revision
    requeue(connection, entries, actor=actor, now=now)


def requeue(
    connection: Connection, entries: Sequence[SyncEntry], *, actor: str, now: datetime
) -> None:
    """Put entries that are not on their way into the queue, with a clean slate."""
    update_many(
        SyncEntry,
        (
            "state",
            "wanted_revision",
            "record_revision",
            "code",
            "message",
            "said",
            "tries",
            "tried_in",
            "look_first",
            "number_free_in",  # Asked for anew, it is looked for anew.
            "waiting_on_id",
            "asked_by",
            "queued_at",
            "updated_at",
        ),
        [
            (
                each.pk,
                State.PENDING,
                each.wanted_revision,
                each.record_revision,
                *("",) * 3,
                *(0,) * 2,
                each.look_first,
                0,
                None,
                actor,
                now,
                now,
            )
            for each in entries
        ],
    )
    adjust_active(connection.pk, sum(each.state not in ACTIVE_STATES for each in entries))
    tell(((each.pk, State.PENDING, actor, "Queued again.") for each in entries), now=now)


RETRY: Final = "retry"
HOLD: Final = "hold"
RELEASE: Final = "release"
IGNORE: Final = "ignore"
ACCEPT: Final = "accept"
ACTIONS: Final = (RETRY, HOLD, RELEASE, IGNORE, ACCEPT)


def act(
    connection: Connection,
    *,
    action: str,
    entries: Sequence[UUID],
    actor: str,
    now: datetime,
) -> list[ActResult]:
    """Move entries as a person asks; say for each whether it was moved, and why not."""
    assert action in ACTIONS
    with transaction.atomic():
        current = lock(connection.pk)
        found = {
            each.guid: each
            for each in SyncEntry.objects.filter(connection=current, guid__in=entries)
        }
        results = []
        moved: list[SyncEntry] = []
        for guid in dict.fromkeys(entries):
            entry = found.get(guid)
            reason = "There is no such entry." if entry is None else _why_not_move(action, entry)
            results.append(ActResult(entry_guid=guid, done=not reason, reason=reason))
            if entry is not None and not reason:
                moved.append(entry)
        if action in {RETRY, RELEASE}:
            for each in moved:
                # What was set aside may have been gone by then, or have gone since.
                is_known = each.state in _SET_ASIDE and each.quickbooks_id
                each.look_first |= each.state in _LOOKED_AT_FIRST or bool(is_known)
                if each.state == State.GONE:
                    each.quickbooks_id = each.edit_sequence = ""
            _forget_ids([each for each in moved if each.state == State.GONE])
            voided.release(moved)
            ask_for(current, moved, actor=actor, now=now)
            held = hold_back(current, [each.pk for each in moved], now)
            why = {each.entry.guid: each.sentence for each in held.values()}
            results = [
                replace(each, done=False, reason=why[each.entry_guid])
                if each.entry_guid in why
                else each
                for each in results
            ]
        elif action == ACCEPT:
            accept(moved, actor=actor, now=now)
            look_at_open(current, [each.pk for each in moved], now)
        else:
            _set_aside(current, moved, action, actor, now)
        if moved:
            audit_many(
                business=current.business,
                actor=actor,
                action=f"{action} sync entries",
                subjects=[each.record_guid for each in moved],
                now=now,
            )
        return results


def _forget_ids(entries: Sequence[SyncEntry]) -> None:
    update_many(
        SyncEntry,
        ("quickbooks_id", "edit_sequence", "synced_revision", "line_ids", "written"),
        [(each.pk, "", "", 0, [], "") for each in entries],
    )


_ACCEPTED: Final = frozenset({State.DIFFERS, State.CHANGED_IN_QUICKBOOKS})
_RETRIED: Final = frozenset({State.FAILED, State.GONE}) | _ACCEPTED
# The present version there is asked for, and then all of ours is named.
_LOOKED_AT_FIRST: Final = frozenset({State.GONE}) | _ACCEPTED
_SET_ASIDE: Final = frozenset({State.HELD, State.IGNORED})


def _why_not_move(action: str, entry: SyncEntry) -> str:
    state = State(entry.state)
    if state == State.CHECKING:
        return (
            "QuickBooks is being asked whether it took this; that is settled at the next contact,"
            " and sending it again meanwhile could double it."
        )
    if state == State.SENDING:
        return "It is with QuickBooks right now; its answer comes first."
    if is_waiting(entry) and action in {RELEASE, HOLD}:
        return "It waits for somebody else's approval. That person approves or refuses it."
    match action:
        case "retry" if state == State.PENDING:
            return "It is pending already and goes with the next session."
        case "retry" if state not in _RETRIED:
            return f"There is nothing to retry: it is {state.replace('_', ' ')}."
        case "retry" if state in _ACCEPTED and entry.kind == Kind.REFUND and not entry.void_there:
            return (
                "A refund’s check is not changed from here: correct it in QuickBooks, or leave it"
                " as it is there."
            )
        case "accept" if state not in _ACCEPTED:
            return f"There is nothing to accept: it is {state.replace('_', ' ')}."
        case "release" if state not in _SET_ASIDE:
            return f"It is neither held nor ignored: it is {state.replace('_', ' ')}."
        case "hold" | "ignore" if state in _ACCEPTED | {State.SYNCED, State.CANCELLED}:
            return f"There is nothing to set aside: it is {state.replace('_', ' ')}."
        case _:
            return ""


def _set_aside(
    connection: Connection,
    entries: Sequence[SyncEntry],
    action: str,
    actor: str,
    now: datetime,
) -> None:
    state = State.HELD if action == HOLD else State.IGNORED
    word = "Held" if action == HOLD else "Ignored"
    message = f"{word} by {actor}. Release lets it go to QuickBooks."
    adjust_active(connection.pk, -sum(each.state in ACTIVE_STATES for each in entries))
    for each in entries:
        each.state, each.code, each.message = state, "", message
        if action == IGNORE:
            voided.keep_if_void(each)
    columns = ("state", "code", "message", "said", "void_there", "waiting_on_id", "updated_at")
    update_many(
        SyncEntry,
        columns,
        [(each.pk, *(getattr(each, name) for name in columns[:5]), None, now) for each in entries],
    )
    tell(((each.pk, state, actor, each.message) for each in entries), now=now)
