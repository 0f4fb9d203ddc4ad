"""The initial sync: reading the lists, the plan to look over and approve, and how far it is."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.models import Connection, PlanRow, Stage
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.choices import new_items_shown, posted_item_types
from fieldledger.quickbooks.pages.lamp import lamp_of
from fieldledger.quickbooks.services import Mistaken, NotPossible
from fieldledger.sync.content import Kind, State

DECISIONS: Final = {
    "link": "Link",
    "create_in_quickbooks": "Create in QuickBooks",
    "create_here": "Create here",
    "rename": "Create under another name",
    "skip": "Skip",
    "ask": "Needs a decision",
}
_TABS: Final = (
    ("ask", "Needs a decision"),
    ("link", "Linked"),
    ("create_in_quickbooks", "New in QuickBooks"),
    ("rename", "Renamed"),
    ("create_here", "New here"),
    ("skip", "Skipped"),
)
_PAGE_SIZE: Final = 50
_DONE: Final = frozenset({State.SYNCED, State.DIFFERS})


@quickbooks_page(Right.CONNECT)
def initial_sync(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the plan while it waits for a yes, else how far the initial sync is."""
    if connection.stage == Stage.ONGOING:
        return _progress(request, connection, "quickbooks/progress.html")
    if connection.stage != Stage.INITIAL_SYNC:
        return redirect("setup")
    if connection.initial_started_at is None and connection.plan_made_at is not None:
        return redirect("plan")
    return _progress(request, connection, "quickbooks/progress.html")


@quickbooks_page(Right.CONNECT)
def progress(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show how far the initial sync is, as a part that reloads itself."""
    waits_for_yes = connection.initial_started_at is None and connection.plan_made_at is not None
    if connection.stage == Stage.INITIAL_SYNC and waits_for_yes:
        return HttpResponseClientRedirect(reverse("plan"))
    return _progress(request, connection, "quickbooks/progress_part.html")


def _progress(request: PageRequest, connection: Connection, template: str) -> HttpResponse:
    now = timezone.now()
    status = queries.status(connection, now=now)
    connection.refresh_from_db()
    counts = queries.counts_by_kind(connection)
    lanes = []
    for kind, words in ((Kind.CLIENT, "Clients"), (Kind.ITEM, "Items")):
        total = sum(counts[kind].values())
        done = sum(number for state, number in counts[kind].items() if state in _DONE)
        failed = counts[kind].get(State.FAILED, 0)
        lanes.append({"kind": kind, "words": words, "total": total, "done": done, "failed": failed})
    eta_s = status["progress"]["eta_seconds"]
    shown: dict[str, Any] = {
        "connection": connection,
        "status": status,
        "lamp": lamp_of(connection, now=now),
        "lanes": lanes,
        "eta_minutes": None if eta_s is None else max(1, round(eta_s / 60)),
        "started": connection.initial_started_at is not None,
        "done": connection.stage == Stage.ONGOING,
    }
    return render(request, template, shown)


@quickbooks_page(Right.MAP)
def plan(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the plan, one page of it."""
    if connection.stage != Stage.INITIAL_SYNC or connection.plan_made_at is None:
        return redirect("setup")
    return _plan(request, connection)


@quickbooks_page(Right.MAP, methods=("POST",))
def decide(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Decide one row of the plan."""
    name = request.POST.get("name", "").strip()
    decision = request.POST.get("decision", "")
    try:
        row = services.decide_plan_row(
            connection,
            guid,
            decision=decision,
            name=name if decision == "rename" else None,
            actor=request.actor,
            now=timezone.now(),
        )
    except PlanRow.DoesNotExist:
        raise Http404 from None
    except Mistaken as mistake:
        sentences = [each for sentences in mistake.errors.values() for each in sentences]
        return _row(request, connection, guid, sentences=sentences, typed=name, status=422)
    except NotPossible as refusal:
        return _row(request, connection, guid, sentences=[refusal.sentence], status=409)
    return _row(request, connection, row.guid)


@quickbooks_page(Right.MAP, methods=("POST",))
def approve(request: PageRequest, connection: Connection) -> HttpResponse:
    """Approve the plan: from here on data is written.

    How new items are made there is asked along with it, before the first one goes.
    """
    now = timezone.now()
    changes = posted_item_types(request)
    if request.POST.get("income_account"):
        changes["income_account"] = request.POST["income_account"]
    try:
        if changes:
            services.save_mapping(connection, changes=changes, actor=request.actor, now=now)
        services.approve_plan(connection, actor=request.actor, now=now)
    except Mistaken as mistake:
        return _plan(request, connection, refusal=str(mistake), status=422)
    except NotPossible as refusal:
        return _plan(request, connection, refusal=refusal.sentence, status=409)
    messages.success(request, "Approved. It runs with the Web Connector's next call.")
    return redirect("initial_sync")


def _plan(
    request: PageRequest, connection: Connection, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    counts = queries.plan_counts(connection)
    first = next((tab for tab, _ in _TABS if counts.get(tab)), "create_in_quickbooks")
    tab = request.GET.get("show", first)
    kind = request.GET.get("kind", "")
    try:
        rows, following = queries.plan_page(
            connection,
            limit=_PAGE_SIZE,
            cursor=request.GET.get("after"),
            decision=tab,
            kind=kind,
        )
    except Mistaken:
        return redirect("plan")
    shown = {
        "connection": connection,
        "rows": [_with_choices(connection, row) for row in rows],
        "after": following,
        "is_first": "after" not in request.GET,
        "tab": tab,
        "kind": kind,
        "tabs": [(name, words, counts.get(name, 0)) for name, words in _TABS],
        "total": sum(counts.values()),
        "open": counts.get("ask", 0),
        "refusal": refusal,
        **new_items_shown(connection),
    }
    return render(request, "quickbooks/plan.html", shown, status=status)


def _row(
    request: PageRequest,
    connection: Connection,
    guid: UUID,
    *,
    sentences: list[str] | None = None,
    typed: str = "",
    status: int = 200,
) -> HttpResponse:
    if not request.htmx:
        for sentence in sentences or ():
            messages.error(request, sentence)
        return redirect("plan")
    found = PlanRow.objects.select_related("theirs").get(connection=connection, guid=guid)
    row = _with_choices(connection, queries.plan_row_shape(found))
    shown = {"row": row, "sentences": sentences or [], "typed": typed, "connection": connection}
    shown["open"] = queries.plan_counts(connection).get("ask", 0)
    return render(request, "quickbooks/plan_row_answer.html", shown, status=status)


def _with_choices(connection: Connection, row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with the decisions that fit it."""
    imports = connection.import_clients if row["kind"] == Kind.CLIENT else connection.import_items
    fitting = {
        "link": row["ours"] and row["theirs"],
        "create_in_quickbooks": row["ours"],
        "create_here": row["theirs"] and imports,
        "rename": row["ours"],
        "skip": True,
    }
    choices = [(name, DECISIONS[name]) for name, fits in fitting.items() if fits]
    return row | {
        "choices": choices,
        "decision_words": DECISIONS[row["decision"]],
        "limit": 41 if row["kind"] == Kind.CLIENT else 31,
    }
