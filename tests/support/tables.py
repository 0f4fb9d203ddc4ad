"""An empty database with all tables: made once for a whole run, and copied in place of being made.

To go through all migrations takes seconds of a core. That a first start does it is shown where that
is the claim: tests/website/test_business_add.py, tests/website/test_serving.py.
"""

import shutil
from pathlib import Path

import pytest
from django.conf import settings
from pytest_django.plugin import DjangoDbBlocker

from fieldledger.proving.world.database import Database
from fieldledger.website.database import SQLITE_FILE
from tests.support.once import once_in_a_run

__all__ = ["django_db_keepdb", "django_db_modify_db_settings", "tables"]


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Path:
    """The database, a file of SQLite's; it is named as in a data folder."""

    def make(folder: Path) -> None:
        database = Database()
        with django_db_blocker.unblock(), database.in_use():
            database.make_tables()
            (folder / SQLITE_FILE).write_bytes(database.save())
            database.close()

    return once_in_a_run(tmp_path_factory, "tables", make) / SQLITE_FILE


# --- The database of each worker, as pytest-django asks for it ---


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """On SQLite the file of the tests is there before pytest-django looks."""
    return _is_sqlite()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, request: pytest.FixtureRequest
) -> None:
    """Put a copy where the settings of the tests have their database."""
    if _is_sqlite():
        made: Path = request.getfixturevalue("tables")
        shutil.copyfile(made, settings.DATABASES["default"]["TEST"]["NAME"])


def _is_sqlite() -> bool:
    return bool(settings.DATABASES["default"]["ENGINE"].endswith(".sqlite"))
