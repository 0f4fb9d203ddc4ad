"""A document for strangers: its shape stays, what people wrote does not (N13)."""

from lxml import etree

from fieldledger.qbxml.redacting import Redactor

DOCUMENT = """<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><!-- canary-1 --><QBXMLMsgsRs>
<CustomerQueryRs requestID="r:1" statusCode="500" statusSeverity="Warn"
 statusMessage="The name canary-2 is taken" surprise="canary3">
<CustomerRet><ListID>80000001-1</ListID><EditSequence>12</EditSequence><Name>canary-4</Name>
<IsActive>true</IsActive><BillAddress><Addr1>canary-4</Addr1></BillAddress><Balance>99.17</Balance>
<TimeModified>canary 5 &amp; more</TimeModified><NobodyKnows>canary-6</NobodyKnows>
<?canary-7 x?></CustomerRet></CustomerQueryRs></QBXMLMsgsRs></QBXML>"""


def test_only_what_is_known_to_be_harmless_stays() -> None:
    redacted = Redactor().document(DOCUMENT)

    assert "canary" not in redacted
    assert "99.17" not in redacted
    record = etree.fromstring(redacted)
    assert record.findtext(".//ListID") == "80000001-1"
    assert record.findtext(".//IsActive") == "true"
    answer = record[0][0]
    assert (answer.get("statusCode"), answer.get("requestID")) == ("500", "r:1")
    assert record.findtext(".//Name") == record.findtext(".//Addr1")
    assert str(record.findtext(".//Name")).endswith("(8)")


def test_what_is_no_document_is_left_out_whole() -> None:
    assert Redactor().document("<QBXML>canary") == (
        "(no document that could be read, 13 characters)"
    )
    assert Redactor().document("") == ""


def test_equal_texts_have_equal_words() -> None:
    redactor = Redactor()
    assert redactor.word("Zoe") == redactor.word("Zoe") == "x1 (3)"
    assert redactor.word("Max") == "x2 (3)"
    assert redactor.word(" ") == " "
