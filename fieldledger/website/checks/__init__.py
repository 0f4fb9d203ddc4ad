"""What breaks in practice, looked at one by one for `fieldledger doctor`.

A check returns findings and changes nothing. It says what is wrong in a sentence, and what to do.
"""

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """What a check found."""

    OK = "ok"
    WRONG = "wrong"
    NOT_CHECKED = "not_checked"  # It could not be, or there is no need to; never a failure.


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's: what was looked at, what was found, what to do about it."""

    subject: str
    verdict: Verdict
    says: str
    to_do: str = ""


def fine(subject: str, says: str) -> Finding:
    """Return a finding without fault."""
    return Finding(subject, Verdict.OK, says)


def wrong(subject: str, says: str, to_do: str) -> Finding:
    """Return a finding that somebody must act on."""
    return Finding(subject, Verdict.WRONG, says, to_do)


def not_checked(subject: str, says: str) -> Finding:
    """Return the finding of a check that was left out."""
    return Finding(subject, Verdict.NOT_CHECKED, says)
