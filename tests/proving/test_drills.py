"""Each drill of `fieldledger drill` in short; the command does all places, and more rounds."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests.website.program import run_for_json

pytestmark = pytest.mark.long


def _drill(tmp_path: Path, *words: str | Path) -> tuple[int, dict[str, Any], str]:
    return run_for_json("drill", *words, folder=tmp_path / "unused", timeout_s=180)


def test_the_server_may_die_at_any_commit_and_any_reply(tmp_path: Path, tables: Path) -> None:
    """Goal: no commit and no reply is the wrong moment. Method: the fault at each, one run each."""
    status, result, said = _drill(tmp_path, "crash-points", "--every", "17", "--tables", tables)

    assert status == 0, said
    assert min(result["places"].values()) >= 5
    assert set(result["tried"]) == set(result["places"])
    kinds = {"Customer", "ItemService", "Invoice", "ReceivePayment", "CreditMemo"}
    assert set(result["records"]) >= kinds


def test_an_upgrade_from_the_first_version_goes_on_with_what_was_under_way(
    tmp_path: Path, tables: Path
) -> None:
    status, result, said = _drill(tmp_path, "upgrade", "--every", "25", "--tables", tables)

    assert status == 0, said
    assert result["tried"]["upgrade"] >= 2


def test_two_servers_on_one_sqlite_lose_and_double_nothing(tmp_path: Path, tables: Path) -> None:
    status, result, said = _drill(tmp_path, "two-servers", "--tables", tables)

    assert status == 0, said
    assert min(result["seen"]["first"], result["seen"]["second"]) >= 5


@pytest.mark.postgres
def test_two_servers_on_one_postgresql_do_neither(tmp_path: Path, postgres_dump: Path) -> None:
    words = ("two-servers", "--postgres", "--tables", postgres_dump)
    status, result, said = _drill(tmp_path, *words)

    assert status == 0, said
    assert min(result["seen"]["first"], result["seen"]["second"]) >= 5


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small file system")
def test_a_full_disk_is_told_in_plain_words_and_loses_nothing(tmp_path: Path, tables: Path) -> None:
    status, result, said = _drill(tmp_path, "full-disk", "--seed", "2", "--tables", tables)
    if "No small file system" in said:
        pytest.skip(said)

    assert status == 0, said
    assert result["seen"]["full"] == 1
    assert result["seen"]["office calls not answered"] >= 3


def test_after_a_restore_nothing_is_in_quickbooks_twice(tmp_path: Path, tables: Path) -> None:
    status, result, said = _drill(tmp_path, "restore", "--tables", tables)

    assert status == 0, said
    assert result["seen"]["backups in a session"] == 1
    assert result["seen"]["records forgotten"] >= 5


@pytest.mark.parametrize(
    "words",
    [
        ("crash-points", "--every", "0"),
        ("restore", "--tables", __file__),
        ("two-servers", "--postgres", "--tables", "nowhere.dump"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(tmp_path: Path, words: tuple[str]) -> None:
    status, _, said = _drill(tmp_path, *words)

    assert status == 1
    assert said.startswith("fieldledger: ")
    assert said.count("\n") == 1
