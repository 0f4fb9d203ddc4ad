"""Make a business and its owner, and print what another program needs to use it.

The last line of the output is JSON: {"business": id, "api_key": "..."}. The key is shown this once.
Works while a server runs on the same database.
"""

import argparse
import sys
from datetime import UTC, datetime

from django.core.exceptions import ValidationError

from fieldledger.website.commands.place import add_data_argument, open_place, update_database
from fieldledger.website.commands.terminal import CommandFailed, say_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("--name", required=True, metavar="N", help="the business's name")
    parser.add_argument(
        "--owner-email",
        required=True,
        metavar="E",
        help="the owner's e-mail address, to sign in with",
    )
    parser.add_argument(
        "--password-stdin",
        required=True,
        action="store_true",
        help="read the owner's password, one line, from standard input: a password among the"
        " options would be seen by everybody on this machine",
    )
    add_data_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Make the business."""
    password = sys.stdin.readline().rstrip("\r\n")
    if not password:
        raise CommandFailed("No password came on standard input; give it as one line.")
    folder = open_place(options.data)
    update_database(folder)
    from fieldledger.accounts.services import add_business

    try:
        business, api_key = add_business(
            name=options.name,
            owner_email=options.owner_email,
            owner_password=password,
            now=datetime.now(tz=UTC),
        )
    except ValidationError as error:
        raise CommandFailed(" ".join(error.messages)) from error
    say_json({"business": str(business.guid), "api_key": api_key})
    return 0
