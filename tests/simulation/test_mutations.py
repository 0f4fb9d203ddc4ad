"""A simulation that does not find the engine's bugs proves nothing: it must find these.

Each rule of the protocol is broken on purpose. The seeds below are among the first that find it
with the default variant; a change of the world moves them, and `python -m tests.simulation.search`
finds the new ones, each of which must be below 2,000.
"""

from collections.abc import Mapping
from typing import Final

import pytest

from fieldledger.proving.world.world import Ground
from fieldledger.simulator.variant import Variant
from tests.simulation.good_seeds import GoodSeeds
from tests.simulation.mutations import MUTATIONS

FOUND_BY: Final[Mapping[str, tuple[int, ...]]] = {
    "M1": (1, 2),
    "M2": (157, 67),
    "M3": (9, 14),
    "M4": (1088, 1454),
    "M5": (1, 2),
    "M6": (21, 25),
    "M7": (14, 32),
    "M8": (1088, 1170),
    "M9": (6, 13),
    "M10": (6, 4),
    "M11": (10, 28),
    "M12": (73,),
    "M13": (5, 7, 22),
    "M14": (1, 144),
    "M15": (14,),
    "M16": (6, 7),
    "M17": (1, 2),
    "M18": (59, 290),
}


@pytest.mark.parametrize("name", FOUND_BY)
def test_a_broken_rule_is_found(ground: Ground, good_seeds: GoodSeeds, name: str) -> None:
    """Goal: the rule is what the seed needs. Method: it is good with the rule, and bad without."""
    ground.templates_of(Variant())  # Where the worlds begin nothing is broken yet.
    assert any(_finds(ground, good_seeds, name, seed) for seed in FOUND_BY[name])


def _finds(ground: Ground, good_seeds: GoodSeeds, name: str, seed: int) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        MUTATIONS[name](patch)
        found = [each.verdict for each in ground.run(seed, variant=Variant()).problems]
    # A mutation that only makes the program fall over would prove nothing.
    if not found or "error" in found:
        return False
    if seed not in good_seeds and ground.run(seed, variant=Variant()).is_good:
        good_seeds.note(seed)
    return seed in good_seeds


def test_all_eighteen_traps_are_found_within_2000_seeds() -> None:
    assert list(FOUND_BY) == list(MUTATIONS) == [f"M{number}" for number in range(1, 19)]
    assert max(map(max, FOUND_BY.values())) < 2000
