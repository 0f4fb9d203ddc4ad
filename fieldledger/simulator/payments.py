"""ReceivePaymentAdd and ReceivePaymentMod.

Sources: Onscreen Reference (one way of applying, the customer and the receivable account of the
invoice, undeposited funds, the same TxnID twice); consolibyte's handler of status 3210, whose text
this is: "You cannot pay more than the amount due".
"""

from typing import Any, Final

from fieldledger.simulator.content import changed_content, content_of
from fieldledger.simulator.formats import cents_of
from fieldledger.simulator.invoices import (
    check_books_open,
    check_receivable,
    customer_of,
    last_date,
    receivable_account,
)
from fieldledger.simulator.items import ACCOUNT_TYPES
from fieldledger.simulator.lists import account_of_type
from fieldledger.simulator.names import is_blank, refer
from fieldledger.simulator.problems import Failed, missing, no_such_object, no_such_reference
from fieldledger.simulator.state import Fields, Record, State
from fieldledger.simulator.turn import Answered, Turn

WHERE: Final = "ReceivePayment"
KEPT: Final = frozenset({"CustomerRef", "ARAccountRef", "TxnDate", "DepositToAccountRef"})
NOT_HEADER: Final = frozenset(
    [
        "TotalAmount",
        "IsAutoApply",
        "AppliedToTxnAdd",
        "AppliedToTxnMod",
        "CreditCardTxnInfo",
        "CreditCardTxnInfoMod",
        "TxnID",
    ]
)


def add_payment(turn: Turn, asked: Fields) -> Answered:
    """Enter a payment."""
    given = asked["ReceivePaymentAdd"]
    state = turn.state
    customer = customer_of(turn, given, WHERE)
    turn.check_lock(customer.id)
    fields = content_of(turn, _header(given), WHERE)
    fields.setdefault("ARAccountRef", receivable_account(state))
    fields.setdefault("DepositToAccountRef", undeposited_funds(state))
    _check_accounts(state, fields)
    fields.setdefault("TxnDate", last_date(state, "ReceivePayment") or turn.today())
    check_books_open(state, fields["TxnDate"])
    fields["TotalAmount"] = _total_of(given, 0)
    if "AppliedToTxnAdd" in given:
        fields["Applied"] = _applied(turn, fields, given["AppliedToTxnAdd"], None)
    elif given.get("IsAutoApply") == "true":
        fields["Applied"] = _auto_applied(state, fields)
    else:
        fields["Applied"] = []
    _check_total(fields)
    txn_id = state.make_txn_id(turn.at)
    state.txn_numbers_made += 1
    fields["TxnNumber"] = state.txn_numbers_made
    record = turn.create_record("ReceivePayment", txn_id, fields)
    turn.note_macro(given, record.id)
    return Answered(record=record)


def mod_payment(turn: Turn, asked: Fields) -> Answered:
    """Change a payment; applications that it names replace all it had."""
    given = asked["ReceivePaymentMod"]
    state = turn.state
    record = turn.record_to_change(given, "ReceivePayment", "TxnID")
    check_books_open(state, record.fields["TxnDate"], given.get("TxnDate"))
    check_not_deposited(state, record)
    fields = changed_content(turn, record.fields, _header(given), WHERE, kept=KEPT)
    _check_accounts(state, fields)
    fields["TotalAmount"] = _total_of(given, record.fields["TotalAmount"])
    if "AppliedToTxnMod" in given:
        fields["Applied"] = _applied(turn, fields, given["AppliedToTxnMod"], record)
    elif fields["CustomerRef"] != record.fields["CustomerRef"]:
        fields["Applied"] = []
    _check_total(fields)
    return Answered(record=turn.change_record(record, fields))


def _header(given: Fields) -> Fields:
    return {element: value for element, value in given.items() if element not in NOT_HEADER}


def _total_of(given: Fields, otherwise: int) -> int:
    text = given.get("TotalAmount")
    if not text:
        applied = given.get("AppliedToTxnAdd") or given.get("AppliedToTxnMod") or []
        if otherwise == 0 and any(each.get("PaymentAmount") for each in applied):
            raise missing("TotalAmount")
        return otherwise
    return cents_of(text)


def _check_accounts(state: State, fields: Fields) -> None:
    check_receivable(state, fields["ARAccountRef"], WHERE)
    deposit = fields["DepositToAccountRef"]
    if not account_of_type(state.records.get(deposit), ACCOUNT_TYPES["DepositToAccountRef"]):
        raise no_such_reference("Account", state.full_name(deposit), WHERE)


def _applied(
    turn: Turn, fields: Fields, given: list[Fields], record: Record | None
) -> list[dict[str, Any]]:
    applied: list[dict[str, Any]] = []
    seen: set[str] = set()
    for each in given:
        txn_id = turn.txn_id(each["TxnID"])
        if txn_id in seen:
            raise Failed(3177, f'The transaction "{txn_id}" is linked to twice.')
        seen.add(txn_id)
        applied.append(_application(turn, fields, each, txn_id, record))
    return applied


def _application(
    turn: Turn, fields: Fields, given: Fields, txn_id: str, record: Record | None
) -> dict[str, Any]:
    state = turn.state
    invoice = state.of_type("Invoice").get(txn_id)
    if invoice is None:
        raise no_such_object(txn_id)
    turn.check_lock(txn_id)
    for element in ("CustomerRef", "ARAccountRef"):
        if invoice.fields[element] != fields[element]:
            raise Failed(
                3210,
                f'The "AppliedToTxnAdd" transaction "{txn_id}" cannot be found among those of the '
                "payment's customer and account.",
            )
    for credit in given.get("SetCredit", ()):
        raise no_such_object(credit["CreditTxnID"])
    amount = cents_of(given.get("PaymentAmount") or "0")
    discount = cents_of(given.get("DiscountAmount") or "0")
    if not given.get("PaymentAmount") and not discount:
        raise missing("PaymentAmount")
    if amount < 0 or discount < 0:
        raise Failed(3210, "An amount that is applied cannot be negative.")
    application: dict[str, Any] = {"TxnID": txn_id, "Amount": amount, "DiscountAmount": discount}
    if discount:
        account = given.get("DiscountAccountRef", {})
        if is_blank(account):
            raise missing("DiscountAccountRef")
        application["DiscountAccountRef"] = refer(turn, "DiscountAccountRef", account, WHERE)
    before = state.applied.get(txn_id, {}).get(record.id, 0) if record else 0
    if amount + discount > invoice_balance(state, invoice) + before:
        raise Failed(
            3210,
            'There was an error when setting the field "AppliedToTxnAdd payment amount".  '
            "QuickBooks error message: You cannot pay more than the amount due.",
        )
    return application


def _auto_applied(state: State, fields: Fields) -> list[dict[str, Any]]:
    """Apply to the invoice whose balance is the amount, else to the oldest first."""
    total: int = fields["TotalAmount"]
    due = [
        (each.fields["TxnDate"], each.id, invoice_balance(state, each))
        for each in state.of_type("Invoice").values()
        if each.fields["CustomerRef"] == fields["CustomerRef"]
        and each.fields["ARAccountRef"] == fields["ARAccountRef"]
    ]
    due = [each for each in due if each[2] > 0]
    exact = [each for each in due if each[2] == total]
    applied = []
    for _, txn_id, balance in exact[:1] or sorted(due):
        taken = min(balance, total)
        if not taken:
            break
        total -= taken
        applied.append({"TxnID": txn_id, "Amount": taken, "DiscountAmount": 0})
    return applied


def _check_total(fields: Fields) -> None:
    total = fields["TotalAmount"]
    applied = sum(each["Amount"] for each in fields["Applied"])
    discounts = sum(each["DiscountAmount"] for each in fields["Applied"])
    if total < 0 or (total == 0 and not discounts):
        raise Failed(3210, "The total amount of a payment must be more than zero.")
    if applied > total:
        raise Failed(3210, "The amounts applied are more than the payment's total amount.")


def undeposited_funds(state: State) -> str:
    """Return the ListID of Undeposited Funds, where payments wait for the bank."""
    return next(
        each.id
        for each in state.of_type("Account").values()
        if each.fields.get("SpecialAccountType") == "UndepositedFunds"
    )


def invoice_balance(state: State, invoice: Record) -> int:
    """Return in cents what is still due of an invoice."""
    total: int = invoice.fields["Subtotal"] + invoice.fields["SalesTaxTotal"]
    return total - state.applied_to(invoice.id)


def check_not_deposited(state: State, record: Record) -> None:
    """Refuse to touch a payment that a person has taken to the bank.

    :raises Failed: 3180.
    """
    if record.id in state.deposited:
        raise Failed(
            3180,
            "There was an error when saving a ReceivePayment.  QuickBooks error message: This "
            "payment has been deposited.  You must delete it from the deposit first.",
        )
