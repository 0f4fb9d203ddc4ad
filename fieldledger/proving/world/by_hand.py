"""What the log asks a person at QuickBooks for before Retry can go through, done there.

Clear a credit, apply a check to its credit memo, take a payment out of its bank deposit.
"""

from datetime import datetime
from decimal import Decimal
from typing import Final

from fieldledger.office.models import CreditApplication, Refund
from fieldledger.proving.world.credit_links import MadeFor, is_ours, links
from fieldledger.quickbooks.bank_deposits import IN_DEPOSIT
from fieldledger.quickbooks.models import RANK, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.company import Company
from fieldledger.simulator.problems import Failed
from fieldledger.sync.content import Kind, State

# What is said of an entry whose invoice or credit memo QuickBooks links otherwise than we do.
_ASKS_A_PERSON: Final = frozenset({"credit_applied_otherwise", "credit_unknown", "3185", "3210"})


def put_right(company: Company, made_for: MadeFor, now: datetime) -> list[str]:
    """Do in QuickBooks what the log asks a person there for; say what."""
    return [
        *_clear_credits(company, made_for, now),
        *_apply_checks(company, made_for, now),
        *_undo_deposits(company, now),
    ]


def _clear_credits(company: Company, made_for: MadeFor, now: datetime) -> list[str]:
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


def _apply_checks(company: Company, made_for: MadeFor, now: datetime) -> list[str]:
    """Apply in QuickBooks the checks that the log asks a person there to apply; say which.

    They are those of refunds that failed and that pay back something else there than here.
    """
    failed = SyncEntry.objects.filter(state=State.FAILED, rank=RANK[Kind.REFUND])
    asked = set(failed.values_list("record_guid", flat=True))
    here = Refund.objects.filter(guid__in=asked, voided_at=None).values_list("guid", "credit__guid")
    memos = {
        made_for[each.origin.request_id][1]: each.id
        for each in company.state.of_type("CreditMemo").values()
        if is_ours(each, made_for)
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


def _undo_deposits(company: Company, now: datetime) -> list[str]:
    """Delete the bank deposits that keep a payment from being changed or deleted."""
    failed = SyncEntry.objects.filter(state=State.FAILED, code=IN_DEPOSIT)
    payments = failed.order_by("pk").values_list("quickbooks_id", flat=True)
    found = dict.fromkeys(company.state.deposited.get(each, "") for each in payments)
    deposits = [each for each in found if each]
    for each in deposits:
        people.delete(company, each, now=now)
    return [f"deposit {each} is deleted" for each in deposits]
