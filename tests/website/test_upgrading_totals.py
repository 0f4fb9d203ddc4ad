"""An older version's database keeps its totals through the upgrade, added up in the new way."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Final

from fieldledger.website.database import SQLITE_FILE
from tests.website.program import run_program

EVENTS: Final = ("insert", "update", "delete")
TRIGGERS: Final = "keep_office_invoicedtotal_of_office_invoice"
# The one step of the upgrade, whatever came after it, and what follows every upgrade.
STEP: Final = """
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from fieldledger.office.keeping import keep
from fieldledger.office.totals import KEPT
loader = MigrationLoader(connection)
step = loader.get_migration("office", "0016_invoiced_by_rate")
before = loader.project_state(("office", "0015_find_clients_by_name_alone"))
with connection.schema_editor() as editor:
    step.apply(before, editor)
keep("default", KEPT)
"""


def test_totals_that_triggers_keep_are_made_anew_by_an_upgrade(place: Path) -> None:
    with closing(sqlite3.connect(place / SQLITE_FILE)) as database, database:
        for each in EVENTS:
            database.execute(f"DROP TRIGGER {TRIGGERS}_{each}")
        for column in ("rate_id", "discount"):
            database.execute(f"ALTER TABLE office_invoicedtotal DROP COLUMN {column}")
        for each in EVENTS:  # They name the table that the upgrade changes.
            database.execute(
                f"CREATE TRIGGER {TRIGGERS}_{each} AFTER {each} ON office_invoice"
                " BEGIN UPDATE office_invoicedtotal SET number = number + 1; END"
            )
        database.execute(
            "INSERT INTO office_invoicedtotal (business_id, date, number, subtotal, tax, total)"
            " VALUES (1, '2026-05-04', 7, 1, 1, 1)"
        )

    ended = run_program("manage", "shell", "--no-imports", "-c", STEP, folder=place)

    assert ended.status == 0, ended.err
    with closing(sqlite3.connect(place / SQLITE_FILE)) as database:
        triggers = dict(
            database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        )
        assert all("rate_id" in triggers[f"{TRIGGERS}_{each}"] for each in EVENTS)
        assert database.execute("SELECT COUNT(*) FROM office_invoicedtotal").fetchone() == (0,)
