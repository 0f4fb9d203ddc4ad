"""The line editor's form: reading what was typed, filling a line from its item, adding it up."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.http import QueryDict

from fieldledger.accounts.models import Business
from fieldledger.office.fields import Wrong, guid, number
from fieldledger.office.models import Invoice, InvoiceLine, Item, LineKind, TaxRate
from fieldledger.office.money import ZERO, Totals, line_amount, totals_of
from fieldledger.office.services.items import RATE_MAX, RATE_PLACES
from fieldledger.website.templatetags.fieldledger import plain_price, quantity

_NAME: Final = re.compile(r"lines\.(\d{1,3})\.quantity")
LINES_AT_FIRST: Final = 1
_NO_SUCH_ITEM: Final = (
    "There is no item called {}. Choose one from the list, or leave this empty and write a"
    " description."
)
_read_number = number("", places=RATE_PLACES, least=-RATE_MAX, most=RATE_MAX)


@dataclass(slots=True, kw_only=True)
class TypedLine:
    """A line as typed; `filled` names the item that last filled it. A tip or fee has no item."""

    kind: LineKind = LineKind.WORK
    item: str = ""
    description: str = ""
    quantity: str = "1"
    unit_price: str = ""
    taxable: bool = True
    filled: str = ""
    found: Item | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was typed: a line left over at the end is no mistake."""
        if self.is_extra:
            return not self.unit_price.strip()
        return not (self.item.strip() or self.description.strip() or self.unit_price.strip())

    @property
    def is_extra(self) -> bool:
        """Whether it is a tip or a fee."""
        return self.kind != LineKind.WORK

    @property
    def amount(self) -> Decimal | None:
        """What the line comes to; None while a number cannot be read."""
        try:
            count, each = _read_number(self.quantity), _read_number(self.unit_price)
        except Wrong:
            return None
        assert isinstance(count, Decimal)
        assert isinstance(each, Decimal)
        return line_amount(count, each)

    @property
    def wants_filling(self) -> bool:
        """Whether an item was chosen since the line was filled last."""
        return self.found is not None and self.filled.casefold() != self.found.name_folded

    def fill(self) -> None:
        """Take description, price and tax from the item."""
        item = self.found
        assert item is not None
        self.item = self.filled = item.name
        self.description, self.taxable = item.description, item.taxable
        self.unit_price = plain_price(item.price)

    def values(self) -> dict[str, Any]:
        """Return the line for a service; what was never filled is the item's own."""
        unfilled = self.wants_filling
        return {
            "kind": self.kind,
            "item": str(self.found.guid) if self.found else None,
            "description": None if unfilled and not self.description else self.description,
            "quantity": self.quantity,
            "unit_price": None if unfilled and not self.unit_price.strip() else self.unit_price,
            "taxable": self.taxable,
        }


def typed_lines(post: QueryDict, business: Business) -> list[TypedLine]:
    """Return the lines of a form, in the order of their numbers, their items found by name."""
    numbers = sorted({int(found[1]) for name in post if (found := _NAME.fullmatch(name))})
    lines = [
        TypedLine(
            kind=_kind(post.get(f"lines.{index}.kind", "")),
            item=post.get(f"lines.{index}.item", ""),
            description=post.get(f"lines.{index}.description", ""),
            quantity=post.get(f"lines.{index}.quantity", ""),
            unit_price=post.get(f"lines.{index}.unit_price", ""),
            taxable=f"lines.{index}.taxable" in post,
            filled=post.get(f"lines.{index}.filled", ""),
        )
        for index in numbers
    ]
    find_items(lines, business)
    return lines


def _kind(text: str) -> LineKind:
    return LineKind(text) if text in LineKind.values else LineKind.WORK


def new_line(kind: str) -> TypedLine:
    """Return the line that a button adds: "line", "tip" or "fee"."""
    words = {"tip": "Tip", "fee": "Service fee"}.get(kind, "")
    return TypedLine(kind=_kind(kind), description=words, taxable=not words)


def find_items(lines: list[TypedLine], business: Business) -> None:
    """Find the items that lines name; items' names are unique, whatever their case."""
    wanted = {line.item.strip().casefold() for line in lines if line.item.strip()}
    items = Item.objects.filter(business=business, name_folded__in=wanted)
    found = {item.name_folded: item for item in items}
    for line in lines:
        line.found = found.get(line.item.strip().casefold())


def lines_as_typed(rows: list[InvoiceLine]) -> list[TypedLine]:
    """Return an invoice's lines as they would have been typed, tips and fees last."""
    return [
        TypedLine(
            kind=_kind(row.kind),
            item=row.item.name if row.item else "",
            description=row.description,
            quantity=quantity(row.quantity),
            unit_price=plain_price(row.unit_price),
            taxable=row.taxable,
            filled=row.item.name if row.item else "",
            found=row.item,
        )
        for row in sorted(rows, key=lambda each: each.kind != LineKind.WORK)
    ]


def totals(lines: list[TypedLine], rate: TaxRate | None, discount: str) -> Totals:
    """Return what the lines that can be read come to so far, less the discount as typed."""
    work: list[tuple[Decimal, bool]] = []
    extras: list[tuple[Decimal, bool]] = []
    for line in lines:
        if line.amount is not None:
            (extras if line.is_extra else work).append((line.amount, line.taxable))
    off, percent = _discount(discount)
    return totals_of(
        work,
        rate.percent if rate else None,
        discount=off,
        discount_percent=percent,
        extras=extras,
    )


def discount_values(typed: str) -> dict[str, str]:
    """Return a discount as typed, "25.00" or "10 %", for a service."""
    text = typed.strip()
    if text.endswith("%"):
        return {"discount_percent": text.removesuffix("%") or text}
    return {"discount": text}


def discount_as_typed(invoice: Invoice) -> str:
    """Return an invoice's discount as it would have been typed."""
    if invoice.discount_percent is not None:
        return f"{quantity(invoice.discount_percent)} %"
    return plain_price(invoice.discount) if invoice.discount else ""


def _discount(typed: str) -> tuple[Decimal, Decimal | None]:
    """Return amount and percentage; nothing while they cannot be read."""
    text = typed.strip()
    try:
        figure = _read_number(text.removesuffix("%")) if text else ZERO
    except Wrong:
        figure = ZERO
    assert isinstance(figure, Decimal)
    if figure < 0:
        return ZERO, None
    return (ZERO, figure) if text.endswith("%") else (line_amount(Decimal(1), figure), None)


def rate_of(text: str, business: Business) -> TaxRate | None:
    """Return the tax rate with this id."""
    found = guid(text)
    return TaxRate.objects.filter(business=business, guid=found).first() if found else None


def unknown_items(lines: list[TypedLine]) -> dict[str, list[str]]:
    """Return a sentence for each line that names an item there is none of."""
    return {
        f"lines.{index}.item": [_NO_SUCH_ITEM.format(line.item.strip())]
        for index, line in enumerate(lines)
        if line.item.strip() and line.found is None
    }


def spread_errors(lines: list[TypedLine], errors: Mapping[str, list[str]]) -> None:
    """Give each line the sentences about it."""
    for name, sentences in errors.items():
        parts = name.split(".")
        if len(parts) == 3 and parts[0] == "lines" and int(parts[1]) < len(lines):
            lines[int(parts[1])].errors[parts[2]] = sentences
