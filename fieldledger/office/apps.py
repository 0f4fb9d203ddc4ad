"""Tells Django of the office: clients, items, tax rates, invoices, payments."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The back office; knows nothing of QuickBooks."""

    name = "fieldledger.office"
    default_auto_field = "django.db.models.BigAutoField"
