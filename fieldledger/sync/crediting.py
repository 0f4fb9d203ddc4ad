"""Credit memos, as mapping makes an invoice's lines and tax under other names, and refunds.

A credit memo's elements are an invoice's but for those that only an invoice has, and its amounts
are positive as well (qbXML 13.0 schema; OSR, CreditMemoAdd).
"""

from dataclasses import fields
from typing import Any, Final, TypeVar

from fieldledger.qbxml import objects
from fieldledger.qbxml.objects import Ref
from fieldledger.sync.content import (
    Choices,
    CompanyFacts,
    InvoiceContent,
    Known,
    RefundContent,
)
from fieldledger.sync.fields import marker, write_identifier, write_money
from fieldledger.sync.mapping import CannotBeSent, check_date, write_invoice

NOUN: Final = "credit memo"
CHECK_NUMBER_MAX: Final = 11  # qbXML 13.0 schema, CheckAdd/RefNumber.
LEFT_ALONE: Final = "item_left_alone"  # The code of what is there and not ours to change.
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


def write_refund(
    content: RefundContent,
    *,
    choices: Choices,
    facts: CompanyFacts,
    known: Known | None = None,
    notes: list[str] | None = None,
) -> objects.CheckAdd:
    """Return the request that pays money back out of a credit memo.

    It is a check from a bank account, whatever the method, applied to the credit memo; its line
    posts to the receivable account that the credit memo has lowered (Intuit's reference, CheckAdd).

    :raises CannotBeSent: with one of the codes of words.OWN_WORDS; for one that is there already
        with LEFT_ALONE, as a refund is never changed.
    """
    subject = f"The refund of {NOUN} {content.credit_number}"
    if known is not None:
        raise CannotBeSent("refund", f"{subject} is there, and is not changed.", LEFT_ALONE)
    check_date(content.date, facts, subject)
    if choices.refund_account is None:
        sentence = f"{subject} is paid from an account, and none is chosen in the mapping."
        raise CannotBeSent("refund_account", sentence, "no_refund_account")
    if choices.receivable_account is None:
        sentence = f"{subject} needs QuickBooks’ receivable account, and there is not just one."
        raise CannotBeSent("refund_account", sentence, "no_receivable_account")
    amount = write_money(content.amount, "amount", subject)
    customer = Ref(list_id=content.customer_list_id)
    memo = f"Refund of {content.credit_number}, {content.method.lower()}"
    if notes is not None:
        notes.append("QuickBooks has it as a check, applied to the credit memo.")
    return objects.CheckAdd(
        account_ref=Ref(list_id=choices.refund_account),
        payee_entity_ref=customer,
        ref_number=write_identifier(content.number, CHECK_NUMBER_MAX, "reference"),
        txn_date=content.date,
        memo=memo,
        is_to_be_printed=False,
        external_guid=marker(content.guid),
        apply_check_to_txn_add=(
            objects.ApplyCheckToTxnAdd(txn_id=content.credit_txn_id, amount=amount),
        ),
        expense_line_add=(
            objects.ExpenseLineAdd(
                account_ref=Ref(list_id=choices.receivable_account),
                amount=amount,
                memo=memo,
                customer_ref=customer,
            ),
        ),
    )
