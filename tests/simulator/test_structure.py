"""A document whose structure is wrong is refused whole: 0x80040400, and nothing of it ran."""

import pytest

from fieldledger.simulator.problems import Refused
from tests.simulator.company_files import Books, document

GOOD = "<CustomerAddRq><CustomerAdd><Name>Anna Smith</Name></CustomerAdd></CustomerAddRq>"


def add(inside: str) -> str:
    return f"<CustomerAddRq><CustomerAdd>{inside}</CustomerAdd></CustomerAddRq>"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("<QBXML/>", id="no version"),
        pytest.param(document(GOOD).replace('version="13.0"', 'version="99.0"'), id="version 99"),
        pytest.param(document(GOOD).replace('<?qbxml version="13.0"?>', ""), id="no qbxml PI"),
        pytest.param(" " + document(GOOD), id="space before the declaration"),
        pytest.param(document(GOOD).replace("utf-8", "klingon"), id="unknown encoding"),
        pytest.param(document(GOOD)[:-5], id="not well-formed"),
        pytest.param(document(GOOD.replace("Anna", "A\x0bna")), id="control character"),
        pytest.param(document(GOOD.replace("Anna", "A&#11;na")), id="control reference"),
        pytest.param(document(GOOD.replace("Anna", "A & B")), id="bare ampersand"),
        pytest.param(document(GOOD, ""), id="no onError"),
        pytest.param(document(GOOD, 'onError="perhaps"'), id="unknown onError"),
        pytest.param(
            document(GOOD, 'onError="stopOnError" deleteMessageSetID="1"'), id="no such attribute"
        ),
        pytest.param(document("<CustomerAddRequest/>"), id="unknown request"),
        pytest.param(document(GOOD.replace("AddRq>", 'AddRq defMacro="x">', 1)), id="attribute"),
        pytest.param(document(add("<Phone>1</Phone><Name>A</Name>")), id="wrong order"),
        pytest.param(document(add("<Phone>1</Phone>")), id="no name"),
        pytest.param(document(add("<Name>A</Name><Name>B</Name>")), id="two names"),
        pytest.param(document(add("<Name>A</Name><Suffix>Jr</Suffix>")), id="not in this edition"),
        pytest.param(document(add("text<Name>A</Name>")), id="text among elements"),
        pytest.param(document(add("<Name><B>A</B></Name>")), id="elements in text"),
        pytest.param(document(add("<Name color='red'>A</Name>")), id="attribute of a leaf"),
        pytest.param(
            document(add("<Name>A</Name><IncludeRetElement>ListID</IncludeRetElement>")),
            id="IncludeRetElement inside the aggregate",
        ),
        pytest.param(document('<ItemQueryRq iterator="Begin"/>'), id="no such iterator"),
        pytest.param(document('<ItemQueryRq metaData="All"/>'), id="no such metaData"),
        pytest.param(
            document('<AccountQueryRq iterator="Start"/>'), id="accounts have no iterator"
        ),
        pytest.param(
            document(
                "<CustomerQueryRq><ListID>1</ListID><MaxReturned>5</MaxReturned></CustomerQueryRq>"
            ),
            id="two branches of a choice",
        ),
        pytest.param(
            document(
                "<ItemServiceAddRq><ItemServiceAdd><Name>A</Name></ItemServiceAdd></ItemServiceAddRq>"
            ),
            id="neither branch of a choice",
        ),
        pytest.param(
            document(
                "<ReceivePaymentAddRq><ReceivePaymentAdd><CustomerRef><ListID>1</ListID></CustomerRef>"
                "</ReceivePaymentAdd></ReceivePaymentAddRq>"
            ),
            id="a payment that says not how it is applied",
        ),
        pytest.param(
            document(GOOD).replace("<QBXML>", "<!DOCTYPE QBXML [<!ENTITY a 'b'>]><QBXML>"),
            id="doctype",
        ),
        pytest.param(
            document(GOOD)
            .replace("13.0", "11.0")
            .replace("</Name>", "</Name><JobTitle>x</JobTitle>"),
            id="newer than the document's version",
        ),
    ],
)
def test_the_whole_document_is_refused(text: str) -> None:
    books = Books()
    before = books.company.to_json()

    with pytest.raises(Refused) as caught:
        books.company.answer(text, session=books.session, now=books.now)

    assert caught.value.hresult == "0x80040400"
    assert "parsing the provided XML" in caught.value.message
    assert books.company.to_json() == before


def test_one_misplaced_element_takes_the_good_requests_with_it() -> None:
    books = Books()
    text = document(GOOD + add("<Phone>1</Phone><Name>B</Name>"))

    with pytest.raises(Refused):
        books.company.answer(text, session=books.session, now=books.now)

    assert "Anna Smith" not in {each.name for each in books.company.customers()}


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(document(GOOD + "<!-- a comment -->"), id="comment"),
        pytest.param(document(GOOD.replace("Anna", "<![CDATA[Anna]]>")), id="CDATA"),
        pytest.param(document(GOOD.replace("Anna", "&#65;nna")), id="reference"),
        pytest.param(document("\n  " + GOOD.replace("><", ">\n<")), id="white space"),
    ],
)
def test_what_xml_allows_is_read(text: str) -> None:
    books = Books()

    answer = books.company.answer(text, session=books.session, now=books.now)

    assert 'statusCode="0"' in answer
    assert "<Name>Anna Smith</Name>" in answer


def test_a_closed_session_answers_nothing() -> None:
    books = Books()
    books.session.close()

    with pytest.raises(Refused) as caught:
        books.company.answer(document(GOOD), session=books.session, now=books.now)

    assert caught.value.hresult == "0x8004040D"
