"""What finds records of ours in QuickBooks: by its own ids, by their names, by when they changed.

Each asks for the mark that nobody can change (ExternalGUID), and for no more than tells a record.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

from fieldledger.qbxml.objects import (
    CheckQuery,
    CreditMemoQuery,
    CustomerQuery,
    InvoiceQuery,
    ItemQuery,
    ListDeletedQuery,
    ModifiedDateRangeFilter,
    ReceivePaymentQuery,
    TxnDeletedQuery,
)
from fieldledger.sync.content import Kind

_Make = Callable[[Any], Any]

_MARK: Final = ("ListID", "EditSequence", "Name", "FullName", "ExternalGUID")
_MARK_TXN: Final = ("TxnID", "EditSequence", "RefNumber", "ExternalGUID")
_MARK_TOTALS: Final = (*_MARK_TXN, "Subtotal", "SalesTaxTotal")
# Of an invoice also which credit memos go to it.
_MARK_INVOICE: Final = (*_MARK_TOTALS, "InvoiceLineRet", "LinkedTxn")
# Of one that has the number of one of ours, and is none, also whose it is and when.
_MARK_NUMBER: Final = (*_MARK_INVOICE, "CustomerRef", "TxnDate")
_MARK_CREDIT: Final = (*_MARK_TOTALS, "CreditMemoLineRet")
_MARK_PAYMENT: Final = (*_MARK_TXN, "TotalAmount", "AppliedToTxnRet")
_MARK_CHECK: Final = (*_MARK_TXN, "Amount")

# What people took away, as QuickBooks remembers it.
DELETED_OF: Final[Mapping[Kind, Any]] = {
    Kind.CLIENT: ListDeletedQuery(list_del_type=("Customer",)),
    Kind.ITEM: ListDeletedQuery(
        list_del_type=(
            "ItemInventory",
            "ItemInventoryAssembly",
            "ItemNonInventory",
            "ItemOtherCharge",
            "ItemService",
        )
    ),
    Kind.INVOICE: TxnDeletedQuery(txn_del_type=("Invoice",)),
    Kind.PAYMENT: TxnDeletedQuery(txn_del_type=("ReceivePayment",)),
    Kind.CREDIT: TxnDeletedQuery(txn_del_type=("CreditMemo",)),
    Kind.REFUND: TxnDeletedQuery(txn_del_type=("Check",)),
}
BY_ID: Final[Mapping[Kind, _Make]] = {
    Kind.CLIENT: lambda ids: CustomerQuery(list_id=ids, include_ret_element=_MARK),
    Kind.ITEM: lambda ids: ItemQuery(list_id=ids, include_ret_element=_MARK),
    Kind.INVOICE: lambda ids: InvoiceQuery(
        txn_id=ids,
        include_line_items=True,
        include_linked_txns=True,
        include_ret_element=_MARK_INVOICE,
    ),
    Kind.PAYMENT: lambda ids: ReceivePaymentQuery(
        txn_id=ids, include_line_items=True, include_ret_element=_MARK_PAYMENT
    ),
    Kind.CREDIT: lambda ids: CreditMemoQuery(
        txn_id=ids, include_line_items=True, include_ret_element=_MARK_CREDIT
    ),
    Kind.REFUND: lambda ids: CheckQuery(txn_id=ids, include_ret_element=_MARK_CHECK),
}
BY_NAME: Final[Mapping[Kind, _Make]] = {
    Kind.CLIENT: lambda names: CustomerQuery(full_name=names, include_ret_element=_MARK),
    Kind.ITEM: lambda names: ItemQuery(full_name=names, include_ret_element=_MARK),
    Kind.INVOICE: lambda numbers: InvoiceQuery(
        ref_number=numbers,
        include_line_items=True,
        include_linked_txns=True,
        include_ret_element=_MARK_NUMBER,
    ),
    Kind.PAYMENT: lambda numbers: ReceivePaymentQuery(
        ref_number=numbers, include_line_items=True, include_ret_element=_MARK_PAYMENT
    ),
    Kind.CREDIT: lambda numbers: CreditMemoQuery(
        ref_number=numbers, include_line_items=True, include_ret_element=_MARK_CREDIT
    ),
    Kind.REFUND: lambda numbers: CheckQuery(ref_number=numbers, include_ret_element=_MARK_CHECK),
}
# A person may have renamed or renumbered it meanwhile: the mark still tells it.
BY_TIME: Final[Mapping[Kind, _Make]] = {
    Kind.CLIENT: lambda since: CustomerQuery(
        active_status="All", from_modified_date=since, include_ret_element=_MARK
    ),
    Kind.ITEM: lambda since: ItemQuery(
        active_status="All", from_modified_date=since, include_ret_element=_MARK
    ),
    Kind.INVOICE: lambda since: InvoiceQuery(
        modified_date_range_filter=ModifiedDateRangeFilter(from_modified_date=since),
        include_line_items=True,
        include_linked_txns=True,
        include_ret_element=_MARK_INVOICE,
    ),
    Kind.PAYMENT: lambda since: ReceivePaymentQuery(
        modified_date_range_filter=ModifiedDateRangeFilter(from_modified_date=since),
        include_line_items=True,
        include_ret_element=_MARK_PAYMENT,
    ),
    Kind.CREDIT: lambda since: CreditMemoQuery(
        modified_date_range_filter=ModifiedDateRangeFilter(from_modified_date=since),
        include_line_items=True,
        include_ret_element=_MARK_CREDIT,
    ),
    Kind.REFUND: lambda since: CheckQuery(
        modified_date_range_filter=ModifiedDateRangeFilter(from_modified_date=since),
        include_ret_element=_MARK_CHECK,
    ),
}
