"""An empty database that a proving command copies in place of making one: that takes seconds."""

import argparse
from pathlib import Path

from fieldledger.website.commands.terminal import CommandFailed
from fieldledger.website.database import SQLITE_FILE


def add_tables_argument(parser: argparse.ArgumentParser, *, also_postgres: bool = True) -> None:
    """Add the option that names it."""
    dump = ", with --postgres of what `pg_dump --format=custom` made of it" if also_postgres else ""
    parser.add_argument(
        "--tables",
        type=Path,
        metavar="FILE",
        help=f"begin with a copy of this {SQLITE_FILE}, as `fieldledger manage migrate` leaves it"
        f"{dump}: saves seconds",
    )


def check_tables(options: argparse.Namespace, *, postgres: bool = False) -> None:
    """Refuse what cannot be copied.

    :raises CommandFailed: if there is no such file, or it is not named as in a data folder.
    """
    tables: Path | None = options.tables
    if tables is None:
        return
    if not tables.is_file():
        raise CommandFailed(f"There is no file {tables}.")
    if not postgres and tables.name != SQLITE_FILE:
        raise CommandFailed(f"{tables} is not the {SQLITE_FILE} of a data folder.")
