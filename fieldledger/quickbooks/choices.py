"""What the office chose on the mapping page, filled up with what can only mean one thing."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from uuid import UUID

from fieldledger.office.models import TaxRate
from fieldledger.office.queries import terms_used
from fieldledger.quickbooks.models import Connection, QuickBooksRecord
from fieldledger.sync import suggestions
from fieldledger.sync.content import ITEM_TYPES, Choices
from fieldledger.sync.naming import fold
from fieldledger.sync.suggestions import Suggestion
from fieldledger.sync.taxing import TaxMode

List = QuickBooksRecord.List
_GONE = "gone"  # In Connection.activity: of the mapping's records, those not there any more.
# Without one of these a record is not sent, and its entry says what is to be chosen. Without any
# other choice, it would go elsewhere: so QuickBooks is to refuse it.
_NEEDED: Final = frozenset(
    {
        "income_account",
        "fallback_item",
        "zero_tax_item",
        "tax_line_item",
        "rounding_item",
        "discount_item",
        "refund_account",
        "tip_item",
        "fee_item",
    }
)
READ_AGAIN_AFTER: Final = timedelta(hours=1)
_LIST_ID = re.compile(r"[0-9A-F]+-[0-9]+")  # As QuickBooks gives them, in all lists alike.
TERMS_MAX = 50  # Of our own: more nobody tells apart in a list.


def choices_of(connection: Connection, *, for_transactions: bool = True) -> Choices:
    """Return the mapping for the rules; that of clients and items alone asks the database nothing.

    Terms and tax rates nobody mapped go to the ones of equal name (and percent): a tax rate made
    after the set-up needs no visit to the mapping page.
    """
    mapping = _still_there(connection)
    item_accounts = {UUID(key): each for key, each in mapping.get("item_accounts", {}).items()}
    item_types = {**ITEM_TYPES, **mapping.get("item_types", {})}
    if not for_transactions:
        return Choices(
            income_account=mapping.get("income_account") or None,
            item_accounts=item_accounts,
            item_types=item_types,
        )
    tax_items = {key: each.list_id for key, each in suggested_tax_items(connection).items()}
    tax_items |= {UUID(key): value for key, value in mapping.get("tax_items", {}).items() if value}
    terms = {
        fold(name): list_id
        for name, list_id in QuickBooksRecord.objects.filter(
            connection=connection, list=List.TERMS, is_active=True
        ).values_list("name", "list_id")
    }
    terms |= {fold(key): value for key, value in mapping.get("terms", {}).items() if value}
    return Choices(
        income_account=mapping.get("income_account") or None,
        item_accounts=item_accounts,
        item_types=item_types,
        fallback_item=mapping.get("fallback_item") or None,
        tax_items=tax_items,
        payment_methods={k: v for k, v in mapping.get("payment_methods", {}).items() if v},
        deposit_accounts={k: v for k, v in mapping.get("deposit_accounts", {}).items() if v},
        terms=terms,
        transaction_class=mapping.get("transaction_class") or None,
        sales_tax_mode=mapping.get("sales_tax_mode") or TaxMode.QUICKBOOKS,
        tax_percents=_tax_percents(connection),
        zero_tax_item=mapping.get("zero_tax_item") or None,
        tax_line_item=mapping.get("tax_line_item") or None,
        rounding_item=mapping.get("rounding_item") or None,
        discount_item=mapping.get("discount_item") or None,
        refund_account=mapping.get("refund_account") or None,
        receivable_account=_receivable_account(connection),
        tip_item=mapping.get("tip_item") or None,
        fee_item=mapping.get("fee_item") or None,
    )


def note_gone(connection: Connection) -> None:
    """Note which chosen records the lists that were just read do not have; the caller saves.

    The mapping itself stays: an older copy of the company file may be open for a while.
    """
    chosen = _chosen(connection)
    there = QuickBooksRecord.objects.filter(connection=connection, list_id__in=chosen)
    gone = sorted(chosen - set(there.values_list("list_id", flat=True)))
    connection.activity = {**connection.activity, _GONE: gone}


def is_gone(connection: Connection, list_id: str) -> bool:
    """Whether a record that was chosen was not there when the lists were read last."""
    return list_id in connection.activity.get(_GONE, ())


def may_be_back(connection: Connection, now: datetime) -> bool:
    """Whether the lists are to be read again, because they lacked something that was chosen.

    Nobody tells when an older copy of the company file, which lacks it, is put away again.
    """
    read_at = connection.lists_read_at
    if read_at is None or now - read_at <= READ_AGAIN_AFTER:
        return False
    return not _chosen(connection).isdisjoint(connection.activity.get(_GONE, ()))


def _chosen(connection: Connection) -> set[str]:
    return {each for value in connection.mapping.values() for each in _ids_in(value)}


def _ids_in(value: object) -> Iterator[str]:
    values = value.values() if isinstance(value, dict) else (value,)
    return (each for each in values if isinstance(each, str) and _LIST_ID.fullmatch(each))


def _still_there(connection: Connection) -> dict[str, Any]:
    """Return the mapping without what is gone, where a record that needs it then stays here."""
    gone = set(connection.activity.get(_GONE, ()))
    return {
        key: "" if key in _NEEDED and value in gone else value
        for key, value in connection.mapping.items()
    }


def _receivable_account(connection: Connection) -> str | None:
    """Return the one active account of receivables, None where there are none or several."""
    accounts = QuickBooksRecord.objects.filter(
        connection=connection, list=List.ACCOUNTS, is_active=True
    )
    found = [
        list_id
        for list_id, details in accounts.values_list("list_id", "details")
        if details.get("type") == "AccountsReceivable"
    ]
    return found[0] if len(found) == 1 else None


def _tax_percents(connection: Connection) -> dict[str, Decimal]:
    """Return {ListID: percent} of the tax items read from QuickBooks; a group tells none."""
    items = QuickBooksRecord.objects.filter(
        connection=connection, list=List.ITEMS, type="ItemSalesTaxRet"
    ).values_list("list_id", "details__percent")
    found = ((list_id, _percent(percent)) for list_id, percent in items)
    return {list_id: percent for list_id, percent in found if percent is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggested:
    """What the lists read from QuickBooks propose, each with its reason; keys as in the mapping."""

    income_account: Suggestion | None = None
    fallback_item: Suggestion | None = None
    tax_items: dict[str, Suggestion] = field(default_factory=dict)
    payment_methods: dict[str, Suggestion] = field(default_factory=dict)
    terms: dict[str, Suggestion] = field(default_factory=dict)


def suggested_of(connection: Connection) -> Suggested:
    """Return what is proposed for each place of the mapping, whatever was chosen."""
    parts = [
        suggestions.Part(
            list_id=each.list_id, name=each.full_name, type=each.type, active=each.is_active
        )
        for each in _records(connection, List.ITEMS)
        if each.type.removesuffix("Ret") in {"ItemService", "ItemNonInventory", "ItemOtherCharge"}
    ]
    terms = [
        suggestions.Terms(list_id=each.list_id, name=each.name, active=each.is_active)
        for each in _records(connection, List.TERMS)
    ]
    found = suggestions.suggest_terms(our_terms(connection), terms)
    return Suggested(
        income_account=_suggested_account(connection),
        fallback_item=suggestions.suggest_fallback_item(parts),
        tax_items={str(key): each for key, each in suggested_tax_items(connection).items()},
        payment_methods=_suggested_methods(connection),
        terms={name: found[fold(name)] for name in our_terms(connection) if fold(name) in found},
    )


def our_terms(connection: Connection) -> list[str]:
    """Return the terms that our invoices name, by name."""
    return terms_used(connection.business_id, limit=TERMS_MAX)


def _records(connection: Connection, into: str) -> Iterator[QuickBooksRecord]:
    return (
        QuickBooksRecord.objects.filter(connection=connection, list=into).order_by("pk").iterator()
    )


def _suggested_account(connection: Connection) -> Suggestion | None:
    return suggestions.suggest_income_account(
        suggestions.Account(
            list_id=each.list_id,
            full_name=each.full_name,
            type=each.details.get("type", ""),
            active=each.is_active,
        )
        for each in _records(connection, List.ACCOUNTS)
    )


def _suggested_methods(connection: Connection) -> dict[str, Suggestion]:
    return suggestions.suggest_payment_methods(
        suggestions.Method(
            list_id=each.list_id,
            name=each.name,
            type=each.details.get("type", ""),
            active=each.is_active,
        )
        for each in _records(connection, List.PAYMENT_METHODS)
    )


def suggested_tax_items(connection: Connection) -> dict[UUID, Suggestion]:
    """Return for each tax rate of ours the tax item of equal name and percent."""
    items = [
        suggestions.TaxItem(
            list_id=each.list_id,
            name=each.name,
            percent=_percent(each.details.get("percent")),
            active=each.is_active,
        )
        for each in QuickBooksRecord.objects.filter(
            connection=connection, list=List.ITEMS, type="ItemSalesTaxRet"
        )
    ]
    rates = [
        suggestions.OurTaxRate(guid=each.guid, name=each.name, percent=each.percent)
        for each in TaxRate.objects.filter(business_id=connection.business_id)
    ]
    return suggestions.suggest_tax_items(rates, items) if items and rates else {}


def suggest_mapping(connection: Connection) -> dict[str, Any]:
    """Return the mapping with every empty place filled where the lists leave one sensible answer.

    What a person chose stays. An item for lines without one, and a class, are never filled in:
    that an invoice waits until somebody looks may be just what is wanted.
    """
    mapping: dict[str, Any] = {
        "income_account": "",
        "item_accounts": {},
        "fallback_item": "",
        "sales_tax_mode": TaxMode.QUICKBOOKS.value,
        "zero_tax_item": "",
        "tax_line_item": "",
        "rounding_item": "",
        "discount_item": "",
        "refund_account": "",
        "tip_item": "",
        "fee_item": "",
        "tax_items": {},
        "payment_methods": {},
        "deposit_accounts": {},
        "terms": {},
        "transaction_class": "",
        **connection.mapping,
    }
    mapping["item_types"] = {**ITEM_TYPES, **mapping.get("item_types", {})}
    if not mapping["income_account"]:
        suggested = _suggested_account(connection)
        mapping["income_account"] = suggested.list_id if suggested else ""
    methods = _suggested_methods(connection)
    mapping["payment_methods"] = {word: each.list_id for word, each in methods.items()} | mapping[
        "payment_methods"
    ]
    mapping["tax_items"] = {
        str(key): each.list_id for key, each in suggested_tax_items(connection).items()
    } | mapping["tax_items"]
    return mapping


def _percent(text: str | None) -> Decimal | None:
    try:
        return Decimal(text or "")
    except InvalidOperation:
        return None
