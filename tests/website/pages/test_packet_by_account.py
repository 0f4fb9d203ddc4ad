"""N12: the month-end packet by income account, on the page, as a spreadsheet and on paper."""

import csv
import io
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fieldledger.office.models import Invoice, InvoiceLine, TaxRate
from fieldledger.office.services import create_item
from fieldledger.quickbooks.models import Connection, QuickBooksRecord, SyncEntry
from fieldledger.sync.content import State
from fieldledger.website.reports import Table
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_reports import printed

pytestmark = pytest.mark.django_db
ZERO = Decimal(0)


@pytest.fixture
def invoice(office: Office, connection: Connection) -> Invoice:
    """An invoice that is in QuickBooks, alone in this month."""
    synced(office)
    entry = SyncEntry.objects.filter(rank=3, state=State.SYNCED)[0]
    Invoice.objects.update(date=timezone.localdate().replace(year=2024))
    Invoice.objects.filter(pk=entry.record_id).update(date=timezone.localdate())
    return Invoice.objects.get(pk=entry.record_id)


def packet(office: Office, **more: str) -> Any:
    month = f"{timezone.localdate():%Y-%m}"
    return office.browser.get(reverse("month_end"), {"month": month, **more})


def accounts(office: Office) -> Table:
    table: Table = packet(office, part="accounts").context["table"]
    return table


def rows_of(table: Table) -> dict[str, list[Any]]:
    return {str(row.cells[0]): list(row.cells[1:]) for row in table.rows}


def account_of(item: int) -> str:
    """Return the name of the account that an item of ours has in QuickBooks."""
    entry = SyncEntry.objects.get(rank=2, record_id=item)
    theirs = QuickBooksRecord.objects.filter(list="items", list_id=entry.quickbooks_id).first()
    mapped = Connection.objects.get().mapping["income_account"]
    list_id = (theirs.details["account"] if theirs else "") or mapped
    return QuickBooksRecord.objects.get(list="accounts", list_id=list_id).full_name


def test_n12_lines_stand_under_the_account_of_their_item_and_come_to_the_total(
    office: Office, invoice: Invoice
) -> None:
    table = accounts(office)

    expected: dict[str, Decimal] = {}
    for line in invoice.lines.all():
        name = account_of(line.item_id) if line.item_id else "Lines without an item"
        expected[name] = expected.get(name, ZERO) + line.amount
    rows = rows_of(table)
    assert {name: rows[name][1] for name in expected} == expected
    assert all(rows[name][1:5] == [amount, amount, amount, 0] for name, amount in expected.items())
    assert table.sums[2:5] == [invoice.total] * 3


def test_n12_discounts_tax_and_what_did_not_go_are_rows_too(
    office: Office, invoice: Invoice
) -> None:
    SyncEntry.objects.filter(rank=3, record_id=invoice.pk).update(state=State.FAILED)
    Invoice.objects.filter(pk=invoice.pk).update(
        discount=5, tax=2, total=invoice.subtotal - 5 + 2, subtotal=invoice.subtotal - 5, paid=0
    )
    InvoiceLine.objects.filter(invoice=invoice).update(item=None)

    rows = rows_of(accounts(office))

    lines = sum((each.amount for each in invoice.lines.all()), ZERO)
    assert rows["Lines without an item"] == [invoice.lines.count(), lines, 0, 0, 0, lines, 2]
    assert rows["Discounts"][1:3] == [-5, 0]
    assert rows["Sales tax"][1:3] == [2, 0]


def test_n12_items_whose_account_the_mapping_names_stand_together_under_it(
    office: Office, invoice: Invoice
) -> None:
    line = invoice.lines.order_by("pk")[0]
    linked = Connection.objects.get()
    income = linked.mapping["income_account"]
    other = QuickBooksRecord.objects.filter(list="accounts").exclude(list_id=income)[0]
    InvoiceLine.objects.filter(invoice=invoice).exclude(pk=line.pk).delete()
    for number, own in enumerate((other.list_id, other.list_id, income)):
        values = {"name": f"Not there yet {number}", "price": "7"}
        item = create_item(business=office.business, values=values, now=timezone.now())
        linked.mapping["item_accounts"] = linked.mapping.get("item_accounts", {}) | {
            str(item.guid): own
        }
        line.pk, line.position, line.item, line.amount = None, 10 + number, item, Decimal(10)
        line.save(force_insert=True)
    linked.save()

    rows = rows_of(accounts(office))

    assert rows[other.full_name][:3] == [2, 20, 20]


def test_n12_a_difference_of_totals_is_a_row_and_in_the_sums(
    office: Office, invoice: Invoice
) -> None:
    SyncEntry.objects.filter(rank=3, record_id=invoice.pk).update(
        state=State.DIFFERS, differs_by=Decimal("-0.03")
    )

    table = accounts(office)

    assert rows_of(table)["Differences of invoices' totals"][3:5] == [Decimal("-0.03")] * 2
    assert table.sums[5] == Decimal("-0.03")


def test_n12_accounts_are_in_the_spreadsheet_and_on_paper(office: Office, invoice: Invoice) -> None:
    table = accounts(office)
    answer = packet(office, **{"as": "csv"})
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    on_paper = printed(packet(office, **{"as": "pdf"}))

    at = rows.index(["Invoices by income account"])
    assert [row[0] for row in rows[at + 2 : at + 2 + len(table.rows)]] == list(rows_of(table))
    assert "Invoices by income account" in on_paper
    assert all(title.split(":")[-1] in on_paper for title in rows_of(table))


def test_n12_the_page_fetches_the_accounts_and_has_them_without_a_script_too(
    office: Office, invoice: Invoice
) -> None:
    page, whole = packet(office), packet(office, **{"with": "accounts"})

    assert "part=accounts" in page.content.decode()
    assert whole.context["accounts"].rows == accounts(office).rows
    assert "part=accounts" not in whole.content.decode()


def test_n12_the_packet_takes_as_many_statements_for_many_rates_and_accounts(
    office: Office, invoice: Invoice
) -> None:
    numbers = []
    for _ in range(3):  # The first time asks what is asked once in a while.
        with CaptureQueriesContext(database) as asked:
            packet(office, **{"with": "accounts"})
        numbers.append(len(asked))
        for number, each in enumerate(Invoice.objects.all()):
            name = f"rate {len(numbers)} {number}"
            rate = TaxRate.objects.create(
                business=office.business, name=name, name_folded=name, percent=number
            )
            Invoice.objects.filter(pk=each.pk).update(date=timezone.localdate(), tax_rate=rate)

    assert numbers[2] <= numbers[1] <= numbers[0] + 3
    assert len(packet(office).context["tables"][1].rows) > 5
