"""Who may be the same although no rule says so: shown to a person with the reason, never applied.

Each client is compared only with customers that share something telling with it (a contact, a
street, a word of the name), and with COMPARED_MAX of them at most: what a crowd shares is left
out. So 20,000 beside 20,000 stay quick.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz.distance import DamerauLevenshtein

from fieldledger.sync.contacts import NUMBER_MIN, contact_keys, numbers, without_extension
from fieldledger.sync.matching import Ours, Theirs
from fieldledger.sync.naming import fold

SHARED_BY_MAX: Final = 40  # Customers; what more of them share tells nobody apart.
COMPARED_MAX: Final = 40  # Customers, with each client.
_TYPO_MIN: Final = 6  # Letters of a name in which a slip may be looked for.
_BEGIN: Final = 4  # Letters that the spellings of one name mostly have in common.
_LONG: Final = 10  # Letters of a name in which two slips may be.

_WORD: Final = re.compile(r"[^\W_]+")
_SAY_NOTHING: Final = (
    "and the of for inc incorporated llc ltd llp co company corp corporation pc plc"
    " mr mrs ms miss dr jr sr ii iii"
)
_FILLING: Final = frozenset(_SAY_NOTHING.split())
_STREET: Final = {
    "street": "st", "avenue": "ave", "av": "ave", "road": "rd", "drive": "dr", "lane": "ln",
    "court": "ct", "boulevard": "blvd", "place": "pl", "terrace": "ter", "highway": "hwy",
    "circle": "cir", "parkway": "pkwy", "square": "sq", "north": "n", "south": "s", "east": "e",
    "west": "w", "suite": "ste", "apartment": "apt", "unit": "apt",
}  # fmt: skip
_WORDS: Final = {"st": "saint", "mt": "mount", "mgmt": "management", "svc": "service"}
# Forms of one first name, a line each.
_CALLED: Final = """
alexander alex
andrew andy drew
anthony tony
barbara barb
benjamin ben
charles charlie chuck
christopher chris
cynthia cindy
daniel dan danny
david dave
deborah debbie deb debra
donald don
edward ed eddie ted
elizabeth liz beth betty lisa
frank francis
gerald jerry
gregory greg
james jim jimmy
jeffrey jeff
jennifer jen jenny
jessica jess
john jack johnny jon
joseph joe joey
judith judy
katherine kate kathy katie catherine cathy
kenneth ken kenny
kimberly kim
lawrence larry
margaret peggy maggie
matthew matt
michael mike mick
nicholas nick
pamela pam
patricia pat patty
patrick pat
peter pete
philip phil phillip
raymond ray
rebecca becky
richard rick rich dick
robert bob rob bobby
ronald ron
samuel sam
sandra sandy
steven steve stephen
susan sue suzanne
theresa terry teresa
thomas tom tommy
timothy tim
victoria vicky
william bill will billy
"""
_FORMS: Final[dict[str, set[int]]] = {}
for _number, _names in enumerate(_CALLED.splitlines()):
    for _name in _names.split():
        _FORMS.setdefault(_name, set()).add(_number)


@dataclass(frozen=True, slots=True)
class Near:
    """A customer that may be this client, and why; `weight` compares likenesses."""

    list_id: str
    reason: str
    weight: int


@dataclass(slots=True)
class _Seen:
    """What is compared of one record."""

    key: Hashable
    name: str
    words: tuple[str, ...]
    others: tuple[tuple[str, tuple[str, ...]], ...]  # (what it is, its words) beside the name.
    contacts: frozenset[str]
    phones: frozenset[str]  # Without their extensions.
    streets: frozenset[str]


def find_near(ours: Iterable[Ours], theirs: Iterable[Theirs]) -> dict[Hashable, Near]:
    """Return {client's id: the customer most like it} for clients that are like one.

    Give it what matching left alone. Sub-customers are not looked at.
    """
    customers = [_theirs(each) for each in theirs if each.sublevel == 0]
    index: dict[str, list[int]] = {}
    for place, customer in enumerate(customers):
        for block in _blocks(customer):
            index.setdefault(block, []).append(place)
    found: dict[Hashable, Near] = {}
    for one in ours:
        client = _ours(one)
        best: Near | None = None
        for place in _candidates(client, index):
            near = _compare(client, customers[place])
            if near is not None and (best is None or near.weight > best.weight):
                best = near
        if best is not None:
            found[one.id] = best
    return found


def _candidates(client: _Seen, index: dict[str, list[int]]) -> Iterable[int]:
    lists = [found for block in _blocks(client) if (found := index.get(block))]
    lists = sorted((each for each in lists if len(each) <= SHARED_BY_MAX), key=len)
    candidates: dict[int, None] = {}
    for places in lists:
        for place in places:
            candidates[place] = None
            if len(candidates) >= COMPARED_MAX:
                return candidates
    return candidates


def _compare(client: _Seen, customer: _Seen) -> Near | None:
    """Return how a customer may be a client, or None where too little is alike."""
    name, weight = _likeness(client, customer)
    also = _shared(client, customer)
    if not name:
        # Two in one house, or at one number, under names that have nothing in common.
        if also and also[0] in _CONTACTS:
            return Near(str(customer.key), f"{_sentence(also)}, but another name.", 40)
        return None
    weight += 10 * len(also)
    if weight < _ENOUGH:
        return None
    said = [name, *also]
    if name == _SAME_NAME and not also:
        return Near(str(customer.key), "Same name, but no e-mail or phone in common.", weight)
    return Near(str(customer.key), f"{_sentence(said)}.", weight)


_ENOUGH: Final = 50
_SAME_NAME: Final = "same name"
_SAME_EMAIL: Final = "same e-mail"
_SAME_PHONE: Final = "same phone"
_CONTACTS: Final = frozenset({_SAME_EMAIL, _SAME_PHONE})


def _sentence(parts: Sequence[str]) -> str:
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def _shared(client: _Seen, customer: _Seen) -> list[str]:
    kinds = {each[0] for each in client.contacts & customer.contacts}
    also = []
    if "@" in kinds:
        also.append(_SAME_EMAIL)
    if "#" in kinds:
        also.append(_SAME_PHONE)
    elif client.phones & customer.phones:
        also.append("same phone but for the extension")
    if client.streets & customer.streets:
        also.append("same street")
    return also


def _likeness(client: _Seen, customer: _Seen) -> tuple[str, int]:
    """Return what the names have in common, in words, and how much it weighs."""
    if client.name == customer.name:
        return _SAME_NAME, 90
    mine, other = client.words, customer.words
    if mine and sorted(mine) == sorted(other):
        return "same words in the name", 85
    for what, words in customer.others:
        if mine and sorted(words) == sorted(mine):
            return f"its {what} in QuickBooks is called so", 75
    for what, words in client.others:
        if other and sorted(words) == sorted(other):
            return f"our {what} is called so", 75
    if not mine or not other:
        return "", 0
    if _are_numbers_equal(mine, other):
        if _is_slip(mine, other):
            return "the name is spelt almost the same", 60
        if (form := _form(mine, other)) is not None:
            return form
        if (mine_set := set(mine)) <= (other_set := set(other)) or other_set <= mine_set:
            is_telling = min(len(mine), len(other)) > 1
            return "one name contains the other", 50 if is_telling else 42
    if common := [each for each in mine if each in other and len(each) > 2]:
        return f"“{common[-1].title()}” in both names", 41 if len(common) == 1 else 45
    return "", 0


def _are_numbers_equal(mine: Sequence[str], other: Sequence[str]) -> bool:
    """Whether the numbers in two names are the same: “Unit 1” is no slip for “Unit 2”."""
    return sorted(filter(str.isdigit, mine)) == sorted(filter(str.isdigit, other))


def _is_slip(mine: Sequence[str], other: Sequence[str]) -> bool:
    one, two = "".join(sorted(mine)), "".join(sorted(other))
    straight, turned = "".join(mine), "".join(other)
    length = min(len(one), len(two))
    if length < _TYPO_MIN:
        return False
    most = 2 if length >= _LONG else 1
    return any(
        DamerauLevenshtein.distance(a, b, score_cutoff=most) <= most
        for a, b in ((straight, turned), (one, two))
    )


def _form(mine: Sequence[str], other: Sequence[str]) -> tuple[str, int] | None:
    """Return how two names of persons go together: an initial, or another form of a first name."""
    left, right = [*mine], [*other]
    for word in mine:
        if len(word) > 1 and word in right:
            left.remove(word)
            right.remove(word)
    if len(left) == len(mine) or not left or not right:
        return None
    for one, two in zip(left, right, strict=False):
        is_initial = min(len(one), len(two)) == 1 and one[0] == two[0]
        is_form = bool(_FORMS.get(one, set()) & _FORMS.get(two, set()))
        if is_initial and len(left) == len(right) == 1:
            return "an initial in place of the first name", 50
        if is_form and len(left) == len(right) == 1:
            return "another form of the first name", 55
    return None


@lru_cache(maxsize=1024)
def words_of(name: str) -> tuple[str, ...]:
    """Return a name's telling words, without accents.

    words_of("Smíth & Co., John") == ("smith", "john").
    """
    plain = unicodedata.normalize("NFKD", name.replace("’", "").replace("'", ""))
    letters = "".join(each for each in plain if not unicodedata.combining(each))
    found = [_WORDS.get(each, each) for each in map(fold, _WORD.findall(letters))]
    telling = tuple(each for each in found if each not in _FILLING)
    return telling or tuple(found)


def street_key(street: str) -> str:
    """Return what two spellings of a street and its number have in common; "" without a number."""
    words = [fold(each) for each in _WORD.findall(street)]
    if len(words) < 2 or not any(each[0].isdigit() for each in words):
        return ""
    return " ".join(_STREET.get(each, each) for each in words)


def _blocks(seen: _Seen) -> Iterable[str]:
    """Return what a record has to share with another to be compared with it."""
    yield from seen.contacts
    yield from (f"p{each}" for each in seen.phones)
    yield from (f"a{each}" for each in seen.streets)
    yield f"n{seen.name}"
    all_words = dict.fromkeys([seen.words, *(words for _, words in seen.others)])
    for words in all_words:
        yield "w" + " ".join(sorted(words))
        for word in words:
            if len(word) > 2:
                yield f"t{word}"
                # A frequent last name tells something only together with an initial.
                yield from (f"i{word} {other[0]}" for other in words if other != word)
            if len(word) > _BEGIN:
                yield from (f"s{word[:_BEGIN]} {other[0]}" for other in words if other != word)
        joined = "".join(words)
        if len(joined) >= _TYPO_MIN:
            yield f"b{joined[:5]}"
            yield f"e{joined[-5:]}"


def _ours(one: Ours) -> _Seen:
    return _seen(one.id, one, (one.phone,))


def _theirs(other: Theirs) -> _Seen:
    return _seen(other.list_id, other, (other.phone, other.alt_phone))


def _seen(key: Hashable, record: Ours | Theirs, phones: tuple[str, ...]) -> _Seen:
    words = words_of(record.name)
    others = (("company", record.company), ("contact person", record.person))
    told = ((what, words_of(text)) for what, text in others)
    dialled = (without_extension(each) for text in phones for each in numbers(text))
    return _Seen(
        key=key,
        name=fold(record.name),
        words=words,
        others=tuple((what, each) for what, each in told if each and each != words),
        contacts=frozenset(contact_keys(record.email, *phones)),
        phones=frozenset(each for each in dialled if len(each) >= NUMBER_MIN),
        streets=frozenset(filter(None, map(street_key, record.streets))),
    )
