"""Reading the office's records: lists with their filters, pages of lists, the home page's figures.

Lists are newest first, by primary key, and read from an index of the business; a page starts after
the last record of the one before, so that the thousandth costs what the first did.
"""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Generic, TypeVar

from django.db import connection
from django.db.models import F, Model, Prefetch, Q, QuerySet, Sum

from fieldledger.accounts.models import Business
from fieldledger.office.finding import holding, invoices_holding, payments_holding
from fieldledger.office.models import (
    Client,
    Invoice,
    InvoiceLine,
    Item,
    MoneyState,
    Payment,
    TaxRate,
)
from fieldledger.office.totals import dollars, owed, received

LIMIT = 50
LIMIT_MAX = 500

# Owed on, in the words of the index `invoice_open`, which answers it.
OPEN = Q(voided_at=None, paid__lt=F("total"))

Row = TypeVar("Row", bound=Model)


class BadCursor(ValueError):
    """The cursor is not one that a list has given."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A part of a list; `next_cursor` is None on the last one."""

    results: Sequence[Row]
    next_cursor: str | None


def page_of(
    rows: QuerySet[Row],
    *,
    cursor: str | None = None,
    limit: int = LIMIT,
    among: QuerySet[Row] | None = None,
) -> Page[Row]:
    """Return the page of `rows` that `cursor` names, of at most `limit` records (1 to 500).

    `among`, where a database may have to sort all `rows`, is who else may be asked for the page's
    records: so only their keys are sorted, not all that a list shows of each.

    :raises BadCursor: if no list has given this cursor.
    """
    if cursor:
        rows = rows.filter(pk__lt=_read_cursor(cursor))
    limit = max(1, min(limit, LIMIT_MAX))
    wanted = rows.order_by("-pk")[: limit + 1]
    if among is not None:
        wanted = among.filter(pk__in=wanted.values("pk")).order_by("-pk")
    found = list(wanted)
    if len(found) <= limit:
        return Page(found, None)
    return Page(found[:limit], _write_cursor(found[limit - 1].pk))


def clients(
    business: Business, *, q: str = "", archived: bool | None = None, external_id: str = ""
) -> QuerySet[Client]:
    """Return the clients whose name, e-mail address or telephone number has words that begin so."""
    rows = Client.objects.filter(business=business)
    if q.strip():
        rows = rows.filter(holding(business, q, "client"))
    return _narrowed(rows, archived=archived, external_id=external_id)


def items(
    business: Business,
    *,
    q: str = "",
    archived: bool | None = None,
    kind: str = "",
    external_id: str = "",
) -> QuerySet[Item]:
    """Return the items whose name or description has words that begin as those of `q`."""
    rows = Item.objects.filter(business=business)
    if kind:
        rows = rows.filter(kind=kind)
    if q.strip():
        rows = rows.filter(holding(business, q, "item"))
    return _narrowed(rows, archived=archived, external_id=external_id)


def tax_rates(business: Business) -> QuerySet[TaxRate]:
    """Return all tax rates."""
    return TaxRate.objects.filter(business=business)


def invoices(
    business: Business,
    *,
    today: date,
    q: str = "",
    state: MoneyState | str = "",
    client: Client | None = None,
    external_id: str = "",
) -> QuerySet[Invoice]:
    """Return the invoices, each with its client and tax rate.

    `q` is looked for in the number, the total and the client's words; `state` is a MoneyState on
    `today`, a date in the business's time zone, or "open" for all that something is owed on.
    """
    rows = Invoice.objects.filter(business=business).select_related("client", "tax_rate")
    if client is not None:
        rows = rows.filter(client=client)
    if external_id:
        rows = rows.filter(external_id=external_id)
    if state:
        rows = rows.filter(OPEN if state == "open" else in_state(MoneyState(state), today))
    if q.strip():
        rows = rows.filter(invoices_holding(business, q))
    return rows


def in_state(state: MoneyState, today: date) -> Q:
    """Return the condition that an invoice is in `state`, as Invoice.money_state says it."""
    due = Q(due_date=None) | Q(due_date__gte=today)
    return {
        MoneyState.VOID: Q(voided_at__isnull=False),
        MoneyState.PAID: Q(voided_at=None, paid__gte=F("total")),
        MoneyState.OVERDUE: OPEN & Q(due_date__lt=today),
        MoneyState.PARTLY_PAID: OPEN & due & Q(paid__gt=0),
        MoneyState.UNPAID: OPEN & due & Q(paid=0),
    }[state]


def terms_used(business_id: int, *, limit: int) -> list[str]:
    """Return the terms that invoices name, at most `limit`, by name.

    Each is one step in the index from the one before: a DISTINCT would read all invoices.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TERMS_USED, [business_id, business_id, limit])
        return [row[0] for row in cursor.fetchall()]


_INVOICES: Final = Invoice._meta.db_table  # noqa: SLF001 - Django's documented API.
_TERMS_USED: Final = f"""
    WITH RECURSIVE used(terms) AS (
        SELECT MIN(terms) FROM {_INVOICES} WHERE business_id = %s AND terms > ''
        UNION ALL
        SELECT (SELECT MIN({_INVOICES}.terms) FROM {_INVOICES}
                WHERE business_id = %s AND {_INVOICES}.terms > used.terms)
        FROM used WHERE used.terms IS NOT NULL
    )
    SELECT terms FROM used WHERE terms IS NOT NULL LIMIT %s
"""  # noqa: S608 - the name of our own table.


def with_lines(rows: QuerySet[Invoice]) -> QuerySet[Invoice]:
    """Let `rows` come with their lines and the lines' items, in one statement more for all."""
    lines = InvoiceLine.objects.select_related("item").order_by("invoice_id", "position")
    return rows.prefetch_related(Prefetch("lines", lines))


def latest_lines(item: Item, *, limit: int = 10) -> list[InvoiceLine]:
    """Return the lines of an item that were written last, with their invoices and clients."""
    lines = item.lines.select_related("invoice__client").order_by("-pk")
    return list(lines[:limit])


def payments(
    business: Business,
    *,
    q: str = "",
    invoice: Invoice | None = None,
    client: Client | None = None,
    external_id: str = "",
) -> QuerySet[Payment]:
    """Return the payments, each with its invoice and client.

    `q` is looked for in the reference, the amount, the invoice and its client.
    """
    rows = Payment.objects.filter(business=business).select_related("invoice__client", "client")
    if invoice is not None:
        rows = rows.filter(invoice=invoice)
    if client is not None:
        rows = rows.filter(Q(invoice__client=client) | Q(client=client))
    if external_id:
        rows = rows.filter(external_id=external_id)
    if q.strip():
        rows = rows.filter(payments_holding(business, q))
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """The home page's money; void invoices and payments count nowhere."""

    received_today: Decimal
    received_this_month: Decimal
    unpaid: Decimal  # All that is owed, overdue or not.
    unpaid_count: int
    overdue: Decimal
    overdue_count: int


def figures(business: Business, today: date) -> Figures:
    """Return the figures as of `today`, a date in the business's time zone; two statements."""
    month = received(business, today.replace(day=1), today).aggregate(
        month=Sum("amount"), today=Sum("amount", filter=Q(date=today))
    )
    due = owed(business, today)
    return Figures(
        received_today=dollars(month["today"]),
        received_this_month=dollars(month["month"]),
        unpaid=dollars(due["all_balance"]),
        unpaid_count=due["all_number"],
        overdue=dollars(due["late_balance"]),
        overdue_count=due["late_number"],
    )


Narrowed = TypeVar("Narrowed", Client, Item)


def _narrowed(
    rows: QuerySet[Narrowed], *, archived: bool | None, external_id: str
) -> QuerySet[Narrowed]:
    if archived is not None:
        rows = rows.filter(archived=archived)
    if external_id:
        rows = rows.filter(external_id=external_id)
    return rows


def _write_cursor(pk: int) -> str:
    return base64.urlsafe_b64encode(f"after {pk}".encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> int:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError) as error:
        raise BadCursor(cursor) from error
    word, _, number = text.partition(" ")
    if word != "after" or not number.isdecimal() or len(number) > 18:
        raise BadCursor(cursor)
    return int(number)
