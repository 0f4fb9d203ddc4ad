"""The engine's plain SQL once more, on a real PostgreSQL.

The layers below are run there by tests/website/test_on_postgres.py.
"""

import subprocess
from collections.abc import Callable, Sequence
from typing import Final

import pytest

# What each QuickBooks answers is found by rules without a database; that its probe is kept and goes
# on is shown by the variants of the simulation and by all that breaks.
OF_RULES: Final = tuple(
    f"--deselect=tests/quickbooks/test_probing.py::{name}"
    for name in (
        "test_each_answer_of_a_quickbooks_is_found_and_its_company_left_alone",
        "test_mixed_variants_are_found_out",
        "test_no_two_variants_give_the_same_answers_unless_one_hides_what_the_other_shows",
    )
)
# In groups, so that they run beside each other: each has a database of its own.
AGAIN: Final = (
    (
        "test_tables.py",
        "test_counting.py",
        "test_outstanding.py",
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
    (
        "test_probing.py",
        "../proving/test_training.py::test_n15_a_person_breaks_and_mends_everything_over_http",
        "../proving/test_training.py::test_n15_a_training_in_use_is_neither_ended_nor_made_anew",
    ),
    (
        "test_hours.py",
        "test_notices.py",
        "test_approval.py",
        "test_deposits.py",
        "test_credits.py",
        "test_applied_credits.py::test_a_credit_is_applied_when_a_person_asks_with_its_memo_first",
        "test_applied_credits.py::test_a_credit_taken_off_or_changed_here_is_for_a_person_there",
        "test_applied_credits.py::test_a_credit_memo_deleted_there_and_sent_anew_is_applied_again",
        "test_applied_credits.py::test_a_credit_that_our_backup_does_not_know_of_is_told_and_never_called_the_same[desk0-True-asked]",
        "../website/pages/test_mail_invoice.py::test_i5_2_two_presses_at_the_same_moment_are_one_letter",
    ),
)


@pytest.mark.long
@pytest.mark.postgres
@pytest.mark.parametrize("names", AGAIN, ids=lambda names: names[0].removesuffix(".py"))
def test_sessions_hold_on_postgres_too(
    tests_on_postgres: Callable[..., "subprocess.CompletedProcess[str]"], names: Sequence[str]
) -> None:
    ran = tests_on_postgres(*(f"tests/quickbooks/{name}" for name in names), *OF_RULES)

    assert ran.returncode == 0, ran.stdout[-4000:]
