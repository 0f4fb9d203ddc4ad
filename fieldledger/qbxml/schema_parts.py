"""The words that the table of qbXML is written in: leaves, branches and choices.

The table states, for each request and record, which elements QuickBooks Desktop (US) takes or
gives, in which order, how long they may be and since which version of qbXML. The facts are those
of the qbXML 13.0 schema; where nothing else is said, that is the source of every row.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias


class Kind(StrEnum):
    """What the text of a leaf may look like. Source: qbXML 13.0 schema, the base types."""

    STR = "STR"
    ID = "ID"  # ListID, TxnID, TxnLineID: opaque, at most 36 characters.
    BOOL = "BOOL"  # true, false, 1, 0, in lower case.
    DATE = "DATE"  # YYYY-MM-DD.
    DATETIME = "DATETIME"  # YYYY-MM-DDThh:mm:ss+hh:mm; no Z, no fraction.
    AMT = "AMT"  # Money: at most 13 digits, then no or exactly two decimals.
    PRICE = "PRICE"  # At most 10 digits and 5 decimals; so are QTY and PCT.
    QTY = "QTY"
    PCT = "PCT"
    FLOAT = "FLOAT"
    INT = "INT"
    GUID = "GUID"  # {8-4-4-4-12} in braces, or 0.
    ENUM = "ENUM"
    INTERVAL = "INTERVAL"  # PT8H30M.


ID_LENGTH_MAX: Final = 36  # Characters. Source: qbXML 13.0 schema, IDTYPE.


@dataclass(frozen=True, slots=True)
class Leaf:
    """An element that holds text; `length` is in characters, `since` a version of qbXML."""

    name: str
    kind: Kind
    length: int | None = None
    values: tuple[str, ...] = ()  # The words an ENUM may take.
    required: bool = False
    repeated: bool = False
    since: int = 1
    macro: bool = False  # useMacro="TxnID:…" may stand for the id of an earlier request's answer.
    least: int | None = None  # The smallest and largest number an INT may be.
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """An element that holds elements, in this order and in no other."""

    name: str
    parts: tuple["Part", ...]
    required: bool = False
    repeated: bool = False
    since: int = 1


@dataclass(frozen=True, slots=True)
class OneOf:
    """A choice: the parts of exactly one branch, or of at most one where it is not required.

    Where it is repeated the branches may follow each other in any number and mix, as the lines
    and the groups of lines of an invoice do.
    """

    branches: tuple[tuple["Part", ...], ...]
    required: bool = False
    repeated: bool = False
    since: int = 1


Part: TypeAlias = Leaf | Branch | OneOf


def words(text: str) -> tuple[str, ...]:
    """Return the words of `text`: "Cash Check Visa" stands for three values of an enumeration."""
    return tuple(text.split())


def text(
    name: str,
    length: int | None = None,
    *,
    required: bool = False,
    repeated: bool = False,
    since: int = 1,
) -> Leaf:
    return Leaf(name, Kind.STR, length, required=required, repeated=repeated, since=since)


def ident(
    name: str,
    *,
    required: bool = False,
    repeated: bool = False,
    since: int = 1,
    macro: bool = False,
) -> Leaf:
    return Leaf(name, Kind.ID, ID_LENGTH_MAX, (), required, repeated, since, macro)


def flag(name: str, *, required: bool = False, since: int = 1) -> Leaf:
    return Leaf(name, Kind.BOOL, required=required, since=since)


def date(name: str, *, required: bool = False, since: int = 1) -> Leaf:
    return Leaf(name, Kind.DATE, required=required, since=since)


def moment(name: str, *, required: bool = False, since: int = 1) -> Leaf:
    return Leaf(name, Kind.DATETIME, required=required, since=since)


def amount(name: str, *, required: bool = False, since: int = 1) -> Leaf:
    return Leaf(name, Kind.AMT, required=required, since=since)


def price(name: str, *, required: bool = False) -> Leaf:
    return Leaf(name, Kind.PRICE, required=required)


def quantity(name: str, *, required: bool = False, since: int = 1) -> Leaf:
    return Leaf(name, Kind.QTY, required=required, since=since)


def percent(name: str, *, required: bool = False) -> Leaf:
    return Leaf(name, Kind.PCT, required=required)


def rate(name: str, *, since: int = 1) -> Leaf:
    return Leaf(name, Kind.FLOAT, since=since)


def whole(
    name: str,
    *,
    required: bool = False,
    since: int = 1,
    least: int | None = None,
    most: int | None = None,
) -> Leaf:
    return Leaf(name, Kind.INT, required=required, since=since, least=least, most=most)


def guid(name: str, *, required: bool = False, repeated: bool = False, since: int = 1) -> Leaf:
    return Leaf(name, Kind.GUID, required=required, repeated=repeated, since=since)


def word(
    name: str,
    *values: str,
    required: bool = False,
    repeated: bool = False,
    since: int = 1,
) -> Leaf:
    return Leaf(name, Kind.ENUM, values=values, required=required, repeated=repeated, since=since)


def branch(
    name: str,
    *parts: Part,
    required: bool = False,
    repeated: bool = False,
    since: int = 1,
) -> Branch:
    return Branch(name, parts, required, repeated, since)


def ref(
    name: str,
    length: int | None = None,
    *,
    required: bool = False,
    repeated: bool = False,
    since: int = 1,
) -> Branch:
    """Return a reference to a record of a list, by ListID or by a FullName of at most `length`.

    The schema lets both stand; QuickBooks then ignores the name. Source: OSR.
    """
    parts = (ident("ListID"), text("FullName", length))
    return Branch(name, parts, required, repeated, since)


def one_of(
    *branches: Part | tuple[Part, ...],
    required: bool = False,
    repeated: bool = False,
    since: int = 1,
) -> OneOf:
    """Return a choice; a branch of one part may be given bare."""
    groups = tuple(each if isinstance(each, tuple) else (each,) for each in branches)
    return OneOf(groups, required, repeated, since)
