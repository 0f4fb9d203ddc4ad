"""How well the sync goes, as a report."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.quality import LOOKED_AT, Quality, quality
from fieldledger.website.pages.reports import as_pdf, download
from fieldledger.website.reports import Column, Row, Table
from fieldledger.website.words import KINDS


@quickbooks_page(Right.QUEUE)
def sync_quality(request: PageRequest, connection: Connection) -> HttpResponseBase:
    """Show where records stand, and how the latest went."""
    rows = quality(connection)
    tables = [_standing(rows), _going(rows)]
    if request.GET.get("as") == "csv":
        return download(f"sync-quality-{timezone.localdate()}", tables)
    if request.GET.get("as") == "pdf":
        name = f"sync-quality-{timezone.localdate()}"
        return as_pdf(request, name, "Sync quality", [], tables)
    return _shown(request, tables)


def _shown(request: PageRequest, tables: list[Table]) -> HttpResponse:
    shown = {"tables": tables, "looked_at": LOOKED_AT}
    return render(request, "reports/sync_quality.html", shown)


def _standing(rows: list[Quality]) -> Table:
    return Table(
        title="Where records stand",
        columns=[
            Column(title="Kind", kind="text"),
            *(
                Column(title=title, kind="number")
                for title in ("In QuickBooks", "On the way", "Need you", "Set aside")
            ),
        ],
        rows=[
            Row(
                cells=(
                    KINDS[each.kind][1],
                    each.there,
                    each.on_the_way,
                    each.need_you,
                    each.set_aside,
                )
            )
            for each in rows
        ],
    )


def _going(rows: list[Quality]) -> Table:
    return Table(
        title="How the latest went",
        columns=[
            Column(title="Kind", kind="text"),
            Column(title="Looked at", kind="number"),
            Column(title="With the first try", kind="number"),
            Column(title="Differ there", kind="number"),
            Column(title="Half within", kind="text"),
            Column(title="19 of 20 within", kind="text"),
        ],
        rows=[
            Row(
                cells=(
                    KINDS[each.kind][1],
                    each.looked_at,
                    each.first_try,
                    each.differ,
                    _wait(each.median_s),
                    _wait(each.slowest_s),
                )
            )
            for each in rows
        ],
        has_sums=False,
    )


def _wait(seconds: int | None) -> str:
    if seconds is None:
        return "–"
    if seconds < 120:
        return f"{seconds} s"
    if seconds < 2 * 60 * 60:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h"
