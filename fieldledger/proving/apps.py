"""Tells Django of training: the one thing here that keeps something."""

from django.apps import AppConfig


class ProvingConfig(AppConfig):
    """Proving and training; the simulated office PC of each training business."""

    name = "fieldledger.proving"
    default_auto_field = "django.db.models.BigAutoField"
