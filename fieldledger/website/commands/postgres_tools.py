"""PostgreSQL's own programs for copying a database out and in: pg_dump and pg_restore."""

import os
import shutil
import subprocess
from pathlib import Path

from django.db import connection

from fieldledger.website.commands.terminal import CommandFailed, remark


def dump(target: Path) -> None:
    """Write the database into `target`, as it is at one moment.

    :raises CommandFailed: if pg_dump is missing or fails.
    """
    remark("Copying the database with pg_dump ...")
    _call("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")


def restore(source: Path) -> None:
    """Fill the empty database from what `dump` wrote, all of it or nothing.

    :raises CommandFailed: if pg_restore is missing or fails.
    """
    remark("Filling the database with pg_restore ...")
    _call(
        "pg_restore",
        "--exit-on-error",
        "--single-transaction",
        "--no-owner",
        "--no-privileges",
        f"--dbname={connection.settings_dict['NAME']}",
        str(source),
    )


def _call(program: str, *words: str) -> None:
    path = shutil.which(program)
    if path is None:
        raise CommandFailed(
            f"{program} is not installed here: copying a PostgreSQL database needs it, at least"
            " as new as the server. On Debian or Ubuntu type: sudo apt-get install"
            " postgresql-client"
        )
    settings = connection.settings_dict
    # In the environment, not among the words: those are seen by everybody on this machine.
    named = {
        "PGHOST": settings["HOST"] or settings["OPTIONS"].get("host"),
        "PGPORT": settings["PORT"],
        "PGUSER": settings["USER"],
        "PGPASSWORD": settings["PASSWORD"],
        "PGDATABASE": settings["NAME"],
        "PGSSLMODE": settings["OPTIONS"].get("sslmode"),
    }
    ended = subprocess.run(  # noqa: S603 - a program found by its name, with words of our own.
        [path, *words],
        env=os.environ | {key: str(value) for key, value in named.items() if value},
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        said = ended.stderr.strip().splitlines() or ["it said nothing"]
        raise CommandFailed(f"{program} failed: {said[-1]}")
