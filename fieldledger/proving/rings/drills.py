"""The drills with real programs: two servers on one database, a full disk, a restore."""

import os
import random
import subprocess
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from fieldledger.accounts.room import NO_ROOM
from fieldledger.proving.rings.judging import judge
from fieldledger.proving.rings.office import Made, Unexpected
from fieldledger.proving.rings.postgres import Cluster
from fieldledger.proving.rings.running import Running
from fieldledger.proving.rings.server import NotReady, ServerProgram

ACTS: Final = 12  # Of the office in a round.
ATTEMPTS: Final = 3
DISK: Final = "24m"
FULL_FOR: Final = 3  # Calls of the office that are not answered before somebody makes room.
_CALLS_IN_A_SESSION: Final = 9
_BLOCK: Final = b"\0" * 65536

Tell = Callable[[int, int], None]


class NoSmallDisk(Exception):
    """This user cannot make a small file system; the message says so."""


@dataclass(frozen=True, slots=True)
class Plan:
    """From which seed, and how many rounds."""

    seed: int = 1
    times: int = 1
    postgres: bool = False
    tables: Path | None = None  # An empty database, copied in place of making one.


@dataclass(slots=True)
class Result:
    """What came of it; `seen` counts what the drill is about."""

    seen: Counter[str] = field(default_factory=Counter)
    records: dict[str, int] = field(default_factory=dict)
    sessions: int = 0
    problems: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "ok": not self.problems,
            "seen": dict(self.seen),
            "records": self.records,
            "sessions": self.sessions,
            "problems": self.problems,
        }


@contextmanager
def _result_of(
    running: Running,
    plan: Plan,
    result: Result,
    forgotten: frozenset[str] | set[str] = frozenset(),
) -> Iterator[None]:
    """Judge what the drill has left, or say why it could not go on."""
    try:
        running.server.begin_with(None if plan.postgres else plan.tables)
        running.begin()
        yield
        result.problems += running.drain()
        result.problems += judge(running.office, running.company, running.totals, forgotten)
    except (NotReady, Unexpected) as error:
        result.problems.append(f"stuck: {error}")
    finally:
        running.server.kill(alone=False)
        result.sessions = running.sessions
        if hasattr(running, "office"):
            result.records = {str(kind): len(made) for kind, made in running.office.made.items()}


# --- Two servers on one database ---


def two_servers(plan: Plan, tell: Tell) -> Result:
    """Let two servers answer, a call here, a call there, while the office works with both.

    :raises NoPostgres: if the database is to be PostgreSQL and the wheel for it is not installed.
    """
    result = Result()
    with tempfile.TemporaryDirectory(prefix="fieldledger-drill-") as name:
        folder = Path(name)
        with Cluster.running(folder / "postgres") if plan.postgres else nullcontext() as cluster:
            more = {"DATABASE_URL": cluster.server.make("drill", plan.tables)} if cluster else {}
            first = ServerProgram(folder / "place", more)
            second = ServerProgram(folder / "place", more)
            chance = random.Random(plan.seed)  # noqa: S311 - the seed decides, not secrecy.
            is_up = False

            def either() -> str:
                server = chance.choice((first, second)) if is_up else first
                result.seen["first" if server is first else "second"] += 1
                return server.url

            running = Running(first, plan.seed, before=either)
            try:
                with _result_of(running, plan, result):
                    headers = {"Authorization": f"Bearer {running.key}"}
                    second.start(lambda: second.is_answering("/api/v1/quickbooks", headers))
                    is_up = True
                    for done in range(plan.times):
                        _work_at_both(running, (first.url, second.url))
                        tell(done + 1, plan.times)
            finally:
                second.kill(alone=False)
    return result


def _work_at_both(running: Running, urls: tuple[str, str]) -> None:
    """Let the office work with the second server while sessions run over both."""
    failed: list[Unexpected] = []

    def work() -> None:
        try:
            for number in range(ACTS):
                running.api.url = urls[number % 2]
                running.office.act()
                running.office.sync_some()
        except Unexpected as error:
            failed.append(error)

    worker = threading.Thread(target=work)
    worker.start()
    while worker.is_alive():
        running.session()
    worker.join()
    if failed:
        raise failed[0]


# --- A full disk ---


def full_disk(plan: Plan, tell: Tell) -> Result:
    """Let the disk run full in the middle of a session, and make room when the office calls.

    :raises NoSmallDisk: if no small file system can be made here.
    """
    result = Result()
    chance = random.Random(plan.seed)  # noqa: S311 - the seed decides, not secrecy.
    with (
        tempfile.TemporaryDirectory(prefix="fieldledger-drill-") as name,
        _small_disk(name) as place,
    ):
        ballast = place / "ballast"
        calls_left = 0

        def fill_in_time() -> str:
            nonlocal calls_left
            calls_left -= 1
            if calls_left == 0:
                _fill(ballast)
                result.seen["full"] += 1
            return ""

        def make_room() -> None:
            result.seen["office calls not answered"] += 1
            if result.seen["office calls not answered"] % FULL_FOR == 0:
                ballast.unlink(missing_ok=True)

        running = Running(ServerProgram(place), plan.seed, before=fill_in_time, broken=make_room)
        with _result_of(running, plan, result):
            for done in range(plan.times):
                for _ in range(ACTS // 2):
                    running.office.act()
                running.office.sync_some()
                calls_left = chance.randint(1, _CALLS_IN_A_SESSION)
                result.seen["sessions cut off"] += not running.session().well
                if calls_left > 0:
                    calls_left = 1
                    fill_in_time()
                result.problems += _wrong_words(running)
                for _ in range(ACTS // 2):
                    running.office.act()
                ballast.unlink(missing_ok=True)
                tell(done + 1, plan.times)
    return result


def _wrong_words(running: Running) -> list[str]:
    """Return what a full disk should not do: end reading, or be told as something else."""
    problems = []
    if not any(running.is_ready() for _ in range(ATTEMPTS)):
        problems.append("With a full disk nothing can be read any more.")
    said = running.api.refusal_of("POST", "/clients", {"name": "No room for this one"})
    if NO_ROOM not in said:
        problems.append(f"A full disk is told like this: {said}")
    return problems


def _fill(ballast: Path) -> None:
    with ballast.open("ab", buffering=0) as opened:
        for size in (len(_BLOCK), 4096, 1):
            try:
                while opened.write(_BLOCK[:size]):
                    pass
            except OSError:
                continue


@contextmanager
def _small_disk(folder: str) -> Iterator[Path]:
    """Yield a folder on a file system of its own."""
    disk = Path(folder) / "disk"
    disk.mkdir()
    if os.geteuid() != 0:
        raise NoSmallDisk("A small file system can be made by root alone; run this drill as root.")
    mounted = subprocess.run(  # noqa: S603 - words of our own.
        ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(disk)],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        raise NoSmallDisk(f"No small file system can be made here: {mounted.stderr.strip()}")
    try:
        place = disk / "place"
        place.mkdir()
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=False)  # noqa: S603, S607


# --- A restore ---


def restore(plan: Plan, tell: Tell) -> Result:
    """Back up in the middle of a session, work on, and restore: nothing may be there twice."""
    result = Result()
    chance = random.Random(plan.seed)  # noqa: S311 - the seed decides, not secrecy.
    with tempfile.TemporaryDirectory(prefix="fieldledger-drill-") as name:
        folder = Path(name)
        places = [folder / f"data{number}" for number in range(plan.times + 1)]
        calls_left = 0
        backup = folder / "backup0"
        kept: list[Made] = []

        def back_up_in_time() -> str:
            nonlocal calls_left
            calls_left -= 1
            if calls_left == 0:
                running.server.run("backup", str(backup), typed="")
                kept[:] = [each for made in running.office.made.values() for each in made]
                result.seen["backups in a session"] += 1
            return ""

        running = Running(ServerProgram(places[0]), plan.seed, before=back_up_in_time)
        forgotten: set[str] = set()
        with _result_of(running, plan, result, forgotten):
            for done, place in enumerate(places[1:]):
                backup = folder / f"backup{done}"
                _make(running, ACTS)
                calls_left = chance.randint(1, _CALLS_IN_A_SESSION)
                while calls_left > 0:
                    running.session()
                _make(running, ACTS)
                result.problems += running.drain()
                forgotten |= _restored(running, place, backup, kept)
                result.seen["records forgotten"] = len(forgotten)
                tell(done + 1, plan.times)
    return result


def _make(running: Running, acts: int) -> None:
    for _ in range(acts):
        running.office.make()
    running.office.sync_some()


def _restored(running: Running, place: Path, backup: Path, kept: list[Made]) -> set[str]:
    """Restore into a new place and serve from there; return the marks of what is forgotten."""
    running.server.kill(alone=False)
    running.server.folder = place
    running.server.run("restore", str(backup), typed="")
    running.server.start(running.is_ready)
    running.new_password()
    known = {each.guid for each in kept}
    made = running.office.made
    forgotten = {each.guid for records in made.values() for each in records} - known
    for kind in made:
        made[kind] = [each for each in made[kind] if each.guid in known]
    return forgotten
