"""Check what breaks in practice: one line each, and what to do where something is wrong.

Looks at the public address and its certificate as the Web Connector needs them, the clock, the
database, its migrations, the disk, the privacy of the data folder and the backups. Changes nothing.
Ends with exit status 1 if anything is wrong.
"""

import argparse
import os
from datetime import UTC, datetime

from django.conf import settings

from fieldledger.website.checks import Finding, Verdict
from fieldledger.website.commands.place import add_data_argument, data_folder, open_place
from fieldledger.website.commands.terminal import CommandFailed, say, say_json

_MARKS = {Verdict.OK: "ok", Verdict.WRONG: "WRONG", Verdict.NOT_CHECKED: "-"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    add_data_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Look at everything."""
    folder = data_folder(options.data)
    if not folder.is_dir():
        raise CommandFailed(f"There is no installation in {folder}.")
    is_given = bool(os.environ.get("FIELDLEDGER_PUBLIC_URL"))
    open_place(options.data)
    findings = examine(is_address_given=is_given, now=datetime.now(tz=UTC))
    is_well = all(finding.verdict is not Verdict.WRONG for finding in findings)
    if options.json:
        checks = [
            {
                "check": each.subject,
                "verdict": each.verdict,
                "says": each.says,
                "to_do": each.to_do,
            }
            for each in findings
        ]
        say_json({"ok": is_well, "checks": checks})
    else:
        for each in findings:
            say(line_of(each))
        say("All is well." if is_well else "Something needs you: see what is marked WRONG.")
    return 0 if is_well else 1


def examine(*, is_address_given: bool, now: datetime) -> list[Finding]:
    """Return what all checks find; Django has been started on the data folder."""
    from fieldledger.website.checks import address, database, place

    folder = settings.DATA
    tables = database.check_database()
    is_readable = all(finding.verdict is Verdict.OK for finding in tables)
    return [
        *address.check_public_address(settings.PUBLIC_URL, is_given=is_address_given, now=now),
        place.check_clock(now=now, newest=_newest_record() if is_readable else None),
        *tables,
        place.check_disk(folder, database_bytes=database.database_bytes()),
        place.check_secrets(folder),
        place.check_backups(folder, now=now),
    ]


def line_of(finding: Finding) -> str:
    """Return what a person reads of a finding."""
    line = f"{_MARKS[finding.verdict]:<6} {finding.subject}: {finding.says}."
    return f"{line} {finding.to_do}" if finding.to_do else line


def _newest_record() -> datetime | None:
    from fieldledger.accounts.models import AuditEvent

    return AuditEvent.objects.order_by("-id").values_list("at", flat=True).first()
