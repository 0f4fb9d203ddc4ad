"""The kept numbers are those that counting gives, whatever is done to the rows and by whom."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection as database
from django.db import connections, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from fieldledger.accounts.models import Business
from fieldledger.office.keeping import keep
from fieldledger.office.models import Client
from fieldledger.quickbooks import services
from fieldledger.quickbooks.counting import KEPT, entry_counts, record_count
from fieldledger.quickbooks.models import (
    KIND_OF_RANK,
    Connection,
    EntryCount,
    RecordCount,
    SyncEntry,
)
from fieldledger.sync.content import State

STATES = [State.PENDING, State.SYNCED, State.FAILED]


@pytest.fixture
def linked(business: Business) -> Connection:
    return services.connection_of(business)


def counted(connection: Connection) -> dict[tuple[str, str], int]:
    rows = SyncEntry.objects.filter(connection=connection).values_list("rank", "state")
    return dict(Counter((str(KIND_OF_RANK[rank]), state) for rank, state in rows))


def kept(connection: Connection) -> dict[tuple[str, str], int]:
    return {
        (str(kind), str(state)): number
        for kind, states in entry_counts(connection).items()
        for state, number in states.items()
    }


def add(connection: Connection, now: datetime, *, rank: int, keys: range, state: State) -> None:
    SyncEntry.objects.bulk_create(
        SyncEntry(
            connection=connection,
            rank=rank,
            record_id=key,
            record_guid=uuid4(),
            title="x",
            state=state,
            record_revision=1,
            created_at=now,
            updated_at=now,
        )
        for key in keys
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    steps=some.lists(
        some.tuples(
            some.sampled_from(["add", "move", "save", "leave", "delete", "take back"]),
            some.integers(1, 4),
            some.sampled_from(STATES),
            some.sampled_from(STATES),
        ),
        max_size=12,
    )
)
def test_whatever_is_done_to_entries_the_numbers_are_right(
    steps: list[tuple[str, int, State, State]], linked: Connection, now: datetime
) -> None:
    SyncEntry.objects.all().delete()
    for number, (step, rank, state, other) in enumerate(steps):
        rows = SyncEntry.objects.filter(connection=linked, rank=rank, state=state)
        match step:
            case "add":
                keys = range(number * 10, number * 10 + 3)
                add(linked, now, rank=rank, keys=keys, state=state)
            case "move":
                rows.update(state=other)
            case "save":
                for entry in rows:
                    entry.state = other
                    entry.save()
            case "leave":
                rows.update(title="y")
            case "delete":
                rows.delete()
            case "take back":
                with transaction.atomic():
                    rows.update(state=other)
                    transaction.set_rollback(True)

        assert kept(linked) == counted(linked)


def test_records_are_counted_by_business(business: Business, other_business: Business) -> None:
    Client.objects.bulk_create(Client(business=business, name=f"Client {n}") for n in range(7))
    Client.objects.create(business=other_business, name="Elsewhere")

    assert (record_count(business.pk), record_count(other_business.pk)) == (7, 1)

    Client.objects.filter(business=business, name="Client 3").delete()
    assert record_count(business.pk) == 6


def test_a_business_goes_with_all_its_numbers(linked: Connection, now: datetime) -> None:
    add(linked, now, rank=1, keys=range(3), state=State.SYNCED)
    Client.objects.create(business=linked.business, name="Ann")

    linked.business.delete()

    # PostgreSQL may leave the count of its last rows, of a business that is no more.
    assert not EntryCount.objects.filter(connection__in=Connection.objects.all()).exists()
    assert not RecordCount.objects.filter(business__in=Business.objects.all()).exists()


@pytest.mark.django_db(transaction=True)
def test_many_at_once_lose_no_number(linked: Connection, now: datetime) -> None:
    def own(action: Callable[[], object]) -> None:
        try:
            action()
        finally:
            connections.close_all()

    def work(writer: int) -> None:
        for number in range(10):
            keys = range((writer * 10 + number) * 2, (writer * 10 + number) * 2 + 2)
            with transaction.atomic():
                add(linked, now, rank=1, keys=keys, state=State.PENDING)
            with transaction.atomic():
                SyncEntry.objects.filter(record_id__in=list(keys)).update(state=State.SYNCED)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda writer: own(lambda: work(writer)), range(4)))

    assert kept(linked) == {("client", "synced"): 80}


def test_triggers_that_are_gone_are_made_anew_and_all_is_counted(
    linked: Connection, now: datetime
) -> None:
    # As after a migration that rebuilds the table in SQLite.
    name = "keep_quickbooks_entrycount_of_quickbooks_syncentry_insert"
    on = " ON quickbooks_syncentry" if database.vendor == "postgresql" else ""
    with database.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    add(linked, now, rank=3, keys=range(5), state=State.FAILED)
    assert kept(linked) == {}

    keep("default", KEPT)

    assert kept(linked) == {("invoice", "failed"): 5}
    add(linked, now, rank=3, keys=range(5, 7), state=State.FAILED)
    assert kept(linked) == {("invoice", "failed"): 7}
