"""The month-end packet: what is here, what was sent, what QuickBooks has, and why not all of it."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.pages import PageRequest, People
from fieldledger.accounts.roles import Right, may
from fieldledger.quickbooks.comparing import LISTED_MAX, Comparison, Missing
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.month_end import Packet, accounts_of, packet_of, sign
from fieldledger.quickbooks.pages.access import quickbooks_page
from fieldledger.sync.content import Kind, State
from fieldledger.website.pages.reports import as_pdf, download
from fieldledger.website.reports import Column, Row, Table
from fieldledger.website.templatetags.fieldledger import moment_exact
from fieldledger.website.words import STATES

_BY_ACCOUNT: Final = "Invoices by income account"
_ACCOUNTS: Final = (
    "The account is the one that the item has in QuickBooks; of what is not there yet, the one"
    " that the mapping gives it. The list at the end says why an invoice did not go."
)
_GAPS: Final = "What is not in QuickBooks as it is here"
_FIRST: Final = f"the first {LISTED_MAX} of each kind"
_MORE: Final = "The sums above count all; the others are listed here once these are settled."


@quickbooks_page(Right.SEE_MONEY)
def month_end(request: PageRequest, connection: Connection) -> HttpResponseBase:
    """Show a month's packet, or download it."""
    month = _month(request.GET.get("month", ""))
    if request.GET.get("part") == "accounts":
        return render(request, "reports/table.html", {"table": _accounts(connection, month)})
    packet = packet_of(connection, month)
    tables = _tables(packet, People(request.business))
    wanted = request.GET.get("as")
    if wanted in {"csv", "pdf"}:
        tables.insert(1, _accounts(connection, month))
    if wanted == "csv":
        return download(f"month-end-{packet.month:%Y-%m}", tables)
    if wanted == "pdf":
        name, title = f"month-end-{packet.month:%Y-%m}", f"Month end, {packet.month:%B %Y}"
        return as_pdf(request, name, title, [_signature(request, packet)], tables)
    kinds, methods, taxes, gaps = tables
    with_accounts = request.GET.get("with") == "accounts"
    this = timezone.localdate().replace(day=1)
    shown: dict[str, Any] = {
        "packet": packet,
        "tables": [kinds, taxes],
        "accounts": _accounts(connection, month) if with_accounts else None,
        "accounts_title": _BY_ACCOUNT,
        "methods": methods,
        "gaps": gaps,
        "agrees": not packet.missing and not any(each.not_sent_number for each in packet.kinds),
        "differs": any(each.is_void or each.difference for each in packet.missing),
        "changed": any(each.state == State.CHANGED for each in packet.missing),
        "before": _month_before(packet.month),
        "after": _month_after(packet.month) if packet.month < this else None,
        "is_over": packet.month < this,
        "may_sign": may(request.membership.role, Right.MAP),
        "connection": connection,
    }
    return render(request, "reports/month_end.html", shown)


@quickbooks_page(Right.MAP, methods=("POST",))
def sign_month(request: PageRequest, connection: Connection) -> HttpResponse:
    """Sign a month as it is now."""
    if not request.POST.get("month"):
        raise Http404
    month = _month(request.POST["month"])
    sign(connection, month, actor=request.actor, now=timezone.now())
    messages.success(request, f"{month:%B %Y} is signed as it is now.")
    return redirect(f"{reverse('month_end')}?month={month:%Y-%m}")


def _signature(request: PageRequest, packet: Packet) -> str:
    """Return who has signed the month, in words."""
    signed = packet.signed
    if signed is None:
        return "Nobody has signed this month yet."
    changed = "" if packet.is_as_signed else " The figures have changed since."
    who = People(request.business).name(signed.by)
    return f"Signed by {who} on {moment_exact(signed.at)}.{changed}"


def _month(text: str) -> dt.date:
    """Return the first day of a month like "2026-05"; of last month where it is none."""
    try:
        return dt.date.fromisoformat(f"{text}-01")
    except ValueError:
        return _month_before(timezone.localdate().replace(day=1))


def _month_before(first: dt.date) -> dt.date:
    return (first - dt.timedelta(days=1)).replace(day=1)


def _month_after(first: dt.date) -> dt.date:
    return (first + dt.timedelta(days=31)).replace(day=1)


def _tables(packet: Packet, people: People) -> list[Table]:
    return [
        _both_sides("By kind", "Kind", packet.kinds, with_sums=False),
        _both_sides("Payments by method", "Method", packet.methods),
        _both_sides("Tax by rate", "Tax rate", packet.taxes),
        _gaps(packet, people),
    ]


def _accounts(connection: Connection, month: dt.date) -> Table:
    rows = accounts_of(connection, month)
    return _both_sides(_BY_ACCOUNT, "Account", rows, counted="Lines", notes=[_ACCOUNTS])


def _both_sides(
    title: str,
    of: str,
    rows: Sequence[Comparison],
    *,
    with_sums: bool = True,
    counted: str = "Number",
    notes: Sequence[str] = (),
) -> Table:
    columns = [
        Column(title=of, kind="text"),
        Column(title=counted, kind="number"),
        Column(title="Here"),
        Column(title="Sent"),
        Column(title="In QuickBooks"),
        Column(title="Difference"),
        Column(title="Not sent"),
        Column(title="How many", kind="number"),
    ]
    return Table(
        title=title,
        columns=columns,
        rows=[
            Row(
                cells=(
                    each.title,
                    each.number,
                    each.here,
                    each.sent,
                    each.there,
                    each.difference,
                    each.not_sent,
                    each.not_sent_number,
                )
            )
            for each in rows
        ],
        has_sums=with_sums,
        empty="Nothing in this month.",
        notes=notes,
    )


def _gaps(packet: Packet, people: People) -> Table:
    columns = [
        Column(title="Record", kind="text"),
        Column(title="Client", kind="text"),
        Column(title="Date", kind="day"),
        Column(title="Amount"),
        Column(title="Differs by"),
        Column(title="State", kind="text"),
        Column(title="Why", kind="text"),
    ]
    return Table(
        title=f"{_GAPS}: {_FIRST}" if packet.misses_more else _GAPS,
        columns=columns,
        rows=[
            Row(
                cells=(
                    f"Invoice {each.title}" if each.kind == Kind.INVOICE else each.title,
                    each.client,
                    each.date,
                    each.amount,
                    each.difference or "",
                    str(STATES[each.state]),
                    people.spell(each.reason) or STATES[each.state].meaning,
                ),
                url=_url(each),
            )
            for each in packet.missing
        ],
        has_sums=False,
        empty="All of it is there, to the cent.",
        notes=[_MORE] if packet.misses_more else [],
    )


def _url(row: Missing) -> str:
    if row.entry_guid:
        return reverse("entry", args=[row.entry_guid])
    if row.kind in {Kind.CREDIT, Kind.REFUND}:
        return reverse("credit", args=[row.guid])
    if not row.invoice_guid:
        return reverse("deposit", args=[row.guid])
    return reverse("invoice", args=[row.invoice_guid])
