"""Change the mapping by what a person or a program names, checked against QuickBooks' lists."""

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from fieldledger.office.models import Item, TaxRate
from fieldledger.quickbooks.errors import Mistaken
from fieldledger.quickbooks.models import Connection, QuickBooksRecord
from fieldledger.sync.content import ITEM_TYPES
from fieldledger.sync.taxing import TaxMode

List = QuickBooksRecord.List

# What each part of the mapping is chosen from.
_LISTS: Final[Mapping[str, str]] = {
    "income_account": List.ACCOUNTS,
    "item_accounts": List.ACCOUNTS,
    "fallback_item": List.ITEMS,
    "zero_tax_item": List.ITEMS,
    "tax_line_item": List.ITEMS,
    "rounding_item": List.ITEMS,
    "discount_item": List.ITEMS,
    "refund_account": List.ACCOUNTS,
    "tip_item": List.ITEMS,
    "fee_item": List.ITEMS,
    "tax_items": List.ITEMS,
    "payment_methods": List.PAYMENT_METHODS,
    "deposit_accounts": List.ACCOUNTS,
    "terms": List.TERMS,
    "transaction_class": List.CLASSES,
}
_BY_KEY: Final = frozenset(
    {"item_accounts", "tax_items", "payment_methods", "deposit_accounts", "terms"}
)
# Whose ids the keys of these are.
_OURS: Final[Mapping[str, tuple[type[Item] | type[TaxRate], str]]] = {
    "item_accounts": (Item, "item"),
    "tax_items": (TaxRate, "tax rate"),
}
_SENT_AS: Final = frozenset(ITEM_TYPES.values())


def changed_mapping(connection: Connection, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return the mapping with `changes` in it; only what is named changes.

    :raises Mistaken: for an id that is in no list, or a name that is no part of the mapping.
    """
    errors: dict[str, list[str]] = {}
    mapping = dict(connection.mapping)
    for key, value in changes.items():
        check = _ALONE.get(key)
        wrong = check(value) if check is not None else _wrong(connection, key, value)
        if wrong:
            errors[key] = [wrong]
        elif key in _BY_KEY or key == "item_types":
            merged = {**mapping.get(key, {}), **{name: each or "" for name, each in value.items()}}
            # An item without an account of its own posts where all do: nothing to remember.
            mapping[key] = (
                {name: each for name, each in merged.items() if each}
                if key == "item_accounts"
                else merged
            )
        else:
            mapping[key] = value or ""
    if errors:
        raise Mistaken(errors)
    return mapping


def _wrong_tax_mode(value: object) -> str:
    if value in set(TaxMode):
        return ""
    return (
        "Choose: quickbooks (QuickBooks computes the tax), tax_line (our tax as a line of its"
        " own) or rounding_line (a line takes up the difference)."
    )


def _wrong_item_types(value: object) -> str:
    if (
        isinstance(value, Mapping)
        and value.keys() <= ITEM_TYPES.keys()
        and all(each in _SENT_AS for each in value.values())
    ):
        return ""
    return "Give for service and product one of: ItemService, ItemNonInventory."


_ALONE: Final[Mapping[str, Callable[[object], str]]] = {
    "sales_tax_mode": _wrong_tax_mode,
    "item_types": _wrong_item_types,
}


def _wrong(connection: Connection, key: str, value: object) -> str:
    """Return what is wrong with one part of the mapping; "" if nothing is."""
    if key not in _LISTS:
        return "There is no such part of the mapping."
    chosen = value if key in _BY_KEY else {"": value}
    if not isinstance(chosen, Mapping) or not all(
        isinstance(each, str) or each is None for each in chosen.values()
    ):
        return "Give ids from the lists read from QuickBooks."
    wanted = {each for each in chosen.values() if each}
    known = set(
        QuickBooksRecord.objects.filter(
            connection=connection, list=_LISTS[key], list_id__in=wanted
        ).values_list("list_id", flat=True)
    )
    if wanted - known:
        return f"QuickBooks has no {', '.join(sorted(wanted - known))} in this list."
    return _wrong_keys(connection, key, chosen) if key in _OURS else ""


def _wrong_keys(connection: Connection, key: str, chosen: Mapping[str, object]) -> str:
    model, called = _OURS[key]
    try:
        wanted = {UUID(each) for each in chosen}
    except ValueError:
        return f"The keys are ids of your {called}s."
    known = set(
        model._default_manager.filter(  # noqa: SLF001 - Django's documented API.
            business_id=connection.business_id, guid__in=wanted
        ).values_list("guid", flat=True)
    )
    missing = sorted(map(str, wanted - known))
    return f"There is no {called} {', '.join(missing)} here." if missing else ""
