"""Chance that a seed determines: a stream for each matter, and the ids that programs make up."""

import os
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def stream(seed: int, matter: str) -> random.Random:
    """Return the chance of one matter: what another matter draws does not move it.

    So a run without one kind of fault differs from the run with it by that fault alone.
    """
    return random.Random(f"{seed}/{matter}")  # noqa: S311 - it is to be repeatable.


@contextmanager
def made_up_ids(chance: random.Random) -> Iterator[None]:
    """Let uuid4 and secrets draw from `chance` meanwhile, in this whole program."""
    names: tuple[tuple[Any, str], ...] = ((os, "urandom"), (random, "_urandom"))
    before = [getattr(where, name) for where, name in names]
    for where, name in names:
        setattr(where, name, chance.randbytes)
    try:
        yield
    finally:
        for (where, name), old in zip(names, before, strict=True):
            setattr(where, name, old)
