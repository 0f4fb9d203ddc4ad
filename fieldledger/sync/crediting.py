"""Credit memos: what mapping makes of an invoice's lines and tax, under a credit memo's names.

A credit memo's elements are an invoice's but for those that only an invoice has, and its amounts
are positive as well (qbXML 13.0 schema; OSR, CreditMemoAdd).
"""

from dataclasses import fields
from typing import Any, Final, TypeVar

from fieldledger.qbxml import objects
from fieldledger.sync.content import Choices, CompanyFacts, InvoiceContent, Known
from fieldledger.sync.mapping import write_invoice

NOUN: Final = "credit memo"
Made = TypeVar(
    "Made",
    objects.CreditMemoAdd,
    objects.CreditMemoMod,
    objects.CreditMemoLineAdd,
    objects.CreditMemoLineMod,
)


def write_credit(
    content: InvoiceContent,
    *,
    choices: Choices,
    facts: CompanyFacts,
    known: Known | None = None,
    notes: list[str] | None = None,
) -> objects.CreditMemoAdd | objects.CreditMemoMod:
    """Return the request that brings QuickBooks' credit memo up to `content`, whose noun is NOUN.

    :raises CannotBeSent: with one of the codes of words.OWN_WORDS.
    """
    body = write_invoice(content, choices=choices, facts=facts, known=known, notes=notes)
    if isinstance(body, objects.InvoiceMod):
        changed = tuple(_as(objects.CreditMemoLineMod, each) for each in body.invoice_line_mod)
        return _as(objects.CreditMemoMod, body, credit_memo_line_mod=changed)
    lines = tuple(_as(objects.CreditMemoLineAdd, each) for each in body.invoice_line_add)
    return _as(objects.CreditMemoAdd, body, credit_memo_line_add=lines)


def _as(kind: type[Made], given: object, **lines: Any) -> Made:
    """Return what `given` says, as far as a `kind` says it, with its lines."""
    names = [each.name for each in fields(kind) if each.name not in lines]
    return kind(**{name: getattr(given, name) for name in names}, **lines)


def void_credit(known: Known) -> objects.TxnVoid:
    """Return the request that voids a credit memo: its number stays, its amounts become zero."""
    return objects.TxnVoid(txn_void_type="CreditMemo", txn_id=known.quickbooks_id)
