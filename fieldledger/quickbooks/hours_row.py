"""When a business works, and when nothing is to be sent to its QuickBooks."""

import datetime as dt
from typing import ClassVar

from django.db import models
from django.db.models import F, Q


def working_days() -> list[int]:
    """Return Monday to Friday, 0 being Monday."""
    return [0, 1, 2, 3, 4]


class BusinessHours(models.Model):
    """The office hours, in which silence is news, and the quiet hours, in which nothing goes.

    All times are the business's own. Without a row the office is open on working days from 8 to 6,
    and no hour is quiet.
    """

    connection = models.OneToOneField(
        "quickbooks.Connection", models.CASCADE, related_name="business_hours"
    )
    office_begin = models.TimeField(default=dt.time(8))
    office_end = models.TimeField(default=dt.time(18))
    office_days = models.JSONField(default=working_days)
    quiet_begin = models.TimeField(null=True)  # Both, or neither: then no hour is quiet.
    quiet_end = models.TimeField(null=True)
    # A person said to send all the same, until the quiet hours of then are over.
    sent_anyway_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(quiet_begin__isnull=True, quiet_end__isnull=True)
                | (
                    Q(quiet_begin__isnull=False, quiet_end__isnull=False)
                    & ~Q(quiet_begin=F("quiet_end"))
                ),
                name="quiet_hours_are_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.office_begin:%H:%M} to {self.office_end:%H:%M}"
