"""Tells Django of the website: its templates and static files come before all others."""

from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    """Base templates, static files, sign-in pages."""

    name = "fieldledger.website"
