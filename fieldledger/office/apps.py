"""Tells Django of the office: clients, items, tax rates, invoices, payments."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OfficeConfig(AppConfig):
    """The back office; knows nothing of QuickBooks."""

    name = "fieldledger.office"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every change keep the words and totals by which records are found and added up."""
        # Models can be imported only once all apps are there.
        from fieldledger.office.changes import subscribe  # noqa: PLC0415
        from fieldledger.office.finding import note_words  # noqa: PLC0415
        from fieldledger.office.keeping import keep  # noqa: PLC0415
        from fieldledger.office.totals import KEPT  # noqa: PLC0415

        def migrated(*, using: str, **_: Any) -> None:
            keep(using, KEPT)

        subscribe(note_words)
        post_migrate.connect(migrated, sender=self, weak=False)
