"""Records as QuickBooks shows them: with what follows from other records, ready to be printed."""

from collections.abc import Mapping
from typing import Any

from fieldledger.simulator.content import address_block
from fieldledger.simulator.credits import credit_left, credit_total
from fieldledger.simulator.formats import money
from fieldledger.simulator.invoice_lines import line_view
from fieldledger.simulator.names import REFERENCES
from fieldledger.simulator.payments import invoice_balance, undeposited_funds
from fieldledger.simulator.state import TXN_TYPES, Fields, Record, State
from fieldledger.simulator.turn import Turn

ADDRESSES = ("BillAddress", "ShipAddress", "VendorAddress", "OtherNameAddress")


def record_view(
    turn: Turn, record: Record, *, with_lines: bool = True, with_links: bool = False
) -> Fields:
    """Return a record's elements by name."""
    head = {
        "TxnID" if record.type in TXN_TYPES else "ListID": record.id,
        "TimeCreated": turn.time(record.created),
        "TimeModified": turn.time(record.modified),
        "EditSequence": record.sequence,
    }
    view: Fields = head | with_references(turn.state, record.fields)
    for address in ADDRESSES:
        if address in view:
            lines = address_block(view[address])
            block = {f"Addr{number}": line for number, line in enumerate(lines, 1)}
            view[f"{address}Block"] = block
    if record.type == "Invoice":
        _finish_invoice(turn.state, record, view, with_lines=with_lines, with_links=with_links)
    elif record.type == "CreditMemo":
        _finish_credit(turn.state, record, view, with_lines=with_lines)
    elif record.type == "Check":
        _finish_check(turn.state, view, with_lines=with_lines)
    elif record.type == "Deposit":
        _finish_deposit(turn.state, view, with_lines=with_lines)
    elif record.type == "ReceivePayment":
        _finish_payment(turn.state, record, view, with_lines=with_lines)
    else:
        _finish_list_record(turn.state, record, view)
    return view


def with_references(state: State, fields: Mapping[str, Any]) -> Fields:
    """Return content whose references carry the names that their records have now."""
    view: Fields = {}
    for element, value in fields.items():
        if isinstance(value, str) and (element in REFERENCES or element == "ParentRef"):
            view[element] = reference_view(state, value)
        elif isinstance(value, dict):
            view[element] = with_references(state, value)
        else:
            view[element] = value
    return view


def reference_view(state: State, identity: str) -> Fields:
    """Return a reference as it is printed."""
    return {"ListID": identity, "FullName": state.full_name(identity)}


def _finish_list_record(state: State, record: Record, view: Fields) -> None:
    view["FullName"] = state.full_name(record.id)
    level, above = 0, record.parent
    while above is not None:
        level, above = level + 1, state.records[above].parent
    view["Sublevel"] = str(level)
    bar_code = view.pop("BarCode", None)
    if bar_code:
        view["BarCodeValue"] = bar_code.get("BarCodeValue")
    if record.type == "Customer":
        view["Balance"] = money(state.balances[record.id])
        view["TotalBalance"] = money(state.total_balance(record.id))
    elif record.type == "Vendor":
        view["Balance"] = "0.00"
    elif record.type == "Account":
        balance = account_balance(state, record)
        if balance is not None:
            view["Balance"] = view["TotalBalance"] = money(balance)


def account_balance(state: State, account: Record) -> int | None:
    """Return in cents what stands on an account, or None for one without a balance."""
    kind = account.fields["AccountType"]
    if kind in {"Income", "OtherIncome", "Expense", "OtherExpense", "CostOfGoodsSold"}:
        return None
    total = 0
    for each in state.of_type("ReceivePayment").values():
        if each.fields["DepositToAccountRef"] == account.id:
            total += each.fields["TotalAmount"]
    for each in state.of_type("Check").values():
        if each.fields["AccountRef"] == account.id:
            total -= each.fields["Amount"]
    for each in state.of_type("Deposit").values():
        taken = sum(line["Amount"] for line in each.fields["Lines"])
        if each.fields["DepositToAccountRef"] == account.id:
            total += taken
        if account.id == undeposited_funds(state):
            total -= taken
    if kind == "AccountsReceivable":
        for each in state.of_type("Check").values():
            if each.fields["ARAccountRef"] == account.id:
                total += each.fields["Amount"]
        for each in state.of_type("Invoice").values():
            if each.fields["ARAccountRef"] == account.id:
                total += each.fields["Subtotal"] + each.fields["SalesTaxTotal"]
        for each in state.of_type("CreditMemo").values():
            if each.fields["ARAccountRef"] == account.id:
                total -= credit_total(each)
        for each in state.of_type("ReceivePayment").values():
            if each.fields["ARAccountRef"] == account.id:
                discounts = sum(applied["DiscountAmount"] for applied in each.fields["Applied"])
                total -= each.fields["TotalAmount"] + discounts
    return total


def _finish_invoice(
    state: State, record: Record, view: Fields, *, with_lines: bool, with_links: bool
) -> None:
    fields = record.fields
    balance = invoice_balance(state, record)
    view.pop("Credits", None)
    view["TxnNumber"] = str(fields["TxnNumber"])
    view["Subtotal"] = money(fields["Subtotal"])
    view["SalesTaxTotal"] = money(fields["SalesTaxTotal"])
    # A credit to the invoice, and so negative, as in Onscreen Reference's example; no answer
    # recorded so far holds another value than 0.00.
    view["AppliedAmount"] = money(-state.applied_to(record.id))
    view["BalanceRemaining"] = money(balance)
    view["IsPaid"] = "true" if balance == 0 else "false"
    lines = view.pop("Lines")
    if with_lines:
        view["InvoiceLineRet"] = [line_view(with_references(state, line)) for line in lines]
    if with_links:
        view["LinkedTxn"] = [
            {
                "TxnID": payment_id,
                "TxnType": state.records[payment_id].type,
                "TxnDate": state.records[payment_id].fields["TxnDate"],
                "RefNumber": state.records[payment_id].fields.get("RefNumber"),
                "LinkType": "AMTTYPE",
                "Amount": money(-amount),
            }
            for payment_id, amount in state.applied.get(record.id, {}).items()
        ]


def _finish_credit(state: State, record: Record, view: Fields, *, with_lines: bool) -> None:
    fields = record.fields
    view["TxnNumber"] = str(fields["TxnNumber"])
    view["Subtotal"] = money(fields["Subtotal"])
    view["SalesTaxTotal"] = money(fields["SalesTaxTotal"])
    view["TotalAmount"] = money(credit_total(record))
    view["CreditRemaining"] = money(credit_left(state, record))
    lines = view.pop("Lines")
    if with_lines:
        view["CreditMemoLineRet"] = [line_view(with_references(state, line)) for line in lines]


def _finish_check(state: State, view: Fields, *, with_lines: bool) -> None:
    view["TxnNumber"] = str(view["TxnNumber"])
    view["Amount"] = money(view["Amount"])
    lines = view.pop("Lines")
    if with_lines:
        view["ExpenseLineRet"] = [line_view(with_references(state, line)) for line in lines]


def _finish_deposit(state: State, view: Fields, *, with_lines: bool) -> None:
    view["TxnNumber"] = str(view["TxnNumber"])
    lines = view.pop("Lines")
    view["DepositTotal"] = money(sum(each["Amount"] for each in lines))
    if with_lines:
        view["DepositLineRet"] = [line_view(with_references(state, line)) for line in lines]


def _finish_payment(state: State, record: Record, view: Fields, *, with_lines: bool) -> None:
    fields = record.fields
    applied = view.pop("Applied")
    view["TxnNumber"] = str(fields["TxnNumber"])
    view["TotalAmount"] = money(fields["TotalAmount"])
    view["UnusedPayment"] = money(fields["TotalAmount"] - sum(each["Amount"] for each in applied))
    view["UnusedCredits"] = "0.00"
    if not with_lines:
        return
    view["AppliedToTxnRet"] = []
    for each in applied:
        invoice = state.records[each["TxnID"]]
        shown = {
            "TxnID": invoice.id,
            "TxnType": "Invoice",
            "TxnDate": invoice.fields["TxnDate"],
            "RefNumber": invoice.fields.get("RefNumber"),
            "BalanceRemaining": money(invoice_balance(state, invoice)),
            "Amount": money(each["Amount"]),
        }
        if each["DiscountAmount"]:
            shown["DiscountAmount"] = money(each["DiscountAmount"])
            shown["DiscountAccountRef"] = reference_view(state, each["DiscountAccountRef"])
        view["AppliedToTxnRet"].append(shown)
