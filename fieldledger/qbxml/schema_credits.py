"""Credit memos: what their requests and records hold, which is an invoice's but for a few rows.

Source: qbXML 13.0 schema, for every difference.
"""

from dataclasses import replace
from typing import Final

from fieldledger.qbxml.schema_parts import Branch, Leaf, OneOf, Part, amount
from fieldledger.qbxml.schema_transactions import TRANSACTION_RECORDS, TRANSACTION_REQUESTS

# What only an invoice has: credits are applied to it, not it to others.
_NOT_IN_CREDITS: Final = frozenset(
    {
        "IsFinanceCharge",
        "LinkToTxnID",
        "LinkToTxn",
        "SetCredit",
        "OptionForPriceRuleConflict",
        "AppliedAmount",
        "IsPaid",
        "SuggestedDiscountAmount",
        "SuggestedDiscountDate",
    }
)
# In place of what is still due.
_INSTEAD: Final[dict[str, tuple[Part, ...]]] = {
    "BalanceRemaining": (amount("TotalAmount"), amount("CreditRemaining", since=2)),
    "BalanceRemainingInHomeCurrency": (amount("CreditRemainingInHomeCurrency", since=8),),
    "PaidStatus": (),
}


def _of_credits(part: Part) -> tuple[Part, ...]:
    """Return what stands in a credit memo where `part` stands in an invoice."""
    if isinstance(part, OneOf):
        branches = tuple(_all_of_credits(each) for each in part.branches)
        return (replace(part, branches=branches),)
    if part.name in _NOT_IN_CREDITS:
        return ()
    if part.name in _INSTEAD:
        return _INSTEAD[part.name]
    if not isinstance(part, Branch):
        return (part,)
    name = part.name.replace("Invoice", "CreditMemo")
    parts = _all_of_credits(part.parts)
    return (replace(part, name=name, parts=tuple(_otherwise(name, each) for each in parts)),)


def _otherwise(inside: str, part: Part) -> Part:
    """Return a part of a credit memo with what is said otherwise of it than in an invoice."""
    match inside, part:
        case "CreditMemoAdd", OneOf():  # Its lines.
            return replace(part, required=True)
        case "CreditMemoMod", Branch(name="TemplateRef"):
            return replace(part, since=1)
        case "CreditMemoLineGroupRet", Leaf(name="TxnLineID"):
            return replace(part, since=3)
        case _:
            return part


def _all_of_credits(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    return tuple(each for part in parts for each in _of_credits(part))


def _rows(invoices: tuple[Branch, ...]) -> tuple[Branch, ...]:
    found = (_of_credits(each)[0] for each in invoices if each.name.startswith("Invoice"))
    return tuple(each for each in found if isinstance(each, Branch))


CREDIT_REQUESTS: Final = _rows(TRANSACTION_REQUESTS)
CREDIT_RECORDS: Final = _rows(TRANSACTION_RECORDS)
