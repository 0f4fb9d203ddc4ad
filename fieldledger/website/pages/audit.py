"""The audit trail: who did what to which record and when; as a spreadsheet, and verified."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.audit_chain import verify
from fieldledger.accounts.audit_trail import Wanted, every_event, trail
from fieldledger.accounts.models import AuditEvent, AuditSeal
from fieldledger.accounts.pages import PageRequest, People, page
from fieldledger.accounts.roles import Right
from fieldledger.accounts.services import THE_SYSTEM
from fieldledger.office.fields import guid as read_guid
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, Refund
from fieldledger.office.spreadsheets import lines_of
from fieldledger.quickbooks.pages.log_filters import days_of, midnight, people_and_programs
from fieldledger.quickbooks.services import Mistaken
from fieldledger.website.pages.paging import PAGE_SIZE

HEADER: Final = ("When (UTC)", "Who", "What", "Record", "Details")
_VERIFIED_MAX: Final = 20_000  # Links computed anew while somebody waits for the page.
_DETAILS_MAX: Final = 300
_ACTOR_MAX: Final = 255
_NUMBERED: Final = {"invoice": "Invoice", "credit": "Credit memo"}


@page(Right.READ_RAW)
def audit_trail(request: PageRequest) -> HttpResponseBase:
    """Show the trail, or download what the filters show of it."""
    try:
        first, last = days_of(request.GET)
    except Mistaken:
        return redirect("audit_trail")
    by = request.GET.get("by", "")[:_ACTOR_MAX]
    wanted = Wanted(
        actor=by,
        since=midnight(first) if first else None,
        before=midnight(last + dt.timedelta(days=1)) if last else None,
    )
    if request.GET.get("as") == "csv":
        return _download(request, wanted)
    found = trail(request.business, wanted, after=request.GET.get("after", ""), limit=PAGE_SIZE)
    records, people = _records(request, found.events), People(request.business)
    shown: dict[str, Any] = {
        "rows": [
            {
                "event": each,
                "did": each.action.replace("_", " "),
                "who": people.name(each.actor),
                "record": records.get(each.subject, ("", "")),
                "details": people.spell(details_of(each)),
            }
            for each in found.events
        ],
        "after": found.after,
        "is_first": not request.GET.get("after"),
        "by": by,
        "askers": [(THE_SYSTEM, "Fieldledger"), *people_and_programs(request.business.pk)],
        "first": first,
        "last": last,
        "is_filtered": bool(by or first or last),
    }
    return render(request, "audit/trail.html", shown)


@page(Right.READ_RAW, methods=("POST",))
def verify_trail(request: PageRequest) -> HttpResponse:
    """Compute the chain over the trail anew and say whether it fits."""
    seals = AuditSeal.objects.filter(business=request.business)
    newest = seals.order_by("-number").first()
    if newest is not None and newest.number > _VERIFIED_MAX:
        said = f"{newest.number:,} events take longer than a page waits. Whoever runs Fieldledger"
        messages.warning(request, f"{said} verifies them with “fieldledger verify-audit”.")
        return redirect("audit_trail")
    verdict = verify(request.business)
    if verdict.breaks:
        messages.error(request, f"The trail does not fit. {verdict.breaks}")
    else:
        late = f" {verdict.unsealed:,} of the last moments are sealed next." * bool(
            verdict.unsealed
        )
        messages.success(
            request,
            f"The trail is whole: {verdict.links:,} events are as they were written.{late} The last"
            f" link is {verdict.head}.",
        )
    return redirect("audit_trail")


def details_of(event: AuditEvent) -> str:
    """Return the details of an event in a line, by name: "fields: phone, email; number: 3".

    PostgreSQL keeps no order of its own in them.
    """
    parts = (
        f"{key.replace('_', ' ')}: {_told(value)}" for key, value in sorted(event.details.items())
    )
    told = "; ".join(parts)
    return told if len(told) <= _DETAILS_MAX else f"{told[: _DETAILS_MAX - 1]}…"


def _told(value: Any) -> str:
    match value:
        case bool():
            return "yes" if value else "no"
        case Mapping():
            return ", ".join(f"{key} {_told(each)}" for key, each in value.items())
        case list() | tuple():
            return ", ".join(map(_told, value))
        case _:
            return str(value)


def _records(request: PageRequest, events: Sequence[AuditEvent]) -> dict[str, tuple[str, str]]:
    """Return the names and pages of the records that events are about, by their subjects."""
    guids = {each.subject for each in events if read_guid(each.subject)}
    found: dict[str, tuple[str, str]] = {}
    for model, view, title in (
        (Client, "client", "name"),
        (Item, "item", "name"),
        (Invoice, "invoice", "number"),
        (Credit, "credit", "number"),
    ):
        rows = model._default_manager.filter(  # noqa: SLF001 - Django's documented API.
            business=request.business, guid__in=guids
        )
        for guid, name in rows.values_list("guid", title):
            words = name if title == "name" else f"{_NUMBERED[view]} {name}"
            found[str(guid)] = (words, reverse(view, args=[guid]))
    payments = Payment.objects.filter(business=request.business, guid__in=guids)
    for payment in payments.select_related("invoice"):
        of = payment.invoice
        found[str(payment.guid)] = (
            (f"Payment of invoice {of.number}", reverse("invoice", args=[of.guid]))
            if of is not None
            else ("Deposit", reverse("deposit", args=[payment.guid]))
        )
    refunds = Refund.objects.filter(business=request.business, guid__in=guids)
    for refund in refunds.select_related("credit"):
        credit = refund.credit
        found[str(refund.guid)] = (
            f"Refund of credit memo {credit.number}",
            reverse("credit", args=[credit.guid]),
        )
    return found


def _download(request: PageRequest, wanted: Wanted) -> HttpResponseBase:
    response = StreamingHttpResponse(
        lines_of(HEADER, _lines(request, wanted)), content_type="text/csv; charset=utf-8"
    )
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="audit-trail-{day}.csv"'
    return response


def _lines(request: PageRequest, wanted: Wanted) -> Iterator[tuple[str, ...]]:
    people = People(request.business)
    for each in every_event(request.business, wanted):
        yield (
            f"{each.at.astimezone(dt.UTC):%Y-%m-%d %H:%M:%S}",
            people.name(each.actor),
            each.action,
            each.subject,
            details_of(each),
        )
