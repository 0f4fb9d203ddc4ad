"""Read a call of the Web Connector out of the body of its HTTP request.

Two readers stand behind `read_call`. The Web Connector is a .NET program whose envelope has one
shape, byte for byte, so one anchored pattern per operation reads it. Whatever has another shape
goes to a bounded XML parser, which alone decides what is refused; the patterns take no body that
it would refuse or read in another way (tests hold the two equal).

Sources: Intuit QBWC Programmer's Guide ch. 2; captures of a .NET SOAP client.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from fieldledger.qbwc.bounded import Element, NotBounded, read_beginning, read_tree
from fieldledger.qbwc.calls import CALLS, NAMESPACE, Call, Parameter, ReceiveResponse

SMALL_BODY_MAX: Final = 64 * 1024  # Bytes; only an answer from QuickBooks is larger.
BODY_MAX: Final = 24 * 1024 * 1024  # Bytes.

SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
SOAP12: Final = "http://www.w3.org/2003/05/soap-envelope"


class NotACall(ValueError):
    """The body is no call of the Web Connector's.

    `reason` tells a person why, and repeats nothing of the body: it may hold a password.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read_call(body: bytes) -> Call:
    """Return the call that `body`, of at most BODY_MAX bytes, makes.

    A body over SMALL_BODY_MAX must be a receiveResponseXML with its ticket up front.

    :raises NotACall: for every other body; nothing else is ever raised.
    """
    if len(body) > BODY_MAX:
        raise NotACall("The body is larger than any answer of QuickBooks may be.")
    if len(body) > SMALL_BODY_MAX and read_ticket_early(body[:SMALL_BODY_MAX]) is None:
        raise NotACall("The body is large, but does not begin as an answer of QuickBooks.")
    return _read_known_shape(body) or _read_any_shape(body)


def read_ticket_early(prefix: bytes) -> str | None:
    """Return the ticket of the receiveResponseXML call whose body begins with `prefix`.

    `prefix` is the first SMALL_BODY_MAX bytes (more are not looked at). None if they are no such
    call, or if it shows no ticket there. So the door can refuse a large body from a stranger
    before reading it.
    """
    prefix = prefix[:SMALL_BODY_MAX]
    if found := _EARLY_TICKET.match(prefix):
        return found[1].decode("ascii")
    try:
        root = read_beginning(prefix)
        operation = _find_operation(root) if root else None
    except (NotBounded, NotACall):
        return None
    if operation is None or operation.name != ReceiveResponse.operation:
        return None
    tickets = [each for each in operation.children if each.name == "ticket" and each.closed]
    return tickets[0].text or None if len(tickets) == 1 else None


# --- The shape that .NET writes ---

_SHAPE_HEAD: Final = (
    b'<?xml version="1.0" encoding="utf-8"?><soap:Envelope xmlns:soap="' + SOAP11.encode() + b'"'
    b' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    b' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body><'
)
_SHAPE_TAIL: Final = b"></soap:Body></soap:Envelope>"
_XMLNS: Final = b' xmlns="' + NAMESPACE.encode() + b'"'

_TEXT: Final = b"([^<]*)"
# In no body that a pattern may read: most control characters are forbidden in XML, and a carriage
# return would be read as a line feed.
_NOT_CONTROL: Final = b"\t\n" + bytes(range(0x20, 0x100))
_EARLY_TICKET: Final = re.compile(
    re.escape(_SHAPE_HEAD + b"receiveResponseXML" + _XMLNS) + rb"><ticket>([!#-%'-;=?-~]+)</ticket>"
)
_REFERENCES: Final = ((b"&lt;", "<"), (b"&gt;", ">"), (b"&quot;", '"'), (b"&apos;", "'"))
# Not XML characters, though UTF-8 can write them: U+FFFE and U+FFFF.
_NOT_CHARACTERS: Final = (b"\xef\xbf\xbe", b"\xef\xbf\xbf")


def _parameter_pattern(parameter: Parameter) -> bytes:
    element = parameter.element.encode()
    if parameter.is_number:
        return b"<%b>([0-9]{1,9})</%b>" % (element, element)
    return b"(?:<%b>%b</%b>|<%b />)?" % (element, _TEXT, element, element)


def _shape_pattern(call: type[Call]) -> re.Pattern[bytes]:
    name = call.operation.encode()
    inside = b"".join(map(_parameter_pattern, call.parameters))
    start = re.escape(_SHAPE_HEAD + name + _XMLNS)
    end = b"</" + name
    if not call.parameters:
        return re.compile(start + b"(?: /|></" + name + b")" + re.escape(_SHAPE_TAIL))
    return re.compile(start + b">" + inside + end + re.escape(_SHAPE_TAIL))


_SHAPES: Final[dict[bytes, tuple[type[Call], re.Pattern[bytes]]]] = {
    call.operation.encode(): (call, _shape_pattern(call)) for call in CALLS
}


def _read_known_shape(body: bytes) -> Call | None:
    """Return the call in a body exactly as .NET writes it, or None: then ask the parser."""
    if not body.startswith(_SHAPE_HEAD):
        return None
    known = _SHAPES.get(body[len(_SHAPE_HEAD) : body.find(b" ", len(_SHAPE_HEAD))])
    if known is None:
        return None
    call, shape = known
    found = shape.fullmatch(body)
    if found is None or b"]]>" in body or body.translate(None, _NOT_CONTROL):
        return None
    if not body.isascii() and any(each in body for each in _NOT_CHARACTERS):
        return None
    try:
        values = {
            parameter.attribute: int(raw) if parameter.is_number else _read_text(raw)
            for parameter, raw in zip(call.parameters, found.groups(), strict=True)
        }
    except ValueError:  # Bad UTF-8, or a reference other than the five: the parser knows.
        return None
    return _make(call, values)


def _read_text(raw: bytes | None) -> str:
    if raw is None:
        return ""
    text = raw.decode()
    if b"&" not in raw:
        return text
    known = raw.count(b"&amp;")
    for reference, character in _REFERENCES:
        if found := raw.count(reference):
            known += found
            text = text.replace(reference.decode(), character)
    if known != raw.count(b"&"):
        raise ValueError("a numeric or unknown reference")
    return text.replace("&amp;", "&")  # Last, or "&amp;lt;" would become "<".


# --- Any other shape ---


def _read_any_shape(body: bytes) -> Call:
    try:
        root = read_tree(body)
    except NotBounded as error:
        raise NotACall(f"The body is no SOAP call: {error.reason}.") from None
    element = _find_operation(root)
    if element is None:
        raise NotACall("The SOAP body holds no call.")
    known = _SHAPES.get(element.name.encode())
    if known is None or element.namespace != NAMESPACE:
        raise NotACall("The SOAP body does not hold one of the Web Connector's operations.")
    call = known[0]
    values: dict[str, str | int] = {"soap12": root.namespace == SOAP12}
    for parameter in call.parameters:
        same = [each for each in element.children if each.name == parameter.element]
        if len(same) > 1:
            raise NotACall(f"The parameter {parameter.element} is there twice.")
        text = same[0].text if same else ""
        values[parameter.attribute] = _read_number(parameter, text) if parameter.is_number else text
    return _make(call, values)


def _find_operation(root: Element) -> Element | None:
    """Return the one child of the envelope's Body; None if there is no such child (yet)."""
    soap = root.namespace
    if root.name != "Envelope" or soap not in {SOAP11, SOAP12}:
        raise NotACall("The body is no SOAP envelope.")
    bodies = [each for each in root.children if each.name == "Body"]
    others = [each for each in root.children if each.name != "Body"]
    if len(bodies) > 1 or any(each.name != "Header" for each in others) or len(others) > 1:
        raise NotACall("The SOAP envelope holds more than one header and one body.")
    if others and root.children[0] is not others[0]:
        raise NotACall("The SOAP header does not come first.")
    if any(each.namespace != soap for each in root.children):
        raise NotACall("The SOAP envelope and its body are not of one version.")
    for block in others[0].children if others else ():
        if block.name == "Body" or _asks_to_be_understood(block, soap):
            raise NotACall("The SOAP header holds something this service does not understand.")
    if not bodies or not bodies[0].children:
        return None
    operation, *more = bodies[0].children
    if more or any("href" in each.attributes for each in (operation, *operation.children)):
        # Seen in SOAP's RPC encoding: a parameter that stands elsewhere, named by its id.
        raise NotACall("The SOAP body holds more than one element.")
    return operation


def _asks_to_be_understood(block: Element, soap: str) -> bool:
    return block.attributes.get(f"{soap} mustUnderstand") in {"1", "true"}


def _read_number(parameter: Parameter, text: str) -> int:
    digits = text.strip(" \t\r\n")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 9):
        raise NotACall(f"The parameter {parameter.element} is not a whole number.")
    return int(digits)


def _make(call: Callable[..., Call], values: Mapping[str, object]) -> Call:
    return call(**values)
