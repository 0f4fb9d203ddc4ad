"""What clients owe: their invoices' balances, less the credits and deposits that wait to be used.

Credits and deposits are of no age: they come off the whole. Void records count nowhere.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum

from fieldledger.accounts.models import Business
from fieldledger.office.cents import Cents
from fieldledger.office.day_totals import OwedTotal
from fieldledger.office.models import ZERO, Client, Credit, Invoice, Payment
from fieldledger.office.reports import OTHERS, ROWS_MAX, Amount
from fieldledger.office.totals import dollars

AGES: Final = (
    ("Not due yet", None, 0),
    ("1 to 30 days late", 1, 30),
    ("31 to 60 days late", 31, 60),
    ("61 to 90 days late", 61, 90),
    ("Over 90 days late", 91, None),
)
UNUSED_CREDITS: Final = "Unused credits"
UNAPPLIED_DEPOSITS: Final = "Unapplied deposits"

# In the words of the indexes `invoice_open`, `credit_unused` and `payment_unapplied`.
_OPEN: Final = Q(voided_at=None, paid__lt=F("total"))
UNUSED: Final = Q(voided_at=None, refunded__lt=Cents(F("total") - F("applied")))
_UNAPPLIED: Final = Q(client__isnull=False, voided_at=None, applied__lt=F("amount"))
_OWED: Final = Cents(Sum(F("total") - F("paid")))
_CREDIT_LEFT: Final = Cents(Sum(F("total") - F("refunded") - F("applied")))
_DEPOSIT_LEFT: Final = Cents(Sum(F("amount") - F("applied")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one client stands; `balance` is below zero where it has more than it owes."""

    owed: Decimal
    credit: Decimal
    deposits: Decimal

    @property
    def balance(self) -> Decimal:
        """What the client owes once all that is kept for it is used."""
        return self.owed - self.credit - self.deposits

    @property
    def surplus(self) -> Decimal:
        """What it has beyond what it owes."""
        return max(ZERO, -self.balance)


@dataclass(frozen=True, slots=True, kw_only=True)
class Debtor(Standing):
    """A row for a client: what it owes by age, and what comes off."""

    title: str
    key: str
    ages: Sequence[Decimal]


def standing_of(client: Client) -> Standing:
    """Return what a client owes and has; three statements."""
    return Standing(
        owed=client.invoices.filter(_OPEN).aggregate(sum=_OWED)["sum"] or ZERO,
        credit=client.credits.filter(UNUSED).aggregate(sum=_CREDIT_LEFT)["sum"] or ZERO,
        deposits=client.deposits.filter(_UNAPPLIED).aggregate(sum=_DEPOSIT_LEFT)["sum"] or ZERO,
    )


def ageing(business: Business, today: dt.date) -> list[Amount]:
    """Return what is owed on invoices, by how late it is; those without a due date are not."""
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


def kept_for_clients(business: Business) -> list[Amount]:
    """Return what comes off what is owed: unused credits and unapplied deposits, below zero."""
    found: Mapping[str, Mapping[str, Any]] = {
        UNUSED_CREDITS: Credit.objects.filter(UNUSED, business=business).aggregate(
            number=Count("pk"), sum=_CREDIT_LEFT
        ),
        UNAPPLIED_DEPOSITS: Payment.objects.filter(_UNAPPLIED, business=business).aggregate(
            number=Count("pk"), sum=_DEPOSIT_LEFT
        ),
    }
    return [
        Amount(title=title, number=row["number"], amount=ZERO - (row["sum"] or ZERO))
        for title, row in found.items()
    ]


def debtors(business: Business, today: dt.date) -> list[Debtor]:
    """Return what each client owes by its age, and has, the one of the highest balance first.

    After ROWS_MAX of them the others are one row.
    """
    invoices = Invoice.objects.filter(_OPEN, business=business)
    memos = Credit.objects.filter(UNUSED, business=business)
    deposits = Payment.objects.filter(_UNAPPLIED, business=business)
    owed = _by_client(
        invoices, {f"age_{place}": _owed_at(place, today) for place in range(len(AGES))}
    )
    credit = _by_client(memos, {"left": _CREDIT_LEFT})
    unapplied = _by_client(deposits, {"left": _DEPOSIT_LEFT})
    rows = []
    for guid in {**owed, **credit, **unapplied}:
        its, memo, deposit = (each.get(guid, {}) for each in (owed, credit, unapplied))
        ages = [its.get(f"age_{place}") or ZERO for place in range(len(AGES))]
        rows.append(
            Debtor(
                title=(its or memo or deposit)["client__name"],
                key=str(guid),
                ages=ages,
                owed=sum(ages, ZERO),
                credit=memo.get("left") or ZERO,
                deposits=deposit.get("left") or ZERO,
            )
        )
    rows.sort(key=lambda each: (-each.balance, each.title))
    return rows[:ROWS_MAX] + _others(rows[ROWS_MAX:])


def _others(rows: Sequence[Debtor]) -> list[Debtor]:
    if not rows:
        return []
    ages = [sum((each.ages[place] for each in rows), ZERO) for place in range(len(AGES))]
    return [
        Debtor(
            title=OTHERS,
            key="",
            ages=ages,
            owed=sum(ages, ZERO),
            credit=sum((each.credit for each in rows), ZERO),
            deposits=sum((each.deposits for each in rows), ZERO),
        )
    ]


def _by_client(rows: QuerySet[Any], sums: Mapping[str, Any]) -> dict[Any, Mapping[str, Any]]:
    found: Iterable[Mapping[str, Any]] = rows.values("client__guid", "client__name").annotate(
        **sums
    )
    return {row["client__guid"]: row for row in found}


def _owed_at(place: int, today: dt.date) -> Any:
    _, first, last = AGES[place]
    if first is None:
        condition = Q(due_date=None) | Q(due_date__gte=today)
    else:
        condition = Q(due_date__lte=today - dt.timedelta(days=first))
        if last is not None:
            condition &= Q(due_date__gte=today - dt.timedelta(days=last))
    return Cents(Sum(F("total") - F("paid"), filter=condition))


def _age(due: dt.date, today: dt.date) -> str:
    days = (today - due).days if due != OwedTotal.NEVER_DUE else 0
    for title, _, last in AGES:
        if last is None or days <= last:
            return title
    raise AssertionError(days)
