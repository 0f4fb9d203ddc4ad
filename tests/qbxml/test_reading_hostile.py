"""Whatever is sent as an answer: it is read within bounds, or it is NotQbxml."""

import contextlib
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fieldledger.qbxml.reading import DOCUMENT_LENGTH_MAX, NotQbxml, read_answers

GOOD = (
    '<?xml version="1.0" encoding="utf-8"?><QBXML><QBXMLMsgsRs>'
    '<CustomerAddRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK">'
    "<CustomerRet><ListID>1-2</ListID><Name>Ann &amp; Jos&#233;</Name></CustomerRet>"
    "</CustomerAddRs></QBXMLMsgsRs></QBXML>"
)


def within(inside: str) -> str:
    return f"<QBXML><QBXMLMsgsRs>{inside}</QBXMLMsgsRs></QBXML>"


def name_in(document: str) -> str | None:
    return read_answers(document).answers[0].records[0].text("Name")


BOMB = (
    '<!DOCTYPE QBXML [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
REFUSED = {
    "nothing": "",
    "spaces": " \r\n\t",
    "no XML": "Status OK",
    "JSON": '{"QBXML": {}}',
    "HTML": "<html><body>502 Bad Gateway</body></html>",
    "a request": GOOD.replace("MsgsRs", "MsgsRq"),
    "no set": "<QBXML/>",
    "two sets": "<QBXML><QBXMLMsgsRs/><QBXMLMsgsRs/></QBXML>",
    "a set in a namespace": '<QBXML xmlns="urn:x"><QBXMLMsgsRs/></QBXML>',
    "a document type": '<!DOCTYPE QBXML SYSTEM "http://127.0.0.1:1/x.dtd">' + within(""),
    "a document type without a file": "<!DOCTYPE QBXML>" + within(""),
    "a file as an entity": (
        '<!DOCTYPE QBXML [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
        + within('<ARs statusCode="0"><ARet><Name>&x;</Name></ARet></ARs>')
    ),
    "a bomb": BOMB + within('<ARs statusCode="0"><ARet><Name>&c;</Name></ARet></ARs>'),
    "a bomb in an attribute": BOMB + within('<ARs statusCode="0" statusMessage="&c;"/>'),
    "an unknown entity": within('<ARs statusCode="0"><ARet><Name>&x;</Name></ARet></ARs>'),
    "bytes of UTF-16 taken for Latin-1": GOOD.encode("utf-16").decode("latin-1"),
    "a cut end": GOOD[:-30],
    "a cut tag": GOOD[: GOOD.index("requestID") + 4],
    "too deep": within("<a>" * 300 + "</a>" * 300),
    "far too deep": within("<a>" * 390_000),
    "too wide": within('<ARs statusCode="0">' + "<a/>" * 900_000 + "</ARs>"),
    "too many answers": within('<ARs statusCode="0"/>' * 10_001),
    "too long": "x" * (DOCUMENT_LENGTH_MAX + 1),
    "20 MB of one text": within(f"<A>{'x' * 20_000_000}</A>"),
    "20 MB of one attribute": within(f'<ARs statusCode="0" statusMessage="{"x" * 20_000_000}"/>'),
    "20 MB of one tag": "<QBXML " + "x" * 20_000_000,
    "20 MB of one comment": within(f"<!--{'x' * 20_000_000}-->"),
    "20 MB of brackets": "<" * 20_000_000,
    "no status": within('<CustomerAddRs requestID="1"/>'),
    "a status in words": within('<CustomerAddRs requestID="1" statusCode="OK"/>'),
    "a status in Arabic digits": within('<CustomerAddRs statusCode="٣"/>'),
    "a status too long": within(f'<CustomerAddRs statusCode="{"9" * 5000}"/>'),
    "a set's status in words": (
        '<QBXML><QBXMLMsgsRs messageSetStatusCode="maybe"></QBXMLMsgsRs></QBXML>'
    ),
    "an attribute twice": within('<ARs statusCode="0" statusCode="1"/>'),
    "two roots": GOOD + "<QBXML/>",
    "markup after the end": GOOD + "<",
}


@pytest.mark.parametrize("what", sorted(REFUSED))
def test_it_is_refused_in_words_that_echo_nothing(what: str) -> None:
    with pytest.raises(NotQbxml) as caught:
        read_answers(REFUSED[what])

    assert caught.value.reason
    assert len(caught.value.reason) < 80
    assert "<" not in caught.value.reason


@pytest.mark.parametrize(
    "declared", ["utf-16", "UTF-16LE", "utf-7", "ucs-4", "ebcdic-cp-us", "windows-1252", "bogus"]
)
def test_the_text_is_decoded_already_whatever_it_declares(declared: str) -> None:
    document = GOOD.replace('encoding="utf-8"', f'encoding="{declared}"').replace("Ann", "Zoë")

    assert name_in(document) == "Zoë & José"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("a&#11;b", "a b"),
        ("a&#x0B;b", "a b"),
        ("a&#0;b", "a b"),
        ("a&#00011;b", "a b"),
        ("a&#xFFFE;b", "a b"),
        ("a&#xD800;b", "a b"),
        ("a&#x110000;b", "a b"),
        ("a&#999999999999;b", "a b"),
        ("a\x0bb", "a b"),
        ("a\x00b", "a b"),
        ("a\x1f&#31;&amp;b", "a  &b"),
        ("&#1&#1;1;", None),
        ("a&#10;b", "a\nb"),
        ("&amp;#11;", "&#11;"),
        ("<![CDATA[<b>&]]>", "<b>&"),
        ("a<!-- x -->b", "ab"),
    ],
)
def test_stray_control_characters_do_not_lose_an_answer(written: str, read: str | None) -> None:
    document = GOOD.replace("Ann &amp; Jos&#233;", written)
    if read is None:
        with pytest.raises(NotQbxml):
            read_answers(document)
    else:
        assert name_in(document) == read


def test_a_lone_surrogate_becomes_a_question_mark() -> None:
    assert name_in(GOOD.replace("Ann", "\ud800")) == "? & José"


def test_a_byte_order_mark_and_space_around_are_no_matter() -> None:
    assert name_in(f"\ufeff\r\n{GOOD}\r\n \x00") == "Ann & José"


@pytest.mark.parametrize(
    "inside",
    [
        '<x:CustomerAddRs xmlns:x="urn:x" statusCode="0"/>',
        "<CustomerRet><Name>stray</Name></CustomerRet>",
        "<?xml-stylesheet href='http://127.0.0.1:1/'?>",
        "text<Rs/>",
        '<include xmlns="http://www.w3.org/2001/XInclude" href="file:///etc/hostname"/>',
    ],
)
def test_what_is_no_answer_is_passed_over(inside: str) -> None:
    assert read_answers(within(inside)).answers == ()


@pytest.mark.parametrize("count", ["-1", "x", "", "1.5", "9" * 40])
def test_a_count_that_is_none_is_none(count: str) -> None:
    (answer,) = read_answers(
        within(f'<AQueryRs statusCode="0" iteratorRemainingCount="{count}" retCount="{count}"/>')
    ).answers

    assert (answer.iterator_remaining, answer.ret_count) == (None, None)


def test_a_wide_answer_within_the_bounds_stays_within_memory() -> None:
    document = within('<AQueryRs statusCode="0">' + "<ARet/>" * 100_000 + "</AQueryRs>")
    tracemalloc.start()
    try:
        (answer,) = read_answers(document).answers
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert len(answer.records) == 100_000
    assert peak < 60_000_000


def test_many_attributes_are_read_in_passing() -> None:
    many = " ".join(f'a{number}=""' for number in range(50_000))

    assert read_answers(within(f'<ARs statusCode="0" {many}/>')).answers[0].status.code == 0


FRAGMENTS = st.sampled_from(
    [
        *"<>&;\"'/=! \x00\x0b",
        "<QBXML>",
        "</QBXML>",
        "<QBXMLMsgsRs>",
        "</QBXMLMsgsRs>",
        '<CustomerAddRs statusCode="0">',
        "</CustomerAddRs>",
        "<CustomerRet>",
        "</CustomerRet>",
        "<!DOCTYPE",
        "<![CDATA[",
        "]]>",
        "<!--",
        "-->",
        "&#11;",
        "&#x",
        "&amp;",
        "<?xml ?>",
        "\ud800",
        "\ufffe",
        "字",
    ]
)


@given(st.one_of(st.text(), st.lists(FRAGMENTS).map("".join)))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused(document: str) -> None:
    with contextlib.suppress(NotQbxml):
        read_answers(document)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_an_answer_with_any_damage_is_read_or_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 40)))
    document = GOOD[:start] + data.draw(FRAGMENTS | st.text(max_size=8)) + GOOD[end:]

    with contextlib.suppress(NotQbxml):
        for answer in read_answers(document).answers:
            for record in answer.records:
                record.text("Name")
                record.money("Name")
                record.date("ListID")
                record.names()
