"""What of which credit memo goes to an invoice in QuickBooks, and what is sent to make it so.

Applying a credit makes no transaction, only a link between two (Onscreen Reference, SetCredit), so
there is no mark to look for. It is sent as a change of the invoice (InvoiceMod takes SetCredit,
qbXML 13.0 schema), which names a version, and only after the invoice's links were read
(IncludeLinkedTxns): what is there already is not sent.

Nobody says whether a second SetCredit of one credit memo on one invoice adds its amount or takes
the place of the first, and qbXML has no way to take a link off. So one is sent only where nothing
of that credit memo goes to the invoice, which comes to the same either way; anything else is for
a person at QuickBooks.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

from fieldledger.qbxml.reading import Record

OTHERWISE: Final = "credit_applied_otherwise"
NOT_SHOWN: Final = "credit_not_shown"
UNKNOWN: Final = "credit_unknown"
NOT_ASKED: Final = "credit_not_asked"  # Nobody has asked for the credit memo to be sent.
ZERO: Final = Decimal("0.00")


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPart:
    """What of one credit memo goes to an invoice here: 0 where it was taken off again.

    `txn_id` is the credit memo's in QuickBooks; "" while it is not there. One that is not known is
    applied there and has the number of one of ours, of which nobody knows whether it is there.
    """

    number: str
    amount: Decimal
    txn_id: str
    is_known: bool = True


class Step(StrEnum):
    """What is next for one invoice."""

    DONE = "done"
    SEND = "send"
    WAIT = "wait"  # For the credit memo, which is not in QuickBooks.
    OTHERWISE = OTHERWISE  # QuickBooks applies another amount.
    UNKNOWN = UNKNOWN  # It applies one that may be ours.
    NOT_SHOWN = NOT_SHOWN  # It was taken, and is not among the links.


@dataclass(frozen=True, slots=True, kw_only=True)
class Next:
    """A step, the part that it is about, and what of that QuickBooks applies now."""

    step: Step
    part: CreditPart | None = None
    there: Decimal = ZERO


def applied_credits(record: Record) -> dict[str, str]:
    """Return {TxnID of a credit memo: what of it goes to an invoice}, as its links say.

    A link lowers what is owed, so its amount is negative there (Onscreen Reference, LinkedTxn).
    """
    found: dict[str, str] = {}
    for link in record.children("LinkedTxn"):
        txn_id, amount = link.text("TxnID"), link.money("Amount")
        if link.text("TxnType") == "CreditMemo" and txn_id and amount is not None:
            found[txn_id] = f"{abs(amount) + Decimal(found.get(txn_id, '0')):.2f}"
    return found


def numbers_of_credits(record: Record) -> dict[str, str]:
    """Return {TxnID of a credit memo that goes to an invoice: its number}, as its links say."""
    return {
        txn_id: number
        for link in record.children("LinkedTxn")
        if link.text("TxnType") == "CreditMemo"
        and (txn_id := link.text("TxnID"))
        and (number := link.text("RefNumber"))
    }


def agree(parts: Sequence[CreditPart], there: Mapping[str, str]) -> bool:
    """Whether QuickBooks applies what goes to the invoice here, of each of its credit memos."""
    return all(_there(each, there) == each.amount for each in parts)


def next_step(
    parts: Sequence[CreditPart], there: Mapping[str, str], taken: Collection[str]
) -> Next:
    """Return what is next: one part at a time, so that a refusal is about that one.

    `there` is what was just read; `taken` are the credit memos whose SetCredit QuickBooks has
    taken since they were found right last.
    """
    found: dict[Step, Next] = {}
    for part in parts:
        amount = _there(part, there)
        if amount == part.amount:
            continue
        step = Step.SEND
        if not part.is_known:
            step = Step.UNKNOWN
        elif amount:
            step = Step.OTHERWISE
        elif not part.txn_id:
            step = Step.WAIT
        elif part.txn_id in taken:
            step = Step.NOT_SHOWN
        found.setdefault(step, Next(step=step, part=part, there=amount))
    for step in (Step.SEND, Step.OTHERWISE, Step.UNKNOWN, Step.NOT_SHOWN, Step.WAIT):
        if step in found:
            return found[step]
    return Next(step=Step.DONE)


def _there(part: CreditPart, there: Mapping[str, str]) -> Decimal:
    return Decimal(there.get(part.txn_id, "0")) if part.txn_id else ZERO
