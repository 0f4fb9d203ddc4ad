"""Changes to many rows of one table in one statement, on SQLite and PostgreSQL alike."""

from collections.abc import Callable, Iterable, Sequence
from types import NoneType
from typing import Any, Final

from django.db import connection, models

# What drivers take as it is; of everything else the model's field makes what they take.
_PLAIN: Final = frozenset({int, str, bool, NoneType})


def _fields(model: type[models.Model]) -> "dict[str, models.Field[Any, Any]]":
    concrete = model._meta.concrete_fields  # noqa: SLF001 - Django's documented API.
    return {field.column: field for field in concrete if field.column}


def _preparing(model: type[models.Model], column: str) -> Callable[[Any], Any]:
    """Return what makes a column's values fit for the driver; the last one is remembered.

    Most rows of a bulk have one time in common, and making it anew each time is most of the work.
    """
    field = _fields(model)[column]
    is_document = isinstance(field, models.JSONField)
    last: list[Any] = [None, None]

    def prepare(value: Any) -> Any:
        if is_document:
            return field.get_db_prep_save(value, connection=connection)
        if type(value) in _PLAIN:
            return value
        if value is last[0] and value is not None:
            return last[1]
        last[0], last[1] = value, field.get_db_prep_save(value, connection=connection)
        return last[1]

    return prepare


def update_many(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Set `columns` of the rows whose primary key leads each of `rows`, in one statement.

    A row is (primary key, value of the first column, ...); columns are named as in the database.
    """
    fields = _fields(model)
    prepare = [_preparing(model, column) for column in columns]
    values: list[Any] = []
    count = 0
    for key, *changed in rows:
        count += 1
        values.append(key)
        values += [each(value) for each, value in zip(prepare, changed, strict=True)]
    if not count:
        return
    quote = connection.ops.quote_name
    is_postgresql = connection.vendor == "postgresql"
    assignments = ", ".join(
        # PostgreSQL takes literals in VALUES for text unless they are told apart.
        f"{quote(column)} = v.{quote(column)}"
        + (f"::{fields[column].db_type(connection)}" if is_postgresql else "")
        for column in columns
    )
    table = quote(model._meta.db_table)  # noqa: SLF001
    row = f"({', '.join(['%s'] * (len(columns) + 1))})"
    names = ", ".join(["key", *map(quote, columns)])
    with connection.cursor() as cursor:
        cursor.execute(
            # Only names of our own models and placeholders are put together here.
            f"WITH v({names}) AS (VALUES {', '.join([row] * count)}) "  # noqa: S608
            f"UPDATE {table} SET {assignments} FROM v WHERE {table}.id = v.key",
            values,
        )


def insert_many(
    model: type[models.Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> None:
    """Insert rows whose values are in the order of `columns`, in one statement."""
    prepare = [_preparing(model, column) for column in columns]
    values: list[Any] = []
    count = 0
    for each_row in rows:
        count += 1
        values += [each(value) for each, value in zip(prepare, each_row, strict=True)]
    if not count:
        return
    quote = connection.ops.quote_name
    row = f"({', '.join(['%s'] * len(columns))})"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) "  # noqa: S608, SLF001
            f"VALUES {', '.join([row] * count)}",
            values,
        )
