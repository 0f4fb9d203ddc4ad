"""Where the data is: SQLite in the data folder, or the PostgreSQL that DATABASE_URL names."""

from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

SQLITE_FILE = "fieldledger.sqlite3"
BUSY_TIMEOUT_S = 5
# FULL syncs the log at each commit. With NORMAL, commits of the last moments could be gone after a
# power cut although their replies had left: the Web Connector would have been told that an answer
# was kept, and the record would be sent to QuickBooks twice.
SQLITE_SYNCHRONOUS = "FULL"
# The same pages change at every commit of a drain: the later they are copied from the log into the
# database (here at 64 MiB of it; sqlite.org/wal.html, "Checkpointing"), the less often.
_SQLITE_START = f"""
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = {SQLITE_SYNCHRONOUS};
    PRAGMA wal_autocheckpoint = 16000;
    PRAGMA journal_size_limit = 67108864;
    PRAGMA cache_size = -8192;
    PRAGMA temp_store = MEMORY;
"""

# A server may be set to confirm commits before they are on disk; our connections never are.
_POSTGRES_START = "-c synchronous_commit=on"
_SCHEMES = {"postgres", "postgresql"}
_PASSED_ON = {
    "application_name",
    "channel_binding",
    "connect_timeout",
    "gssencmode",
    "host",
    "keepalives",
    "keepalives_idle",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "target_session_attrs",
}


def database_settings(url: str | None, folder: Path) -> dict[str, Any]:
    """Return Django's settings of the one database.

    :raises ImproperlyConfigured: if `url` is not one of PostgreSQL.
    """
    if not url:
        return {
            "ENGINE": "fieldledger.website.sqlite",
            "NAME": str(folder / SQLITE_FILE),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": BUSY_TIMEOUT_S,
                # A transaction that first reads and then writes would fail where another has
                # written in between; taken as a writer from its start, it waits its turn.
                "transaction_mode": "IMMEDIATE",
                "init_command": _SQLITE_START,
            },
        }
    # The message never repeats the address: it may hold a password.
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}.") from None
    name = unquote(parts.path.lstrip("/"))
    if parts.scheme not in _SCHEMES or not name or "/" in name:
        raise ImproperlyConfigured(
            "DATABASE_URL must look like postgres://user:password@host:5432/name."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        # Each thread keeps its connection, and looks once a request whether it still lives.
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": "5", "options": _POSTGRES_START} | _options(parts),
    }


def _options(parts: SplitResult) -> dict[str, str]:
    options = dict(parse_qsl(parts.query))
    if unknown := options.keys() - _PASSED_ON:
        raise ImproperlyConfigured(f"DATABASE_URL has options not known: {', '.join(unknown)}.")
    return options
