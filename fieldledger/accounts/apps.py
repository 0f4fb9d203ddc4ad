"""Tells Django of the accounts: businesses, people, roles, API keys, the audit trail."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """The first of our apps: every other row belongs to a business."""

    name = "fieldledger.accounts"
    default_auto_field = "django.db.models.BigAutoField"
