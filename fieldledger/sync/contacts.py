"""E-mail addresses and phone numbers as people type them: several in a field, words beside them."""

import re
from typing import Final

_BETWEEN_ADDRESSES: Final = re.compile(r"[;,\s<>()]+")
_BETWEEN_NUMBERS: Final = re.compile(r"[;,/&]|\bor\b|\band\b", re.IGNORECASE)
_EXTENSION: Final = re.compile(
    r"\s*(?:\bext(?:ension|n)?\b\.?|\bx|#)\s*\.?\s*\d+\D*$", re.IGNORECASE
)
NUMBER_MIN: Final = 7  # Digits of a whole phone number in the United States.


def addresses(text: str) -> tuple[str, ...]:
    """Return the e-mail addresses in a field, as they are written, each once.

    addresses("Ann <a@example.com>; b@example.com") == ("a@example.com", "b@example.com"). What
    holds no "@" comes back whole.
    """
    parts = [each.strip(".:'\"") for each in _BETWEEN_ADDRESSES.split(text) if "@" in each]
    if not parts:
        whole = text.strip()
        return (whole,) if whole else ()
    once = {each.lower(): each for each in reversed(parts)}
    return tuple(dict.fromkeys(once[each.lower()] for each in parts))


def numbers(text: str) -> tuple[str, ...]:
    """Return the phone numbers in a field, as they are written.

    numbers("650 555 0001 / 650 555 0002") has two; what is cut in less than whole numbers
    ("555/123-4567", "555-0101, ask for Ann") comes back whole.
    """
    parts = [each.strip() for each in _BETWEEN_NUMBERS.split(text)]
    if len(parts) > 1 and all(len(_digits(each)) >= NUMBER_MIN for each in parts):
        return tuple(parts)
    whole = text.strip()
    return (whole,) if whole else ()


def dialled(number: str) -> str:
    """Return a number's digits without a leading 1; "" if it has none."""
    return _digits(number).removeprefix("1")


def without_extension(number: str) -> str:
    """Return what is dialled before an extension: "(650) 555-0001 x 12" gives "6505550001"."""
    return dialled(_EXTENSION.sub("", number))


def contact_keys(email: str, *phones: str) -> tuple[str, ...]:
    """Return what two records have in common that can be reached in the same way; maybe nothing.

    contact_keys(" Anna@Example.com ", "1 (555) 010-4477") ==
    ("@anna@example.com", "#5550104477").
    """
    keys = ["@" + each.lower() for each in addresses(email)]
    keys += ["#" + key for text in phones for each in numbers(text) if (key := dialled(each))]
    return tuple(dict.fromkeys(keys))


def _digits(text: str) -> str:
    return "".join(each for each in text if "0" <= each <= "9")
