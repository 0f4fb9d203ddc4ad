"""The sign-in pages' own rules: the first person makes the business, later ones are invited."""

from typing import Any
from zoneinfo import available_timezones

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from django import forms
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from fieldledger.accounts.models import TIME_ZONE, Business, User
from fieldledger.accounts.services import found_business

# What an office in the United States most likely wants comes first.
_COMMON_ZONES = (
    ("America/New_York", "Eastern time"),
    ("America/Chicago", "Central time"),
    ("America/Denver", "Mountain time"),
    ("America/Phoenix", "Mountain time, no daylight saving (Arizona)"),
    ("America/Los_Angeles", "Pacific time"),
    ("America/Anchorage", "Alaska time"),
    ("Pacific/Honolulu", "Hawaii time"),
)


def time_zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the zones to choose from, those of the United States first."""
    others = sorted(zone for zone in available_timezones() if "/" in zone)
    return [
        ("United States", list(_COMMON_ZONES)),
        ("All", [(zone, zone.replace("_", " ")) for zone in others]),
    ]


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types.
    """Sign-up is open until there is a business."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002 - allauth gives it.
        """Return whether a stranger may make a business here."""
        return not Business.objects.exists()


class FirstBusinessForm(SignupForm):  # type: ignore[misc]
    """Makes the business of a fresh installation and its owner."""

    field_order = ("business_name", "name", "email", "password1", "time_zone")

    business_name = forms.CharField(label="Name of the business", max_length=255)
    name = forms.CharField(
        label="Your name",
        max_length=255,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    time_zone = forms.ChoiceField(label="Time zone", choices=time_zone_choices, initial=TIME_ZONE)

    def save(self, request: HttpRequest) -> Any:
        """Make the owner as allauth does, then the business."""
        with transaction.atomic():
            user: User = super().save(request)
            user.name = self.cleaned_data["name"]
            user.save(update_fields=["name"])
            found_business(
                owner=user,
                name=self.cleaned_data["business_name"],
                time_zone=self.cleaned_data["time_zone"],
                now=timezone.now(),
            )
        return user
