"""Calls captured from a .NET SOAP client, as the bytes that it sent."""

import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

from fieldledger.simulator.soap import NAMESPACE, Call
from tests.support.shared import shared

_CHUNK = re.compile(rb"^>>> client \+[0-9.]+ ms (\d+) bytes\n", re.MULTILINE)


@dataclass(frozen=True)
class Captured:
    """One captured call: the HTTP head, the body, and what it says."""

    name: str
    head: bytes
    body: bytes
    call: Call
    number: int


def captured_calls() -> list[Captured]:
    return [_read(path) for path in sorted(shared("wire").glob("*/*.txt"))]


def _read(path: Path) -> Captured:
    raw = path.read_bytes()
    sent = b""
    for found in _CHUNK.finditer(raw):
        chunk = raw[found.end() : found.end() + int(found[1])]
        if chunk.startswith(b"***"):
            continue
        sent += chunk
    head, _, body = sent.partition(b"\r\n\r\n")
    operation = etree.fromstring(body)[0][0]
    name = etree.QName(operation).localname
    arguments = tuple((etree.QName(each).localname, each.text or "") for each in operation)
    assert all(etree.QName(each).namespace == NAMESPACE for each in operation)
    return Captured(
        name=f"{path.parent.name}/{path.stem}",
        head=head + b"\r\n\r\n",
        body=body,
        call=Call(name, arguments),
        number=int(path.stem[:2]),
    )
