"""The Django app that keeps QuickBooks in step."""

from django.apps import AppConfig


class QuickBooksConfig(AppConfig):
    """Subscribes to the office's changes once all models are there."""

    name = "fieldledger.quickbooks"
    label = "quickbooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every change in the office raise its record's entry, where it is saved."""
        # Models can be imported only once all apps are there.
        from fieldledger.office.changes import subscribe  # noqa: PLC0415
        from fieldledger.quickbooks.entries import record_change  # noqa: PLC0415

        subscribe(record_change)
