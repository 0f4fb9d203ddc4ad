"""Which records of a document refused whole go next, until the culprit stands alone.

A refused document says that something in it cannot be read, not what (hresult 0x80040400, Intuit's
sample WCWebService). So half of it goes first. If that half goes through, the culprit is in the
other half, which is then halved without being sent whole; if it is refused, the other half is no
longer under suspicion and waits for the end. Nothing is believed without QuickBooks' word: each
record is sent.
"""

from collections.abc import Sequence

# The records that go next; the other half of theirs; those that go at the end. None is left: [].
Groups = list[list[int]]


def refused(sent: Sequence[int], groups: Sequence[Sequence[int]]) -> Groups:
    """Return the groups after the first one, or a document without any, was refused.

    `sent` are the records in that document, at least two.
    """
    _, other, rest = _three(groups)
    return _halved(sent, [*other, *rest])


def went_through(groups: Sequence[Sequence[int]]) -> Groups:
    """Return the groups after the first one went through: the culprit is in its other half."""
    _, other, rest = _three(groups)
    if len(other) < 2:
        return _without_empty(other, [], rest)
    return _halved(other, rest)


def found(groups: Sequence[Sequence[int]]) -> Groups:
    """Return the groups after the first one turned out to be the culprit, alone."""
    _, other, rest = _three(groups)
    return _without_empty([*other, *rest], [], [])


def _halved(records: Sequence[int], rest: Sequence[int]) -> Groups:
    middle = len(records) // 2
    return [list(records[:middle]), list(records[middle:]), list(rest)]


def _three(groups: Sequence[Sequence[int]]) -> tuple[list[int], list[int], list[int]]:
    first = list(groups[0]) if groups else []
    other = list(groups[1]) if len(groups) > 1 else []
    return first, other, [each for group in groups[2:] for each in group]


def _without_empty(first: list[int], other: list[int], rest: list[int]) -> Groups:
    if not first:
        first, other, rest = rest, [], []
    return [first, other, rest] if first else []
