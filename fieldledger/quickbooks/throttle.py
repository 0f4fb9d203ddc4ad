"""Slow down whoever guesses passwords, and nobody else.

Ten wrong passwords from one address for one user name are answered; after that the pair waits, 1
to 60 seconds and longer each time. There is no lock on a user name: with 143 random bits it needs
none, and the real Web Connector on another address always gets in.
"""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

FREE_TRIES: Final = 10
WAIT_S_MAX: Final = 60.0
_REMEMBERED_MAX: Final = 10_000


@dataclass(slots=True)
class _Tries:
    failures: int = 0
    blocked_until_s: float = 0.0


class Throttle:
    """The failures of the last addresses, forgotten on success and when too many others follow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tries: OrderedDict[tuple[str, str], _Tries] = OrderedDict()

    def wait_s(self, address: str, username: str, *, now_s: float) -> float:
        """Return how long this pair has to wait; 0 lets it try."""
        with self._lock:
            tries = self._tries.get((address, username))
            return max(0.0, tries.blocked_until_s - now_s) if tries else 0.0

    def failed(self, address: str, username: str, *, now_s: float) -> None:
        """Note a wrong password."""
        with self._lock:
            tries = self._tries.setdefault((address, username), _Tries())
            self._tries.move_to_end((address, username))
            tries.failures += 1
            over = tries.failures - FREE_TRIES
            if over >= 0:
                tries.blocked_until_s = now_s + min(WAIT_S_MAX, 2.0 ** min(over, 6))
            while len(self._tries) > _REMEMBERED_MAX:
                self._tries.popitem(last=False)

    def succeeded(self, address: str, username: str) -> None:
        """Forget the failures of a pair that knows the password."""
        if self._tries:
            with self._lock:
                self._tries.pop((address, username), None)
