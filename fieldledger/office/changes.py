"""The office's announcements: whoever must know of a change hears it in the saving transaction.

The office knows nobody who listens. A listener that raises undoes the change: what has to happen
with a change happens with it or the change does not happen.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from fieldledger.office.models import Record

Kind = Literal["client", "item", "invoice", "payment", "credit", "refund"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Records of one kind and one business that were made or now say something else.

    They are as saved, with their new revisions, at the time of the change.
    """

    business_id: int
    kind: Kind
    records: Sequence[Record]
    at: datetime


Listener = Callable[[Change], None]

_listeners: list[Listener] = []


def subscribe(listener: Listener) -> None:
    """Let `listener` hear every change from now on; subscribing twice is once."""
    if listener not in _listeners:
        _listeners.append(listener)


def unsubscribe(listener: Listener) -> None:
    """Let `listener` hear no more."""
    _listeners.remove(listener)


def announce(change: Change) -> None:
    """Tell every listener; called inside the saving transaction, once for a bulk of records."""
    if not change.records:
        return
    for listener in _listeners:
        listener(change)
