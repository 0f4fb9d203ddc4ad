"""What people do in QuickBooks while nobody looks: they rename, edit, merge, delete, restore.

Every function takes the company and the time; what QuickBooks would not let a person do raises
Failed, as it would for software.
"""

from datetime import datetime
from typing import Any

from fieldledger.simulator.applied_credits import CREDITS, take_off
from fieldledger.simulator.checking import Request
from fieldledger.simulator.company import Company
from fieldledger.simulator.credits import credit_left
from fieldledger.simulator.formats import utc_offset
from fieldledger.simulator.names import checked_name
from fieldledger.simulator.payments import invoice_balance, undeposited_funds
from fieldledger.simulator.problems import Failed, no_such_object
from fieldledger.simulator.requests import RULES
from fieldledger.simulator.state import TXN_TYPES, Fields, Lock, Origin, Record
from fieldledger.simulator.turn import Answered, Turn

PEOPLE = "people"  # The request of an Origin that no software made.


def do(company: Company, request: str, given: Fields, *, now: datetime) -> Answered:
    """Do by hand what a request such as "InvoiceAddRq" asks for; `given` is its content.

    do(company, "CustomerAddRq", {"CustomerAdd": {"Name": "Anna"}}, now=now)

    :raises Failed: as the request would.
    """
    return RULES[request](_turn(company, now, request, given), given)


def _turn(company: Company, now: datetime, request: str = PEOPLE, given: Any = None) -> Turn:
    at = int(now.timestamp())
    return Turn(
        state=company.state,
        request=Request(request, {}, given or {}),
        origin=Origin("", "", PEOPLE, at),
        at=at,
        offset=utc_offset(at, company.state.zone),
        app=PEOPLE,
        iterators={},
        macros={},
    )


def record_of(company: Company, record_id: str) -> Record:
    """Return a record.

    :raises Failed: 3120 if there is none.
    """
    record = company.state.records.get(record_id)
    if record is None:
        raise no_such_object(record_id)
    return record


def rename(company: Company, record_id: str, name: str, *, now: datetime) -> None:
    """Give a list record another name, or a transaction another number."""
    record = record_of(company, record_id)
    turn = _turn(company, now)
    if record.type in TXN_TYPES:
        turn.change_record(record, {**record.fields, "RefNumber": name})
        return
    wanted = checked_name(turn, record.type, name, record.parent, record.id)
    turn.change_record(record, {**record.fields, "Name": wanted})


def edit(company: Company, record_id: str, fields: Fields, *, now: datetime) -> None:
    """Write into a record's fields, as they are kept: texts, and ListIDs for references."""
    record = record_of(company, record_id)
    _turn(company, now).change_record(record, {**record.fields, **fields})


def delete(company: Company, record_id: str, *, now: datetime) -> None:
    """Delete a record; QuickBooks refuses to delete a list record that is in use."""
    record = record_of(company, record_id)
    if record.type in TXN_TYPES:
        do(company, "TxnDelRq", {"TxnDelType": record.type, "TxnID": record_id}, now=now)
    else:
        do(company, "ListDelRq", {"ListDelType": record.type, "ListID": record_id}, now=now)


def merge(company: Company, loser_id: str, winner_id: str, *, now: datetime) -> None:
    """Merge two records of one list: the loser's id is gone, and what had it has the winner's."""
    state = company.state
    loser, winner = record_of(company, loser_id), record_of(company, winner_id)
    if loser.type != winner.type or loser is winner or loser.type in TXN_TYPES:
        raise Failed(3500, "Only two records of one list can be merged.")
    for record in list(state.records.values()):
        if record is loser or not _mentions(record.fields, loser_id):
            continue
        state.uncount(record)
        record.fields = _replaced(record.fields, loser_id, winner_id)
        state.count(record)
    state.leave(loser)
    _turn(company, now).touch(winner)


def _mentions(value: Any, identity: str) -> bool:
    if isinstance(value, dict):
        return any(_mentions(each, identity) for each in value.values())
    if isinstance(value, list):
        return any(_mentions(each, identity) for each in value)
    return bool(value == identity)


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {key: _replaced(each, old, new) for key, each in value.items()}
    if isinstance(value, list):
        return [_replaced(each, old, new) for each in value]
    return new if value == old else value


def take_off_credit(company: Company, invoice_id: str, credit_id: str, *, now: datetime) -> None:
    """Clear a credit in the invoice's window Apply Credits: it goes to the invoice no more."""
    take_off(_turn(company, now), record_of(company, invoice_id), credit_id)


def add_account(company: Company, name: str, kind: str, *, now: datetime) -> Record:
    """Enter an account, of a type such as "Bank"."""
    turn = _turn(company, now)
    fields = {"Name": name, "IsActive": "true", "AccountType": kind}
    return turn.create_record("Account", company.state.make_list_id(turn.at), fields)


def apply_check(company: Company, check_id: str, credit_id: str, *, now: datetime) -> None:
    """Let a check pay back a credit memo and nothing else, in the window of the customer's credits.

    :raises Failed: 3210 where less is left of the credit.
    """
    check, credit = record_of(company, check_id), record_of(company, credit_id)
    before = company.state.applied.get(credit_id, {}).get(check_id, 0)
    amount = check.fields["Amount"]
    if amount > credit_left(company.state, credit) + before:
        raise Failed(3210, "You cannot pay back more than is left of the credit.")
    applied = [{"TxnID": credit_id, "Amount": amount, "DiscountAmount": 0}]
    _turn(company, now).change_record(check, {**check.fields, "Applied": applied})


def close_books(company: Company, date: str) -> None:
    """Set the closing date, "2025-12-31"; nothing on or before it can be written."""
    company.state.preferences.closing_date = date


def reopen_books(company: Company) -> None:
    """Take the closing date away."""
    company.state.preferences.closing_date = ""


def open_record(company: Company, record_id: str, *, status: int = 3175, times: int = 1) -> None:
    """Have a record open in a window: the next `times` writes to it fail with `status`."""
    company.state.locks[record_id] = Lock(status, times)


def deposit(
    company: Company,
    *payment_ids: str,
    now: datetime,
    account: str = "Checking",
    date: str = "",
    memo: str = "Deposit",
) -> Record:
    """Take payments to the bank: QuickBooks lets nobody change them while they are in a deposit.

    :raises Failed: 3120 if there is no such payment, 3210 if it does not wait for the bank.
    """
    state, turn = company.state, _turn(company, now)
    bank = next(each for each in state.of_type("Account").values() if each.name == account)
    lines = [_deposit_line(turn, record_of(company, each)) for each in payment_ids]
    deposit_id = state.make_txn_id(turn.at)
    state.txn_numbers_made += 1
    fields = {
        "TxnNumber": state.txn_numbers_made,
        "TxnDate": date or turn.today(),
        "DepositToAccountRef": bank.id,
        "Memo": memo,
        "Lines": lines,
    }
    return turn.create_record("Deposit", deposit_id, fields)


def _deposit_line(turn: Turn, payment: Record) -> Fields:
    state, fields = turn.state, payment.fields
    waits = payment.type == "ReceivePayment" and payment.id not in state.deposited
    if not waits or fields["DepositToAccountRef"] != undeposited_funds(state):
        raise Failed(3210, "The payment does not wait in Undeposited Funds.")
    line = {
        "TxnType": "ReceivePayment",
        "TxnID": payment.id,
        "TxnLineID": state.make_txn_id(turn.at),
        "EntityRef": fields["CustomerRef"],
        "AccountRef": fields["DepositToAccountRef"],
        "CheckNumber": str(fields.get("RefNumber", ""))[:11] or None,
        "PaymentMethodRef": fields.get("PaymentMethodRef"),
        "Amount": fields["TotalAmount"],
    }
    return {key: value for key, value in line.items() if value is not None}


def restore(company: Company, backup: str, *, now: datetime) -> None:
    """Restore a backup, which is what to_json gave, in place of the company file."""
    company.state = Company.from_json(backup).state
    company.state.restored_at = int(now.timestamp())


def copy_back(company: Company, backup: str) -> None:
    """Copy an old file over the company file by hand: nothing in it says that it was."""
    company.state = Company.from_json(backup).state


def condense(company: Company, before: str, *, now: datetime) -> None:
    """Condense: take out what was settled before a date, leaving no trace of single records."""
    state = company.state
    gone = {
        each.id
        for each in state.of_type("Invoice").values()
        if each.fields["TxnDate"] < before
        and invoice_balance(state, each) == 0
        and not each.fields.get(CREDITS)
    }
    while True:
        kept_payments = [
            each
            for each in state.of_type("ReceivePayment").values()
            if not _settles_only(each, gone, before)
        ]
        needed = {applied["TxnID"] for each in kept_payments for applied in each.fields["Applied"]}
        if not gone & needed:
            break
        gone -= needed
    kept = {each.id for each in kept_payments}
    for payment in list(state.of_type("ReceivePayment").values()):
        if payment.id not in kept:
            state.leave(payment)
    for invoice_id in gone:
        state.leave(state.records[invoice_id])
    state.condensed_at = int(now.timestamp())


def _settles_only(payment: Record, gone: set[str], before: str) -> bool:
    applied = payment.fields["Applied"]
    used = sum(each["Amount"] for each in applied)
    return bool(
        payment.fields["TxnDate"] < before
        and used == payment.fields["TotalAmount"]
        and all(each["TxnID"] in gone for each in applied)
    )
