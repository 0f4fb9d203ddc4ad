"""A business with its connection, and the PC on its desk: a strict QuickBooks and a Web Connector.

The Web Connector's bytes go through the door's WSGI application in this process, the same path as
over HTTP, without a socket; or over HTTP to a server, where a test names one.
"""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from fieldledger.accounts.models import Business
from fieldledger.quickbooks import door, services
from fieldledger.quickbooks.company import OWNER_ID
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, Ended, Wait, WebConnector
from fieldledger.simulator.faults import Plan
from fieldledger.simulator.http import Line, drive
from fieldledger.simulator.sample import Sizes
from fieldledger.simulator.soap import Call, Lost, Received, Reply, write_call
from fieldledger.simulator.variant import Variant

SEED = 7
_GOODBYE = re.compile(b"<closeConnectionResult>(.*?)</closeConnectionResult>")


def get(path: str, query: str = "") -> tuple[int, bytes]:
    """Ask the door for a page or its description and return the status and what it answers."""
    return post(
        b"", REQUEST_METHOD="GET", PATH_INFO=path, QUERY_STRING=query, HTTP_HOST="localhost"
    )


def post(body: bytes, *, address: str = "127.0.0.1", **more: Any) -> tuple[int, bytes]:
    """Post a body to the door and return the status and what it answers."""
    said: list[str] = []
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/qbwc",
        "QUERY_STRING": "",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "text/xml; charset=utf-8",
        "REMOTE_ADDR": address,
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        **more,
    }

    def start_response(status: str, _headers: list[tuple[str, str]]) -> None:
        said.append(status)

    answer = b"".join(door.application(environ, start_response))
    return int(said[0][:3]), answer


def exchange(call: Call) -> Reply:
    """Make a call with what the plan's faults do to it."""
    if call.request_lost:
        return Lost("The underlying connection was closed.")
    status, body = 0, b""
    for _ in range(1 + call.repeats):
        status, body = post(write_call(call))
    if call.reply_lost:
        return Lost("The operation has timed out.")
    return Received(status=status, content_type="text/xml; charset=utf-8", body=body)


@dataclass
class OfficePc:
    """What a test moves: time, the company file, and sessions."""

    business: Business
    variant: Variant = field(default_factory=Variant)
    sizes: Sizes | None = None
    sales_tax: bool = True
    heard: Callable[[Call, Reply], None] = lambda _call, _reply: None
    url: str = ""  # The door of a server that is called over HTTP; else the one in this process.

    def __post_init__(self) -> None:
        self.now = datetime.now(tz=UTC)
        self.company = Company.fresh(
            seed=SEED,
            now=self.now - timedelta(days=30),
            variant=self.variant,
            sizes=self.sizes,
            sales_tax=self.sales_tax,
        )
        self.desk = Desk.of(self.company)
        self.connector: WebConnector | None = None
        self.rounds = 0

    @property
    def connection(self) -> Connection:
        """The connection as it is now."""
        return services.connection_of(self.business)

    def _doing(self) -> dict[str, Any]:
        return {"actor": "Dana", "now": datetime.now(tz=UTC)}

    def read_in_pages_of(self, size: int) -> None:
        """Let lists be read so many records at once, so that a small company has several pages."""
        services.connection_of(self.business)
        Connection.objects.filter(business=self.business).update(page_size=size)

    def install(self) -> None:
        """Switch the feature on, make the password, add the setup file on the PC."""
        services.set_enabled(self.connection, enabled=True, **self._doing())
        password = services.copy_password(self.connection, **self._doing())
        self.connector = WebConnector(
            desk=self.desk,
            username=password.username,
            password=password.password,
            clock=lambda: datetime.now(tz=UTC),
            owner_id=f"{{{OWNER_ID}}}",
            file_id=f"{{{self.connection.file_id}}}",
        )

    def set_up(self, **choice: Any) -> None:
        """Go through the whole set-up without review, up to the session of the initial sync."""
        self.install()
        services.go_next(self.connection, **self._doing())
        ended = self.run()
        assert ended.outcome == "done", ended
        services.go_next(self.connection, **self._doing())
        services.choose_import(self.connection, choice={"review": False, **choice}, **self._doing())
        services.go_next(self.connection, **self._doing())
        self.run()

    def run_until(self, is_reached: Callable[[], bool]) -> None:
        """Run a session whose Web Connector dies before the first call once `is_reached`."""
        assert self.connector is not None
        steps = self.connector.session()
        reply: Reply | None = None
        while not is_reached():
            step = steps.send(reply)
            reply = None if isinstance(step, Wait) else exchange(step)

    def run(self, faults: str = "") -> Ended:
        """Run one session of the Web Connector and say how it ended."""
        connector = self.connector
        assert connector is not None
        connector.plan = Plan.read(faults)
        connector.requests = connector.sessions = 0
        connector.calls.clear()
        steps = connector.session()
        if self.url:
            over_http = drive(steps, Line(self.url, expects=False), heard=self.heard)
            self.rounds += over_http.rounds
            return over_http
        reply: Reply | None = None
        while True:
            try:
                step = steps.send(reply)
            except StopIteration as stop:
                ended: Ended = stop.value
                self.rounds += ended.rounds
                return ended
            if isinstance(step, Wait):
                reply = None
            else:
                reply = exchange(step)
                self.heard(step, reply)

    def hold(self, document: int = 2) -> str:
        """Let the Web Connector die holding this document of its session; return the document.

        The second is the first of writes; of invoices the third, for their numbers are looked up.
        """
        self.run(f"zombie@{document}")
        assert self.connector is not None
        held, self.connector.held = self.connector.held, None
        assert held is not None
        return held.request

    def run_late(self, request: str) -> str:
        """Let QuickBooks run a document that was held back; return its answer."""
        return self.company.answer(
            request, session=self.company.open_session(), now=datetime.now(tz=UTC)
        )

    def goodbye(self) -> str:
        """Run a session and return what closeConnection was answered with."""
        said: list[bytes] = []

        def hear(_call: Call, reply: Reply) -> None:
            if isinstance(reply, Received):
                said.extend(_GOODBYE.findall(reply.body))

        self.heard = hear
        self.run()
        (text,) = said
        return text.decode()

    def sync(self, *invoices: UUID, payments: tuple[UUID, ...] = ()) -> list[services.SyncResult]:
        """Press Sync to QuickBooks."""
        return services.sync(self.connection, invoices=invoices, payments=payments, **self._doing())

    def act(self, action: str, *entries: SyncEntry) -> list[services.ActResult]:
        """Press a button of the sync log."""
        return services.act(
            self.connection,
            action=action,
            entries=[each.guid for each in entries],
            **self._doing(),
        )

    def entries(self, **where: Any) -> list[SyncEntry]:
        """Return the entries, oldest first."""
        return list(SyncEntry.objects.filter(connection=self.connection, **where).order_by("pk"))

    def states(self) -> dict[str, int]:
        """Return how many entries are in each state."""
        counts: dict[str, int] = {}
        for each in self.entries():
            counts[each.state] = counts.get(each.state, 0) + 1
        return counts
