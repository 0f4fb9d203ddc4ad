"""What the office sold, received and paid back between two dates: rows for the reports.

What is void counts nowhere. Amounts are dollars and cents. What was sold on a day is what the
invoices of that date say, less what its credit memos take back: this is no report of what was paid.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Q, QuerySet, Sum

from fieldledger.accounts.models import Business
from fieldledger.office.cents import Cents
from fieldledger.office.models import (
    ZERO,
    Credit,
    CreditLine,
    Invoice,
    InvoiceLine,
    LineKind,
    Method,
    Refund,
)
from fieldledger.office.totals import credited, dollars, invoiced, received

ROWS_MAX: Final = 500  # Of items and clients; what comes after is one row, so that sums hold.
OTHERS: Final = "All others"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A row of a sales report: what it is of, how many invoices, and the amounts after credits."""

    title: str
    number: int
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    credits: int = 0  # How many credit memos are taken off,
    credited: Decimal = ZERO  # and what they come to with tax.
    key: str = ""  # A client's or item's guid, or a period's first day.


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A row of a report of one amount, which is after credits where these are taken off."""

    title: str
    number: int
    amount: Decimal
    credits: int = 0
    credited: Decimal = ZERO
    key: str = ""


def sales_by_period(business: Business, first: dt.date, last: dt.date, *, each: str) -> list[Sale]:
    """Return a row for each "day", "week" (from Monday) or "month", those without sales too."""
    invoices: dict[dt.date, list[int]] = {}
    memos: dict[dt.date, list[int]] = {}
    start = period_of(first, each)
    while start <= last:
        invoices[start], memos[start] = [0, 0, 0, 0], [0, 0, 0, 0]
        start = following(start, each)
    for totals, rows in (
        (invoiced(business, first, last), invoices),
        (credited(business, first, last), memos),
    ):
        for date, *amounts in totals.values_list("date", "number", "subtotal", "tax", "total"):
            row = rows[period_of(date, each)]
            for place, amount in enumerate(amounts):
                row[place] += amount
    return [
        Sale(
            title=_period_title(day, each),
            number=number,
            subtotal=dollars(subtotal - memos[day][1]),
            tax=dollars(tax - memos[day][2]),
            total=dollars(total - memos[day][3]),
            credits=memos[day][0],
            credited=dollars(memos[day][3]),
            key=day.isoformat(),
        )
        for day, (number, subtotal, tax, total) in invoices.items()
    ]


def sales_by_client(business: Business, first: dt.date, last: dt.date) -> list[Sale]:
    """Return a row for each client that was invoiced or credited, the one of most first."""
    rows = _sales_by("client", business, first, last)
    return _with_others(sorted(rows, key=lambda each: (-each.total, each.title)))


def sales_by_tax(business: Business, first: dt.date, last: dt.date) -> list[Sale]:
    """Return a row for each tax rate, with what was invoiced under it and its tax."""
    rows = _sales_by("tax_rate", business, first, last, nothing="No tax")
    return sorted(rows, key=lambda each: (-each.tax, each.title))


_WITHOUT_ITEM: Final[Mapping[str, str]] = {
    LineKind.WORK: "Lines without an item",
    LineKind.TIP: "Tips",
    LineKind.FEE: "Fees",
}


def sales_by_item(business: Business, first: dt.date, last: dt.date) -> list[Amount]:
    """Return a row for each item, the one of most first: lines' amounts, before tax.

    The last row is what was taken off whole invoices, so that the rows come to the sales.
    """
    sold = _by_item(
        InvoiceLine.objects.filter(_within(first, last, business, "invoice")), "kind", "item__guid"
    )
    memos = CreditLine.objects.filter(_within(first, last, business, "credit"))
    # A line of a credit memo has no kind: a tip is taken back as any other line is.
    off = {(LineKind.WORK, guid): row for (guid,), row in _by_item(memos, "item__guid").items()}
    rows = []
    for kind, guid in {**sold, **off}:
        row, back = sold.get((kind, guid), {}), off.get((kind, guid), {})
        less = back.get("all_amount") or ZERO
        rows.append(
            Amount(
                title=(row or back)["item__name"] or _WITHOUT_ITEM[kind],
                number=row.get("number", 0),
                amount=(row.get("all_amount") or ZERO) - less,
                credits=back.get("number", 0),
                credited=less,
                key=str(guid or ""),
            )
        )
    rows.sort(key=lambda each: (-each.amount, each.title))
    shown, rest = rows[:ROWS_MAX], rows[ROWS_MAX:]
    if rest:
        shown.append(
            Amount(
                title=OTHERS,
                number=sum(each.number for each in rest),
                amount=sum((each.amount for each in rest), ZERO),
                credits=sum(each.credits for each in rest),
                credited=sum((each.credited for each in rest), ZERO),
            )
        )
    discounts = Invoice.objects.filter(_within(first, last, business), discount__gt=0).aggregate(
        number=Count("pk"), amount=Cents(Sum("discount"))
    )
    if discounts["number"]:
        shown.append(
            Amount(title="Discounts", number=discounts["number"], amount=-discounts["amount"])
        )
    return shown


def received_by_method(business: Business, first: dt.date, last: dt.date) -> list[Amount]:
    """Return a row for each method of payment, the one of most first."""
    found = (
        received(business, first, last)
        .values_list("method")
        .annotate(all_number=Sum("number"), all_amount=Sum("amount"))
    )
    words = dict(Method.choices)
    rows = [
        Amount(title=words[method], number=number, amount=dollars(amount), key=method)
        for method, number, amount in found
        if number
    ]
    return sorted(rows, key=lambda each: -each.amount)


def refunded_by_method(business: Business, first: dt.date, last: dt.date) -> list[Amount]:
    """Return what was paid back out of credit memos by each method, the one of most first."""
    found = (
        Refund.objects.filter(_within(first, last, business))
        .values_list("method")
        .annotate(all_number=Count("pk"), all_amount=Cents(Sum("amount")))
        .order_by("-all_amount", "method")
    )
    words = dict(Method.choices)
    return [
        Amount(title=words[method], number=number, amount=amount, key=method)
        for method, number, amount in found
    ]


def period_of(day: dt.date, each: str) -> dt.date:
    """Return the first day of the day, week or month that `day` is in."""
    match each:
        case "month":
            return day.replace(day=1)
        case "week":
            return day - dt.timedelta(days=day.weekday())
        case _:
            return day


def following(start: dt.date, each: str) -> dt.date:
    """Return the first day of the period after the one that begins on `start`."""
    match each:
        case "month":
            return (start + dt.timedelta(days=31)).replace(day=1)
        case "week":
            return start + dt.timedelta(days=7)
        case _:
            return start + dt.timedelta(days=1)


def _period_title(day: dt.date, each: str) -> str:
    match each:
        case "month":
            return f"{day:%B %Y}"
        case "week":
            return f"Week of {day:%b} {day.day}, {day.year}"
        case _:
            return f"{day:%b} {day.day}, {day.year}"


def _within(first: dt.date, last: dt.date, business: Business, of: str = "") -> Q:
    """Return the condition that a record, or the one that its field `of` names, counts there."""
    wanted = {"business": business, "voided_at": None, "date__gte": first, "date__lte": last}
    return Q(**{f"{of}__{name}" if of else name: value for name, value in wanted.items()})


def _sales_by(
    of: str, business: Business, first: dt.date, last: dt.date, *, nothing: str = ""
) -> list[Sale]:
    """Return a row for each client or tax rate that invoices or credit memos are of."""
    key, title = f"{of}__guid", f"{of}__name"

    def found(rows: QuerySet[Any]) -> dict[Any, Mapping[str, Any]]:
        summed: QuerySet[Any, Mapping[str, Any]] = (
            rows.filter(_within(first, last, business))
            .values(key, title)
            .annotate(
                number=Count("pk"),
                all_subtotal=Cents(Sum("subtotal")),
                all_tax=Cents(Sum("tax")),
                all_total=Cents(Sum("total")),
            )
            .order_by()
        )
        return {row[key]: row for row in summed}

    sold, off = found(Invoice.objects.all()), found(Credit.objects.all())
    sales = []
    for guid in {**sold, **off}:
        row, back = sold.get(guid, {}), off.get(guid, {})
        subtotal, tax, total = (
            (row.get(name) or ZERO) - (back.get(name) or ZERO)
            for name in ("all_subtotal", "all_tax", "all_total")
        )
        sales.append(
            Sale(
                title=(row or back)[title] or nothing,
                number=row.get("number", 0),
                subtotal=subtotal,
                tax=tax,
                total=total,
                credits=back.get("number", 0),
                credited=back.get("all_total") or ZERO,
                key=str(guid or ""),
            )
        )
    return sales


def _by_item(lines: QuerySet[Any], *by: str) -> dict[Any, Mapping[str, Any]]:
    """Return the sums of lines by what `by` names, which the guid of their item is the last of."""
    rows: QuerySet[Any, Mapping[str, Any]] = (
        lines.values(*by, "item__name")
        .annotate(number=Count("pk"), all_amount=Cents(Sum("amount")))
        .order_by()
    )
    return {tuple(row[name] for name in by): row for row in rows}


def _with_others(rows: list[Sale]) -> list[Sale]:
    shown, rest = rows[:ROWS_MAX], rows[ROWS_MAX:]
    if rest:
        shown.append(
            Sale(
                title=OTHERS,
                number=sum(each.number for each in rest),
                subtotal=sum((each.subtotal for each in rest), ZERO),
                tax=sum((each.tax for each in rest), ZERO),
                total=sum((each.total for each in rest), ZERO),
                credits=sum(each.credits for each in rest),
                credited=sum((each.credited for each in rest), ZERO),
            )
        )
    return shown
