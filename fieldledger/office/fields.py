"""Reading what people and programs give for a field: the value, or a sentence about what is wrong.

A reader takes anything that a form or a JSON document may hold, and our own types.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from uuid import UUID

from fieldledger.office.refusals import Errors

Values = Mapping[str, object]
Reader = Callable[[object], object]

DATE_MIN = date(1970, 1, 1)
DATE_MAX = date(2199, 12, 31)

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_NUMBER_LENGTH_MAX = 60
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
# A shape, not a proof: whether somebody reads there only a letter can show.
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>.]+(\.[^@\s,;<>.]+)*")
_LINE_CHARACTERS = "\n\t"
# XML 1.0 cannot carry these two either (W3C XML 1.0, production 2, Char).
_NOT_IN_XML = "\ufffe\uffff"


class Wrong(ValueError):
    """The value cannot be taken; the message is a sentence for the person."""


def text(label: str, length_max: int, *, required: bool = False, lines: bool = False) -> Reader:
    """Return a reader of text, its ends trimmed; with `lines` it may have several lines."""

    def read(value: object) -> str:
        if value is None:
            value = ""
        if not isinstance(value, str):
            raise Wrong(f"{label} must be text.")
        taken = unicodedata.normalize("NFC", value.replace("\r\n", "\n").strip())
        for character in taken:
            if _is_control(character) and not (lines and character in _LINE_CHARACTERS):
                raise Wrong(
                    f"{label} holds a control character (U+{ord(character):04X});"
                    " it cannot be kept or sent to QuickBooks. Remove it."
                )
        if required and not taken:
            raise Wrong(f"{label} is missing.")
        if len(taken) > length_max:
            raise Wrong(f"{label} has {len(taken)} characters; at most {length_max} fit.")
        return taken

    return read


def optional_text(label: str, length_max: int) -> Reader:
    """Return a reader of text that is None where there is none."""
    read_text = text(label, length_max)
    return lambda value: read_text(value) or None


def email(label: str) -> Reader:
    """Return a reader of one e-mail address, or "" for none."""
    read_text = text(label, 254)

    def read(value: object) -> str:
        taken = str(read_text(value))
        if taken and not _EMAIL.fullmatch(taken):
            raise Wrong(f"{label} must be one e-mail address, like ann@example.com.")
        return taken

    return read


def number(
    label: str, *, places: int, least: Decimal, most: Decimal, required: bool = True
) -> Reader:
    """Return a reader of a number with at most `places` decimals, kept with exactly as many.

    Where it is not required, nothing is zero.
    """
    example = "125.00" if places == 2 else "12.5"
    unit = Decimal(1).scaleb(-places)

    def read(value: object) -> Decimal:
        if value is None or (isinstance(value, str) and not value.strip()):
            if required:
                raise Wrong(f"{label} is missing.")
            return Decimal(0).quantize(unit)
        taken = _decimal(value)
        if taken is None:
            raise Wrong(f"{label} must be a number, like {example}.")
        if not least <= taken <= most:
            raise Wrong(f"{label} must be from {least:,} to {most:,}.")
        rounded = taken.quantize(unit)
        if rounded != taken:
            raise Wrong(f"{label} may have at most {places} decimals, like {example}.")
        return rounded + 0  # Never -0.

    return read


def day(label: str, *, required: bool = True) -> Reader:
    """Return a reader of a date; where it is not required, nothing is None."""

    def read(value: object) -> date | None:
        if isinstance(value, str):
            value = value.strip()
        if value is None or value == "":
            if required:
                raise Wrong(f"{label} is missing.")
            return None
        taken = _date(value)
        if taken is None:
            raise Wrong(f"{label} must be a date, like 2026-05-03.")
        if not DATE_MIN <= taken <= DATE_MAX:
            raise Wrong(f"{label} must lie between {DATE_MIN} and {DATE_MAX}.")
        return taken

    return read


def flag(label: str) -> Reader:
    """Return a reader of yes or no."""

    def read(value: object) -> bool:
        if not isinstance(value, bool):
            raise Wrong(f"{label} must be true or false.")
        return value

    return read


def choice(label: str, choices: Iterable[str]) -> Reader:
    """Return a reader of one of `choices`."""
    known = tuple(choices)

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in known:
            raise Wrong(f"{label} must be one of: {', '.join(known)}.")
        return value

    return read


def guid(value: object) -> UUID | None:
    """Return the id that `value` is or writes, or None."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def read_values(
    readers: Mapping[str, Reader], values: Values, errors: Errors, *, prefix: str = ""
) -> dict[str, object]:
    """Return what `values` names, read; what cannot be read is put into `errors`."""
    taken: dict[str, object] = {}
    for name, value in values.items():
        reader = readers.get(name)
        if reader is None:
            errors.setdefault(f"{prefix}{name}", []).append("There is no field of this name.")
            continue
        try:
            taken[name] = reader(value)
        except Wrong as wrong:
            errors.setdefault(f"{prefix}{name}", []).append(str(wrong))
    return taken


def _is_control(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"} or character in _NOT_IN_XML


def _decimal(value: object) -> Decimal | None:
    if isinstance(value, str):
        value = value.strip()
        if len(value) > _NUMBER_LENGTH_MAX or not _NUMBER.fullmatch(value):
            return None
        return Decimal(value)
    # Not a float: what it means to the cent nobody can say.
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    try:
        taken = Decimal(value)
    except InvalidOperation:
        return None
    return taken if taken.is_finite() else None


def _date(value: object) -> date | None:
    if isinstance(value, date):
        return None if isinstance(value, datetime) else value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
