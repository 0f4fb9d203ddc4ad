from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from fieldledger.proving.world.world import Ground


@pytest.fixture(scope="session")
def made_ground(django_db_blocker: DjangoDbBlocker, tables: Path) -> Ground:
    """A database in memory of the worlds' own: the tests' database is not touched."""
    with django_db_blocker.unblock():
        return Ground(empty=tables.read_bytes())


@pytest.fixture
def ground(made_ground: Ground, django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """The same ground for all: each world begins in it anew."""
    with django_db_blocker.unblock():
        yield made_ground
