"""Verify the audit trail: compute its chain of hashes anew, and say where it breaks.

Each business's last link is printed; written down elsewhere and given with --head at another time,
it shows that nobody has made the whole chain anew. Ends with exit status 1 if a chain breaks.
"""

import argparse
from uuid import UUID

from fieldledger.website.commands.place import add_data_argument, open_existing
from fieldledger.website.commands.terminal import CommandFailed, say, say_json


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_data_argument(parser)
    parser.add_argument(
        "--head", default="", metavar="HEX", help="a last link that was written down before"
    )
    parser.add_argument("--business", metavar="ID", type=UUID, help="this business alone")
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Verify every business's trail."""
    open_existing(options.data)
    from fieldledger.accounts.audit_chain import seal_new, verify
    from fieldledger.accounts.models import Business

    while seal_new():
        pass
    businesses = Business.objects.order_by("pk")
    if options.business:
        businesses = businesses.filter(guid=options.business)
        if not businesses:
            raise CommandFailed("There is no such business.")
    if options.head and businesses.count() != 1:
        raise CommandFailed("A link is of one business: name it with --business.")
    verdicts = [verify(each, head=options.head) for each in businesses]
    is_whole = not any(each.breaks for each in verdicts)
    if options.json:
        rows = [
            {
                "business": str(each.business.guid),
                "links": each.links,
                "head": each.head,
                "breaks": each.breaks,
            }
            for each in verdicts
        ]
        say_json({"ok": is_whole, "trails": rows})
        return 0 if is_whole else 1
    for each in verdicts:
        said = each.breaks or f"whole, {each.links} links; the last is {each.head}"
        say(f"{each.business.guid}: {said}")
    return 0 if is_whole else 1
