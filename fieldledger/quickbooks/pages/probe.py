"""The probe of a sample company: what it asks, how far it is, what it found, its report."""

import json
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks import probes
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.lamp import lamp_of, next_call
from fieldledger.quickbooks.probe_row import Probe
from fieldledger.quickbooks.setting_up import APP_NAME


@quickbooks_page(Right.CONNECT)
def probe(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the questions and what was found."""
    return render(request, "quickbooks/probe.html", _shown(connection))


@quickbooks_page(Right.CONNECT)
def probe_part(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the part that reloads itself while the probe runs."""
    return render(request, "quickbooks/probe_part.html", _shown(connection))


@quickbooks_page(Right.CONNECT, methods=("POST",))
def start_probe(request: PageRequest, connection: Connection) -> HttpResponse:
    """Start it."""
    try:
        probes.start_probe(connection, actor=request.actor, now=timezone.now())
    except NotPossible as no:
        messages.error(request, no.sentence)
    else:
        messages.success(request, "The probe begins with the Web Connector’s next call.")
    return redirect("probe")


@quickbooks_page(Right.CONNECT, methods=("POST",))
def stop_probe(request: PageRequest, connection: Connection) -> HttpResponse:
    """Stop it."""
    probes.stop_probe(connection, actor=request.actor, now=timezone.now())
    return redirect("probe")


@quickbooks_page(Right.CONNECT)
def probe_report(_request: PageRequest, connection: Connection) -> HttpResponse:
    """Download what was found so far, as JSON."""
    newest = probes.newest_probe(connection) or Probe(asked_at=timezone.now())
    report = json.dumps(probes.report_of(newest), ensure_ascii=False, indent=2)
    return HttpResponse(
        report,
        content_type="application/json; charset=utf-8",
        headers={
            "Content-Disposition": 'attachment; filename="fieldledger-probe.json"',
            "Cache-Control": "no-store",
        },
    )


def _shown(connection: Connection) -> dict[str, Any]:
    now = timezone.now()
    newest = probes.newest_probe(connection)
    asked = probes.progress(newest)
    is_running = connection.probe_wanted and newest is not None
    return {
        "connection": connection,
        "app_name": APP_NAME,
        "probe": newest,
        "is_running": is_running,
        "is_refused": newest is not None and newest.state == Probe.State.REFUSED,
        "left_as_found": newest is not None and probes.is_left_as_found(newest),
        "at_the_line": is_running and newest is not None and probes.is_at_the_line(newest),
        "questions": asked,
        "done": sum(bool(each.found) for each in asked),
        "total": len(asked),
        "lamp": lamp_of(connection, now=now),
        "next_call": next_call(connection, now=now),
    }
