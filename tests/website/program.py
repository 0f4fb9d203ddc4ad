"""The program `fieldledger` as a person or a service manager runs it: a program of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.shared import ROOT

TIMEOUT_S = 60
PASSWORD = "correct horse battery staple"
OWNER = "owner@acme.example"
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended and what it said."""

    status: int
    out: str
    err: str


def run_program(
    *words: str | Path, folder: Path, typed: str = "", env: Mapping[str, str] | None = None
) -> Ended:
    """Run `fieldledger WORDS` on the data folder `folder`, to its end."""
    done = subprocess.run(
        command(*words),
        input=typed,
        env=environment(folder, env),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def run_for_json(
    *words: str | Path, folder: Path, timeout_s: float
) -> tuple[int, dict[str, Any], str]:
    """Run `fieldledger WORDS --json`; return its status, its result, and what it said."""
    done = subprocess.run(
        command(*words, "--json"),
        cwd=ROOT,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=timeout_s,
        check=False,
    )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1]) if done.stdout else {}
    return done.returncode, result, done.stderr


def command(*words: str | Path) -> list[str]:
    """Return the words that start the program with this Python."""
    return [sys.executable, "-m", "fieldledger.website", *map(str, words)]


def environment(folder: Path, more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which nothing of the tests' own settings is left."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"FIELDLEDGER_DATA": str(folder)} | dict(more or {})


def add_business(
    folder: Path,
    *,
    name: str = "Acme Plumbing",
    owner: str = OWNER,
    env: Mapping[str, str] | None = None,
) -> Ended:
    """Make a business, as `fieldledger business-add` does."""
    words = ("business-add", "--name", name, "--owner-email", owner, "--password-stdin")
    return run_program(*words, folder=folder, typed=f"{PASSWORD}\n", env=env)


@dataclass(slots=True)
class Server:
    """A server that takes connections."""

    program: subprocess.Popen[str]
    url: str
    lines: list[str] = field(default_factory=list)

    def stop(self, by: signal.Signals = signal.SIGTERM) -> int:
        """End it and return its exit status."""
        if self.program.poll() is None:
            self.program.send_signal(by)
        return self.program.wait(TIMEOUT_S)


@contextmanager
def serving(
    *words: str | Path, folder: Path, env: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Start `fieldledger WORDS`, one of the commands that serve, on a free port."""
    program = subprocess.Popen(
        command(*words, "--port", "0"),
        env=environment(folder, env),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    server = Server(program, "")
    reader = threading.Thread(target=_collect, args=(server,), daemon=True)
    reader.start()
    try:
        wait_until(lambda: bool(_address(server)) or program.poll() is not None)
        server.url = _address(server)
        assert server.url, f"it did not start: {server.lines}"
        yield server
    finally:
        # All of its group: a worker left behind would hold our end of its output.
        with suppress(ProcessLookupError):
            os.killpg(program.pid, signal.SIGKILL)
        program.wait(TIMEOUT_S)
        reader.join(TIMEOUT_S)
        assert program.stdout is not None
        program.stdout.close()


def _collect(server: Server) -> None:
    assert server.program.stdout is not None
    for line in server.program.stdout:
        server.lines.append(line.rstrip("\n"))


def _address(server: Server) -> str:
    found = [line for line in server.lines if line.startswith("Fieldledger is at ")]
    return found[0].removeprefix("Fieldledger is at ") if found else ""


def wait_until(is_so: Callable[[], bool], *, seconds: float = TIMEOUT_S) -> None:
    """Wait until `is_so`, or fail."""
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.05)
