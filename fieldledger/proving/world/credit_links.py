"""Which credit memos go to which invoices, in a company file and here, for whoever judges.

By what each record was made for, never by our marks or ids.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from fieldledger.office.models import Credit, CreditApplication, Invoice, Refund
from fieldledger.quickbooks.models import RANK, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.company import Company
from fieldledger.simulator.problems import Failed
from fieldledger.simulator.state import Record
from fieldledger.sync.content import Kind, State

MadeFor = Mapping[str, tuple[int, UUID]]
Pair = tuple[UUID, UUID]  # An invoice and a credit memo.

# What is said of an entry whose invoice or credit memo QuickBooks links otherwise than we do.
_ASKS_A_PERSON: Final = frozenset({"credit_applied_otherwise", "3185", "3210"})


def links(company: Company, made_for: MadeFor) -> Iterator[tuple[Pair, Record, str, Decimal]]:
    """Yield each link between two records of ours: of what, the invoice, the credit, how much."""
    records = company.state.records
    for invoice in company.state.of_type("Invoice").values():
        for part in invoice.fields.get("Credits", ()):
            one = made_for.get(invoice.origin.request_id)
            other = made_for.get(records[part["TxnID"]].origin.request_id)
            if one is not None and other is not None:
                pair = one[1], other[1]
                yield pair, invoice, part["TxnID"], Decimal(part["Amount"]) / 100


def too_much(company: Company, made_for: MadeFor, most: Mapping[Pair, Decimal]) -> str:
    """Return where more of a credit memo goes to an invoice than was ever to go; "" if nowhere."""
    sums: dict[Pair, Decimal] = defaultdict(Decimal)
    for pair, _, _, amount in links(company, made_for):
        sums[pair] += amount
    return ", ".join(
        f"{amount} of credit {pair[1]} goes to invoice {pair[0]}"
        for pair, amount in sums.items()
        if amount > most.get(pair, Decimal(0))
    )


def differing(
    invoice: Invoice, company: Company, made_for: MadeFor, deleted: Mapping[str, Record]
) -> str:
    """Return where QuickBooks applies another amount to an invoice than we do; "" if nowhere.

    What people deleted there is left out, as long as it is not there again.
    """
    if invoice.voided:
        return ""
    memos = company.state.of_type("CreditMemo").values()
    stands = {made_for[each.origin.request_id][1] for each in memos if _is_ours(each, made_for)}
    gone = {
        made_for[each.origin.request_id][1] for each in deleted.values() if _is_ours(each, made_for)
    } - stands
    there: dict[UUID, Decimal] = defaultdict(Decimal)
    for (one, other), _, _, amount in links(company, made_for):
        if one == invoice.guid:
            there[other] += amount
    rows = CreditApplication.objects.filter(invoice=invoice).select_related("credit")
    here = {each.credit: each.amount for each in rows}
    for each in Credit.objects.filter(guid__in=list(there)):
        here.setdefault(each, Decimal(0))
    return ", ".join(
        f"{there[credit.guid]} of credit {credit.pk} there, {amount} here"
        for credit, amount in here.items()
        if there[credit.guid] != amount and credit.guid not in gone
    )


def _is_ours(record: Record, made_for: MadeFor) -> bool:
    return record.origin.request_id in made_for


def put_right(company: Company, made_for: MadeFor, now: datetime) -> list[str]:
    """Do in QuickBooks what the log asks a person there for; say what."""
    return [*clear_credits(company, made_for, now), *apply_checks(company, made_for, now)]


def clear_credits(company: Company, made_for: MadeFor, now: datetime) -> list[str]:
    """Clear in QuickBooks the links that the log asks a person there to clear; say which.

    They are those of a record that failed for them, and that are another amount here.
    """
    failed = SyncEntry.objects.filter(
        state=State.FAILED,
        code__in=_ASKS_A_PERSON,
        rank__in=(RANK[Kind.INVOICE], RANK[Kind.CREDIT]),
    )
    asked = set(failed.values_list("record_guid", flat=True))
    here = {
        (each.invoice.guid, each.credit.guid): each.amount
        for each in CreditApplication.objects.select_related("invoice", "credit")
    }
    cleared = []
    for pair, invoice, credit_id, amount in list(links(company, made_for)):
        if asked & set(pair) and here.get(pair, Decimal(0)) != amount:
            people.take_off_credit(company, invoice.id, credit_id, now=now)
            cleared.append(f"{amount} of credit {credit_id} is cleared on invoice {invoice.id}")
    return cleared


def apply_checks(company: Company, made_for: MadeFor, now: datetime) -> list[str]:
    """Apply in QuickBooks the checks that the log asks a person there to apply; say which.

    They are those of refunds that failed and that pay back something else there than here.
    """
    failed = SyncEntry.objects.filter(state=State.FAILED, rank=RANK[Kind.REFUND])
    asked = set(failed.values_list("record_guid", flat=True))
    here = Refund.objects.filter(guid__in=asked, voided_at=None).values_list("guid", "credit__guid")
    memos = {
        made_for[each.origin.request_id][1]: each.id
        for each in company.state.of_type("CreditMemo").values()
        if _is_ours(each, made_for)
    }
    pays_back = dict(here)
    said = []
    for check in company.state.of_type("Check").values():
        of = made_for.get(check.origin.request_id)
        memo = memos.get(pays_back[of[1]]) if of is not None and of[1] in pays_back else None
        if memo is None or [each["TxnID"] for each in check.fields["Applied"]] == [memo]:
            continue
        try:
            people.apply_check(company, check.id, memo, now=now)
        except Failed as problem:
            said.append(f"QuickBooks refuses: {problem}")
        else:
            said.append(f"check {check.id} is applied to credit {memo}")
    return said


def rests_on(invoice: Invoice) -> list[Credit]:
    """Return the credit memos that go to an invoice, or went."""
    return [each.credit for each in invoice.credit_applications.select_related("credit")]
