"""InvoiceAdd and InvoiceMod.

Sources: Onscreen Reference (defaults from the customer and the company, terms and due dates, lines
of a Mod, e-mail); consolibyte's error handlers; Intuit's status code list (3171, 3210).
"""

from datetime import date, timedelta
from typing import Final

from fieldledger.simulator.applied_credits import set_credits
from fieldledger.simulator.content import changed_content, content_of
from fieldledger.simulator.invoice_lines import changed_lines, new_lines, subtotal
from fieldledger.simulator.lists import account_of_type
from fieldledger.simulator.names import is_blank, refer
from fieldledger.simulator.problems import Failed, missing, no_such_object, no_such_reference
from fieldledger.simulator.state import Fields, Record, State
from fieldledger.simulator.tax import sales_tax
from fieldledger.simulator.turn import Answered, Turn

WHERE: Final = "Invoice"
KEPT: Final = frozenset({"CustomerRef", "ARAccountRef", "TxnDate", "DueDate"})
LINES: Final = ("InvoiceLineAdd", "InvoiceLineMod", "InvoiceLineGroupAdd", "InvoiceLineGroupMod")
RECEIVABLE: Final = frozenset({"AccountsReceivable"})


def add_invoice(turn: Turn, asked: Fields) -> Answered:
    """Enter an invoice."""
    given = asked["InvoiceAdd"]
    state = turn.state
    _check_what_cannot_be(turn, given)
    for credit in given.get("SetCredit", ()):  # Credits are set by a change alone.
        raise no_such_object(credit["CreditTxnID"])
    customer = customer_of(turn, given, WHERE)
    turn.check_lock(customer.id)
    fields = content_of(turn, _header(given), WHERE)
    take_from_customer(state, fields, customer)
    fields.setdefault("ARAccountRef", receivable_account(state))
    check_receivable(state, fields["ARAccountRef"], WHERE)
    fields.setdefault("TxnDate", last_date(state, "Invoice") or turn.today())
    check_books_open(state, fields["TxnDate"])
    if "RefNumber" not in given and state.variant.numbers_invoices:
        fields["RefNumber"] = next_number(state)
    fields.setdefault("DueDate", due_date(state, fields))
    fields.setdefault("ShipDate", fields["TxnDate"])
    for element in ("IsPending", "IsFinanceCharge", "IsToBePrinted", "IsToBeEmailed"):
        fields.setdefault(element, "false")
    if "InvoiceLineAdd" not in given:
        raise Failed(3180, "There was an error when saving a Invoice: it has no lines.")
    txn_id = state.make_txn_id(turn.at)
    fields["Lines"] = new_lines(turn, given["InvoiceLineAdd"])
    _total(state, fields, customer, 0)
    state.txn_numbers_made += 1
    fields["TxnNumber"] = state.txn_numbers_made
    record = turn.create_record("Invoice", txn_id, fields)
    turn.note_macro(given, record.id)
    return Answered(record=record)


def mod_invoice(turn: Turn, asked: Fields) -> Answered:
    """Change an invoice."""
    given = asked["InvoiceMod"]
    state = turn.state
    record = turn.record_to_change(given, "Invoice", "TxnID")
    _check_what_cannot_be(turn, given)
    check_books_open(state, record.fields["TxnDate"], given.get("TxnDate"))
    fields = changed_content(turn, record.fields, _header(given), WHERE, kept=KEPT)
    applied = state.applied_to(record.id)
    if fields["CustomerRef"] != record.fields["CustomerRef"] and applied:
        raise Failed(3210, "The customer of an invoice with payments cannot be changed.")
    check_receivable(state, fields["ARAccountRef"], WHERE)
    if ("TermsRef" in given or "TxnDate" in given) and "DueDate" not in given:
        fields["DueDate"] = due_date(state, fields)
    if "InvoiceLineMod" in given:
        fields["Lines"] = changed_lines(turn, record.fields["Lines"], given["InvoiceLineMod"])
        fields.pop("Voided", None)
    customer = state.records[fields["CustomerRef"]]
    _total(state, fields, customer, applied)
    before = record.sequence, record.modified
    is_link_alone = fields == record.fields
    if "SetCredit" in given:
        set_credits(turn, record, fields, given["SetCredit"])
    turn.change_record(record, fields)
    if "SetCredit" in given and is_link_alone and not state.variant.set_credit_bumps:
        record.sequence, record.modified = before
    return Answered(record=record)


def _header(given: Fields) -> Fields:
    return {
        element: value
        for element, value in given.items()
        if element not in LINES and element not in {"SetCredit", "LinkToTxnID", "TxnID"}
    }


def _check_what_cannot_be(turn: Turn, given: Fields) -> None:
    for txn_id in given.get("LinkToTxnID", ()):  # Only sales orders: this company has none.
        raise no_such_object(txn_id)
    if given.get("InvoiceLineGroupAdd") or given.get("InvoiceLineGroupMod"):
        raise Failed(3250, "This feature is not enabled: groups of items on invoices.")
    tax_item = given.get("ItemSalesTaxRef")
    if tax_item and not is_blank(tax_item) and not turn.state.preferences.sales_tax:
        raise Failed(3250, "This feature is not enabled: sales tax.")


def customer_of(turn: Turn, given: Fields, where: str) -> Record:
    """Return the customer that a transaction names.

    :raises Failed: 3140 if there is none.
    """
    if is_blank(given["CustomerRef"]):
        raise missing("CustomerRef")
    return turn.state.records[refer(turn, "CustomerRef", given["CustomerRef"], where)]


def take_from_customer(state: State, fields: Fields, customer: Record) -> None:
    """Fill in what a customer says where a transaction says nothing."""
    for element in ("BillAddress", "ShipAddress"):
        if element not in fields and customer.fields.get(element):
            fields[element] = dict(customer.fields[element])
    if "TermsRef" not in fields and customer.fields.get("TermsRef"):
        fields["TermsRef"] = customer.fields["TermsRef"]
    if state.preferences.sales_tax:
        preferences = state.preferences
        default_item = customer.fields.get("ItemSalesTaxRef") or preferences.default_tax_item
        default_code = customer.fields.get("SalesTaxCodeRef") or preferences.taxable_code
        fields.setdefault("ItemSalesTaxRef", default_item)
        fields.setdefault("CustomerSalesTaxCodeRef", default_code)


def receivable_account(state: State) -> str:
    """Return the ListID of the company's own Accounts Receivable."""
    return next(
        each.id
        for each in state.of_type("Account").values()
        if each.fields["AccountType"] == "AccountsReceivable"
    )


def check_receivable(state: State, account_id: str, where: str) -> None:
    """Refuse another account than one of receivables.

    :raises Failed: 3140.
    """
    if not account_of_type(state.records.get(account_id), RECEIVABLE):
        raise no_such_reference("Account", state.full_name(account_id), where)


def check_books_open(state: State, *dates: str | None) -> None:
    """Refuse to write on or before the closing date.

    :raises Failed: 3171.
    """
    closing = state.preferences.closing_date
    if closing and any(each and each <= closing for each in dates):
        raise Failed(
            3171,
            "An attempt was made to modify a record with a date that is on or before the closing "
            f"date of the company ({closing}).",
        )


def last_date(state: State, kind: str) -> str | None:
    """Return the date of the transaction of a type entered last: QuickBooks' default date."""
    of_type = state.of_type(kind)
    return str(of_type[next(reversed(of_type))].fields["TxnDate"]) if of_type else None


def next_number(state: State) -> str:
    """Return the number after the last invoice's."""
    for record in reversed(state.of_type("Invoice").values()):
        number = record.fields.get("RefNumber", "")
        if number.isdecimal():
            return str(int(number) + 1)
    return "1"


def due_date(state: State, fields: Fields) -> str:
    """Return when an invoice is due by its terms; on its date when it has none."""
    terms = state.records.get(fields.get("TermsRef", ""))
    days = int(terms.fields.get("StdDueDays", "0")) if terms else 0
    return (date.fromisoformat(fields["TxnDate"]) + timedelta(days=days)).isoformat()


def _total(state: State, fields: Fields, customer: Record, applied: int) -> None:
    if fields["IsToBeEmailed"] == "true" and not customer.fields.get("Email"):
        raise Failed(3180, "An invoice to be e-mailed needs the customer's e-mail address.")
    fields["Subtotal"] = subtotal(fields["Lines"])
    fields["SalesTaxPercentage"], fields["SalesTaxTotal"] = sales_tax(
        state,
        fields["Lines"],
        fields.get("ItemSalesTaxRef"),
        fields.get("CustomerSalesTaxCodeRef"),
    )
    total = fields["Subtotal"] + fields["SalesTaxTotal"]
    if total < 0:
        raise Failed(3210, "The total of an invoice cannot be negative.")
    if total < applied:
        raise Failed(3210, "The total of an invoice cannot be less than what was paid.")
