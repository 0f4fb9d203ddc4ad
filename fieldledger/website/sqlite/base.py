"""The backend's entry, where Django looks for it."""

import itertools
from functools import lru_cache
from typing import Any, ClassVar

from django.db.backends.sqlite3 import base, features


class DatabaseFeatures(features.DatabaseFeatures):
    """Django assumes at most 999 values a statement, which cuts a bulk into many statements."""

    max_query_params = 32766  # SQLITE_MAX_VARIABLE_NUMBER since SQLite 3.32 (sqlite.org/limits).


_REMEMBERED_MAX = 30_000  # Characters of a statement.


@lru_cache(maxsize=256)
def _with_marks(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that counts what it writes outside a transaction, where nothing commits it later."""

    def convert_query(self, query: Any, *, param_names: Any = None) -> Any:
        """Return a statement with SQLite's marks; a bulk of hundreds of rows has thousands."""
        if param_names is None and len(query) <= _REMEMBERED_MAX:
            return _with_marks(str(query))
        return super().convert_query(query, param_names=param_names)

    def execute(self, query: Any, params: Any = None) -> Any:
        """Run one statement."""
        answer = super().execute(query, params)
        if not self.connection.in_transaction:
            DatabaseWrapper.count_commit()
        return answer

    def executemany(self, query: Any, param_list: Any) -> Any:
        """Run one statement for many rows."""
        answer = super().executemany(query, param_list)
        if not self.connection.in_transaction:
            DatabaseWrapper.count_commit()
        return answer


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite; together they count the commits of this program.

    Who has read a row may use it until the number changes: nothing was written here since.
    """

    features_class = DatabaseFeatures
    commits: ClassVar[int] = 0  # The number of the latest; none comes twice.
    _numbers: ClassVar[Any] = itertools.count(1)

    @classmethod
    def count_commit(cls) -> None:
        """Give the state of the database a new number."""
        cls.commits = next(cls._numbers)

    def create_cursor(self, name: Any = None) -> Any:  # noqa: ARG002 - as Django calls it.
        """Return a cursor of ours."""
        return self.connection.cursor(factory=Cursor)

    def commit(self) -> None:
        """End a transaction."""
        super().commit()
        DatabaseWrapper.count_commit()
