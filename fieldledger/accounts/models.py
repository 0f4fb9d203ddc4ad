"""Businesses, the people who work in them, their programs' keys, and who did what."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import uuid4
from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone

FIRST_INVOICE_NUMBER = 1001
TIME_ZONE = "America/New_York"


class Role(models.TextChoices):
    """What a person may do in a business; see roles.py."""

    OWNER = "owner", "Owner"
    MANAGER = "manager", "Manager"
    BOOKKEEPER = "bookkeeper", "Bookkeeper"
    DISPATCHER = "dispatcher", "Dispatcher"
    TECHNICIAN = "technician", "Technician"


class Business(models.Model):
    """A tenant: every other row belongs to one, and no query crosses from one to another."""

    guid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=255)
    time_zone = models.CharField(max_length=63, default=TIME_ZONE)
    # Where the search for a free invoice number starts; numbers given by hand are skipped.
    next_invoice_number = models.PositiveBigIntegerField(default=FIRST_INVOICE_NUMBER)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Of a training business: who learns in it. Nothing in it is real; see middleware.Training.
    learner = models.OneToOneField(
        "accounts.User", models.CASCADE, null=True, default=None, related_name="training"
    )

    class Meta:
        verbose_name_plural = "businesses"

    def __str__(self) -> str:
        return self.name

    @property
    def is_training(self) -> bool:
        """Whether nothing in it is real."""
        return self.learner_id is not None

    def today(self, now: datetime) -> date:
        """Return the date it is at the business."""
        return now.astimezone(ZoneInfo(self.time_zone)).date()


class UserManager(BaseUserManager["User"]):
    """Makes people; their e-mail addresses are kept in lower case, as sign-in compares them."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Return a new person; without a password they cannot sign in until one is set."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the person with this e-mail address, whatever its case."""
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A person who signs in with an e-mail address; what they may do is in their memberships."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    guid = models.UUIDField(default=uuid4, unique=True, editable=False)
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=255, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = UserManager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="user_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email


class Membership(models.Model):
    """A person's role in a business."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "user"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.get_role_display()} of {self.business}"


class ApiKey(models.Model):
    """A program's key to one business. Only the digest is kept: the key is shown once."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="api_keys")
    guid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=12)  # The key's first characters, to tell keys apart.
    # SHA-256 in hexadecimal. Without salt or stretching: the key is 256 random bits, which nobody
    # guesses, and it is looked up by this column.
    digest = models.CharField(max_length=64, unique=True)
    read_only = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["business", "-id"], name="api_key_newest")]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class AuditEvent(models.Model):
    """Who did what to which record, and when; ids and field names, never people's details."""

    business = models.ForeignKey(Business, models.CASCADE, related_name="audit_events")
    at = models.DateTimeField()
    actor = models.CharField(max_length=255)  # "user 12", "key fl_x7Qm…", "the system".
    action = models.CharField(max_length=60)  # A verb and its object: "void invoice".
    subject = models.CharField(max_length=255, blank=True)  # The record's guid.
    details = models.JSONField(default=dict, blank=True)
    is_sealed = models.BooleanField(default=False, db_default=False)  # Has its AuditSeal.

    class Meta:
        indexes = [
            models.Index(fields=["business", "-id"], name="audit_newest"),
            models.Index(fields=["business", "subject", "-id"], name="audit_of_subject"),
            models.Index(fields=["business", "-at", "-id"], name="audit_by_time"),
            models.Index(fields=["business", "actor", "-at", "-id"], name="audit_of_actor"),
            models.Index(
                fields=["business", "id"],
                name="audit_unsealed",
                condition=models.Q(is_sealed=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor}: {self.action} {self.subject}".rstrip()


class AuditSeal(models.Model):
    """A link of a business's chain over its audit trail; see audit_chain.py."""

    business = models.ForeignKey(
        Business, models.CASCADE, related_name="audit_seals", db_index=False
    )
    number = models.PositiveBigIntegerField()  # From 1, without gaps.
    event_id = models.BigIntegerField()  # No key of the database: it stays when the event is gone.
    digest = models.CharField(max_length=64)  # SHA-256 in hexadecimal, over the one before too.

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["business", "number"], name="audit_seal_once"),
            models.UniqueConstraint(fields=["event_id"], name="audit_event_sealed_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.digest}"
