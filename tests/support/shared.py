"""Where the reference material lies: beside the project, never in it.

Recorded answers, captures of the wire, schemas.
"""

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def shared(*parts: str) -> Path:
    """Return a path in the folder `shared`, or skip the test where there is none."""
    path = ROOT.parent.joinpath("shared", *parts)
    if not path.exists():
        pytest.skip(f"needs the reference material beside the project: shared/{'/'.join(parts)}")
    return path
