"""Tells Django of the API: the answers it keeps, the webhooks and their deliveries."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API, version 1."""

    name = "fieldledger.api"
    default_auto_field = "django.db.models.BigAutoField"
