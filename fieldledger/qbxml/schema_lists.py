"""Accounts, terms and the small lists of a company file: what their requests and records hold.

Source: qbXML 13.0 schema, for every row.
"""

from typing import Final

from fieldledger.qbxml.schema_groups import (
    ACTIVE,
    CURRENCY,
    CURRENCY_FILTER,
    DATA_EXTS,
    LIST_HEAD,
    LIST_MOD_HEAD,
    PARENT,
    list_query,
    writing,
)
from fieldledger.qbxml.schema_parts import (
    Branch,
    amount,
    branch,
    date,
    flag,
    percent,
    text,
    whole,
    word,
    words,
)

ACCOUNT_TYPES: Final = words(
    "AccountsPayable AccountsReceivable Bank CostOfGoodsSold CreditCard Equity Expense "
    "FixedAsset Income LongTermLiability NonPosting OtherAsset OtherCurrentAsset "
    "OtherCurrentLiability OtherExpense OtherIncome"
)
PAYMENT_METHOD_TYPES: Final = words(
    "AmericanExpress Cash Check DebitCard Discover ECheck GiftCard MasterCard Other "
    "OtherCreditCard Visa"
)
SPECIAL_ACCOUNT_TYPES: Final = words(
    "AccountsPayable AccountsReceivable CondenseItemAdjustmentExpenses CostOfGoodsSold "
    "DirectDepositLiabilities Estimates ExchangeGainLoss InventoryAssets ItemReceiptAccount "
    "OpeningBalanceEquity PayrollExpenses PayrollLiabilities PettyCash PurchaseOrders "
    "ReconciliationDifferences RetainedEarnings SalesOrders SalesTaxPayable "
    "UncategorizedExpenses UncategorizedIncome UndepositedFunds"
)

LIST_REQUESTS: Final[tuple[Branch, ...]] = (
    writing(
        "AccountAdd",
        text("Name", 31, required=True),
        ACTIVE,
        PARENT,
        word("AccountType", *ACCOUNT_TYPES, required=True),
        text("AccountNumber", 7),
        text("BankNumber", 25),
        text("Desc", 200),
        amount("OpenBalance"),
        date("OpenBalanceDate"),
        whole("TaxLineID", since=7),
        CURRENCY,
    ),
    writing(
        "AccountMod",
        *LIST_MOD_HEAD,
        text("Name", 31),
        ACTIVE,
        PARENT,
        word("AccountType", *ACCOUNT_TYPES),
        text("AccountNumber", 7),
        text("BankNumber", 25),
        text("Desc", 200),
        amount("OpenBalance"),
        date("OpenBalanceDate"),
        whole("TaxLineID", since=7),
        CURRENCY,
    ),
    list_query(
        "AccountQueryRq", word("AccountType", *ACCOUNT_TYPES, repeated=True), CURRENCY_FILTER
    ),
    writing(
        "StandardTermsAdd",
        text("Name", 31, required=True),
        ACTIVE,
        whole("StdDueDays"),
        whole("StdDiscountDays"),
        percent("DiscountPct"),
    ),
    list_query("StandardTermsQueryRq", owners=False),
    writing(
        "DateDrivenTermsAdd",
        text("Name", 31, required=True),
        ACTIVE,
        whole("DayOfMonthDue", required=True, least=1, most=31),
        whole("DueNextMonthDays"),
        whole("DiscountDayOfMonth", least=1, most=31),
        percent("DiscountPct"),
    ),
    list_query("DateDrivenTermsQueryRq", owners=False),
    list_query("TermsQueryRq", owners=False),
    writing(
        "PaymentMethodAdd",
        text("Name", 31, required=True),
        ACTIVE,
        word("PaymentMethodType", *PAYMENT_METHOD_TYPES, since=7),
    ),
    list_query(
        "PaymentMethodQueryRq",
        word("PaymentMethodType", *PAYMENT_METHOD_TYPES, repeated=True, since=7),
        owners=False,
    ),
    list_query("SalesTaxCodeQueryRq", owners=False),
    writing("ClassAdd", text("Name", 31, required=True), ACTIVE, PARENT),
    list_query("ClassQueryRq", owners=False),
)

LIST_RECORDS: Final[tuple[Branch, ...]] = (
    branch(
        "AccountRet",
        *LIST_HEAD,
        text("Name", 31, required=True),
        text("FullName", 159, required=True),
        ACTIVE,
        PARENT,
        whole("Sublevel", required=True),
        word("AccountType", *ACCOUNT_TYPES, required=True),
        word("SpecialAccountType", *SPECIAL_ACCOUNT_TYPES, since=2),
        text("AccountNumber", 7),
        text("BankNumber", 25, since=2),
        text("Desc", 200),
        amount("Balance"),
        amount("TotalBalance"),
        branch(
            "TaxLineInfoRet", whole("TaxLineID", required=True), text("TaxLineName", 256), since=2
        ),
        word(
            "CashFlowClassification",
            "None",
            "Operating",
            "Investing",
            "Financing",
            "NotApplicable",
            since=2,
        ),
        CURRENCY,
        DATA_EXTS,
    ),
    branch(
        "StandardTermsRet",
        *LIST_HEAD,
        text("Name", 31, required=True),
        ACTIVE,
        whole("StdDueDays"),
        whole("StdDiscountDays"),
        percent("DiscountPct"),
    ),
    branch(
        "DateDrivenTermsRet",
        *LIST_HEAD,
        text("Name", 31, required=True),
        ACTIVE,
        whole("DayOfMonthDue", required=True, least=1, most=31),
        whole("DueNextMonthDays"),
        whole("DiscountDayOfMonth", least=1, most=31),
        percent("DiscountPct"),
    ),
    branch(
        "PaymentMethodRet",
        *LIST_HEAD,
        text("Name", 31, required=True),
        ACTIVE,
        word("PaymentMethodType", *PAYMENT_METHOD_TYPES, since=7),
    ),
    branch(
        "SalesTaxCodeRet",
        *LIST_HEAD,
        text("Name", 3, required=True),
        ACTIVE,
        flag("IsTaxable", required=True),
        text("Desc", 31),
    ),
    branch(
        "ClassRet",
        *LIST_HEAD,
        text("Name", 31, required=True),
        text("FullName", 159, required=True),
        ACTIVE,
        PARENT,
        whole("Sublevel", required=True),
    ),
)
