"""The server's database: SQLite in memory, which can fail, be killed, saved and brought back."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

ALIAS = "default"


class ServerDies(BaseException):
    """The server's process is killed: no error of the program, and nothing in it may catch it."""


class Database:
    """A database of its own for one world; `fault` is asked before each commit and statement.

    It returns what is to happen: "" for nothing, "before" to be killed before the commit, "after"
    to be killed after it, "down" for a database that does not answer.
    """

    def __init__(self) -> None:
        settings = connections.settings[ALIAS] | {"NAME": ":memory:", "TEST": {"NAME": None}}
        backend = type(connections[ALIAS])
        self.wrapper: BaseDatabaseWrapper = backend(settings, ALIAS)
        self.at_commit: Callable[[], str] = lambda: ""
        self.at_statement: Callable[[], str] = lambda: ""
        self.commits = 0
        self._plain_commit = self.wrapper.commit
        self.wrapper.commit = self._commit  # type: ignore[method-assign]

    @property
    def raw(self) -> sqlite3.Connection:
        """SQLite's own connection."""
        self.wrapper.ensure_connection()
        raw: sqlite3.Connection = self.wrapper.connection
        return raw

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

    def close(self) -> None:
        """Give the memory back."""
        self.raw.close()
        self.wrapper.connection = None

    # --- Faults ---

    def _commit(self) -> None:
        fault = self.at_commit()
        if fault == "before":
            raise ServerDies
        self._plain_commit()
        self.commits += 1
        if fault == "after":
            raise ServerDies

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Let statements fail as `at_statement` says."""

        def execute(run: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
            if self.at_statement() == "down":
                raise OperationalError("disk I/O error")
            return run(sql, params, many, context)

        with self.wrapper.execute_wrapper(execute):
            yield

    def restart(self) -> None:
        """Forget what a killed server had not committed, and what it had in its hands."""
        if self.raw.in_transaction:
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
        return self.raw.in_transaction

    def query(self, sql: str, values: tuple[Any, ...]) -> list[Any]:
        """Return the rows of a SELECT."""
        return self.raw.execute(sql.replace("%s", "?"), values).fetchall()

    # --- Copies ---

    def save(self) -> bytes:
        """Return a consistent copy."""
        return self.raw.serialize()

    def bring_back(self, copy: bytes) -> None:
        """Put a copy in the place of all there is."""
        source = sqlite3.connect(":memory:")
        source.deserialize(copy)
        source.backup(self.raw)
        source.close()
        # Behind the wrapper's back; a statement through it ends what is kept of before.
        with self.wrapper.cursor() as cursor:
            cursor.execute("SELECT 1")
