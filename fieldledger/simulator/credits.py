"""CreditMemoAdd and CreditMemoMod: lines, tax and defaults as an invoice's, taken off what is owed.

Sources: Onscreen Reference, CreditMemoAdd (it lowers the customer's balance, and settles nothing
before it is applied); the rest is what holds of invoices there.
"""

from typing import Final

from fieldledger.simulator.content import changed_content, content_of
from fieldledger.simulator.invoice_lines import changed_lines, new_lines, subtotal
from fieldledger.simulator.invoices import (
    check_books_open,
    check_receivable,
    customer_of,
    last_date,
    next_number,
    receivable_account,
    take_from_customer,
)
from fieldledger.simulator.names import is_blank
from fieldledger.simulator.problems import Failed
from fieldledger.simulator.state import Fields, Record, State
from fieldledger.simulator.tax import sales_tax
from fieldledger.simulator.turn import Answered, Turn

WHERE: Final = "CreditMemo"
KEPT: Final = frozenset({"CustomerRef", "ARAccountRef", "TxnDate"})
LINES: Final = frozenset(
    {
        "CreditMemoLineAdd",
        "CreditMemoLineMod",
        "CreditMemoLineGroupAdd",
        "CreditMemoLineGroupMod",
    }
)


def add_credit(turn: Turn, asked: Fields) -> Answered:
    """Enter a credit memo."""
    given = asked["CreditMemoAdd"]
    state = turn.state
    _check_what_cannot_be(turn, given)
    customer = customer_of(turn, given, WHERE)
    turn.check_lock(customer.id)
    fields = content_of(turn, _header(given), WHERE)
    take_from_customer(state, fields, customer)
    fields.setdefault("ARAccountRef", receivable_account(state))
    check_receivable(state, fields["ARAccountRef"], WHERE)
    fields.setdefault("TxnDate", last_date(state, WHERE) or turn.today())
    check_books_open(state, fields["TxnDate"])
    if "RefNumber" not in given and state.variant.numbers_invoices:
        fields["RefNumber"] = next_number(state)  # Invoices and credits are numbered in one row.
    fields.setdefault("DueDate", fields["TxnDate"])
    fields.setdefault("ShipDate", fields["TxnDate"])
    for element in ("IsPending", "IsToBePrinted", "IsToBeEmailed"):
        fields.setdefault(element, "false")
    txn_id = state.make_txn_id(turn.at)
    fields["Lines"] = new_lines(turn, given.get("CreditMemoLineAdd", []))
    _total(state, fields, customer)
    state.txn_numbers_made += 1
    fields["TxnNumber"] = state.txn_numbers_made
    record = turn.create_record(WHERE, txn_id, fields)
    turn.note_macro(given, record.id)
    return Answered(record=record)


def mod_credit(turn: Turn, asked: Fields) -> Answered:
    """Change a credit memo."""
    given = asked["CreditMemoMod"]
    state = turn.state
    record = turn.record_to_change(given, WHERE, "TxnID")
    _check_what_cannot_be(turn, given)
    check_books_open(state, record.fields["TxnDate"], given.get("TxnDate"))
    fields = changed_content(turn, record.fields, _header(given), WHERE, kept=KEPT)
    check_receivable(state, fields["ARAccountRef"], WHERE)
    if "CreditMemoLineMod" in given:
        fields["Lines"] = changed_lines(turn, record.fields["Lines"], given["CreditMemoLineMod"])
        fields.pop("Voided", None)
    used = state.applied_to(record.id)
    if fields["CustomerRef"] != record.fields["CustomerRef"] and used:
        raise Failed(3210, "The customer of a credit that was used cannot be changed.")
    _total(state, fields, state.records[fields["CustomerRef"]])
    if fields["Subtotal"] + fields["SalesTaxTotal"] < used:
        raise Failed(3210, "The total of a credit cannot be less than what was used of it.")
    return Answered(record=turn.change_record(record, fields))


def credit_total(credit: Record) -> int:
    """Return in cents what a credit memo comes to."""
    total: int = credit.fields["Subtotal"] + credit.fields["SalesTaxTotal"]
    return total


def credit_left(state: State, credit: Record) -> int:
    """Return in cents what is left of a credit memo: what was not paid back of it."""
    return credit_total(credit) - state.applied_to(credit.id)


def _header(given: Fields) -> Fields:
    return {
        element: value
        for element, value in given.items()
        if element not in LINES and element != "TxnID"
    }


def _check_what_cannot_be(turn: Turn, given: Fields) -> None:
    if given.get("CreditMemoLineGroupAdd") or given.get("CreditMemoLineGroupMod"):
        raise Failed(3250, "This feature is not enabled: groups of items on credit memos.")
    tax_item = given.get("ItemSalesTaxRef")
    if tax_item and not is_blank(tax_item) and not turn.state.preferences.sales_tax:
        raise Failed(3250, "This feature is not enabled: sales tax.")


def _total(state: State, fields: Fields, customer: Record) -> None:
    if fields["IsToBeEmailed"] == "true" and not customer.fields.get("Email"):
        raise Failed(3180, "A credit memo to be e-mailed needs the customer's e-mail address.")
    fields["Subtotal"] = subtotal(fields["Lines"])
    fields["SalesTaxPercentage"], fields["SalesTaxTotal"] = sales_tax(
        state,
        fields["Lines"],
        fields.get("ItemSalesTaxRef"),
        fields.get("CustomerSalesTaxCodeRef"),
    )
    if fields["Subtotal"] + fields["SalesTaxTotal"] < 0:
        raise Failed(3210, "The total of a credit memo cannot be negative.")
