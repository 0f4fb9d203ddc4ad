"""Bodies that come slowly hold some of the server's threads at most; others are answered meanwhile.

The server gives a request its thread before the body is there, and knows no limit for how long a
body may take (granian's issue 728). Nor may a request be given up while its body is being read:
all of Python stands still then until the body ends (measured with granian 2.8.7). So only some
bodies may be on their way at once, of one address and in all, and what comes beside them is refused
unread. A usual body is there with its head and on its way for no time.
"""

import threading
from collections import Counter
from typing import Any, Final

PER_ADDRESS_MAX: Final = 6  # The Web Connector sends one at a time, a browser as many at most.
# Of all addresses: some threads of each worker (serving.THREADS) are left for what has no body.
IN_ALL_MAX: Final = 12


class TooManyBodies(BaseException):
    """As many bodies are on their way as may be.

    No Exception: Django goes on without the body where its connection broke, and would answer that
    a page was open too long, or do what was asked as if an empty form had come.
    """


class SlowBodies:
    """Which bodies are on their way to this program, by the address they come from."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._coming: Counter[str] = Counter()
        self._number = 0  # Of all addresses.

    def are_too_many(self, address: str) -> bool:
        """Whether as many bodies are on their way, from this address or in all, as may be."""
        return self._coming[address] >= PER_ADDRESS_MAX or self._number >= IN_ALL_MAX

    def begin(self, address: str) -> None:
        """Count a body that is waited for from now on.

        :raises TooManyBodies: if it would be one too many.
        """
        with self._lock:
            if self.are_too_many(address):
                raise TooManyBodies("Too many bodies are on their way.")
            self._coming[address] += 1
            self._number += 1

    def end(self, address: str) -> None:
        """Count it no more."""
        with self._lock:
            self._number -= 1
            self._coming[address] -= 1
            if not self._coming[address]:
                del self._coming[address]


class CountedBody:
    """The body of a request as WSGI gives it, counted while it is waited for."""

    def __init__(self, bodies: SlowBodies, stream: Any, address: str) -> None:
        self._bodies, self._stream, self._address = bodies, stream, address

    def read(self, *size: int) -> bytes:
        """Return so many bytes, or what there is.

        :raises TooManyBodies: if too many are on their way.
        """
        self._bodies.begin(self._address)
        try:
            read: bytes = self._stream.read(*size)
        finally:
            self._bodies.end(self._address)
        return read

    def readline(self, *size: int) -> bytes:
        """Return a line.

        :raises TooManyBodies: if too many are on their way.
        """
        self._bodies.begin(self._address)
        try:
            line: bytes = self._stream.readline(*size)
        finally:
            self._bodies.end(self._address)
        return line
