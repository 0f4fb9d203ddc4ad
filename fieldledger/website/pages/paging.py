"""Long lists, a page at a time, each as fast as the first: a page starts after a known record."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

from fieldledger.office.fields import guid as read_guid
from fieldledger.office.queries import BadCursor, page_of

PAGE_SIZE = 50

Row = TypeVar("Row", bound=Model)


COUNTED_MAX = 1_000  # Beyond, the number is not worth reading the whole list.


@dataclass(frozen=True, slots=True)
class ListPage(Generic[Row]):
    """Some rows, and the mark after which the next page starts; "" at the end."""

    rows: Sequence[Row]
    after: str
    is_first: bool


def counted(rows: QuerySet[Row], listed: ListPage[Row]) -> int:
    """Return how many rows there are in all, of which `listed` is a page; COUNTED_MAX at most."""
    if listed.is_first and not listed.after:
        return len(listed.rows)
    return rows.order_by()[:COUNTED_MAX].count()


def newest_first(
    rows: QuerySet[Row], after: str, *, among: QuerySet[Row] | None = None
) -> ListPage[Row]:
    """Return the page that begins after the mark `after`; the first one where it is no mark.

    `among` is as page_of has it.
    """
    try:
        found = page_of(rows, cursor=after, limit=PAGE_SIZE, among=among)
    except BadCursor:
        found, after = page_of(rows, limit=PAGE_SIZE, among=among), ""
    return ListPage(rows=found.results, after=found.next_cursor or "", is_first=not after)


def by_name(
    rows: QuerySet[Row], after: str, *, among: QuerySet[Row], column: str = "name"
) -> ListPage[Row]:
    """Return the rows that come after the one with the guid `after`, in the order of `column`.

    `among` is all of the business: a record that has left the list still marks its place.
    """
    guid = read_guid(after)
    last: Any = among.filter(guid=guid).first() if guid else None
    if last is not None:
        name = getattr(last, column)
        rows = rows.filter(Q(**{f"{column}__gt": name}) | Q(**{column: name}, pk__gt=last.pk))
    # Found by an index alone that is in this order; a whole row is read only of what is shown.
    wanted = rows.order_by(column, "pk").values("pk")[: PAGE_SIZE + 1]
    found: list[Any] = list(among.filter(pk__in=wanted).order_by(column, "pk"))
    shown = found[:PAGE_SIZE]
    mark = str(shown[-1].guid) if len(found) > PAGE_SIZE else ""
    return ListPage(rows=shown, after=mark, is_first=last is None)
