"""Write a support bundle: versions, states and the last exchanges, made fit for strangers' eyes.

Names, amounts, addresses and notes are replaced; passwords, keys and settings are not in it. It is
a zip of plain text: look through it before you pass it on.
"""

import argparse
import os
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from fieldledger.website.commands.place import add_data_argument, open_existing
from fieldledger.website.commands.terminal import CommandFailed, say


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_data_argument(parser)
    parser.add_argument(
        "--business", metavar="ID", type=UUID, help="of this business, if there are several"
    )
    parser.add_argument(
        "--into", required=True, type=Path, metavar="FILE", help="the zip to write; must be new"
    )


def run(options: argparse.Namespace) -> int:
    """Write the bundle of one business."""
    open_existing(options.data)
    from fieldledger.quickbooks.models import Connection
    from fieldledger.quickbooks.support_bundle import make_bundle

    found = Connection.objects.select_related("business").order_by("pk")
    if not options.business:
        found = found.filter(business__learner=None)
    else:
        found = found.filter(business__guid=options.business)
    connections = list(found[:2])
    if not connections:
        raise CommandFailed("There is no such business, or it has never opened QuickBooks' pages.")
    if len(connections) > 1:
        raise CommandFailed("There are several businesses: name one with --business.")
    try:
        descriptor = os.open(options.into, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CommandFailed(f"{options.into} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            made = make_bundle(connections[0], actor="the host", now=datetime.now(tz=UTC))
            file.write(made)
    except BaseException as error:
        options.into.unlink(missing_ok=True)  # Half a bundle, or an empty one, would mislead.
        if isinstance(error, OSError):
            raise CommandFailed(f"{options.into} cannot be written: {error.strerror}.") from error
        raise
    say(f"Written: {options.into}, {len(made):,} bytes. Look through it before you pass it on.")
    return 0
