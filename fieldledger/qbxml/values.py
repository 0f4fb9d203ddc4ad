"""The text of qbXML's leaves: written strictly, read leniently.

Writing refuses what QuickBooks would refuse or change; reading gives None for what cannot be
meant, such as the 30th of February that one recorded answer has.

Source: qbXML 13.0 schema, the patterns of its base types.
"""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final
from uuid import UUID

from fieldledger.qbxml.schema import Kind, Leaf

LONG_TEXT: Final = 4095  # Characters: Memo, Notes, Desc. Shorter texts are single lines.
AMOUNT_DIGITS_MAX: Final = 13  # Before the point; AMTTYPE.
NUMBER_DIGITS_MAX: Final = 10  # Before the point; PRICETYPE, QUANTYPE, PERCENTTYPE.
_CENT: Final = Decimal("0.01")
_FINEST: Final = Decimal("0.00001")
_AMOUNT_END: Final = Decimal(10) ** AMOUNT_DIGITS_MAX
_NUMBER_END: Final = Decimal(10) ** NUMBER_DIGITS_MAX
_YEAR_MIN: Final = 1901  # Dates from 1901 to 9999. Source: OSR.
_MOMENT_MIN: Final = dt.datetime(1970, 1, 1)  # noqa: DTZ001 - a wall clock, as QuickBooks reads it
_MOMENT_MAX: Final = dt.datetime(2038, 1, 18)  # noqa: DTZ001 - a day inside what OSR allows
_INT_END: Final = 2**31

_GUID: Final = re.compile(r"0|\{[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREAK: Final = re.compile(r"[\t\r\n]")
_ESCAPES: Final = (  # The ampersand first: the others bring new ones.
    ("&", "&amp;"),
    ("<", "&lt;"),
    (">", "&gt;"),
    ('"', "&quot;"),
    ("'", "&apos;"),
    ("\r", "&#13;"),
)
# What needs no escape and no entity, and is in QuickBooks' characters: the common case, fast.
is_plain: Final = re.compile(r"[ !#-%(-;=?-~]+").fullmatch


class Unwritable(ValueError):
    """A value that QuickBooks would refuse; `reason` follows the name of what has it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_long(leaf: Leaf) -> bool:
    """Return whether the text of `leaf` may have several lines."""
    return leaf.kind is Kind.STR and leaf.length == LONG_TEXT


def escape(text: str) -> str:
    """Return `text` as it may stand in an element or attribute, whatever the encoding.

    Characters outside ASCII become decimal entities, because QuickBooks' own encoding is not the
    document's. Source: consolibyte's Cast; the qbxml gem's README.
    """
    for character, entity in _ESCAPES:
        if character in text:
            text = text.replace(character, entity)
    if text.isascii():
        return text
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def check_text(text: object, *, length: int | None, is_long: bool) -> str:
    """Return `text`, if QuickBooks can hold it as it is.

    :raises Unwritable: if it is longer than `length`, or has control characters, line breaks
        where it is not `is_long`, or characters that are not in Windows-1252.
    """
    if not isinstance(text, str):
        raise Unwritable("is not a text")
    if length is not None and len(text) > length:
        raise Unwritable(f"has {len(text)} characters, and QuickBooks takes {length}")
    if text.isascii() and text.isprintable():
        return text
    if _CONTROL.search(text):
        raise Unwritable("has a control character")
    if not is_long and _BREAK.search(text):
        raise Unwritable("has a line break or a tab, and has to be a single line")
    try:
        # QuickBooks stores Windows-1252 and would put "?" for everything else.
        # Source: the qbxml gem's README.
        text.encode("cp1252")
    except UnicodeEncodeError as error:
        character = text[error.start]
        shown = character if character.isprintable() else f"U+{ord(character):04X}"
        raise Unwritable(f"has a character that QuickBooks cannot store: {shown}") from None
    return text


# --- Writing ---


def write_amount(value: object) -> str:
    """Return money with two decimals; nothing is rounded."""
    number = _decimal(value)
    if abs(number) >= _AMOUNT_END:
        raise Unwritable("is too large an amount")
    if number != (cents := number.quantize(_CENT)):
        raise Unwritable("has fractions of a cent")
    return f"{cents or _CENT - _CENT:f}"


def write_number(value: object) -> str:
    """Return a price, quantity or percentage with at most five decimals; nothing is rounded."""
    number = _decimal(value)
    if abs(number) >= _NUMBER_END:
        raise Unwritable("is too large a number")
    if number != (rounded := number.quantize(_FINEST)):
        raise Unwritable("has more than five decimals")
    if not number:
        return "0"
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), "a finite number"
    return f"{number if exponent >= -5 else rounded:f}"


def _decimal(value: object) -> Decimal:
    # A float would bring 0.30000000000000004, and True is an int to Python.
    if not isinstance(value, Decimal | int) or isinstance(value, bool):
        raise Unwritable("is not a decimal number")
    number = Decimal(value)
    if not number.is_finite():
        raise Unwritable("is not a number")
    return number


def write_flag(value: object) -> str:
    if not isinstance(value, bool):
        raise Unwritable("is not yes or no")
    return "true" if value else "false"


def write_date(value: object) -> str:
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise Unwritable("is not a date")
    if value.year < _YEAR_MIN:
        raise Unwritable(f"is before the year {_YEAR_MIN}")
    return value.isoformat()


def write_moment(value: object) -> str:
    """Return a time to the second; one without a zone is the wall clock of QuickBooks' computer.

    A fraction of a second falls away: the schema has no place for it.
    """
    if not isinstance(value, dt.datetime):
        raise Unwritable("is not a time")
    if not _MOMENT_MIN < value.replace(tzinfo=None) < _MOMENT_MAX:
        raise Unwritable("is before 1970 or after 2038")
    offset = value.utcoffset()
    if offset is not None and offset % dt.timedelta(minutes=1):
        raise Unwritable("has a zone that is off by seconds")
    return value.isoformat(timespec="seconds")


def write_whole(value: object, *, least: int | None = None, most: int | None = None) -> str:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unwritable("is not a whole number")
    low = -_INT_END if least is None else least
    high = _INT_END - 1 if most is None else most
    if not low <= value <= high:
        raise Unwritable(f"is not between {low} and {high}")
    return str(value)


def write_guid(value: object) -> str:
    """Return {8-4-4-4-12} in braces, or the 0 that stands for the users' custom fields."""
    if isinstance(value, UUID):
        return f"{{{value}}}".upper()
    if not isinstance(value, str) or not _GUID.fullmatch(value):
        raise Unwritable("is not a GUID in braces")
    return value


WRITERS: Final[Mapping[Kind, Callable[[object], str]]] = {
    Kind.AMT: write_amount,
    Kind.PRICE: write_number,
    Kind.QTY: write_number,
    Kind.PCT: write_number,
    Kind.FLOAT: write_number,
    Kind.BOOL: write_flag,
    Kind.DATE: write_date,
    Kind.DATETIME: write_moment,
    Kind.GUID: write_guid,
}


# --- Reading ---

_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,20}(\.[0-9]{0,10})?")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,18}")
_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


def read_number(text: str | None) -> Decimal | None:
    """Return the number in `text`, None if there is none."""
    found = text.strip() if text else ""
    return Decimal(found) if _NUMBER.fullmatch(found) else None


def read_whole(text: str | None) -> int | None:
    found = text.strip() if text else ""
    return int(found) if _WHOLE.fullmatch(found) else None


def read_flag(text: str | None) -> bool | None:
    return _FLAGS.get(text.strip().lower()) if text else None


def read_date(text: str | None) -> dt.date | None:
    """Return the date that `text` begins with, None if there is none or it cannot be."""
    match = _DATE.match(text.strip()) if text else None
    if match is None:
        return None
    try:
        return dt.date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None
