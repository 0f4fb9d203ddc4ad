"""The sync log as a spreadsheet: what the filters show, row by row, while it is being read."""

from collections.abc import Iterator
from typing import Any, Final

from django.http import HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.office.spreadsheets import lines_of
from fieldledger.quickbooks import queries
from fieldledger.quickbooks.log_words import actions_of
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.log_filters import filters_of
from fieldledger.quickbooks.services import Mistaken

HEADER: Final = (
    "Kind",
    "Record",
    "State",
    "Code",
    "Message",
    "In QuickBooks' words",
    "Name in QuickBooks",
    "QuickBooks ID",
    "Differs by",
    "Tries",
    "Asked by",
    "Queued",
    "Synced",
    "Changed",
    "Action",
)
_PAGE: Final = 500


@quickbooks_page(Right.QUEUE)
def export(request: PageRequest, connection: Connection) -> HttpResponseBase:
    """Download what the log shows with the filters in the address."""
    try:
        filters = filters_of(connection, request.GET)
        queries.entry_page(connection, limit=1, **filters)
    except Mistaken:
        return redirect("sync_log")
    response = StreamingHttpResponse(
        lines_of(HEADER, _rows(connection, filters)), content_type="text/csv; charset=utf-8"
    )
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="sync-log-{day}.csv"'
    return response


def _rows(connection: Connection, filters: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    cursor: str | None = None
    while True:
        entries, cursor = queries.entry_page(connection, limit=_PAGE, cursor=cursor, **filters)
        actions = actions_of(entries)
        yield from (_row(each, actions[each.pk]) for each in entries)
        if cursor is None:
            return


def _row(entry: SyncEntry, action: str) -> tuple[str, ...]:
    times = (entry.queued_at, entry.synced_at, entry.updated_at)
    return (
        str(entry.kind),
        entry.title,
        entry.state,
        entry.code,
        entry.message,
        entry.said,
        entry.quickbooks_name,
        entry.quickbooks_id,
        f"{entry.differs_by:.2f}" if entry.differs_by is not None else "",
        str(entry.tries),
        entry.asked_by,
        *(f"{timezone.localtime(at):%Y-%m-%d %H:%M:%S}" if at else "" for at in times),
        action,
    )
