"""What a call is answered with besides the database: the time, chance, the caller's address."""

import hashlib
import random
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final


class Idle(StrEnum):
    """The ticket of a sign-in without a session, by why there is none.

    It opens nothing, and what to say when it is handed back is known without looking it up.
    """

    DONE = "idle"
    REFUSED = "idle-refused"
    OFF = "idle-off"
    PAUSED = "idle-paused"
    SET_UP = "idle-set-up"
    PLAN = "idle-plan"
    SECOND = "idle-second"
    QUIET = "idle-quiet"


_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Handed in, so that a simulation hands in its own; `chance` is SystemRandom in production."""

    now: datetime
    chance: random.Random
    address: str = ""

    def new_ticket(self) -> str:
        """Return 256 random bits for a session's ticket."""
        return f"{self.chance.getrandbits(256):064x}"

    def new_set_id(self) -> str:
        """Return a message set's id: "F" and 110 random bits, 23 characters in all.

        Never from a counter: a database restored from a backup would mint the same ids again.
        QuickBooks refuses ids of more than 24 characters, by some sources 23 (status 9004,
        Intuit's InvoiceAdd.cs).
        """
        bits = self.chance.getrandbits(110)
        return "F" + "".join(_ALPHABET[bits >> (5 * place) & 31] for place in range(22))

    def new_nonce(self) -> str:
        """Return 30 random bits that tell one attempt's requestIDs from another's."""
        bits = self.chance.getrandbits(30)
        return "".join(_ALPHABET[bits >> (5 * place) & 31] for place in range(6))


class SessionStops(Exception):
    """The session cannot go on; the sentence is what the person at the Web Connector reads."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


def ticket_digest(ticket: str) -> str:
    """Return what is stored of a ticket: a stolen database opens no session."""
    return hashlib.sha256(ticket.encode("utf-8", "surrogatepass")).hexdigest()
