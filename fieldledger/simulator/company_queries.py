"""What QuickBooks says of itself and of the company: host, company, preferences, activity.

Source: an answer recorded at the first sendRequestXML of a session (QuickBooks 2013), with the
versions of QuickBooks Desktop 2024.
"""

from typing import Final

from fieldledger.simulator.checking import VERSIONS
from fieldledger.simulator.printing import print_record
from fieldledger.simulator.state import Fields, State
from fieldledger.simulator.turn import Answered, Turn
from fieldledger.simulator.views import reference_view

YES_NO: Final = {True: "true", False: "false"}


def _answered(asked: Fields, name: str, values: Fields) -> Answered:
    answered = Answered()
    print_record(answered.lines, name, values, frozenset(asked.get("IncludeRetElement", ())))
    return answered


def query_host(_turn: Turn, asked: Fields) -> Answered:
    """Say which QuickBooks this is."""
    values = {
        "ProductName": "QuickBooks Enterprise Solutions 24.0",
        "MajorVersion": "34",
        "MinorVersion": "0",
        "Country": "US",
        "SupportedQBXMLVersion": list(VERSIONS),
        "IsAutomaticLogin": "false",
        "QBFileMode": "MultiUser",
    }
    return _answered(asked, "HostRet", values)


def query_company(turn: Turn, asked: Fields) -> Answered:
    """Say which company this is, with the data extensions of the owners that are asked for."""
    state = turn.state
    owners = {each.upper() for each in asked.get("OwnerID", ())}
    address = {
        "Addr1": state.name,
        "Addr2": "1 Main St",
        "City": "San Jose",
        "State": "CA",
        "PostalCode": "95112",
    }
    values: Fields = {
        "IsSampleCompany": YES_NO[state.is_sample],
        "CompanyName": state.name,
        "LegalCompanyName": state.name,
        "Address": address,
        "LegalAddress": address,
        "Phone": "555-0100",
        "FirstMonthFiscalYear": "January",
        "FirstMonthIncomeTaxYear": "January",
        "CompanyType": "ConstructionTrades",
        "TaxForm": "OtherOrNone",
        "DataExtRet": [
            {
                "OwnerID": each.owner_id,
                "DataExtName": each.name,
                "DataExtType": "STR255TYPE",
                "DataExtValue": each.value,
            }
            for each in sorted(state.stamps, key=lambda stamp: stamp.name)
            if each.owner_id.upper() in owners
        ],
    }
    return _answered(asked, "CompanyRet", values)


def query_activity(turn: Turn, asked: Fields) -> Answered:
    """Say when the company was last restored from a backup, and condensed."""
    times = {
        "LastRestoreTime": turn.state.restored_at,
        "LastCondenseTime": turn.state.condensed_at,
    }
    values = {name: turn.time(at) for name, at in times.items() if at is not None}
    return _answered(asked, "CompanyActivityRet", values)


def query_preferences(turn: Turn, asked: Fields) -> Answered:
    """Say how the company is set up."""
    preferences = turn.state.preferences
    values: Fields = {
        "AccountingPreferences": {
            "IsUsingAccountNumbers": "false",
            "IsRequiringAccounts": "true",
            "IsUsingClassTracking": YES_NO[preferences.class_tracking],
            "IsUsingAuditTrail": "true",
            "IsAssigningJournalEntryNumbers": "false",
            "ClosingDate": preferences.closing_date or None,
        },
        "FinanceChargePreferences": {
            "GracePeriod": "0",
            "IsAssessingForOverdueCharges": "false",
            "CalculateChargesFrom": "DueDate",
            "IsMarkedToBePrinted": "false",
        },
        "JobsAndEstimatesPreferences": {
            "IsUsingEstimates": "true",
            "IsUsingProgressInvoicing": "false",
            "IsPrintingItemsWithZeroAmounts": "false",
        },
        "MultiCurrencyPreferences": {"IsMultiCurrencyOn": YES_NO[preferences.multi_currency]},
        "PurchasesAndVendorsPreferences": {
            "IsUsingInventory": YES_NO[preferences.inventory],
            "DaysBillsAreDue": "10",
            "IsAutomaticallyUsingDiscounts": "false",
        },
        "ReportsPreferences": {
            "AgingReportBasis": "AgeFromDueDate",
            "SummaryReportBasis": "Accrual",
        },
        "SalesAndCustomersPreferences": {
            "IsTrackingReimbursedExpensesAsIncome": "false",
            "IsAutoApplyingPayments": "true",
        },
        "SalesTaxPreferences": _sales_tax(turn.state),
        "TimeTrackingPreferences": {"FirstDayOfWeek": "Monday"},
        "CurrentAppAccessRights": {
            "IsAutomaticLoginAllowed": "true",
            "AutomaticLoginUserName": "Admin",
            "IsPersonalDataAccessAllowed": "false",
        },
    }
    return _answered(asked, "PreferencesRet", values)


def _sales_tax(state: State) -> Fields | None:
    """Return the sales tax preferences: there are none where sales tax is off."""
    preferences = state.preferences
    if not preferences.sales_tax:
        return None
    return {
        "DefaultItemSalesTaxRef": reference_view(state, preferences.default_tax_item),
        "PaySalesTax": "Monthly",
        "DefaultTaxableSalesTaxCodeRef": reference_view(state, preferences.taxable_code),
        "DefaultNonTaxableSalesTaxCodeRef": reference_view(state, preferences.nontaxable_code),
        "IsUsingVendorTaxCode": "false",
        "IsUsingCustomerTaxCode": "false",
        "IsUsingAmountsIncludeTax": "false",
    }
