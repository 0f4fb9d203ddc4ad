"""An invoice that was sent, or is being sent, to somebody by mail."""

from typing import ClassVar

from django.db import models


class InvoiceLetter(models.Model):
    """One letter with one invoice. What was said in it is kept by whoever got it, not here."""

    invoice = models.ForeignKey("office.Invoice", models.CASCADE, related_name="letters")
    # Made of the form and what was typed: the same form sent twice is one letter.
    guid = models.UUIDField(unique=True, editable=False)
    recipient = models.CharField(max_length=254)
    claimed_until = models.DateTimeField(null=True)  # Somebody is handing it over until then.
    sent_at = models.DateTimeField(null=True)  # None: not taken by the mail server, or not yet.

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(claimed_until=None),
                name="invoice_letter_sent_is_no_more_claimed",
            ),
        ]

    def __str__(self) -> str:
        return str(self.guid)
