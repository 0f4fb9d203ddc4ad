"""How well the sync goes: what stands where, and how the latest records got into QuickBooks."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Final

from fieldledger.quickbooks.counting import entry_counts
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.sync.content import Kind, State

LOOKED_AT: Final = 1000  # The latest of each kind.
_THERE: Final = frozenset({State.SYNCED, State.DIFFERS, State.CHANGED})
_ON_THE_WAY: Final = frozenset({State.PENDING, State.WAITING, State.SENDING, State.CHECKING})
_NEED_YOU: Final = frozenset({State.FAILED, State.GONE, State.CHANGED_IN_QUICKBOOKS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """One kind of record: how many stand where, and of the latest how they went."""

    kind: Kind
    there: int
    on_the_way: int
    need_you: int
    set_aside: int
    looked_at: int
    first_try: int  # Of those looked at.
    differ: int
    median_s: int | None  # From being queued to being in QuickBooks.
    slowest_s: int | None  # Nineteen of twenty were quicker.


def quality(connection: Connection) -> list[Quality]:
    """Return a row for each kind; in one statement a kind and one more."""
    counts = entry_counts(connection)
    return [_of_kind(connection, kind, counts[kind]) for kind in Kind]


def _of_kind(connection: Connection, kind: Kind, counts: dict[State, int]) -> Quality:
    latest = list(
        SyncEntry.objects.filter(connection=connection, rank=RANK[kind], state__in=_THERE)
        .order_by("-record_id")
        .values_list("tries", "state", "queued_at", "synced_at")[:LOOKED_AT]
    )
    waits = sorted(
        int((synced - queued).total_seconds())
        for _, _, queued, synced in latest
        if queued is not None and synced is not None and synced >= queued
    )

    def number(states: frozenset[State]) -> int:
        return sum(counts.get(each, 0) for each in states)

    return Quality(
        kind=kind,
        there=number(_THERE),
        on_the_way=number(_ON_THE_WAY),
        need_you=number(_NEED_YOU),
        set_aside=sum(counts.values()) - number(_THERE | _ON_THE_WAY | _NEED_YOU),
        looked_at=len(latest),
        first_try=sum(tries <= 1 for tries, _, _, _ in latest),
        differ=sum(state == State.DIFFERS for _, state, _, _ in latest),
        median_s=_part(waits, 10),
        slowest_s=_part(waits, 19),
    )


def _part(waits: Sequence[int], twentieths: int) -> int | None:
    if len(waits) < 2:
        return waits[0] if waits else None
    return int(quantiles(waits, n=20, method="inclusive")[twentieths - 1])
