"""The Web Connector's bar and our own: always a measured number, and never a step back."""

import math
from typing import Final

UNDER_WAY_MIN: Final = 1  # Intuit's sample says "greater than zero = more to send": 0 is grey.
UNDER_WAY_MAX: Final = 99
COMPLETE: Final = 100  # Tells the Web Connector that nothing is left; it then closes the session.


def percent(done: int, total: int, last: int) -> int:
    """Return the number for the bar: 100 when nothing is left, else 1 to 99 and never under `last`.

    `total` is what was waiting at the session's start plus what came since, so it may grow;
    `done` counts the same things; `last` is the number shown before (0 at first).

    Source of the numbers' meaning: Intuit QBWC Programmer's Guide ch. 2, receiveResponseXML.
    """
    if done >= total:
        return COMPLETE
    measured = 100 * max(done, 0) // total
    return max(UNDER_WAY_MIN, min(UNDER_WAY_MAX, max(last, measured)))


def eta_seconds(done: int, total: int, elapsed_s: float) -> int | None:
    """Return in how many seconds the rest will be done at the rate so far; None if none is known.

    `elapsed_s` is how long the `done` of `total` took.
    """
    if done >= total:
        return 0
    if done <= 0 or elapsed_s <= 0:
        return None
    return math.ceil((total - done) * elapsed_s / done)
