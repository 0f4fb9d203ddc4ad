"""Which seeds have ended well in this run of the tests, in whatever worker, with nothing broken.

A seed is the same run each time, which tests/simulation/test_world.py shows: what one test has seen
need not be run once more by another.
"""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class GoodSeeds:
    """Seeds of the default variant, each a file in a folder that all workers see."""

    folder: Path

    def note(self, seed: int) -> None:
        """Keep that it ended well."""
        (self.folder / f"{seed}").touch()

    def __contains__(self, seed: int) -> bool:
        return (self.folder / f"{seed}").exists()
