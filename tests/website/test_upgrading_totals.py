"""An older version's database keeps its totals through the upgrade, added up in the new way."""

import sqlite3
from contextlib import closing
from pathlib import Path

from fieldledger.website.database import SQLITE_FILE
from tests.website.program import run_program

EVENTS = ("insert", "update", "delete")
INVOICED = "keep_office_invoicedtotal_of_office_invoice"
OUTSTANDING = "keep_quickbooks_outstanding_of_quickbooks_syncentry"


def test_totals_that_triggers_keep_are_made_anew_by_an_upgrade(place: Path) -> None:
    with closing(sqlite3.connect(place / SQLITE_FILE)) as database, database:
        for each in EVENTS:
            database.execute(f"DROP TRIGGER {INVOICED}_{each}")
            database.execute(f"DROP TRIGGER {OUTSTANDING}_{each}")
        for column in ("rate_id", "discount"):
            database.execute(f"ALTER TABLE office_invoicedtotal DROP COLUMN {column}")
        for each in EVENTS:  # They name the table that the upgrade changes.
            database.execute(
                f"CREATE TRIGGER {INVOICED}_{each} AFTER {each} ON office_invoice"
                " BEGIN UPDATE office_invoicedtotal SET number = number + 1; END"
            )
        database.execute(
            "INSERT INTO office_invoicedtotal (business_id, date, number, subtotal, tax, total)"
            " VALUES (1, '2026-05-04', 7, 1, 1, 1)"
        )
        for table in ("invoice", "payment", "credit", "refund"):
            for each in EVENTS:
                name = f"keep_quickbooks_outstanding_of_office_{table}_{each}"
                database.execute(f"DROP TRIGGER {name}")
        database.execute("DROP TABLE quickbooks_outstanding")
        database.execute(
            "DELETE FROM django_migrations"
            " WHERE name IN ('0016_invoiced_by_rate', '0020_outstanding')"
        )

    ended = run_program("manage", "migrate", folder=place)

    assert ended.status == 0, ended.err
    with closing(sqlite3.connect(place / SQLITE_FILE)) as database:
        triggers = dict(
            database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
        assert all("rate_id" in triggers[f"{INVOICED}_{each}"] for each in EVENTS)
        assert all(f"{OUTSTANDING}_{each}" in triggers for each in EVENTS)
        assert database.execute("SELECT COUNT(*) FROM office_invoicedtotal").fetchone() == (0,)
        assert database.execute("SELECT COUNT(*) FROM quickbooks_outstanding").fetchone() == (0,)
