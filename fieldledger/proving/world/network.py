"""The way from a Web Connector to the server and back, and what becomes of calls on it."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import DatabaseError

from fieldledger.proving.world.database import Database, ServerDies
from fieldledger.proving.world.faults import Faults, Kind
from fieldledger.qbwc.calls import ClientVersion, ServerVersion
from fieldledger.qbwc.reading import NotACall, read_call, read_ticket_early
from fieldledger.qbwc.writing import CONTENT_TYPE, write_fault, write_reply
from fieldledger.quickbooks import conversation
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.context import Context
from fieldledger.simulator.soap import (
    Call,
    CallFailed,
    Lost,
    Received,
    Reply,
    read_number,
    read_text,
    write_call,
)

_WRITTEN: Final = re.compile(r'<\w+(?:Add|Mod|Void|Del)Rs [^>]*statusCode="(\d+)"')
ADDRESS: Final = "192.0.2.7"
_LOST_BY: Final = {"authenticate": (2,), "sendRequestXML": (5,), "receiveResponseXML": (15,)}
_NOT_ARRIVED: Final = {"sendRequestXML": (4,), "receiveResponseXML": (14,)}
_TWICE: Final = {"sendRequestXML": (6,), "receiveResponseXML": (16,)}
# The door's own bound is 24 MiB: worlds are small, and so is what they call huge.
ANSWER_MAX: Final = 256 * 1024
_PAGE: Final = "<html><body><h1>504 Gateway Time-out</h1></body></html>"

_NO_DATABASE: Final = Received(503, CONTENT_TYPE, write_fault("Try again shortly."))

Watch = Callable[[Call, Reply], None]


@dataclass(slots=True)
class Network:
    """Carries calls to the engine with what the faults do to them.

    `watch` hears of every call that was answered and its reply, whether or not the reply arrives.
    """

    database: Database
    faults: Faults
    chance: random.Random
    clock: Callable[[], datetime]
    watch: Watch = lambda _call, _reply: None
    note: Callable[[str], None] = lambda _line: None
    interlude: Callable[[], None] = lambda: None  # Before each call is answered.
    last_answer: str = ""
    calls: int = 0
    full_for: int = 0  # Calls, until there is room on the disk again.
    _full: str = ""  # What fails meanwhile: "full" for each write, "full at commit".
    _elsewhere: dict[Any, Any] = field(default_factory=dict)  # The other server's memory.

    def carry(self, call: Call) -> Reply:
        """Make a call as a Web Connector does."""
        faults = self.faults
        operation = call.operation
        if operation == "receiveResponseXML":
            call = self._spoiled(call)
        if faults.strikes(Kind.REQUEST_LOST, more=0.5):
            faults.count(Kind.REQUEST_LOST, *_NOT_ARRIVED.get(operation, (3,)))
            self.note(f"{operation} is lost on its way")
            return Lost("The underlying connection was closed.")
        reply = self.deliver(call)
        if isinstance(reply, Received) and faults.strikes(Kind.TWICE):
            faults.count(Kind.TWICE, *_TWICE.get(operation, (2,)))
            self.note(f"{operation} arrives again")
            again = self.deliver(call)
            reply = (reply, again)[faults.draw(Kind.TWICE, 2)]
        if isinstance(reply, Received) and faults.strikes(Kind.REPLY_LOST, more=0.5):
            faults.count(Kind.REPLY_LOST, *_LOST_BY.get(operation, (2,)))
            self.note(f"the reply to {operation} is lost")
            reply = Lost("The operation has timed out.")
        if faults.strikes(Kind.DIES_AFTER_REPLY, more=0.5):
            faults.count(Kind.DIES_AFTER_REPLY)
            self.note("the server is killed and started again")
            self.restart()
        return reply

    def deliver(self, call: Call) -> Reply:
        """Let the server answer one call, or die over it."""
        self.interlude()
        self.calls += 1
        self._let_the_disk_run_full()
        if self.faults.strikes(Kind.TWO_SERVERS):
            self.faults.count(Kind.TWO_SERVERS)
            self.note("the other server answers")
            CONTACTS._seen, self._elsewhere = self._elsewhere, CONTACTS._seen  # noqa: SLF001
        self.database.at_commit = self._at_commit
        try:
            reply = self._answer(write_call(call))
        except ServerDies:
            self.note(f"the server is killed over {call.operation}")
            self.restart()
            return Lost("The underlying connection was closed.")
        finally:
            self.database.at_commit = lambda: ""
            self.database.at_statement = lambda: ""
        self.watch(call, reply)
        return reply

    def restart(self) -> None:
        """Start the killed server again: what was in its memory only is gone."""
        self.database.restart()
        CONTACTS.__init__()  # type: ignore[misc]

    def _let_the_disk_run_full(self) -> None:
        if self.full_for:
            self.full_for -= 1
            if not self.full_for:
                self.note("there is room on the disk again")
        elif self.faults.strikes(Kind.DISK_FULL, more=0.5):
            self.faults.count(Kind.DISK_FULL)
            self.full_for = 1 + self.faults.draw(Kind.DISK_FULL, 6)
            self._full = ("full", "full at commit")[self.faults.draw(Kind.DISK_FULL, 2)]
            self.note("the disk is full")

    def _at_commit(self) -> str:
        if self.full_for and self._full == "full at commit":
            return "full"
        if self.faults.strikes(Kind.DIES_BEFORE_COMMIT, more=0.5):
            self.faults.count(Kind.DIES_BEFORE_COMMIT)
            return "before"
        if self.faults.strikes(Kind.DIES_AFTER_COMMIT, more=0.5):
            self.faults.count(Kind.DIES_AFTER_COMMIT)
            return "after"
        return ""

    def _at_statement(self) -> str:
        if self.full_for and self._full == "full":
            return "full"
        if self.faults.strikes(Kind.DATABASE_DOWN, more=0.1):
            self.faults.count(Kind.DATABASE_DOWN)
            return "down"
        return ""

    def _answer(self, body: bytes) -> Reply:
        """Answer as the door does. (The door itself asks the clock, and is tested over HTTP.)"""
        if len(body) > ANSWER_MAX:
            ticket = read_ticket_early(body)
            if ticket is not None and not self._said(
                "an answer that is too large",
                lambda: conversation.answer_too_large(ticket, self._context()),
            ):
                return _NO_DATABASE
            return Received(413, CONTENT_TYPE, b"")
        try:
            call = read_call(body)
        except NotACall as error:
            return Received(400, CONTENT_TYPE, write_fault(error.reason))
        if isinstance(call, ServerVersion | ClientVersion):
            return Received(200, CONTENT_TYPE, write_reply(call, ""))
        results: list[str | int | Sequence[str]] = []
        if not self._said(
            call.operation, lambda: results.append(conversation.answer(call, self._context()))
        ):
            return _NO_DATABASE
        return Received(200, CONTENT_TYPE, write_reply(call, results[0]))

    def _said(self, what: str, say: Callable[[], None]) -> bool:
        """Let the engine take a call; return whether its database answered."""
        if self.full_for or Kind.DATABASE_DOWN in self.faults.rates:
            self.database.at_statement = self._at_statement
        try:
            with self.database.watched():
                say()
        except DatabaseError:
            self.note(f"the database does not answer to {what}")
            self.restart()
            return False
        return True

    def _context(self) -> Context:
        return Context(now=self.clock(), chance=self.chance, address=ADDRESS)

    # --- Answers that are none ---

    def _spoiled(self, call: Call) -> Call:
        faults = self.faults
        arguments = dict(call.arguments)
        answer = arguments.get("response") or ""
        before, self.last_answer = self.last_answer, answer or self.last_answer
        if faults.strikes(Kind.BAD_ANSWER):
            faults.count(Kind.BAD_ANSWER)
            forms = (answer[: len(answer) // 2], "", _PAGE, answer[: answer.rfind("<")], "\x00")
            arguments["response"] = forms[faults.draw(Kind.BAD_ANSWER, len(forms))]
            self.note("the answer arrives spoiled")
        elif answer and faults.strikes(Kind.HUGE_ANSWER):
            faults.count(Kind.HUGE_ANSWER)
            arguments["response"] = answer + " " * ANSWER_MAX
            self.note("the answer is huge")
        elif before and faults.strikes(Kind.OTHER_ANSWER):
            faults.count(Kind.OTHER_ANSWER)
            arguments["response"] = before
            arguments["hresult"] = arguments["message"] = ""
            self.note("the answer to another document arrives")
        return Call(call.operation, tuple(arguments.items()))


def number_in(call: Call, reply: Reply) -> int | None:
    """Return the number that a reply to receiveResponseXML carries."""
    if call.operation != "receiveResponseXML":
        return None
    try:
        return read_number(call, reply)
    except CallFailed:
        return None


def is_mixed(call: Call) -> bool:
    """Whether an answer says that some of what was written is taken and some is refused."""
    statuses = _WRITTEN.findall(dict(call.arguments).get("response") or "")
    return "0" in statuses and any(each != "0" for each in statuses)


def document_in(call: Call, reply: Reply) -> str:
    """Return the document that a reply to sendRequestXML carries, "" if none."""
    if call.operation != "sendRequestXML" or not isinstance(reply, Received):
        return ""
    try:
        return read_text(call, reply)
    except CallFailed:
        return ""
