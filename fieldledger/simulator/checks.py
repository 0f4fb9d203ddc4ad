"""CheckAdd, as far as a check pays a customer's credit back; this company writes no others.

Source: Intuit's reference, CheckAdd: the amounts that a check applies to transactions must equal
its expense line, whose account is the receivable one of those transactions; the transactions must
be those of the payee.
"""

from typing import Any, Final

from fieldledger.simulator.content import content_of
from fieldledger.simulator.credits import credit_left
from fieldledger.simulator.formats import cents_of
from fieldledger.simulator.invoices import check_books_open, check_receivable, last_date
from fieldledger.simulator.lists import account_of_type
from fieldledger.simulator.names import is_blank, refer
from fieldledger.simulator.problems import (
    Failed,
    missing,
    no_such_object,
    no_such_reference,
)
from fieldledger.simulator.state import Fields
from fieldledger.simulator.turn import Answered, Turn

WHERE: Final = "Check"
BANK: Final = frozenset({"Bank"})
_LINES: Final = frozenset(
    {"ApplyCheckToTxnAdd", "ExpenseLineAdd", "ItemLineAdd", "ItemGroupLineAdd"}
)


def add_check(turn: Turn, asked: Fields) -> Answered:
    """Enter a check that pays credits back."""
    given = asked["CheckAdd"]
    state = turn.state
    if is_blank(given["AccountRef"]):
        raise missing("AccountRef")
    fields = content_of(turn, {k: v for k, v in given.items() if k not in _LINES}, WHERE)
    if not account_of_type(state.records.get(fields["AccountRef"]), BANK):
        raise no_such_reference("Account", state.full_name(fields["AccountRef"]), WHERE)
    fields.setdefault("TxnDate", last_date(state, WHERE) or turn.today())
    check_books_open(state, fields["TxnDate"])
    fields.setdefault("IsToBePrinted", "false")
    line = _line(turn, given)
    fields |= {"CustomerRef": line["CustomerRef"], "ARAccountRef": line["AccountRef"]}
    fields |= {"Lines": [line], "Amount": line["Amount"]}
    fields["Applied"] = [_application(turn, fields, each) for each in given["ApplyCheckToTxnAdd"]]
    if sum(each["Amount"] for each in fields["Applied"]) != fields["Amount"]:
        raise Failed(3210, "What a check is applied to must equal the amount of its line.")
    txn_id = state.make_txn_id(turn.at)
    state.txn_numbers_made += 1
    fields["TxnNumber"] = state.txn_numbers_made
    record = turn.create_record(WHERE, txn_id, fields)
    turn.note_macro(given, record.id)
    return Answered(record=record)


def _line(turn: Turn, given: Fields) -> Fields:
    lines = given.get("ExpenseLineAdd", [])
    if not given.get("ApplyCheckToTxnAdd") or len(lines) != 1 or given.get("ItemLineAdd"):
        raise Failed(3250, "This company writes only checks that pay credits back.")
    line = content_of(turn, lines[0], WHERE)
    for element in ("AccountRef", "Amount", "CustomerRef"):
        if element not in line:
            raise missing(element)
    check_receivable(turn.state, line["AccountRef"], WHERE)
    payee = given.get("PayeeEntityRef", {})
    if is_blank(payee) or refer(turn, "PayeeEntityRef", payee, WHERE) != line["CustomerRef"]:
        raise Failed(3210, "The check must be made out to the customer of the credit.")
    turn.check_lock(line["CustomerRef"])
    amount = cents_of(line["Amount"])
    if amount <= 0:
        raise Failed(3210, "The amount of a check must be more than zero.")
    return line | {"TxnLineID": turn.state.make_txn_id(turn.at), "Amount": amount}


def _application(turn: Turn, fields: Fields, given: Fields) -> dict[str, Any]:
    state = turn.state
    txn_id = turn.txn_id(given["TxnID"])
    credit = state.of_type("CreditMemo").get(txn_id)
    if credit is None:
        raise no_such_object(txn_id)
    turn.check_lock(txn_id)
    for element in ("CustomerRef", "ARAccountRef"):
        if credit.fields[element] != fields[element]:
            raise Failed(3210, "The credit is of another customer or account than the check.")
    amount = cents_of(given.get("Amount") or "0")
    if not 0 < amount <= credit_left(state, credit):
        raise Failed(3210, "You cannot pay back more than is left of the credit.")
    return {"TxnID": txn_id, "Amount": amount, "DiscountAmount": 0}
