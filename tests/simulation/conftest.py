from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django.plugin import DjangoDbBlocker

from fieldledger.proving.world.world import Ground
from tests.simulation.good_seeds import GoodSeeds
from tests.support.once import once_in_a_run


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


@pytest.fixture(scope="session")
def good_seeds(tmp_path_factory: pytest.TempPathFactory) -> GoodSeeds:
    return GoodSeeds(once_in_a_run(tmp_path_factory, "good-seeds", lambda _folder: None))
