"""Copy everything this installation has into DIR, consistently, while it goes on serving.

DIR must be new or empty. It holds the database as it was at one moment, the secrets and the other
files, and backup.json with a checksum of each, which `fieldledger restore` checks. Keep it as
safe as the installation itself: whoever has it can read everything.
"""

import argparse
import hashlib
import json
import os
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from django.db import connection

from fieldledger.website.commands import postgres_tools
from fieldledger.website.commands.place import add_data_argument, data_folder, open_place
from fieldledger.website.commands.terminal import CommandFailed, progress, say, say_json

CONTENTS = "backup.json"
FORMAT = 1
SQLITE_COPY = "database.sqlite3"
POSTGRES_COPY = "database.pgdump"
FILES = "files"
LAST_BACKUP = "last-backup.json"  # In the data folder: when and where, for `fieldledger doctor`.

_PAGES_AT_ONCE = 2000
_NOT_COPIED = {"migrations.lock", LAST_BACKUP}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument("dir", type=Path, metavar="DIR", help="a new or empty folder for the copy")
    add_data_argument(parser)
    parser.add_argument("--json", action="store_true", help="print the result as one JSON object")


def run(options: argparse.Namespace) -> int:
    """Make the backup."""
    if not data_folder(options.data).is_dir():
        raise CommandFailed(f"There is no installation in {data_folder(options.data)}.")
    target: Path = options.dir.absolute()
    folder = open_place(options.data)
    _require_empty(target, folder)
    made_at = datetime.now(tz=UTC).isoformat(timespec="seconds")
    try:
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        _copy_database(target)
        _copy_files(folder, target / FILES)
        contents = {
            "format": FORMAT,
            "database": connection.vendor,
            "made_at": made_at,
            "sha256": {
                str(each.relative_to(target)): checksum(each) for each in files_below(target)
            },
        }
        # Written last and whole: a folder without it is no backup, whatever else it holds.
        write_durably(target / CONTENTS, json.dumps(contents, indent=1))
    except OSError as error:
        raise CommandFailed(f"The backup could not be written: {error}.") from error
    write_durably(folder / LAST_BACKUP, json.dumps({"made_at": made_at, "dir": str(target)}))
    if options.json:
        say_json({"dir": str(target), "made_at": made_at, "database": connection.vendor})
    else:
        say(f"Backed up to {target}. It holds secrets: keep it as safe as the installation.")
    return 0


def files_below(folder: Path) -> list[Path]:
    """Return the regular files below `folder`, in a steady order."""
    return sorted(each for each in folder.rglob("*") if each.is_file() and not each.is_symlink())


def checksum(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal."""
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_durably(path: Path, text: str) -> None:
    """Write a small file so that after a power cut it is there whole, or as before."""
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("w", encoding="utf-8") as opened:
        opened.write(text)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(path)


def _require_empty(target: Path, folder: Path) -> None:
    if target == folder or folder in target.parents:
        raise CommandFailed("A backup inside the data folder would be lost with it: name another.")
    if target.exists() and not target.is_dir():
        raise CommandFailed(f"{target} is a file; name a new or empty folder.")
    if target.exists() and any(target.iterdir()):
        raise CommandFailed(f"{target} is not empty; name a new or empty folder.")


def _copy_database(target: Path) -> None:
    if connection.vendor == "postgresql":
        postgres_tools.dump(target / POSTGRES_COPY)
        return
    source = Path(connection.settings_dict["NAME"])
    if not source.exists():
        raise CommandFailed(f"There is no database in {source.parent} yet: nothing to back up.")
    copy_sqlite(source, target / SQLITE_COPY)


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a SQLite database as it is at one moment, however many programs write to it meanwhile.

    :raises CommandFailed: if the copy is not sound.
    """
    with (
        closing(sqlite3.connect(source, isolation_level=None)) as ours,
        closing(sqlite3.connect(target)) as copy,
        progress("Copying the database") as tell,
    ):
        # An open read transaction pins the moment; without it SQLite would start the copy anew
        # at each write by somebody else (sqlite.org, "SQLite Backup API").
        ours.execute("BEGIN")
        ours.execute("SELECT count(*) FROM sqlite_master").fetchone()
        ours.backup(
            copy,
            pages=_PAGES_AT_ONCE,
            progress=lambda _status, remaining, total: tell(total - remaining, total),
        )
        ours.execute("COMMIT")
        copy.execute("PRAGMA journal_mode = DELETE")  # One file, complete in itself.
        verdict = copy.execute("PRAGMA quick_check").fetchone()[0]
    if verdict != "ok":
        raise CommandFailed(f"The copy of the database is damaged: {verdict}.")


def _copy_files(folder: Path, target: Path) -> None:
    """Copy the secrets and all else in the data folder that is not the database."""
    target.mkdir(mode=0o700)
    database = str(connection.settings_dict["NAME"])
    for each in files_below(folder):
        # SQLite keeps files beside the database that belong to the moment, not to the copy.
        if each.name in _NOT_COPIED or str(each).startswith(database):
            continue
        copied = target / each.relative_to(folder)
        copied.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copy2(each, copied)
        copied.chmod(0o600)  # The folder they lie in now may be one that others can look into.
