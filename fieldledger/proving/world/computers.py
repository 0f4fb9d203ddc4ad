"""The PCs with QuickBooks and the Web Connector, one call at a time; some die and wake up later."""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from fieldledger.proving.world.faults import Faults, Kind
from fieldledger.proving.world.network import Network
from fieldledger.proving.world.office import POISON
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Ended, Steps, Wait, WebConnector
from fieldledger.simulator.message_sets import Crash, Session
from fieldledger.simulator.problems import PARSE_ERROR, PARSE_ERROR_MESSAGE, Refused
from fieldledger.simulator.soap import Call, Reply

_POISONOUS = f"<Name>{POISON}"
_GOES_ON = 'iterator="Continue"'


class AwkwardCompany(Company):
    """A company file that cannot read documents with a poisonous new name in them.

    `refused` hears of these; `forgets` says whether a list that is half read is forgotten now.
    """

    refused: Callable[[], None] = staticmethod(lambda: None)
    forgets: Callable[[], bool] = staticmethod(lambda: False)

    def answer(
        self, xml: str, *, session: Session, now: datetime, crash: Crash | None = None
    ) -> str:
        """Return the answer, as a company does; see there."""
        if _POISONOUS in xml:
            self.refused()
            raise Refused(PARSE_ERROR, PARSE_ERROR_MESSAGE, reason="poison")
        if _GOES_ON in xml and self.forgets():
            session.iterators.clear()
        return super().answer(xml, session=session, now=now, crash=crash)


@dataclass(slots=True)
class Held:
    """What a Web Connector that died has in its hands: a document not run yet, or an answer."""

    ticket: str
    company: Company | None = None  # The file its session with QuickBooks is for.
    request: str = ""
    answer: Call | None = None


@dataclass(slots=True)
class Computer:
    """A PC: its Web Connector, the session that runs in it, what died with a session."""

    name: str
    connector: WebConnector
    network: Network
    faults: Faults
    note: Callable[[str], None]
    steps: Steps | None = None
    reply: Reply | None = None
    company: Company | None = None
    held: list[Held] = field(default_factory=list)
    last: Ended | None = None
    sessions: int = 0

    @property
    def is_busy(self) -> bool:
        """Whether a session runs."""
        return self.steps is not None

    def begin(self) -> None:
        """Press Update Selected."""
        assert self.steps is None
        self.sessions += 1
        self.steps, self.reply = self.connector.session(), None
        self.company = self._open_company()
        self.note(f"{self.name} begins session {self.sessions}")

    def _open_company(self) -> Company | None:
        desk = self.connector.desk
        return desk.companies.get(desk.open_path or "")

    def advance(self) -> None:
        """Make the session's next call."""
        assert self.steps is not None
        try:
            step = self.steps.send(self.reply)
        except StopIteration as stop:
            self._end(stop.value)
            return
        if isinstance(step, Wait):
            self.reply = None
            return
        self.note(f"{self.name}: {step.operation}")
        if step.operation == "receiveResponseXML" and self.faults.strikes(Kind.HELD_ANSWER):
            self.faults.count(Kind.HELD_ANSWER)
            self.held.append(Held(_ticket(step), answer=step))
            self.note(f"{self.name} dies with an answer in its hands")
            self.steps.close()
            self.steps = None
            return
        self._stray(step)
        self.reply = self.network.carry(step)

    def _end(self, ended: Ended) -> None:
        self.last, self.steps = ended, None
        self.note(f"{self.name} ends: {ended.outcome} {ended.status}".rstrip())
        held, self.connector.held = self.connector.held, None
        if held is not None:
            self.held.append(Held(held.ticket, self.company, request=held.request))

    def _stray(self, step: Call) -> None:
        ticket = _ticket(step)
        if ticket and self.faults.strikes(Kind.STRAY_CALL):
            self.faults.count(Kind.STRAY_CALL)
            self._out_of_order(step, ticket, self.faults.draw(Kind.STRAY_CALL, 4))
        if self.faults.strikes(Kind.WRONG_TICKET):
            self.faults.count(Kind.WRONG_TICKET)
            self._out_of_order(step, "0" * 64, self.faults.draw(Kind.WRONG_TICKET, 4))

    def _out_of_order(self, step: Call, ticket: str, which: int) -> None:
        named: tuple[tuple[str, dict[str, str]], ...] = (
            ("receiveResponseXML", {"response": "", "hresult": "", "message": ""}),
            ("connectionError", {"hresult": "0x80040408", "message": ""}),
            ("getLastError", {}),
            (
                "sendRequestXML",
                {
                    "strHCPResponse": "",
                    "strCompanyFileName": "",
                    "qbXMLCountry": "US",
                    "qbXMLMajorVers": "16",
                    "qbXMLMinorVers": "0",
                },
            ),
        )
        operation, more = named[which]
        if operation == step.operation:
            return
        self.note(f"{self.name}: {operation} out of order")
        self.network.deliver(Call(operation, (("ticket", ticket), *more.items())))

    def wake(self) -> bool:
        """Let what died longest ago go on with what it holds; return whether anything did."""
        if not self.held:
            return False
        held = self.held.pop(0)
        call = held.answer
        if call is None:
            call = self._run_late(held)
        if call is not None:
            self.note(f"{self.name} wakes up and brings an answer")
            self.network.carry(call)
        return True

    def start_anew(self, known: Collection[str]) -> None:
        """Close the Web Connector and start it again, where it holds what our database forgot.

        What it holds and we know of (by the ids in `known`) may still run late: that is the worse.
        """
        self.held = [
            each
            for each in self.held
            if each.answer is not None or any(set_id in each.request for set_id in known)
        ]

    def _run_late(self, held: Held) -> Call | None:
        company = self._open_company()
        if company is None or company is not held.company:
            return None  # QuickBooks closed that file, and its session with it.
        self.note(f"{self.name} wakes up and runs what it held")
        session = company.open_session(self.connector.app)
        response = hresult = message = ""
        try:
            response = company.answer(held.request, session=session, now=self.connector.clock())
        except Refused as refused:
            hresult, message = refused.hresult, refused.message
        self.connector.answered(company)
        arguments: dict[str, Any] = {
            "ticket": held.ticket,
            "response": response,
            "hresult": hresult,
            "message": message,
        }
        return Call("receiveResponseXML", tuple(arguments.items()))


def _ticket(call: Call) -> str:
    return dict(call.arguments).get("ticket") or ""
