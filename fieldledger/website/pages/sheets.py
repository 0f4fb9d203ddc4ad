"""Lists from and to spreadsheets: a file is looked at, tried row by row, and only then taken."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office import queries
from fieldledger.office.models import ZERO, Client, Invoice, Item, Payment
from fieldledger.office.refusals import Refused
from fieldledger.office.sheets import (
    BYTES_MAX,
    CLIENT,
    COLUMNS,
    ITEM,
    ROWS_MAX,
    Outcome,
    Sheet,
    decoded,
    proposed_columns,
    read_sheet,
    taken,
    tried,
)
from fieldledger.office.spreadsheets import lines_of

_SHOWN_MAX: Final = 100  # Rows of a trial that are listed; those with something wrong come first.
_CHUNK: Final = 1000
_NOUNS: Final = {CLIENT: ("client", "clients"), ITEM: ("item", "items")}
_LISTS: Final = {CLIENT: "clients", ITEM: "items"}


@page(Right.EDIT_CLIENTS, methods=("GET", "POST"))
def import_clients(request: PageRequest) -> HttpResponse:
    """Take clients from a file."""
    return _import(request, CLIENT)


@page(Right.EDIT_ITEMS, methods=("GET", "POST"))
def import_items(request: PageRequest) -> HttpResponse:
    """Take items from a file."""
    return _import(request, ITEM)


def _import(request: PageRequest, kind: str) -> HttpResponse:
    singular, plural = _NOUNS[kind]
    shown: dict[str, Any] = {
        "kind": kind,
        "singular": singular,
        "plural": plural,
        "list_url": reverse(_LISTS[kind]),
        "template_url": reverse(f"export_{plural}") + "?empty=yes",
        "fields": [(name, words[0]) for name, words in COLUMNS[kind].items()],
        "rows_max": ROWS_MAX,
    }
    if request.method != "POST":
        return render(request, "sheets/choose.html", shown)
    try:
        content = _content(request)
        sheet = read_sheet(content)
    except Refused as refused:
        shown["errors"] = refused.errors.get("file", [])
        return render(request, "sheets/choose.html", shown, status=422)
    shown["content"] = decoded(content)
    columns = _columns(request, sheet, kind)
    if "name" not in columns:
        shown |= _trial(sheet, columns, [])
        shown["errors"] = ["Say which column holds the name: every record needs one."]
        return render(request, "sheets/look.html", shown, status=422)
    if request.POST.get("step") == "take":
        return _take(request, kind, sheet, columns, shown)
    outcomes = tried(request.business, kind, sheet, columns, now=timezone.now())
    return render(request, "sheets/look.html", shown | _trial(sheet, columns, outcomes))


def _take(
    request: PageRequest,
    kind: str,
    sheet: Sheet,
    columns: Sequence[str],
    shown: dict[str, Any],
) -> HttpResponse:
    now = timezone.now()
    leave: set[int] = set()
    if "leave_alike" in request.POST:
        trial = tried(request.business, kind, sheet, columns, now=now)
        leave = {each.number for each in trial if each.like}
    outcomes = taken(
        request.business, kind, sheet, columns, leave=leave, now=now, actor=request.actor
    )
    wrong = [each for each in outcomes if each.errors]
    shown |= {
        "made": len(outcomes) - len(wrong),
        "left": len(leave),
        "wrong": wrong[:_SHOWN_MAX],
        "wrong_number": len(wrong),
    }
    return render(request, "sheets/done.html", shown)


def _content(request: PageRequest) -> bytes:
    """Return the file that was sent, or the text that a step before had of it.

    :raises Refused: if there is neither.
    """
    file = request.FILES.get("file")
    if file is not None:
        content: bytes = file.read(BYTES_MAX + 1)
        return content
    text = request.POST.get("content", "")
    if not text.strip():
        raise Refused({"file": ["Choose a file first, or paste its rows."]})
    return text.encode()


def _columns(request: PageRequest, sheet: Sheet, kind: str) -> list[str]:
    """Return what each column is: as somebody chose, or as it is proposed."""
    if "column" not in request.POST:
        return proposed_columns(sheet, kind)
    chosen = [each if each in COLUMNS[kind] else "" for each in request.POST.getlist("column")]
    return (chosen + [""] * len(sheet.header))[: len(sheet.header)]


def _trial(sheet: Sheet, columns: Sequence[str], outcomes: Sequence[Outcome]) -> dict[str, Any]:
    wrong = [each for each in outcomes if each.errors]
    alike = [each for each in outcomes if each.like]
    fine = [each for each in outcomes if not each.errors and not each.like]
    return {
        "columns": [
            (title, column, [row[place] for row in sheet.rows[:3] if place < len(row)])
            for place, (title, column) in enumerate(zip(sheet.header, columns, strict=True))
        ],
        "number": len(sheet.rows),
        "good": len(fine) + len(alike),
        "alike_number": len(alike),
        "wrong_number": len(wrong),
        "rows": [*wrong, *alike, *fine][:_SHOWN_MAX],
        "shown_max": _SHOWN_MAX,
        "twice": sorted({each for each in columns if each and columns.count(each) > 1}),
    }


# --- To a file ---


@page(Right.EDIT_CLIENTS)
def export_clients(request: PageRequest) -> StreamingHttpResponse:
    """Download the clients, with the columns that can be taken back."""
    rows = queries.clients(request.business, q=request.GET.get("q", ""))
    return _file(request, "clients", CLIENT, rows)


@page(Right.SEE_MONEY)
def export_items(request: PageRequest) -> StreamingHttpResponse:
    """Download the items, with the columns that can be taken back."""
    rows = queries.items(request.business, q=request.GET.get("q", ""))
    return _file(request, "items", ITEM, rows)


@page(Right.SEE_MONEY)
def export_invoices(request: PageRequest) -> StreamingHttpResponse:
    """Download the invoices, without their lines."""
    today = timezone.localdate()
    found = queries.invoices(request.business, today=today, q=request.GET.get("q", ""))
    rows = found.prefetch_related("credit_applications")
    header = (
        "Number",
        "Date",
        "Due date",
        "Client",
        "Terms",
        "Tax rate",
        "Before tax",
        "Tax",
        "Total",
        "Paid",
        "Credit memos",
        "Balance",
        "State",
        "Memo",
    )
    return _download("invoices", header, _each(rows, lambda row: _invoice_cells(row, today)))


@page(Right.SEE_MONEY)
def export_payments(request: PageRequest) -> StreamingHttpResponse:
    """Download the payments."""
    rows = queries.payments(request.business, q=request.GET.get("q", ""))
    header = ("Date", "Client", "Invoice", "Amount", "Method", "Reference", "Void")
    return _download("payments", header, _each(rows, _payment_cells))


def _file(request: PageRequest, name: str, kind: str, rows: QuerySet[Any]) -> StreamingHttpResponse:
    fields: Mapping[str, tuple[str, ...]] = COLUMNS[kind]
    header = [words[0] for words in fields.values()]
    if "empty" in request.GET:
        return _download(f"{name}-template", header, iter(()))
    return _download(name, header, _each(rows, lambda row: _cells(row, list(fields))))


def _each(rows: QuerySet[Any], cells: Any) -> Iterator[Sequence[str]]:
    for row in rows.order_by("pk").iterator(chunk_size=_CHUNK):
        yield cells(row)


def _cells(record: Client | Item, names: Sequence[str]) -> list[str]:
    return [_cell(getattr(record, name)) for name in names]


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else f"{value}"


def _invoice_cells(invoice: Invoice, today: dt.date) -> list[str]:
    credited = sum((each.amount for each in invoice.credit_applications.all()), start=ZERO)
    return [
        invoice.number,
        invoice.date.isoformat(),
        invoice.due_date.isoformat() if invoice.due_date else "",
        invoice.client.name,
        invoice.terms,
        invoice.tax_rate.name if invoice.tax_rate else "",
        f"{invoice.subtotal:.2f}",
        f"{invoice.tax:.2f}",
        f"{invoice.total:.2f}",
        f"{invoice.paid - credited:.2f}",
        f"{credited:.2f}",
        f"{invoice.balance:.2f}",
        str(invoice.money_state(today)),
        invoice.memo,
    ]


def _payment_cells(payment: Payment) -> list[str]:
    return [
        payment.date.isoformat(),
        payment.payer.name,
        payment.invoice.number if payment.invoice is not None else "",
        f"{payment.amount:.2f}",
        payment.get_method_display(),
        payment.reference,
        "void" if payment.voided else "",
    ]


def _download(
    name: str, header: Sequence[str], rows: Iterator[Sequence[str]]
) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines_of(header, rows), content_type="text/csv; charset=utf-8")
    day = timezone.localdate()
    response["Content-Disposition"] = f'attachment; filename="{name}-{day}.csv"'
    return response
