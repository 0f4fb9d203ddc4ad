"""What each role may do: one table, read by pages and API."""

from enum import StrEnum

from fieldledger.accounts.models import Role


class Right(StrEnum):
    """Something a person may or may not do in a business."""

    SEE_MONEY = "see_money"  # Prices, totals, payments, figures.
    EDIT_CLIENTS = "edit_clients"
    EDIT_ITEMS = "edit_items"
    EDIT_INVOICES = "edit_invoices"
    TAKE_PAYMENTS = "take_payments"
    VOID = "void"
    QUEUE = "queue"  # "Sync to QuickBooks", retry, hold, ignore.
    CONNECT = "connect"  # The feature's switch, the set-up, the password, disconnecting.
    APPROVE = "approve"  # What the rules of approval hold, and somebody else has asked for.
    SET_RULES = "set_rules"  # Of approval.
    MAP = "map"  # Accounts, tax items, matches and links.
    READ_RAW = "read_raw"  # What was said with QuickBooks, word for word; the audit trail.
    INVITE = "invite"  # People, and their roles.
    MAKE_KEYS = "make_keys"  # For other programs.


_OFFICE = {
    Right.SEE_MONEY,
    Right.EDIT_CLIENTS,
    Right.EDIT_ITEMS,
    Right.EDIT_INVOICES,
    Right.TAKE_PAYMENTS,
}
RIGHTS: dict[str, frozenset[Right]] = {
    Role.OWNER: frozenset(Right),
    Role.MANAGER: frozenset(Right) - {Right.MAKE_KEYS, Right.SET_RULES},
    Role.BOOKKEEPER: frozenset(
        _OFFICE
        | {
            Right.VOID,
            Right.QUEUE,
            Right.APPROVE,
            Right.CONNECT,
            Right.MAP,
            Right.READ_RAW,
        }
    ),
    Role.DISPATCHER: frozenset(_OFFICE | {Right.QUEUE}),
    Role.TECHNICIAN: frozenset({Right.TAKE_PAYMENTS}),
}


def may(role: str | None, right: Right) -> bool:
    """Return whether somebody with this role may; nobody without a role may anything."""
    return right in RIGHTS.get(role or "", frozenset())
