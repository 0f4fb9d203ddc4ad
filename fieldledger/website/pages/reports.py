"""Reports: what was sold, is owed and received, and how QuickBooks stands beside it."""

import datetime as dt
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.http import (
    FileResponse,
    Http404,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.shortcuts import render
from django.template.defaultfilters import pluralize
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office import owing, reports
from fieldledger.office.spreadsheets import lines_of
from fieldledger.website.reports import BARS_MAX, Chart, Column, Row, Table, bars, lines
from fieldledger.website.tables_pdf import tables_pdf
from fieldledger.website.templatetags.fieldledger import day, moment_exact, money

_TEXT: Final = "text"
_NUMBER: Final = "number"
_DAYS_MAX: Final = 366 * 5
_EACH: Final = (("day", "By day"), ("week", "By week"), ("month", "By month"))
_WORD_MIN: Final = 9
_WORDS_MAX: Final = 90  # Letters that have room under a chart.


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The time a report is about, and how it is cut."""

    first: dt.date
    last: dt.date
    each: str
    error: str = ""

    @property
    def query(self) -> str:
        """The span as an address has it."""
        return f"first={self.first}&last={self.last}&each={self.each}"


Make = Callable[[Business, Span], Sequence[Table]]


@page(Right.SEE_MONEY)
def index(request: PageRequest) -> HttpResponse:
    """Show what there is, over the sales of the last twelve months."""
    today = timezone.localdate()
    span = Span(first=_months_back(today, 11), last=today, each="month")
    rows = reports.sales_by_period(request.business, span.first, span.last, each="month")
    owed = owing.ageing(request.business, today)
    kept = owing.kept_for_clients(request.business)
    year = [each for each in rows if each.key >= f"{today.year}-01-01"]
    shown = {
        "chart": _period_chart(rows, "month"),
        "this_month": rows[-1].total,
        "this_year": sum((each.total for each in year), Decimal(0)),
        "owed": sum((each.amount for each in [*owed, *kept]), Decimal(0)),
        "late": sum((each.amount for each in owed[1:]), Decimal(0)),
        "reports": [(name, words, about) for name, (words, about, _) in REPORTS.items()],
        "year": today.year,
    }
    return render(request, "reports/index.html", shown)


@page(Right.SEE_MONEY)
def report(request: PageRequest, name: str) -> HttpResponseBase:
    """Show one report, or download it."""
    if name not in REPORTS:
        raise Http404
    words, about, make = REPORTS[name]
    span = _span(request, with_time=name not in _OF_TODAY)
    tables = make(request.business, span)
    if request.GET.get("as") == "csv":
        return download(f"{name}-{span.first}-{span.last}", tables)
    if request.GET.get("as") == "pdf":
        times = [] if name in _OF_TODAY else [f"{day(span.first)} to {day(span.last)}"]
        return as_pdf(request, f"{name}-{span.first}-{span.last}", words, times, tables)
    shown = {
        "name": name,
        "words": words,
        "about": about,
        "tables": tables,
        "span": span,
        "cuts": _EACH if name == "sales" else (),
        "with_time": name not in _OF_TODAY,
        "spans": _spans(timezone.localdate()),
        "others": [(each, words) for each, (words, _, _) in REPORTS.items()],
    }
    return render(request, "reports/report.html", shown)


def download(name: str, tables: Sequence[Table]) -> StreamingHttpResponse:
    """Return tables as a file that spreadsheets open."""
    header, *rest = lines(tables)
    response = StreamingHttpResponse(lines_of(header, rest), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def as_pdf(
    request: PageRequest, name: str, title: str, subtitle: Sequence[str], tables: Sequence[Table]
) -> FileResponse:
    """Return tables as a file to print or send; it says when it was made."""
    now = timezone.now()
    drawn = tables_pdf(
        title,
        [*subtitle, f"As of {moment_exact(now)}"],
        tables,
        business=request.business.name,
        at=now,
    )
    return FileResponse(
        io.BytesIO(drawn),
        as_attachment=True,
        filename=f"{name}.pdf",
        content_type="application/pdf",
    )


# --- The reports ---


def _sales(business: Business, span: Span) -> list[Table]:
    rows = reports.sales_by_period(business, span.first, span.last, each=span.each)
    return [_sales_table("Sales", "Period", rows, _period_chart(rows, span.each))]


def _clients(business: Business, span: Span) -> list[Table]:
    rows = reports.sales_by_client(business, span.first, span.last)
    urls = {each.key: reverse("client", args=[each.key]) for each in rows if each.key}
    return [_sales_table("Sales by client", "Client", rows, _chart_of(rows), urls)]


def _items(business: Business, span: Span) -> list[Table]:
    rows = reports.sales_by_item(business, span.first, span.last)
    urls = {each.key: reverse("item", args=[each.key]) for each in rows if each.key}
    return [_with_credits(_amount_table("Sales by item", "Item", "Lines", rows, urls), rows)]


def _taxes(business: Business, span: Span) -> list[Table]:
    rows = reports.sales_by_tax(business, span.first, span.last)
    return [_sales_table("Tax", "Tax rate", rows, None)]


def _received(business: Business, span: Span) -> list[Table]:
    rows = reports.received_by_method(business, span.first, span.last)
    back = reports.refunded_by_method(business, span.first, span.last)
    tables = [_amount_table("Payments received", "Method", "Payments", rows, {})]
    if back:
        refunds = _amount_table("Refunds paid", "Method", "Refunds", back, {})
        tables.append(replace(refunds, chart=None))
    return tables


def _owed(business: Business, span: Span) -> list[Table]:
    aged = owing.ageing(business, span.last)
    owed = [*aged, *owing.kept_for_clients(business)]
    ages = replace(
        _amount_table("What is owed, by age", "Age", "How many", owed, {}), chart=_chart_of(aged)
    )
    rows = [
        Row(
            cells=(each.title, *each.ages, -each.credit, -each.deposits, each.balance),
            url=reverse("client", args=[each.key]) if each.key else "",
        )
        for each in owing.debtors(business, span.last)
    ]
    columns = [
        Column(title="Client", kind=_TEXT),
        *(Column(title=title) for title, _, _ in owing.AGES),
        Column(title=owing.UNUSED_CREDITS),
        Column(title=owing.UNAPPLIED_DEPOSITS),
        Column(title="Balance"),
    ]
    nobody = "Nobody owes anything."
    return [ages, Table(title="Each client's balance", columns=columns, rows=rows, empty=nobody)]


REPORTS: Final[dict[str, tuple[str, str, Make]]] = {
    "sales": ("Sales", "What was invoiced less credits, by day, week or month.", _sales),
    "clients": ("Sales by client", "Who bought for how much.", _clients),
    "items": ("Sales by item", "What was sold, before tax.", _items),
    "tax": ("Tax", "What was invoiced less credits under each tax rate, and its tax.", _taxes),
    "received": (
        "Payments received",
        "What came in, and what was paid back, by method of payment.",
        _received,
    ),
    "owed": ("What is owed", "Unpaid invoices by age, and each client's balance.", _owed),
}
_OF_TODAY: Final = frozenset({"owed"})


def _sales_table(
    title: str,
    of: str,
    rows: Sequence[reports.Sale],
    chart: Chart | None,
    urls: dict[str, str] | None = None,
) -> Table:
    columns = [
        Column(title=of, kind=_TEXT),
        Column(title="Invoices", kind=_NUMBER),
        Column(title="Before tax"),
        Column(title="Tax"),
        Column(title="Total"),
    ]
    table = Table(
        title=title,
        columns=columns,
        rows=[
            Row(
                cells=(each.title, each.number, each.subtotal, each.tax, each.total),
                url=(urls or {}).get(each.key, ""),
            )
            for each in rows
        ],
        chart=chart,
    )
    return _with_credits(table, rows)


def _with_credits(table: Table, rows: Sequence[reports.Sale] | Sequence[reports.Amount]) -> Table:
    """Return a table of sales with what credit memos took off each row, and said below it."""
    taken = [each.credited for each in rows]
    off, many = sum(taken, Decimal(0)), sum(each.credits for each in rows)
    if not many:
        return table
    if isinstance(rows[0], reports.Sale):
        said = f"{many:,} credit memo{pluralize(many)} of this time, {money(off)} with tax"
    else:
        said = f"{many:,} line{pluralize(many)} of credit memos of this time, {money(off)}"
    before, after = table.columns[:2], table.columns[2:]
    return replace(
        table,
        columns=[*before, Column(title="Credits"), *after],
        rows=[
            replace(row, cells=[*row.cells[:2], -credited, *row.cells[2:]])
            for row, credited in zip(table.rows, taken, strict=True)
        ],
        notes=[f"Taken off the amounts: {said}."],
    )


def _amount_table(
    title: str, of: str, counted: str, rows: Sequence[reports.Amount], urls: dict[str, str]
) -> Table:
    return Table(
        title=title,
        columns=[
            Column(title=of, kind=_TEXT),
            Column(title=counted, kind=_NUMBER),
            Column(title="Amount"),
        ],
        rows=[
            Row(cells=(each.title, each.number, each.amount), url=urls.get(each.key, ""))
            for each in rows
        ],
        chart=_chart_of(rows),
    )


def _chart_of(rows: Sequence[reports.Sale] | Sequence[reports.Amount]) -> Chart | None:
    shown = [
        (each.title, each.total if isinstance(each, reports.Sale) else each.amount)
        for each in rows[: BARS_MAX // 2]
    ]
    most = max(_WORD_MIN, _WORDS_MAX // max(len(shown), 1))
    return bars(shown, short=[_shortened(title, most) for title, _ in shown])


def _shortened(title: str, most: int) -> str:
    return title if len(title) <= most else f"{title[: most - 1].rstrip()}…"


def _period_chart(rows: Sequence[reports.Sale], each: str) -> Chart | None:
    latest = rows[-BARS_MAX:]
    days = [dt.date.fromisoformat(row.key) for row in latest]
    form = "%b %y" if each == "month" else "%b %d"
    return bars([(row.title, row.total) for row in latest], short=[f"{day:{form}}" for day in days])


# --- The time ---


def _span(request: PageRequest, *, with_time: bool) -> Span:
    today = timezone.localdate()
    usual = Span(first=today.replace(month=1, day=1), last=today, each="month")
    if not with_time:
        return usual
    asked: Any = request.GET
    each = asked.get("each", "")
    each = each if each in dict(_EACH) else usual.each
    try:
        first = dt.date.fromisoformat(asked.get("first") or usual.first.isoformat())
        last = dt.date.fromisoformat(asked.get("last") or usual.last.isoformat())
    except ValueError:
        return Span(
            first=usual.first,
            last=usual.last,
            each=each,
            error="Dates are written like 2026-05-03. This year is shown instead.",
        )
    if last < first:
        first, last = last, first
    if (last - first).days > _DAYS_MAX:
        return Span(
            first=last - dt.timedelta(days=_DAYS_MAX),
            last=last,
            each=each,
            error="A report is about at most five years; the last five are shown.",
        )
    return Span(first=first, last=last, each=each)


def _spans(today: dt.date) -> list[tuple[str, dt.date, dt.date]]:
    month = today.replace(day=1)
    last_month = _months_back(today, 1)
    quarter = month.replace(month=(today.month - 1) // 3 * 3 + 1)
    year = today.replace(month=1, day=1)
    day = dt.timedelta(days=1)
    return [
        ("This month", month, today),
        ("Last month", last_month, month - day),
        ("This quarter", quarter, today),
        ("This year", year, today),
        ("Last year", year.replace(year=today.year - 1), year - day),
    ]


def _months_back(today: dt.date, count: int) -> dt.date:
    months = today.year * 12 + today.month - 1 - count
    return dt.date(months // 12, months % 12 + 1, 1)
