"""Choose the names records go under, against every name the company file holds.

QuickBooks keeps one name space for customers, vendors, employees and other names, and one for
items of all types; case does not tell names apart and inactive records hold theirs (OnTime360
help, "Duplicate names"; OSR). Names on their way in an unanswered message set are taken too.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Final

from fieldledger.quickbooks.entry_rows import EntryRow
from fieldledger.quickbooks.models import RANK, Connection, QuickBooksRecord, SyncEntry
from fieldledger.quickbooks.tables import marks, select, table_of
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import (
    CUSTOMER_NAME_MAX,
    ITEM_NAME_MAX,
    fold,
    free_name,
    quickbooks_name,
)

NAMED_BY_PERSON: Final = "named_by_person"  # The code of an entry whose name a person chose.
# What free_name adds; the beginning of a long name may have been shortened for it.
_DIFFERENTIATOR: Final = re.compile(r" – \d+$")
_SUFFIX_MAX: Final = 7  # Of " – 9999".
_LAST: Final = "\U0010ffff"

NAME_MAX: Final = {Kind.CLIENT: CUSTOMER_NAME_MAX, Kind.ITEM: ITEM_NAME_MAX}
_LISTS: Final = {
    Kind.CLIENT: QuickBooksRecord.List.ENTITIES,
    Kind.ITEM: QuickBooksRecord.List.ITEMS,
}


class Names:
    """The names in question for one batch of entries of one kind."""

    def __init__(
        self,
        connection: Connection,
        kind: Kind,
        entries: Sequence[EntryRow],
        wanted: Iterable[str],
    ) -> None:
        self._kind = kind
        self._limit = NAME_MAX[kind]
        self._resolves = (
            connection.resolve_client_conflicts
            if kind == Kind.CLIENT
            else connection.resolve_item_conflicts
        )
        self._own = {each.pk: each.name_folded for each in entries if each.name_folded}
        self._own_ids = {each.quickbooks_id: each.pk for each in entries if each.quickbooks_id}
        self._taken: dict[str, set[object]] = {}
        plain = [_plain(each, self._limit) for each in wanted]
        all_folded = [fold(each) for each in plain]
        counts = Counter(all_folded)
        if counts:
            self._load(connection, f"name_folded IN ({marks(len(counts))})", list(counts))
        clashing = {
            each
            for each, folded in zip(plain, all_folded, strict=True)
            if counts[folded] > 1 or folded in self._taken
        }
        if clashing:
            starts = {self._shared(each) for each in clashing}
            begins = " OR ".join(["(name_folded >= %s AND name_folded < %s)"] * len(starts))
            self._load(connection, f"({begins})", [x for s in starts for x in (s, s + _LAST)])

    def _shared(self, name: str) -> str:
        """Return what all differentiated forms of a name begin with, folded."""
        if len(name) <= self._limit - _SUFFIX_MAX:
            return fold(name)
        return fold(name[: self._limit // 2 - 1])  # Where it is cut: see naming.shorten.

    def _load(self, connection: Connection, condition: str, values: Sequence[str]) -> None:
        """Learn who holds the names that `condition` finds, there and on their way there."""
        sql = (
            f"SELECT name_folded, list_id, NULL FROM {table_of(QuickBooksRecord)}"  # noqa: S608
            f" WHERE connection_id = %s AND list = %s AND sublevel = 0 AND {condition}"
            f" UNION ALL SELECT name_folded, NULL, id FROM {table_of(SyncEntry)}"
            # The sign keeps SQLite from looking at all of a kind: the names lead to few.
            f" WHERE connection_id = %s AND +rank = %s AND state <> '{State.CANCELLED}'"
            f" AND {condition}"
        )
        key, kind = connection.pk, self._kind
        for folded, list_id, entry in select(
            sql, (key, str(_LISTS[kind]), *values, key, RANK[kind], *values)
        ):
            holder = entry if list_id is None else self._own_ids.get(list_id, list_id)
            self._taken.setdefault(folded, set()).add(holder)

    def choose(self, entry: EntryRow, wanted: str) -> str:
        """Return the name the entry's record goes under, and keep it for it.

        What a person chose for QuickBooks goes before everything. Else the name it has already is
        kept while it fits: a differentiator is not taken back.
        With the conflict switch off, the name goes as it is, and QuickBooks says if it is taken.

        :raises CannotBeSent: if `wanted` is blank.
        """
        if entry.chosen_name:
            chosen = quickbooks_name(entry.chosen_name, limit=self._limit).name
            self._taken.setdefault(fold(chosen), set()).add(entry.pk)
            return chosen
        if ":" in entry.name_folded:
            # Below a parent a name has to be unique among its siblings only; QuickBooks would say.
            return quickbooks_name(_leaf(entry, wanted), limit=self._limit).name
        name = quickbooks_name(wanted, limit=self._limit).name
        if not self._resolves:
            return name
        known = entry.quickbooks_name
        folded = fold(name)
        if not known and not self._taken.get(folded):  # Nearly always, in a first sync.
            self._taken[folded] = {entry.pk}
            return name
        others = _Others(self._taken, entry.pk)
        is_kept = entry.code == NAMED_BY_PERSON or is_form_of(known, name, limit=self._limit)
        if known and fold(known) not in others and is_kept:
            chosen = known
        else:
            chosen = free_name(wanted, others, limit=self._limit)
        self._taken.setdefault(fold(chosen), set()).add(entry.pk)
        return chosen


def _leaf(entry: EntryRow, wanted: str) -> str:
    """Return the name below its parent of what may be called here by its full name there."""
    parent, colon, leaf = wanted.rpartition(":")
    is_full = colon and fold(parent) == entry.name_folded.rpartition(":")[0] and leaf.strip()
    return leaf if is_full else wanted


def _plain(wanted: str, limit: int) -> str:
    return quickbooks_name(wanted, limit=limit).name if wanted.strip() else ""


class _Others(AbstractSet[str]):
    """The names that somebody else has, seen from one entry."""

    def __init__(self, taken: dict[str, set[object]], own: int) -> None:
        self._taken = taken
        self._own = own

    def __contains__(self, folded: object) -> bool:
        holders = self._taken.get(folded)  # type: ignore[call-overload]
        return bool(holders) and (len(holders) > 1 or self._own not in holders)

    def __iter__(self) -> Iterator[str]:
        return (each for each in self._taken if each in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def is_form_of(known: str, name: str, *, limit: int) -> bool:
    """Whether `known` is `name`, or `name` with a differentiator."""
    if known == name:
        return True
    suffix = _DIFFERENTIATOR.search(known)
    if suffix is None:
        return False
    # free_name names the form that a taken `name` and its number make.
    number = int(suffix[0].removeprefix(" – "))
    between = {fold(name)}
    for each in range(2, number):
        between.add(fold(free_name(name, between, limit=limit)))
        assert len(between) == each
    return known == free_name(name, between, limit=limit)
