"""Every message that can be written is valid against Intuit's schema and says what went in."""

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from fieldledger.qbxml.objects import HostQuery
from fieldledger.qbxml.schema import REQUESTS, Branch, Kind, elements_of
from fieldledger.qbxml.writing import CannotBeWritten, Request, write_message_set
from tests.qbxml.bodies import KINDS, NAMES, bodies, texts_in
from tests.support.shared import shared


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared("qbxml-13.0", "qbxmlops130.xsd")))


@cache
def names_of_texts() -> frozenset[str]:
    def names(branch: Branch) -> set[str]:
        found: set[str] = set()
        for element in elements_of(branch.parts):
            if isinstance(element, Branch):
                found |= names(element)
            elif element.kind is Kind.STR:
                found.add(element.name)
        return found

    return frozenset(set().union(*map(names, REQUESTS.values())))


@pytest.mark.parametrize("kind", KINDS, ids=NAMES)
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_written_is_valid_and_exact(kind: type, data: st.DataObject) -> None:
    body: Any = data.draw(bodies(kind))
    try:
        document = write_message_set([Request(request_id="r", body=body)])
    except CannotBeWritten:
        return

    root = etree.fromstring(document.encode("ascii"))

    assert schema().validate(root), (document, schema().error_log)
    written = {each.text for each in root.iter() if each.tag in names_of_texts() and each.text}
    assert written <= texts_in(body)


@given(st.text(max_size=60), st.text(max_size=30), st.text(max_size=30))
@settings(max_examples=200, deadline=None)
def test_whatever_the_ids_are_the_envelope_is_valid(request: str, new: str, old: str) -> None:
    try:
        document = write_message_set(
            [Request(request_id=request, body=HostQuery())],
            new_message_set_id=new,
            old_message_set_id=old,
        )
    except CannotBeWritten:
        return

    root = etree.fromstring(document.encode("ascii"))
    assert schema().validate(root)
    assert root[0].attrib["newMessageSetID"] == new
    assert root[0].attrib["oldMessageSetID"] == old
    assert root[0][0].attrib["requestID"] == request
