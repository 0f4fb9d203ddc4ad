"""How the sync log puts an entry into words: its title with money as money, and what goes there.

What an entry is to do, or has done last, is not kept: it follows from where the entry stands, from
its record, and from how often QuickBooks has taken it.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from fieldledger.office.models import Credit, Invoice, Payment, Refund
from fieldledger.quickbooks.models import RANK, EntryEvent, SyncEntry
from fieldledger.sync.content import Kind, State


class Action(StrEnum):
    """What goes to QuickBooks for an entry, in the words of the pages."""

    ADD = "Add"
    CHANGE = "Change"
    DELETE = "Delete"
    LINK = "Link"
    LOOK_UP = "Look up"
    NOTHING = "Nothing"
    VOID = "Void"

    @property
    def code(self) -> str:
        """The API's word for it: `look_up`."""
        return self.name.lower()


_AMOUNT_FIRST: Final = re.compile(r"(\d+\.\d\d)( .*)", re.DOTALL)
_MONEY_KINDS: Final = frozenset({Kind.PAYMENT, Kind.REFUND})
_VOIDABLE: Final = {
    Kind.INVOICE: Invoice,
    Kind.PAYMENT: Payment,
    Kind.CREDIT: Credit,
    Kind.REFUND: Refund,
}
# As sending.py sends what is void here.
_VOIDED_THERE: Final = {
    Kind.INVOICE: Action.VOID,
    Kind.CREDIT: Action.VOID,
    Kind.PAYMENT: Action.DELETE,
    Kind.REFUND: Action.DELETE,
}
_TAKEN: Final = (State.SYNCED, State.DIFFERS)


def written_title(kind: str, title: str) -> str:
    """Return a title with its amount as money: "1500.00 for 1001" is "$1,500.00 for 1001"."""
    found = _AMOUNT_FIRST.fullmatch(title) if kind in _MONEY_KINDS else None
    return f"${Decimal(found[1]):,}{found[2]}" if found else title


def actions_of(entries: Sequence[SyncEntry]) -> dict[int, Action]:
    """Return what each entry is to do in QuickBooks, or did last; two statements."""
    void = _void(entries)
    taken = dict(
        EntryEvent.objects.filter(entry__in=entries, state__in=_TAKEN)
        .values_list("entry")
        .annotate(number=Count("pk"))
        .order_by()
    )
    return {
        each.pk: _action(each, is_void=each.pk in void, taken=taken.get(each.pk, 0))
        for each in entries
    }


def _void(entries: Sequence[SyncEntry]) -> set[int]:
    """Return the entries whose records are void."""
    is_void = Q()
    for kind, model in _VOIDABLE.items():
        rows: QuerySet[Any] = model._default_manager.all()  # noqa: SLF001 - Django's documented API.
        its = rows.filter(pk=OuterRef("record_id"), voided_at__isnull=False)
        is_void |= Q(rank=RANK[kind]) & Q(Exists(its))
    ours = SyncEntry.objects.filter(is_void, pk__in=[each.pk for each in entries])
    return set(ours.values_list("pk", flat=True))


def _action(entry: SyncEntry, *, is_void: bool, taken: int) -> Action:
    if entry.state in {State.CHECKING, State.GONE} or (
        entry.look_first and entry.state in {State.PENDING, State.WAITING, State.SENDING}
    ):
        return Action.LOOK_UP
    if entry.take_back_at is not None:
        return Action.DELETE
    if entry.state == State.IGNORED:
        return Action.NOTHING
    is_there = bool(entry.quickbooks_id)
    if is_void:
        return _VOIDED_THERE[entry.kind] if is_there else Action.NOTHING
    if not is_there:
        return Action.ADD
    if entry.synced_revision < max(entry.wanted_revision, entry.record_revision):
        return Action.CHANGE
    if entry.adopted and not entry.written:
        return Action.LINK
    return Action.CHANGE if taken > 1 or entry.adopted else Action.ADD
