"""A simulation that does not find the engine's bugs proves nothing: it must find these.

Each rule of the protocol is broken on purpose. The seeds below are the first that find it with the
default variant; a change of the world moves them, and `python -m tests.simulation.search` finds
the new ones, each of which must be below 2,000.
"""

import pytest

from fieldledger.proving.world.world import Ground
from fieldledger.simulator.variant import Variant
from tests.simulation.mutations import MUTATIONS

FOUND_BY = {
    "M1": 1,
    "M2": 26,
    "M3": 7,
    "M4": 131,
    "M5": 1,
    "M6": 28,
    "M7": 7,
    "M8": 131,
    "M9": 90,
    "M10": 5,
    "M11": 5,
    "M12": 73,
    "M13": 6,
    "M14": 33,
    "M15": 11,
    "M16": 1,
    "M17": 1,
    "M18": 9,
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_rule_is_found(ground: Ground, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    MUTATIONS[name](monkeypatch)
    assert not ground.run(FOUND_BY[name], variant=Variant()).is_good


def test_all_eighteen_traps_are_tried() -> None:
    assert list(MUTATIONS) == [f"M{number}" for number in range(1, 19)] == list(FOUND_BY)
    assert max(FOUND_BY.values()) < 2000
