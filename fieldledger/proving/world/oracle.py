"""Who judges: knows what each record in a company file was made for, whatever marks it carries.

The requestID of the request that made a record says which entry of ours it was for; the company
file remembers it, the oracle remembers the entry's record when the document leaves.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, Refund
from fieldledger.proving.world import credit_links, differences, excuses
from fieldledger.proving.world.bookkeeper import FAX, Bookkeeper
from fieldledger.proving.world.faults import Kind as Fault
from fieldledger.proving.world.office import POISON, Office
from fieldledger.quickbooks import drifting, recovery
from fieldledger.quickbooks.bank_deposits import IN_DEPOSIT
from fieldledger.quickbooks.closed_period import CLOSED_CODES
from fieldledger.quickbooks.models import (
    ACTIVE_STATES,
    RANK,
    Connection,
    EntryEvent,
    MessageSet,
    SyncEntry,
)
from fieldledger.quickbooks.number_taken import TAKEN as NUMBER_TAKEN
from fieldledger.quickbooks.voided import LEFT_THERE
from fieldledger.simulator.company import Company
from fieldledger.simulator.people import PEOPLE
from fieldledger.simulator.state import Record
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import There

_WRITES: Final = re.compile(r'<\w+(?:Add|Mod|Void|Del)Rq[^>]* requestID="(\d+):([a-z2-7]+)"')
_NEW_PAYMENTS: Final = re.compile(r"<ReceivePaymentAddRq.*?</ReceivePaymentAddRq>", re.DOTALL)
_REMOVES: Final = re.compile(r'<Txn(?:Void|Del)Rq[^>]* requestID="(\d+):')
_OUTSTANDING: Final = (
    "SELECT id, status FROM quickbooks_messageset WHERE connection_id = %s"
    " AND purpose = 'write' AND status IN ('sent', 'in_doubt', 'absent')"
)
_TAKES_OUT: Final = frozenset({"TxnVoidRq", "TxnDelRq"})
_WITH_QUICKBOOKS: Final = frozenset({State.SENDING, State.CHECKING})
_THERE: Final = frozenset({State.SYNCED, State.DIFFERS})
_KEPT_FROM_CHANGE: Final = frozenset({IN_DEPOSIT, *CLOSED_CODES})
_EXCUSABLE: Final = frozenset({"lost", "stuck", "stale"})
_MODELS: Final = {
    Kind.CLIENT: Client,
    Kind.ITEM: Item,
    Kind.INVOICE: Invoice,
    Kind.PAYMENT: Payment,
    Kind.CREDIT: Credit,
    Kind.REFUND: Refund,
}

Query = Callable[[str, tuple[Any, ...]], list[Any]]


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that must never be: `verdict` is lost, doubled, stale, foreign, stuck or lie."""

    verdict: str
    words: str


class Broken(Exception):
    """A safety rule is broken; the run ends here."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(f"{problem.verdict}: {problem.words}")
        self.problem = problem


def broken(verdict: str, words: str) -> Broken:
    """Return what to raise."""
    return Broken(Problem(verdict, words))


@dataclass(slots=True)
class Oracle:
    """Judges one world."""

    connection_id: int
    bookkeeper: Bookkeeper
    query: Query
    made_for: dict[str, tuple[int, UUID]] = field(default_factory=dict)
    linked: set[str] = field(default_factory=set)
    office: Office | None = None  # Whose records and choices they are.

    # --- After every step ---

    def sent(self, document: str) -> None:
        """Remember what each request of a document is for; check that it may leave."""
        found = _WRITES.findall(document)
        if not found:
            return
        switches = self.query(
            "SELECT enabled, paused FROM quickbooks_connection WHERE id = %s", (self.connection_id,)
        )
        enabled, paused = switches[0]
        if not enabled or paused:
            outstanding = MessageSet.objects.filter(
                connection_id=self.connection_id, purpose="write", status="sent"
            )
            if not any(found[0][1] in str(each.content) for each in outstanding):
                raise broken("lie", "A set leaves while the sync is paused or switched off.")
        entries = {
            entry: (rank, guid)
            for entry, rank, guid in SyncEntry.objects.filter(
                pk__in=[int(each) for each, _ in found]
            ).values_list("pk", "rank", "record_guid")
        }
        removed = [int(each) for each in _REMOVES.findall(document)]
        kept = SyncEntry.objects.filter(pk__in=removed, void_there=There.KEEP) if removed else ()
        if removed and kept:
            raise broken("lie", f"QuickBooks is to keep it, and loses it: {list(kept)}.")
        self._check_accounts(document)
        for entry, nonce in found:
            self.made_for.setdefault(f"{entry}:{nonce}", entries[int(entry)])

    def _check_accounts(self, document: str) -> None:
        """Check that each new payment goes to the account that was chosen for it."""
        if self.office is None or not self.office.maps:
            return
        connection = Connection.objects.get(pk=self.connection_id)
        chosen = connection.mapping.get("deposit_accounts", {})
        mapped_in = self.office.choices.mapped_in
        for text in _NEW_PAYMENTS.findall(document):
            entry = SyncEntry.objects.get(pk=_WRITES.findall(text)[0][0])
            account = chosen.get(Payment.objects.get(pk=entry.record_id).method)
            # What was written before that was chosen may leave again.
            is_since = entry.message_set and entry.message_set.session_id > mapped_in
            if account and is_since and account not in text:
                raise broken("lie", f"The payment of entry {entry.pk} does not go to {account}.")

    def check_rows(self) -> None:
        """Check what our own rows must say at any moment.

        In SQL, past Django: this is asked after every call.
        """
        where = (self.connection_id,)
        sets = self.query(_OUTSTANDING, where)
        if len(sets) > 1:
            raise broken("doubled", f"Sets of writes are outstanding at once: {sets}.")
        keys = {key for key, _ in sets}
        active = 0
        for entry, state, message_set in self.query(
            "SELECT id, state, message_set_id FROM quickbooks_syncentry WHERE connection_id = %s"
            " AND (state IN ('pending', 'sending', 'checking') OR message_set_id IS NOT NULL)",
            where,
        ):
            active += state in ACTIVE_STATES
            if (state in _WITH_QUICKBOOKS or message_set is not None) and message_set not in keys:
                raise broken("stuck", f"Entry {entry} is {state}, and its set is settled.")
        counted = self.query("SELECT active_count FROM quickbooks_connection WHERE id = %s", where)[
            0
        ][0]
        if active != counted:
            raise broken("stuck", f"{active} entries are active, and {counted} are counted.")

    def finished(self) -> None:
        """Check that 100 is not answered while a set of writes is outstanding."""
        sets = self.query(_OUTSTANDING, (self.connection_id,))
        if sets:
            raise broken("lie", f"100 was answered, and sets are outstanding: {sets}.")

    def check_company(self, company: Company) -> None:
        """Check what a company file must never hold."""
        for guid, records in self.live(company).items():
            if len(records) > 1:
                ids = ", ".join(f"{each.type} {each.id}" for each in records)
                raise broken("doubled", f"{ids} were all made for {guid}.")
        most = self.office.credited if self.office is not None else {}
        by_hand = self._credited_by_hand()
        doubled = credit_links.too_much(company, self.made_for, most, by_hand)
        if doubled:
            raise broken("doubled", doubled)
        for record in company.state.records.values():
            if record.origin.set_id or record.changed_by is None:
                continue
            is_use = record.type in {"ReceivePayment", "Check"}
            if is_use and record.changed_by.request in _TAKES_OUT:
                continue  # QuickBooks itself frees what paid for an invoice that we make void.
            if record.changed_by.set_id and not self._is_linked(record.id):
                raise broken("foreign", f"{record.type} {record.id} is not ours, and was changed.")
        for record_id, faxes in self.bookkeeper.faxes.items():
            faxed = company.state.records.get(record_id)
            if faxed is not None and faxed.fields.get(FAX) not in {None, *faxes}:
                raise broken("foreign", f"The fax number of {record_id} was written over.")

    def check_other(self, company: Company) -> None:
        """Check that nothing of ours was written to a company file of somebody else."""
        for record in company.state.records.values():
            if record.origin.set_id or (record.changed_by and record.changed_by.set_id):
                raise broken("foreign", f"{record.type} {record.id} is in the wrong file.")

    def _is_linked(self, record_id: str) -> bool:
        """Whether a record that QuickBooks had before is linked with one of ours, or was once."""
        if record_id not in self.linked:
            self.linked |= {
                each
                for (each,) in self.query(
                    "SELECT quickbooks_id FROM quickbooks_syncentry WHERE connection_id = %s"
                    " AND adopted",
                    (self.connection_id,),
                )
            }
        return record_id in self.linked

    def live(self, company: Company) -> dict[UUID, list[Record]]:
        """Return the records that were made for each of ours."""
        found: dict[UUID, list[Record]] = defaultdict(list)
        for record in company.state.records.values():
            made_for = self.made_for.get(record.origin.request_id)
            if made_for is not None and record.origin.set_id:
                found[made_for[1]].append(record)
        return found

    # --- When it is quiet ---

    def is_the_night_awaited(self) -> bool:
        """Whether the nightly look is to tell of something that nobody has decided about."""
        connection = Connection.objects.get(pk=self.connection_id)
        return bool(connection.watch.get("suspects") or drifting.covered(connection))

    def check_log(self, company: Company) -> list[Problem]:
        """Return where the log does not say what is so, before a person does anything."""
        problems = []
        live = self.live(company)
        watched = self._is_watched()
        for entry in SyncEntry.objects.filter(connection_id=self.connection_id).order_by("pk"):
            there = self._records_of(entry, live, company)
            what = f"entry {entry.pk}, {entry.kind} “{entry.title}”, is {entry.state}"
            touched = entry.quickbooks_id in self.bookkeeper.deleted
            match entry.state:
                case State.PENDING | State.SENDING | State.CHECKING:
                    problems.append(Problem("stuck", what))
                case State.SYNCED | State.DIFFERS if not (there or touched or self._undone(entry)):
                    problems.append(Problem("lie", f"{what} and is not there"))
                case State.SYNCED | State.DIFFERS if unseen := self._unseen(
                    entry, there, company, watched=watched
                ):
                    problems.append(Problem("lie", f"{what} and says something else: {unseen}"))
                case State.SYNCED | State.DIFFERS if there and (
                    differing := self._differing_credits(entry, company)
                ):
                    problems.append(Problem("lie", f"{what} and {differing}"))
                case State.CHANGED_IN_QUICKBOOKS if there and not (
                    self._is_touched(there[0]) or self._is_told_as_older(entry)
                ):
                    problems.append(Problem("lie", f"{what} and nobody changed it there"))
                case State.CANCELLED | State.GONE if there:
                    problems.append(Problem("lie", f"{what} and is there"))
                case State.FAILED if there and not entry.quickbooks_id:
                    problems.append(Problem("lie", f"{what} and is there"))
                case State.FAILED if there and self._asks_for_nothing(entry, there[0], company):
                    problems.append(Problem("lie", f"{what} and says there what it says here"))
                case State.IGNORED if not (there or touched or self._may_be_lacking(entry)):
                    problems.append(Problem("lie", f"{what} and kept there, and is not there"))
                case State.WAITING if excuses.asked_of(entry) is None:
                    problems.append(Problem("stuck", what))
                case State.NOT_SENT:
                    problems.append(Problem("stuck", what))
        return problems

    def _is_watched(self) -> bool:
        """Whether what was sent has ever been looked at whole at night."""
        return "last" in Connection.objects.get(pk=self.connection_id).watch

    def _unseen(
        self, entry: SyncEntry, there: list[Record], company: Company, *, watched: bool
    ) -> str:
        """Return what QuickBooks says else of what is synced, and nobody was told; "" if nothing.

        What people change there is told by the nightly look, once there has been one.
        """
        if not there or entry.code in {"linked", "accepted"}:
            return ""
        is_by_people = _is_by_people(there[0])
        if not watched and (is_by_people or self._is_touched(there[0])):
            return ""
        if self._cannot_be_told(entry, there[0]):
            return ""
        if entry.state == State.DIFFERS and not is_by_people:  # By how much is told.
            return ""
        if self._undone(entry):
            return "it was to be deleted"
        record = _MODELS[entry.kind]._default_manager.get(pk=entry.record_id)  # noqa: SLF001
        return self._difference(entry.kind, record, there[0], company)

    def _asks_for_nothing(self, entry: SyncEntry, there: Record, company: Company) -> bool:
        """Whether a person is asked about a payment that is in QuickBooks as it is here.

        What was deposited, or is in closed books, nobody need touch to look it up; but one that was
        found by its mark alone goes once more, for the look tells neither its date nor its memo.
        """
        if entry.kind != Kind.PAYMENT or entry.code not in _KEPT_FROM_CHANGE:
            return False
        if self._is_touched(there) or entry.synced_revision < entry.record_revision:
            return False
        payment = Payment.objects.get(pk=entry.record_id)
        found = EntryEvent.objects.filter(entry=entry, message__startswith=recovery.FOUND)
        if payment.voided or found.exists():
            return False
        return not self._difference(entry.kind, payment, there, company)

    def _difference(self, kind: Kind, record: Any, there: Record, company: Company) -> str:
        absent: Collection[UUID] = ()
        if kind == Kind.REFUND:  # Costs a walk through the company file.
            absent = self._absent(self.live(company))
        return differences.difference(kind, record, there, company, self.made_for, absent=absent)

    def _differing_credits(self, entry: SyncEntry, company: Company) -> str:
        if entry.kind != Kind.INVOICE:
            return ""
        invoice = Invoice.objects.get(pk=entry.record_id)
        deleted, by_hand = self.bookkeeper.deleted, self._credited_by_hand()
        return credit_links.differing(invoice, company, self.made_for, deleted, by_hand)

    def _credited_by_hand(self) -> dict[credit_links.Pair, Decimal]:
        """Return what people applied of our credit memos to our invoices, 0 where they cleared."""
        return {
            (self.made_for[invoice][1], self.made_for[memo][1]): Decimal(dollars)
            for (invoice, memo), dollars in self.bookkeeper.credited.items()
        }

    def _is_touched(self, there: Record) -> bool:
        """Whether people changed it in QuickBooks, or its customer, or may have.

        An older file whose clock was ahead of ours names later changes than ours: as people's do.
        """
        if self._were_clocks_wrong():
            return True
        if _is_by_people(there):
            return True  # Or what they did elsewhere changed it: a payment whose invoice they took.
        return bool({there.id, there.fields.get("CustomerRef")} & self.bookkeeper.touched)

    def _cannot_be_told(self, entry: SyncEntry, there: Record) -> bool:
        """Whether people's change and ours, in two copies of the file, have one version."""
        is_one_version = there.sequence == entry.edit_sequence
        return _is_by_people(there) and is_one_version and self._were_clocks_wrong()

    def _were_clocks_wrong(self) -> bool:
        """Whether copies of the file were in use, and a PC's clock was wrong."""
        happened = self.bookkeeper.faults.happened
        exchanged = (Fault.FILE_COPIED, Fault.FILE_COPIED_BACK)
        return any(happened[each] for each in exchanged) and bool(happened[Fault.CLOCK_WRONG])

    def _is_told_as_older(self, entry: SyncEntry) -> bool:
        """Whether the log says that QuickBooks has an older version, and files were exchanged."""
        happened = self.bookkeeper.faults.happened
        exchanged = (Fault.FILE_COPIED, Fault.FILE_COPIED_BACK, Fault.FILE_RESTORED)
        is_so = any(happened[each] for each in exchanged)
        return is_so and entry.message.startswith("QuickBooks has an older version")

    def _may_be_lacking(self, entry: SyncEntry) -> bool:
        """Whether QuickBooks may lack what was set aside: nobody looks for that.

        Of what it is to keep it lacks only what another file took the place of.
        """
        happened = self.bookkeeper.faults.happened
        exchanged = (Fault.FILE_COPIED, Fault.FILE_COPIED_BACK, Fault.FILE_RESTORED)
        return entry.code != LEFT_THERE or any(happened[each] for each in exchanged)

    def _undone(self, entry: SyncEntry) -> bool:
        """Whether it is synced by being deleted: what is void here, if that was chosen."""
        model = _MODELS[entry.kind]
        # Deleted before somebody wanted it kept after all: without a version it is known gone.
        is_over = entry.void_there == There.KEEP and not entry.edit_sequence
        if entry.kind in {Kind.CLIENT, Kind.ITEM} or not (self._is_to_go(entry) or is_over):
            return False
        rows: QuerySet[Any] = model._default_manager.all()  # noqa: SLF001 - Django's documented API.
        return rows.filter(pk=entry.record_id, voided_at__isnull=False).exists()

    def _is_to_go(self, entry: SyncEntry) -> bool:
        """Whether QuickBooks deletes it once it is void here."""
        is_usual = entry.kind in {Kind.PAYMENT, Kind.REFUND} and not entry.void_there
        return is_usual or entry.void_there == There.DELETE

    def _records_of(
        self, entry: SyncEntry, live: dict[UUID, list[Record]], company: Company
    ) -> list[Record]:
        found = live.get(entry.record_guid, [])
        if not found and entry.adopted and entry.quickbooks_id in company.state.records:
            return [company.state.records[entry.quickbooks_id]]
        return found

    # --- In the end ---

    def check_end(self, company: Company) -> list[Problem]:
        """Return what is lost, doubled or stale after a person has done what the log asks for."""
        live = self.live(company)
        excused, merged = self._absent(live), self._merged()
        by_hand = self._credited_by_hand()
        problems: list[Problem] = []
        business = Connection.objects.get(pk=self.connection_id).business
        for kind, model in _MODELS.items():
            entries = {
                each.record_id: each
                for each in SyncEntry.objects.filter(
                    connection_id=self.connection_id, rank=RANK[kind]
                )
            }
            records: QuerySet[Any] = model._default_manager.all()  # noqa: SLF001 - Django's documented API.
            for record in records.filter(business=business).order_by("pk"):
                entry = entries.get(record.pk)
                problem = self._judge(kind, record, entry, live, company)
                if problem is None:
                    continue
                # What a merged customer had is the other's for good, also once it is made anew.
                let_off = excused if problem.verdict == "stale" else excused | merged
                is_excused = problem.verdict in _EXCUSABLE and (
                    excuses.rests_on(record) & let_off
                    or excuses.is_filled_by_others(entry, company, self.made_for, by_hand)
                )
                if not is_excused:
                    problems.append(problem)
        return problems

    def _merged(self) -> set[UUID]:
        """Return the clients of ours whose customers people merged into others."""
        records = (self.bookkeeper.deleted[each] for each in self.bookkeeper.merged)
        made_for = (self.made_for.get(each.origin.request_id) for each in records)
        return {each[1] for each in made_for if each is not None}

    def _absent(self, live: Mapping[UUID, list[Record]]) -> set[UUID]:
        """Return the records of ours that people in QuickBooks took away, and that are not there.

        Once one is sent anew, or comes back with a backup, nothing that rests on it is excused.
        """
        made_for = (
            self.made_for.get(each.origin.request_id) for each in self.bookkeeper.deleted.values()
        )
        return {each[1] for each in made_for if each is not None and not live.get(each[1])}

    def _judge(
        self,
        kind: Kind,
        record: Any,
        entry: SyncEntry | None,
        live: dict[UUID, list[Record]],
        company: Company,
    ) -> Problem | None:
        what = f"{kind} {record.pk}"
        if entry is None:
            if kind not in {Kind.CLIENT, Kind.ITEM} and record.voided:
                return None
            return Problem("lost", f"{what} has no entry")
        what = f"{what} (entry {entry.pk}, {entry.state} {entry.code} {entry.message})"
        there = self._records_of(entry, live, company)
        if len(there) > 1:
            return Problem("doubled", what)
        if entry.code == LEFT_THERE or (there and entry.state == State.SYNCED):
            problem = self._judge_void(record, entry, there, company)
            if problem or entry.code == LEFT_THERE:
                return Problem(problem, what) if problem else None
        if not there:
            taken_away = entry.quickbooks_id in self.bookkeeper.deleted
            may_be_absent = taken_away or self._may_be_absent(kind, record, entry)
            return None if may_be_absent else Problem("lost", what)
        if entry.state not in _THERE:
            return Problem("stuck", what)
        if entry.code in {"linked", "accepted"}:  # What it says there is left alone.
            return None
        # What people changed and the nightly look has told of, Retry has sent again by now.
        is_untold = self._cannot_be_told(entry, there[0]) or (
            _is_by_people(there[0]) and not self._is_watched()
        )
        difference = "" if is_untold else self._difference(kind, record, there[0], company)
        difference = difference or self._differing_credits(entry, company)
        return Problem("stale", f"{what}: {difference}") if difference else None

    def _judge_void(
        self, record: Any, entry: SyncEntry, there: list[Record], company: Company
    ) -> str:
        """Return what is wrong with a void record that is over: lost, or stale; "" if nothing."""
        is_gone = not there and entry.quickbooks_id not in self.bookkeeper.deleted
        if entry.code == LEFT_THERE:
            return "lost" if is_gone and not self._may_be_lacking(entry) else ""
        if entry.kind in {Kind.CLIENT, Kind.ITEM} or not record.voided:
            return ""
        if self._is_to_go(entry):
            return "stale"
        if _is_by_people(there[0]) and not self._is_watched():
            return ""
        return "stale" if self._difference(entry.kind, record, there[0], company) else ""

    def _may_be_absent(self, kind: Kind, record: Any, entry: SyncEntry) -> bool:
        if kind == Kind.CLIENT:
            return bool(record.name.startswith(POISON))
        if kind == Kind.PAYMENT:
            if record.voided:
                return True
            return bool(record.payer.name.startswith(POISON))
        if kind == Kind.REFUND:
            return bool(record.voided or record.credit.client.name.startswith(POISON))
        if kind == Kind.INVOICE and entry.state == State.FAILED and entry.code == NUMBER_TAKEN:
            return True  # Another one has its number there: a person gives it a new one.
        if kind in {Kind.INVOICE, Kind.CREDIT}:
            if record.client.name.startswith(POISON):
                return True
            return record.voided and entry.state in {State.CANCELLED, State.SYNCED}
        return False


def _is_by_people(there: Record) -> bool:
    """Whether people changed a record last."""
    return there.changed_by is not None and there.changed_by.request == PEOPLE
