"""The engine's plain SQL once more, on a real PostgreSQL."""

import os
import subprocess
import sys

import pytest

from tests.support.shared import ROOT

AGAIN = [
    "test_tables.py",
    "test_counting.py",
    "../office/test_keeping.py",
    "test_straight_path.py",
    "test_other_answers.py",
    "test_volume.py",
]


@pytest.mark.postgres
def test_sessions_hold_on_postgres_too(postgres_database: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         *(f"tests/quickbooks/{name}" for name in AGAIN)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": postgres_database},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout[-4000:]
