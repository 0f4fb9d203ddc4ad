"""Goal: whatever a stranger sends is NotACall: soon, in little memory, and without an echo."""

import time
import tracemalloc
from collections import Counter

import pytest

from fieldledger.qbwc.reading import BODY_MAX, NotACall, read_call, read_ticket_early
from tests.qbwc.hostile import CANARY, hostile

SECONDS_MAX = 1.5  # Processor time, for bodies of up to 25 MiB on a busy machine.
MEMORY_PER_BYTE_MAX = 3
MEMORY_MAX = 1024 * 1024


@pytest.fixture(scope="module")
def corpus() -> list[tuple[str, bytes]]:
    return list(hostile())


def test_the_corpus_is_broad_and_names_each_body_once(corpus: list[tuple[str, bytes]]) -> None:
    names = [name for name, _ in corpus]

    assert len(names) >= 200
    assert [name for name, times in Counter(names).items() if times > 1] == []


def test_every_hostile_body_is_refused_soon_and_without_an_echo(
    corpus: list[tuple[str, bytes]],
) -> None:
    for name, body in corpus:
        began = time.process_time()
        with pytest.raises(NotACall) as refusal:
            read_call(body)
        spent = time.process_time() - began

        assert spent < SECONDS_MAX, f"{name}: {spent:.1f} s"
        assert CANARY not in refusal.value.reason, name
        assert len(refusal.value.reason) < 160, name
        assert refusal.value.reason.isascii(), name
        assert refusal.value.__cause__ is None, name  # A logged cause could echo too.


def test_a_refusal_takes_no_more_memory_than_a_small_multiple_of_the_body(
    corpus: list[tuple[str, bytes]],
) -> None:
    tracemalloc.start()
    try:
        for name, body in corpus:
            before, _ = tracemalloc.get_traced_memory()
            tracemalloc.reset_peak()
            with pytest.raises(NotACall):
                read_call(body)
            _, peak = tracemalloc.get_traced_memory()

            assert peak - before < MEMORY_MAX + MEMORY_PER_BYTE_MAX * len(body), name
    finally:
        tracemalloc.stop()


def test_the_early_look_at_a_hostile_body_raises_nothing(corpus: list[tuple[str, bytes]]) -> None:
    for name, body in corpus:
        ticket = read_ticket_early(body)

        assert ticket is None or "with a ticket" in name or "too large" in name or ticket == "T"


def test_a_body_over_the_limit_is_refused_by_its_length_alone() -> None:
    with pytest.raises(NotACall, match="larger than any answer"):
        read_call(bytes(BODY_MAX + 1))
