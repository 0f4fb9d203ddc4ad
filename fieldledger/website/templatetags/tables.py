"""How the cells and scales of reports are written."""

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django import template
from django.contrib.humanize.templatetags.humanize import intcomma

from fieldledger.website.reports import Cell, Column, Row
from fieldledger.website.templatetags.fieldledger import day, money

register = template.Library()


@register.filter
def beside(row: Row, columns: Sequence[Column]) -> Iterator[tuple[Column, Cell]]:
    """Return each column with the row's cell in it."""
    return zip(columns, row.cells, strict=True)


@register.filter
def at(sequence: Sequence[Any], place: int) -> Any:
    """Return what stands at a place, counted from 0."""
    return sequence[place]


@register.filter
def cell(value: Cell, kind: str) -> str:
    """Return a cell as a page shows it."""
    if kind == "money" and isinstance(value, Decimal):
        return money(value)
    if isinstance(value, dt.date):
        return day(value)
    return str(intcomma(value)) if isinstance(value, int) else str(value)


@register.filter
def is_negative(value: Cell) -> bool:
    """Whether a cell is an amount below zero."""
    return isinstance(value, Decimal) and value < 0


@register.filter
def money_short(amount: Decimal) -> str:
    """Return a round amount as a scale has it: money_short(Decimal(25000)) == "$25k"."""
    sign, size = ("−" if amount < 0 else ""), abs(amount)
    for unit, name in ((Decimal(1_000_000), "M"), (Decimal(1_000), "k")):
        if size >= unit:
            return f"{sign}${(size / unit).normalize():f}{name}"
    return f"{sign}${size.normalize():f}"
