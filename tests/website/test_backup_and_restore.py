"""A backup is the installation at one moment, and a restore brings exactly that back."""

import json
import shutil
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pytest

from fieldledger.website.database import SQLITE_FILE
from tests.website.program import Ended, run_program


def _backup(place: Path, to: Path) -> Ended:
    return run_program("backup", to, "--json", folder=place)


@pytest.fixture
def backup(place: Path, tmp_path: Path) -> Path:
    (place / "mail").mkdir()
    (place / "mail" / "1.log").write_text("a letter")
    folder = tmp_path / "backup"
    assert _backup(place, folder).status == 0
    return folder


def _businesses(folder: Path) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / SQLITE_FILE)) as database:
        return database.execute("SELECT name FROM accounts_business").fetchall()


def test_a_restore_brings_back_the_records_and_the_secrets(
    place: Path, backup: Path, tmp_path: Path
) -> None:
    restored = tmp_path / "restored"

    ended = run_program("restore", backup, folder=restored)

    assert ended.status == 0
    assert "Restored into" in ended.out
    assert _businesses(restored) == [("Acme Plumbing",)]
    for name in ("secret-key", "sealing-key", "mail/1.log"):
        assert (restored / name).read_bytes() == (place / name).read_bytes()
    open_to_others = [path for path in restored.rglob("*") if path.stat().st_mode & 0o077]
    assert open_to_others == []
    assert run_program("doctor", folder=restored).status == 0


def test_a_backup_says_what_it_holds_and_is_nobody_elses(backup: Path) -> None:
    contents = json.loads((backup / "backup.json").read_text())

    assert contents["format"] == 1
    assert contents["database"] == "sqlite"
    assert set(contents["sha256"]) == {
        "database.sqlite3", "files/secret-key", "files/sealing-key", "files/mail/1.log",
    }  # fmt: skip
    assert stat.S_IMODE(backup.stat().st_mode) == 0o700
    assert [path for path in backup.rglob("*") if path.stat().st_mode & 0o077] == []


def test_the_doctor_knows_of_the_backup(place: Path, backup: Path) -> None:
    ended = run_program("doctor", folder=place)

    assert "Backups: the last one was made on" in ended.out


def test_a_backup_during_writes_is_of_one_moment(place: Path, tmp_path: Path) -> None:
    """Each transaction writes two rows; a copy of one moment has both or neither."""
    path, stop = place / SQLITE_FILE, threading.Event()
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        database.execute("CREATE TABLE pairs (number INTEGER, filling BLOB)")

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=30)) as database:
            number = 0
            while not stop.is_set():
                number += 1
                database.execute("BEGIN IMMEDIATE")
                database.execute("INSERT INTO pairs VALUES (?, zeroblob(3000))", [number])
                database.execute("INSERT INTO pairs VALUES (?, zeroblob(3000))", [number])
                database.execute("COMMIT")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        ended = _backup(place, tmp_path / "backup")
    finally:
        stop.set()
        writer.join()

    assert ended.status == 0, ended.err
    with closing(sqlite3.connect(tmp_path / "backup" / "database.sqlite3")) as copy:
        torn = copy.execute("SELECT number FROM pairs GROUP BY number HAVING count(*) != 2")
        assert torn.fetchall() == []
        assert copy.execute("SELECT count(*) > 0 FROM pairs").fetchone() == (1,)


def test_a_backup_overwrites_nothing(place: Path, tmp_path: Path) -> None:
    occupied = tmp_path / "occupied"
    occupied.mkdir()
    (occupied / "thesis.txt").write_text("x")
    refusals = {
        "not empty": _backup(place, occupied),
        "is a file": _backup(place, occupied / "thesis.txt"),
        "would be lost with it": _backup(place, place / "backup"),
    }

    for sentence, ended in refusals.items():
        assert ended.status == 1
        assert sentence in ended.err
    assert [path.name for path in occupied.iterdir()] == ["thesis.txt"]


def test_where_nothing_is_nothing_is_backed_up_or_made(tmp_path: Path) -> None:
    ended = _backup(tmp_path / "nowhere", tmp_path / "backup")

    assert ended.status == 1
    assert "There is no installation" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_a_restore_overwrites_nothing(place: Path, backup: Path) -> None:
    before = _businesses(place)

    ended = run_program("restore", backup, folder=place)

    assert ended.status == 1
    assert "not empty" in ended.err
    assert _businesses(place) == before


@pytest.mark.parametrize("name", ["database.sqlite3", "files/secret-key"])
def test_a_damaged_backup_is_refused_before_anything_is_made(
    name: str, backup: Path, tmp_path: Path
) -> None:
    content = bytearray((backup / name).read_bytes())
    content[len(content) // 2] ^= 1
    (backup / name).write_bytes(content)

    ended = run_program("restore", backup, folder=tmp_path / "restored")

    assert ended.status == 1
    assert f"{name} is not what was saved" in ended.err
    assert not (tmp_path / "restored").exists()


def test_an_unfinished_backup_is_refused(backup: Path, tmp_path: Path) -> None:
    """Its list of contents is written last."""
    (backup / "backup.json").unlink()

    ended = run_program("restore", backup, folder=tmp_path / "restored")

    assert ended.status == 1
    assert "no finished backup" in ended.err


def test_a_backup_of_a_later_program_is_refused(backup: Path, tmp_path: Path) -> None:
    contents = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps(contents | {"format": 2}))

    ended = run_program("restore", backup, folder=tmp_path / "restored")

    assert ended.status == 1
    assert "a later Fieldledger" in ended.err


def test_a_backup_of_another_database_leaves_nothing_behind(backup: Path, tmp_path: Path) -> None:
    contents = json.loads((backup / "backup.json").read_text())
    (backup / "backup.json").write_text(json.dumps(contents | {"database": "postgresql"}))

    ended = run_program("restore", backup, folder=tmp_path / "restored")

    assert ended.status == 1
    assert "holds a postgresql database" in ended.err
    assert not (tmp_path / "restored").exists()


def test_a_backup_can_be_moved_before_it_is_restored(backup: Path, tmp_path: Path) -> None:
    moved = Path(shutil.move(backup, tmp_path / "elsewhere"))

    ended = run_program("restore", moved, "--json", folder=tmp_path / "restored")
    assert ended.status == 0
    assert "exit the QuickBooks Web Connector" in json.loads(ended.out)["before_starting"]
    assert _businesses(tmp_path / "restored") == [("Acme Plumbing",)]
