"""Whatever dies and whenever: once, to the cent, and the log is true. Many seeds, one command."""

import argparse
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from fieldledger.proving.world.campaign import (
    VARIANTS,
    Ledger,
    Plan,
    chunks_of,
    run_campaign,
    shrink,
)
from fieldledger.proving.world.catalogue import ELSEWHERE, FAILURES
from fieldledger.proving.world.faults import MEANINGS, Faults, Kind
from fieldledger.proving.world.world import Ground
from fieldledger.website.commands import simulate_world
from tests.simulation.good_seeds import GoodSeeds
from tests.simulation.mutations import MUTATIONS
from tests.support.shared import ROOT
from tests.website.program import environment

SEEDS_EACH = 10


@pytest.mark.long
@pytest.mark.parametrize("first", range(1, 31, SEEDS_EACH))
def test_a_world_full_of_faults_ends_well(
    ground: Ground, good_seeds: GoodSeeds, first: int
) -> None:
    """Goal: nothing lost, doubled, stale, foreign or stuck, and no lie in the log.

    Method: see fieldledger.proving.world. Safety is judged after every call; then the faults stop,
    and liveness must follow. The command `fieldledger simulate-world` runs thousands of these.
    """
    faults = calls = 0
    for seed in range(first, first + SEEDS_EACH):
        verdict = ground.run(seed, variant=VARIANTS["keeps-all"])
        assert verdict.is_good, f"seed {seed}: {verdict.problems}"
        good_seeds.note(seed)
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
    ground.templates_of(VARIANTS["keeps-all"])  # Before anything is broken.
    MUTATIONS["M2"](monkeypatch)
    monkeypatch.setattr("fieldledger.proving.world.campaign.ground", lambda *_: ground)
    likely = (Kind.TWICE, Kind.STRAY_CALL, Kind.RENAMED, Kind.CLOSED, Kind.LOCKED)
    plan = Plan("keeps-all", without=tuple(each for each in Kind if each not in likely))
    seed = next(seed for seed in range(1, 100) if not plan.run(seed).is_good)
    kinds, verdict = shrink(plan, seed)
    assert set(kinds) & {Kind.TWICE, Kind.STRAY_CALL}
    assert set(verdict.faults) <= set(kinds)
    assert not verdict.is_good


def test_each_failure_of_the_catalogue_happens_or_is_shown_elsewhere(ground: Ground) -> None:
    """Goal: no failure is only claimed. Method: a fault that happens often enough for each."""
    assert list(FAILURES) == list(range(1, 53))
    by_fault = {number for meaning in MEANINGS.values() for number in meaning.failures}
    seen = {30, 31, 38, 39, 40, 43, 51, 52}  # Counted where they come of something else.
    assert by_fault | seen | set(ELSEWHERE) == set(FAILURES)
    assert not (by_fault | seen) & set(ELSEWHERE)


def test_a_campaign_that_was_interrupted_goes_on_where_it_stopped(
    ground: Ground, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("fieldledger.proving.world.campaign.ground", lambda *_: ground)
    monkeypatch.setattr("fieldledger.proving.world.campaign.CHUNK", 2)
    chunks = chunks_of(Plan("keeps-all"), range(3, 8))
    assert [list(each.seeds) for each in chunks] == [[3], [4, 5], [6, 7]]
    path = tmp_path / "results.jsonl"
    told: list[tuple[int, int]] = []
    run_campaign(chunks[:2], Ledger(path), workers=1, tell=lambda *each: told.append(each))
    with path.open("a") as broken_off:
        broken_off.write('{"chunk": ["kee')

    (summary,) = run_campaign(
        chunks, Ledger(path), workers=1, tell=lambda *each: told.append(each)
    ).values()

    assert told == [(1, 3), (2, 3), (3, 3), (4, 5), (5, 5)]
    assert summary.seeds == 5
    assert summary.failures.total() > 5
    (again,) = run_campaign(chunks, Ledger(path), workers=1, tell=_never).values()
    assert again == summary


def _never(_done: int, _total: int) -> None:
    raise AssertionError("Everything is done already.")


@pytest.mark.long
def test_the_command_shows_all_fifty_two_failures_and_the_verdicts(
    tmp_path: Path, tables: Path
) -> None:
    words = ("--seeds", "1", "--seed", "3", "--variant", "all", "--out", tmp_path / "results")
    done = _simulate_world(tmp_path, *words, "--tables", tables)

    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    rows = (line.split() for line in lines if line[:1].isdigit())
    shown = Counter(row[0] for row in rows if row[1] != "seeds")
    assert all(shown[str(number)] == 1 for number in FAILURES)
    assert [line.split()[:3] for line in lines if line.split()[1:2] == ["auto"]] == [
        [variant, "auto", "1"] for variant in VARIANTS
    ]
    assert lines[-1] == "Every seed is good."


def _simulate_world(tmp_path: Path, *words: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "fieldledger.website", "simulate-world", *map(str, words)],
        cwd=ROOT,
        env=environment(tmp_path / "unused"),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_release_takes_every_variant_with_every_fence_that_can_hold_there() -> None:
    parser = argparse.ArgumentParser()
    simulate_world.add_arguments(parser)
    plans = simulate_world._plans(parser.parse_args(["--release"]), None)

    assert {each.variant for each in plans} == set(VARIANTS)
    assert [each.variant for each in plans if each.strategy == "seal"] == ["keeps-all", "strange"]
    assert len(plans) == len(set(plans)) == 10


@pytest.mark.long
@pytest.mark.postgres
def test_the_worlds_run_on_postgresql_too(tmp_path: Path, postgres_dump: Path) -> None:
    words = ("--postgres", "--seeds", "2", "--workers", "1")
    done = _simulate_world(tmp_path, *words, "--tables", postgres_dump)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "Every seed is good."
