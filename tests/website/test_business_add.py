import json
import sqlite3
import stat
import subprocess
from contextlib import closing
from pathlib import Path

from fieldledger.website.database import SQLITE_FILE
from tests.support.fresh_business import FreshBusiness
from tests.website.program import OWNER, PASSWORD, add_business, command, environment, run_program


def _rows(folder: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(folder / SQLITE_FILE)) as database:
        return database.execute(statement).fetchall()


def test_a_business_and_its_owner_are_made_on_an_empty_machine(
    fresh_business: FreshBusiness,
) -> None:
    folder, ended = fresh_business.folder, fresh_business.said

    assert ended.status == 0
    answer = json.loads(ended.out.splitlines()[-1])
    assert set(answer) == {"business", "api_key"}
    assert len(answer["api_key"]) > 30
    assert _rows(folder, "SELECT name FROM accounts_business") == [("Acme Plumbing",)]
    [(email, hashed)] = _rows(folder, "SELECT email, password FROM accounts_user")
    assert email == OWNER
    assert str(hashed).startswith("argon2")


def test_what_is_made_is_nobody_elses(made_once: Path) -> None:
    modes = {
        path.name: stat.S_IMODE(path.stat().st_mode) for path in (made_once, *made_once.iterdir())
    }

    assert modes["data"] == 0o700
    assert {name: oct(mode) for name, mode in modes.items() if mode & 0o077} == {}


def test_the_key_is_shown_once_and_kept_nowhere(fresh_business: FreshBusiness) -> None:
    folder, key = fresh_business.folder, fresh_business.key

    kept = b"".join(path.read_bytes() for path in folder.iterdir())
    assert key.encode() not in kept
    assert PASSWORD.encode() not in kept
    assert key not in fresh_business.said.err


def test_two_at_once_on_a_fresh_machine_both_succeed(tmp_path: Path) -> None:
    """Both want to prepare the database; one does, the other waits for it."""
    folder = tmp_path / "data"
    words = ("business-add", "--password-stdin", "--name", "Acme", "--owner-email")
    programs = [
        subprocess.Popen(
            command(*words, f"owner{number}@acme.example"),
            env=environment(folder),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(2)
    ]
    said = [each.communicate(f"{PASSWORD}\n", timeout=60) for each in programs]

    assert [each.returncode for each in programs] == [0, 0], said
    assert _rows(folder, "SELECT count(*) FROM accounts_business") == [(2,)]


def test_a_mistake_is_one_sentence_and_makes_nothing(place: Path) -> None:
    mistakes = {
        "taken": add_business(place, name="Other"),
        "no password": run_program(
            "business-add", "--name", "B", "--owner-email", "b@b.example", "--password-stdin",
            folder=place,
        ),
        "short password": run_program(
            "business-add", "--name", "B", "--owner-email", "b@b.example", "--password-stdin",
            folder=place, typed="abc\n",
        ),
    }  # fmt: skip

    for name, ended in mistakes.items():
        assert ended.status == 1, name
        assert ended.out == "", name
        assert ended.err.startswith("fieldledger: "), name
        assert "Traceback" not in ended.err, name
    assert _rows(place, "SELECT count(*) FROM accounts_business") == [(1,)]


def test_a_password_among_the_options_is_not_taken(place: Path) -> None:
    ended = run_program(
        "business-add",
        "--name",
        "B",
        "--owner-email",
        "b@b.example",
        "--password",
        "x",
        folder=place,
    )

    assert ended.status == 2
