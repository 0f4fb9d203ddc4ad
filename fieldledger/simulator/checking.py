"""Reads a qbXML document as strictly as QuickBooks: structure refuses it whole, values one request.

The table of elements is fieldledger.qbxml.schema; what is done with it here is the simulator's own.

Source for which errors are whose: Intuit's sample files and status code list. A wrong order, an
unknown or missing element, a bad attribute or character is hresult 0x80040400 for the document; a
bad date, amount, length or enumeration is a status of its request.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Final

from lxml import etree

from fieldledger.qbxml import schema
from fieldledger.simulator.formats import is_kept, stored_text
from fieldledger.simulator.problems import Failed, unreadable

# What QuickBooks Desktop 2024 says it supports, HostRet/SupportedQBXMLVersion.
VERSIONS: Final = (
    *("1.0", "1.1", "2.0", "2.1", "3.0", "4.0", "4.1"),
    *(f"{major}.0" for major in range(5, 17)),
)
ENCODINGS: Final = frozenset({"utf-8", "iso-8859-1", "windows-1252", "us-ascii"})
ON_ERROR: Final = frozenset({"stopOnError", "continueOnError", "rollbackOnError"})
SET_ATTRIBUTES: Final = frozenset({"onError", "newMessageSetID", "oldMessageSetID", "responseData"})
ATTRIBUTE_WORDS: Final = {
    "iterator": ("Start", "Continue", "Stop"),
    "metaData": ("NoMetaData", "MetaDataOnly", "MetaDataAndResponseData"),
}
REQUEST_ID_LENGTH_MAX: Final = 50

_PROLOG: Final = re.compile(
    r"""\A(?:<\?xml\s+version="1\.0"(?:\s+encoding=["']([^"']+)["'])?(?:\s+standalone="[a-z]+")?\s*\?>)?
        \s*<\?qbxml\s+version=["']([0-9.]+)["']\s*\?>""",
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a document: what it asks, or the problem that a value of it has."""

    name: str  # "CustomerAddRq"
    attributes: dict[str, str]
    given: dict[str, Any]
    problem: Failed | None = None
    is_kept: bool = True  # Whether Windows-1252 has all its characters.

    @property
    def request_id(self) -> str:
        """The requestID, or nothing."""
        return self.attributes.get("requestID", "")

    @property
    def answer_name(self) -> str:
        """The answer's element: "CustomerAddRs"."""
        return self.name[:-1] + "s"


@dataclass(frozen=True, slots=True)
class Document:
    """A whole document; `text` is what its checksum is taken of."""

    on_error: str
    new_id: str | None
    old_id: str | None
    includes_none: bool
    requests: tuple[Request, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Macro:
    """A useMacro: the id of a record that an earlier request of the set writes."""

    name: str


@dataclass(slots=True, eq=False)
class Spot:
    """A place for one element among its siblings."""

    name: str
    required: bool
    repeated: bool
    since: int
    leaf: schema.Leaf | None
    inside: "Shape | None"


@dataclass(slots=True, eq=False)
class Choice:
    """A place for one of several sequences, which `by_first` finds by a first element."""

    required: bool
    repeated: bool
    nullable: bool
    by_first: "dict[str, tuple[Step, ...]]"


Step = Spot | Choice


@dataclass(slots=True, eq=False)
class Shape:
    """What may stand in an aggregate."""

    steps: tuple[Step, ...]
    spots: dict[str, Spot] = field(default_factory=dict)


def read_document(text: str) -> Document:
    """Return the document's message set.

    :raises Refused: with 0x80040400, if anything about its structure is wrong.
    """
    prolog = _PROLOG.match(text)
    if prolog is None:
        raise unreadable("no <?qbxml version?> at the start")
    encoding, version = prolog.groups()
    if encoding is not None and encoding.lower() not in ENCODINGS:
        raise unreadable(f"encoding {encoding}")
    if version not in VERSIONS:
        raise unreadable(f"qbXML version {version}")
    root = _parsed(text)
    if root.tag != "QBXML" or root.attrib or len(root) != 1 or root[0].tag != "QBXMLMsgsRq":
        raise unreadable("not one QBXMLMsgsRq in QBXML")
    envelope = root[0]
    attributes = {str(name): str(value) for name, value in envelope.attrib.items()}
    if not SET_ATTRIBUTES.issuperset(attributes) or attributes.get("onError") not in ON_ERROR:
        raise unreadable(f"QBXMLMsgsRq with {attributes}")
    if attributes.get("responseData", "includeAll") not in {"includeAll", "includeNone"}:
        raise unreadable("responseData")
    major = int(version.partition(".")[0])
    return Document(
        on_error=attributes["onError"],
        new_id=attributes.get("newMessageSetID") or None,
        old_id=attributes.get("oldMessageSetID") or None,
        includes_none=attributes.get("responseData") == "includeNone",
        requests=tuple(_read_request(each, major) for each in envelope),
        text=text,
    )


def _parsed(text: str) -> "etree._Element":
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
        load_dtd=False,
        huge_tree=True,
        encoding="utf-8",
    )
    try:
        root = etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError, ValueError) as error:
        raise unreadable(str(error)) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise unreadable("DOCTYPE")
    return root


def _read_request(element: "etree._Element", major: int) -> Request:
    name = str(element.tag)
    shape = request_shape(name)
    attributes = {str(key): str(value) for key, value in element.attrib.items()}
    allowed = schema.REQUEST_ATTRIBUTES.get(name, frozenset({"requestID"}))
    if not allowed.issuperset(attributes):
        raise unreadable(f"attributes of {name}: {sorted(attributes)}")
    for attribute, words in ATTRIBUTE_WORDS.items():
        if attributes.get(attribute, words[0]) not in words:
            raise unreadable(f"{attribute} of {name}: {attributes[attribute]}")
    problems: list[Failed] = []
    given = _read_aggregate(element, shape, major, problems)
    if len(attributes.get("requestID", "")) > REQUEST_ID_LENGTH_MAX:
        problems.insert(0, Failed(1060, "The requestID is longer than 50 characters."))
    problem = problems[0] if problems else None
    kept = all(is_kept(str(each)) for each in element.itertext(with_tail=False))
    return Request(name=name, attributes=attributes, given=given, problem=problem, is_kept=kept)


def _read_aggregate(
    element: "etree._Element", shape: Shape, major: int, problems: list[Failed]
) -> dict[str, Any]:
    tags = [str(child.tag) for child in element]
    if element.text and element.text.strip():
        raise unreadable(f"text in {element.tag}")
    reached = _walk(shape.steps, tags, 0, str(element.tag))
    if reached < len(tags):
        raise unreadable(f"{tags[reached]} is out of place in {element.tag}")
    given: dict[str, Any] = {}
    for tag, child in zip(tags, element, strict=True):
        spot = shape.spots[tag]
        if spot.since > major:
            raise unreadable(f"{tag} is newer than qbXML {major}")
        if child.tail and child.tail.strip():
            raise unreadable(f"text behind {tag}")
        value: Any
        if spot.inside is not None:
            value = _read_aggregate(child, spot.inside, major, problems)
            if child.attrib:
                if set(child.attrib) != {"defMacro"} or not tag.endswith("Add"):
                    raise unreadable(f"attributes of {tag}")
                value["defMacro"] = str(child.attrib["defMacro"])
        else:
            assert spot.leaf is not None
            value = _read_leaf(child, spot.leaf, problems)
        if spot.repeated:
            given.setdefault(tag, []).append(value)
        else:
            given[tag] = value
    return given


def _read_leaf(
    element: "etree._Element", leaf: schema.Leaf, problems: list[Failed]
) -> "str | Macro":
    if len(element):
        raise unreadable(f"elements in {leaf.name}")
    text = element.text or ""
    if element.attrib:
        if not leaf.macro or set(element.attrib) != {"useMacro"} or text:
            raise unreadable(f"attributes of {leaf.name}")
        return Macro(str(element.attrib["useMacro"]))
    try:
        return READERS[leaf.kind.value](text, leaf)
    except Failed as problem:
        problems.append(problem)
        return ""


def _walk(steps: Sequence[Step], tags: list[str], at: int, where: str) -> int:
    """Return the position behind the elements that the steps take, from `at` on."""
    for step in steps:
        start = at
        if isinstance(step, Spot):
            while at < len(tags) and tags[at] == step.name:
                at += 1
                if not step.repeated:
                    break
            if at == start and step.required:
                raise unreadable(f"{step.name} is missing in {where}")
            continue
        while at < len(tags):
            branch = step.by_first.get(tags[at])
            if branch is None:
                break
            at = _walk(branch, tags, at, where)
            if not step.repeated:
                break
        if at == start and step.required and not step.nullable:
            raise unreadable(f"one of {sorted(step.by_first)} is missing in {where}")
    return at


@cache
def request_shape(name: str) -> Shape:
    """Return what may stand in a request.

    :raises Refused: if there is no such request.
    """
    branch = schema.REQUESTS.get(name)
    if branch is None:
        raise unreadable(f"unknown request {name}")
    return shape_of(branch)


def shape_of(branch: schema.Branch) -> Shape:
    """Return what may stand in an aggregate of the schema's table."""
    spots: dict[str, Spot] = {}
    return Shape(steps=_steps(branch.parts, spots), spots=spots)


def _steps(parts: Sequence[schema.Part], spots: dict[str, Spot]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for part in parts:
        if isinstance(part, schema.OneOf):
            branches = [_steps(branch, spots) for branch in part.branches]
            by_first: dict[str, tuple[Step, ...]] = {}
            for branch in branches:
                for first in _firsts(branch):
                    by_first.setdefault(first, branch)
            nullable = any(all(not each.required for each in branch) for branch in branches)
            steps.append(Choice(part.required, part.repeated, nullable, by_first))
            if part.repeated:
                for branch in branches:
                    for each in branch:
                        if isinstance(each, Spot):
                            each.repeated = True
            continue
        is_leaf = isinstance(part, schema.Leaf)
        spot = Spot(
            name=part.name,
            required=part.required,
            repeated=part.repeated,
            since=part.since,
            leaf=part if isinstance(part, schema.Leaf) else None,
            inside=None if is_leaf else shape_of(part),  # type: ignore[arg-type]
        )
        spots.setdefault(spot.name, spot)
        steps.append(spot)
    return tuple(steps)


def _firsts(steps: Sequence[Step]) -> set[str]:
    firsts: set[str] = set()
    for step in steps:
        if isinstance(step, Spot):
            firsts.add(step.name)
        else:
            firsts.update(step.by_first)
        if step.required:
            break
    return firsts


def _read_text(text: str, leaf: schema.Leaf) -> str:
    stored = stored_text(text)
    if leaf.length is not None and len(stored) > leaf.length:
        raise Failed(3070, f'The string "{stored}" in the field "{leaf.name}" is too long.')
    return stored


def _by_pattern(pattern: str, status: int, what: str) -> Callable[[str, schema.Leaf], str]:
    matches = re.compile(pattern).fullmatch

    def read(text: str, leaf: schema.Leaf) -> str:
        if matches(text) is None:
            raise _invalid(status, what, text, leaf)
        return text

    return read


def _invalid(status: int, what: str, text: str, leaf: schema.Leaf) -> Failed:
    return Failed(
        status,
        f'There was an error when converting the {what} "{text}" in the field "{leaf.name}".',
    )


def _read_bool(text: str, leaf: schema.Leaf) -> str:
    plain = {"true": "true", "1": "true", "false": "false", "0": "false", "": ""}.get(text)
    if plain is None:
        raise _invalid(3010, "boolean value", text, leaf)
    return plain


def _read_date(text: str, leaf: schema.Leaf) -> str:
    if not text:
        return text
    try:
        if len(text) != len("2026-05-03") or date.fromisoformat(text).year < 1901:
            raise ValueError
    except ValueError:
        raise _invalid(3020, "date value", text, leaf) from None
    return text


_WHOLE_MATCHES: Final = re.compile(r"-?\d{1,9}").fullmatch
_TIME_MATCHES: Final = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d(:\d\d(:\d\d([+-]\d\d:\d\d)?)?)?)?"
).fullmatch


def _read_time(text: str, leaf: schema.Leaf) -> str:
    if _TIME_MATCHES(text) is None:
        raise _invalid(3020, "date value", text, leaf)
    _read_date(text[:10], leaf)
    if not 1970 <= int(text[:4]) <= 2038:  # Onscreen Reference: modified and deleted filters.
        raise _invalid(3020, "date value", text, leaf)
    return text


def _read_enum(text: str, leaf: schema.Leaf) -> str:
    if text not in leaf.values:
        raise Failed(3110, f'The enumerated value "{text}" in the field "{leaf.name}" is unknown.')
    return text


def _read_whole(text: str, leaf: schema.Leaf) -> str:
    if _WHOLE_MATCHES(text) is None:
        raise _invalid(3085, "number", text, leaf)
    too_small = leaf.least is not None and int(text) < leaf.least
    if too_small or (leaf.most is not None and int(text) > leaf.most):
        raise _invalid(3085, "number", text, leaf)
    return text


def _read_id(text: str, leaf: schema.Leaf) -> str:
    if len(text) > schema.ID_LENGTH_MAX:
        raise Failed(3000, f'The given object ID "{text}" in the field "{leaf.name}" is invalid.')
    return text


READERS: Final[dict[str, Callable[[str, schema.Leaf], str]]] = {
    "STR": _read_text,
    "ID": _read_id,
    "BOOL": _read_bool,
    "DATE": _read_date,
    "DATETIME": _read_time,
    "AMT": _by_pattern(r"([+-]?\d{1,13}(\.\d\d)?)?", 3040, "amount"),
    "PRICE": _by_pattern(r"([+-]?\d{1,10}(\.\d{1,5})?)?", 3045, "price"),
    "QTY": _by_pattern(r"([+-]?\d{1,10}(\.\d{1,5})?)?", 3060, "quantity"),
    "PCT": _by_pattern(r"([+-]?\d{1,10}(\.\d{1,5})?)?", 3050, "percentage"),
    "FLOAT": _by_pattern(r"([+-]?\d+(\.\d+)?)?", 3085, "number"),
    "INT": _read_whole,
    "GUID": _by_pattern(r"0|\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}", 3065, "GUID"),
    "INTERVAL": _by_pattern(r"PT\d+H\d+M\d+S", 3035, "time interval"),
    "ENUM": _read_enum,
}
