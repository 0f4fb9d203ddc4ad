"""What the mapping page proposes, from the lists read from QuickBooks, each with its reason.

A suggestion is made where the lists leave one sensible answer; where they leave several, none is
made and a person chooses. Only the income account is always suggested if there is one at all,
because without it no item can be sent.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from fieldledger.sync.naming import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account; `type` is QuickBooks' AccountType ("Income")."""

    list_id: str
    full_name: str
    type: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxItem:
    """A sales tax item or group; `percent` is None where QuickBooks did not say."""

    list_id: str
    name: str
    percent: Decimal | None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Payment terms, such as "Net 30"."""

    list_id: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A payment method; `type` is QuickBooks' PaymentMethodType ("ECheck")."""

    list_id: str
    name: str
    type: str = ""
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Something QuickBooks sells; `type` is its name in answers ("ItemServiceRet")."""

    list_id: str
    name: str
    type: str
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class OurTaxRate:
    """A tax rate of ours."""

    guid: UUID
    name: str
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A ListID and, in a sentence, why it is proposed."""

    list_id: str
    reason: str


# Names that new company files of service trades give the account, the likeliest first.
_INCOME_NAMES: Final = (
    "services", "service income", "service", "service sales", "services income", "sales",
    "sales income", "sales of product income", "fees", "fee income", "construction income",
    "landscaping services", "maintenance", "income",
)  # fmt: skip
# Income that is no sale: last choice only.
_INCOME_UNLIKELY: Final = (
    "uncategorized", "interest", "discount", "shipping", "freight", "reimburs", "finance charge",
    "late fee", "refund", "returns", "other", "tip", "markup",
)  # fmt: skip

# Names under which trades keep an item for whatever has none, the likeliest first.
_CATCH_ALL_NAMES: Final = (
    "miscellaneous", "misc", "misc.", "other", "general", "other services", "services", "service",
    "labor",
)  # fmt: skip
_SOLD_ALONE: Final = frozenset({"ItemServiceRet", "ItemNonInventoryRet", "ItemOtherChargeRet"})

_METHOD_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "cash": ("cash",),
    "check": ("check", "cheque", "checks"),
    "credit_card": ("credit card", "credit cards", "card", "credit/debit card"),
    "ach": ("ach", "e-check", "echeck", "electronic check", "bank transfer", "eft"),
    "other": ("other",),
}
# PaymentMethodType's values: qbXML 13.0 schema.
_METHOD_TYPES: Final[Mapping[str, str]] = {
    "cash": "Cash",
    "check": "Check",
    "credit_card": "OtherCreditCard",
    "ach": "ECheck",
    "other": "Other",
}


def suggest_income_account(accounts: Iterable[Account]) -> Suggestion | None:
    """Return the account that new items should post to, or None if no income account is in use.

    Only accounts of the type Income are offered: QuickBooks wants one for what is sold (OSR).
    """
    income = [each for each in accounts if each.active and each.type == "Income"]
    if not income:
        return None
    if len(income) == 1:
        return Suggestion(income[0].list_id, "It is the only income account in QuickBooks.")
    by_name = {fold(each.full_name): each for each in reversed(income)}
    for name in _INCOME_NAMES:
        if name in by_name:
            account = by_name[name]
            return Suggestion(
                account.list_id, f"Sales usually go to an account named “{account.full_name}”."
            )
    likely = [each for each in income if not _is_unlikely(each.full_name)] or income
    first = min(likely, key=lambda each: (each.full_name.count(":"), fold(each.full_name)))
    return Suggestion(
        first.list_id,
        f"QuickBooks has {len(income)} income accounts and none with a usual name; "
        f"“{first.full_name}” is the first. Please check.",
    )


def _is_unlikely(name: str) -> bool:
    folded = fold(name)
    return any(word in folded for word in _INCOME_UNLIKELY)


def suggest_tax_items(
    rates: Iterable[OurTaxRate], items: Iterable[TaxItem]
) -> dict[UUID, Suggestion]:
    """Return for each rate of ours the one sales tax item of the same name and percent."""
    found: dict[tuple[str, Decimal], list[TaxItem]] = {}
    for item in items:
        if item.active and item.percent is not None:
            found.setdefault((fold(item.name), item.percent), []).append(item)
    return {
        rate.guid: Suggestion(same[0].list_id, "Same name and same percent in QuickBooks.")
        for rate in rates
        if len(same := found.get((fold(rate.name), rate.percent), [])) == 1
    }


def suggest_payment_methods(methods: Iterable[Method]) -> dict[str, Suggestion]:
    """Return for each of our words the payment method of that name, else the one of its type."""
    usable = [each for each in methods if each.active]
    by_name = {fold(each.name): each for each in reversed(usable)}
    suggested: dict[str, Suggestion] = {}
    for word, names in _METHOD_NAMES.items():
        named = next((by_name[name] for name in names if name in by_name), None)
        typed = [each for each in usable if each.type == _METHOD_TYPES[word]]
        if named is not None:
            suggested[word] = Suggestion(named.list_id, f"It is named “{named.name}”.")
        elif len(typed) == 1:
            reason = f"“{typed[0].name}” is the only method of this type in QuickBooks."
            suggested[word] = Suggestion(typed[0].list_id, reason)
    return suggested


def suggest_fallback_item(items: Iterable[Part]) -> Suggestion | None:
    """Return an item for lines that name none, if one has a name that fits; it is only proposed."""
    by_name = {fold(each.name): each for each in items if each.active and each.type in _SOLD_ALONE}
    for name in _CATCH_ALL_NAMES:
        if name in by_name:
            part = by_name[name]
            return Suggestion(part.list_id, f"“{part.name}” is a usual name for it.")
    return None


def suggest_terms(wanted: Iterable[str], terms: Iterable[Terms]) -> dict[str, Suggestion]:
    """Return for each name in `wanted`, folded, the terms of the same name in QuickBooks."""
    by_name = {fold(each.name): each for each in terms if each.active}
    return {
        fold(name): Suggestion(by_name[fold(name)].list_id, "Same name in QuickBooks.")
        for name in wanted
        if fold(name) in by_name
    }
