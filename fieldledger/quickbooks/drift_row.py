"""Where QuickBooks has something else than it took from us: what the nightly look has found."""

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q

CHANGED_THERE: Final = "changed_there"  # The code of an entry that a person is to decide about.


class Drift(models.Model):
    """How QuickBooks has a record that it took from us, where somebody changed it there since.

    `sent` and `there` are fields as sync.drift.dump gives them.
    """

    class What(models.TextChoices):
        CHANGED = "changed"
        LOOKED = "looked"  # Looked at because a person asked, and nothing was changed there.
        CONDENSED = "condensed"  # Taken out with what was settled; not looked for any more.

    connection = models.ForeignKey(
        "quickbooks.Connection", models.CASCADE, related_name="+", db_index=False
    )
    entry = models.OneToOneField("quickbooks.SyncEntry", models.CASCADE, related_name="drift")
    what = models.CharField(max_length=9, choices=What)
    sent = models.JSONField(default=list)
    there = models.JSONField(default=list)
    changed_at = models.CharField(max_length=40, blank=True)  # TimeModified, in QuickBooks' words.
    seen_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)  # A person left it as it is there.
    decided_by = models.CharField(max_length=254, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["connection"],
                name="drift_open",
                condition=Q(what="changed", decided_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.what
