"""Whether a record that is looked up again says what it said when QuickBooks took it from us last.

Only what is proved to is left alone; everything else is sent again.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from fieldledger.office.models import Credit, Invoice
from fieldledger.qbxml.reading import Record
from fieldledger.quickbooks import contents
from fieldledger.quickbooks.contents import Loaded
from fieldledger.quickbooks.drift_row import Drift
from fieldledger.quickbooks.models import Connection, EntryEvent, SyncEntry
from fieldledger.quickbooks.verification import LINKED, REASONS
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import There


def is_as_it_was(entry: SyncEntry, theirs: str) -> bool:
    """Whether a record that is only looked up again says what it said when we wrote it last.

    Which of two EditSequences is the older one does not matter: the PC's clock may have been wrong
    when they were made. A linked record was there before us and is left alone. A version that was
    not ours, but only read before a change that did not come about, proves nothing: then what we
    wrote is not known (`written`), unless a person has said that it may stay as it is there.
    """
    if entry.code not in REASONS or entry.wanted_revision > entry.synced_revision:
        return False
    if entry.code == LINKED:
        return True
    return theirs == entry.edit_sequence and (bool(entry.written) or _is_accepted(entry))


def _is_accepted(entry: SyncEntry) -> bool:
    return Drift.objects.filter(entry=entry, decided_at__isnull=False).exists()


def told_changes(
    entries: Iterable[SyncEntry], theirs: Mapping[int, Record | None]
) -> dict[int, str]:
    """Return {entry: what was said of it}, where somebody changed it there and nobody has decided.

    That is so where it has the version of then, and it was said last: what was sent since may have
    covered it. `theirs` is what a look has found of these entries.
    """
    looked_up = [
        each.pk
        for each in entries
        if each.code in REASONS - {LINKED}
        and each.wanted_revision <= each.synced_revision
        and each.edit_sequence
        and (record := theirs.get(each.pk)) is not None
        and record.text("EditSequence") == each.edit_sequence
    ]
    undecided = list(
        Drift.objects.filter(
            entry__in=looked_up, what=Drift.What.CHANGED, decided_at__isnull=True
        ).values_list("entry_id", flat=True)
    )
    last = {}
    for event in EntryEvent.objects.filter(entry__in=undecided).order_by("pk"):
        last[event.entry_id] = event
    return {
        key: each.message for key, each in last.items() if each.state == State.CHANGED_IN_QUICKBOOKS
    }


def is_void_as_here(entry: SyncEntry, total: Decimal | None) -> bool:
    """Whether QuickBooks has void what was made void there last, with `total` as it has it now.

    A void has no version that we know, and zero amounts: of one whose total was zero before, that
    proves nothing.
    """
    is_looked_up = entry.code in REASONS and entry.wanted_revision <= entry.synced_revision
    if not is_looked_up or entry.void_there != There.VOID or entry.edit_sequence or total != 0:
        return False
    if entry.kind == Kind.INVOICE:
        return Invoice.objects.filter(pk=entry.record_id, total__gt=0).exists()
    return Credit.objects.filter(pk=entry.record_id, total__gt=0).exists()


def applied_otherwise(
    connection: Connection, entries: Iterable[SyncEntry], theirs: Mapping[int, Record | None]
) -> set[int]:
    """Return the payments of which QuickBooks applies something else than goes to invoices here.

    `theirs` is what a look has found of these entries. A payment's version does not prove it: the
    nightly look takes over one whose amounts alone have stayed the same. What was changed here
    since is not known to be in QuickBooks yet, and what a person has accepted is left.
    """
    found = {
        each.record_id: each
        for each in entries
        if each.kind == Kind.PAYMENT
        and each.code in REASONS
        and each.record_revision == each.synced_revision
        and theirs.get(each.pk) is not None
    }
    accepted = Drift.objects.filter(entry__in=found.values(), decided_at__isnull=False)
    for record_id in accepted.values_list("entry__record_id", flat=True):
        del found[record_id]
    here = contents.payments(connection, list(found)) if found else {}
    lost = {each.quickbooks_id for each in entries if each.pk in theirs and not theirs[each.pk]}
    return {
        entry.pk
        for key, entry in found.items()
        if not _is_applied_so(here.get(key), theirs[entry.pk], lost)
    }


def _is_applied_so(loaded: Loaded | None, record: Record | None, lost: Collection[str]) -> bool:
    """Whether QuickBooks applies a payment as it is here, and to nothing that is not there."""
    if record is None or loaded is None or loaded.content is None:
        return False
    content = loaded.content
    parts = content.applied if content.is_deposit else ((content.invoice_txn_id, content.amount),)
    here = {txn_id: amount for txn_id, amount in parts if amount}
    there: dict[str, Decimal] = {}
    for each in record.children("AppliedToTxnRet"):
        if each.money("DiscountAmount"):
            return False
        there[each.text("TxnID") or ""] = each.money("Amount") or Decimal(0)
    is_so = there == here and record.money("TotalAmount") == content.amount
    return is_so and here.keys().isdisjoint(lost)
