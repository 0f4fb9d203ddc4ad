"""A data folder with one business in it, made by the program itself and copied for each test."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.once import once_in_a_run
from tests.website.program import Ended, add_business

__all__ = ["FreshBusiness", "fresh_business", "made_once", "place"]


@dataclass(frozen=True, slots=True)
class FreshBusiness:
    """A business without records; tests look at it, or copy its folder."""

    folder: Path
    said: Ended  # By `business-add`.

    @property
    def key(self) -> str:
        """The key for the API, shown once."""
        return str(json.loads(self.said.out.splitlines()[-1])["api_key"])


def _make(around: Path) -> None:
    ended = add_business(around / "new" / "data")
    assert ended.status == 0, ended.err
    (around / "said.json").write_text(json.dumps([ended.status, ended.out, ended.err]))


@pytest.fixture(scope="session")
def fresh_business(tmp_path_factory: pytest.TempPathFactory) -> FreshBusiness:
    """A business as `business-add` leaves it on an empty machine."""
    around = once_in_a_run(tmp_path_factory, "fresh-business", _make)
    said = json.loads((around / "said.json").read_text())
    return FreshBusiness(around / "new" / "data", Ended(*said))


@pytest.fixture(scope="session")
def made_once(fresh_business: FreshBusiness) -> Path:
    """Its data folder, to look at."""
    return fresh_business.folder


@pytest.fixture
def place(made_once: Path, tmp_path: Path) -> Path:
    """A copy of its data folder for one test to work on."""
    return Path(shutil.copytree(made_once, tmp_path / "data"))
