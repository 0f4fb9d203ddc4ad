"""Serve for real: no demo, as many workers as the database can use.

With SQLite one worker of several threads is quickest; with PostgreSQL the default is one worker for
each core. Put a proxy that ends TLS in front of it and name the address people use in the
environment's FIELDLEDGER_PUBLIC_URL.
"""

import argparse
import os

from django.db import connection

from fieldledger.website.commands.place import open_place, update_database
from fieldledger.website.commands.serving import (
    THREADS,
    Address,
    add_serving_arguments,
    free_address,
    serve,
)
from fieldledger.website.commands.terminal import say


def positive(text: str) -> int:
    """Return the number that `text` names, at least 1."""
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of at least 1")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_serving_arguments(parser)
    parser.add_argument(
        "--workers",
        metavar="N",
        type=positive,
        help="worker programs (default: 1 with SQLite, one for each core with PostgreSQL)",
    )
    parser.add_argument(
        "--threads",
        metavar="N",
        type=positive,
        default=THREADS,
        help="threads a worker (%(default)s); each slow client takes one, unless a proxy"
        " reads whole requests before it passes them on",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    address = free_address(options.host, options.port)
    default_public_url(address)
    folder = open_place(options.data)
    update_database(folder)
    return serve(
        address,
        workers=options.workers or default_workers(),
        folder=folder,
        with_quickbooks=options.with_quickbooks,
        threads=options.threads,
        ready=lambda: say(f"Fieldledger is at {address.local_url}"),
    )


def default_public_url(address: Address) -> None:
    """Let the settings know the address people use, unless the environment already names it."""
    os.environ.setdefault("FIELDLEDGER_PUBLIC_URL", address.local_url)


def default_workers() -> int:
    """Return how many workers serve best: SQLite has one writer, whoever asks."""
    return 1 if connection.vendor == "sqlite" else os.cpu_count() or 1
