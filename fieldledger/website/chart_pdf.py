"""A report's chart on paper: the bars of the page, their scale and their words."""

from typing import Final

from fpdf.enums import RenderStyle

from fieldledger.website.pdf import FONT, Paper
from fieldledger.website.reports import Chart
from fieldledger.website.templatetags.tables import money_short

_WIDTH_MAX_MM: Final = 180.0  # On the long side of the paper it would be taller than a table.
_BAR: Final = (29, 122, 91)  # As --series-1 of the pages, on white.
_LINE: Final = 215
_AXIS: Final = 150
_WORDS: Final = 95
_SIZE: Final = 7  # Points.
_LINE_MM: Final = 0.15


def chart_height(paper: Paper, chart: Chart) -> float:
    """Return how tall a chart will be, in millimetres."""
    return chart.height * _scale(paper, chart)


def draw_chart(paper: Paper, chart: Chart) -> None:
    """Draw a chart from the left margin, where the pen is, and go below it."""
    scale, left, top = _scale(paper, chart), paper.l_margin, paper.get_y() + 1
    begin, end = left + chart.left * scale, left + chart.width * scale
    with paper.local_context(line_width=_LINE_MM, draw_color=_LINE, fill_color=_BAR):
        paper.set_font(FONT, size=_SIZE)
        paper.set_text_color(_WORDS)
        for y, amount in chart.ticks:
            paper.line(begin, top + y * scale, end, top + y * scale)
            words = money_short(amount)
            paper.text(begin - 2 - paper.get_string_width(words), top + y * scale + 0.9, words)
        for bar in chart.bars:
            if bar.height:
                x, y = left + bar.x * scale, top + bar.y * scale
                paper.rect(x, y, bar.width * scale, bar.height * scale, style=RenderStyle.F)
            if bar.words:
                words = paper.printable(bar.words)
                middle = left + bar.words_x * scale - paper.get_string_width(words) / 2
                paper.text(middle, top + (chart.height - 6) * scale, words)
        paper.set_draw_color(_AXIS)
        paper.line(begin, top + chart.base * scale, end, top + chart.base * scale)
    paper.set_y(top + chart.height * scale + 2)


def _scale(paper: Paper, chart: Chart) -> float:
    """Return how many millimetres a unit of the chart is."""
    return min(paper.epw, _WIDTH_MAX_MM) / chart.width
