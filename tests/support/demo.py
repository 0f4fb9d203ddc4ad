"""The demo business for tests: made once in a while, and its rows copied for all that want it.

Making it takes a fifth of a second and writes the same each time; to copy its rows takes a
fifteenth of that. tests/website/test_demo.py shows how it is made, and that a copy is the same.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from django.db import connection, transaction

from fieldledger.accounts.models import Business
from fieldledger.office import totals
from fieldledger.quickbooks import counting
from fieldledger.website.demo import Demo, make_demo

# A copy says that it was made when the first was: no page may call that long ago.
_FRESH_S: Final = 30
# What triggers write while the other rows are copied; written over, so that nothing depends on how.
_TOTALS: Final = {each.into._meta.db_table for each in (*totals.KEPT, *counting.KEPT)}

Rows = Mapping[str, Sequence[tuple[Any, ...]]]


@dataclass(frozen=True, slots=True)
class _Made:
    demo: Demo
    rows: Rows
    at: float


_newest: list[_Made] = []


def copied_demo(now: datetime) -> Demo:
    """Return the demo business in a database that holds nobody's records."""
    if connection.vendor != "sqlite":  # PostgreSQL would number the next rows like those copied.
        return make_demo(now)
    if not _newest or time.monotonic() - _newest[0].at > _FRESH_S:
        before = {table: len(rows) for table, rows in rows_of_all().items()}
        demo = make_demo(now)
        rows = {name: rows for name, rows in rows_of_all().items() if len(rows) > before[name]}
        assert not any(before[name] for name in rows), "somebody's records are there already"
        _newest[:] = [_Made(demo, rows, time.monotonic())]
        return demo
    _copy(_newest[0].rows)
    return replace(_newest[0].demo, business=Business.objects.get())


def rows_of_all() -> Rows:
    """Return all rows by table, as SQLite keeps them."""
    found = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT name FROM pragma_table_info('{table}')")
            # A column that is part of an expression is not read as what its type says.
            columns = ", ".join(f'+"{name}"' for (name,) in cursor.fetchall())
            cursor.execute(f'SELECT {columns} FROM "{table}" ORDER BY 1')
            found[table] = cursor.fetchall()
    return found


def _copy(rows: Rows) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for table in sorted(rows, key=_TOTALS.__contains__):
            if table in _TOTALS:
                cursor.execute(f'DELETE FROM "{table}"')
            marks = ", ".join(["%s"] * len(rows[table][0]))
            cursor.executemany(f'INSERT INTO "{table}" VALUES ({marks})', rows[table])
