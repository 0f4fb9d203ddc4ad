"""Bank deposits, which are only asked for: what their query and record hold.

Source: qbXML 13.0 schema, for every row.
"""

from typing import Final

from fieldledger.qbxml.schema_groups import (
    BY_DATE,
    CURRENCY,
    CURRENCY_FILTER,
    DATA_EXTS,
    INCLUDE,
    PAGE,
    TXN_GUID,
    TXN_HEAD,
    TXN_TREE,
    TXN_TYPES,
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
    rate,
    ref,
    text,
    word,
)

DEPOSIT_REQUESTS: Final[tuple[Branch, ...]] = (
    branch(
        "DepositQueryRq",
        one_of(
            ident("TxnID", required=True, repeated=True),
            (
                PAGE,
                BY_DATE,
                branch("EntityFilter", TXN_TREE),
                branch("AccountFilter", TXN_TREE),
                CURRENCY_FILTER,
            ),
        ),
        flag("IncludeLineItems"),
        INCLUDE,
        guid("OwnerID", repeated=True),
    ),
)

DEPOSIT_RECORDS: Final[tuple[Branch, ...]] = (
    branch(
        "DepositRet",
        *TXN_HEAD,
        date("TxnDate", required=True),
        ref("DepositToAccountRef", 159, required=True),
        text("Memo", 4095),
        amount("DepositTotal"),
        CURRENCY,
        rate("ExchangeRate", since=8),
        amount("DepositTotalInHomeCurrency", since=8),
        branch(
            "CashBackInfoRet",
            ident("TxnLineID", required=True),
            ref("AccountRef", 159, required=True),
            text("Memo", 4095),
            amount("Amount"),
        ),
        TXN_GUID,
        branch(
            "DepositLineRet",
            word("TxnType", *TXN_TYPES),
            ident("TxnID"),
            ident("TxnLineID", required=True),
            ident("PaymentTxnLineID", since=7),
            ref("EntityRef", 209),
            ref("AccountRef", 159),
            text("Memo", 4095),
            text("CheckNumber", 11),
            ref("PaymentMethodRef", 31),
            ref("ClassRef", 159),
            amount("Amount"),
            repeated=True,
        ),
        Branch("DataExtRet", DATA_EXTS.parts, repeated=True),
    ),
)
