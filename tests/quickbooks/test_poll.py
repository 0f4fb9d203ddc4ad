"""An idle poll knows what this program has committed, and asks SQLite only when there was any."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest
from django.db import connection, connections, transaction

from fieldledger.accounts.models import Business
from fieldledger.quickbooks import poll, services
from fieldledger.quickbooks.models import Connection

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def known(business: Business) -> Connection:
    return services.connection_of(business)


def elsewhere(action: Callable[[], object]) -> None:
    """Let another thread do it, with a connection of its own to the database."""

    def act() -> None:
        try:
            action()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other:
        other.submit(act).result()


def reads(username: str) -> int:
    """Return how many statements it took to find the connection."""
    statements: list[str] = []
    connection.ensure_connection()
    connection.connection.set_trace_callback(statements.append)
    try:
        assert poll.find_poll(username) is not None
    finally:
        connection.connection.set_trace_callback(None)
    return len(statements)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="with PostgreSQL every poll asks")
def test_nothing_is_read_again_while_nothing_was_committed(
    known: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "KEPT_S", 3600.0)
    poll.find_poll(known.username)

    assert reads(known.username) == 0

    Connection.objects.filter(pk=known.pk).update(paused=True)
    assert reads(known.username) == 1


def test_what_another_thread_has_committed_is_seen_at_once(
    known: Connection, now: datetime
) -> None:
    for paused in (True, False) * 20:
        change = services.pause if paused else services.resume
        elsewhere(partial(change, known, actor="Dana", now=now))

        found = poll.find_poll(known.username)

        assert found is not None
        assert found.paused is paused


def test_a_statement_without_a_transaction_is_seen_at_once(known: Connection) -> None:
    for paused in (True, False) * 20:
        elsewhere(partial(Connection.objects.filter(pk=known.pk).update, paused=paused))

        found = poll.find_poll(known.username)

        assert found is not None
        assert found.paused is paused


def test_what_is_not_committed_is_seen_by_its_own_transaction_alone(known: Connection) -> None:
    poll.find_poll(known.username)
    with transaction.atomic():
        Connection.objects.filter(pk=known.pk).update(paused=True)
        inside = poll.find_poll(known.username)
        transaction.set_rollback(True)

    outside = poll.find_poll(known.username)

    assert inside is not None
    assert outside is not None
    assert (inside.paused, outside.paused) == (True, False)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="with PostgreSQL every poll asks")
def test_what_another_program_has_written_is_seen_after_a_moment(
    known: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(poll, "KEPT_S", 0.0)
    poll.find_poll(known.username)

    # Straight through the driver, as a command of its own would: nothing here counts it.
    connection.connection.execute("UPDATE quickbooks_connection SET paused = 1")

    found = poll.find_poll(known.username)
    assert found is not None
    assert found.paused


@pytest.mark.parametrize(
    ("hours_since", "is_due"), [(1, False), (23, False), (24, True), (-1, True), (-240, True)]
)
def test_the_daily_check_is_due_after_a_day_and_after_a_clock_that_was_wrong(
    known: Connection, now: datetime, hours_since: int, is_due: bool
) -> None:
    Connection.objects.filter(pk=known.pk).update(
        enabled=True,
        stage="ongoing",
        reading_wanted=False,
        initial_started_at=now,
        checked_at=now - timedelta(hours=hours_since),
    )

    found = poll.find_poll(known.username)

    assert found is not None
    assert poll.has_work(found, now) is is_due
