"""What QuickBooks does with a record that is void here: make it void, delete it, or keep it.

Sources: qbXML 13.0 schema (TxnVoidType has no ReceivePayment); Onscreen Reference (a void
transaction keeps its number with zero amounts, a deleted one is gone).
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from fieldledger.qbxml.objects import TxnDel, TxnVoid
from fieldledger.sync.content import Kind, Known


class There(StrEnum):
    """What a person chose; the values are the API's."""

    VOID = "void"  # Its number stays, with zero amounts.
    DELETE = "delete"
    KEEP = "keep"  # Nothing is sent: QuickBooks keeps it as it is.


TXN_TYPES: Final[Mapping[Kind, str]] = {
    Kind.INVOICE: "Invoice",
    Kind.PAYMENT: "ReceivePayment",
    Kind.CREDIT: "CreditMemo",
    Kind.REFUND: "Check",
}
_MADE_VOID: Final = frozenset({Kind.INVOICE, Kind.CREDIT})


def choices_of(kind: Kind) -> tuple[There, ...]:
    """Return what can be chosen, the usual first.

    QuickBooks cannot void a payment. It can void a check, but nobody says what that does to the
    credit that it paid back: a refund is deleted.
    """
    return tuple(There) if kind in _MADE_VOID else (There.DELETE, There.KEEP)


def usual(kind: Kind) -> There:
    """Return what is done where nobody has chosen."""
    return choices_of(kind)[0]


def request_of(kind: Kind, known: Known, there: There) -> tuple[str, TxnVoid | TxnDel]:
    """Return the operation and the request that does what was chosen; KEEP has none."""
    assert there in choices_of(kind)
    assert there != There.KEEP
    txn_type, key = TXN_TYPES[kind], known.quickbooks_id
    if there == There.VOID:
        return there, TxnVoid(txn_void_type=txn_type, txn_id=key)
    return there, TxnDel(txn_del_type=txn_type, txn_id=key)
