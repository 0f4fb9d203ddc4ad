"""The Web Connector's door: a small WSGI application in front of Django, in the same process.

It reads a call with bounds, lets the conversation answer it in one transaction, and writes the
reply. No middleware, no session, no template: an idle poll is four calls, and Django's request
stack would cost more than all the work in them.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any, Final

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from fieldledger.accounts.room import NO_ROOM, is_out_of_room
from fieldledger.qbwc.calls import Authenticate, Call, ClientVersion, ServerVersion
from fieldledger.qbwc.reading import (
    BODY_MAX,
    SMALL_BODY_MAX,
    NotACall,
    read_call,
    read_ticket_early,
)
from fieldledger.qbwc.writing import CONTENT_TYPE, write_fault, write_reply
from fieldledger.qbwc.wsdl import write_wsdl
from fieldledger.quickbooks import conversation
from fieldledger.quickbooks.context import Context, ticket_digest
from fieldledger.quickbooks.models import Session
from fieldledger.quickbooks.probing import FaultOnPurpose
from fieldledger.quickbooks.tables import select, table_of
from fieldledger.quickbooks.throttle import Throttle

StartResponse = Callable[[str, list[tuple[str, str]]], object]
Environ = dict[str, Any]

PATH: Final = "/qbwc"
SUPPORT_PATH: Final = "/qbwc/support"
SERVER_VERSION: Final = "1.0"
NO_ANSWER: Final = "Fieldledger's database does not answer right now. Try again shortly."

_LOG: Final = structlog.get_logger("fieldledger.door")
_CHANCE: Final = secrets.SystemRandom()
_THROTTLE: Final = Throttle()
_HEADERS: Final = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"),
]


class _Refused(Exception):
    """The HTTP request is answered without its body having been understood."""

    def __init__(self, status: str, body: bytes = b"", headers: Mapping[str, str] | None = None):
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = dict(headers or {})


def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
    """Answer one HTTP request at or below PATH."""
    try:
        status, content_type, body, more = _answer(environ)
    except _Refused as refused:
        status, content_type, body = refused.status, CONTENT_TYPE, refused.body
        more = refused.headers
    start_response(
        status,
        [
            ("Content-Type", content_type),
            ("Content-Length", str(len(body))),
            *more.items(),
            *_HEADERS,
        ],
    )
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


_Reply = tuple[str, str, bytes, Mapping[str, str]]


def _answer(environ: Environ) -> _Reply:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "").rstrip("/")
    if method == "POST" and path == PATH:
        return "200 OK", CONTENT_TYPE, _answer_call(environ), {}
    if method not in {"GET", "HEAD"}:
        raise _Refused("405 Method Not Allowed", headers={"Allow": "GET, HEAD, POST"})
    query = environ.get("QUERY_STRING", "").lower()
    if path == PATH and query in {"wsdl", "singlewsdl"}:
        return "200 OK", CONTENT_TYPE, write_wsdl(_own_address(environ)), {}
    page = _PAGES.get(path)
    if page is None:
        raise _Refused("404 Not Found")
    return "200 OK", "text/html; charset=utf-8", _page(*page), {}


def _answer_call(environ: Environ) -> bytes:
    operation = ""
    try:
        try:
            call = read_call(_read_body(environ))
        except NotACall as error:
            raise _Refused("400 Bad Request", write_fault(error.reason)) from None
        operation = call.operation
        if isinstance(call, ServerVersion):
            return write_reply(call, SERVER_VERSION)
        if isinstance(call, ClientVersion):
            return write_reply(call, "")
        return write_reply(call, _converse(call, address_of(environ)))
    except FaultOnPurpose as fault:
        raise _Refused("500 Internal Server Error", write_fault(str(fault))) from None
    except (DatabaseError, InterfaceError) as error:
        # Nothing was committed: the Web Connector comes back, and so does what it brought.
        _LOG.error("database", operation=operation, error=type(error).__name__)
        close_old_connections()
        connection.close()
        raise _Refused(
            "503 Service Unavailable",
            write_fault(NO_ROOM if is_out_of_room(error) else NO_ANSWER),
            {"Retry-After": "120"},
        ) from error


def address_of(environ: Environ) -> str:
    """Return who calls; behind the proxy that ends TLS, the address that the proxy names last."""
    address: str = environ.get("REMOTE_ADDR", "")
    if settings.PUBLIC_HTTPS:
        address = environ.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or address
    return address[:60]


def _context(address: str = "") -> Context:
    return Context(now=datetime.now(tz=UTC), chance=_CHANCE, address=address)


def _converse(call: Call, address: str) -> conversation.Result:
    context = _context(address)
    if not isinstance(call, Authenticate):
        return conversation.answer(call, context)
    wait_s = _THROTTLE.wait_s(address, call.username, now_s=time.monotonic())
    if wait_s:
        raise _Refused("429 Too Many Requests", headers={"Retry-After": str(int(wait_s) + 1)})
    result = conversation.authenticate(call, context)
    if result[1] == conversation.WRONG_SIGN_IN:
        _THROTTLE.failed(address, call.username, now_s=time.monotonic())
        _LOG.warning("wrong sign-in", address=address)
    else:
        _THROTTLE.succeeded(address, call.username)
    return result


def _read_body(environ: Environ) -> bytes:
    """Return the body; a large one only from whoever shows a live ticket first."""
    stream = environ["wsgi.input"]
    if environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise _Refused("415 Unsupported Media Type")
    length = environ.get("CONTENT_LENGTH") or ""
    if not length:
        body: bytes = stream.read(SMALL_BODY_MAX + 1)
        if len(body) <= SMALL_BODY_MAX:
            return body
        return _read_rest(stream, body, BODY_MAX + 1 - len(body))
    if not (length.isascii() and length.isdigit()):
        raise _Refused("400 Bad Request")
    size = int(length)
    first: bytes = stream.read(min(size, SMALL_BODY_MAX))
    if size > BODY_MAX:
        raise _too_large(first)
    if size <= SMALL_BODY_MAX:
        return first
    return _read_rest(stream, first, size - len(first))


def _read_rest(stream: Any, first: bytes, size: int) -> bytes:
    ticket = read_ticket_early(first)
    if ticket is None or not _is_live(ticket):
        raise _Refused("413 Content Too Large")
    body: bytes = first + stream.read(size)
    if len(body) > BODY_MAX:
        raise _too_large(first)
    return body


def _too_large(first: bytes) -> _Refused:
    """Let the session whose answer begins so ask for less; return what the caller is told."""
    ticket = read_ticket_early(first)
    if ticket is not None and _is_live(ticket):
        conversation.answer_too_large(ticket, _context())
    return _Refused("413 Content Too Large")


def _is_live(ticket: str) -> bool:
    sql = f"SELECT 1 FROM {table_of(Session)} WHERE ticket_digest = %s AND closed_at IS NULL"  # noqa: S608
    return bool(select(sql, (ticket_digest(ticket),)))


def _own_address(environ: Environ) -> str:
    base = settings.PUBLIC_URL_GIVEN
    if not base:
        host = environ.get("HTTP_HOST") or f"localhost:{environ.get('SERVER_PORT', '80')}"
        base = f"{environ.get('wsgi.url_scheme', 'http')}://{host}"
    return f"{base}{PATH}"


_PAGES: Final = {
    PATH: (
        "Fieldledger for QuickBooks Desktop",
        (
            "This address is for the QuickBooks Web Connector. There is nothing to do here: add"
            " the setup file from Fieldledger to the Web Connector, and it calls by itself."
        ),
    ),
    SUPPORT_PATH: (
        "Help with Fieldledger and QuickBooks Desktop",
        (
            "In Fieldledger, open the Feature Center, then QuickBooks Desktop, then Manage"
            " feature. It says what the connection does, what it waits for and what to click."
        ),
    ),
}


def _page(title: str, text: str) -> bytes:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title></head>"
        f"<body><h1>{escape(title)}</h1><p>{escape(text)}</p></body></html>"
    ).encode()
