"""The Web Connector's line to a server: the simulator's only socket.

It speaks HTTP as .NET's client does: one connection kept alive over a session, the head first, then
up to 350 ms of waiting for "100 Continue", then the body.
"""

import select
import socket
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BufferedReader
from typing import Final
from urllib.parse import SplitResult, urlsplit

from fieldledger.simulator.connector import Ended, Steps, Wait
from fieldledger.simulator.soap import Call, Lost, Received, Reply, write_call, write_headers

CONTINUE_WAIT_S: Final = 0.35  # .NET: HttpWebRequest waits 350 ms for "100 Continue".
TIMEOUT_S: Final = 100.0  # .NET: SoapHttpClientProtocol's default.
BODY_LENGTH_MAX: Final = 64 * 1024 * 1024
DEFAULT_PORTS: Final = {"http": 80, "https": 443}


class BadAddress(ValueError):
    """The address is none that a Web Connector can call."""


class _Broken(Exception):
    """The connection ended where it should not."""


@dataclass(slots=True)
class Line:
    """A connection to a server's endpoint, opened when it is first needed."""

    url: str
    timeout_s: float = TIMEOUT_S
    expects: bool = True
    _parts: SplitResult = field(init=False)
    _socket: socket.socket | None = field(default=None, init=False)
    _file: BufferedReader | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self._parts = urlsplit(self.url)
        if self._parts.scheme not in DEFAULT_PORTS or not self._parts.hostname:
            raise BadAddress(f"{self.url} is no http or https address.")

    def exchange(self, call: Call) -> Reply:
        """Make a call with what the plan's faults do to it, and return the reply or its loss."""
        if call.request_lost:
            self.close()
            return Lost("The underlying connection was closed.")
        body = write_call(call)
        reply: Reply = Lost("The underlying connection was closed.")
        for _ in range(1 + call.repeats):
            reply = self._post(call, body)
        if call.reply_lost:
            self.close()
            return Lost("The operation has timed out.")
        return reply

    def close(self) -> None:
        """Drop the connection."""
        if self._file is not None:
            self._file.close()
        if self._socket is not None:
            self._socket.close()
        self._file = self._socket = None

    def _post(self, call: Call, body: bytes) -> Reply:
        kept_alive = self._socket is not None
        try:
            return self._post_once(call, body)
        except (OSError, _Broken) as error:
            self.close()
            # .NET notices a kept-alive connection that the server has closed meanwhile before
            # anything is written to it; here it shows as one that ends without a byte of reply.
            if not kept_alive or not isinstance(error, _Broken | ConnectionError):
                return Lost(f"Unable to connect to the remote server. {error}")
        try:
            return self._post_once(call, body)
        except (OSError, _Broken) as error:
            self.close()
            return Lost(f"The underlying connection was closed. {error}")

    def _post_once(self, call: Call, body: bytes) -> Received:
        is_first = self._socket is None
        if self._socket is None:
            self._connect()
        assert self._socket is not None
        assert self._file is not None
        path = self._parts.path or "/"
        if self._parts.query:
            path = f"{path}?{self._parts.query}"
        head = write_headers(
            call,
            length=len(body),
            path=path,
            host=self._parts.netloc.rpartition("@")[2],
            is_first=is_first,
            expects=self.expects,
        )
        if not self.expects:
            self._socket.sendall(head + body)
            return self._read_reply()
        self._socket.sendall(head)
        readable, _, _ = select.select([self._socket], [], [], CONTINUE_WAIT_S)
        if readable:
            status, headers = self._read_head()
            if status != 100:  # Refused before the body: it is never sent.
                reply = self._read_body(status, headers)
                self.close()
                return reply
        self._socket.sendall(body)
        return self._read_reply()

    def _connect(self) -> None:
        host, scheme = self._parts.hostname or "", self._parts.scheme
        port = self._parts.port or DEFAULT_PORTS[scheme]
        line = socket.create_connection((host, port), timeout=self.timeout_s)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if scheme == "https":
            line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
        self._socket = line
        self._file = line.makefile("rb")

    def _read_reply(self) -> Received:
        status, headers = self._read_head()
        while status == 100:
            status, headers = self._read_head()
        return self._read_body(status, headers)

    def _read_head(self) -> tuple[int, dict[str, str]]:
        assert self._file is not None
        first = self._file.readline(65536)
        words = first.split(None, 2)
        if len(words) < 2 or not first.startswith(b"HTTP/1.") or not words[1].isdigit():
            raise _Broken("The server committed a protocol violation.")
        headers: dict[str, str] = {}
        while True:
            line = self._file.readline(65536)
            if not line:
                raise _Broken("The connection was closed unexpectedly.")
            if line in {b"\r\n", b"\n"}:
                return int(words[1]), headers
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.strip().lower()] = value.strip()

    def _read_body(self, status: int, headers: dict[str, str]) -> Received:
        assert self._file is not None
        if "chunked" in headers.get("transfer-encoding", "").lower():
            body = self._read_chunks()
        elif "content-length" in headers:
            length = int(headers["content-length"])
            body = self._read_exactly(min(length, BODY_LENGTH_MAX))
        else:
            body = self._file.read(BODY_LENGTH_MAX)
            headers["connection"] = "close"
        if headers.get("connection", "").lower() == "close":
            self.close()
        return Received(status, headers.get("content-type", ""), body)

    def _read_chunks(self) -> bytes:
        assert self._file is not None
        chunks: list[bytes] = []
        while True:
            length = int(self._file.readline(65536).split(b";")[0] or b"0", 16)
            chunks.append(self._read_exactly(length))
            self._file.readline(65536)
            if not length:
                return b"".join(chunks)

    def _read_exactly(self, length: int) -> bytes:
        assert self._file is not None
        body = self._file.read(length)
        if len(body) < length:
            raise _Broken("The connection was closed unexpectedly.")
        return body


def drive(
    steps: Steps, line: Line, *, heard: Callable[[Call, Reply], None] = lambda _call, _reply: None
) -> Ended:
    """Drive a session over a line to its end; `heard` is told of each call and its reply."""
    reply: Reply | None = None
    try:
        while True:
            step = steps.send(reply)
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                reply = None
            else:
                reply = line.exchange(step)
                heard(step, reply)
    except StopIteration as stop:
        ended: Ended = stop.value
        return ended
    finally:
        line.close()
