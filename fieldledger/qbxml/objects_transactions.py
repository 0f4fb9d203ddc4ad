"""Transactions to be made, changed or removed; `objects` has the rules for names and fields.

Source: qbXML 13.0 schema.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from fieldledger.qbxml.objects_lists import Address, Ref


@dataclass(frozen=True, slots=True)
class UseMacro:
    """Stands for the TxnID that an earlier request of the same message set will have made."""

    name: str  # As in def_macro: "TxnID:invoice-1".


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLineAdd:
    """Has at most one of `rate` and `rate_percent`."""

    item_ref: Ref | None = None
    desc: str | None = None
    quantity: Decimal | None = None
    unit_of_measure: str | None = None
    rate: Decimal | None = None
    rate_percent: Decimal | None = None
    class_ref: Ref | None = None
    amount: Decimal | None = None
    service_date: dt.date | None = None
    sales_tax_code_ref: Ref | None = None
    other1: str | None = None
    other2: str | None = None


NEW_LINE = "-1"  # The TxnLineID of a line that an InvoiceMod adds. Source: OSR.


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLineMod:
    """A line that stays, by its TxnLineID, or a new one, by NEW_LINE."""

    txn_line_id: str
    item_ref: Ref | None = None
    desc: str | None = None
    quantity: Decimal | None = None
    unit_of_measure: str | None = None
    rate: Decimal | None = None
    rate_percent: Decimal | None = None
    class_ref: Ref | None = None
    amount: Decimal | None = None
    service_date: dt.date | None = None
    sales_tax_code_ref: Ref | None = None
    other1: str | None = None
    other2: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceAdd:
    customer_ref: Ref
    class_ref: Ref | None = None
    ar_account_ref: Ref | None = None
    template_ref: Ref | None = None
    txn_date: dt.date | None = None
    ref_number: str | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    is_pending: bool | None = None
    po_number: str | None = None
    terms_ref: Ref | None = None
    due_date: dt.date | None = None
    ship_date: dt.date | None = None
    item_sales_tax_ref: Ref | None = None
    memo: str | None = None
    customer_msg_ref: Ref | None = None
    is_to_be_printed: bool | None = None
    is_to_be_emailed: bool | None = None
    customer_sales_tax_code_ref: Ref | None = None
    other: str | None = None
    external_guid: UUID | str | None = None
    invoice_line_add: tuple[InvoiceLineAdd, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCredit:
    """How much of a credit memo goes to an invoice."""

    credit_txn_id: str | UseMacro
    applied_amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceMod:
    """Lines that are not named are removed; where no line is named, all stay.

    Source: conductor's documentation.
    """

    txn_id: str
    edit_sequence: str
    customer_ref: Ref | None = None
    class_ref: Ref | None = None
    ar_account_ref: Ref | None = None
    template_ref: Ref | None = None
    txn_date: dt.date | None = None
    ref_number: str | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    is_pending: bool | None = None
    po_number: str | None = None
    terms_ref: Ref | None = None
    due_date: dt.date | None = None
    ship_date: dt.date | None = None
    item_sales_tax_ref: Ref | None = None
    memo: str | None = None
    customer_msg_ref: Ref | None = None
    is_to_be_printed: bool | None = None
    is_to_be_emailed: bool | None = None
    customer_sales_tax_code_ref: Ref | None = None
    other: str | None = None
    set_credit: tuple[SetCredit, ...] = ()
    invoice_line_mod: tuple[InvoiceLineMod, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AppliedToTxn:
    """How much of a payment goes to one invoice."""

    txn_id: str | UseMacro  # In a ReceivePaymentMod a TxnID only.
    payment_amount: Decimal | None = None
    discount_amount: Decimal | None = None
    discount_account_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePaymentAdd:
    """Has exactly one of `is_auto_apply` and `applied_to_txn_add`."""

    customer_ref: Ref
    ar_account_ref: Ref | None = None
    txn_date: dt.date | None = None
    ref_number: str | None = None
    total_amount: Decimal | None = None
    payment_method_ref: Ref | None = None
    memo: str | None = None
    deposit_to_account_ref: Ref | None = None
    external_guid: UUID | str | None = None
    is_auto_apply: bool | None = None
    applied_to_txn_add: tuple[AppliedToTxn, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivePaymentMod:
    txn_id: str
    edit_sequence: str
    customer_ref: Ref | None = None
    ar_account_ref: Ref | None = None
    txn_date: dt.date | None = None
    ref_number: str | None = None
    total_amount: Decimal | None = None
    payment_method_ref: Ref | None = None
    memo: str | None = None
    deposit_to_account_ref: Ref | None = None
    applied_to_txn_mod: tuple[AppliedToTxn, ...] = ()


# --- Credit memos: an invoice's elements, but for those that only an invoice has ---


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoLineAdd:
    """Has at most one of `rate` and `rate_percent`."""

    item_ref: Ref | None = None
    desc: str | None = None
    quantity: Decimal | None = None
    rate: Decimal | None = None
    rate_percent: Decimal | None = None
    amount: Decimal | None = None
    sales_tax_code_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoLineMod:
    """A line that stays, by its TxnLineID, or a new one, by NEW_LINE."""

    txn_line_id: str
    item_ref: Ref | None = None
    desc: str | None = None
    quantity: Decimal | None = None
    rate: Decimal | None = None
    rate_percent: Decimal | None = None
    amount: Decimal | None = None
    sales_tax_code_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoAdd:
    customer_ref: Ref
    class_ref: Ref | None = None
    txn_date: dt.date | None = None
    ref_number: str | None = None
    bill_address: Address | None = None
    item_sales_tax_ref: Ref | None = None
    memo: str | None = None
    is_to_be_printed: bool | None = None
    customer_sales_tax_code_ref: Ref | None = None
    external_guid: UUID | str | None = None
    credit_memo_line_add: tuple[CreditMemoLineAdd, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMemoMod:
    """Lines that are not named are removed; where no line is named, all stay."""

    txn_id: str
    edit_sequence: str
    customer_ref: Ref | None = None
    class_ref: Ref | None = None
    txn_date: dt.date | None = None
    ref_number: str | None = None
    bill_address: Address | None = None
    item_sales_tax_ref: Ref | None = None
    memo: str | None = None
    is_to_be_printed: bool | None = None
    customer_sales_tax_code_ref: Ref | None = None
    credit_memo_line_mod: tuple[CreditMemoLineMod, ...] = ()


# --- Checks that are written ---


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplyCheckToTxnAdd:
    """What a check pays back of a credit; all of them together are its line's amount."""

    txn_id: str
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpenseLineAdd:
    account_ref: Ref | None = None
    amount: Decimal | None = None
    memo: str | None = None
    customer_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckAdd:
    """Where it pays credits back, its one line posts to the credits' receivable account.

    Source: Intuit's reference, CheckAdd (ApplyCheckToTxnAdd).
    """

    account_ref: Ref
    payee_entity_ref: Ref | None = None
    ref_number: str | None = None
    txn_date: dt.date | None = None
    memo: str | None = None
    is_to_be_printed: bool | None = None
    external_guid: UUID | str | None = None
    apply_check_to_txn_add: tuple[ApplyCheckToTxnAdd, ...] = ()
    expense_line_add: tuple[ExpenseLineAdd, ...] = ()


# --- Removal ---


@dataclass(frozen=True, slots=True, kw_only=True)
class TxnVoid:
    """Keeps the transaction and its number, with amounts of zero; not for payments.

    Source: qbXML 13.0 schema (no ReceivePayment among its types); OSR.
    """

    txn_void_type: str  # "Invoice", "CreditMemo".
    txn_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TxnDel:
    txn_del_type: str  # "Invoice", "CreditMemo", "ReceivePayment".
    txn_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDel:
    list_del_type: str  # "Customer", "ItemService".
    list_id: str
