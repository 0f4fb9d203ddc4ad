"""What goes wrong in a run, and when: a plan, written as text.

A plan is faults with commas between them: `KIND[=VALUE][@N]`. N counts what the fault is about,
from 1, over the whole run; without it the first one is meant. Each fault happens once.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Self


class Fault(StrEnum):
    """The kinds of faults."""

    # N counts sessions.
    CLOSED = "closed"  # QuickBooks cannot be opened; VALUE is the hresult, 0x80040408 by default.
    STOP_BEFORE = "stop-before"  # The Web Connector dies before the call VALUE, such as
    # closeConnection; N counts those calls.

    # N counts requests that the server gave, each a whole document.
    LOSE_REQUEST = "lose-request"  # The reply that carries the request is lost.
    SEND_TWICE = "send-twice"  # sendRequestXML arrives twice.
    SLOW = "slow"  # QuickBooks takes VALUE seconds over the request, 90 by default.
    DROP_AFTER_SEND = "drop-after-send"  # The Web Connector dies holding the request.
    ZOMBIE = "zombie"  # As that, but in the next session it wakes up and goes on with it.
    HRESULT = "hresult"  # QuickBooks refuses the whole request with the hresult VALUE.
    HRESULT_AFTER = "hresult-after"  # QuickBooks did it and yet answers with an hresult.
    CRASH_MID = "crash-mid"  # QuickBooks dies after VALUE requests of the document, 1 by default.
    CRASH_UNSTORED = "crash-unstored"  # QuickBooks dies after all, before it stores the answer.
    DROP_AFTER_RUN = "drop-after-run"  # The Web Connector dies holding the answer.
    LOSE_ANSWER = "lose-answer"  # The call that carries the answer never arrives.
    BAD_ANSWER = "bad-answer"  # The answer is cut off in the middle.
    RECEIVE_TWICE = "receive-twice"  # receiveResponseXML arrives twice.
    LOSE_REPLY = "lose-reply"  # The answer arrives, the reply to it is lost.


HELP = """\
faults (KIND[=VALUE][@N], with commas between them; N counts from 1 and is 1 by default):
  closed[=HRESULT]@N     in session N QuickBooks cannot be opened (0x80040408)
  stop-before=CALL@N     the Web Connector dies before the Nth CALL, such as closeConnection
and with N counting the requests that the server gives, over all sessions of the run:
  lose-request           the reply that carries the request is lost
  send-twice             sendRequestXML arrives twice
  slow=SECONDS           QuickBooks takes so long over the request (90)
  drop-after-send        the Web Connector dies holding the request, which never runs
  zombie                 as that, but it wakes up in the next session and runs it then
  hresult=HRESULT        QuickBooks refuses the request; nothing of it runs
  hresult-after=HRESULT  QuickBooks runs the request and still reports an hresult
  crash-mid=K            QuickBooks dies after K requests of the document
  crash-unstored         QuickBooks dies after the whole document, its answer not stored
  drop-after-run         QuickBooks runs the request, the Web Connector dies with the answer
  lose-answer            the call that carries the answer never arrives
  bad-answer             the answer arrives cut off in the middle
  receive-twice          receiveResponseXML arrives twice
  lose-reply             the answer arrives, the reply to it is lost
Example: --faults lose-answer@2,closed@2,hresult=0x80040408@5
"""


class NotAPlan(ValueError):
    """The text is no plan of faults; the message says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Planned:
    """One fault of a plan."""

    fault: Fault
    value: str
    number: int


@dataclass(slots=True)
class Plan:
    """The faults still to happen."""

    planned: list[Planned] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the plan that a text describes.

        :raises NotAPlan: naming the part that is none.
        """
        return cls([_read(part.strip()) for part in text.split(",") if part.strip()])

    def take(self, fault: Fault, number: int) -> str | None:
        """Return the value of a fault if it is to happen now, and forget it; "" is a value too."""
        for each in self.planned:
            if each.fault == fault and each.number == number:
                self.planned.remove(each)
                return each.value
        return None

    def take_stop(self, call: str, number: int) -> bool:
        """Whether the Web Connector is to die before this call, the `number`th of its kind."""
        for each in self.planned:
            if (each.fault, each.value, each.number) == (Fault.STOP_BEFORE, call, number):
                self.planned.remove(each)
                return True
        return False


DEFAULT_VALUES = {
    Fault.SLOW: "90",
    Fault.CLOSED: "0x80040408",
    Fault.HRESULT: "0x80040408",
    Fault.HRESULT_AFTER: "0x80040402",
    Fault.CRASH_MID: "1",
}


def _read(part: str) -> Planned:
    name, _, number = part.partition("@")
    kind, _, value = name.partition("=")
    try:
        fault = Fault(kind)
    except ValueError:
        known = ", ".join(Fault)
        raise NotAPlan(f"There is no fault {kind!r}; there are {known}.") from None
    if number and (not number.isdecimal() or not int(number)):
        raise NotAPlan(f"{part!r}: what stands behind @ is a number from 1 on.")
    value = value or DEFAULT_VALUES.get(fault, "")
    if fault == Fault.STOP_BEFORE and not value:
        raise NotAPlan("stop-before needs the name of a call: stop-before=closeConnection.")
    if fault == Fault.SLOW and not value.isdecimal():
        raise NotAPlan(f"{part!r}: slow takes a number of seconds.")
    if fault == Fault.CRASH_MID and not value.isdecimal():
        raise NotAPlan(f"{part!r}: crash-mid takes a number of requests.")
    return Planned(fault, value, int(number or 1))
