"""Which rule answers which request."""

from typing import Final

from fieldledger.simulator.checks import add_check
from fieldledger.simulator.company_queries import (
    query_activity,
    query_company,
    query_host,
    query_preferences,
)
from fieldledger.simulator.credits import add_credit, mod_credit
from fieldledger.simulator.invoices import add_invoice, mod_invoice
from fieldledger.simulator.items import ITEMS
from fieldledger.simulator.lists import (
    ACCOUNT,
    CLASS,
    CUSTOMER,
    DATE_DRIVEN_TERMS,
    OTHER_NAME,
    PAYMENT_METHOD,
    STANDARD_TERMS,
    VENDOR,
    add_rule,
    mod_rule,
)
from fieldledger.simulator.payments import add_payment, mod_payment
from fieldledger.simulator.queries import deleted_query, list_query, query_undeposited, txn_query
from fieldledger.simulator.removal import delete_list_record, delete_txn, void_txn
from fieldledger.simulator.state import ENTITY_TYPES, ITEM_TYPES, TERMS_TYPES
from fieldledger.simulator.turn import Rule

LISTS: Final = (
    CUSTOMER,
    OTHER_NAME,
    VENDOR,
    ACCOUNT,
    CLASS,
    STANDARD_TERMS,
    DATE_DRIVEN_TERMS,
    PAYMENT_METHOD,
    *ITEMS,
)
QUERIED: Final = (
    *ENTITY_TYPES,
    *ITEM_TYPES,
    *TERMS_TYPES,
    "Account",
    "Class",
    "PaymentMethod",
    "SalesTaxCode",
)

RULES: Final[dict[str, Rule]] = {
    "HostQueryRq": query_host,
    "CompanyQueryRq": query_company,
    "CompanyActivityQueryRq": query_activity,
    "PreferencesQueryRq": query_preferences,
    "EntityQueryRq": list_query(*ENTITY_TYPES),
    "ItemQueryRq": list_query(*ITEM_TYPES),
    "TermsQueryRq": list_query(*TERMS_TYPES),
    "InvoiceAddRq": add_invoice,
    "InvoiceModRq": mod_invoice,
    "InvoiceQueryRq": txn_query("Invoice"),
    "CheckAddRq": add_check,
    "CheckQueryRq": txn_query("Check"),
    "CreditMemoAddRq": add_credit,
    "CreditMemoModRq": mod_credit,
    "CreditMemoQueryRq": txn_query("CreditMemo"),
    "ReceivePaymentAddRq": add_payment,
    "ReceivePaymentModRq": mod_payment,
    "ReceivePaymentQueryRq": txn_query("ReceivePayment"),
    "ReceivePaymentToDepositQueryRq": query_undeposited,
    "DepositQueryRq": txn_query("Deposit"),
    "TxnVoidRq": void_txn,
    "TxnDelRq": delete_txn,
    "ListDelRq": delete_list_record,
    "TxnDeletedQueryRq": deleted_query("TxnDelType", "TxnDeletedRet"),
    "ListDeletedQueryRq": deleted_query("ListDelType", "ListDeletedRet"),
}
RULES.update({f"{kind}QueryRq": list_query(kind) for kind in QUERIED})
RULES.update({f"{each.kind}AddRq": add_rule(each) for each in LISTS})
RULES.update({f"{each.kind}ModRq": mod_rule(each) for each in LISTS})
