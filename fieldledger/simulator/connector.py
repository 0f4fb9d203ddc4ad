"""The Web Connector without its sockets: a session as a generator of calls that is sent replies.

    steps = connector.session()
    step = next(steps)
    while True:                       # until StopIteration, whose value is an Ended
        step = steps.send(reply)      # a Reply for a Call, None for a Wait

Whoever drives it may stop at any step and never come back: that is a Web Connector that dies. It
calls, waits and gives up exactly as Intuit's guide and the logs of real sessions say.

Sources: Intuit QBWC Programmer's Guide ch. 2 (order of calls, what each result means), ch. 10
(authenticate's array), appendix A (error numbers); Intuit's sample WCWebService.asmx.cs; logs of
real sessions for serverVersion, clientVersion, authenticate in this order.
"""

from collections import Counter
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from fieldledger.simulator.company import Company
from fieldledger.simulator.faults import Fault, Plan
from fieldledger.simulator.message_sets import Crash, Crashed, Session
from fieldledger.simulator.problems import Refused
from fieldledger.simulator.soap import (
    Call,
    CallFailed,
    Reply,
    read_number,
    read_text,
    read_texts,
)

VERSION: Final = "2.3.0.215"
NO_OP_WAIT_S: Final = 5  # Intuit QBWC Programmer's Guide ch. 2: "NoOp".
CONNECTION_ERRORS_MAX: Final = 10  # Ours: a server that never gives up must not keep us for ever.
QBXML_VERSION: Final = ("16", "0")

MESSAGES: Final = {  # Of Intuit's hresults; the first is in a captured call.
    "0x80040408": "Could not start QuickBooks.",
    "0x8004040A": "QuickBooks company data file is already open and it is different from the one "
    "requested.",
    "0x80040414": "A modal dialog box is showing in the QuickBooks user interface. Your "
    "application cannot access QuickBooks until the user dismisses the dialog box.",
    "0x80040416": "QuickBooks is not running and no company data file name was given.",
    "0x80040409": "The connection to QuickBooks was lost.",
}
UNEXPECTED: Final = "An unexpected error occurred in QuickBooks."


@dataclass(frozen=True, slots=True)
class Wait:
    """The Web Connector waits before its next call."""

    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a session ended.

    `outcome` is "done" (100 or an end that the server chose), "none", "nvu", "busy", "postponed",
    "refused" (by the server's clientVersion), "not opened" (QuickBooks), "error" (negative or an
    error text), "failed" (a call failed) or "died" (a fault of the plan). `status` is the line that
    the Web Connector would show, `errors` its QBWC10xx lines.
    """

    outcome: str
    status: str
    rounds: int
    progress: tuple[int, ...]
    errors: tuple[str, ...]
    hresults: tuple[str, ...]
    session: Session | None

    @property
    def well(self) -> bool:
        """Whether the session ended as it should."""
        return self.outcome in {"done", "none"}


@dataclass(slots=True)
class Held:
    """A request that a dead Web Connector still holds."""

    ticket: str
    request: str


@dataclass(slots=True)
class Desk:
    """The PC with QuickBooks: which company files there are, and which one is open now."""

    companies: dict[str, Company]
    open_path: str | None

    @classmethod
    def of(cls, company: Company) -> "Desk":
        """Return a PC on which one company file exists and is open."""
        return cls({company.state.path: company}, company.state.path)

    def open(self, company: Company) -> None:
        """Let a person open a company file, which closes the one that was open."""
        self.companies[company.state.path] = company
        self.open_path = company.state.path

    def close(self) -> None:
        """Let a person close QuickBooks."""
        self.open_path = None


Steps = Generator[Call | Wait, Reply | None, Ended]
CallSteps = Generator[Call | Wait, Reply | None, Reply]


class _Died(Exception):
    """The plan lets the Web Connector die here."""


@dataclass(slots=True)
class WebConnector:
    """A Web Connector with one app in it, as a setup file has told it.

    `clock` tells the PC's time. Without `owner_id` the company file is not stamped, as if it had
    been added without a setup file. `answered` hears of the company each time QuickBooks has
    answered, before the server hears of the answer: QuickBooks keeps its file up to date.
    """

    desk: Desk
    username: str
    password: str
    clock: Callable[[], datetime]
    owner_id: str = ""
    file_id: str = ""
    app: str = "Fieldledger"
    machine: str = "OFFICE-PC"
    answered: Callable[[Company], None] = lambda _company: None
    nulls: bool = False  # Whether empty strings go out as null, that is, not at all.
    plan: Plan = field(default_factory=Plan)
    held: Held | None = None
    requests: int = 0
    sessions: int = 0
    calls: Counter[str] = field(default_factory=Counter)

    def session(self) -> Steps:
        """Return one session, from serverVersion on."""
        return _SessionRun(self).run()


@dataclass(slots=True)
class _SessionRun:
    connector: WebConnector
    ticket: str = ""
    progress: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    hresults: list[str] = field(default_factory=list)
    rounds: int = 0
    company: Company | None = None
    session: Session | None = None

    def run(self) -> Steps:
        connector = self.connector
        connector.sessions += 1
        try:
            outcome, status = yield from self._session_and_its_failure()
        except _Died:
            outcome, status = "died", "The Web Connector stopped."
        if self.session is not None:
            self.session.close()
        if self.company is not None and outcome != "died":
            self._stamp("AppLock", "UNLOCKED")
        return Ended(
            outcome=outcome,
            status=status,
            rounds=self.rounds,
            progress=tuple(self.progress),
            errors=tuple(self.errors),
            hresults=tuple(self.hresults),
            session=self.session,
        )

    def _session_and_its_failure(self) -> Generator[Call | Wait, Reply | None, tuple[str, str]]:
        try:
            return (yield from self._whole_session())
        except CallFailed as failure:
            self.errors.append(str(failure))
            if self._variant_closes_after_fault() and self.ticket:
                yield from self._close(ignore_failure=True)
            return "failed", str(failure)

    def _whole_session(self) -> Generator[Call | Wait, Reply | None, tuple[str, str]]:
        connector = self.connector
        yield from self._optional("serverVersion")
        said = yield from self._optional("clientVersion", ("strVersion", VERSION))
        if said[:2] in {"E:", "O:"}:
            return "refused", said[2:]
        if said and said[:2] != "W:":  # A warning is a dialog; whoever sits there goes on.
            self.errors.append("QBWC1046: clientVersion answered something unknown.")
            return "refused", said
        call = Call(
            "authenticate",
            self._arguments(strUserName=connector.username, strPassword=connector.password),
        )
        answer = read_texts(call, (yield from self._call(call)))
        if len(answer) < 2:
            raise CallFailed("authenticate", "Index was outside the bounds of the array.")
        self.ticket, wanted = answer[0], answer[1]
        verdict = wanted.lower()
        if verdict in {"none", "nvu", "busy"}:
            yield from self._close()
            return verdict, STATUSES[verdict]
        if len(answer) > 2 and answer[2].strip() not in {"", "0"}:
            yield from self._close()
            return "postponed", "Update postponed by application"
        yield from self._wake_zombie()
        problem = yield from self._open_company(wanted)
        if problem is not None:
            return problem
        return (yield from self._exchange())

    def _optional(
        self, operation: str, *arguments: tuple[str, str]
    ) -> Generator[Call | Wait, Reply | None, str]:
        """Make a call whose failure the Web Connector notes and goes on without."""
        call = Call(operation, self._arguments(**dict(arguments)))
        try:
            return read_text(call, (yield from self._call(call)))
        except CallFailed as failure:
            self.errors.append(str(failure))
            return ""

    def _call(self, call: Call) -> CallSteps:
        connector = self.connector
        connector.calls[call.operation] += 1
        if connector.plan.take_stop(call.operation, connector.calls[call.operation]):
            raise _Died
        reply = yield call
        assert reply is not None, "A call is sent its reply."
        return reply

    def _arguments(self, **given: str) -> tuple[tuple[str, str | None], ...]:
        nulls = self.connector.nulls
        return tuple(
            (name, None if nulls and not value else value) for name, value in given.items()
        )

    def _open_company(
        self, wanted: str
    ) -> Generator[Call | Wait, Reply | None, tuple[str, str] | None]:
        """Open QuickBooks, telling the server each time it cannot be; return how it ended badly."""
        closed = self.connector.plan.take(Fault.CLOSED, self.connector.sessions)
        for _ in range(CONNECTION_ERRORS_MAX):
            hresult = closed or self._begin_session(wanted)
            if hresult is None:
                return None
            self.hresults.append(hresult)
            message = MESSAGES.get(hresult, UNEXPECTED)
            call = Call(
                "connectionError",
                self._arguments(ticket=self.ticket, hresult=hresult, message=message),
            )
            wanted = read_text(call, (yield from self._call(call)))
            if wanted.lower() == "done":
                break
        self.errors.append(f"QBWC1013: Error connecting to QuickBooks. {hresult}: {message}")
        if self._variant_closes_after_connection_error():
            yield from self._close(ignore_failure=True)
        return "not opened", f"{hresult}: {message}"

    def _begin_session(self, wanted: str) -> str | None:
        """Begin a session with the company file, or return the hresult why not."""
        desk = self.connector.desk
        if not wanted and desk.open_path is None:
            return "0x80040416"
        if wanted and desk.open_path is not None and wanted.lower() != desk.open_path.lower():
            return "0x8004040A"
        company = desk.companies.get(wanted or desk.open_path or "")
        if company is None:
            return "0x80040408"
        self.company = company
        self.session = company.open_session(self.connector.app)
        self._stamp_file()
        return None

    def _stamp_file(self) -> None:
        """Write what the Web Connector writes into the company: whose file, and who is at it."""
        connector = self.connector
        if connector.owner_id and connector.file_id:
            assert self.company is not None
            known = self.company.stamped(owner_id=connector.owner_id, name="FileID")
            if known is None:  # Stamped once, when the app is added; never overwritten.
                self._stamp("FileID", connector.file_id)
        ticks = int(connector.clock().timestamp()) * 10_000_000 + EPOCH_TICKS
        self._stamp("AppLock", f"LOCKED:{connector.machine}:{ticks}")

    def _stamp(self, name: str, value: str) -> None:
        if self.connector.owner_id and self.company is not None:
            self.company.stamp(owner_id=self.connector.owner_id, name=name, value=value)

    def _hcp(self) -> str:
        """Return QuickBooks' answer to the queries that the Web Connector makes for the server."""
        owner = self.connector.owner_id
        of_owner = f"<OwnerID>{owner}</OwnerID>" if owner else ""
        answer = self._ask(
            '<?xml version="1.0" ?><?qbxml version="13.0"?><QBXML>'
            '<QBXMLMsgsRq onError="continueOnError"><HostQueryRq requestID="0" />'
            f'<CompanyQueryRq requestID="1">{of_owner}</CompanyQueryRq>'
            '<PreferencesQueryRq requestID="2" /></QBXMLMsgsRq></QBXML>',
            None,
        )
        assert self.session is not None
        self.session.seen.documents -= 1  # Nobody asked for these.
        self.session.seen.requests -= 3
        return answer

    def _ask(self, request: str, crash: Crash | None) -> str:
        assert self.company is not None
        assert self.session is not None
        now = self.connector.clock()
        try:
            return self.company.answer(request, session=self.session, now=now, crash=crash)
        finally:
            self.connector.answered(self.company)

    def _exchange(self) -> Generator[Call | Wait, Reply | None, tuple[str, str]]:
        """Carry requests and answers until the server has no more."""
        hcp = self._hcp()
        while True:
            request = yield from self._send_request(hcp)
            hcp = ""
            if not request:
                status = yield from self._last_error()
                if status == "NoOp":
                    yield Wait(NO_OP_WAIT_S)
                    continue
                if status == "Interactive mode":
                    status = yield from self._refuse_interactive()
                yield from self._close()
                return "error" if status else "done", status
            percent = yield from self._receive_response(request)
            self.progress.append(percent)
            if percent < 0:
                status = yield from self._last_error()
                yield from self._close()
                return "error", status
            if percent >= 100:
                return "done", (yield from self._close())

    def _send_request(self, hcp: str) -> Generator[Call | Wait, Reply | None, str]:
        connector = self.connector
        assert self.company is not None
        upcoming = connector.requests + 1
        call = Call(
            "sendRequestXML",
            self._arguments(
                ticket=self.ticket,
                strHCPResponse=hcp,
                strCompanyFileName=self.company.state.path,
                qbXMLCountry="US",
                qbXMLMajorVers=QBXML_VERSION[0],
                qbXMLMinorVers=QBXML_VERSION[1],
            ),
            repeats=0 if connector.plan.take(Fault.SEND_TWICE, upcoming) is None else 1,
            reply_lost=connector.plan.take(Fault.LOSE_REQUEST, upcoming) is not None,
        )
        request = read_text(call, (yield from self._call(call)))
        if request:
            connector.requests += 1
            self.rounds += 1
        return request

    def _receive_response(self, request: str) -> Generator[Call | Wait, Reply | None, int]:
        connector, number = self.connector, self.connector.requests
        plan = connector.plan
        if plan.take(Fault.ZOMBIE, number) is not None:
            connector.held = Held(self.ticket, request)
            raise _Died
        if plan.take(Fault.DROP_AFTER_SEND, number) is not None:
            raise _Died
        slow_s = plan.take(Fault.SLOW, number)
        if slow_s is not None:  # The bar stands where it is: nobody is told anything meanwhile.
            yield Wait(float(slow_s))
        response, hresult, message = self._run_request(request, number)
        if hresult:
            self.hresults.append(hresult)
        if plan.take(Fault.DROP_AFTER_RUN, number) is not None:
            raise _Died
        if plan.take(Fault.BAD_ANSWER, number) is not None:
            response = response[: len(response) // 2]
        call = self._receive_call(self.ticket, response, hresult, message)
        call = Call(
            call.operation,
            call.arguments,
            repeats=0 if plan.take(Fault.RECEIVE_TWICE, number) is None else 1,
            request_lost=plan.take(Fault.LOSE_ANSWER, number) is not None,
            reply_lost=plan.take(Fault.LOSE_REPLY, number) is not None,
        )
        return read_number(call, (yield from self._call(call)))

    def _receive_call(self, ticket: str, response: str, hresult: str, message: str) -> Call:
        arguments = self._arguments(
            ticket=ticket, response=response, hresult=hresult, message=message
        )
        return Call("receiveResponseXML", arguments)

    def _run_request(self, request: str, number: int) -> tuple[str, str, str]:
        """Let QuickBooks answer; return the answer, or no answer and its hresult and message."""
        plan = self.connector.plan
        refusal = plan.take(Fault.HRESULT, number)
        if refusal is not None:
            return "", refusal, MESSAGES.get(refusal, UNEXPECTED)
        crash = None
        mid = plan.take(Fault.CRASH_MID, number)
        if mid is not None:
            crash = Crash(int(mid))
        elif plan.take(Fault.CRASH_UNSTORED, number) is not None:
            crash = Crash()
        try:
            response = self._ask(request, crash)
        except Refused as refused:
            return "", refused.hresult, refused.message
        except Crashed:
            raise _Died from None
        afterwards = plan.take(Fault.HRESULT_AFTER, number)
        if afterwards is not None:
            return "", afterwards, MESSAGES.get(afterwards, UNEXPECTED)
        return response, "", ""

    def _wake_zombie(self) -> Generator[Call | Wait, Reply | None, None]:
        """Let a Web Connector that was dead run the request it held, under its old ticket."""
        held, self.connector.held = self.connector.held, None
        path = self.connector.desk.open_path
        company = self.connector.desk.companies.get(path or "")
        if held is None or company is None:
            return
        session = company.open_session(self.connector.app)
        response, hresult, message = "", "", ""
        try:
            response = company.answer(held.request, session=session, now=self.connector.clock())
        except Refused as refused:
            hresult, message = refused.hresult, refused.message
        call = self._receive_call(held.ticket, response, hresult, message)
        try:
            read_number(call, (yield from self._call(call)))
        except CallFailed as failure:
            self.errors.append(str(failure))

    def _last_error(self) -> Generator[Call | Wait, Reply | None, str]:
        call = Call("getLastError", self._arguments(ticket=self.ticket))
        return read_text(call, (yield from self._call(call)))

    def _close(self, *, ignore_failure: bool = False) -> Generator[Call | Wait, Reply | None, str]:
        call = Call("closeConnection", self._arguments(ticket=self.ticket))
        try:
            return read_text(call, (yield from self._call(call)))
        except CallFailed as failure:
            if not ignore_failure:
                raise
            self.errors.append(str(failure))
            return ""

    def _refuse_interactive(self) -> Generator[Call | Wait, Reply | None, str]:
        """Decline the interactive mode, as a person does who closes its window."""
        session_id = "1"
        url = Call("getInteractiveURL", self._arguments(wcTicket=self.ticket, sessionID=session_id))
        read_text(url, (yield from self._call(url)))
        reason = "The user closed the window."
        refusal = Call("interactiveRejected", self._arguments(wcTicket=self.ticket, reason=reason))
        return read_text(refusal, (yield from self._call(refusal)))

    def _variant_closes_after_fault(self) -> bool:
        return self._any_company().state.variant.closes_after_fault

    def _variant_closes_after_connection_error(self) -> bool:
        return self._any_company().state.variant.closes_after_connection_error

    def _any_company(self) -> Company:
        return self.company or next(iter(self.connector.desk.companies.values()))


STATUSES: Final = {
    "none": "No data exchange required",
    "nvu": "Invalid password for username",
    "busy": "Application busy",
}
# .NET counts 100 ns from the year 1.
EPOCH_TICKS: Final = (
    int((datetime(1970, 1, 1, tzinfo=UTC) - datetime(1, 1, 1, tzinfo=UTC)).total_seconds())
    * 10_000_000
)
