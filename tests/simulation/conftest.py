from collections.abc import Iterator

import pytest
from pytest_django.plugin import DjangoDbBlocker

from fieldledger.proving.world.world import Ground


@pytest.fixture(scope="module")
def ground(django_db_blocker: DjangoDbBlocker) -> Iterator[Ground]:
    """A database in memory of the worlds' own: the tests' database is not touched."""
    with django_db_blocker.unblock():
        yield Ground()
