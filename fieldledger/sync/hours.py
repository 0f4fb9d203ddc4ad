"""Hours that come again every week, on the wall clock of a business."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """From one time of day to another, on some days; past midnight if they end before they begin.

    `days` are those on which the hours begin: 0 is Monday. Equal times are a whole day.
    """

    begin: dt.time
    end: dt.time
    days: frozenset[int] = frozenset(range(7))

    def end_at(self, now: dt.datetime) -> dt.datetime | None:
        """Return when the hours that `now` lies in end; None outside of them.

        `now` is in the business's zone, and so is the answer.
        """
        for begins, ends in self._around(now):
            if begins <= now < ends:
                return ends
        return None

    def _around(self, now: dt.datetime) -> Iterator[tuple[dt.datetime, dt.datetime]]:
        """Yield the hours that begin yesterday and today."""
        for offset in (-1, 0):
            day = now.date() + dt.timedelta(days=offset)
            if day.weekday() in self.days:
                last = day if self.begin < self.end else day + dt.timedelta(days=1)
                yield (
                    dt.datetime.combine(day, self.begin, now.tzinfo),
                    dt.datetime.combine(last, self.end, now.tzinfo),
                )
