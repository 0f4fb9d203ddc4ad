"""Which of our clients and items QuickBooks has already.

A link is made only where one of ours and one of theirs belong together and nobody else comes into
question. Wherever one could belong to several, a person is asked (Ask); nothing is guessed.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal

from fieldledger.sync.contacts import contact_keys
from fieldledger.sync.naming import fold


class Strategy(StrEnum):
    """How a client is recognised; the values are the API's."""

    NAME_AND_CONTACT = "name_and_contact"
    NAME_OR_CONTACT = "name_or_contact"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ours:
    """A client or item of ours.

    `id` is whatever the caller knows it by; `marker` is its ExternalGUID, "{...}" in upper case,
    if QuickBooks may hold it from an earlier connection.
    """

    id: Hashable
    name: str
    email: str = ""
    phone: str = ""
    archived: bool = False
    marker: str = ""
    company: str = ""
    person: str = ""  # First and last name.
    streets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Theirs:
    """A customer or item in QuickBooks; `sublevel` is over 0 for sub-customers and sub-items.

    `type` is the record's name in QuickBooks' answers ("CustomerRet").
    """

    list_id: str
    name: str
    full_name: str = ""
    type: str = ""
    email: str = ""
    phone: str = ""
    alt_phone: str = ""
    sublevel: int = 0
    active: bool = True
    marker: str = ""
    company: str = ""
    person: str = ""  # First and last name.
    streets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """One of ours and one of theirs are the same."""

    ours: Ours
    theirs: Theirs
    reason: str


@dataclass(frozen=True, slots=True)
class Ask:
    """These may belong together, and only a person can say how; each side has one at least.

    `pairs` says of each two what makes them alike, {(id, list_id): sentence}.
    """

    ours: tuple[Ours, ...]
    theirs: tuple[Theirs, ...]
    reason: str
    pairs: Mapping[tuple[Hashable, str], str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Alone:
    """Only one side has it: exactly one of `ours` and `theirs` is set."""

    ours: Ours | None = None
    theirs: Theirs | None = None
    reason: str = ""


Found = Link | Ask | Alone

# What can stand on an invoice line with a quantity and a rate. Names of the others are taken
# all the same: the item list is one name space whatever the type
# (inferred: ItemQuery answers all types, qbXML 13.0 schema).
SOLD: Final = {
    "ItemServiceRet": "a service item",
    "ItemNonInventoryRet": "a non-inventory item",
    "ItemInventoryRet": "an inventory item",
    "ItemInventoryAssemblyRet": "an inventory assembly",
    "ItemOtherChargeRet": "an other charge item",
}


CROWD: Final = 200  # Pairs, of ours and theirs.


def match_clients(
    ours: Sequence[Ours],
    theirs: Sequence[Theirs],
    strategy: Strategy | Literal["name_and_contact", "name_or_contact"],
) -> list[Found]:
    """Return what belongs together; each of ours and theirs is in exactly one of the results.

    Names are compared without regard to case and outer or doubled spaces, e-mail addresses
    trimmed and in lower case, phones by their digits without a leading 1; an empty field never
    matches. One of the two contacts is enough. Sub-customers never match a client. What carries
    our own mark is ours, whatever it is called by now. An address or number that a crowd shares
    ("000-0000") tells nobody apart and counts only beside the name.

    Results stand in the order of ours, then of theirs.
    """
    pairs = _Pairs(ours, theirs)
    customers = [each for each in theirs if each.sublevel == 0]
    marked = pairs.link_marked(theirs)
    free_ours = [each for each in ours if each.id not in marked]
    named = _index(customers, lambda each: (fold(each.name),))
    contacts = _index(customers, lambda each: contact_keys(each.email, each.phone, each.alt_phone))
    crowded = _crowded(free_ours, contacts) if strategy == Strategy.NAME_OR_CONTACT else frozenset()
    for one in free_ours:
        keys = contact_keys(one.email, one.phone)
        by_name = _found(named, (fold(one.name),))
        by_contact = _found(contacts, keys)
        if strategy == Strategy.NAME_AND_CONTACT:
            matches = [each for each in by_name if each in by_contact]
        else:
            telling = _found(contacts, [each for each in keys if each not in crowded])
            matches = [*by_name, *(each for each in telling if each not in by_name)]
        for list_id in matches:
            shared = {each[0] for each in keys if list_id in contacts.get(each, ())}
            pairs.add(one, list_id, _why(list_id in by_name, shared))
    return pairs.found("client", "customer")


def match_items(ours: Sequence[Ours], theirs: Sequence[Theirs]) -> list[Found]:
    """Return what belongs together by name; each of ours and theirs is in exactly one result.

    Sub-items, and what cannot be sold by quantity and rate (subtotals, groups, taxes, payments,
    discounts), match nothing.
    """
    pairs = _Pairs(ours, theirs)
    items = [each for each in theirs if each.sublevel == 0 and each.type in SOLD]
    marked = pairs.link_marked(theirs)
    named = _index(items, lambda each: (fold(each.name),))
    by_id = {each.list_id: each for each in items}
    for one in ours:
        if one.id not in marked:
            for list_id in _found(named, (fold(one.name),)):
                kind = SOLD[by_id[list_id].type]
                pairs.add(one, list_id, f"Same name; in QuickBooks it is {kind}.")
    return pairs.found("item", "item")


def _crowded(ours: Sequence[Ours], contacts: Mapping[str, Mapping[str, None]]) -> frozenset[str]:
    """Return the contacts under which so many are found that nobody could look through them."""
    held = Counter(key for one in ours for key in contact_keys(one.email, one.phone))
    return frozenset(
        key for key, number in held.items() if number * len(contacts.get(key, ())) > CROWD
    )


_SHARED: Final = {"@": "e-mail", "#": "phone"}


def _why(by_name: bool, shared: set[str]) -> str:
    same = ["name"] if by_name else []
    same += [word for mark, word in _SHARED.items() if mark in shared]
    return f"Same {', '.join(same[:-1])} and {same[-1]}." if same[1:] else f"Same {same[0]}."


@dataclass(slots=True)
class _Pairs:
    """The pairs that may belong together, and the groups they make."""

    ours: Sequence[Ours]
    theirs: Sequence[Theirs]
    reasons: dict[tuple[Hashable, str], str] = field(default_factory=dict)
    of_ours: dict[Hashable, list[str]] = field(default_factory=dict)
    of_theirs: dict[str, list[Hashable]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)

    def add(self, one: Ours, list_id: str, reason: str) -> None:
        if list_id in self.taken:
            return
        self.reasons[one.id, list_id] = reason
        self.of_ours.setdefault(one.id, []).append(list_id)
        self.of_theirs.setdefault(list_id, []).append(one.id)

    def link_marked(self, theirs: Iterable[Theirs]) -> set[Hashable]:
        """Pair what carries our own mark, which nobody can change, and return those of ours."""
        by_marker: dict[str, list[Theirs]] = {}
        for each in theirs:
            if each.marker:
                by_marker.setdefault(each.marker.upper(), []).append(each)
        marked: set[Hashable] = set()
        for one in self.ours:
            same = by_marker.get(one.marker.upper(), []) if one.marker else []
            for each in same:
                self.add(one, each.list_id, "We added it to QuickBooks earlier; it has our mark.")
                marked.add(one.id)
        self.taken.update(self.of_theirs)
        return marked

    def found(self, our_word: str, their_word: str) -> list[Found]:
        ours = {each.id: each for each in self.ours}
        theirs = {each.list_id: each for each in self.theirs}
        results: list[Found] = []
        seen: set[Hashable] = set()
        for one in self.ours:
            if one.id in seen:
                continue
            group_ours, group_theirs = self._group(one.id)
            seen.update(group_ours)
            results.append(
                self._result(
                    [ours[each] for each in group_ours],
                    [theirs[each] for each in group_theirs],
                    (our_word, their_word),
                )
            )
        results += [
            Alone(theirs=each, reason=f"Only QuickBooks has this {their_word}.")
            for each in self.theirs
            if each.list_id not in self.of_theirs
        ]
        return results

    def _group(self, start: Hashable) -> tuple[list[Hashable], list[str]]:
        """Return everything that hangs together with one of ours, in the order it is found."""
        group_ours: dict[Hashable, None] = {start: None}
        group_theirs: dict[str, None] = {}
        waiting = [start]
        while waiting:
            for list_id in self.of_ours.get(waiting.pop(), []):
                if list_id in group_theirs:
                    continue
                group_theirs[list_id] = None
                for other in self.of_theirs[list_id]:
                    if other not in group_ours:
                        group_ours[other] = None
                        waiting.append(other)
        return list(group_ours), list(group_theirs)

    def _result(
        self, ours: list[Ours], theirs: list[Theirs], words: tuple[str, str]
    ) -> Link | Ask | Alone:
        our_word, their_word = words
        if not theirs:
            return Alone(ours=ours[0], reason=f"QuickBooks does not have this {our_word}.")
        if len(ours) == len(theirs) == 1:
            reason = self.reasons[ours[0].id, theirs[0].list_id]
            if theirs[0].active or ours[0].archived:
                return Link(ours[0], theirs[0], reason)
            reason += f" The {their_word} is inactive in QuickBooks."
            return Ask((ours[0],), (theirs[0],), reason)
        pairs = {
            (one.id, list_id): self.reasons[one.id, list_id]
            for one in ours
            for list_id in self.of_ours[one.id]
        }
        reason = (
            f"{_counted(len(ours), our_word)} here and "
            f"{_counted(len(theirs), their_word)} in QuickBooks may be the same."
        )
        return Ask(tuple(ours), tuple(theirs), reason, pairs)


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _index(
    theirs: Iterable[Theirs], keys_of: Callable[[Theirs], tuple[str, ...]]
) -> dict[str, dict[str, None]]:
    index: dict[str, dict[str, None]] = {}
    for each in theirs:
        for key in keys_of(each):
            if key:
                index.setdefault(key, {})[each.list_id] = None
    return index


def _found(index: Mapping[str, Mapping[str, None]], keys: Iterable[str]) -> dict[str, None]:
    """Return the ListIDs under any of the keys, each once and in order."""
    return {list_id: None for key in keys for list_id in index.get(key, ())}
