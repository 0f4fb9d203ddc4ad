"""The words by which records are found, as text: folded, in UTF-8, of at most 60 bytes each."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from fieldledger.office.searching import fold

WORD_BYTES_MAX: Final = 60
_WORDS_MAX: Final = 24  # Of one record.
_WANTED_MAX: Final = 5  # Of one search.
_WORD: Final = re.compile(r"[^\W_]+")
_AMOUNT: Final = re.compile(r"\$?\d[\d,]*(?:\.\d{0,2})?")
_NOT_DIGITS: Final = re.compile(r"\D")
_LOCAL_NUMBER_DIGITS: Final = 7  # North America: without the area code.
_NUMBER_DIGITS: Final = 10


def client_words(names: Iterable[str], *, email: str, phone: str) -> set[bytes]:
    """Return a client's words: of its names, its address, its number with and without its start."""
    digits = _NOT_DIGITS.sub("", phone)
    numbers = [digits[-_NUMBER_DIGITS:], digits[-_LOCAL_NUMBER_DIGITS:], digits]
    phrases = [phrase for each in names for phrase in _phrases(each)]
    return _packed([*phrases, *_words(*phrases), fold(email), *numbers, *_words(email, phone)])


def item_words(name: str, description: str) -> set[bytes]:
    """Return an item's words: of its name, then of its description as far as there is room."""
    return _packed([*_phrases(name), *_words(name, description)])


def money_words(mark: str, amount: Decimal) -> set[bytes]:
    """Return the words of an invoice or a payment: of its number or reference, and its amount."""
    return _packed([fold(mark), f"{amount:.2f}", *_words(mark)])


def wanted_words(text: str) -> list[bytes]:
    """Return the beginnings to look for: words, amounts without their marks, addresses whole."""
    wanted: list[str] = []
    for each in fold(text).split():
        if _AMOUNT.fullmatch(each) and set(each) & set("$.,"):
            wanted.append(each.replace("$", "").replace(",", ""))
        elif "@" in each:
            wanted.append(each)
        else:
            wanted += _WORD.findall(each)
    return [each.encode()[:WORD_BYTES_MAX] for each in wanted[:_WANTED_MAX]]


def phrase(text: str) -> bytes:
    """Return the whole text as a beginning to look for."""
    return " ".join(fold(text).split()).encode()[:WORD_BYTES_MAX]


def _phrases(name: str) -> list[str]:
    """Return a name as one, and of two words also the other way round: "smith john"."""
    words = fold(name).split()
    turned = [f"{words[1].rstrip(',')} {words[0].rstrip(',')}"] if len(words) == 2 else []
    return [" ".join(words), *turned]


def _words(*texts: str) -> list[str]:
    return [word for each in texts for word in _WORD.findall(fold(each))]


def _packed(words: Iterable[str]) -> set[bytes]:
    once = list(dict.fromkeys(each for each in words if each))
    return {each.encode()[:WORD_BYTES_MAX] for each in once[:_WORDS_MAX]}
