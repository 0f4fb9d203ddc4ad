"""Who must know that entries have moved hears it here, in the transaction that moves them.

The engine knows nobody who listens. A listener that raises undoes the move: what has to happen with
it happens with it, or neither does.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """Entries of one connection and the states they have come to, in the order told."""

    at: datetime
    entries: Sequence[tuple[int, str]]  # Primary key, State.


Listener = Callable[[Moved], None]

_listeners: list[Listener] = []


def subscribe(listener: Listener) -> None:
    """Let `listener` hear every move from now on; subscribing twice is once."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(moved: Moved) -> None:
    """Tell every listener; called once for a bulk of entries, after they are saved."""
    if moved.entries:
        for listener in _listeners:
            listener(moved)
