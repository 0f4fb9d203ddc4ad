"""Making businesses, people and keys; the audit trail."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import available_timezones

from allauth.account.models import EmailAddress
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from fieldledger.accounts.models import (
    TIME_ZONE,
    ApiKey,
    AuditEvent,
    Business,
    Membership,
    Role,
    User,
)

THE_SYSTEM = "the system"  # An actor: nobody asked.
KEY_PREFIX = "fl_"
_KEY_BYTES = 32  # Of randomness: 256 bits.
_SHOWN_LENGTH = len(KEY_PREFIX) + 6
_KEY_LENGTH_MAX = 200
# Writing the time of use at each call would make every read a write.
_USE_NOTED_EVERY_S = 300
_NAME_LENGTH_MAX = 255


def add_business(
    *,
    name: str,
    owner_email: str,
    owner_password: str,
    now: datetime,
    owner_name: str = "",
    time_zone: str = TIME_ZONE,
) -> tuple[Business, str]:
    """Make a business, its owner and a first API key; return the business and the key.

    The key is shown nowhere else.

    :raises ValidationError: with a sentence for each thing that is wrong; nothing is made then.
    """
    errors = new_business_errors(name=name, owner_email=owner_email, time_zone=time_zone)
    try:
        validate_password(owner_password)
    except ValidationError as error:
        errors.extend(error.messages)
    if errors:
        raise ValidationError(errors)
    with transaction.atomic():
        user = User.objects.create_user(
            owner_email, owner_password, name=owner_name.strip(), created_at=now
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        business = found_business(owner=user, name=name, time_zone=time_zone, now=now)
        _, key = new_api_key(business=business, name="First key", now=now)
    return business, key


def new_business_errors(*, name: str, owner_email: str, time_zone: str) -> list[str]:
    """Return a sentence for each thing that forbids making such a business."""
    errors = []
    if not name.strip():
        errors.append("The business's name is missing.")
    elif len(name.strip()) > _NAME_LENGTH_MAX:
        errors.append(f"The business's name is longer than {_NAME_LENGTH_MAX} characters.")
    elif not name.strip().isprintable():
        errors.append("The business's name holds a character that cannot be shown.")
    try:
        validate_email(owner_email.strip())
    except ValidationError:
        errors.append(f"{owner_email!r} is not an e-mail address.")
    else:
        if User.objects.filter(email=owner_email.strip().lower()).exists():
            errors.append(f"Somebody already signs in as {owner_email.strip().lower()}.")
    if time_zone not in available_timezones():
        errors.append(f"{time_zone!r} is not a time zone, as America/New_York is one.")
    return errors


def found_business(*, owner: User, name: str, time_zone: str, now: datetime) -> Business:
    """Make a business for a person who is already there, and make them its owner."""
    business = Business.objects.create(name=name.strip(), time_zone=time_zone, created_at=now)
    Membership.objects.create(business=business, user=owner, role=Role.OWNER, created_at=now)
    audit(
        business=business,
        actor=actor_of(owner),
        action="make business",
        subject=str(business.guid),
        now=now,
    )
    return business


def new_api_key(
    *,
    business: Business,
    name: str,
    now: datetime,
    read_only: bool = False,
    actor: str = THE_SYSTEM,
) -> tuple[ApiKey, str]:
    """Make a key; return its row and its text, which is shown this once."""
    text = KEY_PREFIX + secrets.token_urlsafe(_KEY_BYTES)
    with transaction.atomic():
        key = ApiKey.objects.create(
            business=business,
            name=name,
            prefix=text[:_SHOWN_LENGTH],
            digest=_digest(text),
            read_only=read_only,
            created_at=now,
        )
        audit(business=business, actor=actor, action="make API key", subject=str(key.guid), now=now)
    return key, text


def revoke_api_key(*, key: ApiKey, now: datetime, actor: str) -> None:
    """End a key at once; ending it twice is once."""
    with transaction.atomic():
        if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=now):
            audit(
                business=key.business,
                actor=actor,
                action="revoke API key",
                subject=str(key.guid),
                now=now,
            )


def find_api_key(text: str, *, now: datetime) -> ApiKey | None:
    """Return the living key with this text, its business with it; one indexed SELECT.

    No key opens a training business: no program writes there, and none is told of it. The time of
    use is written at most every five minutes.
    """
    if not text.startswith(KEY_PREFIX) or len(text) > _KEY_LENGTH_MAX:
        return None
    key = (
        ApiKey.objects.select_related("business")
        .filter(digest=_digest(text), revoked_at=None, business__learner=None)
        .first()
    )
    if key is not None and _use_is_old(key, now):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)
    return key


def audit(
    *,
    business: Business,
    actor: str,
    action: str,
    subject: str,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note who did what to which record; called in the transaction that does it.

    `details` hold names of fields and ids, never what people wrote.
    """
    AuditEvent.objects.create(
        business=business,
        at=now,
        actor=actor[:255],
        action=action,
        subject=subject,
        details=dict(details or {}),
    )


def audit_many(
    *,
    business: Business,
    actor: str,
    action: str,
    subjects: Sequence[UUID],
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Note that the same was done to each of `subjects`, in one statement."""
    AuditEvent.objects.bulk_create(
        AuditEvent(
            business=business,
            at=now,
            actor=actor[:255],
            action=action,
            subject=str(each),
            details=dict(details or {}),
        )
        for each in subjects
    )


def actor_of(who: User | ApiKey) -> str:
    """Return what the audit trail calls a person or a program; no name, no address."""
    return f"user {who.guid}" if isinstance(who, User) else f"key {who.guid}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _use_is_old(key: ApiKey, now: datetime) -> bool:
    last = key.last_used_at
    return last is None or (now - last).total_seconds() >= _USE_NOTED_EVERY_S
