"""A database as the program's first version would have left it, from one of this version."""

import sqlite3
from contextlib import closing
from typing import Final

from django.apps import apps
from django.db.migrations.executor import MigrationExecutor

from fieldledger.proving.world.database import Database

_OURS: Final = "fieldledger."
_FIRST: Final = "0001_initial"
_ITS_OWN: Final = "django_migrations"
_tables: list[bytes] = []


def as_first_version(database: Database) -> bytes:
    """Return a copy whose tables are those of each app's first migration.

    The rows stay as far as these tables have columns for them; the database is in use.
    """
    now, first = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    with closing(now), closing(first):
        now.deserialize(database.save())
        first.deserialize(_first_tables())
        first.execute("PRAGMA foreign_keys = OFF")
        for (name,) in first.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            if name != _ITS_OWN and not name.startswith("sqlite_"):
                _copy(now, first, name)
        first.commit()
        return first.serialize()


def _copy(now: sqlite3.Connection, first: sqlite3.Connection, table: str) -> None:
    there = _columns(now, table)
    # What has been dropped since and must not be empty there says nothing.
    values = {
        name: f'"{name}"' if name in there else blank
        for name, blank in _columns(first, table).items()
        if name in there or blank
    }
    names = ", ".join(f'"{each}"' for each in values)
    places = ", ".join("?" for _ in values)
    first.execute(f'DELETE FROM "{table}"')  # noqa: S608 - names of our own tables, here and below.
    first.executemany(
        f'INSERT INTO "{table}" ({names}) VALUES ({places})',  # noqa: S608
        now.execute(f'SELECT {", ".join(values.values())} FROM "{table}"'),  # noqa: S608
    )


def _columns(database: sqlite3.Connection, table: str) -> dict[str, str]:
    """Return each column with the blank it needs: none if it may be NULL or has a default."""
    return {
        name: ("''" if "char" in kind or kind == "text" else "0") if needed and own is None else ""
        for _, name, kind, needed, own, _ in database.execute(f'PRAGMA table_info("{table}")')
    }


def _first_tables() -> bytes:
    """Return an empty database of the first version, made once."""
    if not _tables:
        database = Database()
        with database.in_use():
            executor = MigrationExecutor(database.wrapper)
            ours = {each.label for each in apps.get_app_configs() if each.name.startswith(_OURS)}
            graph = executor.loader.graph
            executor.migrate(
                [
                    (app, _FIRST if app in ours else name)
                    for app, name in graph.leaf_nodes()
                    if app not in ours or (app, _FIRST) in graph.nodes  # Else it came later.
                ]
            )
            _tables.append(database.save())
        database.close()
    return _tables[0]
