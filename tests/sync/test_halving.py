"""A document refused whole: few documents until the culprit stands alone, and nobody left out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fieldledger.sync import halving


def send_all(count: int, culprits: set[int]) -> tuple[list[list[int]], list[int]]:
    """Send 0 to count - 1 in one document, then by groups.

    Returns the documents and the culprits found.
    """
    documents = [list(range(count))]
    found: list[int] = []
    groups: halving.Groups = []
    gone: set[int] = set()
    while documents[-1]:
        sent = documents[-1]
        if not culprits & set(sent):
            gone |= set(sent)
            groups = halving.went_through(groups)
        elif len(sent) == 1:
            found.append(sent[0])
            groups = halving.found(groups)
        else:
            groups = halving.refused(sent, groups)
        documents.append(groups[0] if groups else [])
    assert gone == set(range(count)) - culprits
    return documents[:-1], found


@pytest.mark.parametrize("culprit", range(50))
def test_one_among_fifty_stands_alone_after_six_halvings(culprit: int) -> None:
    documents, found = send_all(50, {culprit})
    assert found == [culprit]
    # The whole, six halves, at most the culprit itself if it was the half not sent, the rest.
    assert len(documents) <= 9
    alone = next(n for n, each in enumerate(documents) if len(each) == 1)
    assert alone <= 7


@given(st.integers(1, 60).flatmap(lambda n: st.tuples(st.just(n), st.sets(st.integers(0, n - 1)))))
def test_every_culprit_is_found_and_all_others_go(case: tuple[int, set[int]]) -> None:
    count, culprits = case
    documents, found = send_all(count, culprits)
    assert sorted(found) == sorted(culprits)
    assert len(documents) <= 1 + 9 * max(len(culprits), 1)
    assert all(documents)


def test_groups_of_any_number_are_understood() -> None:
    assert halving.went_through([[1], [2], [3], [4]]) == [[2], [], [3, 4]]
    assert halving.found([]) == []
    assert halving.went_through([]) == []
