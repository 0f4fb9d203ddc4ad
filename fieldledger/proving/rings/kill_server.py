"""The ring: the real server over real HTTP, killed again and again while everybody works.

Before each kill people work in the office and a Web Connector calls; the seed says at which call
the kill is armed and how much later it comes. The company file is strict and lives in this program,
which is never killed: what QuickBooks has done stays done.
"""

import json
import random
import re
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, Final

from fieldledger.proving.rings.judging import judge
from fieldledger.proving.rings.killing import (
    DELAY_AT_WRITES_MAX_S,
    DELAY_MAX_S,
    Killer,
    Target,
)
from fieldledger.proving.rings.office import Api, Office, Unexpected, connect
from fieldledger.proving.rings.postgres import Cluster
from fieldledger.proving.rings.server import NotReady, ServerProgram
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Ended
from fieldledger.simulator.http import Line, drive
from fieldledger.simulator.soap import Call, Lost, Reply

READY_MAX_S: Final = 10.0
DRAINS_MAX: Final = 60
SET_UP_MAX: Final = 30  # Sessions until the initial sync is done, killed ones included.
ACTS: Final = 6  # Of the office between two sessions.
CALLS_AIMED_AT: Final = 10  # A session seldom has more.
IN_THE_OFFICE: Final = 0.25  # How many kills come while the office works; else, in a session.
AT_WRITES: Final = 0.6  # How many of those come when QuickBooks has written something.
QUIET_EVERY: Final = 3  # Beats, of which the last has a session that nobody kills.
PASSWORD: Final = "a pass phrase of the ring"  # noqa: S105 - of a server that lives for a minute.
IMPORT: Final = {"clients": False, "items": False, "review": False}
WRITTEN: Final = "written"  # The call with the answer to what was written in QuickBooks.
_WRITES: Final = re.compile(r"<\w+(?:Add|Mod)Rs ")
_WORKING: Final = ("pending", "sending", "checking", "waiting")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is killed, and from which seed."""

    seed: int
    kills: int
    postgres: bool = False
    database_stops: int = 0
    tables: Path | None = None  # An empty database, copied in place of making one.


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of it; `problems` has a line for each violation."""

    seed: int
    database: str
    kills: dict[str, int]
    sessions: int
    cut_off: int  # Sessions that a kill ended.
    lost_replies: dict[str, int]  # The calls of the Web Connector that a kill left unanswered.
    calls: int
    records: dict[str, int]
    ready_max_s: float
    ready_median_s: float
    seconds: float
    problems: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {**asdict(self), "ok": not self.problems}


def run_ring(plan: Plan, tell: Callable[[int, int], None]) -> Result:
    """Run the ring; `tell` hears of `(kills done, kills planned)`.

    :raises NoPostgres: if a database is to be stopped and the wheel for it is not installed.
    """
    with tempfile.TemporaryDirectory(prefix="fieldledger-ring-") as name:
        folder = Path(name)
        with Cluster.running(folder / "postgres") if plan.postgres else nullcontext() as cluster:
            more = {"DATABASE_URL": cluster.server.make("ring", plan.tables)} if cluster else {}
            server = ServerProgram(folder / "data", more)
            server.begin_with(None if plan.postgres else plan.tables)
            try:
                return _Ring(plan, server, cluster).run(tell)
            finally:
                server.kill(alone=False)


class _Line(Line):
    """A line that says when a call is about to be made, and which ones had no reply."""

    def __init__(self, url: str, before: Callable[[str], None], lost: Counter[str]) -> None:
        super().__init__(url)
        self.before = before
        self.lost = lost

    def exchange(self, call: Call) -> Reply:
        self.before(WRITTEN if _tells_of_writes(call) else call.operation)
        reply = super().exchange(call)
        self.lost[call.operation] += isinstance(reply, Lost)
        return reply


def _tells_of_writes(call: Call) -> bool:
    return any(_WRITES.search(value or "") for _, value in call.arguments)


class _Ring:
    def __init__(self, plan: Plan, server: ServerProgram, cluster: Cluster | None) -> None:
        self.plan = plan
        self.began = time.monotonic()
        self.server = server
        self.chance = random.Random(plan.seed)  # noqa: S311 - the seed decides, not secrecy.
        self.targets = self._targets()
        self.planned = len(self.targets)
        made = json.loads(
            server.run(
                "business-add", "--name", "Ring", "--owner-email", "ring@example.com",
                "--password-stdin", typed=f"{PASSWORD}\n",
            ).splitlines()[-1]
        )  # fmt: skip
        key = made["api_key"]
        self.killer = Killer(
            server,
            cluster,
            partial(server.is_answering, "/api/v1/quickbooks", {"Authorization": f"Bearer {key}"}),
        )
        self.api = Api(server.url, key, before=self._count_down, broken=self._broken)
        self.office = Office(self.api, random.Random(plan.seed + 1))  # noqa: S311
        self.company = Company.fresh(
            seed=plan.seed, now=datetime.now(tz=UTC) - timedelta(days=30), name="Ring"
        )
        self.before = self.company.totals()
        self.calls_left: int | None = None  # Until the kill is armed.
        self.aimed_at = ""  # Which calls are counted; "" for all.
        self.lost: Counter[str] = Counter()
        self.sessions = self.cut_off = self.calls = 0

    def _targets(self) -> list[Target]:
        servers = [*[Target.SERVER] * 3, Target.SERVER_ALONE]
        targets = [servers[each % len(servers)] for each in range(self.plan.kills)]
        targets += [Target.DATABASE] * self.plan.database_stops
        self.chance.shuffle(targets)
        return targets

    # --- Calls and kills ---

    def _count_down(self, operation: str = "") -> None:
        """Arm the next kill when its call has come."""
        self.calls += 1
        if self.calls_left is None or self.aimed_at not in {"", operation}:
            return
        self.calls_left -= 1
        if self.calls_left <= 0:
            self.calls_left = None
            within = DELAY_AT_WRITES_MAX_S if self.aimed_at == WRITTEN else DELAY_MAX_S
            self.killer.arm(self.targets.pop(), self.chance.uniform(0, within))

    def _broken(self) -> None:
        if not self.killer.restore():
            time.sleep(0.1)  # A moment's trouble of its own, such as a database that just started.

    def _session(self) -> Ended:
        line = _Line(f"{self.server.url}/qbwc", self._count_down, self.lost)
        ended = drive(self.connector.session(), line)
        self.sessions += 1
        self.cut_off += ended.outcome == "failed"
        return ended

    # --- The run ---

    def run(self, tell: Callable[[int, int], None]) -> Result:
        problems: list[str] = []
        self.server.start(self.killer.is_ready)
        try:
            self.office.begin()
            self._set_up(tell)
            while self.targets:
                self._beat()
                tell(self.planned - len(self.targets), self.planned)
            problems += self._drain()
            problems += judge(self.office, self.company, self.before)
        except (NotReady, Unexpected) as error:
            problems.append(f"stuck: {error}")
        return self._result(problems)

    def _set_up(self, tell: Callable[[int, int], None]) -> None:
        """Go through the set-up; sessions are killed from the first one on, buttons are not."""
        self.api.ask("PUT", "/quickbooks/feature", {"enabled": True})
        self.connector = connect(self.api, self.company)
        self.api.ask("POST", "/quickbooks/next")
        for number in range(SET_UP_MAX):
            if number % 2 and len(self.targets) > self.planned // 2:
                self._aim_at_session()
            self._session()
            self._let_it_die()
            tell(self.planned - len(self.targets), self.planned)
            status = self.api.ask("GET", "/quickbooks")
            if status["stage"] == "ongoing":
                return
            if status["stage"] == "authorize" and status["connected"]:
                self.api.ask("POST", "/quickbooks/next")
                self.api.ask("PUT", "/quickbooks/import-choice", IMPORT)
                self.api.ask("POST", "/quickbooks/next")
        raise Unexpected(f"The set-up is still at {status['stage']} after {SET_UP_MAX} sessions.")

    def _beat(self) -> None:
        is_quiet = len(self.targets) % QUIET_EVERY == 0
        in_the_office = self.chance.random() < IN_THE_OFFICE
        if in_the_office:
            self._aim(ACTS)
        for _ in range(self.chance.randint(2, ACTS)):
            self.office.act()
        self.office.sync_some()
        if not in_the_office:
            self._aim_at_session()
        self._session()
        self._let_it_die()
        if is_quiet:
            self._session()

    def _aim(self, calls_max: int) -> None:
        self.aimed_at, self.calls_left = "", self.chance.randint(1, calls_max)

    def _aim_at_session(self) -> None:
        """Aim at any call, or at one that tells of writes: what that loses is easily doubled."""
        self._aim(CALLS_AIMED_AT)
        if self.chance.random() < AT_WRITES:
            self.aimed_at, self.calls_left = WRITTEN, 1

    def _let_it_die(self) -> None:
        """See to it that the kill has come: with fewer calls than aimed at, it comes now."""
        if self.calls_left is not None:
            self.aimed_at, self.calls_left = "", 1
            self._count_down()
        self.killer.restore()

    def _drain(self) -> list[str]:
        """Sync everything and let sessions run until nothing is left to do."""
        self.office.sync()
        ended = self._session()
        for _ in range(DRAINS_MAX):
            counts = self.api.ask("GET", "/quickbooks")["counts"]
            if ended.well and not any(counts.get(each) for each in _WORKING):
                return []
            ended = self._session()
        return [f"stuck: after {DRAINS_MAX} sessions {counts}, the last ended {ended.outcome}"]

    def _result(self, problems: list[str]) -> Result:
        ready = self.killer.ready_after_s or [0.0]
        if max(ready) > READY_MAX_S:
            problems.append(f"slow: ready again only after {max(ready):.1f} s")
        return Result(
            seed=self.plan.seed,
            database="PostgreSQL" if self.plan.postgres else "SQLite",
            kills=dict(self.killer.kills),
            sessions=self.sessions,
            cut_off=self.cut_off,
            lost_replies={name: count for name, count in self.lost.items() if count},
            calls=self.calls,
            records={str(kind): len(made) for kind, made in self.office.made.items()},
            ready_max_s=round(max(ready), 2),
            ready_median_s=round(statistics.median(ready), 2),
            seconds=round(time.monotonic() - self.began, 1),
            problems=tuple(problems),
        )
