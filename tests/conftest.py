"""Fixtures that any test may ask for by name."""

from tests.support.browser import browser, page
from tests.support.postgres import postgres_database, postgres_server

__all__ = ["browser", "page", "postgres_database", "postgres_server"]
