"""The simulated office PC of a training business."""

from django.db import models

from fieldledger.accounts.models import Business


class TrainingPc(models.Model):
    """A PC with QuickBooks and a Web Connector, as it stands between two calls.

    `company` is the company file as Company.to_json gives it, compressed; empty before the first
    call. `trouble` names what is broken at the PC now, `exercise` what the person is at, `begun`
    what that needs to remember, and `ticks` how many of its steps are done.
    """

    business = models.OneToOneField(Business, models.CASCADE, related_name="training_pc")
    company = models.BinaryField(default=b"")
    trouble = models.CharField(max_length=20, blank=True)
    exercise = models.CharField(max_length=20, blank=True)
    begun = models.JSONField(default=dict)
    ticks = models.PositiveSmallIntegerField(default=0)
    finished = models.JSONField(default=list)  # Exercises that were mended, in their order.
    last_said = models.CharField(max_length=500, blank=True)  # What the Web Connector shows.
    calling_until = models.DateTimeField(null=True)  # A call is under way, at the latest until.

    def __str__(self) -> str:
        return f"the PC of {self.business}"
