"""The kept totals are those that adding up gives, whatever is done to the rows."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from fieldledger.accounts.models import Business
from fieldledger.office.day_totals import CreditedTotal, InvoicedTotal, OwedTotal, ReceivedTotal
from fieldledger.office.keeping import keep
from fieldledger.office.models import Client, Credit, Invoice, Payment
from fieldledger.office.totals import KEPT

DAY = date(2026, 5, 4)


def added_up(business: Business) -> Mapping[str, Mapping[Any, tuple[int, ...]]]:
    """Return what a person with paper would write down, in cents."""
    invoiced: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    owed: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for each in Invoice.objects.filter(business=business, voided_at=None):
        amounts = (1, *(int(part * 100) for part in (each.subtotal, each.tax, each.total)))
        invoiced[each.date] = [a + b for a, b in zip(invoiced[each.date], amounts, strict=True)]
        if each.paid < each.total:
            due = each.due_date or OwedTotal.NEVER_DUE
            owed[due] = [owed[due][0] + 1, owed[due][1] + int((each.total - each.paid) * 100)]
    credited: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for memo in Credit.objects.filter(business=business, voided_at=None):
        amounts = (1, *(int(part * 100) for part in (memo.subtotal, memo.tax, memo.total)))
        credited[memo.date] = [a + b for a, b in zip(credited[memo.date], amounts, strict=True)]
    received: dict[Any, list[int]] = defaultdict(lambda: [0, 0])
    for payment in Payment.objects.filter(business=business, voided_at=None):
        place = (payment.date, payment.method)
        received[place] = [received[place][0] + 1, received[place][1] + int(payment.amount * 100)]
    return {
        "invoiced": {key: tuple(value) for key, value in invoiced.items()},
        "credited": {key: tuple(value) for key, value in credited.items()},
        "owed": {key: tuple(value) for key, value in owed.items()},
        "received": {key: tuple(value) for key, value in received.items()},
    }


def kept(business: Business) -> Mapping[str, Mapping[Any, tuple[int, ...]]]:
    """Return the same from the kept rows; several of one place are added up."""
    names = ("invoiced", "credited", "owed", "received")
    found: dict[str, dict[Any, tuple[int, ...]]] = {name: {} for name in names}

    def note(into: str, place: Any, *amounts: int) -> None:
        before = found[into].get(place, (0,) * len(amounts))
        found[into][place] = tuple(a + b for a, b in zip(before, amounts, strict=True))

    for day in InvoicedTotal.objects.filter(business=business):
        note("invoiced", day.date, day.number, day.subtotal, day.tax, day.total)
    for off in CreditedTotal.objects.filter(business=business):
        note("credited", off.date, off.number, off.subtotal, off.tax, off.total)
    for owed in OwedTotal.objects.filter(business=business):
        note("owed", owed.date, owed.number, owed.balance)
    for row in ReceivedTotal.objects.filter(business=business):
        note("received", (row.date, row.method), row.number, row.amount)
    return {
        into: {place: amounts for place, amounts in rows.items() if any(amounts)}
        for into, rows in found.items()
    }


STEPS = (
    "invoice, void, move, price, pay, unpay, delete, take back, credit, void credit, price credit"
)
STEP = some.tuples(
    some.sampled_from(STEPS.split(", ")),
    some.integers(0, 3),
    some.integers(1, 100_000_000),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=some.lists(STEP, max_size=15))
def test_whatever_is_done_the_totals_are_right(
    steps: list[tuple[str, int, int]], business: Business, now: datetime
) -> None:
    for model in (Payment, Credit, Invoice):
        model.objects.all().delete()
    client = Client.objects.create(business=business, name="Ann")

    def credits_of_day(day: int) -> Any:
        return Credit.objects.filter(business=business, date=DAY + timedelta(days=day))

    for number, (step, day, cents) in enumerate(steps):
        amount = Decimal(cents) / 100
        rows = Invoice.objects.filter(business=business, date=DAY + timedelta(days=day))
        match step:
            case "invoice":
                Invoice.objects.create(
                    business=business,
                    client=client,
                    number=str(number),
                    date=DAY + timedelta(days=day),
                    due_date=DAY + timedelta(days=day * 2) if day else None,
                    subtotal=amount,
                    total=amount,
                )
            case "void":
                rows.update(voided_at=now)
            case "move":
                rows.update(due_date=DAY)
            case "price":
                rows.filter(paid=0).update(subtotal=amount, tax=Decimal("0.07"), total=amount)
            case "pay":
                for bill in rows.filter(paid=0):
                    Payment.objects.create(
                        business=business, invoice=bill, amount=bill.total, date=DAY, method="cash"
                    )
                    bill.paid = bill.total
                    bill.save()
            case "unpay":
                Payment.objects.filter(invoice__in=rows).update(voided_at=now)
                rows.update(paid=0)
            case "delete":
                Payment.objects.filter(invoice__in=rows).delete()
                rows.delete()
            case "credit":
                Credit.objects.create(
                    business=business,
                    client=client,
                    number=str(number),
                    date=DAY + timedelta(days=day),
                    subtotal=amount,
                    total=amount,
                )
            case "void credit":
                credits_of_day(day).update(voided_at=now)
            case "price credit":
                credits_of_day(day).update(
                    subtotal=amount, tax=Decimal("0.07"), total=amount, date=DAY
                )
            case "take back":
                with transaction.atomic():
                    rows.update(total=Decimal("9.99"), paid=0)
                    transaction.set_rollback(True)

        assert kept(business) == added_up(business)


@pytest.mark.django_db
def test_what_was_there_before_is_added_up_once(business: Business, now: datetime) -> None:
    client = Client.objects.create(business=business, name="Ann")
    Invoice.objects.create(
        business=business, client=client, number="1", date=DAY, total=Decimal("12.34")
    )
    InvoicedTotal.objects.all().delete()

    keep("default", KEPT)  # All triggers are there: nothing is done.
    assert not InvoicedTotal.objects.exists()
