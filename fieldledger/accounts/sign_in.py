"""The sign-in pages' own rules: the first person makes the business, later ones are invited."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import SignupForm
from django.http import HttpRequest

from fieldledger.accounts.models import Business


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth carries no types.
    """Sign-up is open until there is a business."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether a stranger may make a business here."""
        return not Business.objects.exists()


class FirstBusinessForm(SignupForm):  # type: ignore[misc]
    """Makes the business of a fresh installation and its owner."""

    def save(self, request: HttpRequest) -> Any:
        """Make both."""
        return super().save(request)
