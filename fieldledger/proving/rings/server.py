"""The real server, as a program of its own on this machine: started, killed, started again."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from fieldledger.proving.rings.postgres import free_port

ATTEMPT_S: Final = 5.0
GIVE_UP_S: Final = 60.0
LOOK_EVERY_S: Final = 0.02
LOG_SHOWN: Final = 2000  # Characters.
_KEPT: Final = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")
_PROGRAM: Final = (sys.executable, "-m", "fieldledger.website")


class NotReady(Exception):
    """The server does not come up; the message has the end of what it said."""


@dataclass(slots=True)
class ServerProgram:
    """`fieldledger serve` on a data folder, always on the same port of the loopback."""

    folder: Path
    more: Mapping[str, str] = field(default_factory=dict)  # For its environment.
    port: int = field(default_factory=free_port)
    _program: "subprocess.Popen[bytes] | None" = field(default=None, init=False)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """What it is told, and nothing of ours besides."""
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        return kept | {"FIELDLEDGER_DATA": str(self.folder)} | dict(self.more)

    def begin_with(self, tables: Path | None) -> None:
        """Copy an empty database into the data folder, if there is one: else it is made.

        It has the name that the program looks for.
        """
        if tables is not None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copyfile(tables, self.folder / tables.name)

    def run(self, *words: str, typed: str) -> str:
        """Run another command on the same data folder and return what it prints.

        :raises subprocess.CalledProcessError: if it fails.
        """
        return subprocess.run(  # noqa: S603 - this Python, with words of our own.
            [*_PROGRAM, *words],
            env=self.environment,
            input=typed,
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    def start(self, is_ready: Callable[[], bool]) -> float:
        """Start it, wait until it is ready, and return the seconds that this took.

        The workers of a server that was killed alone answer until they notice: they are waited for,
        so that it is the new server that is ready. As a service manager does, this starts it again
        if it ends by itself.

        :raises NotReady: if it is not ready in a minute.
        """
        began = time.monotonic()
        while True:
            if not self.is_running and not self._is_listening():
                self._spawn()
            if self.is_running and is_ready():
                return time.monotonic() - began
            if time.monotonic() - began > GIVE_UP_S:
                raise NotReady(f"The server did not come up: {self._log_end()}")
            time.sleep(LOOK_EVERY_S)

    @property
    def is_running(self) -> bool:
        """Whether the program is there."""
        return self._program is not None and self._program.poll() is None

    def kill(self, *, alone: bool) -> None:
        """Kill it with all its workers, or `alone`: then its workers have to notice and leave."""
        program = self._program
        if program is None:
            return
        with suppress(ProcessLookupError):
            if alone:
                program.kill()
            else:
                os.killpg(program.pid, signal.SIGKILL)
        program.wait(GIVE_UP_S)

    def is_answering(self, path: str, headers: Mapping[str, str]) -> bool:
        """Whether a GET of `path` is answered with 200."""
        asked = urllib.request.Request(f"{self.url}{path}", headers=dict(headers))  # noqa: S310
        try:
            with urllib.request.urlopen(asked, timeout=ATTEMPT_S) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except OSError:
            return False

    def _is_listening(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _spawn(self) -> None:
        with (self.folder.parent / "server.log").open("ab") as log:
            self._program = subprocess.Popen(  # noqa: S603 - this Python, with words of our own.
                [*_PROGRAM, "serve", "--port", str(self.port)],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Killed as a whole, and not by Ctrl-C.
            )

    def _log_end(self) -> str:
        return (self.folder.parent / "server.log").read_text(errors="replace")[-LOG_SHOWN:]
