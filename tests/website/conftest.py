"""A data folder with a business in it, made once by the program itself and copied for each test."""

import shutil
from pathlib import Path

import pytest

from tests.website.program import add_business


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `business-add` leaves it; tests only look at it."""
    folder = tmp_path_factory.mktemp("made") / "data"
    ended = add_business(folder)
    assert ended.status == 0, ended.err
    return folder


@pytest.fixture
def place(made_once: Path, tmp_path: Path) -> Path:
    """A copy of that folder for one test to work on."""
    return Path(shutil.copytree(made_once, tmp_path / "data"))
