"""What a second person was asked to approve, and what they said."""

from typing import ClassVar

from django.db import models


class ApprovalRules(models.Model):
    """When a business wants a second person to approve what goes: see sync.approval.Rules."""

    connection = models.OneToOneField(
        "quickbooks.Connection", models.CASCADE, related_name="approval_rules"
    )
    amount_over = models.DecimalField(max_digits=15, decimal_places=2, null=True)
    closed = models.BooleanField(default=False)
    edited = models.BooleanField(default=False)
    new_client_days = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"rules of {self.connection_id}"


class Approval(models.Model):
    """One request for approval, of a record as it was at one revision."""

    entry = models.ForeignKey(
        "quickbooks.SyncEntry", models.CASCADE, related_name="approvals", db_index=False
    )
    revision = models.PositiveIntegerField()
    client_id = models.BigIntegerField(db_index=True)
    asked_by = models.CharField(max_length=254, blank=True)
    asked_at = models.DateTimeField()
    decided_by = models.CharField(max_length=254, blank=True)
    decided_at = models.DateTimeField(null=True)
    approved = models.BooleanField(default=False)
    reason = models.TextField(blank=True)  # Of a refusal.

    class Meta:
        indexes: ClassVar = [models.Index(fields=["entry", "-id"], name="approval_of_entry")]

    def __str__(self) -> str:
        return f"{self.entry_id} at {self.revision}"
