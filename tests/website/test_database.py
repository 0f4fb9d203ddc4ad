from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from fieldledger.website.database import database_settings
from fieldledger.website.durability import require_durable


def test_without_a_url_the_database_is_a_file_in_the_data_folder(tmp_path: Path) -> None:
    assert database_settings(None, tmp_path)["NAME"] == str(tmp_path / "fieldledger.sqlite3")


def test_a_postgres_url_is_read_part_by_part(tmp_path: Path) -> None:
    url = "postgres://fl%40home:p%2Fss%3A@db.example.com:6432/field?sslmode=require"

    settings = database_settings(url, tmp_path)

    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert [settings[name] for name in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "fl@home",
        "p/ss:",
        "db.example.com",
        "6432",
        "field",
    ]
    assert settings["OPTIONS"]["sslmode"] == "require"
    assert "synchronous_commit=on" in settings["OPTIONS"]["options"]


def test_a_postgres_on_a_socket_needs_no_host(tmp_path: Path) -> None:
    settings = database_settings("postgresql:///field?host=/run/postgresql", tmp_path)

    assert (settings["HOST"], settings["OPTIONS"]["host"]) == ("", "/run/postgresql")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:secret@h/n",
        "postgres://u:secret@h",
        "postgres://u:secret@h:port/n",
        "postgres://u:secret@h/n?options=-c%20fsync=off",
        "secret",
    ],
)
def test_another_url_refuses_to_start_and_keeps_the_password(url: str, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL") as refused:
        database_settings(url, tmp_path)

    assert "secret" not in str(refused.value)


def test_a_real_start_keeps_what_it_has_confirmed(tmp_path: Path) -> None:
    start = database_settings(None, tmp_path)["OPTIONS"]["init_command"]

    assert "journal_mode = WAL" in start
    assert "synchronous = FULL" in start


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own setting")
def test_a_database_that_may_forget_refuses_to_start(db: None) -> None:
    # The tests' own database does not wait for the disk.
    with pytest.raises(ImproperlyConfigured, match="may lose what it has confirmed"):
        require_durable()


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own setting")
def test_sqlite_takes_a_bulk_in_one_statement_and_keeps_references_true(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys")
        assert cursor.fetchone() == (1,)
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == ("wal",)
    assert connection.features.max_query_params == 32766
