"""The company file itself, custom fields, and the removal of records.

Source: qbXML 13.0 schema, for every row.
"""

from typing import Final

from fieldledger.qbxml.schema_groups import (
    DATA_EXT_FIELDS,
    DATA_EXTS,
    EXT_PLACE,
    EXT_TYPES,
    INCLUDE,
    LIST_EXT,
    OWNERS,
    RECOVERY,
    address,
    block,
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
    moment,
    one_of,
    percent,
    ref,
    text,
    whole,
    word,
    words,
)

LIST_DEL_TYPES: Final = words(
    "Account BillingRate Class Currency Customer CustomerMsg CustomerType DateDrivenTerms "
    "Employee InventorySite ItemDiscount ItemFixedAsset ItemGroup ItemInventory "
    "ItemInventoryAssembly ItemNonInventory ItemOtherCharge ItemPayment ItemSalesTax "
    "ItemSalesTaxGroup ItemService ItemSubtotal JobType OtherName PaymentMethod "
    "PayrollItemNonWage PayrollItemWage PriceLevel SalesRep SalesTaxCode ShipMethod "
    "StandardTerms ToDo UnitOfMeasureSet Vehicle Vendor VendorType WorkersCompCode"
)
TXN_DEL_TYPES: Final = words(
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge "
    "Check CreditCardCharge CreditCardCredit CreditMemo Deposit Estimate InventoryAdjustment "
    "Invoice ItemReceipt JournalEntry PurchaseOrder ReceivePayment SalesOrder SalesReceipt "
    "SalesTaxPaymentCheck TimeTracking TransferInventory VehicleMileage VendorCredit"
)
TXN_VOID_TYPES: Final = words(
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard Charge Check "
    "CreditCardCharge CreditCardCredit CreditMemo Deposit InventoryAdjustment Invoice "
    "ItemReceipt JournalEntry SalesReceipt VendorCredit"
)
TXN_EXT_TYPES: Final = words(
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge "
    "Check CreditCardCharge CreditCardCredit CreditMemo Deposit Estimate InventoryAdjustment "
    "Invoice ItemReceipt JournalEntry PurchaseOrder ReceivePayment SalesOrder SalesReceipt "
    "SalesTaxPaymentCheck VendorCredit"
)
EXT_OBJECTS: Final = words(
    "Account ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly "
    "Charge Check Company CreditCardCharge CreditCardCredit CreditMemo Customer Deposit "
    "Employee Estimate InventoryAdjustment Invoice Item ItemReceipt JournalEntry OtherName "
    "PurchaseOrder ReceivePayment SalesOrder SalesReceipt SalesTaxPaymentCheck Vendor "
    "VendorCredit"
)
COUNTED_LISTS: Final = words(
    "Account BillingRate Class CustomerMsg CustomerType Entity Item JobType PaymentMethod "
    "PayrollItem PriceLevel SalesRep SalesTaxCode ShipMethod Template Terms ToDo Vehicle VendorType"
)
MONTHS: Final = words(
    "January February March April May June July August September October November December"
)
TAX_FORMS: Final = words(
    "Form1040 Form1065 Form1120 Form1120S Form990 Form990PF Form990T OtherOrNone"
)

COMPANY_REQUESTS: Final[tuple[Branch, ...]] = (
    branch(
        "HostQueryRq",
        branch("IncludeListMetaData", flag("IncludeMaxCapacity", required=True), since=6),
        INCLUDE,
    ),
    branch("CompanyQueryRq", INCLUDE, OWNERS),
    branch("CompanyActivityQueryRq", INCLUDE),
    branch("PreferencesQueryRq", INCLUDE),
    branch(
        "ListDelRq",
        word("ListDelType", *LIST_DEL_TYPES, required=True),
        ident("ListID", required=True),
    ),
    branch(
        "TxnDelRq", word("TxnDelType", *TXN_DEL_TYPES, required=True), ident("TxnID", required=True)
    ),
    branch(
        "TxnVoidRq",
        word("TxnVoidType", *TXN_VOID_TYPES, required=True),
        ident("TxnID", required=True),
    ),
    branch(
        "ListDeletedQueryRq",
        word("ListDelType", *LIST_DEL_TYPES, required=True, repeated=True),
        branch("DeletedDateRangeFilter", moment("FromDeletedDate"), moment("ToDeletedDate")),
        INCLUDE,
    ),
    branch(
        "TxnDeletedQueryRq",
        word("TxnDelType", *TXN_DEL_TYPES, required=True, repeated=True),
        branch("DeletedDateRangeFilter", moment("FromDeletedDate"), moment("ToDeletedDate")),
        INCLUDE,
    ),
    branch(
        "DataExtAddRq",
        branch(
            "DataExtAdd",
            *EXT_PLACE,
            one_of(
                LIST_EXT,
                (
                    word("TxnDataExtType", *TXN_EXT_TYPES, required=True),
                    ident("TxnID", required=True, macro=True),
                    ident("TxnLineID", since=3),
                ),
                word("OtherDataExtType", "Company", required=True),
                required=True,
            ),
            text("DataExtValue", required=True),
            required=True,
        ),
    ),
    branch(
        "DataExtModRq",
        branch(
            "DataExtMod",
            *EXT_PLACE,
            one_of(
                LIST_EXT,
                (
                    word("TxnDataExtType", *TXN_EXT_TYPES, required=True),
                    ident("TxnID", required=True),
                    ident("TxnLineID", since=3),
                ),
                word("OtherDataExtType", "Company", required=True),
                required=True,
            ),
            text("DataExtValue", required=True),
            required=True,
        ),
    ),
    branch(
        "DataExtDelRq",
        branch(
            "DataExtDel",
            *EXT_PLACE,
            one_of(
                LIST_EXT,
                (
                    word("TxnDataExtType", *TXN_EXT_TYPES, required=True),
                    ident("TxnID", required=True),
                    ident("TxnLineID", since=3),
                ),
                word("OtherDataExtType", "Company", required=True),
                required=True,
            ),
            required=True,
        ),
    ),
    writing(
        "DataExtDefAdd",
        *EXT_PLACE,
        word("DataExtType", *EXT_TYPES, required=True),
        word("AssignToObject", *EXT_OBJECTS, repeated=True),
        flag("DataExtListRequire", since=12),
        flag("DataExtTxnRequire", since=12),
        text("DataExtFormatString", since=12),
    ),
    branch(
        "DataExtDefQueryRq",
        one_of(guid("OwnerID", repeated=True), word("AssignToObject", *EXT_OBJECTS, repeated=True)),
        INCLUDE,
    ),
)

COMPANY_RECORDS: Final[tuple[Branch, ...]] = (
    branch(
        "HostRet",
        text("ProductName", 255, required=True),
        text("MajorVersion", 5, required=True),
        text("MinorVersion", 5, required=True),
        text("Country", 2, since=3),
        text("SupportedQBXMLVersion", 10, required=True, repeated=True),
        flag("IsAutomaticLogin", since=3),
        word("QBFileMode", "MultiUser", "SingleUser", required=True, since=3),
        branch(
            "ListMetaData",
            *(
                branch(f"{each}MetaData", whole("MaxCapacity", required=True), required=True)
                for each in COUNTED_LISTS
            ),
            since=6,
        ),
    ),
    branch(
        "CompanyRet",
        flag("IsSampleCompany", required=True, since=3),
        text("CompanyName", 59),
        text("LegalCompanyName", 59),
        address("Address"),
        block("AddressBlock"),
        address("LegalAddress"),
        address("CompanyAddressForCustomer"),
        block("CompanyAddressBlockForCustomer"),
        text("Phone", 51),
        text("Fax", 51),
        text("Email", 1023),
        text("CompanyWebSite", 128),
        word("FirstMonthFiscalYear", *MONTHS),
        word("FirstMonthIncomeTaxYear", *MONTHS),
        text("CompanyType", 255),
        word("TaxForm", *TAX_FORMS, since=2),
        branch(
            "SubscribedServices",
            branch(
                "Service",
                text("Name", 50, required=True),
                text("Domain", 50, required=True),
                word(
                    "ServiceStatus",
                    "Active",
                    "Expired",
                    "Never",
                    "Pending",
                    "Suspended",
                    "Terminated",
                    "Trial",
                    required=True,
                ),
                repeated=True,
            ),
            since=7,
        ),
        branch(
            "AccountantCopy",
            flag("AccountantCopyExists", required=True),
            date("DividingDate"),
            since=8,
        ),
        DATA_EXTS,
    ),
    branch(
        "CompanyActivityRet",
        moment("LastRestoreTime", required=True),
        moment("LastCondenseTime", required=True, since=3),
    ),
    branch(
        "PreferencesRet",
        branch(
            "AccountingPreferences",
            flag("IsUsingAccountNumbers", required=True),
            flag("IsRequiringAccounts", required=True),
            flag("IsUsingClassTracking", required=True),
            word("AssignClassesTo", "None", "Accounts", "Items", "Names", since=12),
            flag("IsUsingAuditTrail", required=True),
            flag("IsAssigningJournalEntryNumbers", required=True),
            date("ClosingDate"),
            required=True,
        ),
        branch(
            "FinanceChargePreferences",
            percent("AnnualInterestRate"),
            amount("MinFinanceCharge"),
            whole("GracePeriod", required=True),
            ref("FinanceChargeAccountRef", 159),
            flag("IsAssessingForOverdueCharges", required=True),
            word("CalculateChargesFrom", "DueDate", "InvoiceOrBilledDate", required=True),
            flag("IsMarkedToBePrinted", required=True),
            required=True,
        ),
        branch(
            "JobsAndEstimatesPreferences",
            flag("IsUsingEstimates", required=True),
            flag("IsUsingProgressInvoicing", required=True),
            flag("IsPrintingItemsWithZeroAmounts", required=True),
            required=True,
        ),
        branch(
            "MultiCurrencyPreferences",
            flag("IsMultiCurrencyOn"),
            ref("HomeCurrencyRef", 64),
            since=8,
        ),
        branch(
            "MultiLocationInventoryPreferences",
            flag("IsMultiLocationInventoryAvailable"),
            flag("IsMultiLocationInventoryEnabled"),
            since=10,
        ),
        branch(
            "PurchasesAndVendorsPreferences",
            flag("IsUsingInventory", required=True),
            whole("DaysBillsAreDue", required=True),
            flag("IsAutomaticallyUsingDiscounts", required=True),
            ref("DefaultDiscountAccountRef", 159),
            required=True,
        ),
        branch(
            "ReportsPreferences",
            word("AgingReportBasis", "AgeFromDueDate", "AgeFromTransactionDate", required=True),
            word("SummaryReportBasis", "Accrual", "Cash", required=True),
            required=True,
        ),
        branch(
            "SalesAndCustomersPreferences",
            ref("DefaultShipMethodRef", 15),
            text("DefaultFOB", 13),
            percent("DefaultMarkup"),
            flag("IsTrackingReimbursedExpensesAsIncome", required=True),
            flag("IsAutoApplyingPayments", required=True),
            branch(
                "PriceLevels",
                flag("IsUsingPriceLevels", required=True),
                flag("IsRoundingSalesPriceUp"),
                since=4,
            ),
            required=True,
        ),
        branch(
            "SalesTaxPreferences",
            ref("DefaultItemSalesTaxRef", 31, required=True),
            word("PaySalesTax", "Monthly", "Quarterly", "Annually", required=True),
            ref("DefaultTaxableSalesTaxCodeRef", 3, required=True),
            ref("DefaultNonTaxableSalesTaxCodeRef", 3, required=True),
            flag("IsUsingVendorTaxCode"),
            flag("IsUsingCustomerTaxCode"),
            flag("IsUsingAmountsIncludeTax"),
        ),
        branch(
            "TimeTrackingPreferences",
            word(
                "FirstDayOfWeek",
                "Monday",
                "Tuesday",
                "Wednesday",
                "Thursday",
                "Friday",
                "Saturday",
                "Sunday",
                required=True,
            ),
        ),
        branch(
            "CurrentAppAccessRights",
            flag("IsAutomaticLoginAllowed", required=True),
            text("AutomaticLoginUserName", 29),
            flag("IsPersonalDataAccessAllowed", required=True),
            required=True,
        ),
        branch(
            "ItemsAndInventoryPreferences",
            flag("EnhancedInventoryReceivingEnabled"),
            word("IsTrackingSerialOrLotNumber", "None", "SerialNumber", "LotNumber"),
            flag("isTrackingOnSalesTransactionsEnabled"),
            flag("isTrackingOnPurchaseTransactionsEnabled"),
            flag("isTrackingOnInventoryAdjustmentEnabled"),
            flag("isTrackingOnBuildAssemblyEnabled"),
            flag("FIFOEnabled"),
            date("FIFOEffectiveDate"),
            flag("IsRSBEnabled", since=12),
            flag("IsBarcodeEnabled", since=12),
            since=11,
        ),
    ),
    branch(
        "ListDelRs",
        word("ListDelType", *LIST_DEL_TYPES),
        ident("ListID"),
        moment("TimeDeleted"),
        text("FullName"),
    ),
    branch(
        "TxnDelRs",
        word("TxnDelType", *TXN_DEL_TYPES),
        ident("TxnID"),
        moment("TimeDeleted"),
        text("RefNumber"),
        branch("ErrorRecovery", *RECOVERY, since=11),
    ),
    branch(
        "TxnVoidRs",
        word("TxnVoidType", *TXN_VOID_TYPES),
        ident("TxnID"),
        moment("TimeCreated"),
        moment("TimeModified"),
        text("RefNumber"),
        branch("ErrorRecovery", *RECOVERY, since=11),
    ),
    branch(
        "ListDeletedRet",
        word("ListDelType", *LIST_DEL_TYPES, required=True),
        ident("ListID", required=True),
        moment("TimeCreated", required=True),
        moment("TimeDeleted", required=True),
        text("FullName"),
    ),
    branch(
        "TxnDeletedRet",
        word("TxnDelType", *TXN_DEL_TYPES, required=True),
        ident("TxnID", required=True),
        moment("TimeCreated", required=True),
        moment("TimeDeleted", required=True),
        text("RefNumber"),
    ),
    branch("DataExtRet", *DATA_EXT_FIELDS),
    branch(
        "DataExtDefRet",
        guid("OwnerID"),
        whole("DataExtID", required=True, since=11),
        text("DataExtName", 31, required=True),
        word("DataExtType", *EXT_TYPES, required=True),
        word("AssignToObject", *EXT_OBJECTS, repeated=True),
        flag("DataExtListRequire", required=True, since=11),
        flag("DataExtTxnRequire", required=True, since=11),
        text("DataExtFormatString", required=True, since=11),
    ),
    branch("ErrorRecovery", *RECOVERY),
)
