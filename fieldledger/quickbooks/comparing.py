"""Money here against money in QuickBooks, between two dates: what went, what differs, what did not.

What QuickBooks holds of a record is what it answered when it took it: its total is ours and the
difference that was read back (`SyncEntry.differs_by`). What somebody changed there later is in it
once the nightly look has found it (watching.py).

What is here is added up by day as it changes (office.totals), and what QuickBooks does not simply
have is kept apart (counting.py). So only these records are read, and the rest of a sum is what is
in QuickBooks as it is here: a month costs what is left to do of it, however much went well. Both
are read in one statement, as of one moment.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from django.db.models import (
    Count,
    DecimalField,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from fieldledger.office.cents import Cents
from fieldledger.office.models import (
    ZERO,
    Client,
    Credit,
    Invoice,
    Method,
    Payment,
    Refund,
    TaxRate,
)
from fieldledger.office.totals import credited, invoiced, received
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.outstanding_row import Outstanding
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
    is_void: bool = False  # Here; QuickBooks has it as it was, and counts all of it.


def compare(connection: Connection, first: dt.date, last: dt.date) -> list[Comparison]:
    """Return what was invoiced, paid and paid back on both sides; void ones count nowhere.

    Credit memos and refunds are named only where there are any.
    """
    business = connection.business
    by_kind = {
        "Invoices": standings_by(
            _invoices(connection, first, last),
            "total",
            everything=kept_of(invoiced(business, first, last), "total"),
        ),
        "Payments": standings_by(
            _payments(connection, first, last),
            "amount",
            everything=kept_of(received(business, first, last), "amount"),
        ),
        "Credit memos": standings_by(
            _credits(connection, first, last),
            "total",
            everything=kept_of(credited(business, first, last), "total"),
        ),
        "Refunds": standings_by(_refunds(connection, first, last), "amount"),
    }
    return [
        Comparison(title=title, standings=standings.get((), []))
        for title, standings in by_kind.items()
        if standings or title in {"Invoices", "Payments"}
    ]


def compare_methods(connection: Connection, first: dt.date, last: dt.date) -> list[Comparison]:
    """Return the payments on both sides, by method."""
    by_method = standings_by(
        _payments(connection, first, last),
        "amount",
        ("method",),
        everything=kept_of(received(connection.business, first, last), "amount", ("method",)),
    )
    return [
        Comparison(title=words, standings=by_method[method,])
        for method, words in Method.choices
        if (method,) in by_method
    ]


def compare_taxes(connection: Connection, first: dt.date, last: dt.date) -> list[Comparison]:
    """Return the tax of the invoices by rate; a difference of a total is shown under its rate."""
    rows = _invoices(connection, first, last).annotate(rate_id=Coalesce("tax_rate_id", 0))
    kept = kept_of(invoiced(connection.business, first, last), "tax", ("rate_id",))
    by_rate = standings_by(rows, "tax", ("rate_id",), everything=kept)
    names = dict(TaxRate.objects.filter(business=connection.business_id).values_list("pk", "name"))
    return [
        Comparison(title=names.get(rate, "No tax"), standings=by_rate[rate,])
        for (rate,) in sorted(by_rate, key=lambda each: (names.get(each[0], ""), each[0]))
    ]


def missing(connection: Connection, first: dt.date, last: dt.date) -> list[Missing]:
    """Return what is not in QuickBooks, or differs there, at most LISTED_MAX of each kind.

    What is void here and not there is among it: no sum here counts it, and QuickBooks does.
    """
    bills = _unlike(_invoices(connection, first, last)).select_related("client")
    paid = _unlike(_payments(connection, first, last)).select_related("invoice__client", "client")
    return [
        *(
            _missing(each, each, Kind.INVOICE, each.number, each.total)
            for each in bills.order_by("date", "pk")[:LISTED_MAX]
        ),
        *(
            _missing(each, each.invoice, Kind.PAYMENT, _title_of(each), each.amount)
            for each in paid.order_by("date", "pk")[:LISTED_MAX]
        ),
        *_missing_credits(connection, first, last),
        *_void_there(connection, first, last),
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


# What is void here in one of these is not void in QuickBooks, if it is there.
_NOT_UNDONE: Final = frozenset(State) - {
    *(State.SYNCED, State.DIFFERS, State.CANCELLED, State.GONE, State.NOT_SENT)
}


def _void_there(connection: Connection, first: dt.date, last: dt.date) -> list[Missing]:
    """Return what is void here and stands in QuickBooks as it was, for good or until it goes."""

    def rows(model: type[Any], kind: Kind, *with_: str) -> Iterable[Any]:
        still_there = SyncEntry.objects.filter(
            connection=connection,
            rank=RANK[kind],
            record_id=OuterRef("pk"),
            state__in=_NOT_UNDONE,
        ).exclude(quickbooks_id="")
        found = model.objects.filter(
            business_id=connection.business_id,
            voided_at__isnull=False,
            date__gte=first,
            date__lte=last,
            pk__in=Outstanding.objects.filter(
                business=connection.business_id, rank=RANK[kind]
            ).values("record_id"),
        ).filter(Exists(still_there))
        found = with_entry(found.select_related(*with_), connection, kind)
        return found.order_by("date", "pk")[:LISTED_MAX]

    void = [
        *(
            _missing(each, each, Kind.INVOICE, each.number, each.total)
            for each in rows(Invoice, Kind.INVOICE, "client")
        ),
        *(
            _missing(each, each.invoice, Kind.PAYMENT, _title_of(each), each.amount)
            for each in rows(Payment, Kind.PAYMENT, "invoice__client", "client")
        ),
        *(
            _missing(each, None, Kind.CREDIT, f"Credit memo {each.number}", each.total)
            for each in rows(Credit, Kind.CREDIT, "client")
        ),
        *(
            _missing(each, None, Kind.REFUND, f"Refund of {each.credit.number}", each.amount)
            for each in rows(Refund, Kind.REFUND, "credit__client")
        ),
    ]
    return [
        replace(each, is_void=True, difference=each.amount, reason=each.reason or _VOID_HERE)
        for each in void
    ]


_VOID_HERE: Final = "It is void here, and QuickBooks has it as it was."


def _title_of(payment: Payment) -> str:
    return f"Payment for {payment.what_for}" if payment.invoice else "Deposit"


def _invoices(connection: Connection, first: dt.date, last: dt.date) -> QuerySet[Any]:
    return outstanding(Invoice, connection, Kind.INVOICE, first, last)


def _payments(connection: Connection, first: dt.date, last: dt.date) -> QuerySet[Any]:
    return outstanding(Payment, connection, Kind.PAYMENT, first, last)


def _credits(connection: Connection, first: dt.date, last: dt.date) -> QuerySet[Any]:
    return outstanding(Credit, connection, Kind.CREDIT, first, last)


def _refunds(connection: Connection, first: dt.date, last: dt.date) -> QuerySet[Any]:
    # There are few: all of them are read, with what went well.
    return with_entry(of_time(Refund, connection, first, last), connection, Kind.REFUND)


def of_time(
    model: type[Any], connection: Connection, first: dt.date, last: dt.date
) -> QuerySet[Any]:
    """Return the records of a time that are not void."""
    rows: QuerySet[Any] = model.objects.filter(
        business_id=connection.business_id, voided_at=None, date__gte=first, date__lte=last
    )
    return rows


def outstanding(
    model: type[Any], connection: Connection, kind: Kind, first: dt.date, last: dt.date
) -> QuerySet[Any]:
    """Return those of a time that QuickBooks does not simply have, with their entry.

    An index of days says which they are; rows are read of these alone.
    """
    business = connection.business_id
    left = Outstanding.objects.filter(business=business, rank=RANK[kind]).values("record_id")
    of_days = model.objects.filter(
        business_id=business, date__gte=first, date__lte=last, pk__in=left
    )
    rows = model.objects.filter(business_id=business, voided_at=None, pk__in=of_days.values("pk"))
    return with_entry(rows, connection, kind)


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


def standings_by(
    rows: QuerySet[Any],
    column: str,
    by: Sequence[str] = (),
    *,
    everything: QuerySet[Any, Any] | None = None,
    with_differences: bool = True,
    called: Callable[..., Any] = lambda *values: values,
) -> dict[Any, list[Standing]]:
    """Return the standings by the values of some columns, in one statement for all of them.

    `everything` is what all records come to, as `all_of` or `kept_of` says it: what the `rows` do
    not tell of it is in QuickBooks as it is here. Values that are `called` the same stand together.
    """
    differences = Cents(Sum("entry_differs")) if with_differences else _NOTHING
    read = _sums(rows, by, Count("pk"), Cents(Sum(column)), differences)
    if everything is not None:
        read = read.union(everything, all=True)
    sums: dict[Any, dict[str, tuple[int, Decimal, Decimal]]] = {}
    for *values, state, number, here, differ in read:
        if number:
            own = sums.setdefault(called(*values), {})
            before = own.get(state, _NO_SUMS)
            own[state] = (
                before[0] + number,
                before[1] + (here or ZERO),
                before[2] + (differ or ZERO),
            )
    standings = {
        key: {state: _standing(state, *each) for state, each in own.items()}
        for key, own in sums.items()
    }
    return {key: rest for key, own in standings.items() if (rest := _with_the_rest(own))}


_NO_SUMS: Final = (0, ZERO, ZERO)
_ALL: Final = "all"  # The state under which all records of a time are added up,
_ALL_IN_CENTS: Final = "all in cents"  # and where whole cents are added up.
_MONEY: Final = DecimalField(max_digits=19, decimal_places=2)
_NOTHING: Final = Value(None, output_field=_MONEY)


def all_of(rows: QuerySet[Any], column: str, by: Sequence[str] = ()) -> QuerySet[Any, Any]:
    """Return what rows come to, whatever their state."""
    stated = rows.annotate(entry_state=Value(_ALL))
    return _sums(stated, by, Count("pk"), Cents(Sum(column)), _NOTHING)


def kept_of(totals: QuerySet[Any], column: str, by: Sequence[str] = ()) -> QuerySet[Any, Any]:
    """Return what kept totals by day come to."""
    stated = totals.annotate(entry_state=Value(_ALL_IN_CENTS))
    return _sums(stated, by, Sum("number"), Cast(Sum(column), _MONEY), _NOTHING)


def _sums(
    rows: QuerySet[Any], by: Sequence[str], number: Any, here: Any, differ: Any
) -> QuerySet[Any, Any]:
    summed: QuerySet[Any, Any] = (
        rows.values(*by, "entry_state")
        .annotate(rows_number=number, rows_here=here, rows_differ=differ)
        .order_by()
    )
    return summed.values_list(*by, "entry_state", "rows_number", "rows_here", "rows_differ")


def _standing(state: str, number: int, here: Decimal, differ: Decimal) -> Standing:
    if state in {_ALL, _ALL_IN_CENTS}:
        here = here.scaleb(-2) if state == _ALL_IN_CENTS else here
        return Standing(state=State.SYNCED, number=number, here=here, there=here)
    there = here + differ if state in IN_QUICKBOOKS else ZERO
    return Standing(state=State(state), number=number, here=here, there=there)


def _with_the_rest(own: dict[str, Standing]) -> list[Standing]:
    """Return the standings by state, with what is in QuickBooks as it is here."""
    everything = own.pop(_ALL, None) or own.pop(_ALL_IN_CENTS, None)
    if everything is not None:
        known = own.get(State.SYNCED)
        number = everything.number - sum(each.number for each in own.values())
        here = everything.here - sum((each.here for each in own.values()), ZERO)
        if number:
            own[State.SYNCED] = Standing(
                state=State.SYNCED,
                number=number + (known.number if known else 0),
                here=here + (known.here if known else ZERO),
                there=here + (known.there if known else ZERO),
            )
    return [own[state] for state in sorted(own)]


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
