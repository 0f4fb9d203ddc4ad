"""Every code that can stand at a record or a connection: its words, who moves, what to do."""

from dataclasses import dataclass
from functools import cache

from fieldledger.qbxml.hresults import HRESULTS
from fieldledger.qbxml.statuses import STATUSES
from fieldledger.sync.words import ACTOR_WORDS, OWN_WORDS, explain


@dataclass(frozen=True, slots=True)
class Error:
    """A code in plain words; `who` moves next, and `steps` are theirs."""

    code: str
    title: str
    sentence: str
    who: str
    steps: tuple[str, ...]

    @property
    def plain(self) -> str:
        """Return all of it, for the search."""
        return " ".join((self.code, self.title, self.sentence, self.who, *self.steps))


@dataclass(frozen=True, slots=True)
class Family:
    """Errors that come from one place."""

    title: str
    errors: tuple[Error, ...]


@cache
def families() -> tuple[Family, ...]:
    """Return all errors: before anything is sent, of QuickBooks, of the Web Connector."""
    return (
        Family("Before it is sent", tuple(map(_error, OWN_WORDS))),
        Family("QuickBooks says", tuple(_error(str(code)) for code in sorted(STATUSES) if code)),
        Family("The Web Connector says", tuple(map(_error, HRESULTS))),
    )


def _error(code: str) -> Error:
    words = explain(code)
    return Error(code, words.title, words.sentence, ACTOR_WORDS[words.actor], words.steps)
