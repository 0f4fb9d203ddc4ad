"""Prove the engine: a world for each seed, in which everything that can go wrong does.

The real engine on SQLite in memory, with Web Connectors that die and wake up again, a network that
loses and doubles, a server that is killed, a strict company file and the people who work in it.
Then the faults stop, and everything must be in QuickBooks once, to the cent, and the log must be
true. The same seed is the same run. A failing seed is cut down to the faults it takes, and its
trace is printed. The exit status is 0 when every seed is good, else 1.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from fieldledger.website.commands.place import open_place
from fieldledger.website.commands.terminal import CommandFailed, progress, say, say_json

if TYPE_CHECKING:
    from fieldledger.proving.world.campaign import Plan, Summary

TRACE_LINES_MAX = 150
SHRUNK_MAX = 3


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--seeds", type=int, default=1000, metavar="N", help="how many seeds (1000)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the first seed (1)")
    parser.add_argument(
        "--variant",
        default="keeps-all",
        metavar="V",
        help="what QuickBooks does where nobody knows: keeps-all, keeps-last, keeps-none, strange",
    )
    parser.add_argument(
        "--strategy", default="seal", choices=["seal"], help="how late copies are fenced off"
    )
    parser.add_argument(
        "--workers", type=int, metavar="N", help="programs at once (one for each core)"
    )
    parser.add_argument(
        "--without", default="", metavar="KINDS", help="kinds of faults to leave out, with commas"
    )
    parser.add_argument("--trace", action="store_true", help="print the trace of --seed and end")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Run the campaign."""
    os.environ.pop("DATABASE_URL", None)  # A world's database is its own, in memory.
    with tempfile.TemporaryDirectory(prefix="fieldledger-world-") as folder:
        open_place(Path(folder))
        return _campaign(options)


def _campaign(options: argparse.Namespace) -> int:
    from fieldledger.proving.world.campaign import VARIANTS, Plan, run_campaign
    from fieldledger.proving.world.faults import Kind

    if options.variant not in VARIANTS:
        raise CommandFailed(
            f"There is no variant {options.variant}; there are {', '.join(VARIANTS)}."
        )
    try:
        without = tuple(Kind(each) for each in options.without.split(",") if each)
    except ValueError as error:
        raise CommandFailed(f"{error}; there are {', '.join(Kind)}.") from None
    plan = Plan(VARIANTS[options.variant], without)
    if options.trace:
        for line in plan.run(options.seed).trace:
            say(line)
        return 0
    started = time.monotonic()
    with progress("Worlds") as tell:
        summary = run_campaign(
            plan,
            range(options.seed, options.seed + options.seeds),
            workers=options.workers or os.cpu_count() or 1,
            tell=tell,
        )
    took_s = time.monotonic() - started
    if options.json:
        say_json({**summary.plain(), "variant": options.variant, "seconds": round(took_s, 1)})
    else:
        _show(summary, options.variant, took_s)
        _show_failures(plan, summary)
    return 1 if summary.bad else 0


def _show(summary: "Summary", variant: str, took_s: float) -> None:
    from fieldledger.proving.world.faults import MEANINGS

    seeds = max(summary.seeds, 1)
    say(f"{'fault':<28}{'times':>9}  failures of the catalogue")
    for kind, meaning in MEANINGS.items():
        numbers = ", ".join(map(str, meaning.failures))
        say(f"{kind:<28}{summary.faults[kind]:>9}  {numbers}: {meaning.words}")
    say("failures: " + ", ".join(f"{n}×{c}" for n, c in sorted(summary.failures.items())))
    say(
        f"{summary.seeds} seeds of {variant} in {took_s:.0f} s"
        f" ({3600 * summary.seeds / max(took_s, 0.001):.0f} an hour); on average"
        f" {summary.calls / seeds:.0f} calls, {summary.faults.total() / seeds:.0f} faults,"
        f" {summary.records / seeds:.0f} records"
    )
    verdicts = ("lost", "doubled", "stale", "foreign", "stuck", "lie", "error")
    say(", ".join(f"{summary.verdicts[each]} {each}" for each in verdicts))


def _show_failures(plan: "Plan", summary: "Summary") -> None:
    from fieldledger.proving.world.campaign import shrink

    if not summary.bad:
        say("Every seed is good.")
        return
    say(f"{len(summary.bad)} bad seeds: {', '.join(str(each.seed) for each in summary.bad)}")
    for verdict in summary.bad[:SHRUNK_MAX]:
        kinds, shrunk = shrink(plan, verdict.seed)
        say("")
        say(f"seed {verdict.seed} fails with: {', '.join(kinds) or 'no fault at all'}")
        for line in shrunk.trace[-TRACE_LINES_MAX:]:
            say(f"  {line}")
        for problem in shrunk.problems:
            say(f"  {problem.verdict.upper()}: {problem.words}")
