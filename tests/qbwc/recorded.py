"""The calls and answers of a .NET SOAP client with a small service, as captured on the wire."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.support.shared import shared

_MARK = re.compile(rb"^(>>>|<<<) (?:client|server) \+[\d.]+ ms (\d+) bytes\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call: which operation its header names, its body, and the body of the answer."""

    name: str  # "mono-drain/04"
    operation: str
    asked: bytes
    answered: bytes


def recordings() -> list[Recorded]:
    """Return all recorded calls, in order; skips the test where they are not there."""
    paths = sorted(shared("wire").glob("*/*.txt"))
    assert paths, "the folder of recordings is empty"
    return [_read(path) for path in paths]


def _read(path: Path) -> Recorded:
    pieces = {b">>>": b"", b"<<<": b""}
    content = path.read_bytes()
    for mark in _MARK.finditer(content):
        pieces[mark[1]] += content[mark.end() : mark.end() + int(mark[2])]
    asked_head, _, asked = pieces[b">>>"].partition(b"\r\n\r\n")
    _, _, answered = (
        pieces[b"<<<"].removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
    )
    action = re.search(rb'SOAPAction: "http://developer.intuit.com/(\w+)"', asked_head)
    assert action
    return Recorded(
        name=f"{path.parent.name}/{path.stem[:2]}",
        operation=action[1].decode(),
        asked=_until_end(asked),
        answered=_until_end(answered),
    )


def _until_end(body: bytes) -> bytes:
    """Return `body` without the capture's own remarks on how the connection ended."""
    ending = b"</soap:Envelope>"
    return body[: body.index(ending) + len(ending)]
