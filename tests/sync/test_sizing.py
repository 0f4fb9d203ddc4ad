"""How large the next message set is, and how far the bar stands."""

from hypothesis import given
from hypothesis import strategies as st

from fieldledger.sync.progress import eta_seconds, percent
from fieldledger.sync.sizing import (
    AIM_S_MAX,
    AIM_S_MIN,
    BYTES_MAX,
    LIST_REQUESTS_MAX,
    PAGE_MAX,
    PAGE_MIN,
    TRANSACTIONS_MAX,
    fitting,
    next_size,
)


def test_a_failure_halves_the_size_down_to_one() -> None:
    sizes = [LIST_REQUESTS_MAX]
    while sizes[-1] > 1:
        size = sizes[-1]
        sizes.append(next_size(size, sent=size, turnaround_s=None, size_max=LIST_REQUESTS_MAX))
    assert sizes == [400, 200, 100, 50, 25, 12, 6, 3, 1]
    assert next_size(1, sent=1, turnaround_s=None, size_max=25) == 1


def test_a_page_never_falls_under_its_least() -> None:
    assert (
        next_size(80, sent=80, turnaround_s=None, size_max=PAGE_MAX, size_min=PAGE_MIN) == PAGE_MIN
    )


def test_a_slow_computer_gets_smaller_sets_and_a_quick_one_larger() -> None:
    assert next_size(25, sent=25, turnaround_s=60.0, size_max=TRANSACTIONS_MAX) == 6
    assert next_size(6, sent=6, turnaround_s=1.0, size_max=TRANSACTIONS_MAX) == 12
    assert next_size(20, sent=20, turnaround_s=9.0, size_max=TRANSACTIONS_MAX) == TRANSACTIONS_MAX
    assert next_size(10, sent=10, turnaround_s=15.0, size_max=TRANSACTIONS_MAX) == 10


def test_a_short_set_does_not_make_the_next_one_larger() -> None:
    assert next_size(10, sent=2, turnaround_s=0.4, size_max=TRANSACTIONS_MAX) == 10


@given(st.floats(0.02, 5.0), st.integers(1, 100))
def test_the_size_settles_in_the_aim_or_at_a_limit(seconds_each: float, size: int) -> None:
    for _ in range(12):
        size = next_size(
            size, sent=size, turnaround_s=size * seconds_each, size_max=LIST_REQUESTS_MAX
        )
    turnaround_s = size * seconds_each
    assert AIM_S_MIN <= turnaround_s <= AIM_S_MAX or size == LIST_REQUESTS_MAX


@given(st.integers(1, 100), st.integers(0, 100), st.floats(0, 1e6) | st.none())
def test_the_size_stays_within_its_limits(size: int, sent: int, turnaround_s: float | None) -> None:
    assert 1 <= next_size(size, sent=sent, turnaround_s=turnaround_s, size_max=100) <= 100


@given(st.lists(st.integers(1, BYTES_MAX * 2), max_size=30), st.integers(1, 30))
def test_a_message_set_stays_under_a_megabyte_or_holds_one_request(
    lengths: list[int], size: int
) -> None:
    taken = fitting(lengths, size=size)

    assert taken <= max(size, 1)
    assert taken >= min(1, len(lengths))
    assert taken == 1 or sum(lengths[:taken]) <= BYTES_MAX


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50)), min_size=1, max_size=60))
def test_the_bar_never_falls_and_is_full_only_when_nothing_is_left(
    steps: list[tuple[int, int]],
) -> None:
    done, total, last = 0, 1, 0
    for more_done, more_total in steps:
        total += more_total
        done = min(done + more_done, total)
        shown = percent(done, total, last)
        assert (shown == 100) == (done >= total)
        if shown == 100:
            return
        assert 1 <= shown <= 99
        assert shown >= last
        last = shown


def test_the_bar_shows_what_was_measured() -> None:
    assert [percent(done, 200, 0) for done in (0, 1, 60, 100, 199, 200)] == [1, 1, 30, 50, 99, 100]
    assert percent(0, 0, 0) == 100
    assert percent(10, 100, 40) == 40


def test_the_time_left_follows_the_rate_so_far() -> None:
    assert eta_seconds(25, 100, 10.0) == 30
    assert eta_seconds(0, 100, 10.0) is None
    assert eta_seconds(100, 100, 10.0) == 0
