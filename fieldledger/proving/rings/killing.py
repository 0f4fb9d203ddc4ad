"""Who kills, when, and who starts what was killed again."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from fieldledger.proving.rings.postgres import Cluster
from fieldledger.proving.rings.server import GIVE_UP_S, LOOK_EVERY_S, NotReady, ServerProgram


class Target(StrEnum):
    """What is killed."""

    SERVER = "server"  # The program and its workers, as when the machine's memory runs out.
    SERVER_ALONE = "server alone"  # Its workers notice, finish what they are at, and leave.
    DATABASE = "database"  # PostgreSQL's immediate stop: it recovers at the next start.


# Measured: most calls take 5 to 40 ms, and an answer is committed about 5 ms after it arrives.
DELAY_MAX_S: Final = 0.04
DELAY_AT_WRITES_MAX_S: Final = 0.008


@dataclass(slots=True)
class Killer:
    """Kills what it is armed for, a moment later, beside whoever is calling."""

    server: ServerProgram
    cluster: Cluster | None
    is_ready: Callable[[], bool]
    kills: Counter[str] = field(default_factory=Counter)
    ready_after_s: list[float] = field(default_factory=list)
    _timer: threading.Timer | None = field(default=None, init=False)
    _target: Target | None = field(default=None, init=False)

    def arm(self, target: Target, after_s: float) -> None:
        """Kill in `after_s` seconds."""
        assert self._timer is None, "One kill at a time."
        self._target = target
        self._timer = threading.Timer(after_s, self._kill, [target])
        self._timer.start()

    def restore(self) -> bool:
        """Start what was killed again and wait until it is ready; return whether there was any.

        :raises NotReady: if it is not ready in a minute.
        """
        if self._timer is None or self._target is None:
            return False
        self._timer.join()
        target, self._timer, self._target = self._target, None, None
        self.kills[target] += 1
        if target is Target.DATABASE:
            assert self.cluster is not None
            began = time.monotonic()
            self.cluster.start()
            self._wait_until_ready(began)
        else:
            self.ready_after_s.append(self.server.start(self.is_ready))
        return True

    def _wait_until_ready(self, began: float) -> None:
        while not self.is_ready():
            if time.monotonic() - began > GIVE_UP_S:
                raise NotReady("The server does not answer since the database was started again.")
            time.sleep(LOOK_EVERY_S)
        self.ready_after_s.append(time.monotonic() - began)

    def _kill(self, target: Target) -> None:
        if target is Target.DATABASE:
            assert self.cluster is not None
            self.cluster.crash()
        else:
            self.server.kill(alone=target is Target.SERVER_ALONE)
