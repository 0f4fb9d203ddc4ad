"""A small service to drive the simulated Web Connector against: it hands out documents in order."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from lxml import etree

from fieldledger.simulator.connector import Ended, Steps, Wait
from fieldledger.simulator.soap import NAMESPACE, Call, Lost, Received, Reply, write_call

HEAD = (
    '<?xml version="1.0" encoding="utf-8"?>'
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
)


@dataclass
class Service:
    """Answers as its fields say; `documents` go out one by one, `calls` is what came."""

    documents: list[str] = field(default_factory=list)
    verdict: list[str] = field(default_factory=lambda: ["T1", ""])
    client_version: str = ""
    connection_error: list[str] = field(default_factory=lambda: ["done"])
    last_errors: list[str] = field(default_factory=lambda: [""])
    percents: list[int] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    sent: int = 0

    @property
    def operations(self) -> list[str]:
        return [name for name, _ in self.calls]

    def said(self, operation: str) -> list[dict[str, str]]:
        return [arguments for name, arguments in self.calls if name == operation]

    def answer(self, body: bytes) -> Received:
        operation = etree.fromstring(body)[0][0]
        name = etree.QName(operation).localname
        arguments = {etree.QName(each).localname: each.text or "" for each in operation}
        self.calls.append((name, arguments))
        if name in self.broken:
            return Received(500, "text/html", b"<html>broken</html>")
        inside = getattr(self, f"on_{name}")(arguments)
        reply = (
            f'{HEAD}<{name}Response xmlns="{NAMESPACE}"><{name}Result>{inside}</{name}Result>'
            f"</{name}Response></soap:Body></soap:Envelope>"
        )
        return Received(200, "text/xml; charset=utf-8", reply.encode())

    def on_serverVersion(self, _: dict[str, str]) -> str:  # noqa: N802
        return "1.0"

    def on_clientVersion(self, _: dict[str, str]) -> str:  # noqa: N802
        return self.client_version

    def on_authenticate(self, _: dict[str, str]) -> str:
        return "".join(f"<string>{each}</string>" for each in self.verdict)

    def on_sendRequestXML(self, _: dict[str, str]) -> str:  # noqa: N802
        if self.sent >= len(self.documents):
            return ""
        self.sent += 1
        document = self.documents[self.sent - 1]
        return document.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    def on_receiveResponseXML(self, _: dict[str, str]) -> str:  # noqa: N802
        if self.percents:
            return str(self.percents.pop(0))
        return str(100 * self.sent // max(len(self.documents), 1))

    def on_connectionError(self, _: dict[str, str]) -> str:  # noqa: N802
        return self.connection_error.pop(0)

    def on_getLastError(self, _: dict[str, str]) -> str:  # noqa: N802
        return self.last_errors.pop(0)

    def on_closeConnection(self, _: dict[str, str]) -> str:  # noqa: N802
        return "OK"

    def on_getInteractiveURL(self, _: dict[str, str]) -> str:  # noqa: N802
        return "https://example.com/"

    def on_interactiveRejected(self, _: dict[str, str]) -> str:  # noqa: N802
        return "closed by the user"


def play(steps: Steps, service: Service, *, steps_max: int = 1000) -> Ended:
    """Drive a session against a service without a socket, with what faults do to calls."""
    reply: Reply | None = None
    try:
        for _ in range(steps_max):
            step = steps.send(reply)
            reply = None if isinstance(step, Wait) else exchange(step, service)
    except StopIteration as stop:
        ended: Ended = stop.value
        return ended
    raise AssertionError("the session does not end")


def exchange(call: Call, service: Service) -> Reply:
    if call.request_lost:
        return Lost("lost")
    replies = [service.answer(write_call(call)) for _ in range(1 + call.repeats)]
    return Lost("lost") if call.reply_lost else replies[-1]


@contextmanager
def serving(service: Service) -> Iterator[str]:
    """Serve over HTTP on a free port and yield the address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            reply = service.answer(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.content_type)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/qbwc"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
