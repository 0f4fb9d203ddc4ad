"""An empty database that a proving command copies in place of making one: that takes seconds."""

import argparse
from pathlib import Path

from fieldledger.website.commands.terminal import CommandFailed
from fieldledger.website.database import SQLITE_FILE


def add_tables_argument(parser: argparse.ArgumentParser) -> None:
    """Add the option that names it."""
    parser.add_argument(
        "--tables",
        type=Path,
        metavar="FILE",
        help=f"begin with a copy of this {SQLITE_FILE}, as `fieldledger manage migrate` leaves it:"
        " saves seconds",
    )


def refuse_tables_on_postgres(options: argparse.Namespace) -> None:
    """Refuse what cannot be copied.

    :raises CommandFailed: if the database is to be PostgreSQL, or there is no such file.
    """
    if options.tables is None:
        return
    if options.postgres:
        raise CommandFailed("Only an SQLite database can be copied; leave --tables or --postgres.")
    if options.tables.name != SQLITE_FILE or not options.tables.is_file():
        raise CommandFailed(f"{options.tables} is not the {SQLITE_FILE} of a data folder.")
