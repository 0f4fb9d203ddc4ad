import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fieldledger.qbwc.calls import (
    CALLS,
    Authenticate,
    Call,
    CloseConnection,
    GetLastError,
    ReceiveResponse,
    ResultKind,
    SendRequest,
)
from fieldledger.qbwc.reading import SOAP11, SOAP12
from fieldledger.qbwc.writing import escape, write_fault, write_reply
from tests.qbwc.envelopes import NS

_GOODBYE = CloseConnection("T")


def _result(reply: bytes) -> etree._Element:
    """Return the result element as an independent parser sees it, external access forbidden."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    [body] = etree.fromstring(reply, parser)
    [response] = body
    [result] = response
    return result


def test_a_reply_is_the_bytes_that_dotnet_services_answer() -> None:
    assert write_reply(_GOODBYE, "Finished: 12 sent, 1 failed <see the log>").decode() == (
        '<?xml version="1.0" encoding="utf-8"?>'
        '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:xsd="http://www.w3.org/2001/XMLSchema"><soap:Body>'
        '<closeConnectionResponse xmlns="http://developer.intuit.com/"><closeConnectionResult>'
        "Finished: 12 sent, 1 failed &lt;see the log&gt;"
        "</closeConnectionResult></closeConnectionResponse></soap:Body></soap:Envelope>"
    )


def test_the_strings_of_authenticate_are_in_intuits_namespace() -> None:
    """Elsewhere, and the Web Connector shows QBWC1012 (consolibyte's issues; users' logs)."""
    reply = write_reply(Authenticate(username="u", password="p"), ["T", ""])

    assert [each.tag for each in _result(reply)] == [f"{{{NS}}}string"] * 2
    assert b"<string>T</string><string></string>" in reply


def test_a_percentage_is_a_bare_number() -> None:
    for number in (-1, 0, 1, 99, 100):
        assert _result(write_reply(ReceiveResponse("T"), number)).text == str(number)


def test_a_call_in_soap_1_2_is_answered_in_soap_1_2() -> None:
    for soap12, namespace in ((False, SOAP11), (True, SOAP12)):
        reply = write_reply(GetLastError("T", soap12=soap12), "x")
        assert etree.fromstring(reply).tag == f"{{{namespace}}}Envelope"


@pytest.mark.parametrize("call", CALLS)
def test_every_operation_answers_its_own_kind_and_no_other(call: type[Call]) -> None:
    made = object.__new__(call)
    object.__setattr__(made, "soap12", False)
    results: dict[ResultKind, str | int | list[str]] = {
        ResultKind.TEXT: "x",
        ResultKind.NUMBER: 7,
        ResultKind.TEXTS: ["T", ""],
    }
    assert set(results) == set(ResultKind)
    for kind, result in results.items():
        if kind is call.result:
            result_element = _result(write_reply(made, result))
            assert result_element.tag == f"{{{NS}}}{call.operation}Result"
        else:
            with pytest.raises(TypeError, match=call.operation):
                write_reply(made, result)


def test_one_string_is_no_answer_to_authenticate() -> None:
    with pytest.raises(TypeError):
        write_reply(Authenticate(username="u", password="p"), ["T"])


@given(st.text())
def test_a_text_arrives_as_it_was_but_for_what_xml_cannot_hold(text: str) -> None:
    reply = write_reply(SendRequest("T", major_version=13, minor_version=0), text)

    arrived = _result(reply).text or ""
    assert reply.isascii()
    assert len(arrived) == len(text)
    for sent, got in zip(text, arrived, strict=True):
        allowed = sent in "\t\n\r" or " " <= sent <= "\ud7ff" or "\ue000" <= sent <= "\ufffd"
        assert got == (sent if allowed or sent > "\uffff" else "?")


@given(st.lists(st.text(), min_size=2, max_size=4))
def test_the_strings_of_authenticate_stay_apart(texts: list[str]) -> None:
    reply = write_reply(Authenticate(username="u", password="p"), texts)

    assert len(_result(reply)) == len(texts)
    assert b"]]>" not in reply


@given(st.text())
def test_a_fault_blames_the_caller_and_holds_the_reason(reason: str) -> None:
    [body] = etree.fromstring(write_fault(reason))
    [fault] = body

    assert fault.tag == f"{{{SOAP11}}}Fault"
    assert [each.tag for each in fault] == ["faultcode", "faultstring"]
    assert fault.findtext("faultcode") == "soap:Client"
    assert len(fault.findtext("faultstring") or "") == len(reason)


def test_plain_ascii_is_not_touched() -> None:
    assert escape("Smith & Sons <1>") == b"Smith &amp; Sons &lt;1&gt;"
    assert escape("café – 2") == b"caf&#233; &#8211; 2"
    assert escape("a\r\nb") == b"a&#13;\nb"
    assert escape("\0\x1b\ud800\ufffe") == b"????"
    assert escape("") == b""
