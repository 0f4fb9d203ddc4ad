"""A business on real servers, its people and its QuickBooks: what the drills begin with."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from fieldledger.proving.rings.office import Api, Office, Unexpected, connect
from fieldledger.proving.rings.server import ServerProgram
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Ended, WebConnector
from fieldledger.simulator.http import Line, drive
from fieldledger.simulator.soap import Call, Reply

PASSWORD: Final = "a pass phrase of the drill"  # noqa: S105 - of a server that lives for a minute.
IMPORT: Final = {"clients": False, "items": False, "review": False}
SESSIONS_MAX: Final = 60
_WORKING: Final = ("pending", "sending", "checking", "waiting")


@dataclass(slots=True)
class Running:
    """One business; `before` is told before each call of the Web Connector, and says who answers.

    `broken` is told of each call of the office that was not answered; it is made again.
    """

    server: ServerProgram
    seed: int
    before: Callable[[], str] = lambda: ""  # The base address to call; "" for the server's.
    broken: Callable[[], None] = lambda: None
    key: str = field(default="", init=False)
    api: Api = field(init=False)
    office: Office = field(init=False)
    company: Company = field(init=False)
    connector: WebConnector = field(init=False)
    totals: dict[str, int] = field(init=False)  # Of the company file, before all of it.
    sessions: int = field(default=0, init=False)

    def begin(self) -> None:
        """Make the business, start the server and go through the set-up."""
        made = json.loads(
            self.server.run(
                "business-add", "--name", "Drill", "--owner-email", "drill@example.com",
                "--password-stdin", typed=f"{PASSWORD}\n",
            ).splitlines()[-1]
        )  # fmt: skip
        self.key = made["api_key"]
        self.server.start(self.is_ready)
        self.api = Api(self.server.url, self.key, before=lambda: None, broken=self._was_broken)
        self.office = Office(self.api, random.Random(self.seed))  # noqa: S311 - not for secrecy.
        started = datetime.now(tz=UTC) - timedelta(days=30)
        self.company = Company.fresh(seed=self.seed, now=started, name="Drill")
        self.totals = self.company.totals()
        self.office.begin()
        self._set_up()

    def _was_broken(self) -> None:
        self.broken()

    def is_ready(self) -> bool:
        """Whether the server answers."""
        headers = {"Authorization": f"Bearer {self.key}"}
        return self.server.is_answering("/api/v1/quickbooks", headers)

    def _set_up(self) -> None:
        self.api.ask("PUT", "/quickbooks/feature", {"enabled": True})
        self.connector = connect(self.api, self.company)
        self.api.ask("POST", "/quickbooks/next")
        for _ in range(SESSIONS_MAX):
            self.session()
            status = self.api.ask("GET", "/quickbooks")
            if status["stage"] == "ongoing":
                return
            if status["stage"] == "authorize" and status["connected"]:
                self.api.ask("POST", "/quickbooks/next")
                self.api.ask("PUT", "/quickbooks/import-choice", IMPORT)
                self.api.ask("POST", "/quickbooks/next")
        raise Unexpected(f"The set-up is still at {status['stage']} after {SESSIONS_MAX} sessions.")

    def session(self) -> Ended:
        """Let the Web Connector call once."""
        self.sessions += 1
        line = _Line(f"{self.server.url}/qbwc", self.before)
        try:
            return drive(self.connector.session(), line)
        finally:
            line.close()

    def new_password(self) -> None:
        """Type a new password into the Web Connector, as after a restore."""
        self.api.ask("PUT", "/quickbooks/feature", {"enabled": True})
        self.connector.password = self.api.ask("POST", "/quickbooks/password")["password"]

    def drain(self) -> list[str]:
        """Sync everything and let sessions run until nothing is left to do."""
        self.office.sync()
        counts: dict[str, Any] = {}
        for _ in range(SESSIONS_MAX):
            ended = self.session()
            counts = self.api.ask("GET", "/quickbooks")["counts"]
            if ended.well and not any(counts.get(each) for each in _WORKING):
                return []
        return [f"stuck: after {SESSIONS_MAX} sessions {counts}, the last ended {ended.outcome}"]


class _Line(Line):
    """A line whose calls go where `before` says."""

    def __init__(self, url: str, before: Callable[[], str]) -> None:
        super().__init__(url)
        self.before = before
        self.others: dict[str, Line] = {}

    def exchange(self, call: Call) -> Reply:
        address = self.before()
        if not address or self.url.startswith(address):
            return super().exchange(call)
        other = self.others.setdefault(address, Line(f"{address}/qbwc"))
        return other.exchange(call)

    def close(self) -> None:
        super().close()
        for each in self.others.values() if hasattr(self, "others") else ():
            each.close()
