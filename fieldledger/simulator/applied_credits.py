"""SetCredit in an InvoiceMod: a credit memo, or a part of it, goes to an invoice.

Sources: Onscreen Reference, SetCredit (it links two transactions and makes none; the links are read
with IncludeLinkedTxns); qbXML 13.0 schema (CreditTxnID, AppliedAmount, Override). That a link is
taken off by voiding or deleting one of the two, or by hand, is told by makers of such programs.
"""

from typing import Any, Final

from fieldledger.simulator.formats import cents_of
from fieldledger.simulator.problems import Failed, no_such_object
from fieldledger.simulator.state import Fields, Record, State
from fieldledger.simulator.turn import Turn

CREDITS: Final = "Credits"  # Of an invoice: [{"TxnID", "Amount"}].


def set_credits(turn: Turn, invoice: Record, fields: Fields, given: list[Fields]) -> None:
    """Let credits go to an invoice; `fields` is what it will say.

    :raises Failed: 3120 for a credit that is not there; 3177 for one that is named twice; 3210
        where it is not the invoice's customer's, or there is less of it, or less is owed.
    """
    credits_: list[dict[str, Any]] = [dict(each) for each in fields.get(CREDITS, ())]
    seen: set[str] = set()
    for each in given:
        txn_id = turn.txn_id(each["CreditTxnID"])
        credit = turn.state.of_type("CreditMemo").get(txn_id)
        if credit is None:
            raise no_such_object(txn_id)
        turn.check_lock(txn_id)
        if txn_id in seen:
            raise Failed(3177, f'The transaction "{txn_id}" is linked to twice.')
        seen.add(txn_id)
        if each.get("Override") == "true":
            raise Failed(3250, "This feature is not enabled: overriding a credit.")
        _check_same(fields, credit)
        part = next((its for its in credits_ if its["TxnID"] == txn_id), None)
        before = part["Amount"] if part else 0
        amount = cents_of(each["AppliedAmount"])
        if amount <= 0:
            raise Failed(3210, "The amount of a credit that is applied must be more than zero.")
        after = amount + before if turn.state.variant.set_credit_adds else amount
        _check_left(turn.state, credit, after - before)
        if part:
            part["Amount"] = after
        else:
            credits_.append({"TxnID": txn_id, "Amount": after})
    _check_due(turn.state, invoice, fields, credits_)
    fields[CREDITS] = credits_


def _check_same(fields: Fields, credit: Record) -> None:
    for element in ("CustomerRef", "ARAccountRef"):
        if credit.fields[element] != fields[element]:
            raise Failed(
                3210,
                f'The "SetCredit" transaction "{credit.id}" cannot be found among those of the'
                " invoice's customer and account.",
            )


def _check_left(state: State, credit: Record, more: int) -> None:
    total = credit.fields["Subtotal"] + credit.fields["SalesTaxTotal"]
    if more > total - state.applied_to(credit.id):
        raise Failed(
            3210,
            'There was an error when setting the field "SetCredit applied amount".  QuickBooks'
            " error message: You cannot apply more than what is left of the credit.",
        )


def _check_due(
    state: State, invoice: Record, fields: Fields, credits_: list[dict[str, Any]]
) -> None:
    before = sum(each["Amount"] for each in invoice.fields.get(CREDITS, ()))
    more = sum(each["Amount"] for each in credits_) - before
    if more > fields["Subtotal"] + fields["SalesTaxTotal"] - state.applied_to(invoice.id):
        raise Failed(
            3210,
            'There was an error when setting the field "SetCredit applied amount".  QuickBooks'
            " error message: You cannot apply more than the amount due.",
        )


def take_off(turn: Turn, invoice: Record, credit_id: str) -> None:
    """Let a credit go to an invoice no more."""
    left = [each for each in invoice.fields.get(CREDITS, ()) if each["TxnID"] != credit_id]
    turn.change_record(invoice, {**invoice.fields, CREDITS: left})
