"""The Web Connector's calls are byte for byte those of a .NET client."""

import re

import pytest

from fieldledger.simulator.soap import (
    Call,
    CallFailed,
    Lost,
    Received,
    read_number,
    read_text,
    read_texts,
    write_call,
    write_headers,
)
from tests.simulator.captures import captured_calls

NS = "http://developer.intuit.com/"


def reply(operation: str, inside: str, *, namespace: str = NS) -> Received:
    body = (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soap:Body>'
        f'<{operation}Response xmlns="{namespace}">{inside}</{operation}Response>'
        "</soap:Body></soap:Envelope>"
    )
    return Received(200, "text/xml; charset=utf-8", body.encode())


def test_bodies_and_heads_are_those_of_the_captures() -> None:
    captures = captured_calls()
    assert len(captures) > 30

    for each in captures:
        host = re.search(rb"Host: ([^\r]+)", each.head)
        assert host is not None
        head = write_headers(
            each.call,
            length=len(each.body),
            path="/qbwc",
            host=host[1].decode(),
            is_first=each.number == 1,
            expects=b"Expect:" in each.head,
        )
        assert write_call(each.call) == each.body, each.name
        assert head == each.head, each.name


def test_a_null_string_is_no_element() -> None:
    call = Call("connectionError", (("ticket", "T"), ("hresult", None), ("message", "")))

    assert b"<ticket>T</ticket><message /></connectionError>" in write_call(call)


def test_an_array_is_read_in_the_services_namespace_only() -> None:
    call = Call("authenticate")
    good = "<authenticateResult><string>T</string><string></string></authenticateResult>"
    foreign = good.replace("<string>", '<string xmlns="urn:other">')

    assert read_texts(call, reply("authenticate", good)) == ["T", ""]
    assert read_texts(call, reply("authenticate", foreign)) == []
    with pytest.raises(CallFailed, match=r"QBWC1012.*Object reference"):
        read_texts(call, reply("authenticate", ""))


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (Received(200, "text/html", b"<html/>"), "content type"),
        (Received(503, "text/html", b"<html/>"), "HTTP status 503"),
        (Received(404, "text/xml", b"<a/>"), "not a SOAP 1.1 envelope"),
        (Received(200, "text/xml", b""), "empty response"),
        (Received(200, "text/xml", b"\n<?xml version='1.0'?><a/>"), "not well-formed"),
        (Received(200, "text/xml", b"<a/>"), "not a SOAP 1.1 envelope"),
        (reply("getLastError", "<getLastErrorResult>x</getLastErrorResult>"), "not expected"),
        (
            reply("sendRequestXML", "<sendRequestXMLResult/>", namespace="urn:other"),
            "not expected",
        ),
        (
            reply("sendRequestXML", "<sendRequestXMLResult><a>x</a></sendRequestXMLResult>"),
            "not text",
        ),
        (Lost("The operation has timed out."), "timed out"),
    ],
)
def test_what_a_net_client_cannot_read_is_an_error(bad: Received | Lost, why: str) -> None:
    with pytest.raises(CallFailed, match=why) as caught:
        read_text(Call("sendRequestXML"), bad)

    assert str(caught.value).startswith("QBWC1041")


def test_a_null_text_is_empty_and_a_number_must_be_one() -> None:
    nil = '<sendRequestXMLResult xsi:nil="true" />'

    assert read_text(Call("sendRequestXML"), reply("sendRequestXML", nil)) == ""
    received = reply(
        "receiveResponseXML", "<receiveResponseXMLResult>42</receiveResponseXMLResult>"
    )
    assert read_number(Call("receiveResponseXML"), received) == 42
    for inside in ("", "<receiveResponseXMLResult>done</receiveResponseXMLResult>"):
        with pytest.raises(CallFailed, match="QBWC1042"):
            read_number(Call("receiveResponseXML"), reply("receiveResponseXML", inside))


def test_a_fault_is_told_in_its_own_words() -> None:
    body = (
        b'<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        b"<faultcode>s:Server</faultcode><faultstring>Out of order</faultstring>"
        b"</s:Fault></s:Body></s:Envelope>"
    )

    with pytest.raises(CallFailed, match=r"QBWC1044.*Out of order"):
        read_text(Call("closeConnection"), Received(500, "text/xml", body))
