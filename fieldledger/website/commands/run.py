"""Serve with a demo business to try everything on; `./run` sets up and then starts this."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from fieldledger.website.commands.place import open_place, update_database
from fieldledger.website.commands.serve import default_public_url
from fieldledger.website.commands.serving import add_serving_arguments, free_address, serve
from fieldledger.website.commands.terminal import remark, say

SIGN_IN_FILE = "demo-sign-in.json"  # In the data folder, private; only ever of the demo business.


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_serving_arguments(parser)
    parser.add_argument(
        "--no-demo", action="store_true", help="start without a business instead of the demo one"
    )


def run(options: argparse.Namespace) -> int:
    """Serve until stopped."""
    address = free_address(options.host, options.port)
    default_public_url(address)
    folder = open_place(options.data)
    update_database(folder)
    if not options.no_demo:
        _make_demo_once(folder)

    def ready() -> None:
        say(f"Fieldledger is at {address.local_url}")
        for line in _sign_in_lines(folder):
            say(line)
        if options.with_quickbooks:
            say("A simulated QuickBooks Desktop and its Web Connector run beside it.")
        say("Ctrl-C stops it.")

    return serve(
        address,
        workers=1,
        folder=folder,
        with_quickbooks=options.with_quickbooks,
        ready=ready,
    )


def _make_demo_once(folder: Path) -> None:
    from fieldledger.accounts.models import Business

    if Business.objects.exists():
        return
    from fieldledger.website.demo import make_demo

    remark("Making the demo business ...")
    made = make_demo(datetime.now(tz=UTC))
    sign_in = {"email": made.email, "password": made.password}
    (folder / SIGN_IN_FILE).write_text(json.dumps(sign_in))


def _sign_in_lines(folder: Path) -> list[str]:
    path = folder / SIGN_IN_FILE
    if not path.exists():
        return []
    sign_in = json.loads(path.read_text())
    return [f"Sign in as {sign_in['email']}", f"with the password {sign_in['password']}"]
