"""Choose the names records go under, against every name the company file holds.

QuickBooks keeps one name space for customers, vendors, employees and other names, and one for
items of all types; case does not tell names apart and inactive records hold theirs (OnTime360
help, "Duplicate names"; OSR). Names on their way in an unanswered message set are taken too.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from django.db.models import Q

from fieldledger.quickbooks.models import RANK, Connection, QuickBooksRecord, SyncEntry
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
# As much of a name as its differentiated forms are sure to share with it.
_SHARED: Final = 12
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
        entries: Sequence[SyncEntry],
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
        folded = {fold(_plain(each, self._limit)) for each in wanted}
        self._load(connection, Q(name_folded__in=folded))
        clashing = [
            each
            for each in folded
            if each in self._taken or any(_begins_alike(each, other) for other in folded)
        ]
        if clashing:
            begins = Q()
            for start in {each[:_SHARED] for each in clashing}:
                begins |= Q(name_folded__gte=start, name_folded__lt=start + _LAST)
            self._load(connection, begins)

    def _load(self, connection: Connection, condition: Q) -> None:
        for folded, list_id in QuickBooksRecord.objects.filter(
            condition, connection=connection, list=_LISTS[self._kind], sublevel=0
        ).values_list("name_folded", "list_id"):
            self._taken.setdefault(folded, set()).add(self._own_ids.get(list_id, list_id))
        for folded, entry in (
            SyncEntry.objects.filter(condition, connection=connection, rank=RANK[self._kind])
            .exclude(state=State.CANCELLED)
            .values_list("name_folded", "pk")
        ):
            self._taken.setdefault(folded, set()).add(entry)

    def choose(self, entry: SyncEntry, wanted: str) -> str:
        """Return the name the entry's record goes under, and keep it for it.

        The name it has already is kept while it fits: a differentiator is not taken back.
        With the conflict switch off, the name goes as it is, and QuickBooks says if it is taken.

        :raises CannotBeSent: if `wanted` is blank.
        """
        name = quickbooks_name(wanted, limit=self._limit).name
        # Below a parent a name has to be unique among its siblings only; QuickBooks would say.
        if not self._resolves or ":" in entry.name_folded:
            return name
        others = {folded for folded, holders in self._taken.items() if holders - {entry.pk}}
        known = entry.quickbooks_name
        is_kept = entry.code == NAMED_BY_PERSON or _is_form_of(known, name, self._limit)
        if known and fold(known) not in others and is_kept:
            chosen = known
        else:
            chosen = free_name(wanted, others, limit=self._limit)
        self._taken.setdefault(fold(chosen), set()).add(entry.pk)
        return chosen


def _plain(wanted: str, limit: int) -> str:
    return quickbooks_name(wanted, limit=limit).name if wanted.strip() else ""


def _begins_alike(one: str, other: str) -> bool:
    return one is not other and one[:_SHARED] == other[:_SHARED]


def _is_form_of(known: str, name: str, limit: int) -> bool:
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
