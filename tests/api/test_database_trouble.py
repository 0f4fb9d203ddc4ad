"""A busy database says when to ask again; a broken one is not called busy."""

from typing import Any

import pytest
from django.db import OperationalError, connection

from tests.api.conftest import Program

pytestmark = pytest.mark.django_db


def asked_while(app: Program, message: str, sqlstate: str = "") -> Any:
    """Ask while every query fails as a driver's would."""
    cause = Exception(message)
    if sqlstate:
        cause.sqlstate = sqlstate  # type: ignore[attr-defined]

    def fail(*_query: Any) -> Any:
        raise OperationalError(message) from cause

    with connection.execute_wrapper(fail):
        return app.ask("GET", "/clients")


@pytest.mark.parametrize(
    ("message", "sqlstate"),
    [
        ("database is locked", ""),
        ("database table is locked", ""),
        ("canceling statement due to statement timeout", "57014"),
        ("deadlock detected", "40P01"),
        ("sorry, too many clients already", "53300"),
    ],
)
def test_a_busy_database_says_when_to_ask_again(app: Program, message: str, sqlstate: str) -> None:
    answer = asked_while(app, message, sqlstate)
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "1"
    assert "doctor" not in answer.json["detail"]


@pytest.mark.parametrize(
    ("message", "sqlstate"),
    [
        ("disk I/O error", ""),
        ("no such table: office_client", ""),
        ("database disk image is malformed", ""),
        ("server closed the connection unexpectedly", "57P01"),
    ],
)
def test_a_broken_database_says_so_and_who_has_to_see_to_it(
    app: Program, message: str, sqlstate: str
) -> None:
    answer = asked_while(app, message, sqlstate)
    assert answer.status == 503
    assert "Retry-After" not in answer.headers
    assert "fieldledger doctor" in answer.json["detail"]
    assert message not in answer.text
