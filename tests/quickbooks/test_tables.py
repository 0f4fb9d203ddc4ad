"""Plain SQL: what is written is what is read again, and no set looks at all that wait."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.quickbooks import entry_rows, services
from fieldledger.quickbooks.models import Connection, EntryEvent, Session, SyncEntry
from fieldledger.quickbooks.tables import (
    Columns,
    as_read,
    insert_many,
    insert_one,
    save_changes,
    update_many,
)
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def connection(business: Business) -> Connection:
    return services.connection_of(business)


def entries(pc: OfficePc, business: Business, count: int) -> list[SyncEntry]:
    pc.set_up()
    many = [{"name": f"Client {number:03}"} for number in range(count)]
    office.create_clients(business=business, many=many, now=NOW)
    found = list(SyncEntry.objects.filter(title__startswith="Client 0").order_by("pk"))
    assert len(found) == count
    return found


@pytest.mark.parametrize("alike", [True, False])
def test_many_rows_say_what_was_written(pc: OfficePc, business: Business, alike: bool) -> None:
    made = entries(pc, business, 3)
    columns = ("state", "differs_by", "line_ids", "look_first", "synced_at", "said", "tries")
    rows: list[tuple[Any, ...]] = []
    for number, each in enumerate(made):
        n = 0 if alike else number
        rows.append(
            (
                each.pk,
                ("held", "failed", "synced")[n],
                (None, Decimal("0.10"), Decimal("-12345678901.99"))[n],
                ([], ["1A-2"], ["Ä", '"', "]"])[n],
                n == 1,
                (None, NOW, NOW + timedelta(days=1))[n],
                ("", "100 % “so”", "it's %s")[n],
                n,
            )
        )
    update_many(SyncEntry, columns, rows)
    for row in rows:
        kept = SyncEntry.objects.get(pk=row[0])
        assert [getattr(kept, column) for column in columns] == list(row[1:])
    assert SyncEntry.objects.filter(state="held").count() == (3 if alike else 1)


def test_a_column_in_which_nothing_has_changed_is_left_alone(
    pc: OfficePc, business: Business, django_assert_num_queries: Any
) -> None:
    made = entries(pc, business, 2)
    read = [("", each.message) for each in made]
    SyncEntry.objects.filter(pk=made[0].pk).update(message="said meanwhile")
    update_many(
        SyncEntry,
        ("code", "message", "tries"),
        [(made[0].pk, "", made[0].message, 7), (made[1].pk, "differs", made[1].message, 7)],
        read=read,
    )
    kept = [SyncEntry.objects.get(pk=each.pk) for each in made]
    assert [(each.code, each.message, each.tries) for each in kept] == [
        ("", "said meanwhile", 7),
        ("differs", made[1].message, 7),
    ]
    with django_assert_num_queries(0):
        update_many(SyncEntry, ("code",), [(made[0].pk, "")], read=[("",)])


def test_nothing_to_write_is_no_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        update_many(SyncEntry, ("state",), [])
        insert_many(EntryEvent, ("entry_id",), [])


def test_a_light_row_says_what_the_entry_says(pc: OfficePc, business: Business) -> None:
    first, *_ = entries(pc, business, 2)
    values = {
        "line_ids": ["1A-2", "“é”"],
        "differs_by": Decimal("-0.10"),
        "two_sided": True,
        "synced_at": NOW,
        "tried_in": 9,
        "quickbooks_id": "80000001-1",
    }
    SyncEntry.objects.filter(pk=first.pk).update(**values)
    rows = entry_rows.pending_after(
        first.connection_id, session_id=1, rank=1, key=first.pk - 1, at_most=9
    )
    row = rows[0]
    assert len(rows) == 2
    kept = SyncEntry.objects.get(pk=first.pk)
    for name in row.__slots__:
        if name not in {"sent_at", "is_renamed", "is_rewritten", "read"}:
            read, said = getattr(row, name), getattr(kept, name)
            assert (read, type(read)) == (said, type(said)), name
    assert (row.kind, row.differs, row.is_renamed) == (kept.kind, kept.differs, False)
    row.rename(row.quickbooks_name, row.name_folded)
    assert not row.is_renamed


def test_only_what_changed_is_saved(connection: Connection) -> None:
    columns = Columns(Connection)
    row = columns.read_one(Connection, "WHERE id = %s", (connection.pk,))
    assert row is not None
    whole = Connection.objects.get(pk=connection.pk)
    assert row == whole
    for field in Connection._meta.concrete_fields:
        assert getattr(row, field.attname) == getattr(whole, field.attname), field.name
    before = as_read(row)
    Connection.objects.filter(pk=row.pk).update(computer="OFFICE-PC")  # Somebody else's change.
    row.facts["sales_tax_on"] = True  # In itself, not by another document's being set.
    row.closing_date, row.last_contact_at, row.active_count = date(2025, 12, 31), NOW, 7
    save_changes(row, before)
    kept = Connection.objects.get(pk=row.pk)
    assert (kept.computer, kept.facts) == ("OFFICE-PC", {"sales_tax_on": True})
    assert (kept.closing_date, kept.last_contact_at, kept.active_count) == (
        date(2025, 12, 31),
        NOW,
        7,
    )


def test_what_did_not_change_is_no_statement(
    connection: Connection, django_assert_num_queries: Any
) -> None:
    row = Columns(Connection).read_one(Connection, "WHERE id = %s", (connection.pk,))
    assert row is not None
    with django_assert_num_queries(0):
        save_changes(row, as_read(row))


def test_a_row_is_inserted_with_its_defaults(connection: Connection) -> None:
    made = Session(
        connection=connection,
        ticket_digest="d",
        epoch=1,
        state="s",
        opened_at=NOW,
        last_call_at=NOW,
    )
    insert_one(made)
    kept = Session.objects.get(pk=made.pk)
    for field in Session._meta.concrete_fields:
        assert getattr(made, field.attname) == getattr(kept, field.attname), field.name


# What a set may look through: the few entries it is about. Not all of a company's or of a kind.
_OF_ALL = re.compile(r"entry_(by_state|newest)|\(connection_id=\?( AND rank=\?)?\)")
_NARROW = re.compile(r"entry_(pending|to_look_for|in_set|waiters)")


@pytest.mark.skipif("database.vendor != 'sqlite'", reason="reads SQLite's own query plans")
def test_no_set_looks_at_all_that_wait(pc: OfficePc, business: Business) -> None:
    entries(pc, business, 3)
    plans: list[tuple[str, str]] = []

    def explain(execute: Callable[..., Any], sql: str, params: Any, many: bool, more: Any) -> Any:
        # A session counts once at its end; whether anything waits is the first row or none.
        if sql.startswith("SELECT") and "COUNT(" not in sql and "'waiting'" not in sql:
            asked = "EXPLAIN QUERY PLAN " + sql.replace("%s", "?")
            values = [str(each) if isinstance(each, str) else each for each in params or ()]
            found = database.connection.execute(asked, values)
            plans.extend((row[3], sql) for row in found if "quickbooks_syncentry" in row[3])
        return execute(sql, params, many, more)

    with database.execute_wrapper(explain):
        pc.run()
    assert {"entry_to_look_for", "entry_pending", "entry_name", "entry_in_set"} <= {
        word for plan, _ in plans for word in plan.split()
    }
    for plan, sql in plans:
        assert not plan.startswith("SCAN"), sql
        assert _NARROW.search(plan) or not _OF_ALL.search(plan), f"{plan}: {sql}"
