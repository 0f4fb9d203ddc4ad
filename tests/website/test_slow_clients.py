"""R9: what hostile clients send holds up nobody else; odd framings are refused at the door."""

import gzip
import http.client
import io
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from fieldledger.quickbooks.door import PATH
from fieldledger.website import slow_bodies
from fieldledger.website.slow_bodies import CountedBody, SlowBodies, TooManyBodies
from tests.qbwc.envelopes import envelope
from tests.qbwc.hostile import CANARY, hostile
from tests.website.program import serving

HEAD = b"POST /qbwc HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\n"
CHUNKED = HEAD + b"Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
GOOD = envelope("<serverVersion/>").encode()
SOON_S = 3
ATTACKER = ("127.0.0.2", 0)


def ask(
    port: int,
    method: str,
    path: str,
    body: bytes = b"",
    *,
    headers: Mapping[str, str] | None = None,
    within_s: float = SOON_S,
) -> tuple[int, bytes]:
    """Ask as an honest client does, and be answered soon."""
    began = time.monotonic()
    server = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    server.request(method, path, body, {"Host": "localhost", **(headers or {})})
    answer = server.getresponse()
    said = answer.read()
    server.close()
    assert time.monotonic() - began < within_s
    return answer.status, said


def everybody_else_is_served(port: int, *, within_s: float = SOON_S) -> None:
    assert ask(port, "POST", PATH, GOOD, within_s=within_s)[0] == 200
    assert ask(port, "GET", "/accounts/login/", within_s=within_s)[0] == 200


def raw(port: int, sent: bytes) -> bytes:
    """Return the first line of the answer to bytes as they stand."""
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(sent)
        return client.recv(4096).split(b"\r\n")[0]


def chunks(body: bytes, size: int) -> bytes:
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    return CHUNKED + b"".join(b"%x\r\n%s\r\n" % (len(each), each) for each in pieces) + b"0\r\n\r\n"


@contextmanager
def slow_bodies_of(port: int, number: int) -> Iterator[list[socket.socket]]:
    """Begin so many bodies, half of them in chunks, and send no more of them."""
    with ExitStack() as stack:
        opened = []
        for place in range(number):
            client = socket.create_connection(("127.0.0.1", port), source_address=ATTACKER)
            stack.enter_context(client)
            framing = b"Content-Length: 4000\r\n\r\n<?xml"
            if place % 2:
                framing = b"Transfer-Encoding: chunked\r\n\r\n5\r\n<?xml\r\n"
            client.sendall(HEAD + framing)
            opened.append(client)
        yield opened


def attack(port: int, ended: threading.Event) -> None:
    """Send the hostile bodies again and again."""
    while not ended.is_set():
        for _, body in hostile():
            if ended.is_set() or len(body) > 1_000_000:
                break
            raw(port, HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)


def test_r9_hostile_clients_hold_up_nobody_else(place: Path) -> None:
    with serving("serve", folder=place) as server:
        port = urlsplit(server.url).port or 0
        everybody_else_is_served(port, within_s=60)  # The first page is made ready.
        with slow_bodies_of(port, 40) as opened:
            everybody_else_is_served(port)
            for client in opened:
                client.settimeout(0.05)
            answered = [said for each in opened if (said := answer_of(each))]
            assert len(answered) >= 40 - slow_bodies.PER_ADDRESS_MAX
            assert {each[:12] for each in answered} == {b"HTTP/1.1 429"}
        ended = threading.Event()
        attackers = [threading.Thread(target=attack, args=(port, ended)) for _ in range(4)]
        for each in attackers:
            each.start()
        for _ in range(5):
            everybody_else_is_served(port)
        ended.set()
        for each in attackers:
            each.join()

        packed = {"Content-Encoding": "gzip"}
        assert ask(port, "POST", PATH, gzip.compress(GOOD), headers=packed) == (415, b"")
        assert raw(port, chunks(GOOD, 1)) == b"HTTP/1.1 200 OK"
        assert raw(port, chunks(GOOD, 1000)) == b"HTTP/1.1 200 OK"
        assert raw(port, CHUNKED + b"zz\r\n\r\n").startswith(b"HTTP/1.1 400 ")
        assert raw(port, CHUNKED + b"f" * 20 + b"\r\n").startswith(b"HTTP/1.1 400 ")
        assert raw(port, chunks(b"A" * 66_000, 8000)).startswith(b"HTTP/1.1 413 ")
        told_twice = CHUNKED.replace(b"Transfer", b"Content-Length: 5\r\nTransfer")
        said = raw(port, told_twice + CANARY.encode())
        assert said.startswith(b"HTTP/1.1 400 ")
        everybody_else_is_served(port)


def answer_of(client: socket.socket) -> bytes:
    try:
        return client.recv(4096)
    except TimeoutError:
        return b""


class Waiting:
    """A body that does not come until it is let."""

    def __init__(self) -> None:
        self.may_come, self.is_waited_for = threading.Event(), threading.Event()

    def read(self, *size: int) -> bytes:
        self.is_waited_for.set()
        self.may_come.wait(30)
        return b"at last"


def test_r9_so_many_bodies_are_waited_for_and_no_more() -> None:
    bodies, streams = SlowBodies(), [Waiting() for _ in range(slow_bodies.IN_ALL_MAX)]
    readers = []
    for number, stream in enumerate(streams):
        address = f"10.0.0.{number // slow_bodies.PER_ADDRESS_MAX}"
        body = CountedBody(bodies, stream, address)
        readers.append(threading.Thread(target=body.read, args=(4000,)))
        readers[-1].start()
        assert stream.is_waited_for.wait(30)
        assert bodies.are_too_many("10.0.0.0") == (number >= slow_bodies.PER_ADDRESS_MAX - 1)
        assert bodies.are_too_many("10.0.0.9") == (number == len(streams) - 1)

    with pytest.raises(TooManyBodies):
        CountedBody(bodies, io.BytesIO(b"x"), "10.0.0.9").read(1)
    for stream in streams:
        stream.may_come.set()
    for reader in readers:
        reader.join()

    line = CountedBody(bodies, io.BytesIO(b"one\ntwo"), "10.0.0.0")
    assert (line.readline(), line.read(1), line.read()) == (b"one\n", b"t", b"wo")
    assert not bodies.are_too_many("10.0.0.0")
