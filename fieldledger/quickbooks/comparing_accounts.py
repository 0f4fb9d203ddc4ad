"""What was invoiced between two dates on both sides, by the income account it is posted to.

An item's account is the one it had in QuickBooks when its list was read last; of an item that is
not there yet, or was not read since, the one that the mapping gives it. QuickBooks answers with an
invoice's total, not with its accounts' shares, so a difference of totals is a row of its own.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from fieldledger.office.models import ZERO, Invoice, InvoiceLine, Item, LineKind
from fieldledger.office.totals import invoiced
from fieldledger.quickbooks.choices import choices_of
from fieldledger.quickbooks.comparing import (
    IN_QUICKBOOKS,
    Comparison,
    Standing,
    all_of,
    kept_of,
    of_time,
    outstanding,
    standings_by,
    with_entry,
)
from fieldledger.quickbooks.models import RANK, Connection, QuickBooksRecord, SyncEntry
from fieldledger.sync.content import Choices, Kind, State

List = QuickBooksRecord.List
NO_ACCOUNT: Final = "No account chosen yet"
ITS_ITEM: Final = "The account that its item has in QuickBooks"
NO_ITEM: Final = "Lines without an item"
DISCOUNTS: Final = "Discounts"
TAX: Final = "Sales tax"
DIFFERENCES: Final = "Differences of invoices' totals"
_UNMAPPED: Final = {LineKind.TIP: "Tips", LineKind.FEE: "Fees"}
_LAST: Final = (NO_ITEM, *_UNMAPPED.values(), ITS_ITEM, NO_ACCOUNT, DISCOUNTS, TAX, DIFFERENCES)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Accounts:
    """Which account each item posts to, by name."""

    choices: Choices
    names: Mapping[str, str]  # By ListID.
    of_theirs: Mapping[str, str]  # The account's ListID by that of QuickBooks' item.
    ours: Mapping[int, tuple[str, bool]]  # By item: its ListID, and whether it was there before us.
    mapped: Mapping[int, str]  # By item that the mapping names: its account's ListID.

    def of_item(self, key: int) -> str:
        list_id, adopted = self.ours.get(key, ("", False))
        if theirs := self.of_theirs.get(list_id):
            return self.names.get(theirs, ITS_ITEM)
        if list_id and adopted:
            return ITS_ITEM
        mapped = self.mapped.get(key) or self.choices.income_account
        return self.names.get(mapped or "", NO_ACCOUNT)

    def of_mapped(self, list_id: str | None, nothing: str) -> str:
        """Return the account of an item that the mapping names, such as that of discounts."""
        if not list_id:
            return nothing
        return self.names.get(self.of_theirs.get(list_id, ""), ITS_ITEM)

    def of_line(self, kind: str, item: int | None) -> str:
        if kind == LineKind.TIP:
            return self.of_mapped(self.choices.tip_item, _UNMAPPED[LineKind.TIP])
        if kind == LineKind.FEE:
            return self.of_mapped(self.choices.fee_item, _UNMAPPED[LineKind.FEE])
        if item is None:
            return self.of_mapped(self.choices.fallback_item, NO_ITEM)
        return self.of_item(item)


class _Sums:
    """Numbers and amounts by account and state."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[State, list[Any]]] = defaultdict(dict)

    def add(self, title: str, state: State, number: int, here: Decimal, there: Decimal) -> None:
        sums = self._rows[title].setdefault(state, [0, ZERO, ZERO])
        for place, value in enumerate((number, here, there)):
            sums[place] += value

    def comparisons(self) -> list[Comparison]:
        titles = sorted(
            self._rows,
            key=lambda each: (_LAST.index(each) + 1 if each in _LAST else 0, each.casefold()),
        )
        return [
            Comparison(
                title=title,
                standings=[
                    Standing(state=state, number=number, here=here, there=there)
                    for state, (number, here, there) in self._rows[title].items()
                ],
            )
            for title in titles
        ]


def compare_accounts(connection: Connection, first: dt.date, last: dt.date) -> list[Comparison]:
    """Return the invoices' lines on both sides, by income account; the rows come to the totals.

    Tax is no income and stands for itself, so that the sums are those of the invoices.
    """
    accounts, sums = _accounts(connection), _Sums()
    for title, standings in _lines(connection, accounts, first, last).items():
        for each in standings:
            sums.add(title, each.state, each.number, each.here, each.there)
    left = outstanding(Invoice, connection, Kind.INVOICE, first, last)
    kept = invoiced(connection.business, first, last)
    off = accounts.of_mapped(accounts.choices.discount_item, DISCOUNTS)
    for column, title, sign in (("discount", off, -1), ("tax", TAX, 1)):
        standings = standings_by(left, column, everything=kept_of(kept, column)).get((), [])
        for each in standings:
            is_there = each.state in IN_QUICKBOOKS
            if amount := sign * each.here:
                sums.add(title, each.state, 0, amount, amount if is_there else ZERO)
            if title == TAX and is_there and each.there != each.here:
                sums.add(DIFFERENCES, each.state, 0, ZERO, each.there - each.here)
    return sums.comparisons()


def _lines(
    connection: Connection, accounts: _Accounts, first: dt.date, last: dt.date
) -> Mapping[str, Sequence[Standing]]:
    """Return the standings of lines by their account.

    They are read by item, of which a month may have thousands, and put together by account at once.
    """
    by = ("kind", "item")
    invoices = of_time(Invoice, connection, first, last)
    left = outstanding(Invoice, connection, Kind.INVOICE, first, last)
    rows = with_entry(
        InvoiceLine.objects.filter(invoice__in=left.values("pk")),
        connection,
        Kind.INVOICE,
        key="invoice_id",
    )
    everything = all_of(InvoiceLine.objects.filter(invoice__in=invoices.values("pk")), "amount", by)
    return standings_by(
        rows,
        "amount",
        by,
        everything=everything,
        with_differences=False,
        called=accounts.of_line,
    )


def _accounts(connection: Connection) -> _Accounts:
    theirs = QuickBooksRecord.objects.filter(connection=connection)
    entries = SyncEntry.objects.filter(connection=connection, rank=RANK[Kind.ITEM])
    items = theirs.filter(list=List.ITEMS).values_list("list_id", "details__account")
    choices = choices_of(connection)
    named = Item.objects.filter(business=connection.business_id, guid__in=choices.item_accounts)
    return _Accounts(
        choices=choices,
        names=dict(theirs.filter(list=List.ACCOUNTS).values_list("list_id", "full_name")),
        of_theirs={list_id: account for list_id, account in items if account},
        ours={
            key: (list_id, adopted)
            for key, list_id, adopted in entries.exclude(quickbooks_id="").values_list(
                "record_id", "quickbooks_id", "adopted"
            )
        },
        mapped={key: choices.item_accounts[guid] for key, guid in named.values_list("pk", "guid")},
    )
