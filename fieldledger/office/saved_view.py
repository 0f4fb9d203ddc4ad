"""Filters of a list that a person gave a name, for themself or for all of the business."""

import uuid
from typing import ClassVar, Final

from django.db import models

from fieldledger.accounts.models import Business, User

NAME_LENGTH_MAX: Final = 60
QUERY_LENGTH_MAX: Final = 500


class SavedView(models.Model):
    """A named set of filters: `query` is what stands behind the ? of the list's address."""

    class Listed(models.TextChoices):
        """The list that is filtered."""

        INVOICES = "invoices"
        LOG = "log"

    business = models.ForeignKey(Business, models.CASCADE, related_name="+", db_index=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    guid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    listed = models.CharField(
        max_length=8, choices=Listed, default=Listed.INVOICES, db_default=Listed.INVOICES
    )
    name = models.CharField(max_length=NAME_LENGTH_MAX)
    query = models.CharField(max_length=QUERY_LENGTH_MAX, blank=True)
    shared = models.BooleanField(default=False)  # Everybody of the business sees it.
    # The list opens with it: for its owner, and if it is shared for all without one of their own.
    opens = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["business", "owner", "listed", "name"], name="saved_view_name_once"
            ),
        ]

    def __str__(self) -> str:
        return self.name
