"""Empty a SQLite database between tests in an order that its triggers bear.

Django empties the tables in no order of meaning. What the database keeps by itself is added up by
triggers, which look at the connection of an entry: entries go first, what is kept goes last.
"""

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.core.management.commands import flush
from django.core.management.sql import sql_flush

from fieldledger.office.totals import KEPT as KEPT_BY_OFFICE
from fieldledger.quickbooks.counting import KEPT as KEPT_BY_QUICKBOOKS
from fieldledger.quickbooks.models import SyncEntry

_FIRST: Final = f'"{SyncEntry._meta.db_table}"'
_LAST: Final = frozenset(
    f'"{each.into._meta.db_table}"' for each in (*KEPT_BY_OFFICE, *KEPT_BY_QUICKBOOKS)
)


def _in_order(*given: Any, **named: Any) -> list[str]:
    statements = sql_flush(*given, **named)
    return sorted(statements, key=_rank)


def _rank(statement: str) -> int:
    if statement.startswith("DELETE FROM"):
        table = statement.split()[2].rstrip(";")
        return 0 if table == _FIRST else 2 if table in _LAST else 1
    return 3


@pytest.fixture(scope="session", autouse=True)
def emptied_in_order() -> Iterator[None]:
    """Let all tests that commit leave an empty database behind them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flush, "sql_flush", _in_order)
        yield
