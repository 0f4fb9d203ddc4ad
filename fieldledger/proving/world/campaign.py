"""Many seeds on all cores, what they come to, and a failure cut down to what it takes."""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from fieldledger.proving.world.faults import Faults, Kind
from fieldledger.proving.world.world import Ground, Verdict
from fieldledger.simulator.variant import Variant

# What nobody knows of the real QuickBooks, answered in four ways.
VARIANTS: Final[Mapping[str, Variant]] = {
    "keeps-all": Variant(),
    "keeps-last": Variant(
        store_keeps="last", not_stored_status=9002, stored_answers="recovery", guid_unique=True
    ),
    "keeps-none": Variant(store_keeps="none", edit_sequence_per_change=True),
    "strange": Variant(
        stored_answers="recovery",
        guid_unique=True,
        edit_sequence_per_change=True,
        not_stored_status=9002,
        empty_clears=False,
        address_replaces=True,
        inactive_reference_status=3180,
        frees_payments=False,
        closes_after_fault=True,
        closes_after_connection_error=False,
    ),
}
VARIANT: Final = "keeps-all"
STRATEGIES: Final = ("seal",)
BAD_SHOWN_MAX: Final = 5


@dataclass(slots=True)
class Summary:
    """What a campaign came to."""

    seeds: int = 0
    calls: int = 0
    records: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)  # Problems by their kind.
    faults: Counter[str] = field(default_factory=Counter)
    failures: Counter[int] = field(default_factory=Counter)
    bad: list[Verdict] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Count a seed in."""
        self.seeds += 1
        self.calls += verdict.calls
        self.records += verdict.records
        self.verdicts.update(each.verdict for each in verdict.problems)
        self.faults.update(verdict.faults)
        self.failures.update(verdict.failures)
        if not verdict.is_good:
            self.bad.append(verdict)

    def plain(self) -> dict[str, object]:
        """Return it for a program."""
        return {
            "ok": not self.bad,
            "seeds": self.seeds,
            "bad_seeds": [each.seed for each in self.bad],
            "verdicts": dict(self.verdicts),
            "calls": self.calls,
            "records": self.records,
            "faults": dict(sorted(self.faults.items())),
            "failures": {str(each): count for each, count in sorted(self.failures.items())},
        }


_grounds: dict[int, Ground] = {}


def ground() -> Ground:
    """Return this program's ground, made on first use: a forked program needs one of its own."""
    key = os.getpid()
    if key not in _grounds:
        _grounds[key] = Ground()
    return _grounds[key]


@dataclass(frozen=True, slots=True)
class Plan:
    """What every seed of a campaign has in common."""

    variant: Variant
    without: tuple[Kind, ...] = ()

    def run(self, seed: int, *, without: Iterable[Kind] = ()) -> Verdict:
        """Run one seed here."""
        left_out = (*self.without, *without)
        return ground().run(seed, variant=self.variant, without=left_out)

    def __call__(self, seed: int) -> Verdict:
        """Run one seed for a campaign: of a good one nobody reads the trace."""
        verdict = self.run(seed)
        return replace(verdict, trace=()) if verdict.is_good else verdict


def run_campaign(
    plan: Plan, seeds: range, *, workers: int, tell: Callable[[int, int], None]
) -> Summary:
    """Run the seeds on `workers` cores; `tell` hears how many of how many are done."""
    summary = Summary()
    if workers == 1:
        for seed in seeds:
            summary.add(plan(seed))
            tell(summary.seeds, len(seeds))
        return summary
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        for verdict in pool.imap(plan, seeds, chunksize=4):
            summary.add(verdict)
            tell(summary.seeds, len(seeds))
    return summary


def shrink(plan: Plan, seed: int) -> tuple[tuple[Kind, ...], Verdict]:
    """Leave out one kind of fault after the other while the seed still fails.

    Return the kinds that it takes, and the run with these alone.
    """
    needed = tuple(Faults(seed, without=plan.without).rates)
    left_out: tuple[Kind, ...] = ()
    verdict = plan.run(seed)
    for kind in needed:
        without = (*left_out, kind)
        shorter = plan.run(seed, without=without)
        if not shorter.is_good:
            left_out, verdict = without, shorter
    return tuple(each for each in needed if each not in left_out), verdict
