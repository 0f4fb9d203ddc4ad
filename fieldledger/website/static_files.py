"""Addresses of static files that change with their content, so that browsers may keep them."""

import hashlib
from functools import cache
from pathlib import Path

from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


@cache
def _version(path: str) -> str:
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:12]


class VersionedStaticFiles(StaticFilesStorage):
    """Adds `?v=` and the beginning of the content's hash to each address."""

    def url(self, name: str | None) -> str:
        """Return the address of a static file; one that does not exist gets no version."""
        found = finders.find(name) if name else None
        address = super().url(name)
        return f"{address}?v={_version(found)}" if found else address
