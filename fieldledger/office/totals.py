"""The office's kept totals by day: what was invoiced and credited, what is owed, what came in."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from django.db.models import Q, QuerySet, Sum

from fieldledger.accounts.models import Business
from fieldledger.office.day_totals import CreditedTotal, InvoicedTotal, OwedTotal, ReceivedTotal
from fieldledger.office.keeping import Kept
from fieldledger.office.models import Credit, Invoice, Payment


def _cents(sql: str) -> str:
    return f"CAST(ROUND(({sql}) * 100) AS BIGINT)"


_SUMS: Final = ("subtotal", "tax", "total")

KEPT: Final = (
    Kept(
        source=Invoice,
        into=InvoicedTotal,
        by={
            "business_id": "{row}business_id",
            "date": "{row}date",
            "rate_id": "COALESCE({row}tax_rate_id, 0)",
        },
        sums={each: _cents(f"{{row}}{each}") for each in (*_SUMS, "discount")},
        where="{row}voided_at IS NULL",
        columns=("business_id", "date", "tax_rate_id", *_SUMS, "discount", "voided_at"),
    ),
    Kept(
        source=Credit,
        into=CreditedTotal,
        by={"business_id": "{row}business_id", "date": "{row}date"},
        sums={each: _cents(f"{{row}}{each}") for each in _SUMS},
        where="{row}voided_at IS NULL",
        columns=("business_id", "date", *_SUMS, "voided_at"),
    ),
    Kept(
        source=Invoice,
        into=OwedTotal,
        by={
            "business_id": "{row}business_id",
            "date": f"COALESCE({{row}}due_date, '{OwedTotal.NEVER_DUE}')",
        },
        sums={"balance": _cents("{row}total - {row}paid")},
        where="{row}voided_at IS NULL AND {row}paid < {row}total",
        columns=("business_id", "due_date", "total", "paid", "voided_at"),
    ),
    Kept(
        source=Payment,
        into=ReceivedTotal,
        by={
            "business_id": "{row}business_id",
            "date": "{row}date",
            "method": "{row}method",
        },
        sums={"amount": _cents("{row}amount")},
        where="{row}voided_at IS NULL",
        columns=("business_id", "date", "method", "amount", "voided_at"),
    ),
)


def dollars(cents: int | None) -> Decimal:
    """Return an amount kept in cents: dollars(1234) == Decimal("12.34"); nothing is zero."""
    return Decimal(cents or 0).scaleb(-2)


def received(business: Business, first: date, last: date) -> QuerySet[ReceivedTotal]:
    """Return what came in from `first` to `last`, both included."""
    return ReceivedTotal.objects.filter(business=business, date__gte=first, date__lte=last)


def invoiced(business: Business, first: date, last: date) -> QuerySet[InvoicedTotal]:
    """Return what was invoiced from `first` to `last`, both included."""
    return InvoicedTotal.objects.filter(business=business, date__gte=first, date__lte=last)


def credited(business: Business, first: date, last: date) -> QuerySet[CreditedTotal]:
    """Return what was credited from `first` to `last`, both included."""
    return CreditedTotal.objects.filter(business=business, date__gte=first, date__lte=last)


def owed(business: Business, today: date) -> Mapping[str, int]:
    """Return what is owed on `today`: balance and number, of all and of what is late."""
    late = Q(date__lt=today)
    found = OwedTotal.objects.filter(business=business).aggregate(
        all_balance=Sum("balance"),
        all_number=Sum("number"),
        late_balance=Sum("balance", filter=late),
        late_number=Sum("number", filter=late),
    )
    return {name: value or 0 for name, value in found.items()}
