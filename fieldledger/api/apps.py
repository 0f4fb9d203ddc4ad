"""Tells Django of the API: the answers it keeps, the webhooks and their deliveries."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API, version 1."""

    name = "fieldledger.api"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every move in the sync log reach the webhooks, where it is saved."""
        # Models can be imported only once all apps are there.
        from fieldledger.api.webhooks.deliveries import record_moves  # noqa: PLC0415
        from fieldledger.quickbooks.events import subscribe  # noqa: PLC0415

        subscribe(record_moves)
