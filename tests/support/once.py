"""What costs seconds to make and is only copied or looked at: made once for a whole run."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest


def shared_folder(factory: pytest.TempPathFactory) -> Path:
    """Return the folder that all workers of this run of the tests see."""
    own = factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def once_in_a_run(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """Return a folder of that name that `make` has filled, in this worker or in another."""
    folder = shared_folder(factory) / name
    with folder.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = folder / "made"
        if not done.exists():
            folder.mkdir()  # It is there without `done` if making it failed in another worker.
            make(folder)
            done.touch()
    return folder
