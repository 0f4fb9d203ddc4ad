"""The API's tests of races, webhooks and the log once more, on a real PostgreSQL."""

import os
import subprocess
import sys

import pytest

from tests.support.shared import ROOT

AGAIN = ["test_idempotency.py", "test_webhooks.py", "test_quickbooks.py"]


@pytest.mark.postgres
def test_what_depends_on_the_database_holds_on_postgres_too(postgres_database: str) -> None:
    """SQLite lets writers in one by one and takes any text; PostgreSQL does neither."""
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         *(f"tests/api/{name}" for name in AGAIN)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": postgres_database},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout[-4000:]
