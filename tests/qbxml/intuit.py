"""Intuit's own description of qbXML 13.0, read into the words of our table to compare the two.

The description is a sample document in which comments give each element's versions, editions,
lengths and choices. It is read here, and never copied: see `tests.support.shared`.
"""

import re
from functools import cache

from lxml import etree

from fieldledger.qbxml.schema_parts import ID_LENGTH_MAX, Branch, Kind, Leaf, OneOf, Part
from tests.support.shared import shared

EDITION = "QBD"  # QuickBooks Desktop in the United States, as the comments call it.

KINDS = {
    "STRTYPE": Kind.STR,
    "IDTYPE": Kind.ID,
    "BOOLTYPE": Kind.BOOL,
    "DATETYPE": Kind.DATE,
    "DATETIMETYPE": Kind.DATETIME,
    "AMTTYPE": Kind.AMT,
    "PRICETYPE": Kind.PRICE,
    "QUANTYPE": Kind.QTY,
    "PERCENTTYPE": Kind.PCT,
    "FLOATTYPE": Kind.FLOAT,
    "INTTYPE": Kind.INT,
    "GUIDTYPE": Kind.GUID,
    "ENUMTYPE": Kind.ENUM,
    "TIMEINTERVALTYPE": Kind.INTERVAL,
}


@cache
def requests() -> dict[str, tuple[frozenset[str], Branch]]:
    """Return each request by its element's name: the attributes it may bear, and its content."""
    return {
        str(each.tag): (frozenset(map(str, each.attrib)), _branch(each))
        for each in _messages("QBXMLMsgsRq")
    }


@cache
def records() -> dict[str, Branch]:
    """Return each record by its element's name, as the answer to a query brings it.

    The answers that hold no record but fields of their own (TxnDelRs) are here as themselves.
    """
    found: dict[str, Branch] = {}
    for answer in _messages("QBXMLMsgsRs"):
        content = _branch(answer)
        found[content.name] = content
        for part in _flat(content.parts):
            if isinstance(part, Branch) and (part.name not in found or "Query" in content.name):
                found[part.name] = Branch(part.name, part.parts)
    return found


@cache
def macros() -> frozenset[str]:
    """Return the names of the elements inside requests that may bear defMacro."""
    return frozenset(
        str(each.tag)
        for message in _messages("QBXMLMsgsRq")
        for each in message.iter()
        if "defMacro" in each.attrib
    )


def _messages(name: str) -> list[etree._Element]:
    root = etree.parse(shared("qbxml-13.0", "qbxmlops130.xml")).getroot()
    section = next(each for each in root.iter(name))
    # Reports are described in a manner of their own, and none is asked for.
    return [each for each in section if isinstance(each.tag, str) and "Report" not in each.tag]


def _flat(parts: tuple[Part, ...]) -> list[Leaf | Branch]:
    flat: list[Leaf | Branch] = []
    for part in parts:
        if isinstance(part, OneOf):
            for branch in part.branches:
                flat += _flat(branch)
        else:
            flat.append(part)
    return flat


class _Marks:
    """What the comment after an element says of it."""

    def __init__(self, comment: str) -> None:
        words = [each.strip() for each in comment.split(",")]
        self.required = "opt" not in words
        self.repeated = any(each == "may rep" or each.startswith("rep (") for each in words)
        self.macro = "may be macro value" in words
        self.absent = self._absent(words)
        versions = [each for each in words if re.fullmatch(r"v\d+\.\d+", each)]
        self.since = int(versions[0][1:].split(".")[0]) if versions else 1
        self.length = self._length(words)
        self.least = self._number(words, "min value = ")
        self.most = self._number(words, "max value = ")

    @staticmethod
    def _absent(words: list[str]) -> bool:
        for each in words:
            if each.startswith("not in "):
                return EDITION in each.removeprefix("not in ").split("|")
        return False

    @staticmethod
    def _length(words: list[str]) -> int | None:
        for each in words:
            match = re.fullmatch(r"max length = (\d+)(?: for (.*))?", each)
            if match and (match[2] is None or EDITION in match[2].split("|")):
                return int(match[1])
        return None

    @staticmethod
    def _number(words: list[str], prefix: str) -> int | None:
        for each in words:
            if each.startswith(prefix) and each.removeprefix(prefix).isdecimal():
                return int(each.removeprefix(prefix))
        return None


def _branch(element: etree._Element, marks: _Marks | None = None) -> Branch:
    parts = tuple(_Content(element).parts())
    if marks is None:
        return Branch(str(element.tag), parts)
    return Branch(str(element.tag), parts, marks.required, marks.repeated, marks.since)


class _Content:
    """Reads the children of one element: elements, and comments that mark or group them."""

    def __init__(self, element: etree._Element) -> None:
        self._nodes = list(element)
        self._values: dict[str, tuple[str, ...]] = {}
        # The comment that marks the element itself comes first, on the line of its tag.
        if self._nodes and self._is_mark(self._nodes[0]) and not (element.text or "").count("\n"):
            self._nodes.pop(0)

    @staticmethod
    def _is_mark(node: etree._Element) -> bool:
        if not isinstance(node, etree._Comment):
            return False
        comment = (node.text or "").strip()
        return not re.search(r"BEGIN OR|^OR$|^END OR$|one of the following|contains \d|^'", comment)

    def parts(self) -> list[Part]:
        found: list[Part] = []
        while self._nodes:
            part = self._next()
            if part is not None:
                found.append(part)
        return found

    def _next(self) -> Part | None:
        node = self._nodes.pop(0)
        if isinstance(node, etree._Comment):
            return self._comment((node.text or "").strip())
        return self._element(node)

    def _comment(self, comment: str) -> Part | None:
        match = re.match(r"(\w+) may have one of the following values:(.*)", comment, re.DOTALL)
        if match:
            words = (re.sub(r"\[.*?\]", "", each).strip() for each in match[2].split(","))
            self._values[match[1]] = tuple(each for each in words if each)
            return None
        marks, is_choice, rule = comment.partition("BEGIN OR: You may ")
        if is_choice:
            choice = self._choice(_Marks(marks), rule)
            return None if _Marks(marks).absent else choice
        assert "contains" in comment or comment.startswith("'"), comment
        return None

    def _choice(self, marks: _Marks, rule: str) -> Part | None:
        branches: list[list[Part]] = [[]]
        while True:
            node = self._nodes[0]
            comment = (node.text or "").strip() if isinstance(node, etree._Comment) else ""
            if comment == "END OR":
                self._nodes.pop(0)
                break
            if comment == "OR":
                self._nodes.pop(0)
                branches.append([])
                continue
            part = self._next()
            if part is not None:
                branches[-1].append(part)
        kept = tuple(tuple(each) for each in branches if each)
        if not kept:
            return None
        repeated = re.match(r"have \d or more", rule) is not None
        return OneOf(kept, not rule.startswith(("optionally", "have 0")), repeated, marks.since)

    def _element(self, node: etree._Element) -> Leaf | Branch | None:
        first = next(iter(node), None)
        if (node.text or "").strip():  # A leaf: its mark follows it, on the same line.
            comment = ""
            if self._nodes and self._is_mark(self._nodes[0]) and "\n" not in (node.tail or ""):
                comment = (self._nodes.pop(0).text or "").strip()
            return self._leaf(node, _Marks(comment))
        on_line = first is not None and self._is_mark(first) and "\n" not in (node.text or "")
        marks = _Marks((first.text or "").strip() if on_line and first is not None else "")
        return None if marks.absent else _branch(node, marks)

    def _leaf(self, node: etree._Element, marks: _Marks) -> Leaf | None:
        if marks.absent:
            return None
        name, kind = str(node.tag), KINDS[(node.text or "").strip()]
        return Leaf(
            name,
            kind,
            ID_LENGTH_MAX if kind is Kind.ID else marks.length,
            self._values.get(name, ()),
            marks.required,
            marks.repeated,
            marks.since,
            marks.macro,
            marks.least,
            marks.most,
        )
