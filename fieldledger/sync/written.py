"""Send only what has changed here: what was written last is told from fingerprints of it.

A change that named every field would undo what people have done in QuickBooks to fields that nobody
touched here. So each record keeps a short fingerprint of each thing that QuickBooks took last, not
the thing itself, and a change names only what is another since. What was never confirmed is taken
for another. A payment is small and goes whole: of it only that it was confirmed is kept.

Some fields go together, for QuickBooks works one out from the other: an invoice's date, terms and
due date; its tax and its lines. With another customer QuickBooks fills in that customer's own
defaults, so then everything is named.
"""

import binascii
from collections.abc import Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from hashlib import blake2b
from operator import attrgetter
from typing import Any, Final

from fieldledger.qbxml import objects

LENGTH: Final = 8  # Characters of a fingerprint: 48 bits.
_BYTES: Final = 6  # The same in bytes.
WHOLE: Final = "whole"  # Kept of a payment, which goes whole: QuickBooks took what we wrote last.
_UNKNOWN: Final = "?" * LENGTH
_CUSTOMER: Final = (
    ("name",),
    ("is_active",),
    ("company_name",),
    ("first_name",),
    ("last_name",),
    ("bill_address",),
    ("ship_address",),
    ("phone",),
    ("email",),
    ("notes",),
)
_CUSTOMER_SAYS: Final = attrgetter(*(name for (name,) in _CUSTOMER))
_ITEM: Final = (("name",), ("is_active",), ("sales_tax_code_ref",))
_INVOICE: Final = (
    ("customer_ref",),
    ("ref_number",),
    ("txn_date", "terms_ref", "due_date"),
    ("bill_address",),
    ("memo",),
    ("item_sales_tax_ref", "customer_sales_tax_code_ref", "invoice_line_mod"),
)
_CREDIT: Final = (
    ("customer_ref",),
    ("ref_number",),
    ("txn_date",),
    ("bill_address",),
    ("memo",),
    ("item_sales_tax_ref", "customer_sales_tax_code_ref", "credit_memo_line_mod"),
)
# The lines of a Mod, by the field of an Add that has them.
_LINES: Final = {
    "invoice_line_mod": "invoice_line_add",
    "credit_memo_line_mod": "credit_memo_line_add",
}
_LINE: Final = ("item_ref", "desc", "quantity", "rate", "amount", "sales_tax_code_ref")
_SALES: Final = (objects.InvoiceMod, objects.CreditMemoMod)
_SIDES: Final = (
    "sales_or_purchase",
    "sales_or_purchase_mod",
    "sales_and_purchase",
    "sales_and_purchase_mod",
)


@dataclass(frozen=True, slots=True)
class _Part:
    """Fields that go together, and what they say; those of an item's side are named with it."""

    names: tuple[str, ...]
    says: Any


def fingerprints(body: object) -> str:
    """Return the fingerprints of what an Add or a whole Mod says; "" where none are kept."""
    if isinstance(body, objects.CustomerAdd | objects.CustomerMod):
        # Each field by itself, and thousands of them in a first sync: without the parts' names.
        return _text([_digest_of_one(each) for each in _CUSTOMER_SAYS(body)])
    return _text([_digest(each.says) for each in _parts(body)])


def is_unchanged(body: object, written: str) -> bool:
    """Whether a Mod says nothing but what was written last."""
    return bool(written) and fingerprints(body) == written


def leave_unchanged(body: Any, written: str) -> Any:
    """Return a Mod without what was written last and has not changed here since.

    `written` is what `fingerprints` or `still_certain` gave then; "" leaves the Mod as it is.
    """
    parts = _parts(body)
    now = [_text([_digest(each.says)]) for each in parts]
    before = _cut(written)
    if len(before) != len(now):
        return body
    if isinstance(body, _SALES) and before[0] != now[0]:
        return body
    for part, old, new in zip(parts, before, now, strict=True):
        if old == new:
            body = _without(body, part.names)
    if isinstance(body, _SALES):
        return replace(body, is_to_be_printed=None)
    return _without_empty_side(body)


def still_certain(written: str, sent: str) -> str:
    """Return what is known of QuickBooks' record while a change to it is not confirmed."""
    before, now = _cut(written), _cut(sent)
    if len(before) != len(now):
        return ""
    return "".join(old if old == new else _UNKNOWN for old, new in zip(before, now, strict=True))


def _parts(body: object) -> list[_Part]:
    match body:
        case objects.CustomerAdd() | objects.CustomerMod():
            return _plain(body, _CUSTOMER)
        case objects.InvoiceAdd() | objects.InvoiceMod():
            return _plain(body, _INVOICE)
        case objects.CreditMemoAdd() | objects.CreditMemoMod():
            return _plain(body, _CREDIT)
        case objects.ItemInventoryMod():
            return [*_plain(body, _ITEM), *_plain(body, (("sales_desc",), ("sales_price",)))]
        case (
            objects.ItemServiceAdd()
            | objects.ItemServiceMod()
            | objects.ItemNonInventoryAdd()
            | objects.ItemNonInventoryMod()
        ):
            return [*_plain(body, _ITEM), *_of_side(body)]
        case _:
            return []


def _plain(body: object, groups: Sequence[tuple[str, ...]]) -> list[_Part]:
    return [_Part(names, [_said(body, each) for each in names]) for names in groups]


def _of_side(body: object) -> list[_Part]:
    for name in _SIDES:
        side = getattr(body, name, None)
        if side is not None:
            found = ("desc", "price") if hasattr(side, "desc") else ("sales_desc", "sales_price")
            return [_Part((name, each), [_value(getattr(side, each))]) for each in found]
    return []


def _said(body: object, name: str) -> Any:
    if name in _LINES:
        lines: Sequence[Any] = getattr(body, name, ()) or getattr(body, _LINES[name], ())
        return [[_value(getattr(line, each)) for each in _LINE] for line in lines]
    return _value(getattr(body, name))


def _value(value: Any) -> Any:
    """Return a value in a form in which saying nothing and emptying are alike."""
    if value is None or value == "":
        return ""
    names = _names_of(value.__class__)
    if not names:
        return value
    inside = [_value(getattr(value, each)) for each in names]
    return inside if any(inside) else ""


@cache
def _names_of(kind: type) -> tuple[str, ...]:
    """Return what an object of several values holds; nothing for one plain value."""
    return tuple(each.name for each in fields(kind)) if is_dataclass(kind) else ()


def _digest(says: Any) -> bytes:
    return blake2b(repr(says).encode(), digest_size=_BYTES).digest()


_NOTHING: Final = _digest([""])


def _digest_of_one(value: Any) -> bytes:
    """Return the digest of a field that goes with no other."""
    if value is None or value == "":
        return _NOTHING
    return _digest([value if value.__class__ is str else _value(value)])


def _text(digests: Sequence[bytes]) -> str:
    # Six bytes are eight characters and leave nothing over: so all can be put into words at once.
    return binascii.b2a_base64(b"".join(digests), newline=False).decode()


def _cut(written: str) -> list[str]:
    return [written[at : at + LENGTH] for at in range(0, len(written), LENGTH)]


def _without(body: Any, names: tuple[str, ...]) -> Any:
    if names[0] in _SIDES:
        side, name = names
        return replace(body, **{side: replace(getattr(body, side), **{name: None})})
    empty: dict[str, Any] = {each: () if each in _LINES else None for each in names}
    return replace(body, **empty)


def _without_empty_side(body: Any) -> Any:
    for name in _SIDES:
        side = getattr(body, name, None)
        if side is not None and not any(
            getattr(side, each.name) is not None for each in fields(side)
        ):
            return replace(body, **{name: None})
    return body
