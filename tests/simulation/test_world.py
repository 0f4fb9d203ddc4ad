"""Whatever dies and whenever: once, to the cent, and the log is true. Many seeds, one command."""

import pytest

from fieldledger.proving.world.campaign import VARIANTS, Plan, shrink
from fieldledger.proving.world.faults import MEANINGS, Faults, Kind
from fieldledger.proving.world.world import Ground
from tests.simulation.mutations import MUTATIONS

SEEDS_EACH = 10


@pytest.mark.parametrize("first", range(1, 61, SEEDS_EACH))
def test_a_world_full_of_faults_ends_well(ground: Ground, first: int) -> None:
    """Goal: nothing lost, doubled, stale, foreign or stuck, and no lie in the log.

    Method: see fieldledger.proving.world. Safety is judged after every call; then the faults stop,
    and liveness must follow. The command `fieldledger simulate-world` runs thousands of these.
    """
    faults = calls = 0
    for seed in range(first, first + SEEDS_EACH):
        verdict = ground.run(seed, variant=VARIANTS["keeps-all"])
        assert verdict.is_good, f"seed {seed}: {verdict.problems}"
        faults += sum(verdict.faults.values())
        calls += verdict.calls
    assert faults >= 20 * SEEDS_EACH
    assert calls >= 100 * SEEDS_EACH


def test_the_same_seed_is_the_same_run(ground: Ground) -> None:
    once = [ground.run(seed, variant=VARIANTS["keeps-all"]) for seed in (70, 71, 72)]
    again = [ground.run(seed, variant=VARIANTS["keeps-all"]) for seed in (70, 71, 72)]
    assert [each.digest for each in once] == [each.digest for each in again]
    assert len({each.digest for each in once}) == 3


def test_every_kind_of_fault_is_explained_and_can_be_switched_on() -> None:
    assert set(MEANINGS) == set(Kind)
    on = [Faults(seed).rates for seed in range(200)]
    share = sum(map(len, on)) / (len(on) * len(Kind))
    assert 0.40 < share < 0.50
    assert all(any(kind in rates for rates in on) for kind in Kind)


def test_the_faults_that_do_not_matter_are_left_out(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A seed that fails is run again without one kind of fault after the other."""
    MUTATIONS["M2"](monkeypatch)
    monkeypatch.setattr("fieldledger.proving.world.campaign.ground", lambda: ground)
    plan = Plan(VARIANTS["keeps-all"])
    seed = next(seed for seed in range(1, 100) if not plan.run(seed).is_good)
    kinds, verdict = shrink(plan, seed)
    assert set(kinds) <= {Kind.TWICE, Kind.STRAY_CALL}
    assert not verdict.is_good
