"""The machine: its clock, its disk, the data folder, the backups."""

import json
import shutil
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from fieldledger.website.checks import Finding, fine, not_checked, wrong
from fieldledger.website.commands.backup import LAST_BACKUP

FREE_BYTES_MIN: Final = 1024**3
BACKUP_DAYS_MAX: Final = 7

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO
_GIB: Final = 1024**3


def check_clock(*, now: datetime, newest: datetime | None) -> Finding:
    """Look whether the clock is kept right; `newest` is the time of our own latest record."""
    set_it = "Set the clock, and let it be kept by NTP: sudo timedatectl set-ntp true"
    if newest is not None and now < newest - timedelta(minutes=1):
        return wrong(
            "Clock", f"it is behind our own latest record, of {newest:%Y-%m-%d %H:%M} UTC", set_it
        )
    synchronized = _clock_is_synchronized()
    if synchronized is None:
        return not_checked("Clock", f"{now:%Y-%m-%d %H:%M} UTC; nothing here says who keeps it")
    if not synchronized:
        return wrong("Clock", f"{now:%Y-%m-%d %H:%M} UTC, and nothing keeps it right", set_it)
    return fine("Clock", f"{now:%Y-%m-%d %H:%M} UTC, kept right")


def _clock_is_synchronized() -> bool | None:
    program = shutil.which("timedatectl")
    if program is None:
        return None
    try:
        asked = subprocess.run(  # noqa: S603 - a program of the system, with words of our own.
            [program, "show", "--property=NTPSynchronized", "--value"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return {"yes": True, "no": False}.get(asked.stdout.strip())


def check_disk(folder: Path, *, database_bytes: int) -> Finding:
    """Look whether there is room to go on: a gibibyte, and the database once more."""
    free = shutil.disk_usage(folder).free
    if free < max(FREE_BYTES_MIN, database_bytes):
        return wrong(
            "Disk",
            f"only {free / _GIB:.1f} GiB are free where the data is",
            f"Make room on the disk that holds {folder}: without it no record leaves.",
        )
    return fine("Disk", f"{free / _GIB:.1f} GiB free")


def check_secrets(folder: Path) -> Finding:
    """Look whether others on this machine can read what is private."""
    exposed = [
        path
        for path in folder.iterdir()
        if path.lstat().st_mode & _OTHERS and not path.is_symlink()
    ]
    # In a private folder nobody reaches the files, whatever their own modes.
    if folder.stat().st_mode & _OTHERS and exposed:
        return wrong(
            "Privacy",
            f"other people of this machine can read {folder}",
            f"Type: chmod -R go-rwx {folder}",
        )
    return fine("Privacy", "nobody else can read the data folder")


def check_backups(folder: Path, *, now: datetime) -> Finding:
    """Look when the last backup was made."""
    make_one = "Type: fieldledger backup DIR, with DIR on another disk; best every night."
    try:
        last = json.loads((folder / LAST_BACKUP).read_text(encoding="utf-8"))
        made_at = datetime.fromisoformat(last["made_at"])
    except FileNotFoundError:
        began = datetime.fromtimestamp(_age_mark(folder).stat().st_mtime, UTC)
        if now - began < timedelta(days=1):
            return not_checked("Backups", "none yet; this installation is new")
        return wrong("Backups", "none was ever made here", make_one)
    except (OSError, ValueError, KeyError, TypeError):
        return wrong("Backups", f"{LAST_BACKUP} cannot be read", make_one)
    days = (now - made_at).days
    if days > BACKUP_DAYS_MAX:
        return wrong("Backups", f"the last one is {days} days old", make_one)
    return fine("Backups", f"the last one was made on {made_at:%Y-%m-%d %H:%M} UTC")


def _age_mark(folder: Path) -> Path:
    """Return a file that was made when the installation was, and is not written again."""
    key = folder / "secret-key"
    return key if key.exists() else folder
