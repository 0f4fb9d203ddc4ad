"""Text as a search looks at it: without case, accents or a telephone number's punctuation."""

import re
import unicodedata
from collections.abc import Iterable

from django.db.models import Q

_PHONE_DIGITS_MIN = 4
_NOT_DIGITS = re.compile(r"[^0-9]")
_PHONE_LIKE = re.compile(r"[0-9()+./\s-]+")
_WORDS_MAX = 8


def fold(text: str) -> str:
    """Return `text` without case and accents: fold("Müller & SÖHNE") == "muller & sohne"."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(each for each in decomposed if not unicodedata.combining(each))


def searchable(texts: Iterable[str], *, phone: str = "") -> str:
    """Return what a record's texts look like to a search."""
    digits = _NOT_DIGITS.sub("", phone)
    return "\n".join(fold(each) for each in (*texts, phone, digits) if each)


def matches(wanted: str, *, field: str = "searchable") -> Q:
    """Return the condition that a record holds every word of `wanted`, or its digits as a phone."""
    condition = Q()
    for word in fold(wanted).split()[:_WORDS_MAX]:
        condition &= Q(**{f"{field}__contains": word})
    digits = _NOT_DIGITS.sub("", wanted)
    if len(digits) >= _PHONE_DIGITS_MIN and _PHONE_LIKE.fullmatch(wanted.strip()):
        condition |= Q(**{f"{field}__contains": digits})
    return condition
