"""QuickBooks' answers, read within bounds whatever arrives.

A document that cannot be an answer is one error, `NotQbxml`, and nothing else. What an answer
holds is read leniently and late: a `Record` looks a value up when it is asked for, and gives None
for one that is absent or cannot be meant. So an answer that is odd in one place still says
everything else, and a page of 500 customers costs a few milliseconds.
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from lxml import etree

from fieldledger.qbxml.values import read_date, read_flag, read_number, read_whole

DOCUMENT_LENGTH_MAX: Final = 24 * 1024 * 1024  # Characters; a page of 500 customers has 0.8 M.
TAGS_MAX: Final = 800_000  # Of a page of 500 customers: 40,000. About 130 MB of memory at most.
ANSWERS_MAX: Final = 10_000  # A message set of ours asks for at most a few hundred.

_DECLARES: Final = re.compile(r"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)")
_REFERENCE: Final = re.compile(r"&#(?:x([0-9A-Fa-f]{1,12})|([0-9]{1,12}));")
_STRAY: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")


class NotQbxml(ValueError):
    """The document is no answer of QuickBooks; `reason` is for a person and echoes nothing."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Record:
    """A record as QuickBooks gives it, or the fields of an answer that holds no record.

    A path names elements from the record down: "ListID", "BillAddress/City". Where several
    elements have the path, the first counts. A value that is absent is None; so is one that is
    not what is asked for, such as the date 2015-02-30.
    """

    __slots__ = ("_element", "type")

    def __init__(self, element: etree._Element, kind: str | None = None) -> None:
        self._element = element
        self.type = str(element.tag) if kind is None else kind  # "CustomerRet"; "TxnDel".

    def __repr__(self) -> str:
        return f"<Record {self.type}>"

    def text(self, path: str) -> str | None:
        """Return the text at `path`, "" for an empty element."""
        found = self._element.findtext(path)
        return None if found is None else str(found)

    def fields(self) -> dict[str, str]:
        """Return the text of each element directly inside, by name: what `text` would say."""
        return {str(each.tag): each.text or "" for each in reversed(self._element)}

    def texts(self, path: str) -> list[str]:
        """Return the text of each element at `path`, in order."""
        return [each.text or "" for each in self._element.iterfind(path)]

    def child(self, path: str) -> "Record | None":
        found = self._element.find(path)
        return None if found is None else Record(found)

    def children(self, path: str) -> list["Record"]:
        """Return the records inside at `path`, in order: the lines of an invoice."""
        return [Record(each) for each in self._element.iterfind(path)]

    def names(self) -> list[str]:
        """Return the names of the elements directly inside, in order."""
        return [str(each.tag) for each in self._element]

    def money(self, path: str) -> Decimal | None:
        """Return an amount; QuickBooks writes it with two decimals, which are kept."""
        return read_number(self.text(path))

    def number(self, path: str) -> Decimal | None:
        """Return a price, quantity, percentage or rate."""
        return read_number(self.text(path))

    def whole(self, path: str) -> int | None:
        return read_whole(self.text(path))

    def flag(self, path: str) -> bool | None:
        return read_flag(self.text(path))

    def date(self, path: str) -> dt.date | None:
        """Return a date, or the day of a time.

        Of a time only the wall clock can be trusted: QuickBooks prints one offset from UTC, that
        of the moment of asking, on all times of the year. Seen: in Intuit's sample company, 237 of
        555 objects are one hour off, and those are the ones whose offset is wrong for their date.
        """
        return read_date(self.text(path))


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a request; `statuses.meaning_of` says what a code means."""

    code: int
    severity: str  # "Info", "Warn", "Error".
    message: str  # In the language and edition of QuickBooks: to show, not to match on.


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery:
    """Which object a request wrote, even where its record was not asked for (qbXML 11 on)."""

    list_id: str | None
    txn_id: str | None
    owner_id: str | None
    txn_number: int | None
    edit_sequence: str | None
    external_guid: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one request.

    A warning may come with the record: ask whether there is a record, not whether the code is 0.
    """

    type: str  # "CustomerAdd": the name of the answer's element, without "Rs".
    request_id: str  # As it was sent; "" if it was sent without.
    status: Status
    records: tuple[Record, ...]
    recovery: Recovery | None = None
    iterator_id: str | None = None
    iterator_remaining: int | None = None  # Records that are left after this page.
    ret_count: int | None = None  # With metaData: records that a query has found.


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerSet:
    """The answers to one message set, in the order of its requests."""

    answers: tuple[Answer, ...]
    message_set_id: str | None = None
    message_set_status: int | None = None  # 600, 9001 to 9005: see `statuses`.


def read_answers(document: str) -> AnswerSet:
    """Return the answers in `document`, as strHCPResponse and response bring them.

    Control characters that XML forbids, raw or as references such as &#11;, become spaces:
    QuickBooks lets users type them, and writes them out.

    :raises NotQbxml: if it is not XML, declares a document type, is too large or too deep, holds
        no answers of QuickBooks, or an answer has no numeric status.
    """
    root = _tree(document)
    if root.tag != "QBXML":
        raise NotQbxml("its root is not QBXML")
    sets = root.findall("QBXMLMsgsRs")
    if len(sets) != 1:
        raise NotQbxml("it holds no answers" if not sets else "it holds several sets of answers")
    found = sets[0]
    if len(found) > ANSWERS_MAX:
        raise NotQbxml("it holds too many answers")
    return AnswerSet(
        answers=tuple(
            [_answer(each) for each in found if isinstance(each.tag, str) and _is_answer(each.tag)]
        ),
        message_set_id=_attribute(found, "newMessageSetID"),
        message_set_status=_code(found, "messageSetStatusCode"),
    )


def read_request(document: str, request_id: str) -> Record | None:
    """Return what a request of a document of ours says: its CustomerMod, its InvoiceAdd.

    `request_id` is the whole one, or its beginning up to and with the colon.

    :raises NotQbxml: if the document is none of ours.
    """
    for request in _tree(document).iterfind("QBXMLMsgsRq/*"):
        if request.get("requestID", "").startswith(request_id):
            # Behind it stands what is to come back (IncludeRetElement).
            body = request.find("*")
            return None if body is None else Record(body)
    return None


def _tree(document: str) -> etree._Element:
    if len(document) > DOCUMENT_LENGTH_MAX:
        raise NotQbxml("it is too large")
    if document.count("<") > TAGS_MAX:
        raise NotQbxml("it has too many elements")
    if "<!" in document and _DECLARES.search(document):
        raise NotQbxml("it declares a document type")
    try:
        return _parsed(document)
    except etree.XMLSyntaxError as error:
        mended = _mended(document)
        if mended == document:
            raise NotQbxml(f"it is not well-formed XML (line {error.lineno})") from None
    try:
        return _parsed(mended)
    except etree.XMLSyntaxError as error:
        raise NotQbxml(f"it is not well-formed XML (line {error.lineno})") from None


def _parsed(document: str) -> etree._Element:
    # The text is decoded already, so whatever encoding the declaration names no longer holds.
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    raw = document.strip("\ufeff \t\r\n").encode("utf-8", "replace")
    return etree.fromstring(raw, parser)


def _mended(document: str) -> str:
    """Return `document` with a space for every character that XML forbids."""
    return _STRAY.sub(" ", _REFERENCE.sub(_reference, document))


def _reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    is_character = code <= 0x10FFFF and (code in {9, 10, 13} or code >= 0x20)
    return match[0] if is_character and not _STRAY.match(chr(code)) else " "


def _is_answer(tag: str) -> bool:
    return tag.endswith("Rs") and tag != "Rs" and tag.isalnum()  # No namespace.


def _answer(element: etree._Element) -> Answer:
    kind = str(element.tag).removesuffix("Rs")
    code = _code(element, "statusCode")
    if code is None:
        raise NotQbxml("an answer has no status")
    recovery = element.find("ErrorRecovery")
    return Answer(
        type=kind,
        request_id=_attribute(element, "requestID") or "",
        status=Status(
            code,
            _attribute(element, "statusSeverity") or "",
            _attribute(element, "statusMessage") or "",
        ),
        records=_records(element, kind),
        recovery=None if recovery is None else _recovery(Record(recovery)),
        iterator_id=_attribute(element, "iteratorID"),
        iterator_remaining=_count(element, "iteratorRemainingCount"),
        ret_count=_count(element, "retCount"),
    )


def _records(element: etree._Element, kind: str) -> tuple[Record, ...]:
    found = [Record(each, tag) for each in element if (tag := str(each.tag)).endswith("Ret")]
    if found:
        return tuple(found)
    # TxnDel, TxnVoid and ListDel answer with fields of their own.
    is_told = any(each.tag != "ErrorRecovery" for each in element)
    return (Record(element, kind),) if is_told else ()


def _recovery(record: Record) -> Recovery:
    return Recovery(
        list_id=record.text("ListID"),
        txn_id=record.text("TxnID"),
        owner_id=record.text("OwnerID"),
        txn_number=record.whole("TxnNumber"),
        edit_sequence=record.text("EditSequence"),
        external_guid=record.text("ExternalGUID"),
    )


def _attribute(element: etree._Element, name: str) -> str | None:
    value = element.get(name)
    return None if value is None else str(value)


def _code(element: etree._Element, name: str) -> int | None:
    """Return a status, which must not be mistaken for absent when it is only unreadable."""
    text = _attribute(element, name)
    if text is None:
        return None
    code = read_whole(text)
    if code is None:
        raise NotQbxml("a status is not a number")
    return code


def _count(element: etree._Element, name: str) -> int | None:
    count = read_whole(_attribute(element, name))
    return None if count is None or count < 0 else count
