"""The commands on a real PostgreSQL, as on many machines."""

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import PostgresServer
from tests.website.program import add_business, run_program, serving

MADE = f"made_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"

pytestmark = pytest.mark.postgres


@pytest.fixture
def env(postgres_server: PostgresServer, postgres_database: str) -> Mapping[str, str]:
    path = f"{postgres_server.programs}:{os.environ['PATH']}"
    return {"DATABASE_URL": postgres_database, "PATH": path}


@pytest.fixture(scope="module")
def made(
    postgres_server: PostgresServer,
    postgres_tables: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """The data folder of a business in the database `made`; tests copy both."""
    folder = tmp_path_factory.mktemp("made") / "data"
    postgres_server.run(f"CREATE DATABASE {MADE} TEMPLATE {postgres_tables}")
    ended = add_business(folder, env={"DATABASE_URL": postgres_server.url(MADE)})
    assert ended.status == 0, ended.err
    return folder


@pytest.fixture
def folder(
    made: Path, postgres_server: PostgresServer, env: Mapping[str, str], tmp_path: Path
) -> Path:
    """A data folder of which the database is that of `env`, with a business in it."""
    name = env["DATABASE_URL"].rpartition("/")[2]
    postgres_server.run(f"DROP DATABASE {name}")
    postgres_server.run(f"CREATE DATABASE {name} TEMPLATE {MADE}")
    return Path(shutil.copytree(made, tmp_path / "data"))


@pytest.fixture
def another_database(postgres_server: PostgresServer) -> Iterator[str]:
    postgres_server.run("CREATE DATABASE another")
    yield postgres_server.url("another")
    postgres_server.run("DROP DATABASE another WITH (FORCE)")


def _names(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT name FROM accounts_business ORDER BY name")
        return [row[0] for row in rows.fetchall()]


def test_nodes_that_start_at_once_prepare_the_database_once(
    env: Mapping[str, str], tmp_path: Path
) -> None:
    ended = []

    def start(number: int) -> None:
        folder = tmp_path / f"node-{number}"
        ended.append(add_business(folder, owner=f"owner{number}@acme.example", env=env))

    nodes = [threading.Thread(target=start, args=(number,)) for number in range(2)]
    for node in nodes:
        node.start()
    for node in nodes:
        node.join()

    assert [each.status for each in ended] == [0, 0], ended
    assert _names(env["DATABASE_URL"]) == ["Acme Plumbing"] * 2


def test_a_backup_is_restored_into_an_empty_database(
    folder: Path, env: Mapping[str, str], another_database: str, tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    made = run_program("backup", backup, "--json", folder=folder, env=env)
    assert made.status == 0, made.err
    assert json.loads(made.out)["database"] == "postgresql"

    ended = run_program(
        "restore", backup, folder=tmp_path / "restored",
        env={**env, "DATABASE_URL": another_database},
    )  # fmt: skip

    assert ended.status == 0, ended.err
    assert _names(another_database) == ["Acme Plumbing"]


def test_a_restore_into_a_database_in_use_is_refused(
    folder: Path, env: Mapping[str, str], tmp_path: Path
) -> None:
    backup = tmp_path / "backup"
    run_program("backup", backup, folder=folder, env=env)

    ended = run_program("restore", backup, folder=tmp_path / "restored", env=env)

    assert ended.status == 1
    assert "is not empty" in ended.err
    assert not (tmp_path / "restored").exists()


def test_a_missing_pg_dump_is_said_with_what_to_install(
    folder: Path, env: Mapping[str, str], tmp_path: Path
) -> None:
    ended = run_program(
        "backup", tmp_path / "backup", folder=folder, env={**env, "PATH": str(tmp_path)}
    )

    assert ended.status == 1
    assert "pg_dump is not installed here" in ended.err
    assert "sudo apt-get install postgresql-client" in ended.err


def test_the_doctor_and_the_server_work_on_it(folder: Path, env: Mapping[str, str]) -> None:
    with serving("serve", "--workers", "2", folder=folder, env=env) as server:
        ended = run_program(
            "doctor", folder=folder, env={**env, "FIELDLEDGER_PUBLIC_URL": server.url}
        )
        assert server.stop() == 0

    assert ended.status == 0, ended.out
    assert "Database: PostgreSQL" in ended.out
    assert "Web Connector pages: both answer" in ended.out


def test_the_doctor_finds_a_server_that_does_not_really_write(
    folder: Path, env: Mapping[str, str], postgres_server: PostgresServer
) -> None:
    """fsync cannot be changed while it runs; full_page_writes is as dangerous."""
    postgres_server.run("ALTER SYSTEM SET full_page_writes = off")
    postgres_server.run("SELECT pg_reload_conf()")
    try:
        ended = run_program("doctor", folder=folder, env=env)
    finally:
        postgres_server.run("ALTER SYSTEM RESET full_page_writes")
        postgres_server.run("SELECT pg_reload_conf()")

    assert ended.status == 1
    assert "full_page_writes off" in ended.out


@pytest.mark.long
def test_the_layers_of_records_pass_their_own_tests_on_it(
    tests_on_postgres: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    """The same tests as on SQLite, in a run of their own."""
    words = ("-m", "not browser and not postgres", "tests/accounts", "tests/office")
    done = tests_on_postgres(*words)

    assert done.returncode == 0, done.stdout[-4000:]
