"""Who calls, and how often: keys and the limit of requests."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.http import HttpRequest

from fieldledger.accounts.models import ApiKey, Business
from fieldledger.accounts.services import actor_of, find_api_key
from fieldledger.api.problems import Problem

READING_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})

# Per key and program. Generous: it stops a loop gone wild, not a busy program.
REQUESTS_PER_S: Final = 100
REQUESTS_AT_ONCE: Final = 3000
_KEYS_REMEMBERED: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The program that calls: its key and the business that the key opens."""

    key: ApiKey

    @property
    def business(self) -> Business:
        """The only business whose records it sees."""
        return self.key.business

    @property
    def actor(self) -> str:
        """What the audit trail calls it."""
        return actor_of(self.key)


class ApiRequest(HttpRequest):
    """A request that was let in: who sent it, when, and the JSON it brought."""

    caller: Caller
    now: datetime
    content: Any


class Limit:
    """A bucket of requests for each key: it holds `at_once` and fills with `per_s` a second."""

    def __init__(self, *, per_s: float, at_once: int) -> None:
        self.per_s = per_s
        self.at_once = at_once
        self._buckets: OrderedDict[int, tuple[float, float]] = OrderedDict()  # Level, when.
        self._lock = threading.Lock()

    def take(self, key: int, *, now_s: float) -> float:
        """Take one request; return 0, or the seconds after which there will be one to take."""
        with self._lock:
            level, at = self._buckets.pop(key, (float(self.at_once), now_s))
            level = min(float(self.at_once), level + (now_s - at) * self.per_s)
            wait = 0.0 if level >= 1 else (1 - level) / self.per_s
            self._buckets[key] = (level if wait else level - 1, now_s)
            if len(self._buckets) > _KEYS_REMEMBERED:
                self._buckets.popitem(last=False)
        return wait

    def forget(self) -> None:
        """Fill all buckets."""
        with self._lock:
            self._buckets.clear()


limit = Limit(per_s=REQUESTS_PER_S, at_once=REQUESTS_AT_ONCE)


def let_in(request: HttpRequest, *, now: datetime) -> Caller:
    """Return who calls.

    :raises Problem: 401 without a living key, 403 if the key may not do this, 429 if it calls too
        often.
    """
    scheme, _, text = request.headers.get("Authorization", "").partition(" ")
    key = find_api_key(text.strip(), now=now) if scheme.lower() == "bearer" else None
    if key is None:
        raise Problem(401, headers={"WWW-Authenticate": 'Bearer realm="Fieldledger"'})
    wait_s = limit.take(key.pk, now_s=time.monotonic())
    if wait_s:
        raise Problem(429, headers={"Retry-After": str(int(wait_s) + 1)})
    if key.read_only and request.method not in READING_METHODS:
        raise Problem(403)
    return Caller(key=key)
