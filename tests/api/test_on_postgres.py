"""The API's tests of races, webhooks and the log once more, on a real PostgreSQL."""

import subprocess
from collections.abc import Callable

import pytest

AGAIN = ["test_idempotency.py", "test_webhooks.py", "test_quickbooks.py"]


@pytest.mark.long
@pytest.mark.postgres
def test_what_depends_on_the_database_holds_on_postgres_too(
    tests_on_postgres: Callable[..., "subprocess.CompletedProcess[str]"],
) -> None:
    """SQLite lets writers in one by one and takes any text; PostgreSQL does neither."""
    ran = tests_on_postgres(*(f"tests/api/{name}" for name in AGAIN))

    assert ran.returncode == 0, ran.stdout[-4000:]
