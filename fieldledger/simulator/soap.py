"""The Web Connector's calls as a .NET client puts them on the wire, and replies as it reads them.

The envelope is byte for byte that of calls captured from a .NET SOAP client; the WSDL says what a
reply must look like. A .NET client takes elements of the service's namespace and no others, so a
reply that a lenient reader would take is an error here.
"""

from dataclasses import dataclass
from typing import Final

from lxml import etree

NAMESPACE: Final = "http://developer.intuit.com/"
ENVELOPE: Final = "{http://schemas.xmlsoap.org/soap/envelope/}"
NIL: Final = "{http://www.w3.org/2001/XMLSchema-instance}nil"
USER_AGENT: Final = (
    "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)"
)
CONTENT_TYPE: Final = "text/xml; charset=utf-8"

_HEAD: Final = (
    '<?xml version="1.0" encoding="utf-8"?><soap:Envelope '
    'xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
)
_TAIL: Final = "</soap:Body></soap:Envelope>"
# Intuit QBWC Programmer's Guide, appendix A: the number a failed call has in the status column.
ERROR_NUMBERS: Final = {
    "serverVersion": 1036,
    "clientVersion": 1036,
    "authenticate": 1012,
    "sendRequestXML": 1041,
    "receiveResponseXML": 1042,
    "getLastError": 1043,
    "closeConnection": 1044,
    "connectionError": 1045,
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its operation and arguments in the order of the WSDL; None is a null string.

    The rest is what a fault does to it: `repeats` more deliveries of the same bytes, a request
    that is lost on its way, or a reply that is.
    """

    operation: str
    arguments: tuple[tuple[str, str | None], ...] = ()
    repeats: int = 0
    request_lost: bool = False
    reply_lost: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """A reply as HTTP brings it."""

    status: int
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Lost:
    """No reply came; `reason` is what .NET would say of it."""

    reason: str


Reply = Received | Lost


class CallFailed(Exception):
    """A call failed inside the Web Connector; `number` is its QBWC error number."""

    def __init__(self, operation: str, text: str) -> None:
        self.operation = operation
        self.number = ERROR_NUMBERS.get(operation, 1031)
        self.text = text
        super().__init__(f"QBWC{self.number}: {operation}: {text}")


def write_call(call: Call) -> bytes:
    """Return the envelope of a call."""
    if not call.arguments:
        return f'{_HEAD}<{call.operation} xmlns="{NAMESPACE}" />{_TAIL}'.encode()
    inside = "".join(_element(name, value) for name, value in call.arguments)
    body = f'<{call.operation} xmlns="{NAMESPACE}">{inside}</{call.operation}>'
    return f"{_HEAD}{body}{_TAIL}".encode()


def _element(name: str, value: str | None) -> str:
    if value is None:
        return ""
    if not value:
        return f"<{name} />"
    text = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f"<{name}>{text}</{name}>"


def write_headers(
    call: Call, *, length: int, path: str, host: str, is_first: bool, expects: bool = True
) -> bytes:
    """Return the head of a call's HTTP request.

    `is_first` is the first request of a connection, the only one to say keep-alive; `expects` is
    .NET's habit of waiting for "100 Continue" before it sends the body.
    """
    lines = [
        f"POST {path} HTTP/1.1",
        f"User-Agent: {USER_AGENT}",
        f"Content-Type: {CONTENT_TYPE}",
        f'SOAPAction: "{NAMESPACE}{call.operation}"',
        f"Content-Length: {length}",
        *(["Expect: 100-continue"] if expects else []),
        *(["Connection: keep-alive"] if is_first else []),
        f"Host: {host}",
    ]
    return "".join(f"{line}\r\n" for line in lines).encode() + b"\r\n"


def read_text(call: Call, reply: Reply) -> str:
    """Return a string result; a null one is empty.

    :raises CallFailed: if a .NET client would.
    """
    result = _result(call, reply)
    return "" if result is None else _text(call, result)


def read_number(call: Call, reply: Reply) -> int:
    """Return an integer result.

    :raises CallFailed: if a .NET client would.
    """
    result = _result(call, reply)
    if result is None:
        raise CallFailed(call.operation, "There is an error in the XML document: no number.")
    try:
        return int(_text(call, result).strip())
    except ValueError as error:
        text = "Input string was not in a correct format."
        raise CallFailed(call.operation, text) from error


def read_texts(call: Call, reply: Reply) -> list[str]:
    """Return an array of strings; elements of another namespace are not in it.

    :raises CallFailed: if a .NET client would.
    """
    result = _result(call, reply)
    if result is None:
        text = "Object reference not set to an instance of an object."
        raise CallFailed(call.operation, text)
    return [each.text or "" for each in result if each.tag == f"{{{NAMESPACE}}}string"]


def _text(call: Call, result: "etree._Element") -> str:
    if len(result):
        raise CallFailed(call.operation, "There is an error in the XML document: not text.")
    return result.text or ""


def _result(call: Call, reply: Reply) -> "etree._Element | None":
    """Return the result's element, or None where there is none or a null one."""
    if isinstance(reply, Lost):
        raise CallFailed(call.operation, reply.reason)
    media_type = reply.content_type.partition(";")[0].strip().lower()
    if reply.status != 200 and media_type != "text/xml":
        raise CallFailed(call.operation, f"The request failed with HTTP status {reply.status}.")
    if media_type != "text/xml":
        found = reply.content_type
        text = f"Client found response content type of '{found}', but expected 'text/xml'."
        raise CallFailed(call.operation, text)
    if not reply.body:
        raise CallFailed(call.operation, "The request failed with an empty response.")
    body = _body(call, reply)
    fault = body.find(f"{ENVELOPE}Fault")
    if fault is not None:
        raise CallFailed(call.operation, f"Fault: {fault.findtext('faultstring') or ''}")
    if reply.status != 200:
        raise CallFailed(call.operation, f"The request failed with HTTP status {reply.status}.")
    response = body.find(f"{{{NAMESPACE}}}{call.operation}Response")
    if response is None:
        tags = [str(each.tag) for each in body]
        text = f"There is an error in the XML document: {tags} was not expected."
        raise CallFailed(call.operation, text)
    result = response.find(f"{{{NAMESPACE}}}{call.operation}Result")
    if result is not None and result.get(NIL) in {"true", "1"}:
        return None
    return result


def _body(call: Call, reply: Received) -> "etree._Element":
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=True,
        remove_comments=True,
    )
    try:
        root = etree.fromstring(reply.body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        text = f"Response is not well-formed XML. {error}"
        raise CallFailed(call.operation, text) from error
    if root.tag != f"{ENVELOPE}Envelope":
        raise CallFailed(call.operation, "The response is not a SOAP 1.1 envelope.")
    body = root.find(f"{ENVELOPE}Body")
    if body is None:
        raise CallFailed(call.operation, "The response has no SOAP body.")
    return body
