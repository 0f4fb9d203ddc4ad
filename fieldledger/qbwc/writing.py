"""Write the reply to a call, byte for byte in the shape that .NET services answer.

Sources: Intuit QBWC Programmer's Guide ch. 2; captures of a .NET SOAP client with a service it
understands. An array of strings outside Intuit's namespace, or a byte before the XML
declaration, and the Web Connector reports QBWC1012 (consolibyte's issues; logs of users).
"""

import re
from collections.abc import Sequence
from typing import Final

from fieldledger.qbwc.calls import CALLS, NAMESPACE, Call, ResultKind
from fieldledger.qbwc.reading import SOAP11, SOAP12

CONTENT_TYPE: Final = "text/xml; charset=utf-8"

_ENVELOPE_START: Final = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="{soap}"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
_ENVELOPE_END: Final = "</soap:Body></soap:Envelope>"

# All of XML 1.0's characters that ASCII holds; the pattern is for text beyond ASCII.
_ASCII_CHARACTERS: Final = b"\t\n\r" + bytes(range(0x20, 0x80))
_NOT_CHARACTERS: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _frame(call: type[Call], soap: str) -> tuple[bytes, bytes]:
    name = call.operation
    start = f'{_ENVELOPE_START.format(soap=soap)}<{name}Response xmlns="{NAMESPACE}"><{name}Result>'
    return start.encode(), f"</{name}Result></{name}Response>{_ENVELOPE_END}".encode()


# What stands before and after the result, by operation and SOAP 1.2 or not.
_FRAMES: Final = {
    (call.operation, soap12): _frame(call, SOAP12 if soap12 else SOAP11)
    for call in CALLS
    for soap12 in (False, True)
}
_NOTHING_TO_ESCAPE: Final = re.compile(r"[\w ./:,-]*", re.ASCII)


def write_reply(call: Call, result: str | int | Sequence[str]) -> bytes:
    """Return the reply that answers `call` with `result`, in the SOAP version of the call.

    `result` is an int for receiveResponseXML, at least two strings for authenticate, else a
    string; it is escaped here, once. All bytes are ASCII: other characters go as numeric
    references, and what XML cannot hold (control characters, lone surrogates) goes as "?".

    :raises TypeError: if `result` is of another kind than the operation answers.
    """
    before, after = _FRAMES[call.operation, call.soap12]
    return before + _write_result(call, result) + after


def _write_result(call: Call, result: str | int | Sequence[str]) -> bytes:
    if isinstance(result, str):
        if call.result is ResultKind.TEXT:
            return escape(result)
    elif isinstance(result, int):
        if call.result is ResultKind.NUMBER:
            return b"%d" % result
    elif call.result is ResultKind.TEXTS and len(result) >= 2:
        return b"".join(b"<string>%b</string>" % escape(each) for each in result)
    raise TypeError(f"{call.operation} does not answer this: a {call.result} is due")


def write_fault(reason: str) -> bytes:
    """Return a SOAP 1.1 fault that blames the caller, for a body that was no call."""
    start = _ENVELOPE_START.format(soap=SOAP11).encode()
    fault = (
        b"<soap:Fault><faultcode>soap:Client</faultcode><faultstring>%b</faultstring></soap:Fault>"
    )
    return start + fault % escape(reason) + _ENVELOPE_END.encode()


def escape(text: str) -> bytes:
    """Return `text` as XML text in ASCII; what XML cannot hold goes as "?"."""
    if _NOTHING_TO_ESCAPE.fullmatch(text):
        return text.encode("ascii")
    if not text.isascii() or text.encode("ascii").translate(None, _ASCII_CHARACTERS):
        text = _NOT_CHARACTERS.sub("?", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if "\r" in text:  # Bare, it would be read as a line feed.
        text = text.replace("\r", "&#13;")
    return text.encode("ascii", "xmlcharrefreplace")
