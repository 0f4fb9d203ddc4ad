"""What the office sold, is owed and received, between two dates or on one: rows for the reports.

Void invoices and payments count nowhere. Amounts are dollars and cents. What was sold on a day is
what the invoices of that date say: this is no report of what was paid.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum

from fieldledger.accounts.models import Business
from fieldledger.office.day_totals import OwedTotal
from fieldledger.office.models import ZERO, Invoice, InvoiceLine, LineKind, Method
from fieldledger.office.totals import dollars, invoiced, received

ROWS_MAX: Final = 500  # Of items and clients; what comes after is one row, so that sums hold.
OTHERS: Final = "All others"
_TOTAL: Final = F("total")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """A row of a sales report: what it is of, how many invoices, and their amounts."""

    title: str
    number: int
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    key: str = ""  # A client's or item's guid, or a period's first day.


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """A row of a report of one amount."""

    title: str
    number: int
    amount: Decimal
    key: str = ""


def sales_by_period(business: Business, first: dt.date, last: dt.date, *, each: str) -> list[Sale]:
    """Return a row for each "day", "week" (from Monday) or "month", those without sales too."""
    rows: dict[dt.date, list[int]] = {}
    start = period_of(first, each)
    while start <= last:
        rows[start] = [0, 0, 0, 0]
        start = following(start, each)
    totals = invoiced(business, first, last)
    for date, *amounts in totals.values_list("date", "number", "subtotal", "tax", "total"):
        row = rows[period_of(date, each)]
        for place, amount in enumerate(amounts):
            row[place] += amount
    return [
        Sale(
            title=_period_title(day, each),
            number=number,
            subtotal=dollars(subtotal),
            tax=dollars(tax),
            total=dollars(total),
            key=day.isoformat(),
        )
        for day, (number, subtotal, tax, total) in rows.items()
    ]


def sales_by_client(business: Business, first: dt.date, last: dt.date) -> list[Sale]:
    """Return a row for each client that was invoiced, the one of most first."""
    found = (
        _sold(business, first, last)
        .values("client__guid", "client__name")
        .annotate(
            number=Count("pk"),
            all_subtotal=Sum("subtotal"),
            all_tax=Sum("tax"),
            all_total=Sum("total"),
        )
        .order_by("-all_total", "client__name")
    )
    return _with_others([_sale(row, "client__name", "client__guid") for row in found])


def sales_by_tax(business: Business, first: dt.date, last: dt.date) -> list[Sale]:
    """Return a row for each tax rate, with what was invoiced under it and its tax."""
    found = (
        _sold(business, first, last)
        .values("tax_rate__guid", "tax_rate__name")
        .annotate(
            number=Count("pk"),
            all_subtotal=Sum("subtotal"),
            all_tax=Sum("tax"),
            all_total=Sum("total"),
        )
        .order_by("-all_tax", "tax_rate__name")
    )
    return [_sale(row, "tax_rate__name", "tax_rate__guid", nothing="No tax") for row in found]


_WITHOUT_ITEM: Final[Mapping[str, str]] = {
    LineKind.WORK: "Lines without an item",
    LineKind.TIP: "Tips",
    LineKind.FEE: "Fees",
}


def sales_by_item(business: Business, first: dt.date, last: dt.date) -> list[Amount]:
    """Return a row for each item, the one of most first: lines' amounts, before tax.

    The last row is what was taken off whole invoices, so that the rows come to the sales.
    """
    lines = InvoiceLine.objects.filter(
        invoice__business=business,
        invoice__voided_at=None,
        invoice__date__gte=first,
        invoice__date__lte=last,
    )
    found = (
        lines.values("kind", "item__guid", "item__name")
        .annotate(number=Count("pk"), all_amount=Sum("amount"))
        .order_by("-all_amount", "item__name", "kind")
    )
    rows = [
        Amount(
            title=row["item__name"] or _WITHOUT_ITEM[row["kind"]],
            number=row["number"],
            amount=row["all_amount"] or ZERO,
            key=str(row["item__guid"] or ""),
        )
        for row in found
    ]
    shown, rest = rows[:ROWS_MAX], rows[ROWS_MAX:]
    if rest:
        amount = sum((each.amount for each in rest), ZERO)
        number = sum(each.number for each in rest)
        shown.append(Amount(title=OTHERS, number=number, amount=amount))
    off = Invoice.objects.filter(
        business=business, voided_at=None, date__gte=first, date__lte=last, discount__gt=0
    ).aggregate(number=Count("pk"), amount=Sum("discount"))
    if off["number"]:
        shown.append(Amount(title="Discounts", number=off["number"], amount=-off["amount"]))
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


AGES: Final = (
    ("Not due yet", None, 0),
    ("1 to 30 days late", 1, 30),
    ("31 to 60 days late", 31, 60),
    ("61 to 90 days late", 61, 90),
    ("Over 90 days late", 91, None),
)


def ageing(business: Business, today: dt.date) -> list[Amount]:
    """Return what is owed on `today`, by how late it is; invoices without a due date are not."""
    owed: Mapping[str, list[int]] = {title: [0, 0] for title, _, _ in AGES}
    totals = OwedTotal.objects.filter(business=business)
    for due, number, balance in totals.values_list("date", "number", "balance"):
        row = owed[_age(due, today)]
        row[0] += number
        row[1] += balance
    return [
        Amount(title=title, number=number, amount=dollars(balance))
        for title, (number, balance) in owed.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor:
    """What one client owes, by age; `late` is all but the first."""

    title: str
    key: str
    ages: Sequence[Decimal]
    balance: Decimal


def debtors(business: Business, today: dt.date) -> list[Debtor]:
    """Return what each client owes by its age, the one of most first; at most ROWS_MAX."""
    conditions = [
        Q(due_date=None) | Q(due_date__gte=today)
        if first is None
        else _late_between(today, first, last)
        for _, first, last in AGES
    ]
    sums: dict[str, Any] = {}
    for place, condition in enumerate(conditions):
        sums[f"total_{place}"] = Sum("total", filter=condition)
        sums[f"paid_{place}"] = Sum("paid", filter=condition)
    open_ones = Invoice.objects.filter(business=business, voided_at=None, paid__lt=_TOTAL).values(
        "client__guid", "client__name"
    )
    rows = []
    found: Iterable[Mapping[str, Any]] = open_ones.annotate(**sums)
    for row in found:
        ages = [
            (row[f"total_{place}"] or ZERO) - (row[f"paid_{place}"] or ZERO)
            for place in range(len(AGES))
        ]
        rows.append(
            Debtor(
                title=row["client__name"],
                key=str(row["client__guid"]),
                ages=ages,
                balance=sum(ages, ZERO),
            )
        )
    return sorted(rows, key=lambda each: (-each.balance, each.title))[:ROWS_MAX]


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


def _sold(business: Business, first: dt.date, last: dt.date) -> QuerySet[Invoice]:
    return Invoice.objects.filter(
        business=business, voided_at=None, date__gte=first, date__lte=last
    )


def _sale(row: Mapping[str, Any], title: str, key: str, nothing: str = "") -> Sale:
    return Sale(
        title=row[title] or nothing,
        number=row["number"],
        subtotal=row["all_subtotal"] or ZERO,
        tax=row["all_tax"] or ZERO,
        total=row["all_total"] or ZERO,
        key=str(row[key] or ""),
    )


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
            )
        )
    return shown


def _age(due: dt.date, today: dt.date) -> str:
    days = (today - due).days if due != OwedTotal.NEVER_DUE else 0
    for title, _, last in AGES:
        if last is None or days <= last:
            return title
    raise AssertionError(days)


def _late_between(today: dt.date, first: int, last: int | None) -> Q:
    condition = Q(due_date__lte=today - dt.timedelta(days=first))
    if last is not None:
        condition &= Q(due_date__gte=today - dt.timedelta(days=last))
    return condition
