"""Reports as a PDF: their charts and tables, one below the other, with the sums of the pages."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from fpdf.enums import Align, TableBordersLayout
from fpdf.fonts import FontFace

from fieldledger.website.chart_pdf import chart_height, draw_chart
from fieldledger.website.pdf import FONT, Paper
from fieldledger.website.reports import Cell, Column, Table
from fieldledger.website.templatetags.fieldledger import day, money

_WIDTHS: Final = {"text": 30, "day": 16, "money": 17, "number": 12}
_PORTRAIT_COLUMNS: Final = 6  # More need the long side of the paper.


def tables_pdf(
    title: str, subtitle: Sequence[str], tables: Sequence[Table], *, business: str, at: dt.datetime
) -> bytes:
    """Return tables as a PDF; the same tables at the same time give the same bytes."""
    is_wide = any(len(each.columns) > _PORTRAIT_COLUMNS for each in tables)
    paper = Paper(title=title, author=business, at=at, is_landscape=is_wide)
    paper.add_page()
    paper.say(title, size=16, bold=True)
    for line in (business, *subtitle):
        paper.say(line, soft=True)
    for table in tables:
        paper.ln(6)
        if table.chart is not None and paper.will_page_break(chart_height(paper, table.chart) + 8):
            paper.add_page()
        if table.title != title:
            paper.say(table.title, size=12, bold=True)
        if table.chart is not None:
            draw_chart(paper, table.chart)
        if table.rows:
            _draw(paper, table)
        else:
            paper.say(table.empty, soft=True)
        for note in table.notes:
            paper.say(note, size=8, soft=True)
    paper.note_missing()
    return bytes(paper.output())


def _draw(paper: Paper, table: Table) -> None:
    paper.set_font(FONT, size=9)
    with paper.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=[_WIDTHS[each.kind] for each in table.columns],
        headings_style=FontFace(emphasis="B"),
        line_height=5,
        padding=0.8,
        text_align=[Align.R if each.is_number else Align.L for each in table.columns],
    ) as drawn:
        drawn.row([paper.printable(each.title) for each in table.columns])
        for row in table.rows:
            drawn.row(_cells(paper, row.cells, table.columns))
        if table.has_sums:
            sums = _cells(paper, table.sums, table.columns)
            drawn.row(sums, style=FontFace(emphasis="B"))


def _cells(paper: Paper, cells: Sequence[Cell], columns: Sequence[Column]) -> list[str]:
    return [
        paper.printable(_written(cell, column)) for cell, column in zip(cells, columns, strict=True)
    ]


def _written(cell: Cell, column: Column) -> str:
    if isinstance(cell, Decimal):
        return money(cell)
    if isinstance(cell, dt.date):
        return day(cell)
    return f"{cell:,}" if isinstance(cell, int) and column.kind == "number" else str(cell)
