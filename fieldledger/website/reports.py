"""A report as pages, spreadsheets and paper show it: columns, rows, sums, a chart above them."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Final

from fieldledger.office.models import ZERO

Cell = str | int | Decimal | dt.date

BARS_MAX: Final = 24  # More would be too narrow to tell apart; the table has them all.
_LEFT: Final = 64
_WIDTH: Final = 720
_HEIGHT: Final = 180
_TOP: Final = 12
_FOOT: Final = 22
_TICKS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: text, a number, or money."""

    title: str
    kind: str = "money"  # Or "text", "number", "day".

    @property
    def is_number(self) -> bool:
        """Whether it stands to the right."""
        return self.kind in {"money", "number"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row; `url` is where its first cell leads."""

    cells: Sequence[Cell]
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One bar of a chart, where it is to be drawn."""

    title: str
    amount: Decimal
    x: float
    y: float
    width: float
    height: float
    words_x: float
    words: str  # Under the bar; "" where there is no room.
    has_room_on_phone: bool  # For the words, which are drawn larger there.


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars over a line of zero, with their scale."""

    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, Decimal]]
    base: float
    left: int = _LEFT
    width: int = _WIDTH
    height: int = _TOP + _HEIGHT + _FOOT

    @property
    def alternative(self) -> str:
        """What the chart says, in words."""
        return "; ".join(f"{each.title}: {each.amount:,.2f}" for each in self.bars)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table with a title of its own."""

    title: str
    columns: Sequence[Column]
    rows: Sequence[Row]
    has_sums: bool = True
    empty: str = "Nothing in this time."
    chart: Chart | None = None
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def sums(self) -> list[Cell]:
        """The last row: each column of numbers added up."""
        cells: list[Cell] = ["Total"]
        for place, column in enumerate(self.columns[1:], 1):
            if column.is_number:
                cells.append(_added([row.cells[place] for row in self.rows], column))
            else:
                cells.append("")
        return cells


def lines(tables: Sequence[Table]) -> Iterator[Sequence[str]]:
    """Yield the lines of a spreadsheet: each table under its title, a blank line between."""
    for place, table in enumerate(tables):
        if place:
            yield ()
        if len(tables) > 1:
            yield (table.title,)
        yield [column.title for column in table.columns]
        for row in table.rows:
            yield [_plain(cell) for cell in row.cells]
        if table.has_sums and table.rows:
            yield [_plain(cell) for cell in table.sums]


def bars(rows: Sequence[tuple[str, Decimal]], *, short: Sequence[str] = ()) -> Chart | None:
    """Return a chart of the first BARS_MAX rows; None where there is nothing to see.

    `short` are the words under the bars, where the titles are too long for it.
    """
    shown = rows[:BARS_MAX]
    if not any(amount for _, amount in shown):
        return None
    words = short[:BARS_MAX] if short else [title for title, _ in shown]
    most = max(*(amount for _, amount in shown), ZERO)
    least = min(*(amount for _, amount in shown), ZERO)
    step = _step((most - least) / _TICKS)
    top, bottom = _up(most, step), -_up(-least, step)
    scale = Decimal(_HEIGHT) / (top - bottom)
    base = _TOP + float(top * scale)
    room = (_WIDTH - _LEFT) / len(shown)
    width = min(room * 0.7, 56)
    every = _every(words, 7)
    every_on_phone = every * -(-_every(words, 14) // every)
    drawn = []
    for place, ((title, amount), word) in enumerate(zip(shown, words, strict=True)):
        height = float(abs(amount) * scale)
        middle = _LEFT + room * (place + 0.5)
        drawn.append(
            Bar(
                title=title,
                amount=amount,
                x=round(middle - width / 2, 1),
                y=round(base - height if amount > 0 else base, 1),
                width=round(width, 1),
                height=round(max(height, 1.0) if amount else 0.0, 1),
                words_x=round(middle, 1),
                words=word if place % every == 0 else "",
                has_room_on_phone=place % every_on_phone == 0,
            )
        )
    ticks = []
    at = bottom
    while at <= top:
        ticks.append((round(_TOP + float((top - at) * scale), 1), at))
        at += step
    return Chart(bars=drawn, ticks=ticks, base=round(base, 1))


def _every(words: Sequence[str], letter: int) -> int:
    """Return of how many words one has room under its bar, where a letter takes `letter` units."""
    return max(1, -(-max(map(len, words)) * letter * len(words) // (_WIDTH - _LEFT)))


def _step(rough: Decimal) -> Decimal:
    """Return the round number (1, 2 or 5 with zeros) next above `rough`."""
    size = Decimal(10) ** (rough.adjusted() if rough else 0)
    return next(size * each for each in (1, 2, 5, 10) if size * each >= rough)


def _up(amount: Decimal, step: Decimal) -> Decimal:
    return (amount / step).to_integral_value(ROUND_CEILING) * step if amount > 0 else ZERO


def _added(cells: Sequence[Cell], column: Column) -> Cell:
    if column.kind == "money":
        return sum((each for each in cells if isinstance(each, Decimal)), ZERO)
    return sum(each for each in cells if isinstance(each, int))


def _plain(cell: Cell) -> str:
    return f"{cell:.2f}" if isinstance(cell, Decimal) else str(cell)
