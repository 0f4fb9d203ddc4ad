"""N7: the look at what was sent, in worlds where people edit, rename, merge and delete there."""

import pytest

from fieldledger.proving.world.campaign import VARIANTS
from fieldledger.proving.world.faults import Kind
from fieldledger.proving.world.world import Ground
from fieldledger.sync import drift

SEEDS = range(1, 4)
FOUND_FROM = 10  # The first seed that finds it with the worlds as they are; a change moves it.
EVERY_BEATS = 3


def test_n7_the_look_makes_no_world_worse_and_tells_no_lie(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Goal: with a look in every third beat, all stays true.

    Method: as tests/simulation/test_world.py; besides, what people changed may not be called
    synced after the last look, and nothing that nobody changed may be called changed there.
    """
    monkeypatch.setattr(ground, "watches", EVERY_BEATS)
    looked = 0
    for seed in SEEDS:
        verdict = ground.run(seed, variant=VARIANTS["keeps-all"])
        assert verdict.is_good, f"seed {seed}: {verdict.problems}"
        looked += sum("is to be looked at" in line for line in verdict.trace)
    assert looked >= len(SEEDS)


def test_n7_a_look_that_overlooks_what_people_changed_is_found_out(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge is no use if it does not see what the look is there to see."""
    ground.templates_of(VARIANTS["keeps-all"])  # Before anything is broken.
    monkeypatch.setattr(ground, "watches", EVERY_BEATS)
    monkeypatch.setattr(drift, "changed_there", lambda _rows: [])
    for seed in range(FOUND_FROM, FOUND_FROM + 20):
        verdict = ground.run(seed, variant=VARIANTS["keeps-all"], only=(Kind.EDITED,))
        if not verdict.is_good:
            break
    assert {each.verdict for each in verdict.problems} == {"lie"}
