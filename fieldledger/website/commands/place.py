"""Where a command works: the data folder, the settings made from it, an up-to-date database."""

import argparse
import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from fieldledger.website.commands.terminal import CommandFailed, remark
from fieldledger.website.durability import require_durable

SETTINGS = "fieldledger.website.settings"
PRIVATE_FOLDER = stat.S_IRWXU  # 0700: the database and the secrets are nobody else's.

# One number for all nodes of one PostgreSQL: whoever holds it updates the schema, the others wait.
_MIGRATION_LOCK = 0x4649454C44


def add_data_argument(parser: argparse.ArgumentParser) -> None:
    """Add `--data`."""
    parser.add_argument(
        "--data",
        metavar="DIR",
        type=Path,
        help="where the database, the secrets and the files live"
        " (default: the environment's FIELDLEDGER_DATA, else ./data)",
    )


def data_folder(given: Path | None) -> Path:
    """Return the data folder a command is to use, absolute, whether or not it exists."""
    return (given or Path(os.environ.get("FIELDLEDGER_DATA") or "data")).absolute()


def open_place(given: Path | None) -> Path:
    """Make the data folder if needed, private, and start Django on it; return the folder.

    :raises CommandFailed: if the folder cannot be made or written.
    :raises ImproperlyConfigured: if the settings refuse to start.
    """
    folder = data_folder(given)
    # Everything this program and its servers make is private: secrets 0600, folders 0700.
    os.umask(0o077)
    try:
        folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
    except OSError as error:
        raise CommandFailed(
            f"The data folder {folder} cannot be made: {error.strerror}."
        ) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise CommandFailed(f"The data folder {folder} cannot be written by this user.")
    os.environ["FIELDLEDGER_DATA"] = str(folder)
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    django.setup()
    return folder


def open_existing(given: Path | None) -> Path:
    """Start Django on a data folder that has a database of this version; return the folder.

    :raises CommandFailed: if there is none, it does not answer, or it is another version's.
    """
    folder = data_folder(given)
    if not folder.is_dir():
        raise CommandFailed(f"There is no installation in {folder}.")
    open_place(given)
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and not Path(name).exists():
        raise CommandFailed(f"There is no database in {folder} yet.")
    try:
        pending = pending_migrations()
    except OperationalError as error:
        raise _no_answer(error) from error
    if pending:
        raise CommandFailed(
            f"The database in {folder} is not of this version: start Fieldledger once, which brings"
            " it up to date, or use the version that it is of."
        )
    return folder


def pending_migrations() -> int:
    """Return how many of the program's database changes the database does not have yet."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def update_database(folder: Path) -> None:
    """Bring the database's tables up to this version; costs a look when they are.

    Several nodes may start at once: one works, the others wait for it.

    :raises CommandFailed: if the database cannot be reached.
    :raises ImproperlyConfigured: if it may lose what it has confirmed.
    """
    try:
        require_durable()
        if not pending_migrations():
            return
        with _one_at_a_time(folder):
            if pending_migrations():
                remark("Preparing the database ...")
                call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise _no_answer(error) from error


def _no_answer(error: OperationalError) -> CommandFailed:
    where = connection.settings_dict.get("HOST") or connection.settings_dict["NAME"]
    said = " ".join(str(error).split())
    return CommandFailed(f"The database at {where} does not answer: {said}")


@contextmanager
def _one_at_a_time(folder: Path) -> Iterator[None]:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_MIGRATION_LOCK])
        return
    with (folder / "migrations.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
