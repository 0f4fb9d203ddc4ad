"""Every call a .NET client made on the wire is read, and our answers have the shape it took."""

import re
from dataclasses import asdict

import pytest
from lxml import etree

from fieldledger.qbwc import reading
from fieldledger.qbwc.calls import (
    Authenticate,
    Call,
    ClientVersion,
    CloseConnection,
    ConnectionFailed,
    GetLastError,
    ReceiveResponse,
    SendRequest,
    ServerVersion,
)
from fieldledger.qbwc.reading import read_call
from fieldledger.qbwc.writing import write_reply
from tests.qbwc.recorded import Recorded, recordings

_DRAIN_TICKET = "76OOuT5j7K01WFwD7e7JkkuI-5qV2L6X"
_HRESULT_TICKET = "1DHF9ws_USavMEgw68rYH9qKlMSEYq1t"
_MODAL = (
    "A modal dialog box is showing in the QuickBooks user interface. Your application cannot"
    " access QuickBooks until the user dismisses the dialog box."
)


@pytest.fixture(scope="module")
def recorded() -> dict[str, Recorded]:
    return {each.name: each for each in recordings()}


def _fields(call: Call) -> dict[str, object]:
    return {name: value for name, value in asdict(call).items() if name != "soap12"}


def test_every_recorded_call_is_read_as_the_operation_its_header_names(
    recorded: dict[str, Recorded],
) -> None:
    assert len(recorded) == 45
    for each in recorded.values():
        call = read_call(each.asked)

        assert call.operation == each.operation, each.name
        assert call.soap12 is False, each.name


def test_every_recorded_call_is_read_by_the_pattern_and_by_the_parser_alike(
    recorded: dict[str, Recorded],
) -> None:
    for each in recorded.values():
        by_pattern = reading._read_known_shape(each.asked)

        assert by_pattern is not None, f"{each.name}: the quick way is not taken"
        assert by_pattern == reading._read_any_shape(each.asked), each.name


def test_recorded_values_are_read_exactly(recorded: dict[str, Recorded]) -> None:
    expected: dict[str, Call] = {
        "mono-drain/01": ServerVersion(),
        "mono-drain/02": ClientVersion("2.3.0.215"),
        "mono-connectionError/03": Authenticate(username="user6", password="pw6"),
        "mono-null-noexpect/03": Authenticate(username="user9", password="pw9"),
        "mono-drain/06": SendRequest(
            _DRAIN_TICKET,
            company_file_name=r"C:\QB\Sim Company.qbw",
            country="US",
            major_version=13,
            minor_version=0,
        ),
        "mono-connectionError/04": ConnectionFailed(
            "7jGYZgR2I5a2ENKTmZpxljQKQyV61wSh",
            hresult="0x80040408",
            message="Could not start QuickBooks.",
        ),
        "mono-hresult-getLastError/05": ReceiveResponse(
            _HRESULT_TICKET, hresult="0x80040414", message=_MODAL
        ),
        "mono-hresult-getLastError/06": GetLastError(_HRESULT_TICKET),
        "mono-hresult-getLastError/07": CloseConnection(_HRESULT_TICKET),
        "mono-none/04": CloseConnection(""),
    }
    for name, call in expected.items():
        assert read_call(recorded[name].asked) == call, name
        assert _fields(read_call(recorded[name].asked)) == _fields(call), name


def test_the_first_document_of_a_session_arrives_unescaped_once(
    recorded: dict[str, Recorded],
) -> None:
    first = read_call(recorded["mono-drain/04"].asked)

    assert isinstance(first, SendRequest)
    assert first.hcp_response.startswith('<?xml version="1.0" ?>\n<QBXML>\n<QBXMLMsgsRs>\n')
    answers = etree.fromstring(first.hcp_response.encode())
    assert [each.tag for each in answers[0]] == [
        "HostQueryRs",
        "CompanyQueryRs",
        "PreferencesQueryRs",
    ]
    assert answers.findtext(".//CompanyName") == "Sim Company"
    assert (first.major_version, first.minor_version, first.country) == (13, 0, "US")


def test_quickbooks_answers_keep_their_own_escapes(recorded: dict[str, Recorded]) -> None:
    for name in ("mono-drain/05", "mono-drop/05", "mono-null-noexpect/05"):
        call = read_call(recorded[name].asked)

        assert isinstance(call, ReceiveResponse)
        assert (call.hresult, call.message) == ("", "")
        names = [each.text for each in etree.fromstring(call.response.encode()).iter("Name")]
        assert "Æther Œuvre — “Quoted”" in names, name
        assert "<Name>&#198;ther &#338;uvre &#8212; &#8220;Quoted&#8221;</Name>" in call.response


def test_left_out_and_empty_strings_are_read_alike(recorded: dict[str, Recorded]) -> None:
    """The client of one capture sends null strings, which .NET leaves out."""
    asked = recorded["mono-null-noexpect/06"].asked
    assert b"strHCPResponse" not in asked
    call = read_call(asked)
    assert isinstance(call, SendRequest)
    assert call.hcp_response == ""


def _shape(body: bytes) -> list[tuple[str, object]]:
    return [(str(each.tag), dict(each.items())) for each in etree.fromstring(body).iter()]


def _result(answered: bytes) -> str | int | list[str]:
    found = etree.fromstring(answered)[0][0][0]
    if len(found):
        return [each.text or "" for each in found]
    text = found.text or ""
    number = "receiveResponseXMLResult" in str(found.tag)
    return int(text) if number else text


def test_our_answers_have_the_elements_namespaces_and_order_of_the_recorded_ones(
    recorded: dict[str, Recorded],
) -> None:
    for each in recorded.values():
        result = _result(each.answered)

        ours = write_reply(read_call(each.asked), result)

        assert _shape(ours) == _shape(each.answered), each.name
        assert _result(ours) == result, each.name
        assert ours == each.answered, each.name


def test_the_recordings_are_those_of_whole_sessions(recorded: dict[str, Recorded]) -> None:
    """Guards the capture's reader: a session lost by it would leave its tests empty."""
    drain = [each.operation for name, each in recorded.items() if name.startswith("mono-drain")]

    assert re.fullmatch(
        "serverVersion clientVersion authenticate( sendRequestXML receiveResponseXML){4}"
        " closeConnection",
        " ".join(drain),
    )
