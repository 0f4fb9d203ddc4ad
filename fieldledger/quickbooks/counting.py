"""Kept numbers of rows, so that no page counts a million of them.

The database keeps them itself, with triggers, in the statement that changes the rows: no writer can
forget them. A number may be kept in several rows (slots), whose sum it is: on PostgreSQL a writer
takes a slot that no other transaction holds, or makes one, and so never waits for another.

Django rebuilds a table of SQLite to alter it, and its triggers are gone with the old one. So they
are looked for after every migration; where one is missing, all are made and the rows counted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from django.db import connections, models, transaction

from fieldledger.office.models import Client, Invoice, Item, Payment
from fieldledger.quickbooks.models import RANK, Connection, EntryCount, RecordCount, SyncEntry
from fieldledger.quickbooks.tables import select, table_of
from fieldledger.sync.content import Kind, State


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """The rows of `source` are counted by the columns `by` in `into`, which has them too.

    `fixed` are columns of `into` that are the same for all rows of `source`.
    """

    source: type[models.Model]
    into: type[models.Model]
    by: tuple[str, ...]
    fixed: Mapping[str, int] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """What its triggers' names begin with."""
        return f"count_{self.source._meta.db_table}"  # noqa: SLF001 - Django's documented API.


COUNTED: Final = (
    Counted(source=SyncEntry, into=EntryCount, by=("connection_id", "rank", "state")),
    *(
        Counted(source=model, into=RecordCount, by=("business_id",), fixed={"rank": RANK[kind]})
        for kind, model in (
            (Kind.CLIENT, Client),
            (Kind.ITEM, Item),
            (Kind.INVOICE, Invoice),
            (Kind.PAYMENT, Payment),
        )
    ),
)


def entry_counts(connection: Connection) -> dict[Kind, dict[State, int]]:
    """Return how many entries of each kind are in each state; absent pairs are none."""
    counts: dict[Kind, dict[State, int]] = {kind: {} for kind in Kind}
    kinds = {rank: kind for kind, rank in RANK.items()}
    rows = select(
        f"SELECT rank, state, SUM(number) FROM {table_of(EntryCount)}"  # noqa: S608 - our own names.
        " WHERE connection_id = %s GROUP BY rank, state",
        (connection.pk,),
    )
    for rank, state, number in rows:
        if number:
            counts[kinds[rank]][State(state)] = int(number)
    return counts


def record_count(business_id: int) -> int:
    """Return how many clients, items, invoices and payments a business has."""
    rows = select(
        f"SELECT COALESCE(SUM(number), 0) FROM {table_of(RecordCount)} WHERE business_id = %s",  # noqa: S608
        (business_id,),
    )
    return int(rows[0][0])


def keep_counting(using: str) -> None:
    """Make the triggers where one is missing, and count what is there; after every migration."""
    database = connections[using]
    words = _SQLITE if database.vendor == "sqlite" else _POSTGRES
    tables = database.introspection.table_names()
    if any(each._meta.db_table not in tables for each in (EntryCount, RecordCount)):  # noqa: SLF001
        return  # Migrated only so far.
    wanted = {name for each in COUNTED for name in words.trigger_names(each)}
    with transaction.atomic(using=using), database.cursor() as cursor:
        cursor.execute(words.known)
        if wanted <= {row[0] for row in cursor.fetchall()}:
            return
        for each in COUNTED:
            for statement in words.statements(each):
                cursor.execute(statement)
        for into in {each.into for each in COUNTED}:
            cursor.execute(f"DELETE FROM {table_of(into)}")  # noqa: S608 - our own names.
        for each in COUNTED:
            cursor.execute(_recount(each))


def _columns(counted: Counted) -> Sequence[str]:
    return (*counted.by, *counted.fixed)


def _values(counted: Counted, row: str) -> str:
    """Return a row's values for `_columns`, as SQL; `row` is OLD. or NEW., or nothing."""
    return ", ".join(
        (*(f"{row}{column}" for column in counted.by), *map(str, counted.fixed.values()))
    )


def _recount(counted: Counted) -> str:
    columns, by = ", ".join(_columns(counted)), ", ".join(counted.by)
    return (
        f"INSERT INTO {table_of(counted.into)} ({columns}, number)"  # noqa: S608 - our own names.
        f" SELECT {_values(counted, '')}, COUNT(*) FROM {table_of(counted.source)} GROUP BY {by}"
    )


class _Sqlite:
    """One writer at a time, and each row changes the one slot there is."""

    known: Final = "SELECT name FROM sqlite_master WHERE type = 'trigger'"

    def trigger_names(self, counted: Counted) -> list[str]:
        return [f"{counted.name}_{event}" for event in ("insert", "update", "delete")]

    def statements(self, counted: Counted) -> list[str]:
        source, by = table_of(counted.source), counted.by
        more, less = self._more(counted), self._change(counted, "OLD.", -1)
        moved = " OR ".join(f"OLD.{column} <> NEW.{column}" for column in by)
        inserted, updated, deleted = self.trigger_names(counted)
        bodies = (
            (inserted, "INSERT", "", more),
            (updated, f"UPDATE OF {', '.join(by)}", f" WHEN {moved}", f"{less}; {more}"),
            (deleted, "DELETE", "", less),
        )
        return [
            statement
            for name, event, condition, body in bodies
            for statement in (
                f"DROP TRIGGER IF EXISTS {name}",
                f"CREATE TRIGGER {name} AFTER {event} ON {source}{condition} BEGIN {body}; END",
            )
        ]

    def _more(self, counted: Counted) -> str:
        into, values = table_of(counted.into), _values(counted, "NEW.")
        return (
            f"INSERT INTO {into} ({', '.join(_columns(counted))}, number) SELECT {values}, 0"  # noqa: S608
            f" WHERE NOT EXISTS (SELECT 1 FROM {into} WHERE {self._place(counted, 'NEW.')});"
            f" {self._change(counted, 'NEW.', 1)}"
        )

    def _change(self, counted: Counted, row: str, by: int) -> str:
        return (
            f"UPDATE {table_of(counted.into)} SET number = number + {by}"  # noqa: S608
            f" WHERE {self._place(counted, row)}"
        )

    def _place(self, counted: Counted, row: str) -> str:
        pairs = [f"{column} = {row}{column}" for column in counted.by]
        pairs += [f"{column} = {value}" for column, value in counted.fixed.items()]
        return " AND ".join(pairs)


class _Postgres:
    """Once a statement, however many rows it changes, in a slot that nobody else holds."""

    known: Final = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"

    def trigger_names(self, counted: Counted) -> list[str]:
        return [f"{counted.name}_{event}" for event in ("insert", "update", "delete")]

    def statements(self, counted: Counted) -> list[str]:
        source = table_of(counted.source)
        parts = {
            "insert": ("REFERENCING NEW TABLE AS fresh", (("fresh", 1),)),
            "update": (
                "REFERENCING NEW TABLE AS fresh OLD TABLE AS former",
                (("fresh", 1), ("former", -1)),
            ),
            "delete": ("REFERENCING OLD TABLE AS former", (("former", -1),)),
        }
        statements = []
        for event, (referencing, tables) in parts.items():
            name = f"{counted.name}_{event}"
            statements += [
                self._function(counted, name, tables),
                f"DROP TRIGGER IF EXISTS {name} ON {source}",
                (
                    f"CREATE TRIGGER {name} AFTER {event.upper()} ON {source} {referencing}"
                    f" FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
                ),
            ]
        return statements

    def _function(self, counted: Counted, name: str, tables: Sequence[tuple[str, int]]) -> str:
        into, by = table_of(counted.into), ", ".join(counted.by)
        changes = " UNION ALL ".join(
            f"SELECT {by}, {sign} AS step FROM {table}"  # noqa: S608 - our own names.
            for table, sign in tables
        )
        place = " AND ".join(
            [
                *(f"slot.{column} = moved.{column}" for column in counted.by),
                *(f"slot.{column} = {value}" for column, value in counted.fixed.items()),
            ]
        )
        return f"""
            CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$
            DECLARE moved record;
            BEGIN
                FOR moved IN
                    SELECT {by}, SUM(step) AS step FROM ({changes}) AS changes
                    GROUP BY {by} HAVING SUM(step) <> 0
                LOOP
                    UPDATE {into} SET number = number + moved.step WHERE id = (
                        SELECT slot.id FROM {into} AS slot WHERE {place}
                        LIMIT 1 FOR UPDATE SKIP LOCKED
                    );
                    IF NOT FOUND THEN
                        INSERT INTO {into} ({", ".join(_columns(counted))}, number)
                        VALUES ({_values(counted, "moved.")}, moved.step);
                    END IF;
                END LOOP;
                RETURN NULL;
            END $$
        """  # noqa: S608 - our own names.


_SQLITE: Final = _Sqlite()
_POSTGRES: Final = _Postgres()
