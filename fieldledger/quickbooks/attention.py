"""What needs a person, by its cause: one explanation and one answer for all that are alike."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, F, Min, Window
from django.db.models.functions import RowNumber

from fieldledger.quickbooks.asking import ActResult, act
from fieldledger.quickbooks.models import KIND_OF_RANK, Connection, SyncEntry
from fieldledger.sync.content import Kind, State
from fieldledger.sync.words import Explanation, explain

SHOWN_STATES: Final = (State.FAILED, State.GONE, State.CHANGED_IN_QUICKBOOKS, State.DIFFERS)
SHOWN_MAX: Final = 5  # Records of a group that are named; the others are in the log.
AT_ONCE: Final = 500
# What stands there without a code of its own is explained by its state.
_CODE_OF_STATE: Final[Mapping[State, str]] = {
    State.GONE: "gone",
    State.DIFFERS: "differs",
    State.CHANGED_IN_QUICKBOOKS: "changed_there",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Entries that stand for one reason."""

    state: State
    code: str  # Of sync/words.py, or "".
    explanation: Explanation | None
    kinds: Mapping[Kind, int]
    since: datetime  # When the oldest of them came to stand.
    waiting: int  # How many other entries wait for one of these.
    first: Sequence[SyncEntry]

    @property
    def number(self) -> int:
        """How many there are."""
        return sum(self.kinds.values())


def causes(connection: Connection) -> list[Cause]:
    """Return why entries stand, the reason of most first; in three statements, however many."""
    entries = SyncEntry.objects.filter(connection=connection, state__in=SHOWN_STATES)
    counted: dict[tuple[str, str], dict[Kind, int]] = {}
    oldest: dict[tuple[str, str], datetime] = {}
    for state, code, rank, number, since in (
        entries.values_list("state", "code", "rank")
        .annotate(number=Count("pk"), since=Min("updated_at"))
        .order_by("rank")
    ):
        counted.setdefault((state, code), {})[KIND_OF_RANK[rank]] = number
        oldest[state, code] = min(since, oldest.get((state, code), since))
    waiting = {
        (state, code): number
        for state, code, number in SyncEntry.objects.filter(
            connection=connection, state=State.WAITING, waiting_on__state__in=SHOWN_STATES
        )
        .values_list("waiting_on__state", "waiting_on__code")
        .annotate(number=Count("pk"))
    }
    first: dict[tuple[str, str], list[SyncEntry]] = {}
    place = Window(RowNumber(), partition_by=[F("state"), F("code")], order_by=F("pk").desc())
    for entry in entries.annotate(place=place).filter(place__lte=SHOWN_MAX).order_by("-pk"):
        first.setdefault((entry.state, entry.code), []).append(entry)
    found = [
        Cause(
            state=State(state),
            code=code,
            explanation=_explained(State(state), code, first.get((state, code), [])),
            kinds=kinds,
            since=oldest[state, code],
            waiting=waiting.get((state, code), 0),
            first=first.get((state, code), []),
        )
        for (state, code), kinds in counted.items()
    ]
    return sorted(found, key=lambda each: (each.state == State.DIFFERS, -each.number))


def act_on_cause(
    connection: Connection, *, action: str, state: State, code: str, actor: str, now: datetime
) -> list[ActResult]:
    """Move all entries that stand for one reason; say for each whether it was moved."""
    results: list[ActResult] = []
    for guids in _guids(connection, state, code):
        results += act(connection, action=action, entries=guids, actor=actor, now=now)
    return results


def _guids(connection: Connection, state: State, code: str) -> Iterator[list[UUID]]:
    """Yield the entries' ids in groups, each taken before the one before has moved away."""
    last = 0
    while True:
        rows: list[Any] = list(
            SyncEntry.objects.filter(connection=connection, state=state, code=code, pk__gt=last)
            .order_by("pk")
            .values_list("pk", "guid")[:AT_ONCE]
        )
        if not rows:
            return
        last = rows[-1][0]
        yield [guid for _, guid in rows]


def _explained(state: State, code: str, first: Sequence[SyncEntry]) -> Explanation | None:
    known = code or _CODE_OF_STATE.get(state, "")
    if not known:
        return None
    said = {each.said for each in first}
    return explain(known, said=said.pop() if len(said) == 1 else "")
