"""Tells Django of the office: clients, items, tax rates, invoices, payments."""

from django.apps import AppConfig


class OfficeConfig(AppConfig):
    """The back office; knows nothing of QuickBooks."""

    name = "fieldledger.office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every change keep the words by which its records are found."""
        # Models can be imported only once all apps are there.
        from fieldledger.office.changes import subscribe  # noqa: PLC0415
        from fieldledger.office.finding import note_words  # noqa: PLC0415

        subscribe(note_words)
