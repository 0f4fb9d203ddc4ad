"""The sheet before invoices are sent: what can go, what cannot, why, and what to click for it."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right, may
from fieldledger.office.fields import guid as read_guid
from fieldledger.office.models import Invoice
from fieldledger.quickbooks import services
from fieldledger.quickbooks.closed_period import closed_choices
from fieldledger.quickbooks.models import Connection, Stage, SyncEntry
from fieldledger.quickbooks.prechecking import Looked, look
from fieldledger.quickbooks.services import SyncResult
from fieldledger.sync.precheck import Group
from fieldledger.website.pages.invoices import (
    BULK_MAX,
    NO_FEATURE,
    chosen_invoices,
    dashboard_after,
)
from fieldledger.website.pages.records import connection_in_use

# In the order in which the sheet says them: how many of what.
_COUNTED: Final = {
    Group.READY: ("ready", "ready"),
    Group.MAPPING: ("needs mapping", "need mapping"),
    Group.CLOSED: ("in a closed period", "in a closed period"),
    Group.CORRECT: ("to correct first", "to correct first"),
    Group.PARENT: (
        "waits for its client or an item",
        "wait for their client or an item",
    ),
    Group.APPROVAL: ("needs approval by someone else", "need approval by someone else"),
    Group.SET_ASIDE: ("held, ignored or gone", "held, ignored or gone"),
    Group.ON_ITS_WAY: ("already waiting", "already waiting"),
    Group.THERE: ("already there", "already there"),
    Group.VOID: ("void", "void"),
}
_NEXT: Final = {
    Group.MAPPING: "Choose it once in the mapping; it holds for all invoices alike.",
    Group.CORRECT: "Open each, put it right, and press Sync to QuickBooks again.",
    Group.PARENT: "Open what stands in the way and settle it. Then send these.",
    Group.APPROVAL: "They are held until somebody else approves them. Nothing goes before that.",
    Group.SET_ASIDE: "Open the entry in the sync log and press what is offered there.",
    Group.ON_ITS_WAY: "Nothing to do: they go with the Web Connector's next calls.",
    Group.THERE: "Nothing to do, unless the reason says so.",
    Group.VOID: "Nothing to do.",
}
_FAMILIES: Final = {
    Group.READY: "green",
    Group.MAPPING: "amber",
    Group.CLOSED: "amber",
    Group.CORRECT: "amber",
    Group.PARENT: "amber",
    Group.APPROVAL: "blue",
    Group.SET_ASIDE: "neutral",
    Group.ON_ITS_WAY: "blue",
    Group.THERE: "neutral",
    Group.VOID: "neutral",
}
_CLOSED: Final = "Their dates are on or before the closing date in QuickBooks."
SHOWN_MAX: Final = 50  # Of one reason; more nobody reads, and the count is said.


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Invoices that stand for one reason, `rest` of them not listed."""

    words: str
    looked: Sequence[Looked]
    rest: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One group of the sheet; `guids` names all its invoices, for the next press."""

    group: Group
    counted: str
    family: str
    next: str
    reasons: Sequence[Reason]
    guids: str
    number: int


def sheet_of(connection: Connection, invoices: Iterable[Invoice]) -> dict[str, Any]:
    """Return what the sheet shows of invoices, grouped by what each needs."""
    chosen = [each.pk for each in invoices]
    found = look(connection, chosen)
    by_group: dict[Group, list[Looked]] = {}
    for key in chosen:
        if key in found:
            by_group.setdefault(found[key].verdict.group, []).append(found[key])
    parts = [_part(group, by_group[group]) for group in _COUNTED if group in by_group]
    return {
        "parts": parts,
        "summary": ", ".join(each.counted for each in parts),
        "ready": next((each for each in parts if each.group == Group.READY), None),
        "differing": sum(bool(each.verdict.warning) for each in by_group.get(Group.READY, ())),
        "asked": len(found),
        **closed_choices(connection, timezone.localdate()),
    }


def _part(group: Group, looked: Sequence[Looked]) -> Part:
    by_reason: dict[str, list[Looked]] = {}
    for each in looked:
        match group:
            case Group.READY:
                words = each.verdict.warning
            case Group.CLOSED:
                words = _CLOSED  # The date of each stands beside it.
            case _:
                words = each.verdict.reason
        by_reason.setdefault(words, []).append(each)
    ordered = sorted(by_reason.items(), key=lambda each: (not each[0], -len(each[1])))
    return Part(
        group=group,
        counted=f"{len(looked):,} {_COUNTED[group][len(looked) != 1]}",
        family=_FAMILIES[group],
        next=_NEXT.get(group, ""),
        reasons=[
            Reason(words=words, looked=some[:SHOWN_MAX], rest=max(len(some) - SHOWN_MAX, 0))
            for words, some in ordered
        ],
        guids=",".join(str(each.invoice.guid) for each in looked),
        number=len(looked),
    )


def show_sheet(
    request: PageRequest, connection: Connection, invoices: Sequence[Invoice], **more: Any
) -> HttpResponse:
    """Show the sheet for invoices; nothing is sent yet."""
    shown = sheet_of(connection, invoices) | more
    return render(request, "invoices/before_sending.html", shown)


def posted_guids(request: PageRequest, name: str) -> list[UUID]:
    """Return the ids that one field of a form holds, with commas between them."""
    given = request.POST.get(name, "").split(",")[:BULK_MAX]
    return [found for each in given if (found := read_guid(each.strip()))]


@page(Right.QUEUE, methods=("POST",))
def sync_invoices(request: PageRequest) -> HttpResponse:
    """Say of the ticked invoices what would happen; then send those that are ready.

    The second press names exactly what the sheet called ready, and that is looked at once more.
    """
    connection = connection_in_use(request)
    if connection is None:
        return dashboard_after(request, refusal=NO_FEATURE)
    if "ready" not in request.POST:
        chosen = chosen_invoices(request, connection)
        if connection.stage == Stage.ONGOING and chosen:
            return show_sheet(request, connection, chosen, filters=request.POST.get("filters", ""))
        guids = [each.guid for each in chosen]
    else:
        guids = posted_guids(request, "ready")
    results = services.sync(
        connection,
        invoices=guids,
        payments=[],
        actor=request.actor,
        now=timezone.now(),
        only_ready=True,
    )
    return dashboard_after(request, results=results)


@page(Right.QUEUE, methods=("POST",))
def answer_closed(request: PageRequest) -> HttpResponse:
    """Do with invoices in a closed period what a person chose, and say the outcome."""
    connection = connection_in_use(request)
    if connection is None:
        return dashboard_after(request, refusal=NO_FEATURE)
    guids = posted_guids(request, "invoices")
    answer = request.POST.get("answer", "")
    if answer not in {"date", "hold", "let_go"}:
        raise Http404
    now, actor = timezone.now(), request.actor
    results: list[SyncResult] = []
    refusal = ""
    if answer == "hold":
        results = services.hold(connection, invoices=guids, actor=actor, now=now)
    elif answer == "let_go":
        results = services.let_go(connection, invoices=guids, actor=actor, now=now)
    elif not may(request.membership.role, Right.EDIT_INVOICES):
        refusal = "Your role may not change invoices, so their date stays as it is."
    else:
        on = _date(request.POST.get("date", ""))
        closing = connection.closing_date
        if on is None:
            refusal = "Give the date as year-month-day, such as 2026-05-04."
        elif closing is not None and on <= closing:
            refusal = f"The books are closed through {closing:%Y-%m-%d}: choose a later date."
        else:
            results = services.send_with_date(
                connection, invoices=guids, on=on, actor=actor, now=now
            )
    came_from = request.POST.get("from", "")
    if came_from == "attention":
        _say(request, results, refusal)
        return redirect("attention")
    if len(guids) == 1 and came_from in {"invoice", "entry"}:
        _say(request, results, refusal)
        entry = _entry_of(connection, guids[0]) if came_from == "entry" else None
        return redirect("entry", entry) if entry else redirect("invoice", guids[0])
    return dashboard_after(request, results=results, refusal=refusal)


def _entry_of(connection: Connection, guid: UUID) -> UUID | None:
    entries = SyncEntry.objects.filter(connection=connection, record_guid=guid)
    return entries.values_list("guid", flat=True).first()


def _say(request: PageRequest, results: Sequence[SyncResult], refusal: str) -> None:
    """Say what became of the invoices, those that are alike in one sentence."""
    if refusal:
        messages.error(request, refusal)
    for reason, number in Counter(
        each.reason for each in results if each.result == "refused"
    ).items():
        messages.error(request, reason if number == 1 else f"{number} invoices: {reason}")
    went = [each for each in results if each.kind == "invoice" and each.result != "refused"]
    held = sum(each.result == "held" for each in went)
    queued = len(went) - held
    if held:
        which = "It is" if held == 1 else f"{held} invoices are"
        it = "it" if held == 1 else "them"
        why = next((each.reason for each in went if each.result == "held" and each.reason), "")
        does = why or f"Release in the sync log lets {it} go."
        messages.success(request, f"{which} held. {does}")
    if queued:
        which = "It is" if queued == 1 else f"{queued} invoices are"
        messages.success(request, f"{which} queued.")


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text.strip())
    except ValueError:
        return None
