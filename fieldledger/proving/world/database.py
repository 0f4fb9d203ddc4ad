"""The server's database: SQLite in memory, which can fail, be killed, saved and brought back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any

from django.core.management import call_command
from django.db import OperationalError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from fieldledger.quickbooks.models import MessageSet

ALIAS = "default"
NO_ROOM = "database or disk is full"  # SQLite's words for SQLITE_FULL.
_WRITES = frozenset({"INSERT", "UPDATE", "DELETE"})


class ServerDies(BaseException):
    """The server's process is killed: no error of the program, and nothing in it may catch it."""


class Database:
    """A database of its own for one world; `fault` is asked before each commit and statement.

    It returns what is to happen: "" for nothing, "before" to be killed before the commit, "after"
    to be killed after it, "down" for a database that does not answer, "full" for one that has no
    room for what is written.
    """

    def __init__(self) -> None:
        self.wrapper = self._make_wrapper()
        self.at_commit: Callable[[], str] = lambda: ""
        self.at_statement: Callable[[], str] = lambda: ""
        self.commits = 0
        self._plain_commit = self.wrapper.commit
        self.wrapper.commit = self._commit  # type: ignore[method-assign]

    def _make_wrapper(self) -> BaseDatabaseWrapper:
        settings = connections.settings[ALIAS] | {"NAME": ":memory:", "TEST": {"NAME": None}}
        backend: type[BaseDatabaseWrapper] = type(connections[ALIAS])
        return backend(settings, ALIAS)

    @property
    def raw(self) -> Any:
        """SQLite's own connection."""
        self.wrapper.ensure_connection()
        return self.wrapper.connection

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Let Django use this database and no other."""
        before = connections[ALIAS]
        connections[ALIAS] = self.wrapper
        try:
            yield
        finally:
            connections[ALIAS] = before

    def make_tables(self) -> None:
        """Make the program's tables; the database is in use."""
        call_command("migrate", interactive=False, verbosity=0)

    def migrate_on(self) -> None:
        """Do what a later version's migration may do: alter a table, and rebuild it where it must.

        The program as it is must go on with the result: versions next to each other share tables.
        """
        meta = MessageSet._meta  # noqa: SLF001 - Django's documented API.
        now, later = meta.get_field("set_id"), copy(meta.get_field("set_id"))
        later.max_length = 40
        number = models.IntegerField(null=True)
        number.set_attributes_from_name("kept_by_a_later_version")
        number.model = MessageSet
        with self.wrapper.schema_editor() as editor:
            if number.column not in self._columns(meta.db_table):
                editor.add_field(MessageSet, number)
            editor.alter_field(MessageSet, now, later)

    def _columns(self, table: str) -> set[str]:
        with self.wrapper.cursor() as cursor:
            found = self.wrapper.introspection.get_table_description(cursor, table)
        return {each.name for each in found}

    def close(self) -> None:
        """Give the memory back."""
        self.raw.close()
        self.wrapper.connection = None

    # --- Faults ---

    def _commit(self) -> None:
        fault = self.at_commit()
        if fault == "before":
            raise ServerDies
        if fault == "full":
            self.wrapper.rollback()
            raise OperationalError(NO_ROOM)
        self._plain_commit()
        self.commits += 1
        if fault == "after":
            raise ServerDies

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let statements fail as `at_statement` says."""

        def execute(run: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
            fault = self.at_statement()
            if fault == "down":
                raise OperationalError("disk I/O error")
            if fault == "full" and sql.lstrip()[:6].upper() in _WRITES:
                raise OperationalError(NO_ROOM)
            return run(sql, params, many, context)

        with self.wrapper.execute_wrapper(execute):
            yield

    def restart(self) -> None:
        """Forget what a killed server had not committed, and what it had in its hands."""
        if self.in_transaction:
            self.raw.rollback()
        wrapper = self.wrapper
        wrapper.in_atomic_block = False
        wrapper.savepoint_ids = []
        wrapper.atomic_blocks = []
        wrapper.run_on_commit = []
        wrapper.needs_rollback = False
        wrapper.closed_in_transaction = False
        wrapper.commit_on_exit = True
        wrapper.autocommit = True

    @property
    def in_transaction(self) -> bool:
        """Whether something is written and not committed."""
        return bool(self.raw.in_transaction)

    def query(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Return the rows of a SELECT."""
        return list(self.raw.execute(sql.replace("%s", "?"), values).fetchall())

    # --- Copies ---

    def save(self) -> bytes:
        """Return a consistent copy."""
        return bytes(self.raw.serialize())

    def bring_back(self, copy: bytes) -> None:
        """Put a copy in the place of all there is."""
        source = sqlite3.connect(":memory:")
        source.deserialize(copy)
        source.backup(self.raw)
        source.close()
        self._changed_behind()

    def _changed_behind(self) -> None:
        # Behind the wrapper's back; a statement through it ends what is kept of before.
        with self.wrapper.cursor() as cursor:
            cursor.execute("SELECT 1")
        counts = getattr(self.wrapper, "count_commit", None)
        if counts is not None:  # Our own backend: what was read before is out of date.
            counts()
