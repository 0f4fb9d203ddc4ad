"""What the API keeps: the answers given to writes, the webhooks and what was sent to them."""

from uuid import uuid4

from django.db import models
from django.utils import timezone

from fieldledger.accounts.models import Business

KEY_LENGTH_MAX = 255


class IdempotencyRecord(models.Model):
    """The first answer to a write that named an Idempotency-Key.

    It is saved in the write's own transaction: the answer is there exactly if the write is.
    """

    business = models.ForeignKey(
        Business, models.CASCADE, related_name="idempotency_records", db_index=False
    )
    key = models.CharField(max_length=KEY_LENGTH_MAX)
    request = models.CharField(max_length=255)  # Method and path: "POST /api/v1/clients".
    digest = models.CharField(max_length=64)  # SHA-256 of the body, in hexadecimal.
    status = models.PositiveSmallIntegerField(default=0)  # 0: being answered.
    headers = models.JSONField(default=dict)
    body = models.BinaryField(default=b"")  # Sealed: some answers hold a password.
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "key"], name="idempotency_key_once"),
        ]

    def __str__(self) -> str:
        return f"{self.request} {self.key}"


class Webhook(models.Model):
    """An address of another program that is told of events."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="webhooks", db_index=False)
    guid = models.UUIDField(default=uuid4, unique=True, editable=False)
    url = models.CharField(max_length=2000)
    events = models.JSONField(default=list)
    sealed_secret = models.BinaryField()
    # What was last seen of the connection: a change is told once.
    is_silent = models.BooleanField(default=False)
    import_told = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        indexes = [models.Index(fields=["business", "-id"], name="webhook_newest")]

    def __str__(self) -> str:
        return self.url


class WebhookDelivery(models.Model):
    """One event for one webhook, written in the transaction in which it happened."""

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", db_index=False)
    guid = models.UUIDField(default=uuid4, unique=True, editable=False)
    event = models.CharField(max_length=40)
    body = models.TextField()  # The exact text that is signed and sent.
    created_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # None: delivered, or given up.
    delivered_at = models.DateTimeField(null=True)
    last_status = models.PositiveSmallIntegerField(null=True)
    last_error = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["webhook", "-id"], name="delivery_newest"),
            models.Index(
                fields=["due_at"],
                name="delivery_due",
                condition=models.Q(due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} to {self.webhook_id}"
