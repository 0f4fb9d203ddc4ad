"""Who is told what by e-mail, and the letters that are to go."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import Q

from fieldledger.accounts.models import Membership


class Notice(models.TextChoices):
    """What a person can be told of by e-mail."""

    SILENCE = "silence", "QuickBooks falls silent"
    ATTENTION = "attention", "Records need somebody"
    PASSWORD = "password", "A wrong password was tried"
    APPROVAL = "approval", "Somebody asks for your approval"


class NoticeChoice(models.Model):
    """The notices that a person wants; who has not chosen is told by their role: see notices.py."""

    membership = models.OneToOneField(Membership, models.CASCADE, related_name="notices")
    notices = models.JSONField(default=list)

    def __str__(self) -> str:
        return ", ".join(self.notices)


class Letter(models.Model):
    """One e-mail to one person, written once for each cause and kept until it was taken."""

    connection = models.ForeignKey(
        "quickbooks.Connection", models.CASCADE, related_name="letters", db_index=False
    )
    membership = models.ForeignKey(Membership, models.CASCADE, related_name="letters")
    guid = models.UUIDField(default=uuid4, unique=True, editable=False)  # In its Message-ID.
    cause = models.CharField(max_length=120)  # As "silence 2026-05-04T16:00:00+00:00".
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(null=True)  # None: taken by the mail server, or given up.
    sent_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=120, blank=True)  # Its kind; never whom it was for.

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["connection", "membership", "cause"], name="letter_once_for_a_cause"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["due_at"], name="letter_due", condition=Q(due_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.subject
