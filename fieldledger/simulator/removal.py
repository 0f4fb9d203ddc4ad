"""TxnVoid, TxnDel and ListDel.

Sources: Onscreen Reference (a voided transaction keeps its number with zero amounts, a deleted one
is gone; ReceivePayment cannot be voided); Intuit's status code list (3160, 3185).
"""

from fieldledger.simulator.applied_credits import CREDITS, take_off
from fieldledger.simulator.invoices import check_books_open
from fieldledger.simulator.payments import check_not_deposited
from fieldledger.simulator.problems import Failed, no_such_object
from fieldledger.simulator.state import TXN_TYPES, Fields, Record, State
from fieldledger.simulator.turn import Answered, Turn

KEPT_HERE = frozenset(TXN_TYPES)


def void_txn(turn: Turn, asked: Fields) -> Answered:
    """Void a transaction: an invoice, a credit memo or a check."""
    kind = asked["TxnVoidType"]
    if kind == "Deposit":
        raise Failed(3250, "This company makes no deposits void.")
    record = _txn(turn, kind, asked)
    _free_payments(turn, record, 3185)
    fields = dict(record.fields)  # Without what was just freed.
    fields["Lines"] = [_voided_line(line) for line in fields["Lines"]]
    if kind == "Check":
        fields |= {"Amount": 0, "Applied": []}
    else:
        fields["Subtotal"] = fields["SalesTaxTotal"] = 0
    if not fields.get("Voided"):
        fields["Memo"] = f"VOID: {fields.get('Memo', '')}".strip()
    fields["Voided"] = True
    turn.change_record(record, fields)
    return Answered(
        elements=[
            ("TxnVoidType", kind),
            ("TxnID", record.id),
            ("TimeCreated", turn.time(record.created)),
            ("TimeModified", turn.time(record.modified)),
            ("RefNumber", fields.get("RefNumber", "")),
        ]
    )


def _voided_line(line: Fields) -> Fields:
    if line.get("Amount") is None:
        return line
    return {key: value for key, value in line.items() if key not in {"Quantity", "RatePercent"}} | {
        "Rate": "0.00",
        "Amount": 0,
    }


def delete_txn(turn: Turn, asked: Fields) -> Answered:
    """Delete a transaction."""
    kind = asked["TxnDelType"]
    record = _txn(turn, kind, asked)
    if kind in {"Invoice", "CreditMemo"}:
        _free_payments(turn, record, 3160)
    elif kind == "ReceivePayment":
        check_not_deposited(turn.state, record)
    number = record.fields.get("RefNumber", "")
    turn.delete_record(record, number)
    return Answered(
        elements=[
            ("TxnDelType", kind),
            ("TxnID", record.id),
            ("TimeDeleted", turn.time(turn.at)),
            ("RefNumber", number),
        ]
    )


def _txn(turn: Turn, kind: str, asked: Fields) -> Record:
    txn_id = turn.txn_id(asked["TxnID"])
    record = turn.state.of_type(kind).get(txn_id) if kind in KEPT_HERE else None
    if record is None:
        raise no_such_object(txn_id)
    turn.check_lock(txn_id)
    check_books_open(turn.state, record.fields["TxnDate"])
    return record


def _free_payments(turn: Turn, invoice: Record, status: int) -> None:
    """Let what is applied to a transaction stand by itself, or refuse, as the variant says."""
    payments = list(turn.state.applied.get(invoice.id, ()))
    if payments and not turn.state.variant.frees_payments:
        raise Failed(status, "The transaction has payments applied to it.")
    for payment_id in payments:
        payment = turn.state.records[payment_id]
        if payment.type == "CreditMemo":  # The link is the invoice's own.
            turn.state.uncount(invoice)
            invoice.fields = {**invoice.fields, CREDITS: []}
            turn.state.count(invoice)
            continue
        if payment.type == "Invoice":  # A credit memo goes to it.
            take_off(turn, payment, invoice.id)
            continue
        left = [each for each in payment.fields["Applied"] if each["TxnID"] != invoice.id]
        turn.change_record(payment, {**payment.fields, "Applied": left})


def delete_list_record(turn: Turn, asked: Fields) -> Answered:
    """Delete a list record that nothing refers to."""
    kind, identity = asked["ListDelType"], asked["ListID"]
    record = turn.state.of_type(kind).get(identity)
    if record is None:
        raise no_such_object(identity)
    turn.check_lock(identity)
    if is_used(turn.state, record):
        raise Failed(
            3160,
            f'The "{record.name}" object cannot be deleted: it is used in a transaction or by '
            "another record.",
        )
    full_name = turn.state.full_name(identity)
    turn.delete_record(record, full_name)
    return Answered(
        elements=[
            ("ListDelType", kind),
            ("ListID", identity),
            ("TimeDeleted", turn.time(turn.at)),
            ("FullName", full_name),
        ]
    )


def is_used(state: State, record: Record) -> bool:
    """Whether another record or the preferences refer to a record."""
    if state.children.get(record.id):
        return True
    preferences = state.preferences
    if record.id in {
        preferences.default_tax_item,
        preferences.taxable_code,
        preferences.nontaxable_code,
    }:
        return True
    return any(
        _mentions(each.fields, record.id) for each in state.records.values() if each is not record
    )


def _mentions(value: object, identity: str) -> bool:
    if isinstance(value, dict):
        return any(_mentions(each, identity) for each in value.values())
    if isinstance(value, list):
        return any(_mentions(each, identity) for each in value)
    return value == identity
