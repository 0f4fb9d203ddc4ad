"""The ring of points: not at random, but at each place there is, one run for each.

A small world without any trouble is run once and its places are counted: commits, calls, documents.
Then it is run again for each place, and there, and only there, the one thing happens: the server is
killed before or after that commit, that reply is lost, QuickBooks dies over that document. What
follows must end well each time. With the upgrade it is the database that is made anew at each call:
with the tables of the program's first version, which this version then migrates.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from fieldledger.proving.rings.first_version import as_first_version
from fieldledger.proving.world.campaign import VARIANTS
from fieldledger.proving.world.chance import made_up_ids, stream
from fieldledger.proving.world.faults import Faults, Kind
from fieldledger.proving.world.oracle import Problem
from fieldledger.proving.world.world import Ground, World, small_pages

POINTS: Final = (
    Kind.DIES_BEFORE_COMMIT,
    Kind.DIES_AFTER_COMMIT,
    Kind.DIES_AFTER_REPLY,
    Kind.REQUEST_LOST,
    Kind.REPLY_LOST,
    Kind.TWICE,
    Kind.CONNECTOR_DIES,
    Kind.DIES_BEFORE,
    Kind.DIES_MIDWAY,
    Kind.DIES_UNSTORED,
    Kind.DIES_STORED,
)
UPGRADE: Final = "upgrade"
BEATS: Final = 3
_NEVER: Final = -1


class OneFault(Faults):
    """Faults of which one kind happens once, at the place with a number from 0; it counts them."""

    def __init__(self, seed: int, kind: Kind | None = None, at: int = _NEVER) -> None:
        super().__init__(seed, only=Kind)
        self.kind = kind
        self.at = at
        self.places: dict[Kind, int] = dict.fromkeys(POINTS, 0)

    def strikes(self, kind: Kind, *, more: float = 1.0) -> bool:  # noqa: ARG002 - no chance here.
        """Whether this is the place."""
        if self.stopped or kind not in self.places:
            return False
        place = self.places[kind]
        self.places[kind] += 1
        return kind == self.kind and place == self.at

    def strikes_last(self, kind: Kind) -> bool:  # noqa: ARG002 - as above.
        """Nothing more happens."""
        return False


@dataclass(slots=True)
class Result:
    """How many places there are of each kind, how many were tried, and what went wrong at which."""

    places: dict[str, int] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    records: dict[str, int] = field(default_factory=dict)  # That the world brings to QuickBooks.

    def plain(self) -> dict[str, Any]:
        """Return it for JSON."""
        return {
            "ok": not self.problems,
            "places": self.places,
            "tried": self.tried,
            "records": self.records,
            "problems": self.problems,
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """Which world, and which of its places: all of them, or every so-many-th."""

    seed: int = 1
    variant: str = "keeps-all"
    every: int = 1


def crash_points(plan: Plan, ground: Ground, tell: Callable[[int, int], None]) -> Result:
    """Let each kind of fault happen at each of its places; `tell` hears `(runs done, runs)`."""
    result, counted = Result(), OneFault(plan.seed)
    world, problems = _run(plan, ground, counted)
    _count_in(result, "no fault", _NEVER, problems)
    for record in world.company.state.records.values():
        if record.origin.set_id:
            result.records[record.type] = result.records.get(record.type, 0) + 1
    runs = [
        (kind, place) for kind in POINTS for place in range(0, counted.places[kind], plan.every)
    ]
    result.places = {str(kind): counted.places[kind] for kind in POINTS}
    for done, (kind, place) in enumerate(runs, start=1):
        _, problems = _run(plan, ground, OneFault(plan.seed, kind, place))
        _count_in(result, kind, place, problems)
        tell(done, len(runs))
    return result


def upgrades(plan: Plan, ground: Ground, tell: Callable[[int, int], None]) -> Result:
    """Upgrade from the first version's tables before each call, sessions and documents under way.

    The rows are those that this version has written, as far as the first version's tables have a
    place for them: its program is not at hand, and its tables are what an upgrade meets. Kinds of
    records that came later are left out.
    """
    result = Result()
    world, problems = _run(plan, ground, OneFault(plan.seed), of_first_version=True)
    _count_in(result, "no upgrade", _NEVER, problems)
    places = range(0, world.network.calls, plan.every)
    result.places = {UPGRADE: world.network.calls}
    for done, place in enumerate(places, start=1):
        _, problems = _run(
            plan, ground, OneFault(plan.seed), of_first_version=True, upgraded_at=place
        )
        _count_in(result, UPGRADE, place, problems)
        tell(done, len(places))
    return result


def _count_in(result: Result, name: str, place: int, problems: Sequence[Problem]) -> None:
    if place != _NEVER:
        result.tried[str(name)] = result.tried.get(str(name), 0) + 1
    result.problems += [f"{name} at {place}: {each.verdict}: {each.words}" for each in problems]


def _run(
    plan: Plan,
    ground: Ground,
    faults: Faults,
    *,
    of_first_version: bool = False,
    upgraded_at: int = _NEVER,
) -> tuple[World, list[Problem]]:
    variant = VARIANTS[plan.variant]
    template = ground.templates_of(variant)[-1]
    database = ground.database
    with made_up_ids(stream(plan.seed, "ids")), database.in_use(), small_pages():
        world = World(
            seed=plan.seed, database=database, template=template, variant=variant, faults=faults
        )
        world.beats = (BEATS,)
        if of_first_version:
            world.office.leave_out_later_kinds()
        world.orders = [world.office.make_one_of_each, *[world.office.sync_all] * BEATS]
        if upgraded_at != _NEVER:
            world.network.interlude = partial(_upgrade_at, world, upgraded_at)
        return world, world.run()


def _upgrade_at(world: World, place: int) -> None:
    if world.network.calls == place:
        world.note("the database is the first version's, and is migrated")
        world.database.bring_back(as_first_version(world.database))
        world.database.make_tables()
        world.network.restart()
