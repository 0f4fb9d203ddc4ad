"""The invoice in QuickBooks that has the number of one of ours, and is none of ours."""

from django.db import models


class TakenNumber(models.Model):
    """What a look by its number has found in place of an invoice of ours; see number_taken.py.

    `lines` are {"item", "description", "quantity", "rate", "amount"} each, as QuickBooks wrote
    them, "" where it says nothing.
    """

    entry = models.OneToOneField(
        "quickbooks.SyncEntry", models.CASCADE, related_name="taken_number"
    )
    quickbooks_id = models.CharField(max_length=36)
    edit_sequence = models.CharField(max_length=16, blank=True)
    number = models.CharField(max_length=21)
    customer = models.CharField(max_length=209, blank=True)
    date = models.DateField(null=True)
    subtotal = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    tax = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    total = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    lines = models.JSONField(default=list)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.number
