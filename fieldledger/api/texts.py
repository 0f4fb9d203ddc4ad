"""Text that goes to services which compare it and never keep it."""

import unicodedata
from collections.abc import Iterator
from typing import Any

from fieldledger.api.problems import invalid


def require_plain_text(named: dict[str, Any]) -> dict[str, Any]:
    """Return `named`; no text in it, and no name, holds a control character or half a pair.

    :raises Problem: 422 naming the field.
    """
    wrong = sorted({name for name, value in named.items() for each in _texts(value) if _bad(each)})
    if wrong:
        raise invalid({name: ["This holds a control character."] for name in wrong})
    return named


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for name, each in value.items():
            yield str(name)
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)


def _bad(text: str) -> bool:
    return any(unicodedata.category(each) in {"Cc", "Cs"} for each in text)
