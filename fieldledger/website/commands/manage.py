"""Run one of Django's own commands on this installation: `fieldledger manage showmigrations`.

For the person who runs the machine. `fieldledger manage help` lists them; put --data before them.
"""

import argparse

from django.core.management import execute_from_command_line

from fieldledger.website.commands.place import add_data_argument, open_place


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_data_argument(parser)
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="...", help="Django's command and its options"
    )


def run(options: argparse.Namespace) -> int:
    """Run Django's command."""
    open_place(options.data)
    execute_from_command_line(["fieldledger manage", *(options.words or ["help"])])
    return 0
