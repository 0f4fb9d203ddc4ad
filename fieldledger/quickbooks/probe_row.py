"""What is kept of a probe: how far it is, what it has made, what it has found."""

import uuid
from typing import ClassVar

from django.db import models


class Probe(models.Model):
    """One run of the probe's questions over a connection; see probing.py."""

    class State(models.TextChoices):
        RUNNING = "running"  # Also while it waits for the Web Connector's next session.
        DONE = "done"
        STOPPED = "stopped"  # By a person; what it had made is taken away again.
        REFUSED = "refused"  # The company is not a sample; nothing was written.

    connection = models.ForeignKey(
        "quickbooks.Connection", models.CASCADE, related_name="probes", db_index=False
    )
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    state = models.CharField(max_length=8, choices=State, default=State.RUNNING)
    asked_by = models.CharField(max_length=254, blank=True)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    is_stopping = models.BooleanField(default=False)
    message = models.TextField(blank=True)  # How it ended, or what it waits for.

    place = models.PositiveSmallIntegerField(default=0)  # In probing.PLACES.
    code = models.CharField(max_length=12, blank=True)  # Of this attempt at the place.
    attempt = models.PositiveSmallIntegerField(default=0)
    seen = models.JSONField(default=list)  # In this attempt: see sync.probe.asking.seen_of.
    awaited_set = models.BigIntegerField(default=0)  # The message set whose answer is to come.
    line_session = models.BigIntegerField(default=0)  # In which a call went wrong on purpose.

    # All that it made or was about to make, as [kind, name, guid]: written before it is sent.
    made = models.JSONField(default=list)
    left = models.JSONField(default=list)  # Of that, what QuickBooks did not let go.
    before = models.JSONField(default=dict)  # Counts and digests: see sync.probe.cleaning.
    after = models.JSONField(default=dict)
    findings = models.JSONField(default=dict)  # {question: {"answers": {...}, "words": "..."}}
    quickbooks = models.JSONField(default=dict)  # Its product and version.

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["connection", "-id"], name="probe_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.connection_id}/{self.pk} {self.state}"
