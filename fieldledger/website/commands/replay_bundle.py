"""Replay a support bundle: its conversation with QuickBooks, judged by the rules of this version.

For whoever looks for a fault. Each recorded answer goes through the rules that decide what becomes
of a record, as it would today; the call where it first turned from the straight way is named.
Nothing is sent, and no database is needed or touched. What people wrote is not in a bundle, so a
rule that looks at QuickBooks' own text can judge otherwise than it did; codes and ids are real.
"""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fieldledger.website.commands.terminal import CommandFailed, say, say_json

if TYPE_CHECKING:
    from fieldledger.quickbooks.bundle_replay import Replay, Turn

BUNDLE_LENGTH_MAX = 256 * 1024 * 1024


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("bundle", type=Path, metavar="FILE", help="the zip of support-bundle")
    parser.add_argument(
        "--wrong", action="store_true", help="only the calls that did not go as they should"
    )
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Show the bundle's conversation and where it turned."""
    from fieldledger.quickbooks.bundle_replay import NotABundle, replay

    try:
        if options.bundle.stat().st_size > BUNDLE_LENGTH_MAX:
            raise CommandFailed(f"{options.bundle} is too large for a support bundle.")
        replayed = replay(options.bundle.read_bytes())
    except OSError as error:
        raise CommandFailed(f"{options.bundle} cannot be read: {error.strerror}.") from error
    except NotABundle as error:
        raise CommandFailed(f"{options.bundle}: {error}") from error
    turns = [each for each in replayed.turns if each.is_wrong or not options.wrong]
    if options.json:
        turned = replayed.turned
        say_json(
            {
                "about": replayed.about,
                "counts": list(replayed.counts),
                "turned": _plain(turned) if turned else None,
                "calls": [_plain(each) for each in turns],
            }
        )
        return 0
    _show(replayed, turns)
    return 0


def _plain(turn: "Turn") -> dict[str, object]:
    return {
        "session": turn.session,
        "at": turn.at,
        "operation": turn.operation,
        "said": list(turn.lines),
        "wrong": turn.is_wrong,
    }


def _show(replayed: "Replay", turns: "list[Turn]") -> None:
    about, connection = replayed.about, replayed.connection
    say(f"Made {about.get('made_at')} by Fieldledger {about.get('fieldledger')}")
    say(f"on {about.get('system')}, Python {about.get('python')}, {about.get('database')}")
    say(f"with {connection.get('product') or 'a QuickBooks that is not known yet'}")
    say(f"The set-up is at {connection.get('stage')}; paused: {connection.get('paused')}")
    say(f"The banner says: {connection.get('attention_code') or 'nothing'}")
    for each in replayed.counts:
        why = f" ({each['code']})" if each["code"] else ""
        say(f"{each['number']} {each['kind']} {each['state']}{why}")
    session = None
    for turn in turns:
        if turn.session != session:
            session = turn.session
            say("")
            say(f"Session {session}")
        say(f"{'!' if turn.is_wrong else ' '} {turn.at} {turn.operation}")
        for line in turn.lines:
            say(f"    {line}")
    say("")
    turned = replayed.turned
    if turned is None:
        say("Every call went as it should.")
    else:
        say(f"It turned in session {turned.session}, {turned.operation} at {turned.at}:")
        for line in turned.lines:
            say(f"    {line}")
