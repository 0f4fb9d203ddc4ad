"""What QuickBooks does not simply have is kept apart: with it a month comes to the cent."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from itertools import cycle
from typing import Any

import pytest
from django.db import connection as database
from django.db.models import Sum

from fieldledger.accounts.models import Business
from fieldledger.office.keeping import keep
from fieldledger.office.models import ZERO, Invoice, Method, Payment, TaxRate
from fieldledger.office.services import (
    create_client,
    create_invoice,
    create_payment,
    create_tax_rate,
    void_invoice,
)
from fieldledger.quickbooks import comparing, services
from fieldledger.quickbooks.comparing import (
    IN_QUICKBOOKS,
    Comparison,
    compare,
    compare_methods,
    compare_taxes,
    missing,
)
from fieldledger.quickbooks.comparing_accounts import compare_accounts
from fieldledger.quickbooks.counting import KEPT
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.outstanding_row import Outstanding
from fieldledger.sync.content import Kind, State

FIRST, LAST = date(2026, 5, 1), date(2026, 5, 31)
RANKS: Mapping[int, type[Invoice] | type[Payment]] = {3: Invoice, 4: Payment}
A_CENT = Decimal("0.01")


@pytest.fixture
def linked(business: Business) -> Connection:
    return services.connection_of(business)


@pytest.fixture
def ledger(business: Business, linked: Connection, now: datetime) -> None:
    """Fifteen invoices, each half paid, at two rates or none; one is void, one is of April."""
    client = create_client(business=business, values={"name": "Ann"}, now=now)
    rates = [
        create_tax_rate(business=business, values={"name": name, "percent": "7.25"}, now=now)
        for name in ("City", "State")
    ]
    for number, (rate, method) in zip(
        range(1, 16), cycle(zip([None, *rates], Method.values, strict=False)), strict=False
    ):
        values = {
            "client": client,
            "date": "2026-04-30" if number == 15 else f"2026-05-{number:02}",
            "tax_rate": rate.guid if rate else None,
            "discount": "0.50",
            "lines": [{"description": "Work", "quantity": "1", "unit_price": f"{number}.01"}],
        }
        invoice = create_invoice(business=business, values=values, now=now)
        if number == 14:
            void_invoice(invoice=invoice, now=now)
            continue
        paid = {"invoice": invoice, "amount": "0.33", "date": invoice.date, "method": method}
        create_payment(business=business, values=paid, now=now)


def add_entries(linked: Connection, now: datetime) -> list[SyncEntry]:
    """Raise entries for all but the first of each kind."""
    return SyncEntry.objects.bulk_create(
        SyncEntry(
            connection=linked,
            rank=rank,
            record_id=record.pk,
            record_guid=record.guid,
            title="x",
            record_revision=1,
            created_at=now,
            updated_at=now,
        )
        for rank, model in RANKS.items()
        for record in model.objects.order_by("pk")[1:]
    )


def kept() -> set[tuple[int, int]]:
    rows = Outstanding.objects.values_list("rank", "record_id").annotate(left=Sum("number"))
    assert all(left in {0, 1} for *_, left in rows)
    return {(rank, record) for rank, record, left in rows if left}


def left() -> set[tuple[int, int]]:
    simply_there = {
        (entry.rank, entry.record_id)
        for entry in SyncEntry.objects.filter(state=State.SYNCED)
        if not entry.differs_by
    }
    all_of_them = {(rank, each.pk) for rank, model in RANKS.items() for each in model.objects.all()}
    return all_of_them - simply_there


@pytest.mark.usefixtures("ledger")
def test_p16_outstanding_is_what_quickbooks_does_not_have_as_it_is_here(
    linked: Connection, now: datetime
) -> None:
    assert kept() == left() != set()

    entries = add_entries(linked, now)
    assert kept() == left()
    for state in (State.SYNCED, State.CHANGED, State.SYNCED, State.SYNCED, *State):
        SyncEntry.objects.update(state=state)
        assert kept() == left()
    SyncEntry.objects.update(state=State.SYNCED)
    assert len(kept()) == len(RANKS), "only those without an entry are left"

    entries[0].state, entries[0].differs_by = State.SYNCED, A_CENT
    entries[0].save()
    assert kept() == left()
    SyncEntry.objects.update(differs_by=Decimal("0.00"))
    assert kept() == left()
    SyncEntry.objects.filter(pk=entries[1].pk).delete()
    assert kept() == left()

    name = "keep_quickbooks_outstanding_of_quickbooks_syncentry_delete"
    on = " ON quickbooks_syncentry" if database.vendor == "postgresql" else ""
    with database.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{on}")
    SyncEntry.objects.filter(pk=entries[2].pk).delete()
    keep("default", KEPT)
    assert kept() == left()


def by_hand(
    connection: Connection, rank: int, column: str, by: str = ""
) -> Mapping[Any, list[Any]]:
    """Return what a person with paper would write: number, here, sent, there, by a column."""
    entries = {
        each.record_id: each for each in SyncEntry.objects.filter(connection=connection, rank=rank)
    }
    sums: dict[Any, list[Any]] = defaultdict(lambda: [0, ZERO, ZERO, ZERO])
    for record in RANKS[rank].objects.filter(voided_at=None, date__gte=FIRST, date__lte=LAST):
        amount, entry = getattr(record, column), entries.get(record.pk)
        is_there = entry is not None and entry.state in IN_QUICKBOOKS
        differs = entry.differs_by or ZERO if entry else ZERO
        row = sums[getattr(record, by) if by else ""]
        row[0] += 1
        row[1] += amount
        row[2] += amount if is_there else ZERO
        row[3] += amount + differs if is_there else ZERO
    return sums


def said(rows: list[Comparison]) -> dict[str, list[Any]]:
    return {row.title: [row.number, row.here, row.sent, row.there] for row in rows}


@pytest.mark.usefixtures("ledger")
def test_p16_a_month_comes_to_the_cent_whatever_state_its_records_are_in(
    linked: Connection, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = cycle([State.SYNCED, State.SYNCED, State.DIFFERS, State.FAILED, State.CHANGED])
    for number, (entry, state) in enumerate(zip(add_entries(linked, now), states, strict=False)):
        entry.state = state
        entry.differs_by = -A_CENT if state == State.DIFFERS or number == 5 else None
        entry.save()
    rates = dict(TaxRate.objects.values_list("pk", "name"))

    kinds = said(compare(linked, FIRST, LAST))
    assert kinds["Invoices"] == by_hand(linked, 3, "total")[""]
    assert kinds["Payments"] == by_hand(linked, 4, "amount")[""]
    assert said(compare_methods(linked, FIRST, LAST)) == {
        str(Method(method).label): row
        for method, row in by_hand(linked, 4, "amount", "method").items()
    }
    assert said(compare_taxes(linked, FIRST, LAST)) == {
        rates.get(rate, "No tax"): row
        for rate, row in by_hand(linked, 3, "tax", "tax_rate_id").items()
    }
    accounts = compare_accounts(linked, FIRST, LAST)
    assert sum((each.here for each in accounts), ZERO) == kinds["Invoices"][1]
    assert sum((each.sent for each in accounts), ZERO) == kinds["Invoices"][2]
    assert sum((each.there for each in accounts), ZERO) == kinds["Invoices"][3]
    listed, is_more = missing(linked, FIRST, LAST)
    assert not is_more
    assert {each.state for each in listed} == {
        State.NOT_SENT,
        State.DIFFERS,
        State.FAILED,
        State.CHANGED,
        State.SYNCED,  # With a difference that somebody has accepted.
    }
    monkeypatch.setattr(comparing, "LISTED_MAX", 2)
    listed, is_more = missing(linked, FIRST, LAST)
    assert is_more
    assert Counter(each.kind for each in listed) == {Kind.INVOICE: 2, Kind.PAYMENT: 2}
