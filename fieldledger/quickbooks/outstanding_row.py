"""Which records of money QuickBooks does not simply have, kept by the database itself."""

from typing import ClassVar

from django.db import models

from fieldledger.accounts.models import Business


class Outstanding(models.Model):
    """A record that was never sent, waits, failed, was changed or differs there: see counting.py.

    What is in QuickBooks as it is here has no row, so that whoever asks what is left of a month
    reads that alone. On PostgreSQL a record may have several rows whose numbers come to nothing.
    """

    business = models.ForeignKey(
        Business, models.CASCADE, related_name="+", db_index=False, db_constraint=False
    )
    rank = models.PositiveSmallIntegerField()
    record_id = models.BigIntegerField()
    number = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["business", "rank", "record_id"], name="outstanding_record"),
        ]

    def __str__(self) -> str:
        return f"{self.record_id} of rank {self.rank}"
