"""The plan of the initial sync: looked through, changed, downloaded, approved."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRefresh

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right
from fieldledger.office.spreadsheets import lines_of
from fieldledger.quickbooks import plan_lists, queries, services
from fieldledger.quickbooks.models import Connection, PlanRow, Stage
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.choices import new_items_shown, posted_item_types
from fieldledger.quickbooks.plan_lists import Filters
from fieldledger.quickbooks.services import Mistaken, NotPossible
from fieldledger.sync.content import Kind

DECISIONS: Final = {
    "link": "Linked",
    "create_in_quickbooks": "New in QuickBooks",
    "create_here": "New here",
    "rename": "New in QuickBooks under another name",
    "skip": "Skipped",
    "ask": "Needs a decision",
}
_TABS: Final = {
    "unsure": "Unsure",
    "sure": "Sure",
    "new": "New",
    "clash": "Clash",
    "skipped": "Skipped",
}
_ABOUT: Final = {
    "unsure": "These may be the same; ≠ marks what differs. Rows that ask have to be decided; the"
    " others are made new, apart from the one they look like, unless you link them.",
    "sure": "These are the same on both sides and are linked. Nothing is changed on either side.",
    "new": "Only one side has these; they are made on the other.",
    "clash": "Their name is taken in QuickBooks, so they go there under another one.",
    "skipped": "These stay where they are; nothing is done with them.",
}
_PAGE_SIZE: Final = 50


@quickbooks_page(Right.MAP)
def plan(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the plan, one page of it."""
    if connection.stage != Stage.INITIAL_SYNC or connection.plan_made_at is None:
        return redirect("setup")
    if connection.initial_started_at is not None:
        return redirect("initial_sync")
    return _plan(request, connection)


@quickbooks_page(Right.MAP, methods=("POST",))
def decide(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Decide one row of the plan."""
    decision = request.POST.get("decision", "")
    key = str(guid)
    name = request.POST.get(f"name-{key}", request.POST.get("name", "")).strip()
    other = request.POST.get(f"other-{key}", "").strip()
    theirs = request.POST.get(f"theirs-{key}") or None
    try:
        before = PlanRow.objects.get(connection=connection, guid=guid)
        if decision == "link" and other:
            theirs = _named(connection, before, other)
        row = services.decide_plan_row(
            connection,
            guid,
            decision=decision,
            theirs=theirs if decision == "link" else None,
            name=name if decision == "rename" else None,
            actor=request.actor,
            now=timezone.now(),
        )
    except PlanRow.DoesNotExist:
        raise Http404 from None
    except Mistaken as mistake:
        sentences = [each for sentences in mistake.errors.values() for each in sentences]
        return _row(request, connection, guid, sentences=sentences, typed=name)
    except NotPossible as refusal:
        return _row(request, connection, guid, sentences=[refusal.sentence])
    if request.htmx and (row.question or row.theirs_id != before.theirs_id):
        return HttpResponseClientRefresh()  # Other rows have changed with it.
    return _row(request, connection, row.guid)


def _named(connection: Connection, row: PlanRow, other: str) -> str:
    record = plan_lists.named(connection, row.kind, other)
    if record is None:
        raise Mistaken({"theirs": [f"QuickBooks has no {row.kind} called “{other}”."]})
    return record.list_id


@quickbooks_page(Right.MAP, methods=("POST",))
def decide_many(request: PageRequest, connection: Connection) -> HttpResponse:
    """Decide the ticked rows alike, or all that the filters show."""
    if connection.stage != Stage.INITIAL_SYNC:
        return redirect("setup")
    filters = filters_of(QueryDict(request.POST.get("filters", "")))
    rows = plan_lists.rows_of(connection, filters)
    if not request.POST.get("beyond"):
        ticked = [UUID(each) for each in request.POST.getlist("row") if _is_guid(each)]
        rows = PlanRow.objects.filter(connection=connection, guid__in=ticked)
    decision = request.POST.get("many", "")
    try:
        counted = services.decide_plan_rows(
            connection, rows, decision=decision, actor=request.actor, now=timezone.now()
        )
    except (Mistaken, NotPossible) as refusal:
        messages.error(request, str(refusal))
        return _back(filters)
    said = f"{_rows(counted.done)} decided."
    if counted.unfit:
        said += f" {_rows(counted.unfit)} left as before: it does not fit them."
    if counted.left:
        said += f" {_rows(counted.left)} still to come: press it once more."
    messages.success(request, said)
    return _back(filters)


def _rows(number: int) -> str:
    return f"{number:,} row" if number == 1 else f"{number:,} rows"


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


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


@quickbooks_page(Right.MAP)
def export(request: PageRequest, connection: Connection) -> HttpResponseBase:
    """Download what the plan shows with the filters in the address; once it is carried out, too."""
    rows = plan_lists.rows_of(connection, filters_of(request.GET))
    response = StreamingHttpResponse(
        lines_of(_HEADER, _lines(rows)), content_type="text/csv; charset=utf-8"
    )
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="plan-{day}.csv"'
    return response


_HEADER: Final = (
    "Kind",
    "Here",
    "In QuickBooks",
    "QuickBooks ID",
    "Decision",
    "Name in QuickBooks",
    "Looks like",
    "Why",
    "E-mail here",
    "E-mail there",
    "Phone here",
    "Phone there",
    "Street here",
    "Street there",
)
_COMPARED: Final = ("E-mail", "Phone", "Street")


def _lines(rows: Any) -> Iterator[tuple[str, ...]]:
    last = 0
    ordered = rows.select_related("theirs", "near").order_by("pk")
    while part := list(ordered.filter(pk__gt=last)[:500]):
        beside = plan_lists.beside(part)
        for row in part:
            fields = {each.words: each for each in beside[row.pk]}
            compared = [fields.get(words) for words in _COMPARED]
            yield (
                str(row.kind),
                row.record_name,
                row.theirs.full_name if row.theirs else "",
                row.theirs.list_id if row.theirs else "",
                DECISIONS[row.decision],
                row.new_name,
                row.near.full_name if row.near else "",
                row.reason,
                *(
                    text
                    for each in compared
                    for text in ((each.here, each.there) if each else ("", ""))
                ),
            )
        last = part[-1].pk


def filters_of(given: QueryDict) -> Filters:
    """Return the filters in an address."""
    return Filters(
        tab=given.get("show", ""),
        kind=given.get("kind", ""),
        side=given.get("side", ""),
        q=given.get("q", "").strip()[:100],
    )


def _query(filters: Filters) -> str:
    given = {"show": filters.tab, "kind": filters.kind, "side": filters.side, "q": filters.q}
    return urlencode({key: value for key, value in given.items() if value})


def _back(filters: Filters) -> HttpResponse:
    return redirect(f"{reverse('plan')}?{_query(filters)}")


def _plan(
    request: PageRequest, connection: Connection, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    counts = plan_lists.tab_counts(connection)
    first = next((tab for tab in _TABS if counts[tab]), "new")
    filters = filters_of(request.GET)
    if filters.tab not in _TABS:
        filters = Filters(tab=first, kind=filters.kind, side=filters.side, q=filters.q)
    rows = plan_lists.rows_of(connection, filters)
    after = request.GET.get("after", "")
    last = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    part = list(
        rows.filter(pk__gt=last).select_related("theirs", "near").order_by("pk")[: _PAGE_SIZE + 1]
    )
    shown = {
        "connection": connection,
        "rows": _shown(connection, part[:_PAGE_SIZE]),
        "after": part[_PAGE_SIZE - 1].pk if len(part) > _PAGE_SIZE else None,
        "is_first": "after" not in request.GET,
        "filters": filters,
        "query": _query(filters),
        "number": rows.count(),
        "is_filtered": bool(filters.kind or filters.side or filters.q),
        "about": _ABOUT[filters.tab],
        "tabs": [(name, words, counts[name]) for name, words in _TABS.items()],
        "refusal": refusal,
        **_summary(connection),
        **new_items_shown(connection),
    }
    return render(request, "quickbooks/plan.html", shown, status=status)


def _summary(connection: Connection) -> dict[str, Any]:
    """Return what would be done now, in numbers."""
    counts = queries.plan_counts(connection)
    near = plan_lists.tab_counts(connection)["unsure"] - counts.get("ask", 0)
    return {"counts": counts, "open": counts.get("ask", 0), "near": near}


def _row(
    request: PageRequest,
    connection: Connection,
    guid: UUID,
    *,
    sentences: list[str] | None = None,
    typed: str = "",
) -> HttpResponse:
    if not request.htmx:
        for sentence in sentences or ():
            messages.error(request, sentence)
        return _back(filters_of(QueryDict(request.POST.get("filters", ""))))
    found = PlanRow.objects.select_related("theirs", "near").get(connection=connection, guid=guid)
    (row,) = _shown(connection, [found])
    shown = {"row": row, "sentences": sentences or [], "typed": typed, "connection": connection}
    # Also what was mistaken: htmx shows nothing of an answer that is an error.
    return render(request, "quickbooks/plan_row_answer.html", shown | _summary(connection))


def _shown(connection: Connection, rows: list[PlanRow]) -> list[dict[str, Any]]:
    beside = plan_lists.beside(rows)
    about = plan_lists.candidates(connection, rows)
    return [_with_choices(connection, row, beside[row.pk], about) for row in rows]


def _with_choices(
    connection: Connection, row: PlanRow, fields: list[Any], about: dict[int, list[Any]]
) -> dict[str, Any]:
    """Return the row with the decisions that fit it."""
    imports = connection.import_clients if row.kind == Kind.CLIENT else connection.import_items
    others = about.get(row.question, []) if row.question else []
    is_near = row.theirs is None and row.near is not None and row.record_id is not None
    if row.theirs is not None and row.theirs not in others:
        others = [row.theirs, *others]
    if row.near is not None and row.near not in others:
        others = [*others, row.near]
    return {
        "row": row,
        "kind": row.kind,
        "other": row.theirs or row.near,
        "is_near": is_near,
        "fields": fields,
        "candidates": others if len(others) > 1 else [],
        "can_link": row.record_id is not None and bool(others),
        "can_create_there": row.record_id is not None,
        "can_create_here": row.theirs is not None and imports and row.record_id is None,
        "decision_words": DECISIONS[row.decision],
        "is_open": row.decision == "ask" or (is_near and not row.decided_by),
        "limit": NAME_MAX[row.kind],
    }
