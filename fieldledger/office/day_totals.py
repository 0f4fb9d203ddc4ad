"""The tables of the office's totals by day; totals.py says what is added up in them.

The database keeps them itself: see keeping.py.
"""

import datetime as dt
from typing import ClassVar

from django.db import models

from fieldledger.accounts.models import Business


class DayTotal(models.Model):
    """What a business did on one day, kept by the database itself.

    A day may have several rows, whose sums are meant. Money is in cents.
    """

    business = models.ForeignKey(
        Business, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    date = models.DateField()
    number = models.BigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.number} on {self.date}"


class InvoicedTotal(DayTotal):
    """The invoices of a date that are not void, by tax rate."""

    rate_id = models.BigIntegerField(default=0)  # 0: without one.
    discount = models.BigIntegerField(default=0)
    subtotal = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["business", "date"], name="invoiced_total_day")]


class CreditedTotal(DayTotal):
    """The credit memos of a date that are not void."""

    subtotal = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["business", "date"], name="credited_total_day")]


class OwedTotal(DayTotal):
    """What is owed on invoices by the date it is due; with no such date, on NEVER_DUE."""

    NEVER_DUE = dt.date.max
    balance = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["business", "date"], name="owed_total_day")]


class ReceivedTotal(DayTotal):
    """The payments of a date that are not void, by method."""

    method = models.CharField(max_length=11)
    amount = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["business", "date", "method"], name="received_total_day")
        ]
