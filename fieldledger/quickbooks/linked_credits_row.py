"""What QuickBooks was seen to apply of credit memos to an invoice."""

from django.db import models


class LinkedCredits(models.Model):
    """The credits on one invoice, by the TxnIDs of their credit memos: {"2F-1413895912": "40.00"}.

    `settled` is what was right when it was looked at last, of those that are ours. `seen` are all
    that the look of session `seen_in` has found, until something is sent by it; `taken` are those
    that QuickBooks has said yes to since. `numbers` are those of what was seen when nobody knew
    any more what was applied: {"2F-1413895912": "CM-7"}.
    """

    entry = models.OneToOneField(
        "quickbooks.SyncEntry", models.CASCADE, related_name="linked_credits"
    )
    settled = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)
    numbers = models.JSONField(default=dict)
    seen_in = models.BigIntegerField(default=0)
    taken = models.JSONField(default=list)
    is_open = models.BooleanField(default=False)  # Something is still to be sent, or looked at.

    def __str__(self) -> str:
        return str(self.settled)
