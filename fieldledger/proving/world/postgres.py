"""The server's database on a real PostgreSQL: the slower way, with the other half of the SQL."""

import os
import pickle
from pathlib import Path
from typing import Any, Final

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.postgresql.base import DatabaseWrapper

from fieldledger.proving.rings.postgres import OWNER, PostgresServer
from fieldledger.proving.world.database import ALIAS, Database

_TABLES: Final = (
    "SELECT table_name FROM information_schema.tables"
    " WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
    " AND table_name <> 'django_migrations' ORDER BY table_name"
)
_COLUMNS: Final = (
    "SELECT column_name, pg_get_serial_sequence(table_name, column_name)"
    " FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    " ORDER BY ordinal_position"
)


class PostgresDatabase(Database):
    """A database of this program's own in a server; see Database. `tables` is a dump of them."""

    def __init__(self, server: PostgresServer, tables: Path | None = None) -> None:
        self.server = server
        self.name = f"world_{os.getpid()}_{id(self):x}"
        server.make(self.name, tables)
        super().__init__()

    def _make_wrapper(self) -> BaseDatabaseWrapper:
        settings = connections.settings[ALIAS] | {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": OWNER,
            "PASSWORD": self.server.password,
            "HOST": "127.0.0.1",
            "PORT": str(self.server.port),
            # A world dies in memory alone; what a crash of the machine leaves, others look at.
            "OPTIONS": {"options": "-c synchronous_commit=off"},
            "CONN_HEALTH_CHECKS": False,
        }
        return DatabaseWrapper(settings, ALIAS)

    @property
    def raw(self) -> Any:
        """The driver's own connection."""
        self.wrapper.ensure_connection()
        return self.wrapper.connection

    @property
    def in_transaction(self) -> bool:
        """Whether something is written and not committed."""
        return bool(self.raw.info.transaction_status.name != "IDLE")

    def query(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Return the rows of a SELECT."""
        return list(self.raw.execute(sql.encode(), values or None).fetchall())

    def restart(self) -> None:
        """Forget what a killed server had not committed, and what it had in its hands."""
        if self.in_transaction:
            self.raw.rollback()
        super().restart()
        self.wrapper.set_autocommit(True)

    def save(self) -> bytes:
        """Return a consistent copy: the rows of each table, and how far its numbers are."""
        copies = {}
        for (table,) in self.query(_TABLES, ()):
            columns = self.query(_COLUMNS, (table,))
            numbers = {
                sequence: self.query(f"SELECT last_value, is_called FROM {sequence}", ())[0]  # noqa: S608
                for _, sequence in columns
                if sequence
            }
            names = [column for column, _ in columns]
            with self.raw.cursor().copy(f"COPY {_named(table, names)} TO STDOUT") as copy:
                copies[table] = (names, b"".join(map(bytes, copy)), numbers)
        return pickle.dumps(copies)

    def bring_back(self, copy: bytes) -> None:
        """Put a copy in the place of all there is."""
        copies = pickle.loads(copy)  # noqa: S301 - what `save` has made.
        with self.raw.transaction():
            self.raw.execute("SET LOCAL session_replication_role = replica")  # No triggers.
            self.raw.execute(f"TRUNCATE {', '.join(map(_quoted, copies))}")
            for table, (names, rows, numbers) in copies.items():
                with self.raw.cursor().copy(f"COPY {_named(table, names)} FROM STDIN") as into:
                    into.write(rows)
                for sequence, (number, is_called) in numbers.items():
                    self.raw.execute("SELECT setval(%s, %s, %s)", (sequence, number, is_called))
        self._changed_behind()

    def close(self) -> None:
        """Give the database back."""
        self.wrapper.close()
        self.server.run(f"DROP DATABASE {self.name}")


def _quoted(name: str) -> str:
    return f'"{name}"'


def _named(table: str, columns: list[str]) -> str:
    return f"{_quoted(table)} ({', '.join(map(_quoted, columns))})"
