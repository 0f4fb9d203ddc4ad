"""An invoice as a PDF: what a client is sent, drawn here, with the letters of its font inside."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from fpdf.enums import Align, MethodReturnValue, TableBordersLayout
from fpdf.fonts import FontFace

from fieldledger.office.models import Invoice, InvoiceLine, LineKind
from fieldledger.website.pdf import FONT, MARGIN_MM, Paper
from fieldledger.website.templatetags.fieldledger import day, money, price, quantity

_WIDTH_MM: Final = 215.9 - 2 * MARGIN_MM
_HALF_MM: Final = _WIDTH_MM / 2
_AMOUNT_MM: Final = 32.0
_ROW_MM: Final = 6.0
_LINES: Final = ("Item", "Quantity", "Price", "Amount")
_LINE_WIDTHS: Final = (52, 14, 17, 17)
_WHAT_MM: Final = _WIDTH_MM * _LINE_WIDTHS[0] / sum(_LINE_WIDTHS)
# A row stays on one page, of some forty such lines; a longer text goes on in rows of its own.
_ROW_LINES_MAX: Final = 20


def invoice_pdf(invoice: Invoice, lines: Sequence[InvoiceLine]) -> bytes:
    """Return the invoice as a PDF; the same invoice always gives the same bytes.

    `invoice` comes with business, client and tax rate, the lines with their items.
    """
    paper = Paper(
        title=f"Invoice {invoice.number}", author=invoice.business.name, at=invoice.updated_at
    )
    paper.add_page()
    _head(paper, invoice)
    work = [each for each in lines if each.kind == LineKind.WORK]
    if work:
        _table(paper, work, says_tax=invoice.tax_rate is not None)
    _totals(paper, invoice, [each for each in lines if each.kind != LineKind.WORK])
    if invoice.memo:
        paper.ln(8)
        paper.say(invoice.memo)
    paper.note_missing()
    return bytes(paper.output())


def _head(paper: Paper, invoice: Invoice) -> None:
    top = paper.get_y()
    paper.say(invoice.business.name, width=_HALF_MM, size=16, bold=True)
    left_bottom = paper.get_y()
    paper.set_xy(MARGIN_MM + _HALF_MM, top)
    paper.say(f"Invoice {invoice.number}", width=_HALF_MM, size=16, bold=True, align=Align.R)
    if invoice.voided:
        paper.say("Void", width=_HALF_MM, size=12, bold=True, align=Align.R)
    paper.set_xy(MARGIN_MM, max(left_bottom, paper.get_y()) + 6)
    top = paper.get_y()
    paper.say("Bill to", width=_HALF_MM, size=8, soft=True)
    for text in _address(invoice):
        paper.say(text, width=_HALF_MM)
    left_bottom = paper.get_y()
    paper.set_xy(MARGIN_MM + _HALF_MM, top)
    facts = [("Date", day(invoice.date)), ("Due", day(invoice.due_date)), ("Terms", invoice.terms)]
    for what, text in facts:
        if text:
            paper.say(f"{what}: {text}", width=_HALF_MM, align=Align.R)
    paper.set_xy(MARGIN_MM, max(left_bottom, paper.get_y()) + 8)


def _address(invoice: Invoice) -> Iterator[str]:
    client = invoice.client
    town = ", ".join(each for each in (client.billing_city, client.billing_state) if each)
    town = f"{town} {client.billing_postal_code}".strip()
    yield client.name
    for text in (client.billing_line1, client.billing_line2, town, client.billing_country):
        if text:
            yield text


def _table(paper: Paper, lines: Sequence[InvoiceLine], *, says_tax: bool) -> None:
    paper.set_font(FONT, size=10)
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
            what, *rest = _parts(paper, _what(line, says_tax=says_tax))
            figures = quantity(line.quantity), price(line.unit_price), money(line.amount)
            table.row([what, *figures])
            for part in rest:
                table.row([part, "", "", ""])


def _parts(paper: Paper, text: str) -> list[str]:
    """Return a text as the table prints it, in parts of which each fits into a row."""
    rows: Any = paper.multi_cell(  # Of many results that fpdf2 gives, the one asked for.
        _WHAT_MM - 2, 5.5, paper.printable(text), dry_run=True, output=MethodReturnValue.LINES
    )
    starts = range(0, max(len(rows), 1), _ROW_LINES_MAX)
    return ["\n".join(rows[n : n + _ROW_LINES_MAX]) for n in starts]


def _what(line: InvoiceLine, *, says_tax: bool) -> str:
    name = line.item.name if line.item else ""
    parts = [name, line.description if line.description != name else ""]
    if says_tax and not line.taxable:
        parts.append("No tax")
    return "\n".join(each for each in parts if each)


def _totals(paper: Paper, invoice: Invoice, extras: Sequence[InvoiceLine]) -> None:
    rate, percent = invoice.tax_rate, invoice.discount_percent
    off = "Discount" if percent is None else f"Discount {quantity(percent)} %"
    rows = [("Lines", invoice.lines_total), (off, -invoice.discount)] if invoice.discount else []
    rows += [
        ("Subtotal", invoice.work_total),
        *((each.description, each.amount) for each in extras),
        (str(rate) if rate else "Tax", invoice.tax),
        ("Total", invoice.total),
    ]
    if invoice.paid:
        credited = invoice.credited
        parts = (("Paid", invoice.paid - credited), ("Credit memos", credited))
        rows += [(words, -amount) for words, amount in parts if amount]
    rows.append(("Balance due", invoice.balance))
    paper.ln(4)
    if paper.will_page_break(len(rows) * _ROW_MM):
        paper.add_page()
    for words, amount in rows:
        is_strong = words in {"Total", "Balance due"}
        top = paper.get_y()
        paper.say(words, width=_WIDTH_MM - _AMOUNT_MM, bold=is_strong, align=Align.R)
        bottom = paper.get_y()
        paper.set_xy(MARGIN_MM + _WIDTH_MM - _AMOUNT_MM, top)
        paper.say(money(amount), width=_AMOUNT_MM, bold=is_strong, align=Align.R)
        paper.set_xy(MARGIN_MM, bottom + 1)
