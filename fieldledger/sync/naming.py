"""Names and texts as QuickBooks can hold them, by one rule a person can see.

QuickBooks stores Windows-1252: Western letters, digits and common marks (the qbxml gem's README,
"QuickBooks only supports ISO-8859-1"; consolibyte's Cast.php). What it cannot hold it refuses or
turns into "?". So we decide before it does, and always the same way:

- a letter that has a plain form is written in it: "Łukasz" becomes "Lukasz", "⅓" becomes "1/3";
- any other character becomes "_", one for one: "Bob 🔧 Plumbing" becomes "Bob _ Plumbing";
- what has no form at all (control characters, joiners, direction marks) is left out;
- what is too long is cut at a word and ends in "…", which Windows-1252 has.

Names have two more rules, of QuickBooks' own: the colon stands between parent and child, so ours
becomes "-"; and spaces at the ends or doubled tell no two names apart, so they are taken out.
"""

import unicodedata
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import lru_cache
from itertools import count
from typing import Final

CUSTOMER_NAME_MAX: Final = 41  # Characters: CustomerAdd/Name, qbXML 13.0 schema.
ITEM_NAME_MAX: Final = 31  # Characters: ItemServiceAdd/Name and all other items, the same schema.

REPLACEMENT: Final = "_"
ELLIPSIS: Final = "…"

# Letters and marks that Unicode does not take apart, and their plain form.
_PLAIN: Final = str.maketrans(
    {
        "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ŧ": "t", "Ŧ": "T",
        "ŋ": "n", "Ŋ": "N", "ĸ": "k", "ə": "e", "Ə": "E", "ẞ": "SS", "Ɖ": "D",
        "‐": "-", "‑": "-", "‒": "–", "―": "—", "−": "-", "⁃": "-", "﹣": "-", "⁄": "/", "∕": "/",
        "′": "'", "″": '"', "‵": "'", "‛": "‘", "‟": "“", "ʼ": "’", "ʻ": "‘", "ʹ": "'", "ʺ": '"',
        "∙": "·", "●": "•", "◦": "°", "∗": "*", "∼": "~", "₱": "P",
    }
)  # fmt: skip


class CannotBeSent(ValueError):
    """A record that must not go to QuickBooks as it stands; a person has to change something.

    `field` is our name for what is in the way ("number"), `sentence` says it in plain words, fit
    for the sync log, and `code` is the key of words.explain.
    """

    def __init__(self, field: str, sentence: str, code: str) -> None:
        super().__init__(sentence)
        self.field = field
        self.sentence = sentence
        self.code = code


@dataclass(frozen=True, slots=True)
class Named:
    """A name as QuickBooks can hold it, and a sentence for each thing that was changed in it."""

    name: str
    changed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A text as QuickBooks can hold it, and a sentence for each thing that was changed in it."""

    text: str
    changed: tuple[str, ...] = ()


# Asked several times for each of the names of a message set: sizing.LIST_REQUESTS_MAX at most.
@lru_cache(maxsize=1024)
def quickbooks_name(wanted: str, *, limit: int) -> Named:
    """Return `wanted` as a name QuickBooks accepts, at most `limit` characters long.

    quickbooks_name(" Smith:  Anna", limit=41).name == "Smith- Anna". The result given again
    comes back unchanged. Trimmed and collapsed spaces are not reported: nobody sees them.

    Source of the colon's rule: QuickBooks' own text to status 3090, "Names in this list cannot
    contain a colon"; of the length: names too long are refused with 3070, never cut (flowlink
    tests).

    :raises CannotBeSent: if nothing is left of `wanted` (code "blank_name").
    """
    if (
        wanted.isascii()
        and wanted.isprintable()
        and len(wanted) <= limit
        and ":" not in wanted
        and "  " not in wanted
        and wanted
        and wanted[0] != " "
        and wanted[-1] != " "
    ):
        return Named(wanted)
    text, changed = _hold(wanted)
    if ":" in text:
        text = text.replace(":", "-")
        changed.append('QuickBooks does not allow ":" in a name; it was replaced with "-".')
    text = " ".join(text.split())
    if not text:
        raise CannotBeSent(
            "name", "The name is empty. QuickBooks needs a name: enter one.", "blank_name"
        )
    if len(text) > limit:
        text = shorten(text, limit)
        changed.append(f"QuickBooks takes at most {limit} characters here; the name was shortened.")
    return Named(text, tuple(changed))


def quickbooks_text(text: str, *, limit: int | None = None, one_line: bool = False) -> Held:
    """Return `text` as QuickBooks can hold it, at most `limit` characters long.

    Line breaks become "\\n", or a space where the field has one line (`one_line`: addresses,
    phones, names of persons). Spaces at the ends are taken out. The result given again comes back
    unchanged.
    """
    if text.isascii() and text.isprintable() and (limit is None or len(text) <= limit):
        return Held(text.strip())
    held, changed = _hold(text)
    if one_line:
        held = " ".join(part.strip() for part in held.split("\n") if part.strip())
    held = held.strip()
    if limit is not None and len(held) > limit:
        held = shorten(held, limit)
        changed.append(f"QuickBooks takes at most {limit} characters here; the text was shortened.")
    return Held(held, tuple(changed))


def free_name(wanted: str, taken: AbstractSet[str], *, limit: int) -> str:
    """Return `wanted`, or `wanted` with the first free differentiator.

    `taken` holds names already used, folded by fold(). The result is a quickbooks_name of at
    most `limit` characters whose folded form is not in `taken`:
    free_name("John Smith", {"john smith"}, limit=41) == "John Smith – 2".

    Source: Workiz help, "Resolve future client conflicts" (the "– 2" form).

    :raises CannotBeSent: if nothing is left of `wanted` (code "blank_name").
    """
    name = quickbooks_name(wanted, limit=limit).name
    if fold(name) not in taken:
        return name
    for number in count(2):  # Ends: at most len(taken) candidates can be taken.
        suffix = f" – {number}"
        candidate = shorten(name, limit - len(suffix)) + suffix
        if fold(candidate) not in taken:
            return candidate
    raise AssertionError("unreachable")


@lru_cache(maxsize=2048)
def fold(name: str) -> str:
    """Return what two names have in common that are the same name to QuickBooks.

    QuickBooks compares names without regard to case and spaces at the ends (OnTime360 help,
    "Duplicate names"). We go a little further, to the safe side: doubled spaces, composed and
    decomposed letters and "ß" and "ss" do not tell names apart either.
    """
    if not name.isascii():
        # Twice: folding can take letters apart that composing had joined ("ǰ").
        name = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
    return " ".join(name.casefold().split())


def shorten(text: str, limit: int) -> str:
    """Return `text`, or its beginning and "…" in at most `limit` characters (1 or more).

    The cut is at a word where that keeps more than half of what fits.
    """
    if len(text) <= limit:
        return text
    start = text[: limit - 1]
    if text[limit - 1].isalnum():
        space = start.rfind(" ")
        if space > limit // 2:
            start = start[:space]
    return start.rstrip(" \n,;.-–" + ELLIPSIS) + ELLIPSIS


def holds(text: str) -> bool:
    """Return whether QuickBooks can hold every character of `text` as it is."""
    if text.isascii():
        return text.isprintable()
    try:
        text.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return not any(character < " " or character == "\x7f" for character in text)


def _hold(text: str) -> tuple[str, list[str]]:
    """Return `text` in QuickBooks' characters, line breaks as "\\n", and what was changed."""
    whole = unicodedata.normalize("NFC", text)
    whole = whole.replace("\r\n", "\n").replace("\r", "\n")
    written: list[str] = []
    plain: list[str] = []
    replaced: list[str] = []
    for character in whole:
        form = _form(character)
        written.append(form)
        if form == character or not form.strip():
            continue
        (replaced if form == REPLACEMENT else plain).append(character)
    changed: list[str] = []
    if plain:
        changed.append(f"QuickBooks cannot hold {_shown(plain)}; written in plain letters.")
    if replaced:
        changed.append(f"QuickBooks cannot hold {_shown(replaced)}; replaced with “{REPLACEMENT}”.")
    return "".join(written), changed


def _form(character: str) -> str:
    """Return the form of one character that QuickBooks can hold; it may be none or several."""
    if " " <= character <= "~" or character == "\n":
        return character
    if character.isspace():  # Tabs, hard spaces, and Unicode's line separators.
        return "\n" if character in "\x0b\x0c\x85\u2028\u2029" else " "
    category = unicodedata.category(character)
    if category in {"Cc", "Cf"}:
        return ""
    if _is_cp1252(character):
        return character
    parts = unicodedata.normalize("NFKD", character.translate(_PLAIN)).translate(_PLAIN)
    form = "".join(part for part in parts if unicodedata.category(part)[0] != "M")
    if form and all(_is_cp1252(part) for part in form):
        return form
    return "" if category[0] == "M" else REPLACEMENT


def _is_cp1252(character: str) -> bool:
    if character <= "\x9f":
        return " " <= character <= "~"
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _shown(characters: list[str]) -> str:
    """Return the characters for a sentence: each once, at most five."""
    once = list(dict.fromkeys(characters))
    return "“" + "".join(once[:5]) + ("…" if len(once) > 5 else "") + "”"
