"""The glossary, read from docs/glossary.md: the file has one place, the help shows it."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

_FILE: Final = Path(__file__).parent / "glossary.md"
_LINK: Final = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_CODE: Final = re.compile(r"`([^`]*)`")
_STRESSED: Final = re.compile(r"\*([^*]+)\*")


@dataclass(frozen=True, slots=True)
class Term:
    """A word of ours and what it means, as HTML; `plain` is both for the search."""

    word: str
    meaning: SafeString
    plain: str


@dataclass(frozen=True, slots=True)
class Part:
    """Terms under one title."""

    title: str
    terms: tuple[Term, ...]


@cache
def parts() -> tuple[Part, ...]:
    """Return the glossary's tables in their order."""
    found: list[tuple[str, list[Term]]] = []
    for line in _FILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            found.append((line[3:].strip(), []))
        elif line.startswith("| ") and found and not line.startswith(("| word ", "| ---")):
            word, _, meaning = line.strip("| ").partition(" | ")
            found[-1][1].append(Term(word, _shown(meaning), _plain(f"{word} {meaning}")))
    return tuple(Part(title, tuple(terms)) for title, terms in found if terms)


def _plain(text: str) -> str:
    return _LINK.sub(r"\1", text).replace("`", "").replace("*", "")


def _shown(text: str) -> SafeString:
    escaped = str(conditional_escape(_LINK.sub(r"\1", text)))
    marked = _STRESSED.sub(r"<em>\1</em>", _CODE.sub(r"<code>\1</code>", escaped))
    return mark_safe(marked)  # noqa: S308 - escaped above; the two marks are ours.
