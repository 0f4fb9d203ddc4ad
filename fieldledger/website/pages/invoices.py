"""The invoices dashboard: money and QuickBooks side by side, and sending many at once."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.vary import vary_on_headers

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.office import queries
from fieldledger.office.fields import guid as read_guid
from fieldledger.office.models import Invoice, MoneyState
from fieldledger.office.saved_views import opening_view, views_of
from fieldledger.quickbooks.counting import entry_counts
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.sync.content import Kind, State
from fieldledger.website.pages.invoice_views import kept_query
from fieldledger.website.pages.paging import newest_first
from fieldledger.website.pages.records import connection_in_use, with_quickbooks
from fieldledger.website.words import STATES

MONEY_TABS: Final = (
    ("", "All"),
    ("open", "Unpaid"),
    (MoneyState.OVERDUE, "Overdue"),
    (MoneyState.PAID, "Paid"),
    (MoneyState.VOID, "Void"),
)
ATTENTION: Final = (State.FAILED, State.GONE, State.CHANGED_IN_QUICKBOOKS, State.DIFFERS)
_GROUPS: Final = (("attention", "Needs you"),)
BULK_MAX: Final = 2000
NO_FEATURE: Final = "Switch QuickBooks Desktop on in the Feature Center first."
_COUNTED_MAX: Final = BULK_MAX  # Beyond, the number is not worth reading the whole list.
# So many entries are read before their invoices; of more, the invoices come first.
_FEW: Final = 5_000
_PERIODS: Final = (("", "Any date"), ("this", "This month"), ("last", "Last month"))


@page(Right.SEE_MONEY)
@vary_on_headers("HX-Request")
def invoices(request: PageRequest) -> HttpResponse:
    """Show the invoices, newest first; without a filter those of the view that opens first."""
    if not request.GET and not request.htmx:
        first = opening_view(views_of(request.business, request.user), request.user)
        if first is not None and first.query:
            return redirect(f"{reverse('invoices')}?{first.query}")
    template = "invoices/rows.html" if request.htmx else "invoices/list.html"
    return render(request, template, _dashboard(request, request.GET))


def dashboard_after(
    request: PageRequest, *, results: Sequence[Any] = (), refusal: str = ""
) -> HttpResponse:
    """Show the list under its filters with what became of the invoices that were asked for."""
    shown = _dashboard(request, QueryDict(request.POST.get("filters", "")))
    if refusal:
        shown["sync_refusal"] = refusal
        return render(request, "invoices/list.html", shown, status=409)
    guids = [each.guid for each in results]
    rows = Invoice.objects.filter(business=request.business, guid__in=guids)
    shown["outcome"] = outcome_of(results, {str(each.guid): each for each in rows})
    return render(request, "invoices/list.html", shown)


def chosen_invoices(request: PageRequest, connection: Connection) -> list[Invoice]:
    """Return the invoices that are ticked, or all that the filters show, the newest first."""
    if "all_shown" in request.POST:
        filters = QueryDict(request.POST.get("filters", ""))
        return list(_filtered(request, filters, connection).order_by("-pk")[:BULK_MAX])
    ticked = [found for each in request.POST.getlist("invoice") if (found := read_guid(each))]
    rows = Invoice.objects.filter(business=request.business, guid__in=ticked[:BULK_MAX])
    return list(rows.order_by("-pk"))


def outcome_of(results: Sequence[Any], invoices: dict[str, Invoice]) -> dict[str, Any]:
    """Return what the panel over the list says: how many went, and why the others did not."""
    counts = Counter((result.kind, result.result) for result in results)
    refusals: dict[str, list[Invoice | None]] = {}
    for result in results:
        if result.result == "refused":
            refusals.setdefault(result.reason, []).append(invoices.get(str(result.guid)))
    return {
        "queued": counts["invoice", "queued"],
        "held": counts["invoice", "held"],
        "payments": counts["payment", "queued"],
        "already": counts["invoice", "already_pending"],
        "refused": counts["invoice", "refused"] + counts["payment", "refused"],
        "refusals": sorted(refusals.items(), key=lambda each: -len(each[1])),
    }


def _dashboard(request: PageRequest, asked: QueryDict) -> dict[str, Any]:
    connection = connection_in_use(request)
    today = timezone.localdate()
    rows = _filtered(request, asked, connection)
    # What is found by words may be found by its clients, and is sorted then.
    among = queries.invoices(request.business, today=today) if asked.get("q") else None
    listed = newest_first(rows, asked.get("after", ""), among=among)
    filters = asked.copy()
    filters.pop("after", None)
    beyond = not listed.is_first or bool(listed.after)
    views, query = views_of(request.business, request.user), kept_query(asked)
    return {
        "views": views,
        "view_name": next((each.name for each in views if query and each.query == query), ""),
        "listed": listed,
        "rows": [
            (invoice, invoice.money_state(today), block)
            for invoice, block in with_quickbooks(request, "invoice", listed.rows, connection)
        ],
        "matching": _counted(rows, by_words=bool(asked.get("q"))) if beyond else len(listed.rows),
        "counted_max": _COUNTED_MAX,
        "bulk_max": BULK_MAX,
        "with_state": connection is not None,
        "wanted": asked.get("q", ""),
        "money": asked.get("money", ""),
        "state": asked.get("state", ""),
        "period": asked.get("period", ""),
        "tabs": MONEY_TABS,
        "periods": _PERIODS,
        "states": [("", "Any QuickBooks state"), *_GROUPS]
        + [(state, words.text) for state, words in STATES.items()],
        "filters": filters.urlencode(),
        "is_filtered": any(asked.get(name) for name in ("q", "money", "state", "period")),
    }


def _counted(rows: QuerySet[Invoice], *, by_words: bool) -> int:
    """Return how many there are, at most _COUNTED_MAX; what is found by words, in its own order.

    SQLite would go by the days, where the rows of neither lie together.
    """
    return (rows.order_by("-pk") if by_words else rows)[:_COUNTED_MAX].count()


def _filtered(
    request: PageRequest, asked: QueryDict, connection: Connection | None
) -> QuerySet[Invoice]:
    today = timezone.localdate()
    money = asked.get("money", "")
    rows = queries.invoices(
        request.business,
        today=today,
        q=asked.get("q", ""),
        state=money if money in dict(MONEY_TABS) else "",
    )
    rows = rows.filter(_period_condition(asked.get("period", ""), today))
    state = asked.get("state", "")
    if connection is None or state not in {"attention", *State}:
        return rows
    entries = SyncEntry.objects.filter(
        connection=connection, rank=RANK[Kind.INVOICE], record_id=OuterRef("pk")
    )
    if state == State.NOT_SENT:
        return rows.filter(~Exists(entries.exclude(state=State.NOT_SENT)))
    states = ATTENTION if state == "attention" else (state,)
    counts = entry_counts(connection)[Kind.INVOICE]
    if sum(counts.get(State(each), 0) for each in states) <= _FEW:
        wanted = SyncEntry.objects.filter(connection=connection, rank=RANK[Kind.INVOICE])
        return rows.filter(pk__in=wanted.filter(state__in=states).values("record_id"))
    return rows.filter(Exists(entries.filter(state__in=states)))


def _period_condition(period: str, today: dt.date) -> Q:
    first = today.replace(day=1)
    match period:
        case "this":
            return Q(date__gte=first)
        case "last":
            return Q(date__gte=(first - dt.timedelta(days=1)).replace(day=1), date__lt=first)
    return Q()
