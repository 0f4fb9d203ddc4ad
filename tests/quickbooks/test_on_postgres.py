"""The engine's plain SQL once more, on a real PostgreSQL."""

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import Final

import pytest

from tests.support.shared import ROOT

# In groups, so that they run beside each other: each has a database of its own.
AGAIN: Final = (
    (
        "test_tables.py",
        "test_counting.py",
        "../office/test_keeping.py",
        "test_straight_path.py",
        "test_other_answers.py",
        "test_volume.py",
    ),
    (
        "test_lost_answers.py",
        "test_found_again.py",
        "test_late_copies.py",
        "test_restored_database.py",
        "test_restores.py",
        "test_undo.py",
    ),
    ("test_link_record.py",),
    ("test_probing.py", "../proving/test_training.py"),
    (
        "test_hours.py",
        "test_notices.py",
        "test_approval.py",
        "../accounts/test_audit_chain.py",
        "test_deposits.py",
        "../office/test_deposits.py",
        "test_credits.py",
        "../office/test_credits.py",
        "../website/pages/test_mail_invoice.py::test_i5_2_two_presses_at_the_same_moment_are_one_letter",
    ),
)


@pytest.mark.postgres
@pytest.mark.parametrize("names", AGAIN, ids=lambda names: names[0].removesuffix(".py"))
def test_sessions_hold_on_postgres_too(postgres_database: str, names: Sequence[str]) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist",
         *(f"tests/quickbooks/{name}" for name in names)],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": postgres_database},
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stdout[-4000:]
