"""An independent SOAP client, knowing nothing but `?wsdl`, completes a whole session with us."""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
import zeep
from zeep.exceptions import Fault

from fieldledger.qbwc.calls import (
    Authenticate,
    Call,
    ClientVersion,
    CloseConnection,
    ConnectionFailed,
    GetInteractiveUrl,
    GetLastError,
    InteractiveDone,
    InteractiveRejected,
    ReceiveResponse,
    SendRequest,
    ServerVersion,
)
from fieldledger.qbwc.reading import NotACall, read_call
from fieldledger.qbwc.writing import CONTENT_TYPE, write_fault, write_reply
from fieldledger.qbwc.wsdl import write_wsdl

Result = str | int | Sequence[str]
_DOCUMENT = '<?xml version="1.0"?>\n<?qbxml version="13.0"?>\n<QBXML>Smith &amp; Söhne – 2</QBXML>'


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing: a line per call would fill the test's output."""


class _Service:
    """Answers calls with what it was told to, in order, and keeps the calls."""

    def __init__(self, results: Sequence[Result]) -> None:
        self.calls: list[Call] = []
        self._results: Iterator[Result] = iter(results)

    def __call__(
        self, environ: dict[str, Any], start_response: Callable[..., object]
    ) -> Iterable[bytes]:
        status, body = "200 OK", b""
        if environ["REQUEST_METHOD"] == "GET":
            assert environ["QUERY_STRING"] == "wsdl"
            body = write_wsdl(f"http://127.0.0.1:{environ['SERVER_PORT']}/qbwc")
        else:
            asked: BytesIO = environ["wsgi.input"]
            try:
                call = read_call(asked.read(int(environ["CONTENT_LENGTH"])))
                self.calls.append(call)
                body = write_reply(call, next(self._results))
            except NotACall as refusal:
                status, body = "500 Internal Server Error", write_fault(refusal.reason)
        start_response(status, [("Content-Type", CONTENT_TYPE), ("Content-Length", str(len(body)))])
        return [body]


@contextmanager
def _client_of(service: _Service) -> Iterator[zeep.Client]:
    with make_server("127.0.0.1", 0, service, WSGIServer, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        connect: Callable[[str], zeep.Client] = zeep.Client
        client = connect(f"http://127.0.0.1:{server.server_port}/qbwc?wsdl")
        try:
            yield client
        finally:
            client.transport.session.close()
            server.shutdown()
            thread.join()


def test_a_whole_session_by_the_description_alone() -> None:
    results: list[Result] = [
        "Fieldledger 1.0",
        "",
        ["T", ""],
        _DOCUMENT,
        40,
        _DOCUMENT,
        -1,
        "Close the dialog in QuickBooks.",
        "1 sent <1 failed>",
    ]
    service = _Service(results)
    with _client_of(service) as client:
        ask = client.service
        said = [
            ask.serverVersion(),
            ask.clientVersion("2.3.0.215"),
            ask.authenticate("fl-abc", "p&<w>"),
            ask.sendRequestXML("T", "<hcp/>", r"C:\QB\Café.qbw", "US", 13, 0),
            ask.receiveResponseXML("T", _DOCUMENT, None, None),
            ask.sendRequestXML(ticket="T", qbXMLMajorVers=13, qbXMLMinorVers=0),
            ask.receiveResponseXML("T", "", "0x80040414", "A modal dialog is open."),
            ask.getLastError("T"),
            ask.closeConnection("T"),
        ]

    assert said == [result or None for result in results[:2]] + [["T", None]] + results[3:]
    assert service.calls == [
        ServerVersion(),
        ClientVersion("2.3.0.215"),
        Authenticate(username="fl-abc", password="p&<w>"),
        SendRequest(
            "T",
            hcp_response="<hcp/>",
            company_file_name=r"C:\QB\Café.qbw",
            country="US",
            major_version=13,
            minor_version=0,
        ),
        ReceiveResponse("T", response=_DOCUMENT),
        SendRequest("T", major_version=13, minor_version=0),
        ReceiveResponse("T", hresult="0x80040414", message="A modal dialog is open."),
        GetLastError("T"),
        CloseConnection("T"),
    ]


def test_the_rarer_operations_too() -> None:
    service = _Service(["done", "", "", "DONE"])
    with _client_of(service) as client:
        ask = client.service
        said = [
            ask.connectionError("T", "0x80040408", "Could not start QuickBooks."),
            ask.getInteractiveURL("T", "S"),
            ask.interactiveRejected("T", "no"),
            ask.interactiveDone("T"),
        ]

    assert said == ["done", None, None, "DONE"]
    assert service.calls == [
        ConnectionFailed("T", hresult="0x80040408", message="Could not start QuickBooks."),
        GetInteractiveUrl("T", session_id="S"),
        InteractiveRejected("T", reason="no"),
        InteractiveDone("T"),
    ]


def test_a_body_that_is_no_call_comes_back_as_a_fault_with_the_reason() -> None:
    with _client_of(_Service([])) as client, pytest.raises(Fault) as fault:
        client.service.closeConnection("x" * 70_000)

    assert fault.value.code == "soap:Client"
    assert fault.value.message == (
        "The body is large, but does not begin as an answer of QuickBooks."
    )
