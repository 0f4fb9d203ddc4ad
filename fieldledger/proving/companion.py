"""The owner's PC beside a demo: QuickBooks with its company file, and the Web Connector.

A person without Windows clicks through the set-up; what they would do on their PC, add the setup
file and type the password, happens here by itself once there is a password. It never sits down in
front of a connection that another computer has used: that one is real.
"""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fieldledger.proving.simulate import load, save
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, Ended, WebConnector
from fieldledger.simulator.http import Line, drive

MACHINE: Final = "SIMULATED-PC"
LOOK_EVERY_S: Final = 2.0
SESSION_EVERY_S: Final = 5.0
QUIET: Final = frozenset({"done", "none", "busy", "postponed"})


@dataclass(frozen=True, slots=True)
class Seat:
    """A connection that waits for its PC; the ids are those of its setup file, in braces.

    `password` is None while nobody may read it; the PC remembers it from before.
    """

    business: str
    username: str
    password: str | None
    owner_id: str
    file_id: str


def run(url: str, folder: Path) -> None:
    """Sit at every connection of the server at `url`, until stopped; keep the files in `folder`."""
    pc = OfficePc(f"{url.rstrip('/')}/qbwc", folder / "quickbooks")
    while True:
        pc.look(seats(), datetime.now(tz=UTC))
        time.sleep(LOOK_EVERY_S)


def seats() -> list[Seat]:
    """Return the connections that have a password and that no other computer has used.

    Nobody has to download the setup file for a PC that is only played.
    """
    # Models can be imported only once Django has been started, which the command does.
    from django.db import close_old_connections  # noqa: PLC0415

    from fieldledger.quickbooks.company import OWNER_ID  # noqa: PLC0415
    from fieldledger.quickbooks.models import Connection  # noqa: PLC0415
    from fieldledger.quickbooks.services import password_for_companion  # noqa: PLC0415

    now = datetime.now(tz=UTC)
    waiting = (
        Connection.objects.filter(enabled=True, computer__in=("", MACHINE), business__learner=None)
        .exclude(password_digest="")
        .select_related("business")
        .order_by("pk")
    )
    try:
        return [
            Seat(
                business=each.business.name,
                username=each.username,
                password=password_for_companion(each, now=now),
                owner_id=braced(str(OWNER_ID)),
                file_id=braced(str(each.file_id)),
            )
            for each in waiting
        ]
    finally:
        close_old_connections()


def braced(guid: str) -> str:
    """Return a GUID as qbXML writes it."""
    return f"{{{guid}}}"


def _remark(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@dataclass(slots=True)
class OfficePc:
    """The PC: one Web Connector for each connection, each with its company file.

    `tell` hears of what is wrong, once for each change.
    """

    url: str
    folder: Path
    tell: Callable[[str], None] = _remark
    last_session: dict[str, datetime] = field(default_factory=dict)
    last_problem: dict[str, str] = field(default_factory=dict)

    def look(self, waiting: list[Seat], now: datetime) -> None:
        """Run a session for each connection whose turn it is."""
        for seat in waiting:
            before = self.last_session.get(seat.username)
            if before is not None and (now - before).total_seconds() < SESSION_EVERY_S:
                continue
            password = self._password(seat)
            if password is None:
                continue
            self.last_session[seat.username] = now
            ended = self._session(seat, password)
            problem = "" if ended.outcome in QUIET else f"{ended.outcome}: {ended.status}"
            if problem and problem != self.last_problem.get(seat.username):
                self.tell(f"The simulated Web Connector of {seat.business}: {problem}")
            self.last_problem[seat.username] = problem

    def _password(self, seat: Seat) -> str | None:
        """Return the password, which the Web Connector keeps once a person has typed it."""
        path = self.folder / f"{seat.file_id.strip('{}')}.password.json"
        if seat.password is not None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            kept = json.dumps({"password": seat.password})
            if not path.exists() or path.read_text(encoding="utf-8") != kept:
                path.touch(mode=0o600)
                path.write_text(kept, encoding="utf-8")
            return seat.password
        if not path.exists():
            return None
        password: str = json.loads(path.read_text(encoding="utf-8"))["password"]
        return password

    def _session(self, seat: Seat, password: str) -> Ended:
        path = self.folder / f"{seat.file_id.strip('{}')}.json"
        seed = int(seat.file_id.strip("{}")[:8], 16)
        company = load(path, seed=seed, name=file_name(seat.business))
        connector = WebConnector(
            desk=Desk.of(company),
            username=seat.username,
            password=password,
            clock=lambda: datetime.now(tz=UTC),
            owner_id=seat.owner_id,
            file_id=seat.file_id,
            machine=MACHINE,
            answered=lambda each: save(each, path),
        )
        ended = drive(connector.session(), Line(self.url))
        _save_if_opened(company, path, ended)
        return ended


def _save_if_opened(company: Company, path: Path, ended: Ended) -> None:
    if ended.session is not None:
        save(company, path)


def file_name(business: str) -> str:
    """Return a company's name as Windows lets a file be called."""
    name = "".join(character for character in business if character not in '\\/:*?"<>|').strip()
    return name[:59] or "Company"  # CompanyName: qbXML 13.0 schema.
