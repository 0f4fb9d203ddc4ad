"""Runs of elements that many requests and records of qbXML have in common.

Source: qbXML 13.0 schema, for every row.
"""

from typing import Final

from fieldledger.qbxml.schema_parts import (
    Branch,
    Leaf,
    OneOf,
    Part,
    amount,
    branch,
    date,
    flag,
    guid,
    ident,
    moment,
    one_of,
    percent,
    price,
    quantity,
    ref,
    text,
    whole,
    word,
    words,
)

# --- What records begin and end with ---

# An EditSequence is opaque: compare it, never order by it.
EDIT_SEQUENCE: Final = text("EditSequence", 16, required=True)
TIMES: Final = (moment("TimeCreated", required=True), moment("TimeModified", required=True))
LIST_HEAD: Final = (ident("ListID", required=True), *TIMES, EDIT_SEQUENCE)
TXN_HEAD: Final = (ident("TxnID", required=True), *TIMES, EDIT_SEQUENCE, whole("TxnNumber"))
LIST_MOD_HEAD: Final = (ident("ListID", required=True), EDIT_SEQUENCE)
TXN_MOD_HEAD: Final = (ident("TxnID", required=True), EDIT_SEQUENCE)
ACTIVE: Final = flag("IsActive")
CLASS: Final = ref("ClassRef", 159, since=12)
PARENT: Final = ref("ParentRef")
CURRENCY: Final = ref("CurrencyRef", 64, since=8)

EXT_TYPES: Final = words(
    "AMTTYPE DATETIMETYPE INTTYPE PERCENTTYPE PRICETYPE QUANTYPE STR1024TYPE STR255TYPE"
)
DATA_EXT_FIELDS: Final = (
    guid("OwnerID"),
    text("DataExtName", 31, required=True),
    word("DataExtType", *EXT_TYPES, required=True),
    text("DataExtValue", required=True),
)
DATA_EXTS: Final = branch("DataExtRet", *DATA_EXT_FIELDS, repeated=True, since=2)
EXT_PLACE: Final = (
    guid("OwnerID", required=True),
    text("DataExtName", 31, required=True),
)
LIST_EXT: Final = (
    word(
        "ListDataExtType",
        "Account",
        "Customer",
        "Employee",
        "Item",
        "OtherName",
        "Vendor",
        required=True,
    ),
    ref("ListObjRef", 159, required=True),
)
RECOVERY: Final = (
    one_of(ident("ListID"), guid("OwnerID"), ident("TxnID"), required=True),
    whole("TxnNumber"),
    text("EditSequence", 16),
    guid("ExternalGUID"),
)

# --- Names and addresses ---

ADDRESS_LINES: Final = (
    text("Addr1", 41),
    text("Addr2", 41),
    text("Addr3", 41),
    text("Addr4", 41, since=2),
    text("Addr5", 41, since=6),
    text("City", 31),
    text("State", 21),
    text("PostalCode", 13),
    text("Country", 31),
    text("Note", 41, since=6),
)
BLOCK_LINES: Final = tuple(text(f"Addr{number}", 41) for number in range(1, 6))


def address(name: str) -> Branch:
    """Return an address as it is written and read."""
    return branch(name, *ADDRESS_LINES)


def block(name: str) -> Branch:
    """Return an address as QuickBooks prints it: read only, never sent."""
    return Branch(name, BLOCK_LINES, since=6)


PERSON: Final = (
    text("Salutation", 15),
    text("FirstName", 25),
    text("MiddleName", 5),
    text("LastName", 25),
)
JOB_TITLE: Final = text("JobTitle", 41, since=12)
CONTACT_WAY: Final = (
    text("ContactName", 40, required=True),
    text("ContactValue", 255, required=True),
)
CONTACT_WAYS: Final = branch("AdditionalContactRef", *CONTACT_WAY, repeated=True, since=12)
CONTACT_PERSON: Final = (
    text("Salutation", 15),
    text("FirstName", 25, required=True),
    text("MiddleName", 5),
    text("LastName", 25),
    text("JobTitle", 41),
    branch("AdditionalContactRef", *CONTACT_WAY, repeated=True),
)
CONTACTS_RET: Final = branch(
    "ContactsRet", *LIST_HEAD, text("Contact", 41), *CONTACT_PERSON, repeated=True, since=12
)
NOTES_RET: Final = branch(
    "AdditionalNotesRet",
    whole("NoteID", required=True),
    date("Date", required=True),
    text("Note", 4095, required=True),
    repeated=True,
    since=12,
)
PHONES: Final = (text("Phone", 21), text("AltPhone", 21), text("Fax", 21), text("Email", 1023))
CC: Final = text("Cc", 1023, since=12)
CONTACTS: Final = (text("Contact", 41), text("AltContact", 41))

# --- Items ---

BAR_CODE: Final = branch(
    "BarCode",
    text("BarCodeValue", 50),
    flag("AssignEvenIfUsed"),
    flag("AllowOverride"),
    since=12,
)
BAR_CODE_VALUE: Final = text("BarCodeValue", 50, since=12)
UNIT_SET: Final = ref("UnitOfMeasureSetRef", 31, since=7)
TAX_CODE: Final = ref("SalesTaxCodeRef", 3)
PART_NUMBER: Final = text("ManufacturerPartNumber", 31, since=7)
PRICE_OR_PERCENT: Final = one_of(
    price("Price", required=True), percent("PricePercent", required=True)
)
SALES_OR_PURCHASE: Final = branch(
    "SalesOrPurchase", text("Desc", 4095), PRICE_OR_PERCENT, ref("AccountRef", 159), required=True
)
SALES_AND_PURCHASE: Final = branch(
    "SalesAndPurchase",
    text("SalesDesc", 4095),
    price("SalesPrice"),
    ref("IncomeAccountRef", 159),
    text("PurchaseDesc", 4095),
    price("PurchaseCost"),
    ref("ExpenseAccountRef", 159),
    ref("PrefVendorRef", 41),
    required=True,
)
SALES_OR_PURCHASE_MOD: Final = branch(
    "SalesOrPurchaseMod",
    text("Desc", 4095),
    PRICE_OR_PERCENT,
    ref("AccountRef", 159, since=7),
    flag("ApplyAccountRefToExistingTxns", since=7),
    required=True,
)
SALES_AND_PURCHASE_MOD: Final = branch(
    "SalesAndPurchaseMod",
    text("SalesDesc", 4095),
    price("SalesPrice"),
    ref("IncomeAccountRef", 159, since=7),
    flag("ApplyIncomeAccountRefToExistingTxns", since=7),
    text("PurchaseDesc", 4095),
    price("PurchaseCost"),
    ref("ExpenseAccountRef", 159, since=7),
    flag("ApplyExpenseAccountRefToExistingTxns", since=7),
    ref("PrefVendorRef", 41),
    required=True,
)
PRICING: Final = one_of(SALES_OR_PURCHASE, SALES_AND_PURCHASE, required=True)
PRICING_MOD: Final = one_of(SALES_OR_PURCHASE_MOD, SALES_AND_PURCHASE_MOD)
PRICING_RET: Final = one_of(SALES_OR_PURCHASE, SALES_AND_PURCHASE)
GUID: Final = guid("ExternalGUID", since=8)  # Written on Add only. Source: OSR.

# --- Transactions ---

TXN_TYPES: Final = words(
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge "
    "Check CreditCardCharge CreditCardCredit CreditMemo Deposit Estimate InventoryAdjustment "
    "Invoice ItemReceipt JournalEntry LiabilityAdjustment Paycheck PayrollLiabilityCheck "
    "PurchaseOrder ReceivePayment SalesOrder SalesReceipt SalesTaxPaymentCheck Transfer "
    "VendorCredit YTDAdjustment"
)
TXN_GUID: Final = guid("ExternalGUID", since=9)
SET_CREDIT: Final = (
    ident("CreditTxnID", required=True, macro=True),
    amount("AppliedAmount", required=True),
    flag("Override", since=10),
)
LINKED_TXN: Final = (
    ident("TxnID", required=True),
    word("TxnType", *TXN_TYPES, required=True),
    date("TxnDate", required=True),
    text("RefNumber", 20),
    word("LinkType", "AMTTYPE", "QUANTYPE", since=3),
    amount("Amount", required=True),
)
LINE_UNIT: Final = text("UnitOfMeasure", 31, since=7)
LINE_UNIT_SET: Final = ref("OverrideUOMSetRef", 31, since=7)
LINE_RATE: Final = one_of(
    price("Rate", required=True),
    percent("RatePercent", required=True),
    ref("PriceLevelRef", 31, required=True, since=4),
)
LINE_SITE: Final = (
    ref("InventorySiteRef", 31, since=10),
    ref("InventorySiteLocationRef", 31, since=12),
)
LINE_LOT: Final = one_of(text("SerialNumber", 4095), text("LotNumber", 40), since=11)
LINE_OTHERS: Final = (text("Other1", 29, since=6), text("Other2", 29, since=6))
LINE_DATA_EXT: Final = branch(
    "DataExt",
    guid("OwnerID", required=True),
    text("DataExtName", 31, required=True),
    text("DataExtValue", required=True),
    repeated=True,
    since=5,
)
INVOICE_LINE_MOD: Final = (
    ident("TxnLineID", required=True),
    ref("ItemRef"),
    text("Desc", 4095),
    quantity("Quantity"),
    LINE_UNIT,
    LINE_UNIT_SET,
    LINE_RATE,
    ref("ClassRef", 159),
    amount("Amount"),
    word("OptionForPriceRuleConflict", "Zero", "BasePrice", since=13),
    *LINE_SITE,
    LINE_LOT,
    date("ServiceDate"),
    TAX_CODE,
    ref("OverrideItemAccountRef", 159),
    *LINE_OTHERS,
)
INVOICE_LINE_RET: Final = (
    ident("TxnLineID", required=True),
    ref("ItemRef"),
    text("Desc", 4095),
    quantity("Quantity"),
    LINE_UNIT,
    LINE_UNIT_SET,
    one_of(price("Rate", required=True), percent("RatePercent", required=True)),
    ref("ClassRef", 159),
    amount("Amount"),
    *LINE_SITE,
    LINE_LOT,
    date("ServiceDate"),
    TAX_CODE,
    *LINE_OTHERS,
    DATA_EXTS,
)

# --- What queries ask with ---

IDS: Final = ident("ListID", required=True, repeated=True)
FULL_NAMES: Final = text("FullName", required=True, repeated=True)
PAGE: Final = whole("MaxReturned", least=1)
MODIFIED: Final = (moment("FromModifiedDate"), moment("ToModifiedDate"))
MATCHES: Final = word("MatchCriterion", "StartsWith", "Contains", "EndsWith", required=True)
BY_NAME: Final = one_of(
    branch("NameFilter", MATCHES, text("Name", required=True), required=True),
    branch("NameRangeFilter", text("FromName"), text("ToName"), required=True),
)
LIST_FILTER: Final[tuple[Part, ...]] = (
    PAGE,
    # ActiveOnly where nothing is said, though an inactive record still holds its name.
    word("ActiveStatus", "ActiveOnly", "InactiveOnly", "All"),
    *MODIFIED,
    BY_NAME,
)
TREE: Final[OneOf] = one_of(
    IDS,
    FULL_NAMES,
    ident("ListIDWithChildren", required=True),
    text("FullNameWithChildren", required=True),
    required=True,
)
CLASS_FILTER: Final = branch("ClassFilter", TREE, since=12)
CURRENCY_FILTER: Final = branch(
    "CurrencyFilter",
    one_of(IDS, text("FullName", 64, required=True, repeated=True), required=True),
    since=8,
)
BALANCE_FILTER: Final = branch(
    "TotalBalanceFilter",
    word(
        "Operator",
        "LessThan",
        "LessThanEqual",
        "Equal",
        "GreaterThan",
        "GreaterThanEqual",
        required=True,
    ),
    amount("Amount", required=True),
)
TXN_TREE: Final[OneOf] = one_of(
    ident("ListID", required=True, repeated=True, since=2),
    FULL_NAMES,
    ident("ListIDWithChildren", required=True, since=2),
    text("FullNameWithChildren", required=True),
    required=True,
)
DATE_MACROS: Final = words(
    "All Today ThisWeek ThisWeekToDate ThisMonth ThisMonthToDate ThisCalendarQuarter "
    "ThisCalendarQuarterToDate ThisFiscalQuarter ThisFiscalQuarterToDate ThisCalendarYear "
    "ThisCalendarYearToDate ThisFiscalYear ThisFiscalYearToDate Yesterday LastWeek "
    "LastWeekToDate LastMonth LastMonthToDate LastCalendarQuarter LastCalendarQuarterToDate "
    "LastFiscalQuarter LastFiscalQuarterToDate LastCalendarYear LastCalendarYearToDate "
    "LastFiscalYear LastFiscalYearToDate NextWeek NextFourWeeks NextMonth NextCalendarQuarter "
    "NextCalendarYear NextFiscalQuarter NextFiscalYear"
)
BY_DATE: Final = one_of(
    branch("ModifiedDateRangeFilter", *MODIFIED, required=True),
    branch(
        "TxnDateRangeFilter",
        one_of(
            (date("FromTxnDate"), date("ToTxnDate")),
            word("DateMacro", *DATE_MACROS, required=True),
            required=True,
        ),
        required=True,
    ),
)
BY_REF_NUMBER: Final = one_of(
    branch("RefNumberFilter", MATCHES, text("RefNumber", required=True), required=True),
    branch("RefNumberRangeFilter", text("FromRefNumber"), text("ToRefNumber"), required=True),
)
TXN_FILTER: Final[tuple[Part, ...]] = (
    PAGE,
    BY_DATE,
    branch("EntityFilter", TXN_TREE),
    branch("AccountFilter", TXN_TREE),
    BY_REF_NUMBER,
    CURRENCY_FILTER,
)
# Names of elements directly inside the record; unknown ones are ignored. Source: OSR.
INCLUDE: Final = text("IncludeRetElement", 50, repeated=True, since=4)
OWNERS: Final = guid("OwnerID", repeated=True, since=2)


def list_query(name: str, *filters: Part, owners: bool = True) -> Branch:
    """Return the query of a list: by ids, by full names, or by filters.

    `filters` come after those that every list has. Lists without custom fields have no `owners`.
    """
    ends: tuple[Leaf, ...] = (INCLUDE, OWNERS) if owners else (INCLUDE,)
    return branch(name, one_of(IDS, FULL_NAMES, (*LIST_FILTER, *filters)), *ends)


def writing(name: str, *parts: Part) -> Branch:
    """Return the request for an Add or Mod, whose record is `name` and its content `parts`."""
    return branch(f"{name}Rq", Branch(name, parts, required=True), INCLUDE)


def txn_query(name: str, *filters: Part, includes: tuple[Leaf, ...]) -> Branch:
    """Return the query of a kind of transaction: by ids, by numbers, or by filters."""
    return branch(
        name,
        one_of(
            ident("TxnID", required=True, repeated=True),
            text("RefNumber", required=True, repeated=True),
            text("RefNumberCaseSensitive", required=True, repeated=True, since=4),
            (*TXN_FILTER, *filters),
        ),
        *includes,
        INCLUDE,
        OWNERS,
    )
