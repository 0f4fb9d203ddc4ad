"""The Django app that keeps QuickBooks in step."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class QuickBooksConfig(AppConfig):
    """Subscribes to the office's changes once all models are there."""

    name = "fieldledger.quickbooks"
    label = "quickbooks"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let every change in the office raise its record's entry, where it is saved."""
        # Models can be imported only once all apps are there.
        from fieldledger.office.changes import subscribe  # noqa: PLC0415
        from fieldledger.office.keeping import keep  # noqa: PLC0415
        from fieldledger.quickbooks.counting import KEPT  # noqa: PLC0415
        from fieldledger.quickbooks.entries import record_change  # noqa: PLC0415
        from fieldledger.quickbooks.events import subscribe as hear_moves  # noqa: PLC0415
        from fieldledger.quickbooks.renaming import rename_here  # noqa: PLC0415

        def migrated(*, using: str, **_: Any) -> None:
            keep(using, KEPT)

        subscribe(record_change)
        hear_moves(rename_here)
        post_migrate.connect(migrated, sender=self, weak=False)
