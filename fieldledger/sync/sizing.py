"""How large the next message set is: a bar that moves, and little to ask about when one is lost.

A round trip should take 10 to 20 seconds. How long QuickBooks needs for a record differs from one
computer to the next by a factor of a hundred, so the size follows the last measured turnaround.
"""

from collections.abc import Iterable
from typing import Final

AIM_S_MIN: Final = 10.0
AIM_S_MAX: Final = 20.0
LIST_REQUESTS_MAX: Final = 400  # Clients and items in one message set, of a quick QuickBooks.
TRANSACTIONS_MAX: Final = 30  # Invoices and payments: each is several list requests' work.
PAGE_MAX: Final = 500  # Records in one page of a reading.
PAGE_MIN: Final = 50
BYTES_MAX: Final = 1_000_000  # Of one document to QuickBooks.


def next_size(
    size: int,
    *,
    sent: int,
    turnaround_s: float | None,
    size_max: int,
    size_min: int = 1,
) -> int:
    """Return how many requests the next message set may hold, `size_min` to `size_max`.

    `size` is the present size, `sent` how many requests the last set held, and `turnaround_s` how
    long its answer took; None says that it failed or timed out, which halves the size. It grows
    to twice itself at most, and only after a full set: a short one says little about a long one.
    """
    if turnaround_s is None:
        wanted = min(size, max(sent, 1)) // 2
    elif turnaround_s > AIM_S_MAX:
        aim_s = (AIM_S_MIN + AIM_S_MAX) / 2
        wanted = min(size, int(sent * aim_s / turnaround_s))
    elif turnaround_s < AIM_S_MIN and sent >= size:
        aim_s = (AIM_S_MIN + AIM_S_MAX) / 2
        wanted = min(size * 2, int(sent * aim_s / max(turnaround_s, 0.001)))
    else:
        wanted = size
    return max(size_min, min(size_max, wanted))


def fitting(lengths: Iterable[int], *, size: int) -> int:
    """Return how many of the requests, in their order, go into one message set.

    `lengths` are the requests' lengths in bytes. One always goes, however long it is: QuickBooks
    must get to say what is wrong with it.
    """
    total = 0
    taken = 0
    for length in lengths:
        total += length
        if taken and (taken >= size or total > BYTES_MAX):
            break
        taken += 1
    return taken
