"""Many seeds on all cores, what they come to, and a failure cut down to what it takes."""

import json
import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final, Self

from fieldledger.proving.rings.postgres import PostgresServer
from fieldledger.proving.world.database import Database
from fieldledger.proving.world.faults import Faults, Kind
from fieldledger.proving.world.oracle import Problem
from fieldledger.proving.world.postgres import PostgresDatabase
from fieldledger.proving.world.world import Ground, Verdict
from fieldledger.simulator.variant import Variant
from fieldledger.sync.fence import Fence

# What nobody knows of the real QuickBooks, answered in four ways.
VARIANTS: Final[Mapping[str, Variant]] = {
    "keeps-all": Variant(),
    "keeps-last": Variant(
        store_keeps="last",
        not_stored_status=9002,
        stored_answers="recovery",
        guid_unique=True,
        set_credit_adds=False,
    ),
    "keeps-none": Variant(
        store_keeps="none", edit_sequence_per_change=True, set_credit_bumps=False
    ),
    "strange": Variant(
        stored_answers="recovery",
        guid_unique=True,
        edit_sequence_per_change=True,
        not_stored_status=9002,
        empty_clears=False,
        address_replaces=True,
        inactive_reference_status=3180,
        frees_payments=False,
        set_credit_adds=False,
        set_credit_bumps=False,
        closes_after_fault=True,
        closes_after_connection_error=False,
    ),
}
VARIANT: Final = "keeps-all"
STRATEGIES: Final = tuple(map(str, Fence))
SEAL: Final = str(Fence.SEAL)
CHUNK: Final = 50  # Seeds; what an interrupted campaign may have to do again.


def can_hold(variant: str, strategy: str) -> bool:
    """Whether a strategy can keep late copies out there: a seal is a stored answer."""
    return strategy != SEAL or VARIANTS[variant].store_keeps == "all"


@dataclass(frozen=True, slots=True)
class Bad:
    """A seed that failed, and why."""

    seed: int
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Summary:
    """What a campaign came to."""

    seeds: int = 0
    calls: int = 0
    records: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)  # Problems by their kind.
    faults: Counter[str] = field(default_factory=Counter)
    failures: Counter[int] = field(default_factory=Counter)
    bad: list[Bad] = field(default_factory=list)

    def add(self, verdict: Verdict) -> None:
        """Count a seed in."""
        self.seeds += 1
        self.calls += verdict.calls
        self.records += verdict.records
        self.verdicts.update(each.verdict for each in verdict.problems)
        self.faults.update(verdict.faults)
        self.failures.update(verdict.failures)
        if not verdict.is_good:
            self.bad.append(Bad(verdict.seed, verdict.problems))

    def include(self, other: Self) -> None:
        """Count another summary in."""
        self.seeds += other.seeds
        self.calls += other.calls
        self.records += other.records
        self.verdicts += other.verdicts
        self.faults += other.faults
        self.failures += other.failures
        self.bad += other.bad

    def plain(self) -> dict[str, Any]:
        """Return it for a program; see `from_plain`."""
        return {
            "ok": not self.bad,
            "seeds": self.seeds,
            "bad_seeds": [each.seed for each in self.bad],
            "problems": {
                str(each.seed): [[problem.verdict, problem.words] for problem in each.problems]
                for each in self.bad
            },
            "verdicts": dict(self.verdicts),
            "calls": self.calls,
            "records": self.records,
            "faults": dict(sorted(self.faults.items())),
            "failures": {str(each): count for each, count in sorted(self.failures.items())},
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> Self:
        """Return what `plain` was made from."""
        return cls(
            seeds=plain["seeds"],
            calls=plain["calls"],
            records=plain["records"],
            verdicts=Counter(plain["verdicts"]),
            faults=Counter(plain["faults"]),
            failures=Counter({int(each): count for each, count in plain["failures"].items()}),
            bad=[
                Bad(int(seed), tuple(Problem(*each) for each in problems))
                for seed, problems in plain["problems"].items()
            ],
        )


_grounds: dict[tuple[int, str], Ground] = {}


def ground(
    strategy: str, server: PostgresServer | None = None, tables: Path | None = None
) -> Ground:
    """Return this program's ground, made on first use: a forked program needs one of its own."""
    key = (os.getpid(), strategy)
    if key not in _grounds:
        if server is not None:
            _grounds[key] = Ground(PostgresDatabase(server, tables), strategy)
        else:
            empty = tables.read_bytes() if tables else b""
            _grounds[key] = Ground(Database(), strategy, empty=empty)
    return _grounds[key]


@dataclass(frozen=True, slots=True)
class Plan:
    """What every seed of a campaign has in common; `variant` and `strategy` are names."""

    variant: str = VARIANT
    strategy: str = STRATEGIES[0]
    without: tuple[Kind, ...] = ()
    server: PostgresServer | None = None  # Else it is SQLite in memory.
    tables: Path | None = None  # An empty database, copied in place of making one.

    def run(self, seed: int, *, without: Iterable[Kind] = ()) -> Verdict:
        """Run one seed here."""
        left_out = (*self.without, *without)
        return ground(self.strategy, self.server, self.tables).run(
            seed, variant=VARIANTS[self.variant], without=left_out
        )

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from other plans."""
        database = "postgresql" if self.server else "sqlite"
        return (self.variant, self.strategy, ",".join(self.without), database)


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some seeds of a plan, done and written down together."""

    plan: Plan
    seeds: range

    @property
    def key(self) -> tuple[str, ...]:
        """What tells it from other chunks."""
        return (*self.plan.key, f"{self.seeds.start}+{len(self.seeds)}")


@dataclass(slots=True)
class Ledger:
    """Which chunks are done: a file with a line for each, so that a campaign can be gone on with.

    Without a path it is kept in memory alone.
    """

    path: Path | None = None
    done: dict[tuple[str, ...], Summary] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.path is None or not self.path.exists():
            return
        for line in self.path.read_text(encoding="utf-8").splitlines():
            try:
                plain = json.loads(line)
            except ValueError:
                continue  # The line that was being written when the campaign was interrupted.
            self.done[tuple(plain["chunk"])] = Summary.from_plain(plain["summary"])

    def note(self, chunk: Chunk, summary: Summary) -> None:
        """Write down what a chunk came to."""
        self.done[chunk.key] = summary
        if self.path is not None:
            line = json.dumps({"chunk": chunk.key, "summary": summary.plain()})
            with self.path.open("a", encoding="utf-8") as opened:
                # On a line of its own, whatever an interrupted one has left.
                opened.write(f"\n{line}\n" if opened.tell() else f"{line}\n")


def chunks_of(plan: Plan, seeds: range) -> list[Chunk]:
    """Return the seeds in chunks, which begin at round numbers."""
    starts = [seeds.start, *range((seeds.start // CHUNK + 1) * CHUNK, seeds.stop, CHUNK)]
    ends = [*starts[1:], seeds.stop]
    return [Chunk(plan, range(*each)) for each in zip(starts, ends, strict=True)]


def run_campaign(
    chunks: Sequence[Chunk], ledger: Ledger, *, workers: int, tell: Callable[[int, int], None]
) -> dict[Plan, Summary]:
    """Run what the ledger does not have yet on `workers` cores, and return what each plan came to.

    `tell` hears how many of how many seeds are done.
    """
    total = sum(len(each.seeds) for each in chunks)
    missing = [each for each in chunks if each.key not in ledger.done]
    done = total - sum(len(each.seeds) for each in missing)
    with _verdicts(missing, workers) as verdicts:
        for chunk in missing:
            summary = Summary()
            for _ in chunk.seeds:
                summary.add(next(verdicts))
                done += 1
                tell(done, total)
            ledger.note(chunk, summary)
    found: dict[Plan, Summary] = {}
    for chunk in chunks:
        found.setdefault(chunk.plan, Summary()).include(ledger.done[chunk.key])
    return found


@contextmanager
def _verdicts(chunks: Sequence[Chunk], workers: int) -> Iterator[Iterator[Verdict]]:
    """Yield the verdicts on all seeds of the chunks, in their order."""
    tasks = ((each.plan, seed) for each in chunks for seed in each.seeds)
    if workers == 1 or not chunks:
        yield map(_run, tasks)
        return
    with multiprocessing.get_context("fork").Pool(workers) as pool:
        yield pool.imap(_run, tasks, chunksize=2)


def _run(task: tuple[Plan, int]) -> Verdict:
    plan, seed = task
    return replace(plan.run(seed), trace=())  # Nobody reads so many.


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
