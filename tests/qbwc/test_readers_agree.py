"""The quick pattern and the bounded parser must never disagree on a body.

Whatever the pattern reads, the parser reads alike; what the parser refuses, the pattern does not
read. The bodies are .NET's shape with damage, because there the two come close to each other.
"""

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from fieldledger.qbwc import reading
from fieldledger.qbwc.calls import CALLS, Call
from fieldledger.qbwc.reading import NotACall
from fieldledger.qbwc.writing import escape
from tests.qbwc.envelopes import HEAD, NS, TAIL, dotnet
from tests.qbwc.hostile import hostile

# Pieces on which readers of XML are known to differ.
_PIECES = [
    "&amp;",
    "&lt;",
    "&gt;",
    "&quot;",
    "&apos;",
    "&amp;lt;",
    "&#13;",
    "&#10;",
    "&#x41;",
    "&nbsp;",
    "&",
    ";",
    ">",
    "]]>",
    "]]",
    "<![CDATA[x]]>",
    "<!-- x -->",
    "<?x y?>",
    "<a/>",
    "\r",
    "\r\n",
    "\n",
    "\t",
    " ",
    "\0",
    "\x7f",
    "\x85",
    "\u2028",
    "\ufeff",
    "\ufffe",
    "\uffff",
    "é",
    "—",
    "😀",
    "T",
    "13",
    "0x80040408",
]
_texts = st.lists(st.sampled_from(_PIECES), max_size=6).map("".join)
_numbers = st.sampled_from(["13", "0", "", " 13", "-1", "1" * 9, "1" * 10, "x", "१"])


@st.composite
def _bodies(draw: st.DrawFn) -> bytes:
    call = draw(st.sampled_from(CALLS))
    inside = ""
    for parameter in call.parameters:
        name = parameter.element
        text = draw(_numbers if parameter.is_number else _texts)
        forms = [f"<{name}>{text}</{name}>"] * 4 + [
            "",
            f"<{name} />",
            f"<{name}/>",
            f"<{name} x='y'>{text}</{name}>",
            f"<{name}>{text}</{name}><{name}>{text}</{name}>",
            f"<{name}>{text}</{name} >",
        ]
        inside += draw(st.sampled_from(forms))
    body = bytearray(dotnet(call.operation, inside))
    if draw(st.booleans()):
        return bytes(body)
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.integers(0, len(body)))
        end = place + draw(st.integers(0, 3))
        body[place:end] = draw(st.sampled_from(_PIECES)).encode()
    return bytes(body)


def _outcome(read: Callable[[bytes], Call | None], body: bytes) -> Call | None:
    try:
        return read(body)
    except NotACall:
        return None


@settings(max_examples=600, deadline=None)
@given(_bodies())
@example(dotnet("getLastError", "<ticket>a&amp;lt;b</ticket>"))
@example(dotnet("getLastError", "<ticket>a\rb</ticket>"))
@example(dotnet("getLastError", "<ticket>\ufffe</ticket>"))
@example(dotnet("getLastError", "<ticket>]]></ticket>"))
@example(dotnet("getLastError", "<ticket>\x7f</ticket>"))
@example(dotnet("serverVersion"))
@example(f'{HEAD}<serverVersion xmlns="{NS}"></serverVersion>{TAIL}'.encode())
def test_what_the_pattern_reads_the_parser_reads_alike(body: bytes) -> None:
    quick = reading._read_known_shape(body)

    if quick is not None:
        assert quick == reading._read_any_shape(body)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=40), st.integers(0, 500))
def test_bytes_thrown_into_a_call_are_read_alike_or_not_at_all(noise: bytes, place: int) -> None:
    body = bytearray(dotnet("connectionError", "<ticket>T</ticket><hresult>1</hresult><message />"))
    body[place:place] = noise
    quick = reading._read_known_shape(bytes(body))

    if quick is not None:
        assert quick == reading._read_any_shape(bytes(body))


def test_the_pattern_reads_no_hostile_body() -> None:
    """But for those whose size alone is wrong: size is looked at before either reader."""
    small = [(name, body) for name, body in hostile() if len(body) <= reading.SMALL_BODY_MAX]

    assert [name for name, body in small if reading._read_known_shape(body)] == []


# XML's characters; a carriage return only as a reference, as every writer must.
_xml_texts = st.text(
    st.characters(
        exclude_categories=["Cs"],
        exclude_characters=[chr(code) for code in range(32) if chr(code) not in "\t\n\r"]
        + ["\ufffe", "\uffff"],
    )
)


@given(username=_xml_texts, password=_xml_texts)
def test_every_text_that_xml_can_hold_arrives_as_it_was_sent(username: str, password: str) -> None:
    body = dotnet(
        "authenticate",
        f"<strUserName>{escape(username).decode()}</strUserName>"
        f"<strPassword>{escape(password).decode()}</strPassword>",
    )

    call = _outcome(reading.read_call, body)

    assert call is not None
    assert (getattr(call, "username"), getattr(call, "password")) == (username, password)  # noqa: B009
