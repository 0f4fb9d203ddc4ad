"""Our description of the service against the one that others serve, which Intuit's tools made."""

from pathlib import Path

import pytest
from lxml import etree

from fieldledger.qbwc.calls import CALLS
from fieldledger.qbwc.wsdl import write_wsdl
from tests.support.shared import shared

_ADDRESS = "https://office.example.com/qbwc"
_SPACES = {
    "wsdl": "http://schemas.xmlsoap.org/wsdl/",
    "soap": "http://schemas.xmlsoap.org/wsdl/soap/",
    "s": "http://www.w3.org/2001/XMLSchema",
}
_INTERACTIVE = {"getInteractiveURL", "interactiveRejected", "interactiveDone"}
Facts = dict[str, object]


def _found(root: etree._Element, path: str) -> list[etree._Element]:
    return list(root.iterfind(path, _SPACES))


def _attributes(element: etree._Element) -> dict[str, str]:
    return {str(name): str(value) for name, value in element.attrib.items()}


def _facts(root: etree._Element) -> dict[str, Facts]:
    """Return what a client builds on, by operation: elements and types, messages, binding."""
    elements = {
        each.get("name"): [_attributes(child) for child in _found(each, ".//s:sequence/s:element")]
        for each in _found(root, ".//s:schema/s:element")
    }
    messages = {
        each.get("name"): [_attributes(part) for part in _found(each, "wsdl:part")]
        for each in _found(root, "wsdl:message")
    }
    bound = {each.get("name"): each for each in _found(root, "wsdl:binding/wsdl:operation")}
    facts: dict[str, Facts] = {}
    for each in _found(root, "wsdl:portType/wsdl:operation"):
        name = each.get("name") or ""
        facts[name] = {
            "asked": elements[name],
            "answered": elements[f"{name}Response"],
            "messages": [
                (child.get("message"), messages[(child.get("message") or ":")[4:]])
                for child in each
            ],
            "action": [_attributes(one) for one in _found(bound[name], "soap:operation")],
            "use": [_attributes(one) for one in _found(bound[name], "*/soap:body")],
        }
    return facts


@pytest.fixture
def ours() -> etree._Element:
    return etree.fromstring(write_wsdl(_ADDRESS))


@pytest.fixture
def theirs() -> etree._Element:
    path: Path = shared("wsdl", "QBWebConnectorSvc.wsdl")
    return etree.fromstring(path.read_bytes())


def test_the_eight_operations_are_described_as_intuits_tools_describe_them(
    ours: etree._Element, theirs: etree._Element
) -> None:
    mine, known = _facts(ours), _facts(theirs)

    assert len(known) == 8
    for name, facts in known.items():
        assert mine[name] == facts, name
    assert mine.keys() - known.keys() == _INTERACTIVE


def test_names_style_and_the_array_of_strings_are_intuits(
    ours: etree._Element, theirs: etree._Element
) -> None:
    for path in (
        ".",
        ".//s:schema",
        ".//s:schema/s:complexType",
        ".//s:schema/s:complexType/s:sequence/s:element",
        "wsdl:portType",
        "wsdl:binding",
        "wsdl:binding/soap:binding",
        "wsdl:service",
        "wsdl:service/wsdl:port",
    ):
        mine = [_attributes(each) for each in _found(ours, path)]
        known = [_attributes(each) for each in _found(theirs, path)]
        assert mine == known, path


def test_all_eleven_operations_are_there_in_order(ours: etree._Element) -> None:
    assert list(_facts(ours)) == [call.operation for call in CALLS]


@pytest.mark.parametrize(
    "address", [_ADDRESS, 'https://a.example/qbwc?x="1"&y=<2>', "http://localhost:8000/{port}/é"]
)
def test_the_address_is_kept_whatever_is_in_it(address: str) -> None:
    root = etree.fromstring(write_wsdl(address))

    [place] = _found(root, "wsdl:service/wsdl:port/soap:address")
    assert place.get("location") == address
