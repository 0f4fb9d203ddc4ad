"""A document as it may be shown to strangers: its shape, ids and codes, and nothing people wrote.

What is kept is listed here; all else is replaced, so that an element nobody thought of is, too.
"""

import re
from typing import Final

from lxml import etree

from fieldledger.qbxml.reading import _parsed

UNREADABLE: Final = "(no document that could be read, {length} characters)"
_KEPT_ELEMENTS: Final = frozenset(
    {
        "ListID",
        "TxnID",
        "TxnLineID",
        "EditSequence",
        "TimeCreated",
        "TimeModified",
        "IsActive",
        "Sublevel",
        "TxnNumber",
        "OwnerID",
        "MaxReturned",
        "ActiveStatus",
        "IncludeLineItems",
        "IncludeRetElement",
        "FromModifiedDate",
        "ToModifiedDate",
        "ListDelType",
        "TxnDelType",
        "TxnVoidType",
    }
)
_KEPT_ATTRIBUTES: Final = frozenset(
    {
        "requestID",
        "statusCode",
        "statusSeverity",
        "onError",
        "iterator",
        "iteratorID",
        "iteratorRemainingCount",
        "retCount",
        "newMessageSetID",
        "oldMessageSetID",
        "messageSetID",
        "messageSetStatusCode",
        "metaData",
    }
)
_PLAIN: Final = re.compile(r"[0-9A-Za-z:.+{}-]{1,60}")  # An id, a code, a time: never a sentence.


class Redactor:
    """Puts a word of its own in the place of each text; equal texts get equal words."""

    def __init__(self) -> None:
        self._words: dict[str, str] = {}

    def word(self, text: str) -> str:
        """Return the word that stands for `text`, with its length: "x7 (12)"."""
        if not text.strip():
            return text
        number = self._words.setdefault(text, f"x{len(self._words) + 1}")
        return f"{number} ({len(text)})"

    def document(self, text: str) -> str:
        """Return a qbXML document with everything replaced that is not known to be harmless."""
        if not text:
            return ""
        try:
            root = _parsed(text)  # Without comments and instructions.
        except etree.XMLSyntaxError:
            return UNREADABLE.format(length=len(text))
        for element in root.iter():
            said = element.text or ""
            kept = element.tag in _KEPT_ELEMENTS and _PLAIN.fullmatch(said)
            element.text = said if kept else self.word(said)
            element.tail = None
            for name, value in element.attrib.items():
                if name not in _KEPT_ATTRIBUTES or not _PLAIN.fullmatch(str(value)):
                    element.set(name, self.word(str(value)))
        return etree.tostring(root, encoding="unicode")
