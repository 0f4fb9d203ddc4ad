"""Money here against money in QuickBooks, between two dates: what went, what differs, what did not.

What QuickBooks holds of a record is what it answered when it took it: its total is ours and the
difference that was read back (`SyncEntry.differs_by`). What somebody changed there later is in it
once the nightly look has found it (watching.py).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from fieldledger.office.models import ZERO, Client, Credit, Invoice, Method, Payment, Refund
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.sync.content import Kind, State
from fieldledger.sync.words import explain

# QuickBooks has these; what stands there may be older than what is here.
IN_QUICKBOOKS: Final = frozenset(
    {State.SYNCED, State.DIFFERS, State.CHANGED, State.CHANGED_IN_QUICKBOOKS}
)
LISTED_MAX: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How many records of one kind stand in one state, and their money here and there."""

    state: State
    number: int
    here: Decimal
    there: Decimal  # Zero where QuickBooks has none of it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """One kind of record, or a part of it, on both sides."""

    title: str
    standings: Sequence[Standing]

    @property
    def number(self) -> int:
        """How many there are here."""
        return sum(each.number for each in self.standings)

    @property
    def here(self) -> Decimal:
        """What they come to here."""
        return sum((each.here for each in self.standings), ZERO)

    @property
    def sent(self) -> Decimal:
        """What those that are in QuickBooks come to here."""
        return sum((each.here for each in self.standings if each.state in IN_QUICKBOOKS), ZERO)

    @property
    def sent_number(self) -> int:
        """How many are in QuickBooks."""
        return sum(each.number for each in self.standings if each.state in IN_QUICKBOOKS)

    @property
    def there(self) -> Decimal:
        """What they come to in QuickBooks."""
        return sum((each.there for each in self.standings), ZERO)

    @property
    def difference(self) -> Decimal:
        """What QuickBooks has more than what was sent; less where it is negative."""
        return self.there - self.sent

    @property
    def not_sent(self) -> Decimal:
        """What those that are not in QuickBooks come to."""
        return self.here - self.sent

    @property
    def not_sent_number(self) -> int:
        """How many are not in QuickBooks."""
        return self.number - self.sent_number


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """One record that is not in QuickBooks as it is here, and why."""

    kind: Kind
    invoice_guid: str  # Of the invoice itself, or of the one that was paid; "" for others.
    guid: str  # A refund's is its credit memo's.
    entry_guid: str
    title: str
    client: str
    date: dt.date
    amount: Decimal
    state: State
    difference: Decimal
    reason: str


def compare(connection: Connection, first: dt.date, last: dt.date) -> list[Comparison]:
    """Return what was invoiced, paid and paid back on both sides; void ones count nowhere.

    Credit memos and refunds are named only where there are any.
    """
    credited = _standings(_credits(connection, first, last), "total")
    paid_back = _standings(_refunds(connection, first, last), "amount")
    return [
        Comparison(
            title="Invoices", standings=_standings(_invoices(connection, first, last), "total")
        ),
        Comparison(
            title="Payments", standings=_standings(_payments(connection, first, last), "amount")
        ),
        *(
            Comparison(title=title, standings=standings)
            for title, standings in (("Credit memos", credited), ("Refunds", paid_back))
            if standings
        ),
    ]


def compare_methods(connection: Connection, first: dt.date, last: dt.date) -> list[Comparison]:
    """Return the payments on both sides, by method."""
    by_method = _standings_by(_payments(connection, first, last), "amount", "method")
    return [
        Comparison(title=words, standings=by_method[method,])
        for method, words in Method.choices
        if (method,) in by_method
    ]


def compare_taxes(connection: Connection, first: dt.date, last: dt.date) -> list[Comparison]:
    """Return the tax of the invoices by rate; a difference of a total is shown under its rate."""
    rows = _invoices(connection, first, last)
    by_rate = _standings_by(rows, "tax", "tax_rate__name", "tax_rate")
    return [
        Comparison(title=name or "No tax", standings=standings)
        for (name, _), standings in sorted(
            by_rate.items(), key=lambda each: (each[0][0] is not None, each[0][0], each[0][1])
        )
    ]


def missing(connection: Connection, first: dt.date, last: dt.date) -> list[Missing]:
    """Return what is not in QuickBooks, or differs there, at most LISTED_MAX of each kind."""
    bills = _unlike(_invoices(connection, first, last)).select_related("client")
    paid = _unlike(_payments(connection, first, last)).select_related("invoice__client", "client")
    return [
        *(
            _missing(each, each, Kind.INVOICE, each.number, each.total)
            for each in bills.order_by("date", "pk")[:LISTED_MAX]
        ),
        *(
            _missing(
                each,
                each.invoice,
                Kind.PAYMENT,
                f"Payment for {each.what_for}" if each.invoice else "Deposit",
                each.amount,
            )
            for each in paid.order_by("date", "pk")[:LISTED_MAX]
        ),
        *_missing_credits(connection, first, last),
    ]


def _missing_credits(connection: Connection, first: dt.date, last: dt.date) -> list[Missing]:
    memos = _unlike(_credits(connection, first, last)).select_related("client")
    paid_back = _unlike(_refunds(connection, first, last)).select_related("credit__client")
    return [
        *(
            _missing(each, None, Kind.CREDIT, f"Credit memo {each.number}", each.total)
            for each in memos.order_by("date", "pk")[:LISTED_MAX]
        ),
        *(
            replace(
                _missing(each, None, Kind.REFUND, f"Refund of {each.credit.number}", each.amount),
                guid=str(each.credit.guid),
            )
            for each in paid_back.order_by("date", "pk")[:LISTED_MAX]
        ),
    ]


def _invoices(connection: Connection, first: dt.date, last: dt.date) -> QuerySet[Any]:
    return with_entry(
        Invoice.objects.filter(
            business_id=connection.business_id, voided_at=None, date__gte=first, date__lte=last
        ),
        connection,
        Kind.INVOICE,
    )


def _payments(connection: Connection, first: dt.date, last: dt.date) -> QuerySet[Any]:
    return with_entry(
        Payment.objects.filter(
            business_id=connection.business_id, voided_at=None, date__gte=first, date__lte=last
        ),
        connection,
        Kind.PAYMENT,
    )


def _credits(connection: Connection, first: dt.date, last: dt.date) -> QuerySet[Any]:
    rows = Credit.objects.filter(
        business_id=connection.business_id, voided_at=None, date__gte=first, date__lte=last
    )
    return with_entry(rows, connection, Kind.CREDIT)


def _refunds(connection: Connection, first: dt.date, last: dt.date) -> QuerySet[Any]:
    rows = Refund.objects.filter(
        business_id=connection.business_id, voided_at=None, date__gte=first, date__lte=last
    )
    return with_entry(rows, connection, Kind.REFUND)


def with_entry(
    rows: QuerySet[Any], connection: Connection, kind: Kind, *, key: str = "pk"
) -> QuerySet[Any]:
    """Return rows with what the log says of the record whose primary key is their `key`."""
    entry = SyncEntry.objects.filter(
        connection=connection, rank=RANK[kind], record_id=OuterRef(key)
    )
    state, nothing = entry.values("state")[:1], Value(str(State.NOT_SENT))
    annotated: QuerySet[Any] = rows.annotate(
        entry_state=Coalesce(Subquery(state), nothing),
        entry_differs=Subquery(entry.values("differs_by")[:1]),
        entry_code=Subquery(entry.values("code")[:1]),
        entry_message=Subquery(entry.values("message")[:1]),
        entry_guid=Subquery(entry.values("guid")[:1]),
    )
    return annotated


def _unlike(rows: QuerySet[Any]) -> QuerySet[Any]:
    # A difference that somebody has accepted counts as synced, and is in the sums all the same.
    differs = Q(entry_differs__lt=0) | Q(entry_differs__gt=0)
    return rows.filter(~Q(entry_state=State.SYNCED) | differs)


def _standings(rows: QuerySet[Any], column: str) -> list[Standing]:
    return _standings_by(rows, column).get((), [])


def _standings_by(
    rows: QuerySet[Any], column: str, *by: str
) -> dict[tuple[Any, ...], list[Standing]]:
    """Return the standings by the values of some columns, in one statement for all of them."""
    found = rows.values(*by, "entry_state").annotate(
        rows_number=Count("pk"), rows_here=Sum(F(column)), rows_differ=Sum("entry_differs")
    )
    standings: dict[tuple[Any, ...], list[Standing]] = {}
    for each in found.order_by("entry_state"):
        standings.setdefault(tuple(each[name] for name in by), []).append(_standing(each))
    return standings


def _standing(row: Mapping[str, Any]) -> Standing:
    state, here = State(row["entry_state"]), row["rows_here"] or ZERO
    there = here + (row["rows_differ"] or ZERO) if state in IN_QUICKBOOKS else ZERO
    return Standing(state=state, number=row["rows_number"], here=here, there=there)


def _missing(row: Any, invoice: Invoice | None, kind: Kind, title: str, amount: Decimal) -> Missing:
    reason = row.entry_message or (explain(row.entry_code).sentence if row.entry_code else "")
    return Missing(
        kind=kind,
        invoice_guid=str(invoice.guid) if invoice is not None else "",
        guid=str(row.guid),
        entry_guid=str(row.entry_guid or ""),
        title=title,
        client=_client_of(row, invoice).name,
        date=row.date,
        amount=amount,
        state=State(row.entry_state),
        difference=row.entry_differs or ZERO,
        reason=reason,
    )


def _client_of(row: Any, invoice: Invoice | None) -> Client:
    if invoice is not None:
        return invoice.client
    match row:
        case Payment():
            return row.payer
        case Refund():
            return row.credit.client
        case _:
            client: Client = row.client
            return client
