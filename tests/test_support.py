"""What the tests stand on is there: the real database and the real browser."""

import os
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import Page

from tests.support.postgres import PostgresServer


@pytest.mark.postgres
def test_each_test_gets_an_empty_postgresql_of_a_current_version(postgres_database: str) -> None:
    with psycopg.connect(postgres_database) as connection:
        tables = connection.execute(
            "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        ).fetchone()
        version = connection.info.server_version

    assert tables == (0,)
    assert version >= 160000


@pytest.mark.postgres
def test_the_database_lets_nobody_in_without_the_password(postgres_server: PostgresServer) -> None:
    without = postgres_server.url("postgres").replace(postgres_server.password, "guess")

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(without)


@pytest.mark.browser
def test_the_browser_shows_a_page_and_runs_its_script(page: Page, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(
        "<!doctype html><title>Before</title><script>document.title = 'After'</script>"
    )

    page.goto((tmp_path / "page.html").as_uri())

    assert page.title() == "After"
    assert "DJANGO_ALLOW_ASYNC_UNSAFE" in os.environ
