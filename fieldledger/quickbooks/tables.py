"""Rows read and changed by plain SQL, on SQLite and PostgreSQL alike.

For the few places where Django's query builder and model instances would take longer than the
database itself. Tables, columns and the forms of values are the models' own. Only names of our
own models, literals of our own and placeholders are put together to SQL here.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import compress
from types import NoneType
from typing import Any, Final, Self, TypeVar

from django.db import connection, models

# What drivers take as it is; of everything else the model's field makes what they take.
_PLAIN: Final = frozenset({int, str, bool, NoneType})

M = TypeVar("M", bound=models.Model)
Row = Sequence[Any]


@cache
def _fields(model: type[models.Model]) -> "dict[str, models.Field[Any, Any]]":
    concrete = model._meta.concrete_fields  # noqa: SLF001 - Django's documented API.
    return {field.column: field for field in concrete if field.column}


def table_of(model: type[models.Model]) -> str:
    """Return the table's name, quoted."""
    return f'"{model._meta.db_table}"'  # noqa: SLF001


def select(sql: str, values: Sequence[Any] = ()) -> list[Row]:
    """Return the rows of a query as the driver gives them; places are marked %s.

    :raises DatabaseError: Django's, like any other query.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        found: list[Row] = cursor.fetchall()
    return found


def change(sql: str, values: Sequence[Any]) -> None:
    """Run a statement that returns nothing.

    :raises DatabaseError: Django's, like any other query.
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def marks(count: int) -> str:
    """Return places for `count` values, to stand between brackets."""
    return ", ".join(["%s"] * count)


def lock_words() -> str:
    """Return what locks the rows a query reads until the transaction ends.

    Without their keys: PostgreSQL lets rows that refer to them be inserted meanwhile. On SQLite
    the transaction itself is the lock.
    """
    return " FOR NO KEY UPDATE" if connection.vendor == "postgresql" else ""


# --- Reading ---


class Columns:
    """Some columns of one table, read as the model's fields give them."""

    def __init__(self, model: type[models.Model], columns: Iterable[str] | None = None) -> None:
        self._model = model
        fields = _fields(model)
        self._columns = tuple(fields if columns is None else columns)
        self._converters: dict[str, list[tuple[int, Callable[[Any], Any]]]] = {}
        names = ", ".join(f'"{each}"' for each in self._columns)
        self._select = f"SELECT {names} FROM {table_of(model)} "  # noqa: S608

    @classmethod
    def but(cls, model: type[models.Model], *left_out: str) -> Self:
        """Return all columns but these."""
        return cls(model, [each for each in _fields(model) if each not in left_out])

    def read(self, rest: str, values: Sequence[Any]) -> list[list[Any]]:
        """Return the rows that `rest` ("WHERE ...") finds, in the order of the columns."""
        rows = [list(each) for each in select(self._select + rest, values)]
        converters = self._converters.get(connection.vendor)
        if converters is None:
            converters = self._converters[connection.vendor] = list(self._conversions())
        for place, convert in converters:
            for row in rows:
                if row[place] is not None:
                    row[place] = convert(row[place])
        return rows

    def read_one(self, model: type[M], rest: str, values: Sequence[Any]) -> M | None:
        """Return the one row that `rest` finds as an instance of the columns' model."""
        found = self.read(rest, values)
        if not found:
            return None
        fields = _fields(self._model)
        return model.from_db(
            connection.alias, [fields[each].attname for each in self._columns], found[0]
        )

    def _conversions(self) -> Iterable[tuple[int, Callable[[Any], Any]]]:
        for place, column in enumerate(self._columns):
            field = _fields(self._model)[column]
            if isinstance(field, models.BooleanField):
                continue  # Drivers give a bool: Django tells SQLite's by the column's type.
            expression = field.get_col(table_of(self._model))
            converters = [
                *connection.ops.get_db_converters(expression),
                *expression.get_db_converters(connection),
            ]
            if converters:
                yield place, _converting(converters, expression)


def _converting(converters: Sequence[Callable[..., Any]], expression: Any) -> Callable[[Any], Any]:
    def convert(value: Any) -> Any:
        if value == "[]":  # A document, nearly always.
            return []
        for each in converters:
            value = each(value, expression, connection)
        return value

    return convert


# --- One row ---


def _remembered(value: Any) -> Any:
    """Return what tells later whether a value has changed, in itself or by another's being set."""
    return json.dumps(value) if isinstance(value, list | dict) else value


def as_read(row: models.Model) -> Mapping[str, Any]:
    """Return what a row says before it is changed, for save_changes."""
    given = row.__dict__
    fields = _fields(type(row)).items()
    return {column: _remembered(given[each.attname]) for column, each in fields}


def save_changes(row: models.Model, before: Mapping[str, Any]) -> None:
    """Write the columns that are not what they were `before`; its lock is the caller's."""
    given = row.__dict__
    changed = {
        column: given[field.attname]
        for column, field in _fields(type(row)).items()
        if _remembered(given[field.attname]) != before[column]
    }
    if changed:
        update_one(type(row), row.pk, changed)


def update_one(model: type[models.Model], key: int, changed: Mapping[str, Any]) -> None:
    """Set columns of one row."""
    assignments = ", ".join(f'"{column}" = %s' for column in changed)
    values = [_prepared(model, column, (value,))[0] for column, value in changed.items()]
    change(
        f"UPDATE {table_of(model)} SET {assignments} WHERE id = %s",  # noqa: S608
        [*values, key],
    )


def insert_one(row: models.Model) -> None:
    """Insert a new row and give it its primary key."""
    model = type(row)
    given = row.__dict__
    fields = {key: each for key, each in _fields(model).items() if not each.primary_key}
    values = [_prepared(model, key, (given[each.attname],))[0] for key, each in fields.items()]
    is_sqlite = connection.vendor == "sqlite"
    columns = ", ".join(f'"{each}"' for each in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table_of(model)} ({columns}) VALUES ({marks(len(fields))})"  # noqa: S608
            + ("" if is_sqlite else " RETURNING id"),
            values,
        )
        row.pk = cursor.lastrowid if is_sqlite else cursor.fetchone()[0]
    row._state.adding = False  # noqa: SLF001 - Django's documented API.
    row._state.db = connection.alias  # noqa: SLF001


# --- Many rows ---


def _prepared(model: type[models.Model], column: str, values: Sequence[Any]) -> Sequence[Any]:
    """Return a column's values as the driver takes them.

    Most rows of a bulk have one time or state in common: what follows its like is not made anew.
    """
    field = _fields(model)[column]
    if not isinstance(field, models.JSONField) and set(map(type, values)) <= _PLAIN:
        return values
    made: list[Any] = []
    last: Any = made  # Nobody's value.
    for value in values:
        if value is not last:
            prepared = field.get_db_prep_save(value, connection=connection)
            last = value
        made.append(prepared)
    return made


def update_many(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    read: Iterable[Sequence[Any]] = (),
) -> None:
    """Set `columns` of the rows whose primary key leads each of `rows`, in one statement.

    A row is (primary key, value of the first column, ...); columns are named as in the database.
    `read` has, for each row, what its first columns were when they were read: such a column is left
    out where no row has another value now. Setting one to what it is costs as much as a change.
    """
    if not (all_rows := list(rows)):
        return
    keys, *by_column = zip(*all_rows, strict=True)
    were = [*zip(*read, strict=True)]
    kept = [at >= len(were) or values != were[at] for at, values in enumerate(by_column)]
    columns = [*compress(columns, kept)]
    by_column = [*compress(by_column, kept)]
    if not columns:
        return
    fields = _fields(model)
    is_postgresql = connection.vendor == "postgresql"
    assignments: list[str] = []
    same: list[Any] = []
    told_apart: list[str] = ["key"]
    apart: list[Sequence[Any]] = [keys]
    for column, values in zip(columns, by_column, strict=True):
        if values.count(values[0]) == len(keys):
            assignments.append(f'"{column}" = %s')
            same += _prepared(model, column, values[:1])
            continue
        # PostgreSQL takes literals in VALUES for text unless they are told apart.
        kind = f"::{fields[column].db_type(connection)}" if is_postgresql else ""
        assignments.append(f'"{column}" = v."{column}"{kind}')
        told_apart.append(f'"{column}"')
        apart.append(_prepared(model, column, values))
    row = f"({marks(len(apart))})"
    table = table_of(model)
    change(
        f"WITH v({', '.join(told_apart)}) AS (VALUES {', '.join([row] * len(keys))}) "  # noqa: S608
        f"UPDATE {table} SET {', '.join(assignments)} FROM v WHERE {table}.id = v.key",
        [*(value for row in zip(*apart, strict=True) for value in row), *same],
    )


def insert_many(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows whose values are in the order of `columns`, in one statement."""
    by_column = list(zip(*rows, strict=True))
    if not by_column:
        return
    prepared = [
        _prepared(model, column, values) for column, values in zip(columns, by_column, strict=True)
    ]
    row = f"({marks(len(columns))})"
    names = ", ".join(f'"{each}"' for each in columns)
    change(
        f"INSERT INTO {table_of(model)} ({names}) "  # noqa: S608
        f"VALUES {', '.join([row] * len(by_column[0]))}",
        [value for row in zip(*prepared, strict=True) for value in row],
    )
