"""In which bank deposit QuickBooks has a payment that it refused to change or to delete."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class BankDeposit(models.Model):
    """What QuickBooks says of the deposit that a payment is in; see bank_deposits.py."""

    connection = models.ForeignKey(
        "quickbooks.Connection", models.CASCADE, related_name="+", db_index=False
    )
    entry = models.OneToOneField(
        "quickbooks.SyncEntry", models.CASCADE, related_name="bank_deposit"
    )
    is_asked = models.BooleanField(default=False)
    quickbooks_id = models.CharField(max_length=36, blank=True)  # "": none was found.
    date = models.DateField(null=True)
    account = models.CharField(max_length=159, blank=True)
    memo = models.CharField(max_length=4095, blank=True)
    total = models.DecimalField(max_digits=15, decimal_places=2, null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["connection"], name="bank_deposit_to_ask", condition=Q(is_asked=False)
            ),
        ]

    def __str__(self) -> str:
        return self.quickbooks_id
