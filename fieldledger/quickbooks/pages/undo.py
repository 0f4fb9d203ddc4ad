"""Runs and undo: what the initial sync made on either side, and how to take it back."""

from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks import queries, services, undoing
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.services import NotPossible

_UNDOES: Final = {undoing.IMPORT: services.undo_import, undoing.EXPORT: services.undo_export}
_SAID: Final = {
    undoing.IMPORT: "deleted here; QuickBooks was not touched.",
    undoing.EXPORT: "on the way out of QuickBooks: each is looked up first, and goes if untouched.",
}


@quickbooks_page(Right.CONNECT)
def runs(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show what the initial sync did, and what of it can still be undone."""
    if connection.initial_completed_at is None:
        return redirect("setup")
    shown = {
        "connection": connection,
        "counts": queries.plan_counts(connection),
        "brought": undoing.preview(connection, undoing.IMPORT),
        "sent": undoing.preview(connection, undoing.EXPORT),
    }
    return render(request, "quickbooks/runs.html", shown)


@quickbooks_page(Right.CONNECT, methods=("POST",))
def undo(request: PageRequest, connection: Connection, what: str) -> HttpResponse:
    """Undo one side of the initial sync, as far as it can be."""
    try:
        undone = _UNDOES[what](connection, actor=request.actor, now=timezone.now())
    except NotPossible as refusal:
        messages.error(request, refusal.sentence)
        return redirect("runs")
    said = f"{undone.number:,} {'record' if undone.number == 1 else 'records'} {_SAID[what]}"
    if undone.has_more:
        said += " There are more: press it once more."
    messages.success(request, said)
    return redirect("runs")
