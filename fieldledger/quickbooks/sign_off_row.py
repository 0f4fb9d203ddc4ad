"""Who stands for a month of the packet, and for which figures."""

from typing import ClassVar

from django.db import models


class SignOff(models.Model):
    """Somebody has looked at a month's packet and stands for it, with the figures as they were."""

    connection = models.ForeignKey(
        "quickbooks.Connection", models.CASCADE, related_name="sign_offs", db_index=False
    )
    month = models.DateField()  # Its first day.
    at = models.DateTimeField()
    by = models.CharField(max_length=254)
    figures = models.JSONField(default=dict)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["connection", "month", "id"], name="sign_off_month"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} by {self.by}"
