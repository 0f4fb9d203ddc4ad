"""An invoice as a PDF: what a client is sent, drawn here, with the letters of its font inside."""

import unicodedata
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, XPos, YPos
from fpdf.fonts import FontFace, TTFFont

from fieldledger.office.models import Invoice, InvoiceLine
from fieldledger.website.templatetags.fieldledger import day, money, price, quantity

_FILES: Final = Path(str(files("fontpkg_fira_sans"))) / "files"
_FONT: Final = "fira"
_MISSING: Final = "?"  # Stands for a character that the font has not; a note says which it is.
_MARGIN_MM: Final = 18.0
_WIDTH_MM: Final = 215.9 - 2 * _MARGIN_MM  # Letter, as offices in the United States print.
_HALF_MM: Final = _WIDTH_MM / 2
_AMOUNT_MM: Final = 32.0
_ROW_MM: Final = 6.0
_SOFT: Final = 95  # A grey that still has a contrast of 6:1 on white.
_LINES: Final = ("Item", "Quantity", "Price", "Amount")
_LINE_WIDTHS: Final = (52, 14, 17, 17)


def invoice_pdf(invoice: Invoice, lines: Sequence[InvoiceLine]) -> bytes:
    """Return the invoice as a PDF; the same invoice always gives the same bytes.

    `invoice` comes with business, client and tax rate, the lines with their items.
    """
    paper = _Paper(invoice)
    paper.add_page()
    _head(paper, invoice)
    _table(paper, lines, says_tax=invoice.tax_rate is not None)
    _totals(paper, invoice)
    if invoice.memo:
        paper.ln(8)
        paper.say(invoice.memo)
    paper.note_missing()
    return bytes(paper.output())


class _Paper(FPDF):
    """Pages with our font; what it cannot print is noted and never lost unseen."""

    def __init__(self, invoice: Invoice) -> None:
        super().__init__(format="letter")
        self.add_font(_FONT, fname=_FILES / "FiraSans-Regular.ttf")
        self.add_font(_FONT, style="B", fname=_FILES / "FiraSans-Bold.ttf")
        self.set_font(_FONT, size=10)
        self.set_margin(_MARGIN_MM)
        self.set_auto_page_break(auto=True, margin=_MARGIN_MM + 6)
        self.set_title(f"Invoice {invoice.number}")
        self.set_author(invoice.business.name)
        self.set_lang("en-US")
        self.set_creation_date(invoice.updated_at)
        self.missing: dict[str, None] = {}
        self.title_line = f"Invoice {invoice.number} · {invoice.business.name}"

    def printable(self, text: str) -> str:
        """Return the text with a mark for each character that the font has not."""
        font = self.fonts[_FONT]
        assert isinstance(font, TTFFont)
        shown = []
        for character in unicodedata.normalize("NFC", text):
            if character.isspace() or ord(character) in font.cmap:
                shown.append(character)
            else:
                self.missing.setdefault(character)
                shown.append(_MISSING)
        return "".join(shown)

    def say(
        self,
        text: str,
        *,
        width: float = _WIDTH_MM,
        size: float = 10,
        bold: bool = False,
        soft: bool = False,
        align: Align = Align.L,
    ) -> None:
        """Write a paragraph from where the pen is, and go to the line below it."""
        self.set_font(_FONT, style="B" if bold else "", size=size)
        self.set_text_color(_SOFT if soft else 0)
        self.multi_cell(
            width,
            size * 0.5,
            self.printable(text),
            align=align,
            new_x=XPos.LEFT,
            new_y=YPos.NEXT,
        )
        self.set_text_color(0)

    def note_missing(self) -> None:
        """Say which characters stand as marks, so that nobody takes the marks for the text."""
        if not self.missing:
            return
        names = ", ".join(
            f"U+{ord(each):04X} {unicodedata.name(each, 'without a name').lower()}"
            for each in self.missing
        )
        self.ln(8)
        self.say(
            f"A “{_MISSING}” may stand for a character that this font does not have: {names}.",
            size=8,
            soft=True,
        )

    def footer(self) -> None:
        """Number the pages."""
        self.set_y(-_MARGIN_MM)
        self.set_x(_MARGIN_MM)
        self.say(f"{self.title_line} · page {self.page_no()}", size=8, soft=True)


def _head(paper: _Paper, invoice: Invoice) -> None:
    top = paper.get_y()
    paper.say(invoice.business.name, width=_HALF_MM, size=16, bold=True)
    left_bottom = paper.get_y()
    paper.set_xy(_MARGIN_MM + _HALF_MM, top)
    paper.say(f"Invoice {invoice.number}", width=_HALF_MM, size=16, bold=True, align=Align.R)
    if invoice.voided:
        paper.say("Void", width=_HALF_MM, size=12, bold=True, align=Align.R)
    paper.set_xy(_MARGIN_MM, max(left_bottom, paper.get_y()) + 6)
    top = paper.get_y()
    paper.say("Bill to", width=_HALF_MM, size=8, soft=True)
    for text in _address(invoice):
        paper.say(text, width=_HALF_MM)
    left_bottom = paper.get_y()
    paper.set_xy(_MARGIN_MM + _HALF_MM, top)
    facts = [("Date", day(invoice.date)), ("Due", day(invoice.due_date)), ("Terms", invoice.terms)]
    for what, text in facts:
        if text:
            paper.say(f"{what}: {text}", width=_HALF_MM, align=Align.R)
    paper.set_xy(_MARGIN_MM, max(left_bottom, paper.get_y()) + 8)


def _address(invoice: Invoice) -> Iterator[str]:
    client = invoice.client
    town = ", ".join(each for each in (client.billing_city, client.billing_state) if each)
    town = f"{town} {client.billing_postal_code}".strip()
    yield client.name
    for text in (client.billing_line1, client.billing_line2, town, client.billing_country):
        if text:
            yield text


def _table(paper: _Paper, lines: Sequence[InvoiceLine], *, says_tax: bool) -> None:
    paper.set_font(_FONT, size=10)
    with paper.table(
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        col_widths=_LINE_WIDTHS,
        headings_style=FontFace(emphasis="B"),
        line_height=5.5,
        padding=1,
        text_align=(Align.L, Align.R, Align.R, Align.R),
    ) as table:
        table.row(_LINES)
        for line in lines:
            table.row(
                [
                    paper.printable(_what(line, says_tax=says_tax)),
                    quantity(line.quantity),
                    price(line.unit_price),
                    money(line.amount),
                ]
            )


def _what(line: InvoiceLine, *, says_tax: bool) -> str:
    name = line.item.name if line.item else ""
    parts = [name, line.description if line.description != name else ""]
    if says_tax and not line.taxable:
        parts.append("No tax")
    return "\n".join(each for each in parts if each)


def _totals(paper: _Paper, invoice: Invoice) -> None:
    rate, percent = invoice.tax_rate, invoice.discount_percent
    off = "Discount" if percent is None else f"Discount {quantity(percent)} %"
    rows = [("Lines", invoice.lines_total), (off, -invoice.discount)] if invoice.discount else []
    rows += [
        ("Subtotal", invoice.subtotal),
        (str(rate) if rate else "Tax", invoice.tax),
        ("Total", invoice.total),
    ]
    if invoice.paid:
        rows.append(("Paid", -invoice.paid))
    rows.append(("Balance due", invoice.balance))
    paper.ln(4)
    if paper.will_page_break(len(rows) * _ROW_MM):
        paper.add_page()
    for words, amount in rows:
        is_strong = words in {"Total", "Balance due"}
        top = paper.get_y()
        paper.say(words, width=_WIDTH_MM - _AMOUNT_MM, bold=is_strong, align=Align.R)
        bottom = paper.get_y()
        paper.set_xy(_MARGIN_MM + _WIDTH_MM - _AMOUNT_MM, top)
        paper.say(money(amount), width=_AMOUNT_MM, bold=is_strong, align=Align.R)
        paper.set_xy(_MARGIN_MM, bottom + 1)
