"""Look at invoices before they are sent: what can go, what cannot, and what it needs first.

The rules are fieldledger.sync.precheck's; here they meet the database, with a fixed number of SQL
statements however many invoices there are.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.utils import timezone

from fieldledger.office.models import Credit, Invoice, Payment, Refund
from fieldledger.quickbooks import approving, contents
from fieldledger.quickbooks.choices import choices_of
from fieldledger.quickbooks.company import facts_of
from fieldledger.quickbooks.contents import entries_of
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.paid_invoices import payments_of
from fieldledger.quickbooks.voided import LEFT_THERE
from fieldledger.sync import precheck
from fieldledger.sync.approval import Rules
from fieldledger.sync.content import Kind, State
from fieldledger.sync.precheck import ON_THEIR_WAY, Asked, Group, Standing, Verdict

# A parent in one of these does not go by itself.
_STUCK: Final = frozenset({State.FAILED, State.HELD, State.IGNORED, State.GONE, State.CANCELLED})
TO_GO: Final = frozenset({State.CHANGED, State.FAILED, *ON_THEIR_WAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What was found of one invoice; `blocker` is the entry that needs somebody first."""

    invoice: Invoice
    verdict: Verdict
    entry: SyncEntry | None = None
    blocker: SyncEntry | None = None


def standing_of(
    record: Invoice | Payment | Credit | Refund, kind: Kind, entry: SyncEntry | None
) -> Standing:
    """Return where a record stands, for the rules."""
    return Standing(
        kind=kind,
        state=State(entry.state) if entry is not None else State.NOT_SENT,
        date=record.date,
        voided=record.voided,
        was_sent=entry is not None and bool(entry.synced_revision),
        is_left=entry is not None and entry.state == State.IGNORED and entry.code == LEFT_THERE,
    )


def is_unsent(payment: Payment | Refund, entry: SyncEntry | None) -> bool:
    """Return whether QuickBooks lacks what goes with its invoice or credit memo, or a change."""
    return not payment.voided if entry is None else entry.state in TO_GO


def look(
    connection: Connection, invoices: Sequence[int], *, past_closing: bool = False
) -> dict[int, Looked]:
    """Return {primary key: what would happen to the invoice if it were sent now}.

    With `past_closing` the closing date is left out: QuickBooks is to say whether it still holds.
    """
    facts = facts_of(connection)
    if past_closing:
        facts = replace(facts, closing_date=None)
    choices = choices_of(connection)
    wanted = contents.wanted_invoices(connection, invoices)
    entries = entries_of(connection, Kind.INVOICE, wanted)
    unsent = _unsent_payments(connection, wanted)
    found = {}
    for key, each in wanted.items():
        asked = _asked(each, entries.get(key), unsent.get(key, 0))
        stuck = next((entry for _, _, entry in each.lacking if not _goes_by_itself(entry)), None)
        found[key] = Looked(
            invoice=each.invoice,
            verdict=precheck.check(asked, choices=choices, facts=facts),
            entry=entries.get(key),
            blocker=stuck,
        )
    return _with_approval(connection, found)


def _with_approval(connection: Connection, found: dict[int, Looked]) -> dict[int, Looked]:
    ready = {key: each for key, each in found.items() if each.verdict.group == Group.READY}
    rules = approving.rules_of(connection)
    if rules == Rules() or not ready:
        return found
    asked = [(each.invoice, each.entry) for each in ready.values()]
    why = approving.why(connection, rules, asked, timezone.now())
    for place, (key, each) in enumerate(ready.items()):
        is_there = each.entry is not None and each.entry.state in precheck.IN_QUICKBOOKS
        if place in why and not is_there:
            verdict = replace(each.verdict, group=Group.APPROVAL, reason=why[place])
            found[key] = replace(each, verdict=verdict)
    return found


def _asked(wanted: contents.Wanted, entry: SyncEntry | None, unsent: int) -> Asked:
    called = [(f"{kind} “{name}”", _goes_by_itself(its)) for kind, name, its in wanted.lacking]
    rate = wanted.invoice.tax_rate
    return Asked(
        standing=standing_of(wanted.invoice, Kind.INVOICE, entry),
        content=wanted.content,
        tax_percent=rate.percent if rate is not None else None,
        stuck=next((each for each, goes in called if not goes), ""),
        new=tuple(each for each, goes in called if goes),
        unsent_payments=unsent,
    )


def _goes_by_itself(entry: SyncEntry | None) -> bool:
    return entry is not None and entry.state not in _STUCK


def _unsent_payments(connection: Connection, invoices: Iterable[int]) -> Mapping[int, int]:
    paying = payments_of(invoices)
    entries = entries_of(connection, Kind.PAYMENT, (each.pk for _, each in paying))
    counts: dict[int, int] = {}
    for invoice, payment in paying:
        if is_unsent(payment, entries.get(payment.pk)):
            counts[invoice] = counts.get(invoice, 0) + 1
    return counts
