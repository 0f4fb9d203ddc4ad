"""What can be asked of QuickBooks, as plain values.

A class is named after its request without "Rq", and a field after its element, in snake case:
`bill_address` is BillAddress, `txn_id` TxnID, `invoice_line_add` InvoiceLineAdd. Elements that
may be repeated are tuples. None, and an empty tuple, leave the element out. An empty text clears
the element in a Mod, where an element left out stays as it is; in an Add it is left out.

Amounts are Decimals with at most two decimals; prices, quantities and percentages have at most
five. What an element may hold beyond that is for `writing` to refuse.

Which elements there are: qbXML 13.0 schema. Only those that this program has a use for.
"""

from typing import TypeAlias

from fieldledger.qbxml.objects_lists import (
    AccountAdd,
    Address,
    CustomerAdd,
    CustomerMod,
    ItemInventoryAdd,
    ItemInventoryMod,
    ItemNonInventoryAdd,
    ItemNonInventoryMod,
    ItemSalesTaxAdd,
    ItemServiceAdd,
    ItemServiceMod,
    OtherNameAdd,
    OtherNameMod,
    PaymentMethodAdd,
    Ref,
    SalesAndPurchase,
    SalesAndPurchaseMod,
    SalesOrPurchase,
    SalesOrPurchaseMod,
    StandardTermsAdd,
)
from fieldledger.qbxml.objects_queries import (
    AccountQuery,
    CheckQuery,
    ClassQuery,
    CompanyActivityQuery,
    CompanyQuery,
    CreditMemoQuery,
    CustomerQuery,
    DateDrivenTermsQuery,
    DeletedDateRangeFilter,
    DepositQuery,
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
from fieldledger.qbxml.objects_transactions import (
    NEW_LINE,
    AppliedToTxn,
    ApplyCheckToTxnAdd,
    CheckAdd,
    CreditMemoAdd,
    CreditMemoLineAdd,
    CreditMemoLineMod,
    CreditMemoMod,
    ExpenseLineAdd,
    InvoiceAdd,
    InvoiceLineAdd,
    InvoiceLineMod,
    InvoiceMod,
    ListDel,
    ReceivePaymentAdd,
    ReceivePaymentMod,
    SetCredit,
    TxnDel,
    TxnVoid,
    UseMacro,
)

__all__ = [
    "NEW_LINE",
    "AccountAdd",
    "AccountQuery",
    "Address",
    "AppliedToTxn",
    "ApplyCheckToTxnAdd",
    "Body",
    "CheckAdd",
    "CheckQuery",
    "ClassQuery",
    "CompanyActivityQuery",
    "CompanyQuery",
    "CreditMemoAdd",
    "CreditMemoLineAdd",
    "CreditMemoLineMod",
    "CreditMemoMod",
    "CreditMemoQuery",
    "CustomerAdd",
    "CustomerMod",
    "CustomerQuery",
    "DateDrivenTermsQuery",
    "DeletedDateRangeFilter",
    "DepositQuery",
    "EmployeeQuery",
    "EntityFilter",
    "EntityQuery",
    "ExpenseLineAdd",
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
    "SetCredit",
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
    | CheckAdd
    | CreditMemoAdd
    | CreditMemoMod
    | InvoiceAdd
    | InvoiceMod
    | ReceivePaymentAdd
    | ReceivePaymentMod
    | TxnVoid
    | TxnDel
    | ListDel
)
Body: TypeAlias = Writing | Query
