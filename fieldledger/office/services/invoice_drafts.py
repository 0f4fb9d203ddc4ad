"""Reading an invoice on its way in: its fields, what it refers to, its lines, its totals."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from fieldledger.accounts.models import Business
from fieldledger.office.fields import (
    Reader,
    Values,
    choice,
    day,
    flag,
    number,
    optional_text,
    read_values,
    text,
)
from fieldledger.office.models import (
    EXTERNAL_ID_LENGTH_MAX,
    LONG_TEXT_LENGTH_MAX,
    NUMBER_LENGTH_MAX,
    TERMS_LENGTH_MAX,
    Client,
    CreditLine,
    Invoice,
    InvoiceLine,
    Item,
    LineKind,
    TaxRate,
)
from fieldledger.office.money import MONEY_MAX, ZERO, Totals, line_amount, totals_of
from fieldledger.office.services.items import RATE_MAX, RATE_PLACES
from fieldledger.office.services.records import BULK_MAX, Draft
from fieldledger.office.services.references import References

LINES_MAX: Final = 500
_PERCENT_MAX: Final = Decimal(100)
_read_percent: Final = number(
    "The discount in percent", places=RATE_PLACES, least=Decimal(0), most=_PERCENT_MAX
)


def _optional_percent(value: object) -> object:
    is_nothing = value is None or (isinstance(value, str) and not value.strip())
    return None if is_nothing else _read_percent(value)


INVOICE_READERS: Final[dict[str, Reader]] = {
    "number": text("The invoice number", NUMBER_LENGTH_MAX),
    "date": day("The date"),
    "due_date": day("The due date", required=False),
    "terms": text("The terms", TERMS_LENGTH_MAX),
    "memo": text("The memo", LONG_TEXT_LENGTH_MAX, lines=True),
    "discount": number("The discount", places=2, least=Decimal(0), most=MONEY_MAX, required=False),
    "discount_percent": _optional_percent,
    "external_id": optional_text("The external id", EXTERNAL_ID_LENGTH_MAX),
}
_NAMING: Final = frozenset({"client", "tax_rate", "lines"})


def _line_readers(position: int) -> dict[str, Reader]:
    line = f"Line {position}: the"
    return {
        "description": text(f"{line} description", LONG_TEXT_LENGTH_MAX, lines=True),
        "quantity": number(f"{line} quantity", places=RATE_PLACES, least=-RATE_MAX, most=RATE_MAX),
        "unit_price": number(f"{line} price", places=RATE_PLACES, least=-RATE_MAX, most=RATE_MAX),
        "taxable": flag(f"{line} mark Taxable"),
        "kind": choice(f"{line} kind", LineKind.values),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class LineDraft:
    """A line as it will be saved."""

    item: Item | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    taxable: bool
    amount: Decimal
    kind: LineKind = LineKind.WORK

    def says(self, line: InvoiceLine | CreditLine) -> bool:
        """Return whether `line` already says this."""
        return (
            (self.item.pk if self.item else None) == line.item_id
            and self.description == line.description
            and self.quantity == line.quantity
            and self.unit_price == line.unit_price
            and self.taxable == line.taxable
            and self.kind == (line.kind if isinstance(line, InvoiceLine) else LineKind.WORK)
        )

    def row(self, invoice_id: int, position: int) -> InvoiceLine:
        """Return the row to save; positions start at 1."""
        return InvoiceLine(
            invoice_id=invoice_id,
            position=position,
            kind=self.kind,
            item=self.item,
            description=self.description,
            quantity=self.quantity,
            unit_price=self.unit_price,
            taxable=self.taxable,
            amount=self.amount,
        )


Amounts = list[tuple[Decimal, bool]]  # And whether it is taxable.


def amounts_of(lines: Iterable[InvoiceLine | LineDraft]) -> tuple[Amounts, Amounts]:
    """Return the amounts of the lines of work, and of tips and fees."""
    work: Amounts = []
    extras: Amounts = []
    for line in lines:
        (work if line.kind == LineKind.WORK else extras).append((line.amount, line.taxable))
    return work, extras


@dataclass(slots=True)
class InvoiceDraft(Draft):
    """An invoice on its way in; `lines` is None where they were not named."""

    lines: list[LineDraft] | None = field(default=None)

    def totals(
        self,
        lines: Sequence[tuple[Decimal, bool]],
        rate: TaxRate | None,
        before: Invoice | None = None,
        *,
        extras: Sequence[tuple[Decimal, bool]] = (),
    ) -> Totals:
        """Return what the invoice comes to; refuse it where that cannot be.

        `before` is the invoice that is changed: what is not named stays as it is there.
        """
        discount, discount_percent = self._discount(before)
        totals = totals_of(
            lines,
            rate.percent if rate else None,
            discount=discount,
            discount_percent=discount_percent,
            extras=extras,
        )
        if any(name.startswith("lines") for name in self.errors):
            return totals  # Of some lines only: nothing to say about it.
        if totals.discount > max(totals.lines, ZERO):
            self.refuse(
                "discount",
                f"The discount is {totals.discount:,}; the lines come to {totals.lines:,} only.",
            )
        elif totals.total < 0:
            self.refuse(
                "lines",
                f"The total would be {totals.total:,}; it cannot be less than nothing.",
            )
        if max(map(abs, (totals.subtotal, totals.tax, totals.total))) > MONEY_MAX:
            self.refuse("lines", f"The total would be more than {MONEY_MAX:,}.")
        return totals

    def _discount(self, before: Invoice | None) -> tuple[Decimal, Decimal | None]:
        """Return the discount as an amount, and in percent where that is how it was given."""
        kept = before.discount if before and before.discount_percent is None else ZERO
        amount = self.values.get("discount", kept)
        percent = self.values.get(
            "discount_percent", before.discount_percent if before is not None else None
        )
        assert isinstance(amount, Decimal)
        return amount, percent if isinstance(percent, Decimal) else None


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What invoices refer to, found in three statements for all of them."""

    clients: References[Client]
    items: References[Item]
    tax_rates: References[TaxRate]
    # Primary keys that an invoice already refers to: archived since, they may stay on it.
    client_before: int | None = None
    items_before: Collection[int] = ()


def surroundings_of(
    business: Business,
    many: Sequence[Values],
    *,
    client_before: int | None = None,
    items_before: Collection[int] = (),
) -> Surroundings:
    """Find all that `many` refer to."""
    lines = [line for values in many for line in _mappings(values.get("lines")) or ()]
    return Surroundings(
        References(Client, business, [each.get("client") for each in many]),
        References(Item, business, [each.get("item") for each in lines]),
        References(TaxRate, business, [each.get("tax_rate") for each in many]),
        client_before,
        items_before,
    )


def read_invoice_drafts(business: Business, many: Sequence[Values]) -> list[InvoiceDraft]:
    """Return a draft of a new invoice for each of `many`.

    :raises ValueError: if there are more than BULK_MAX.
    """
    if len(many) > BULK_MAX:
        raise ValueError(f"at most {BULK_MAX} records a call, not {len(many)}")
    missing = dict.fromkeys(("client", "date", "lines"))
    around = surroundings_of(business, many)
    return [read_invoice_draft(missing | dict(values), around) for values in many]


def read_invoice_draft(
    values: Values, around: Surroundings, readers: Mapping[str, Reader] = INVOICE_READERS
) -> InvoiceDraft:
    """Return a draft of what `values` name; `readers` read what is neither named nor a line."""
    draft = InvoiceDraft({})
    own = {name: value for name, value in values.items() if name not in _NAMING}
    draft.values.update(read_values(readers, own, draft.errors))
    # A percentage decides; an amount alone takes the place of a percentage.
    if draft.values.get("discount_percent") is not None:
        draft.values.pop("discount", None)
    elif "discount" in draft.values:
        draft.values["discount_percent"] = None
    if "client" in values:
        _read_client(values["client"], around, draft)
    if "tax_rate" in values:
        _read_tax_rate(values["tax_rate"], around, draft)
    if "lines" in values:
        draft.lines = _read_lines(values["lines"], around, draft)
    return draft


def _read_client(value: object, around: Surroundings, draft: InvoiceDraft) -> None:
    client = around.clients.find(value)
    if value is None or value == "":
        draft.refuse("client", "The client is missing.")
    elif client is None:
        draft.refuse("client", "There is no client with this id.")
    elif client.archived and client.pk != around.client_before:
        draft.refuse("client", f"The client {client.name} is archived; bring it back first.")
    else:
        draft.values["client"] = client


def _read_tax_rate(value: object, around: Surroundings, draft: InvoiceDraft) -> None:
    rate = around.tax_rates.find(value)
    if value is not None and value != "" and rate is None:
        draft.refuse("tax_rate", "There is no tax rate with this id.")
    else:
        draft.values["tax_rate"] = rate


def _read_lines(value: object, around: Surroundings, draft: InvoiceDraft) -> list[LineDraft]:
    lines = _mappings(value)
    if lines is None:
        draft.refuse("lines", "The lines must be a list, each with the names of its fields.")
    elif not lines:
        draft.refuse("lines", "An invoice needs at least one line.")
    elif len(lines) > LINES_MAX:
        draft.refuse("lines", f"An invoice has at most {LINES_MAX} lines; this has {len(lines)}.")
    else:
        read = [_read_line(index, line, around, draft) for index, line in enumerate(lines)]
        return [each for each in read if each is not None]
    return []


def _read_line(
    index: int, values: Values, around: Surroundings, draft: InvoiceDraft
) -> LineDraft | None:
    position, prefix = index + 1, f"lines.{index}."
    errors_before = len(draft.errors)
    named = values.get("item")
    item = around.items.find(named)
    if named is not None and named != "" and item is None:
        draft.refuse(f"{prefix}item", f"Line {position}: there is no item with this id.")
        return None
    if item is not None and item.archived and item.pk not in around.items_before:
        draft.refuse(
            f"{prefix}item",
            f"Line {position}: the item {item.name} is archived; bring it back first.",
        )
    # The amount follows from the rest; a line given as it was answered may hold it.
    given = {
        name: value
        for name, value in values.items()
        if name not in {"item", "amount"} and value is not None
    }
    words = _EXTRAS.get(str(given.get("kind")))
    taken = (_extra_defaults(words) if words else _defaults(item)) | given
    if words and not taken["description"]:
        taken["description"] = words
    read = read_values(_line_readers(position), taken, draft.errors, prefix=prefix)
    if item is None and not read.get("description") and len(draft.errors) == errors_before:
        draft.refuse(f"{prefix}item", f"Line {position}: name an item or write a description.")
    kind = LineKind(str(read.get("kind", LineKind.WORK)))
    if kind in _EXTRAS:
        _check_extra(draft, f"Line {position}: a {kind}", prefix, item, read)
    if len(draft.errors) > errors_before:
        return None
    quantity, unit_price = Decimal(str(read["quantity"])), Decimal(str(read["unit_price"]))
    amount = line_amount(quantity, unit_price)
    if abs(amount) > MONEY_MAX:
        draft.refuse(
            f"{prefix}quantity", f"Line {position}: the amount would be beyond {MONEY_MAX:,}."
        )
        return None
    return LineDraft(
        item=item,
        description=str(read["description"]),
        quantity=quantity,
        unit_price=unit_price,
        taxable=bool(read["taxable"]),
        amount=amount,
        kind=kind,
    )


_EXTRAS: Final[Mapping[str, str]] = {LineKind.TIP: "Tip", LineKind.FEE: "Service fee"}


def _extra_defaults(words: str) -> dict[str, object]:
    """Return what a tip or fee says where it is not told: once, untaxed, by its name."""
    return {"description": words, "quantity": 1, "unit_price": None, "taxable": False}


def _check_extra(
    draft: InvoiceDraft, subject: str, prefix: str, item: Item | None, read: Values
) -> None:
    """Refuse a tip or fee that names an item, takes something off, or a tip that is taxed."""
    if item is not None:
        draft.refuse(
            f"{prefix}item",
            f"{subject} names no item; the mapping says which of QuickBooks' it goes under.",
        )
    if read["kind"] == LineKind.TIP and read.get("taxable"):
        draft.refuse(f"{prefix}taxable", f"{subject} is not taxed.")
    for name in ("quantity", "unit_price"):
        figure = read.get(name)
        if isinstance(figure, Decimal) and figure <= 0:
            draft.refuse(f"{prefix}{name}", f"{subject} must be more than nothing.")


def _defaults(item: Item | None) -> dict[str, object]:
    """Return what a line says where it is not told: once, and what the item says."""
    if item is None:
        return {"description": "", "quantity": 1, "unit_price": None, "taxable": True}
    return {
        "description": item.description,
        "quantity": 1,
        "unit_price": item.price,
        "taxable": item.taxable,
    }


def _mappings(value: object) -> list[Values] | None:
    """Return the lines that `value` holds, or None where it is no list of them."""
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        return None
    return None if any(not isinstance(each, Mapping) for each in value) else list(value)
