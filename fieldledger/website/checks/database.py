"""The database: there, sound, safe against a power cut, and of this version."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from django.db import DatabaseError, OperationalError, connection

from fieldledger.website.checks import Finding, fine, not_checked, wrong
from fieldledger.website.commands.place import pending_migrations

POSTGRES_VERSION_MIN: Final = 140000
CLOCK_DIFFERENCE_S_MAX: Final = 5.0

_DATABASE: Final = "Database"
_MIGRATIONS: Final = "Migrations"
_RESTORE: Final = "Stop the server and restore the last backup: fieldledger restore DIR."


def check_database() -> list[Finding]:
    """Look at the database and at whether its tables are of this version."""
    is_sqlite = connection.vendor == "sqlite"
    try:
        finding = _check_sqlite() if is_sqlite else _check_postgres()
        if finding.to_do:
            return [finding, not_checked(_MIGRATIONS, "the database comes first")]
        return [finding, _check_migrations()]
    except OperationalError as error:
        said = " ".join(str(error).split())
        return [
            wrong(
                _DATABASE,
                f"it does not answer ({said})",
                "Start it, or correct DATABASE_URL.",
            ),
            not_checked(_MIGRATIONS, "the database comes first"),
        ]


def database_bytes() -> int:
    """Return how large the database on this machine is; 0 if it is on another one."""
    if connection.vendor != "sqlite":
        return 0
    path = Path(connection.settings_dict["NAME"])
    return path.stat().st_size if path.exists() else 0


def _check_sqlite() -> Finding:
    path = Path(connection.settings_dict["NAME"])
    if not path.exists():
        return wrong(
            _DATABASE,
            f"there is none in {path.parent} yet",
            "Start the server once: fieldledger serve, or ./run to try things out.",
        )
    # A connection of its own that can only read: the doctor changes nothing.
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
            verdict = reader.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        verdict = str(error)
    if verdict != "ok":
        return wrong(_DATABASE, f"it is damaged ({verdict})", _RESTORE)
    return fine(_DATABASE, f"SQLite, sound, {path.stat().st_size / 1024**2:.1f} MiB")


def _check_postgres() -> Finding:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, current_setting('fsync'),"
            " current_setting('full_page_writes'), current_setting('synchronous_commit'),"
            " current_setting('server_version'),"
            " abs(extract(epoch from clock_timestamp()) - %s)",
            [_now_s()],
        )
        number, fsync, pages, commits, version, difference = cursor.fetchone()
    if number < POSTGRES_VERSION_MIN:
        return wrong(_DATABASE, f"PostgreSQL {version} is too old", "Move to version 14 or later.")
    off = [
        name
        for name, value in (
            ("fsync", fsync),
            ("full_page_writes", pages),
            ("synchronous_commit", commits),
        )
        if value == "off"
    ]
    if off:
        return wrong(
            _DATABASE,
            f"PostgreSQL has {' and '.join(off)} off: after a power cut, records that QuickBooks"
            " holds would be sent again",
            f"Set {' and '.join(off)} to on.",
        )
    if difference > CLOCK_DIFFERENCE_S_MAX:
        return wrong(
            _DATABASE,
            f"its clock and this machine's differ by {difference:.0f} s",
            "Let NTP keep the clocks of both machines.",
        )
    return fine(_DATABASE, f"PostgreSQL {version}, safe against a power cut")


def _now_s() -> float:
    from django.utils import timezone  # noqa: PLC0415 - the one use.

    return timezone.now().timestamp()


def _check_migrations() -> Finding:
    try:
        pending = pending_migrations()
    except DatabaseError as error:
        return wrong(_MIGRATIONS, f"the tables cannot be read ({error})", _RESTORE)
    if pending:
        return wrong(
            _MIGRATIONS,
            f"{pending} changes of the tables are not made yet",
            "Restart the server: it makes them.",
        )
    return fine(_MIGRATIONS, "the tables are of this version")
