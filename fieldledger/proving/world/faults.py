"""What goes wrong in a world: the kinds of faults, which of them a seed switches on, and how often.

Each kind names the failures of the catalogue that it brings about. A seed switches on some kinds
and gives each a rate (swarm testing: all kinds at once hide what two of them do together).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from fieldledger.proving.world.chance import stream
from fieldledger.simulator.faults import Fault, Plan


class Kind(StrEnum):
    """The kinds of faults."""

    # The network, at every call.
    REQUEST_LOST = "request-lost"
    REPLY_LOST = "reply-lost"
    TWICE = "twice"
    # The Web Connector.
    CONNECTOR_DIES = "connector-dies"  # Before a call.
    HELD_REQUEST = "held-request"  # It dies with a document, and runs it when it wakes up.
    HELD_ANSWER = "held-answer"  # It dies with an answer, and brings it when it wakes up.
    SECOND_COMPUTER = "second-computer"
    STRAY_CALL = "stray-call"  # Out of order, with a live ticket.
    WRONG_TICKET = "wrong-ticket"
    # QuickBooks.
    CLOSED = "closed"
    DIES_BEFORE = "quickbooks-dies-before"
    DIES_MIDWAY = "quickbooks-dies-midway"
    DIES_UNSTORED = "quickbooks-dies-unstored"
    DIES_STORED = "quickbooks-dies-stored"
    HRESULT = "hresult"  # Nothing ran.
    HRESULT_AFTER = "hresult-after"  # All of it ran.
    POISON = "poison"  # A record whose document QuickBooks refuses whole.
    LOCKED = "locked"
    BAD_ANSWER = "bad-answer"
    OTHER_ANSWER = "other-answer"
    # The server.
    DIES_BEFORE_COMMIT = "server-dies-before-commit"
    DIES_AFTER_COMMIT = "server-dies-after-commit"
    DIES_AFTER_REPLY = "server-dies-after-reply"
    DATABASE_DOWN = "database-down"
    DATABASE_RESTORED = "database-restored"
    # The company file.
    OTHER_FILE = "other-file"
    FILE_COPIED = "file-copied"
    FILE_RESTORED = "file-restored"
    FILE_COPIED_BACK = "file-copied-back"
    CONDENSED = "condensed"
    # People in QuickBooks.
    RENAMED = "renamed"
    EDITED = "edited"
    DELETED = "deleted"
    MERGED = "merged"
    NAME_TAKEN = "name-taken"
    BOOKS_CLOSED = "books-closed"
    # The PC and the office.
    CLOCK_WRONG = "clock-wrong"
    SWITCHED_OFF = "switched-off"
    PAUSED = "paused"
    PASSWORD_RENEWED = "password-renewed"  # noqa: S105 - a fault's name.
    # Later ones, at the end: the chance of those above stays what it was.
    DISK_FULL = "disk-full"
    HUGE_ANSWER = "huge-answer"
    ITERATOR_LOST = "iterator-lost"
    ID_GIVEN_AGAIN = "id-given-again"
    SCHEMA_MIGRATED = "schema-migrated"
    TWO_SERVERS = "two-servers"
    SERVER_CLOCK = "server-clock"
    DEPOSITED = "deposited"
    CREDIT_BY_HAND = "credit-by-hand"
    ACCOUNT_ADDED = "account-added"


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a kind is, and the failures of the catalogue that each time of it counts as.

    Failures that come of it only now and then are counted where they are seen.
    """

    words: str
    failures: tuple[int, ...]


MEANINGS: Final[Mapping[Kind, Meaning]] = {
    Kind.REQUEST_LOST: Meaning("a call never arrives", (4, 14)),
    Kind.REPLY_LOST: Meaning("a reply never arrives", (2, 5, 15)),
    Kind.TWICE: Meaning("a call arrives twice", (6, 16)),
    Kind.CONNECTOR_DIES: Meaning("the Web Connector dies before a call", (1, 3, 7, 13)),
    Kind.HELD_REQUEST: Meaning("it wakes up hours later and runs the document it held", (8, 21)),
    Kind.HELD_ANSWER: Meaning("it wakes up hours later and brings the answer it held", (17, 20)),
    Kind.SECOND_COMPUTER: Meaning("two computers at once", (21,)),
    Kind.STRAY_CALL: Meaning("a call out of order", (19,)),
    Kind.WRONG_TICKET: Meaning("a call with a ticket that is none", (20,)),
    Kind.CLOSED: Meaning("QuickBooks cannot be opened", (9,)),
    Kind.DIES_BEFORE: Meaning("QuickBooks dies before it runs the document", (7, 10)),
    Kind.DIES_MIDWAY: Meaning("QuickBooks dies in the middle of the document", (11,)),
    Kind.DIES_UNSTORED: Meaning("QuickBooks dies before it stores the answer", (12,)),
    Kind.DIES_STORED: Meaning("the answer is stored and lost on its way", (13,)),
    Kind.HRESULT: Meaning("an hresult, and nothing ran", (41,)),
    Kind.HRESULT_AFTER: Meaning("an hresult, and all of it ran", (41,)),
    Kind.POISON: Meaning("one record has its whole document refused", ()),
    Kind.LOCKED: Meaning("a record is open in a window", ()),
    Kind.BAD_ANSWER: Meaning("an answer is cut off, empty or a proxy's page", (18,)),
    Kind.OTHER_ANSWER: Meaning("the answer to another document", (17,)),
    Kind.DIES_BEFORE_COMMIT: Meaning("the server is killed before it commits", (22,)),
    Kind.DIES_AFTER_COMMIT: Meaning("the server is killed after it committed", (23,)),
    Kind.DIES_AFTER_REPLY: Meaning("the server is killed between two calls", (45,)),
    Kind.DATABASE_DOWN: Meaning("the database does not answer", (24,)),
    Kind.DATABASE_RESTORED: Meaning("our database is restored from a backup", (47,)),
    Kind.OTHER_FILE: Meaning("another company file is open", (27,)),
    Kind.FILE_COPIED: Meaning("a copy of the company file is open", (28,)),
    Kind.FILE_RESTORED: Meaning("the company file is restored from a backup", (29,)),
    Kind.FILE_COPIED_BACK: Meaning("an old company file is copied over it", (29,)),
    Kind.CONDENSED: Meaning("the company file is condensed", (32,)),
    Kind.RENAMED: Meaning("our record is renamed or renumbered there", (33,)),
    Kind.EDITED: Meaning("our record is edited there", (34,)),
    Kind.DELETED: Meaning("our record is deleted there", (35,)),
    Kind.MERGED: Meaning("two customers are merged there", (36,)),
    Kind.NAME_TAKEN: Meaning("a vendor has the name of a client", (37,)),
    Kind.BOOKS_CLOSED: Meaning("the books are closed for a while", ()),
    Kind.CLOCK_WRONG: Meaning("the PC's clock is wrong by up to 26 hours", (44,)),
    Kind.SWITCHED_OFF: Meaning("the feature is switched off in the middle of a session", (50,)),
    Kind.PAUSED: Meaning("the sync is paused in the middle of a session", (50,)),
    Kind.PASSWORD_RENEWED: Meaning("the password is renewed in the middle of a session", (49,)),
    Kind.DISK_FULL: Meaning("the server's disk is full for a while", (25,)),
    Kind.HUGE_ANSWER: Meaning("an answer is too large", (42,)),
    Kind.ITERATOR_LOST: Meaning("QuickBooks forgets a list that is half read", (43,)),
    Kind.ID_GIVEN_AGAIN: Meaning("a restored file gives an id of ours to another record", (30,)),
    Kind.SCHEMA_MIGRATED: Meaning("a table is altered and rebuilt under the server", (46,)),
    Kind.TWO_SERVERS: Meaning("the next call is another server's, on the same database", (48,)),
    Kind.SERVER_CLOCK: Meaning("the server's clock is wrong by up to 26 hours", (44,)),
    Kind.DEPOSITED: Meaning("payments of ours are taken to the bank", ()),
    Kind.ACCOUNT_ADDED: Meaning("an account is added there, and payments are to go to it", ()),
    Kind.CREDIT_BY_HAND: Meaning("a credit memo is applied or cleared by hand there", ()),
}

SWITCHED_ON: Final = 0.45  # Of the kinds, in one seed.
RATES: Final = (0.02, 0.05, 0.15)  # For each opportunity.
LAST_TIME: Final = 0.3


class Faults:
    """The faults of one seed: what is switched on, and what has happened."""

    def __init__(self, seed: int, *, without: Iterable[Kind] = (), only: Iterable[Kind] = ()):
        choice = stream(seed, "faults")
        kinds = set(only) or set(Kind)
        left_out = set(without)
        self.rates: dict[Kind, float] = {}
        for kind in Kind:
            is_on, rate = choice.random() < SWITCHED_ON, choice.choice(RATES)
            if (is_on or only) and kind in kinds and kind not in left_out:
                self.rates[kind] = rate
        self._streams = {kind: stream(seed, kind) for kind in self.rates}
        self.happened: Counter[Kind] = Counter()
        self.failures: Counter[int] = Counter()
        self.stopped = False  # For good.
        self.resting = False  # For a while.

    def strikes(self, kind: Kind, *, more: float = 1.0) -> bool:
        """Whether the fault happens now; `more` makes a rare opportunity likelier to be taken."""
        rate = self.rates.get(kind)
        if rate is None or self.stopped or self.resting:
            return False
        return self._streams[kind].random() < min(rate * more, 0.6)

    def strikes_last(self, kind: Kind) -> bool:
        """Whether the fault happens once more when all others have stopped."""
        return kind in self.rates and self._streams[kind].random() < LAST_TIME

    def count(self, kind: Kind, *failures: int) -> None:
        """Note that it happened; `failures` where only some of its failures are meant."""
        self.happened[kind] += 1
        self.failures.update(failures or MEANINGS[kind].failures)

    def saw(self, failure: int) -> None:
        """Count a failure of the catalogue that came of something else."""
        self.failures[failure] += 1

    def draw(self, kind: Kind, below: int) -> int:
        """Return a number from 0 to below `below`."""
        return self._streams[kind].randrange(below)


_OF_PLAN: Final[Mapping[Fault, Kind]] = {
    Fault.CLOSED: Kind.CLOSED,
    Fault.ZOMBIE: Kind.HELD_REQUEST,
    Fault.DROP_AFTER_SEND: Kind.DIES_BEFORE,
    Fault.CRASH_MID: Kind.DIES_MIDWAY,
    Fault.CRASH_UNSTORED: Kind.DIES_UNSTORED,
    Fault.DROP_AFTER_RUN: Kind.DIES_STORED,
    Fault.HRESULT: Kind.HRESULT,
    Fault.HRESULT_AFTER: Kind.HRESULT_AFTER,
}
# One that was seen while QuickBooks was not there, one while it was at work, one of nobody.
_HRESULTS: Final = ("0x80040408", "0x80040402", "0x80040409", "0x8004DEAD")
_DIES_BEFORE: Final = {
    "authenticate": 1,
    "sendRequestXML": 3,
    "receiveResponseXML": 13,
}


class SeededPlan(Plan):
    """A Web Connector's plan in which each fault happens by its kind's chance."""

    def __init__(self, faults: Faults) -> None:
        super().__init__([])
        self.faults = faults

    def take(self, fault: Fault, number: int) -> str | None:  # noqa: ARG002 - chance counts for it.
        """Return the fault's value if it happens now."""
        kind = _OF_PLAN.get(fault)
        if kind is None or not self.faults.strikes(kind):
            return None
        self.faults.count(kind)
        match fault:
            case Fault.CLOSED:
                return "0x80040408"
            case Fault.CRASH_MID:
                return str(1 + self.faults.draw(kind, 3))
            case Fault.HRESULT | Fault.HRESULT_AFTER:
                return _HRESULTS[self.faults.draw(kind, len(_HRESULTS))]
            case _:
                return ""

    def take_stop(self, call: str, number: int) -> bool:  # noqa: ARG002 - chance counts for it.
        """Whether the Web Connector dies before this call."""
        if not self.faults.strikes(Kind.CONNECTOR_DIES, more=0.5):
            return False
        failure = _DIES_BEFORE.get(call)
        self.faults.count(Kind.CONNECTOR_DIES, *((failure,) if failure else ()))
        return True
