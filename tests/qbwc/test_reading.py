"""Tolerant in what is taken: forms that other versions, proxies and tools may send."""

import pytest

from fieldledger.qbwc.calls import (
    CALLS,
    Authenticate,
    Call,
    ConnectionFailed,
    GetInteractiveUrl,
    GetLastError,
    InteractiveDone,
    InteractiveRejected,
    ReceiveResponse,
    SendRequest,
    ServerVersion,
)
from fieldledger.qbwc.reading import (
    BODY_MAX,
    SMALL_BODY_MAX,
    NotACall,
    read_call,
    read_ticket_early,
)
from tests.qbwc.envelopes import AUTHENTICATE, NS, RECEIVE, SOAP11, SOAP12, dotnet, envelope

_LAST_ERROR = "<getLastError><ticket>T</ticket></getLastError>"
_FAILED = "<connectionError><ticket>T</ticket><hresult>{}</hresult>{}</connectionError>"
_XSI = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'


@pytest.mark.parametrize(
    "body",
    [
        envelope(_LAST_ERROR),
        envelope(_LAST_ERROR, header="<s:Header/>"),
        envelope(
            _LAST_ERROR, header='<s:Header><x xmlns="urn:x" s:mustUnderstand="0"/></s:Header>'
        ),
        envelope(_LAST_ERROR, header="<!-- a proxy's remark -->", before="<!-- and another -->"),
        envelope(_LAST_ERROR.replace("<ticket>", "<!-- x --><ticket>")),
        envelope(_LAST_ERROR.replace(">T<", "><![CDATA[T]]><")),
        envelope(_LAST_ERROR.replace(">T<", ">&#84;<")),
        envelope(_LAST_ERROR.replace(">T<", ">T<!-- x --><")),
        envelope("<getLastError><unknown>x</unknown><ticket>T</ticket></getLastError>"),
        envelope(f'<q1:getLastError xmlns:q1="{NS}"><ticket>T</ticket></q1:getLastError>'),
        envelope('<getLastError><ticket xmlns="">T</ticket></getLastError>'),
        envelope(
            f'<q1:getLastError xmlns:q1="{NS}"'
            ' s:encodingStyle="http://schemas.xmlsoap.org/soap/encoding/">'
            '<ticket xsi:type="xsd:string">T</ticket></q1:getLastError>'
        ),
        envelope(f"\n  {_LAST_ERROR}\n  "),
        f"<?xml version='1.0'?>\n{envelope(_LAST_ERROR)}\n",
        f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>{envelope(_LAST_ERROR)}',
        (
            f'<Envelope xmlns="{SOAP11}"><Body><getLastError xmlns="{NS}"><ticket>T</ticket>'
            "</getLastError></Body></Envelope>"
        ),
    ],
)
def test_other_ways_to_write_the_same_call_are_read_as_it(body: str) -> None:
    assert read_call(body.encode()) == GetLastError("T")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1", "windows-1252"])
def test_the_encodings_of_windows_are_read(encoding: str) -> None:
    name = encoding.removesuffix("-sig")
    body = f'<?xml version="1.0" encoding="{name}"?>' + envelope(
        AUTHENTICATE.replace(">u<", ">café<")
    )

    assert read_call(body.encode(encoding)) == Authenticate(username="café", password="p")


@pytest.mark.parametrize(
    "message", ["", "<message/>", "<message></message>", '<message xsi:nil="true"/>']
)
def test_left_out_empty_and_nil_strings_are_the_empty_string(message: str) -> None:
    assert read_call(envelope(_FAILED.format("0x1", message)).encode()) == ConnectionFailed(
        "T", hresult="0x1", message=""
    )


def test_soap_1_2_is_read_and_remembered() -> None:
    call = read_call(envelope(_LAST_ERROR, soap=SOAP12).encode())

    assert call == GetLastError("T", soap12=True)


def test_parameters_are_found_by_name_in_any_order() -> None:
    body = envelope(
        "<sendRequestXML><qbXMLMinorVers> 0 </qbXMLMinorVers>"
        "<qbXMLMajorVers>\n16\t</qbXMLMajorVers><ticket>T</ticket></sendRequestXML>"
    )

    assert read_call(body.encode()) == SendRequest("T", major_version=16, minor_version=0)


@pytest.mark.parametrize(
    ("inside", "call"),
    [
        (
            "<getInteractiveURL><wcTicket>T</wcTicket><sessionID>S</sessionID></getInteractiveURL>",
            GetInteractiveUrl("T", session_id="S"),
        ),
        (
            "<interactiveRejected><wcTicket>T</wcTicket><reason>no</reason></interactiveRejected>",
            InteractiveRejected("T", reason="no"),
        ),
        ("<interactiveDone><wcTicket>T</wcTicket></interactiveDone>", InteractiveDone("T")),
        ("<serverVersion/>", ServerVersion()),
        ("<serverVersion><strVersion>1</strVersion></serverVersion>", ServerVersion()),
    ],
)
def test_the_interactive_calls_name_their_ticket_otherwise(inside: str, call: Call) -> None:
    assert read_call(envelope(inside).encode()) == call


def test_there_are_the_eight_operations_and_the_three_interactive_ones() -> None:
    assert [call.operation for call in CALLS] == [
        "serverVersion",
        "clientVersion",
        "authenticate",
        "sendRequestXML",
        "receiveResponseXML",
        "connectionError",
        "getLastError",
        "closeConnection",
        "getInteractiveURL",
        "interactiveRejected",
        "interactiveDone",
    ]


def test_a_call_in_a_log_shows_neither_password_nor_ticket_nor_documents() -> None:
    calls: list[Call] = [
        Authenticate(username="fl-abc", password="SECRET"),
        SendRequest("SECRET", hcp_response="SECRET", major_version=13, minor_version=0),
        ReceiveResponse("SECRET", response="SECRET", hresult="0x1"),
        GetInteractiveUrl("SECRET", session_id="SECRET"),
    ]

    assert "SECRET" not in repr(calls)
    assert "fl-abc" in repr(calls)


def test_an_answer_of_twenty_megabytes_is_read() -> None:
    response = "<r>" + "x" * (20 * 1024 * 1024) + "</r>"
    escaped = response.replace("<", "&lt;").replace(">", "&gt;")

    for body in (
        dotnet("receiveResponseXML", RECEIVE.format(escaped)),
        envelope(
            "<receiveResponseXML><ticket>T</ticket><response>" + escaped + "</response>"
            "</receiveResponseXML>"
        ).encode(),
    ):
        call = read_call(body)
        assert isinstance(call, ReceiveResponse)
        assert call.response == response


@pytest.mark.parametrize("size", [SMALL_BODY_MAX, SMALL_BODY_MAX + 1])
def test_only_an_answer_may_be_larger_than_64_kib(size: int) -> None:
    empty = dotnet("authenticate", "<strUserName></strUserName><strPassword>p</strPassword>")
    body = empty.replace(b"<strUserName>", b"<strUserName>" + b"u" * (size - len(empty)))
    assert len(body) == size

    if size <= SMALL_BODY_MAX:
        assert isinstance(read_call(body), Authenticate)
    else:
        with pytest.raises(NotACall, match="does not begin as an answer"):
            read_call(body)


@pytest.mark.parametrize(
    ("beginning", "ticket"),
    [
        (dotnet("receiveResponseXML", RECEIVE.format("x")), "T"),
        (dotnet("receiveResponseXML", RECEIVE.format("x" * 100_000)), "T"),
        (dotnet("receiveResponseXML", "<ticket>a&amp;b</ticket>"), "a&b"),
        (
            envelope("<receiveResponseXML><ticket>T</ticket><response>")
            .split("</s:Body")[0]
            .encode(),
            "T",
        ),
        (
            envelope("<receiveResponseXML><hresult/><ticket>T</ticket>x").split("x")[0].encode(),
            None,
        ),
        (dotnet("receiveResponseXML", "<ticket></ticket>"), None),
        (dotnet("receiveResponseXML", "<ticket>T")[: -len("</receiveResponseXML>")], None),
        (dotnet("sendRequestXML", "<ticket>T</ticket>"), None),
        (dotnet("authenticate", "<ticket>T</ticket>"), None),
        (b"", None),
        (b"<", None),
    ],
)
def test_the_ticket_of_an_answer_is_seen_before_the_rest_has_come(
    beginning: bytes, ticket: str | None
) -> None:
    assert read_ticket_early(beginning) == ticket


def test_the_ticket_is_looked_for_in_the_first_64_kib_alone() -> None:
    body = envelope(
        f"<receiveResponseXML><a>{'x' * SMALL_BODY_MAX}</a><ticket>T</ticket></receiveResponseXML>"
    ).encode()

    assert read_ticket_early(body) is None
    assert read_ticket_early(body[:100]) is None
    assert BODY_MAX > 100 * SMALL_BODY_MAX
