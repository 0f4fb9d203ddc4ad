"""Bring back what `fieldledger backup` saved in DIR, into a data folder that is new or empty.

Nothing that exists is ever overwritten: stop the server, move its data folder away (with
PostgreSQL, make a new empty database and name it in DATABASE_URL), then restore. The copy is
checked first.
"""

import argparse
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection

from fieldledger.website.commands import postgres_tools
from fieldledger.website.commands.backup import (
    CONTENTS,
    FILES,
    FORMAT,
    POSTGRES_COPY,
    SQLITE_COPY,
    checksum,
    copy_sqlite,
)
from fieldledger.website.commands.place import (
    add_data_argument,
    data_folder,
    open_place,
    update_database,
)
from fieldledger.website.commands.terminal import CommandFailed, progress, say, say_json

AFTERWARDS = (
    "Before you start the server: exit the QuickBooks Web Connector on every computer, and start it"
    " again. One that was in the middle of something may hold a document that is younger than the"
    " backup, and that nobody remembers."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("dir", type=Path, metavar="DIR", help="a folder that `backup` made")
    add_data_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Restore the backup."""
    source: Path = options.dir.absolute()
    contents = _checked_contents(source)
    target = data_folder(options.data)
    if target.exists() and any(target.iterdir()):
        raise CommandFailed(f"{target} is not empty; restore overwrites nothing: move it away.")
    os.umask(0o077)  # Before the first secret is written, not once Django has been started.
    # The files first: the secret key among them is what the settings start with.
    shutil.copytree(source / FILES, target, dirs_exist_ok=True)
    target.chmod(0o700)
    folder = open_place(target)
    if contents["database"] != connection.vendor:
        shutil.rmtree(target)
        raise CommandFailed(
            f"This backup holds a {contents['database']} database, and DATABASE_URL names"
            f" a {connection.vendor} one."
        )
    try:
        _restore_database(source)
    except CommandFailed:
        shutil.rmtree(target)
        raise
    update_database(folder)
    _doubt_what_it_knows()
    if options.json:
        say_json(
            {"data": str(folder), "made_at": contents["made_at"], "before_starting": AFTERWARDS}
        )
    else:
        say(f"Restored into {folder} what was backed up at {contents['made_at']}.")
        say(AFTERWARDS)
    return 0


def _doubt_what_it_knows() -> None:
    """QuickBooks may have taken more since the backup: let all be looked up before it is sent."""
    from fieldledger.quickbooks.services import database_restored

    database_restored(now=datetime.now(tz=UTC))


def _checked_contents(source: Path) -> dict[str, Any]:
    try:
        contents: dict[str, Any] = json.loads((source / CONTENTS).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CommandFailed(
            f"{source} is no finished backup: its {CONTENTS} is missing."
        ) from error
    if contents.get("format") != FORMAT:
        raise CommandFailed(f"{source} was made by a later Fieldledger; restore it with that one.")
    wanted: dict[str, str] = contents["sha256"]
    with progress("Checking the backup") as tell:
        for done, (name, sha256) in enumerate(wanted.items(), start=1):
            path = source / name
            if not path.is_file() or checksum(path) != sha256:
                raise CommandFailed(f"The backup is damaged: {name} is not what was saved.")
            tell(done, len(wanted))
    return contents


def _restore_database(source: Path) -> None:
    if connection.vendor != "postgresql":
        copy_sqlite(source / SQLITE_COPY, Path(connection.settings_dict["NAME"]))
        return
    try:
        tables = connection.introspection.table_names()
    except OperationalError as error:
        raise CommandFailed(f"The database does not answer: {error}") from error
    if tables:
        raise CommandFailed(
            f"The database {connection.settings_dict['NAME']} is not empty; restore overwrites"
            " nothing: name a new, empty one in DATABASE_URL."
        )
    connection.close()
    postgres_tools.restore(source / POSTGRES_COPY)
