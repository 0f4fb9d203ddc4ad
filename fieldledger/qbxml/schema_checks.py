"""Checks that are written: what their requests and records hold.

Source: qbXML 13.0 schema, for every row.
"""

from typing import Final

from fieldledger.qbxml.schema_groups import (
    CURRENCY,
    DATA_EXTS,
    LINE_LOT,
    LINE_SITE,
    LINE_UNIT,
    LINE_UNIT_SET,
    LINKED_TXN,
    TXN_GUID,
    TXN_HEAD,
    address,
    block,
    txn_query,
    writing,
)
from fieldledger.qbxml.schema_parts import (
    Branch,
    amount,
    branch,
    date,
    flag,
    guid,
    ident,
    one_of,
    price,
    quantity,
    rate,
    ref,
    text,
    word,
)

_EXT: Final = branch(
    "DataExt",
    guid("OwnerID", required=True),
    text("DataExtName", 31, required=True),
    text("DataExtValue", required=True),
    repeated=True,
    since=13,
)
_EXTS: Final = Branch("DataExtRet", DATA_EXTS.parts, repeated=True, since=13)
_SALES_REP: Final = ref("SalesRepRef", 5, since=13)
_BILLABLE: Final = word("BillableStatus", "Billable", "NotBillable", "HasBeenBilled", since=2)
_EXPENSE: Final = (
    ref("AccountRef", 159),
    amount("Amount"),
    text("Memo", 4095),
    ref("CustomerRef", 209),
    ref("ClassRef", 159),
    _BILLABLE,
    _SALES_REP,
)
_ITEM_HEAD: Final = (ref("ItemRef"), *LINE_SITE, LINE_LOT, text("Desc", 4095), quantity("Quantity"))
_ITEM_TAIL: Final = (
    price("Cost"),
    amount("Amount"),
    ref("CustomerRef", 209),
    ref("ClassRef", 159),
    _BILLABLE,
)
_ITEM_RET: Final = (
    ident("TxnLineID", required=True),
    *_ITEM_HEAD,
    LINE_UNIT,
    LINE_UNIT_SET,
    *_ITEM_TAIL,
    _SALES_REP,
    _EXTS,
)

CHECK_REQUESTS: Final[tuple[Branch, ...]] = (
    writing(
        "CheckAdd",
        ref("AccountRef", 159, required=True),
        ref("PayeeEntityRef", 209),
        text("RefNumber", 11),
        date("TxnDate"),
        text("Memo", 4095),
        address("Address"),
        flag("IsToBePrinted"),
        rate("ExchangeRate", since=8),
        TXN_GUID,
        branch(
            "ApplyCheckToTxnAdd",
            ident("TxnID", required=True, macro=True),
            amount("Amount"),
            repeated=True,
            since=7,
        ),
        branch("ExpenseLineAdd", *_EXPENSE, _EXT, repeated=True),
        one_of(
            branch(
                "ItemLineAdd",
                *_ITEM_HEAD,
                LINE_UNIT,
                *_ITEM_TAIL,
                ref("OverrideItemAccountRef", 159, since=2),
                _SALES_REP,
                _EXT,
                required=True,
            ),
            branch(
                "ItemGroupLineAdd",
                ref("ItemGroupRef", 31, required=True),
                quantity("Quantity"),
                LINE_UNIT,
                *LINE_SITE,
                _EXT,
                required=True,
            ),
            repeated=True,
        ),
    ),
    txn_query(
        "CheckQueryRq", includes=(flag("IncludeLineItems"), flag("IncludeLinkedTxns", since=7))
    ),
)

CHECK_RECORDS: Final[tuple[Branch, ...]] = (
    branch(
        "CheckRet",
        *TXN_HEAD,
        ref("AccountRef", 159, required=True),
        ref("PayeeEntityRef", 209),
        text("RefNumber", 11),
        date("TxnDate", required=True),
        amount("Amount", required=True),
        CURRENCY,
        rate("ExchangeRate", since=8),
        amount("AmountInHomeCurrency", since=8),
        text("Memo", 4095),
        address("Address"),
        block("AddressBlock"),
        flag("IsToBePrinted"),
        TXN_GUID,
        branch("LinkedTxn", *LINKED_TXN, repeated=True, since=7),
        branch(
            "ExpenseLineRet",
            ident("TxnLineID", required=True),
            *_EXPENSE,
            _EXTS,
            repeated=True,
        ),
        one_of(
            branch("ItemLineRet", *_ITEM_RET, required=True),
            branch(
                "ItemGroupLineRet",
                ident("TxnLineID", required=True, since=3),
                ref("ItemGroupRef", 31, required=True),
                text("Desc", 4095),
                quantity("Quantity"),
                LINE_UNIT,
                LINE_UNIT_SET,
                amount("TotalAmount", required=True),
                branch("ItemLineRet", *_ITEM_RET, repeated=True),
                _EXT,
                required=True,
            ),
            repeated=True,
        ),
        DATA_EXTS,
    ),
)
