"""What can be asked of QuickBooks, as plain values.

A class is named after its request without "Rq", and a field after its element, in snake case:
`bill_address` is BillAddress, `txn_id` TxnID, `invoice_line_add` InvoiceLineAdd. Elements that
may be repeated are tuples. None, and an empty tuple, leave the element out. An empty text clears
the element in a Mod, where an element left out stays as it is; in an Add it is left out.

Amounts are Decimals with at most two decimals; prices, quantities and percentages have at most
five. What an element may hold beyond that is for `writing` to refuse.

Which elements there are: qbXML 13.0 schema. Only those that this program has a use for.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias
from uuid import UUID

from fieldledger.qbxml.queries import (
    AccountQuery,
    ClassQuery,
    CompanyActivityQuery,
    CompanyQuery,
    CustomerQuery,
    DateDrivenTermsQuery,
    DeletedDateRangeFilter,
    EmployeeQuery,
    EntityFilter,
    EntityQuery,
    HostQuery,
    InvoiceQuery,
    ItemInventoryQuery,
    ItemNonInventoryQuery,
    ItemQuery,
    ItemSalesTaxGroupQuery,
    ItemSalesTaxQuery,
    ItemServiceQuery,
    ListDeletedQuery,
    ModifiedDateRangeFilter,
    NameFilter,
    NameRangeFilter,
    OtherNameQuery,
    PaymentMethodQuery,
    PreferencesQuery,
    Query,
    ReceivePaymentQuery,
    ReceivePaymentToDepositQuery,
    RefNumberFilter,
    SalesTaxCodeQuery,
    StandardTermsQuery,
    TermsQuery,
    TxnDateRangeFilter,
    TxnDeletedQuery,
    VendorQuery,
)

__all__ = [
    "NEW_LINE",
    "AccountAdd",
    "AccountQuery",
    "Address",
    "AppliedToTxn",
    "Body",
    "ClassQuery",
    "CompanyActivityQuery",
    "CompanyQuery",
    "CustomerAdd",
    "CustomerMod",
    "CustomerQuery",
    "DateDrivenTermsQuery",
    "DeletedDateRangeFilter",
    "EmployeeQuery",
    "EntityFilter",
    "EntityQuery",
    "HostQuery",
    "InvoiceAdd",
    "InvoiceLineAdd",
    "InvoiceLineMod",
    "InvoiceMod",
    "InvoiceQuery",
    "ItemInventoryAdd",
    "ItemInventoryMod",
    "ItemInventoryQuery",
    "ItemNonInventoryAdd",
    "ItemNonInventoryMod",
    "ItemNonInventoryQuery",
    "ItemQuery",
    "ItemSalesTaxAdd",
    "ItemSalesTaxGroupQuery",
    "ItemSalesTaxQuery",
    "ItemServiceAdd",
    "ItemServiceMod",
    "ItemServiceQuery",
    "ListDel",
    "ListDeletedQuery",
    "ModifiedDateRangeFilter",
    "NameFilter",
    "NameRangeFilter",
    "OtherNameAdd",
    "OtherNameMod",
    "OtherNameQuery",
    "PaymentMethodAdd",
    "PaymentMethodQuery",
    "PreferencesQuery",
    "Query",
    "ReceivePaymentAdd",
    "ReceivePaymentMod",
    "ReceivePaymentQuery",
    "ReceivePaymentToDepositQuery",
    "Ref",
    "RefNumberFilter",
    "SalesAndPurchase",
    "SalesAndPurchaseMod",
    "SalesOrPurchase",
    "SalesOrPurchaseMod",
    "SalesTaxCodeQuery",
    "StandardTermsAdd",
    "StandardTermsQuery",
    "TermsQuery",
    "TxnDateRangeFilter",
    "TxnDel",
    "TxnDeletedQuery",
    "TxnVoid",
    "UseMacro",
    "VendorQuery",
    "Writing",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ref:
    """Names a record of a list by exactly one of the two; where both stand, the name is ignored.

    Source: OSR.
    """

    list_id: str | None = None
    full_name: str | None = None


@dataclass(frozen=True, slots=True)
class UseMacro:
    """Stands for the TxnID that an earlier request of the same message set will have made."""

    name: str  # As in def_macro: "TxnID:invoice-1".


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """At most five printed lines, of which city, state and postal code make one.

    Source: OSR.
    """

    addr1: str | None = None
    addr2: str | None = None
    addr3: str | None = None
    addr4: str | None = None
    addr5: str | None = None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None = None
    note: str | None = None


# --- Names ---


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAdd:
    name: str
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    company_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    phone: str | None = None
    alt_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    cc: str | None = None
    contact: str | None = None
    alt_contact: str | None = None
    customer_type_ref: Ref | None = None
    terms_ref: Ref | None = None
    sales_tax_code_ref: Ref | None = None
    item_sales_tax_ref: Ref | None = None
    resale_number: str | None = None
    account_number: str | None = None
    credit_limit: Decimal | None = None
    preferred_payment_method_ref: Ref | None = None
    notes: str | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerMod:
    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    company_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    job_title: str | None = None
    bill_address: Address | None = None
    ship_address: Address | None = None
    phone: str | None = None
    alt_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    cc: str | None = None
    contact: str | None = None
    alt_contact: str | None = None
    customer_type_ref: Ref | None = None
    terms_ref: Ref | None = None
    sales_tax_code_ref: Ref | None = None
    item_sales_tax_ref: Ref | None = None
    resale_number: str | None = None
    account_number: str | None = None
    credit_limit: Decimal | None = None
    preferred_payment_method_ref: Ref | None = None
    notes: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNameAdd:
    name: str
    is_active: bool | None = None
    company_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    other_name_address: Address | None = None
    phone: str | None = None
    alt_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    contact: str | None = None
    alt_contact: str | None = None
    account_number: str | None = None
    notes: str | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherNameMod:
    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    company_name: str | None = None
    salutation: str | None = None
    first_name: str | None = None
    middle_name: str | None = None
    last_name: str | None = None
    other_name_address: Address | None = None
    phone: str | None = None
    alt_phone: str | None = None
    fax: str | None = None
    email: str | None = None
    contact: str | None = None
    alt_contact: str | None = None
    account_number: str | None = None
    notes: str | None = None


# --- Items ---


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrPurchase:
    desc: str | None = None
    price: Decimal | None = None
    price_percent: Decimal | None = None
    account_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesAndPurchase:
    sales_desc: str | None = None
    sales_price: Decimal | None = None
    income_account_ref: Ref | None = None
    purchase_desc: str | None = None
    purchase_cost: Decimal | None = None
    expense_account_ref: Ref | None = None
    pref_vendor_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesOrPurchaseMod:
    """A new account wants an answer to "change existing transactions?": false says no.

    Source: OSR.
    """

    desc: str | None = None
    price: Decimal | None = None
    price_percent: Decimal | None = None
    account_ref: Ref | None = None
    apply_account_ref_to_existing_txns: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SalesAndPurchaseMod:
    sales_desc: str | None = None
    sales_price: Decimal | None = None
    income_account_ref: Ref | None = None
    apply_income_account_ref_to_existing_txns: bool | None = None
    purchase_desc: str | None = None
    purchase_cost: Decimal | None = None
    expense_account_ref: Ref | None = None
    apply_expense_account_ref_to_existing_txns: bool | None = None
    pref_vendor_ref: Ref | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemServiceAdd:
    """Has exactly one of `sales_or_purchase` and `sales_and_purchase`."""

    name: str
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    sales_tax_code_ref: Ref | None = None
    sales_or_purchase: SalesOrPurchase | None = None
    sales_and_purchase: SalesAndPurchase | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemServiceMod:
    """Has at most one of the two: the one that the item has in QuickBooks."""

    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    sales_tax_code_ref: Ref | None = None
    sales_or_purchase_mod: SalesOrPurchaseMod | None = None
    sales_and_purchase_mod: SalesAndPurchaseMod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemNonInventoryAdd:
    """Has exactly one of `sales_or_purchase` and `sales_and_purchase`."""

    name: str
    is_active: bool | None = None
    parent_ref: Ref | None = None
    class_ref: Ref | None = None
    manufacturer_part_number: str | None = None
    sales_tax_code_ref: Ref | None = None
    sales_or_purchase: SalesOrPurchase | None = None
    sales_and_purchase: SalesAndPurchase | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemNonInventoryMod:
    """Has at most one of the two: the one that the item has in QuickBooks."""

    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    manufacturer_part_number: str | None = None
    sales_tax_code_ref: Ref | None = None
    sales_or_purchase_mod: SalesOrPurchaseMod | None = None
    sales_and_purchase_mod: SalesAndPurchaseMod | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInventoryAdd:
    """QuickBooks wants all three accounts, though its schema does not."""

    name: str
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    manufacturer_part_number: str | None = None
    sales_tax_code_ref: Ref | None = None
    sales_desc: str | None = None
    sales_price: Decimal | None = None
    income_account_ref: Ref | None = None
    purchase_desc: str | None = None
    purchase_cost: Decimal | None = None
    cogs_account_ref: Ref | None = None
    pref_vendor_ref: Ref | None = None
    asset_account_ref: Ref | None = None
    reorder_point: Decimal | None = None
    quantity_on_hand: Decimal | None = None
    total_value: Decimal | None = None
    inventory_date: dt.date | None = None
    external_guid: UUID | str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemInventoryMod:
    list_id: str
    edit_sequence: str
    name: str | None = None
    is_active: bool | None = None
    class_ref: Ref | None = None
    parent_ref: Ref | None = None
    manufacturer_part_number: str | None = None
    sales_tax_code_ref: Ref | None = None
    sales_desc: str | None = None
    sales_price: Decimal | None = None
    income_account_ref: Ref | None = None
    apply_income_account_ref_to_existing_txns: bool | None = None
    purchase_desc: str | None = None
    purchase_cost: Decimal | None = None
    cogs_account_ref: Ref | None = None
    apply_cogs_account_ref_to_existing_txns: bool | None = None
    pref_vendor_ref: Ref | None = None
    asset_account_ref: Ref | None = None
    reorder_point: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSalesTaxAdd:
    name: str
    is_active: bool | None = None
    item_desc: str | None = None
    tax_rate: Decimal | None = None
    tax_vendor_ref: Ref | None = None
    external_guid: UUID | str | None = None


# --- Accounts and small lists ---


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountAdd:
    name: str
    account_type: str
    is_active: bool | None = None
    parent_ref: Ref | None = None
    account_number: str | None = None
    desc: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardTermsAdd:
    name: str
    is_active: bool | None = None
    std_due_days: int | None = None
    std_discount_days: int | None = None
    discount_pct: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentMethodAdd:
    name: str
    is_active: bool | None = None
    payment_method_type: str | None = None


# --- Invoices and payments ---


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


# --- Removal ---


@dataclass(frozen=True, slots=True, kw_only=True)
class TxnVoid:
    """Keeps the transaction and its number, with amounts of zero; not for payments.

    Source: qbXML 13.0 schema (no ReceivePayment among its types); OSR.
    """

    txn_void_type: str  # "Invoice".
    txn_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TxnDel:
    txn_del_type: str  # "Invoice", "ReceivePayment".
    txn_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListDel:
    list_del_type: str  # "Customer", "ItemService".
    list_id: str


Writing: TypeAlias = (
    CustomerAdd
    | CustomerMod
    | OtherNameAdd
    | OtherNameMod
    | ItemServiceAdd
    | ItemServiceMod
    | ItemNonInventoryAdd
    | ItemNonInventoryMod
    | ItemInventoryAdd
    | ItemInventoryMod
    | ItemSalesTaxAdd
    | AccountAdd
    | StandardTermsAdd
    | PaymentMethodAdd
    | InvoiceAdd
    | InvoiceMod
    | ReceivePaymentAdd
    | ReceivePaymentMod
    | TxnVoid
    | TxnDel
    | ListDel
)
Body: TypeAlias = Writing | Query
