"""Kept totals of rows, so that no page counts or adds up a million of them.

The database keeps them itself, with triggers, in the statement that changes the rows: no writer can
forget them. A total may be kept in several rows (slots), whose sum it is: on PostgreSQL a writer
takes a slot that no other transaction holds, or makes one, and so never waits for another.

Django rebuilds a table of SQLite to alter it, and its triggers are gone with the old one. So they
are looked for after every migration; where one is missing, all are made and the rows added up.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connections, models, transaction

# In an expression, what stands before a column: OLD. or NEW. in a trigger, or nothing.
ROW: Final = "{row}"
_NUMBER: Final = "number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The rows of `source` that fulfil `where`, by some columns, as totals in the table of `into`.

    All SQL is our own and means the same to SQLite and PostgreSQL, with ROW before each column of
    `source`. `into` has a column `number` for the rows, and those of `by` and `sums`; sums are
    whole numbers (money in cents), since SQLite adds up fractions inexactly.
    """

    source: type[models.Model]
    into: type[models.Model]
    by: Mapping[str, str]
    sums: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    # The columns of `source` that all this depends on.
    columns: tuple[str, ...]
    # Rows of `into` go when their number has come to zero, and come back when it is another.
    sparse: bool = False

    @property
    def name(self) -> str:
        """What its triggers' names begin with."""
        return f"keep_{_table(self.into)}_of_{_table(self.source)}"

    @property
    def _totals(self) -> Mapping[str, str]:
        return {_NUMBER: "1"} | dict(self.sums)

    def columns_of(self, row: str) -> Sequence[str]:
        """Return the values of `by`, as SQL."""
        return [each.format(row=row) for each in self.by.values()]

    def totals_of(self, row: str) -> Mapping[str, str]:
        """Return what each row adds, as SQL by column."""
        return {column: each.format(row=row) for column, each in self._totals.items()}

    def condition_of(self, row: str) -> str:
        """Return whether a row counts, as SQL."""
        return self.where.format(row=row) or "1 = 1"


def keep(using: str, wanted: Sequence[Kept]) -> None:
    """Make the triggers where one is missing, and add up what is there; after every migration."""
    database = connections[using]
    words: _Sqlite | _Postgres = _SQLITE if database.vendor == "sqlite" else _POSTGRES
    tables = set(database.introspection.table_names())
    if not {_table(each.into) for each in wanted} <= tables:
        return  # Migrated only so far.
    names = {name for each in wanted for name in _trigger_names(each)}
    with transaction.atomic(using=using), database.cursor() as cursor:
        cursor.execute(words.known)
        if names <= {row[0] for row in cursor.fetchall()}:
            return
        for each in wanted:
            for statement in words.statements(each):
                cursor.execute(statement)
        for into in {each.into for each in wanted}:
            cursor.execute(f'DELETE FROM "{_table(into)}"')  # noqa: S608 - our own names.
            cursor.execute(_added_up([each for each in wanted if each.into is into]))


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - Django's documented API.


def _trigger_names(kept: Kept) -> list[str]:
    return [f"{kept.name}_{event}" for event in ("insert", "update", "delete")]


def _added_up(all_of_one: Sequence[Kept]) -> str:
    """Return what adds up all that is kept in one table; what comes to nothing has no row."""
    kept = all_of_one[0]
    by, totals = ", ".join(kept.by), kept.totals_of("")
    sources = " UNION ALL ".join(
        f"SELECT {', '.join(_columns_with_names(each))}"  # noqa: S608 - our own names.
        f' FROM "{_table(each.source)}" WHERE {each.condition_of("")}'
        for each in all_of_one
    )
    sums = ", ".join(f"SUM({column})" for column in totals)
    return (
        f'INSERT INTO "{_table(kept.into)}" ({", ".join([*kept.by, *totals])})'  # noqa: S608
        f" SELECT {by}, {sums} FROM ({sources}) AS rows_of_all"
        f" GROUP BY {by} HAVING SUM({_NUMBER}) <> 0"
    )


def _columns_with_names(kept: Kept) -> list[str]:
    values = [*kept.columns_of(""), *kept.totals_of("").values()]
    names = [*kept.by, *kept.totals_of("")]
    return [f"{value} AS {name}" for value, name in zip(values, names, strict=True)]


class _Sqlite:
    """One writer at a time, and each row changes the one slot there is."""

    known: Final = "SELECT name FROM sqlite_master WHERE type = 'trigger'"

    def statements(self, kept: Kept) -> list[str]:
        more, less = self._more(kept, "NEW.", "+"), self._change(kept, "OLD.", "-")
        if kept.sparse:
            less = self._more(kept, "OLD.", "-")
        moved = " OR ".join(f"OLD.{column} IS NOT NEW.{column}" for column in kept.columns)
        counts = f"({kept.condition_of('OLD.')}) OR ({kept.condition_of('NEW.')})"
        inserted, updated, deleted = _trigger_names(kept)
        bodies = (
            (inserted, "INSERT", kept.condition_of("NEW."), more),
            (
                updated,
                f"UPDATE OF {', '.join(kept.columns)}",
                f"({moved}) AND ({counts})",
                f"{less} {more}",
            ),
            (deleted, "DELETE", kept.condition_of("OLD."), less),
        )
        return [
            statement
            for name, event, condition, body in bodies
            for statement in (
                f"DROP TRIGGER IF EXISTS {name}",
                (
                    f'CREATE TRIGGER {name} AFTER {event} ON "{_table(kept.source)}"'
                    f" WHEN {condition} BEGIN {body} END"
                ),
            )
        ]

    def _more(self, kept: Kept, row: str, sign: str) -> str:
        into, totals = _table(kept.into), kept.totals_of(row)
        values = ", ".join(
            [*kept.columns_of(row), *(f"{sign}({each})" for each in totals.values())]
        )
        # There nearly always is a slot; changes() is the number of rows the statement before it
        # has changed within the trigger (sqlite.org/c3ref/changes.html).
        return (
            f"{self._change(kept, row, sign)}"
            f' INSERT INTO "{into}" ({", ".join([*kept.by, *totals])})'
            f" SELECT {values} WHERE changes() = 0 AND {kept.condition_of(row)};"
            f"{self._gone(kept, row)}"
        )

    def _gone(self, kept: Kept, row: str) -> str:
        if not kept.sparse:
            return ""
        return (
            f' DELETE FROM "{_table(kept.into)}"'  # noqa: S608 - our own names.
            f" WHERE {self._place(kept, row)} AND {_NUMBER} = 0 AND {kept.condition_of(row)};"
        )

    def _change(self, kept: Kept, row: str, sign: str) -> str:
        changes = ", ".join(
            f"{column} = {column} {sign} ({value})" for column, value in kept.totals_of(row).items()
        )
        return (
            f'UPDATE "{_table(kept.into)}" SET {changes}'  # noqa: S608 - our own names.
            f" WHERE {self._place(kept, row)} AND {kept.condition_of(row)};"
        )

    def _place(self, kept: Kept, row: str) -> str:
        pairs = zip(kept.by, kept.columns_of(row), strict=True)
        return " AND ".join(f"{column} = {value}" for column, value in pairs)


class _Postgres:
    """Once a statement, however many rows it changes, in a slot that nobody else holds."""

    known: Final = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"

    def statements(self, kept: Kept) -> list[str]:
        parts = {
            "insert": ("REFERENCING NEW TABLE AS fresh", (("fresh", ""),)),
            "update": (
                "REFERENCING NEW TABLE AS fresh OLD TABLE AS former",
                (("fresh", ""), ("former", "-")),
            ),
            "delete": ("REFERENCING OLD TABLE AS former", (("former", "-"),)),
        }
        statements = []
        for name, (event, (referencing, tables)) in zip(
            _trigger_names(kept), parts.items(), strict=True
        ):
            statements += [
                self._function(kept, name, tables),
                f'DROP TRIGGER IF EXISTS {name} ON "{_table(kept.source)}"',
                (
                    f'CREATE TRIGGER {name} AFTER {event.upper()} ON "{_table(kept.source)}"'
                    f" {referencing} FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
                ),
            ]
        return statements

    def _function(self, kept: Kept, name: str, tables: Sequence[tuple[str, str]]) -> str:
        into, by, totals = _table(kept.into), ", ".join(kept.by), kept.totals_of("")
        columns = [
            f"{value} AS {column}"
            for column, value in zip(kept.by, kept.columns_of(""), strict=True)
        ]
        changes = " UNION ALL ".join(
            f"SELECT {', '.join(columns)},"  # noqa: S608 - our own names.
            f" {', '.join(f'{sign}({value}) AS {column}' for column, value in totals.items())}"
            f" FROM {table} WHERE {kept.condition_of('')}"
            for table, sign in tables
        )
        sums = ", ".join(f"SUM({column})::bigint AS {column}" for column in totals)
        moved = " OR ".join(f"SUM({column}) <> 0" for column in totals)
        added = ", ".join(f"{column} = {column} + moved.{column}" for column in totals)
        place = " AND ".join(f"slot.{column} = moved.{column}" for column in kept.by)
        everything = [*kept.by, *totals]
        gone = f'DELETE FROM "{into}" AS slot WHERE {place} AND slot.{_NUMBER} = 0;'  # noqa: S608
        return f"""
            CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE moved record;
            BEGIN
                FOR moved IN
                    SELECT {by}, {sums} FROM ({changes}) AS changes GROUP BY {by} HAVING {moved}
                LOOP
                    UPDATE "{into}" SET {added} WHERE id = (
                        SELECT slot.id FROM "{into}" AS slot WHERE {place}
                        LIMIT 1 FOR UPDATE SKIP LOCKED
                    );
                    IF NOT FOUND THEN
                        INSERT INTO "{into}" ({", ".join(everything)})
                        VALUES ({", ".join(f"moved.{column}" for column in everything)});
                    END IF;
                    {gone if kept.sparse else ""}
                END LOOP;
                RETURN NULL;
            END $$
        """  # noqa: S608 - our own names.


_SQLITE: Final = _Sqlite()
_POSTGRES: Final = _Postgres()
