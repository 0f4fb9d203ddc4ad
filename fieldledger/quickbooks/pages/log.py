"""The QuickBooks Desktop sync log: the list with its filters, one entry, and moving entries."""

from collections import Counter
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.vary import vary_on_headers

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right, may
from fieldledger.office.fields import guid as read_guid
from fieldledger.office.models import Payment, Refund
from fieldledger.office.saved_view import SavedView
from fieldledger.office.saved_views import opening_view, views_of
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.log_words import Action, actions_of
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.quickbooks.pages.afterwards import afterwards_of, found_invoice
from fieldledger.quickbooks.pages.approval import approval_of
from fieldledger.quickbooks.pages.checking import checking_of
from fieldledger.quickbooks.pages.clash import card_of
from fieldledger.quickbooks.pages.fixes import fix_of_entry
from fieldledger.quickbooks.pages.lamp import count_in
from fieldledger.quickbooks.pages.log_filters import (
    FILTERS,
    GROUPS,
    TABS,
    choices_of,
    filters_of,
)
from fieldledger.quickbooks.services import Mistaken
from fieldledger.quickbooks.summing_up import HOW_WORDS
from fieldledger.quickbooks.told_apart import stands_apart
from fieldledger.sync.content import Kind, State
from fieldledger.sync.words import ACTOR_WORDS, explain

_PAGE_SIZE: Final = 50
_TICKED_MAX: Final = 500
DONE: Final = {
    "retry": "queued again",
    "hold": "held",
    "ignore": "ignored",
    "release": "released",
    "accept": "left as QuickBooks has it",
}
MOVABLE: Final = {
    "retry": frozenset({State.FAILED, State.GONE, State.CHANGED_IN_QUICKBOOKS, State.DIFFERS}),
    "accept": frozenset({State.CHANGED_IN_QUICKBOOKS, State.DIFFERS}),
    "release": frozenset({State.HELD, State.IGNORED}),
    "hold": frozenset({State.PENDING, State.WAITING, State.FAILED, State.GONE, State.CHANGED}),
    "ignore": frozenset(
        {State.PENDING, State.WAITING, State.FAILED, State.GONE, State.CHANGED, State.HELD}
    ),
}


@quickbooks_page(Right.QUEUE)
@vary_on_headers("HX-Request")
def sync_log(request: PageRequest, connection: Connection) -> HttpResponse:
    """Show the log; its filters are in the address, to be kept and passed on."""
    views = views_of(request.business, request.user, SavedView.Listed.LOG)
    if not request.GET and not request.htmx:
        first = opening_view(views, request.user)
        if first is not None and first.query:
            return redirect(f"{reverse('sync_log')}?{first.query}")
    try:
        shown = _shown(connection, request.GET)
    except Mistaken:
        return redirect("sync_log")
    shown["tabs"] = _tabs(connection)
    if not request.htmx:
        shown["views"] = views
        shown |= choices_of(connection, request.GET)
    template = "quickbooks/log_rows.html" if request.htmx else "quickbooks/log.html"
    return render(request, template, shown)


@quickbooks_page(Right.QUEUE, methods=("POST",))
def act(request: PageRequest, connection: Connection) -> HttpResponse:
    """Move the ticked entries, or one."""
    action = request.POST.get("action", "")
    if action not in services.ACTIONS:
        raise Http404
    ticked = [found for each in request.POST.getlist("entry") if (found := read_guid(each))]
    results = services.act(
        connection,
        action=action,
        entries=ticked[:_TICKED_MAX],
        actor=request.actor,
        now=timezone.now(),
    )
    done = sum(result.done for result in results)
    if done:
        noun = "entry is" if done == 1 else "entries are"
        messages.success(request, f"{done} {noun} {DONE[action]}.")
    for reason, number in Counter(each.reason for each in results if not each.done).items():
        messages.warning(request, reason if number == 1 else f"{number} entries: {reason}")
    if len(ticked) == 1 and request.POST.get("from") == "invoice":
        invoice = found_invoice(request, connection, ticked[0])
        if invoice is not None:
            return redirect("invoice", invoice)
    if request.POST.get("from") in {"entry", "invoice"} and len(ticked) == 1:
        return redirect("entry", ticked[0])
    filters = QueryDict(request.POST.get("filters", "")).urlencode()
    return redirect(f"{reverse('sync_log')}?{filters}" if filters else reverse("sync_log"))


@quickbooks_page(Right.QUEUE)
def entry(request: PageRequest, connection: Connection, guid: UUID) -> HttpResponse:
    """Show one entry: what happened, why, who moves next, and what was said."""
    with_raw = may(request.membership.role, Right.READ_RAW)
    try:
        detail = queries.entry_detail(connection, guid, with_raw=with_raw)
    except SyncEntry.DoesNotExist:
        raise Http404 from None
    explained = explain(detail["code"], said=detail["said"] or "") if detail["code"] else None
    afterwards = afterwards_of(connection, guid)
    approval = approval_of(request, connection, guid)
    # Elsewhere the buttons above say the same.
    is_alone = detail["state"] in MOVABLE["accept"]
    shown = {
        "entry": detail,
        "does": Action[detail["action"].upper()],
        "explained": explained,
        "next_move": ACTOR_WORDS[explained.actor] if explained else "",
        "record_url": _record_url(request, detail["kind"], detail["record"]),
        "edit_url": _edit_url(request, detail["kind"], detail["record"]),
        "waiting_for": [
            each | {"url": _record_url(request, each["kind"], each["id"])}
            for each in detail["waiting_for"]
        ],
        "needed_by": [
            each | {"url": _record_url(request, each["kind"], each["id"])}
            for each in detail["needed_by"]
        ],
        "actions": [
            name
            for name, states in MOVABLE.items()
            if detail["state"] in states and not (approval and name == "release")
        ],
        "with_raw": with_raw,
        "connection": connection,
        **(afterwards if is_alone else afterwards | {"choices": []}),
        "choices_alone": is_alone,
        **checking_of(detail),
        **card_of(request, connection, guid),
        "fix": fix_of_entry(request, connection, guid),
        **approval,
    }
    return render(request, "quickbooks/entry.html", shown)


def _shown(connection: Connection, asked: QueryDict) -> dict[str, Any]:
    group, code = asked.get("state", ""), asked.get("code", "")
    entries, following = queries.entry_page(
        connection,
        limit=_PAGE_SIZE,
        cursor=asked.get("after") or None,
        **filters_of(connection, asked),
    )
    return {
        "connection": connection,
        "entries": entries,
        "actions": actions_of(entries),
        "told_apart": {each.pk for each in entries if stands_apart(each)},
        "after": following,
        "is_first": not asked.get("after"),
        "wanted": asked.get("q", ""),
        "state": group,
        "kind": asked.get("kind", ""),
        "code": code,
        "cause": explain(code).title if code else "",
        "how": asked.get("how", ""),
        "how_words": HOW_WORDS.get(asked.get("how", ""), ""),
        "kinds": [(str(kind), f"{str(kind).capitalize()}s") for kind in Kind],
        "filters": asked.urlencode(),
        "is_filtered": any(asked.get(name) for name in FILTERS),
    }


def _tabs(connection: Connection) -> list[tuple[str, str, int | None]]:
    """Return the tabs with how many entries each shows; of what is done nobody needs a number."""
    counted = set(GROUPS) - {"synced"}
    return [
        (name, words, count_in(connection, states) if name in counted else None)
        for name, words, states in TABS
    ]


_EDITED: Final = {
    Kind.CLIENT: ("edit_client", Right.EDIT_CLIENTS),
    Kind.ITEM: ("edit_item", Right.EDIT_ITEMS),
}


def _edit_url(request: PageRequest, kind: Kind, guid: str) -> str:
    """Return the form of the client or item that an entry is about, for who may change it."""
    view, right = _EDITED.get(kind, ("", None))
    if right is None or not may(request.membership.role, right):
        return ""
    return reverse(view, args=[guid])


def _record_url(request: PageRequest, kind: str, guid: str) -> str:
    """Return the page of the record that an entry is about; a payment's is its invoice's.

    A deposit has one of its own.
    """
    if kind == Kind.PAYMENT:
        payment = (
            Payment.objects.select_related("invoice")
            .filter(business=request.business, guid=guid)
            .first()
        )
        if payment is None:
            return ""
        if payment.invoice is None:
            return reverse("deposit", args=[payment.guid])
        return reverse("invoice", args=[payment.invoice.guid])
    if kind == Kind.REFUND:
        refund = (
            Refund.objects.select_related("credit")
            .filter(business=request.business, guid=guid)
            .first()
        )
        return reverse("credit", args=[refund.credit.guid]) if refund else ""
    return reverse(kind, args=[guid])
