"""Reports agree with the records to the cent, on pages and in spreadsheets, and say why not."""

import csv
import datetime as dt
import io
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from fieldledger.accounts.models import AuditEvent
from fieldledger.office.models import Credit, CreditLine, Invoice, InvoiceLine, Payment, Refund
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.sign_off_row import SignOff
from fieldledger.sync.content import State
from fieldledger.website.reports import bars
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text

SUMS = ("subtotal", "tax", "total")
EVER = {"first": "2024-01-01", "last": "2028-12-31"}
NAMES = ("sales", "clients", "items", "tax", "received", "owed")


def get(office: Office, name: str, **query: str) -> Any:
    return office.browser.get(reverse("report", args=[name]), query)


def downloaded(answer: Any) -> list[list[str]]:
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    return list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))


def sums(office: Office) -> list[Decimal]:
    """Return what credit memos take off, and what is left before tax, of tax and of all."""
    invoices, memos = (
        [sum(getattr(each, name) for each in model.objects.filter(voided_at=None)) for name in SUMS]
        for model in (Invoice, Credit)
    )
    return [-memos[-1], *(sold - off for sold, off in zip(invoices, memos, strict=True))]


@pytest.mark.parametrize("each", ["day", "week", "month"])
def test_s3_a_sales_report_equals_the_invoices_to_the_cent(office: Office, each: str) -> None:
    (table,) = get(office, "sales", each=each, **EVER).context["tables"]

    assert table.sums[2:] == sums(office)
    assert table.sums[1] == Invoice.objects.filter(voided_at=None).count()


@pytest.mark.parametrize("name", ["clients", "tax"])
def test_s3_each_way_to_cut_the_sales_comes_to_the_same(office: Office, name: str) -> None:
    (table,) = get(office, name, **EVER).context["tables"]

    assert table.sums[2:] == sums(office)


def test_s3_items_and_payments_are_added_up_too(office: Office) -> None:
    lines = InvoiceLine.objects.filter(invoice__voided_at=None).aggregate(all=Sum("amount"))
    paid = Payment.objects.filter(voided_at=None).aggregate(all=Sum("amount"))

    off = CreditLine.objects.filter(credit__voided_at=None).aggregate(all=Sum("amount"))["all"]
    back = Refund.objects.filter(voided_at=None).aggregate(all=Sum("amount"))["all"]

    assert get(office, "items", **EVER).context["tables"][0].sums[2:] == [-off, lines["all"] - off]
    came, went = get(office, "received", **EVER).context["tables"]
    assert (came.sums[2], went.sums[2]) == (paid["all"], back)
    assert off > back > 0


def test_what_is_owed_is_the_same_by_age_and_by_client(office: Office) -> None:
    ages, debtors = get(office, "owed").context["tables"]

    owed = sum(
        (each.total - each.paid for each in Invoice.objects.filter(voided_at=None)), Decimal(0)
    )
    credit = sum((each.balance for each in Credit.objects.all()), Decimal(0))
    kept = sum((each.unapplied for each in Payment.objects.all()), Decimal(0))
    assert ages.sums[2] == debtors.sums[-1] == owed - credit - kept > 0
    assert [row.cells[2] for row in ages.rows] == debtors.sums[1:-1]
    assert debtors.sums[-3:-1] == [-credit, -kept]
    assert credit > 0


def test_s4_a_report_is_about_the_dates_that_are_asked_for(office: Office) -> None:
    day = Invoice.objects.filter(voided_at=None).order_by("date")[3].date
    same = Invoice.objects.filter(voided_at=None, date=day)

    (table,) = get(office, "sales", first=str(day), last=str(day), each="day").context["tables"]

    assert [row.cells[1] for row in table.rows] == [same.count()]
    assert table.sums[4] == same.aggregate(all=Sum("total"))["all"]


@pytest.mark.parametrize("name", NAMES)
def test_s4_every_report_is_shown_and_downloaded_with_the_same_rows(
    office: Office, name: str
) -> None:
    shown = get(office, name, **EVER)
    rows = downloaded(get(office, name, **{"as": "csv"}, **EVER))

    assert shown.status_code == 200
    tables = shown.context["tables"]
    titles = [] if len(tables) == 1 else [[table.title] for table in tables]
    for title in titles:
        assert title in rows
    for table in tables:
        assert [column.title for column in table.columns] in rows
        assert str(table.rows[0].cells[0]) in {row[0] for row in rows if row}


def test_i52_a_report_says_what_credits_took_off_on_the_page_in_spreadsheet_and_pdf(
    office: Office,
) -> None:
    off = -sums(office)[0]
    said = f"Taken off the amounts: 2 credit memos of this time, ${off:,.2f} with tax."

    for name in ("sales", "clients", "tax"):
        page = get(office, name, **EVER)
        (table,) = page.context["tables"]
        assert said in text(page)
        titles, *_, total = downloaded(get(office, name, **{"as": "csv"}, **EVER))
        assert titles[2] == "Credits"
        assert total == ["Total", str(table.sums[1]), *(f"{each:.2f}" for each in table.sums[2:])]

    assert said in printed(get(office, "sales", **{"as": "pdf"}, **EVER))

    Credit.objects.update(voided_at=timezone.now())
    page = get(office, "sales", **EVER)
    assert "Taken off" not in text(page)
    assert page.context["tables"][0].sums[2:] == sums(office)[1:]


def test_void_invoices_and_payments_count_nowhere(office: Office) -> None:
    before = get(office, "sales", **EVER).context["tables"][0].sums
    one = Invoice.objects.filter(voided_at=None, paid=0)[0]

    office.browser.post(reverse("void_invoice", args=[one.guid]))

    one.refresh_from_db()
    assert one.voided
    after = get(office, "sales", **EVER).context["tables"][0].sums
    assert after[-1] == before[-1] - one.total


def test_dates_that_are_none_are_said_and_an_endless_time_is_cut(office: Office) -> None:
    assert "written like" in text(get(office, "sales", first="yesterday"))
    assert "at most five years" in text(get(office, "sales", first="0001-01-01"))
    swapped = get(office, "sales", first="2026-02-01", last="2026-01-01").context["span"]
    assert (swapped.first, swapped.last) == (dt.date(2026, 1, 1), dt.date(2026, 2, 1))
    assert office.browser.get("/reports/nothing").status_code == 404


def test_the_overview_leads_to_every_report(office: Office) -> None:
    page = office.browser.get(reverse("reports")).content.decode()

    assert all(f'href="{reverse("report", args=[name])}"' in page for name in NAMES)
    assert "<svg" in page


def test_a_report_takes_as_many_statements_for_many_rows(
    office: Office, django_assert_max_num_queries: Any
) -> None:
    for name in NAMES:
        with django_assert_max_num_queries(10):
            get(office, name, **EVER)


def test_who_may_not_see_money_sees_no_report(technician: Office) -> None:
    assert technician.browser.get(reverse("reports")).status_code == 403
    assert get(technician, "sales").status_code == 403


def test_a_neighbour_has_reports_of_its_own(office: Office, neighbour: Office) -> None:
    (table,) = get(neighbour, "sales", **EVER).context["tables"]

    assert table.sums[4] == 0


# --- Beside QuickBooks ---


@pytest.fixture
def linked(office: Office, connection: Connection) -> Connection:
    synced(office)
    connection.refresh_from_db()
    return connection


def packet(office: Office, month: dt.date) -> Any:
    return office.browser.get(reverse("month_end"), {"month": f"{month:%Y-%m}"})


def sent_month() -> dt.date:
    """Return a month in which something is in QuickBooks."""
    entry = SyncEntry.objects.filter(rank=3, state=State.SYNCED)[0]
    return Invoice.objects.get(pk=entry.record_id).date.replace(day=1)


def test_n12_the_packet_says_what_is_here_sent_there_and_not_sent(
    office: Office, linked: Connection
) -> None:
    month = sent_month()
    rows = {row.cells[0]: row.cells for row in packet(office, month).context["tables"][0].rows}

    invoices = Invoice.objects.filter(
        voided_at=None, date__year=month.year, date__month=month.month
    )
    there = set(
        SyncEntry.objects.filter(rank=3, state=State.SYNCED).values_list("record_id", flat=True)
    )
    here = sum((each.total for each in invoices), Decimal(0))
    sent = sum((each.total for each in invoices if each.pk in there), Decimal(0))
    _, number, *amounts, missing = rows["Invoices"]
    assert amounts == [here, sent, sent, 0, here - sent]
    assert (number, missing) == (
        invoices.count(),
        sum(each.pk not in there for each in invoices),
    )


def test_n12_a_difference_is_in_the_sums_and_named_with_its_record(
    office: Office, linked: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = sent_month()
    entry = SyncEntry.objects.filter(rank=3, state=State.SYNCED)[0]
    SyncEntry.objects.filter(pk=entry.pk).update(
        state=State.DIFFERS, differs_by=Decimal("0.01"), message="QuickBooks makes it 0.01 more."
    )

    page = packet(office, month)

    assert "of each kind" not in text(page)
    rows = {row.cells[0]: row.cells for row in page.context["tables"][0].rows}
    assert rows["Invoices"][5] == Decimal("0.01")
    assert "QuickBooks has other amounts" in text(page)
    assert "QuickBooks makes it 0.01 more." in text(page)
    by_tax = page.context["tables"][1]
    assert sum(row.cells[5] for row in by_tax.rows) == Decimal("0.01")

    monkeypatch.setattr("fieldledger.quickbooks.comparing.LISTED_MAX", 0)
    assert "the others are listed here once" in text(packet(office, month))
    asked = {"month": f"{month:%Y-%m}", "as": "csv"}
    rows_too = downloaded(office.browser.get(reverse("month_end"), asked))
    assert ["What is not in QuickBooks as it is here: the first 200 of each kind"] in rows_too


def test_n12_nothing_is_called_the_same_while_a_record_is_another(
    office: Office, linked: Connection
) -> None:
    month = dt.date(2025, 1, 1)  # In which there is nothing else.
    sent = SyncEntry.objects.filter(rank=3, state=State.SYNCED)
    (one, first), (two, second) = sent.values_list("pk", "record_id")[:2]
    Invoice.objects.filter(pk__in=(first, second)).update(date=month)
    assert "Both sides agree to the cent" in text(packet(office, month))

    for key, by in ((one, "5.00"), (two, "-5.00")):
        sent.filter(pk=key).update(state=State.DIFFERS, differs_by=Decimal(by))
    cancelling = text(packet(office, month))
    assert "Both sides agree to the cent" not in cancelling
    assert "QuickBooks has other amounts" in cancelling

    differing = SyncEntry.objects.filter(pk__in=(one, two))
    differing.update(state=State.CHANGED, differs_by=None)
    changed = text(packet(office, month))
    assert "Both sides agree to the cent" not in changed
    assert "QuickBooks has the older amounts" in changed


def test_n12_whoever_signs_stands_there_by_name_until_a_figure_changes(
    office: Office, linked: Connection
) -> None:
    month = sent_month()
    if month == timezone.localdate().replace(day=1):
        month = (month - dt.timedelta(days=1)).replace(day=1)

    office.browser.post(reverse("sign_month"), {"month": f"{month:%Y-%m}"})

    page = text(packet(office, month))
    assert "Signed by" in page
    assert "Rosa Delgado" in page
    assert "as they were signed" in page
    assert AuditEvent.objects.filter(action="sign month-end packet").count() == 1

    Invoice.objects.filter(voided_at=None, date__year=month.year, date__month=month.month).update(
        date=month - dt.timedelta(days=1)
    )
    assert "The figures have changed since" in text(packet(office, month))
    assert SignOff.objects.count() == 1


def test_n12_the_packet_is_a_spreadsheet_too(office: Office, linked: Connection) -> None:
    month = sent_month()
    rows = downloaded(
        office.browser.get(reverse("month_end"), {"month": f"{month:%Y-%m}", "as": "csv"})
    )

    assert ["By kind"] in rows
    assert ["What is not in QuickBooks as it is here"] in rows
    assert any(row and row[0] == "Invoices" for row in rows)


def test_n12_who_may_not_map_may_look_but_not_sign(technician: Office, linked: Connection) -> None:
    assert packet(technician, sent_month()).status_code == 403
    assert technician.browser.post(reverse("sign_month"), {"month": "2026-01"}).status_code == 403
    assert not SignOff.objects.exists()


def test_the_sync_quality_counts_what_stands_where(office: Office, linked: Connection) -> None:
    standing, going = office.browser.get(reverse("sync_quality")).context["tables"]

    there = SyncEntry.objects.filter(connection=linked, state=State.SYNCED)
    assert standing.sums[1] == there.count()
    assert [row.cells[1] for row in going.rows] == [
        there.filter(rank=rank).count() for rank in RANK.values()
    ]


def printed(answer: Any) -> str:
    assert answer.headers["Content-Type"] == "application/pdf"
    pages = PdfReader(io.BytesIO(answer.getvalue())).pages
    return " ".join(" ".join(each.extract_text().split()) for each in pages)


@pytest.mark.parametrize("name", NAMES)
def test_every_report_is_a_pdf_that_says_what_the_spreadsheet_says(
    office: Office, name: str
) -> None:
    rows = downloaded(get(office, name, **{"as": "csv"}, **EVER))

    answer = get(office, name, **{"as": "pdf"}, **EVER)

    said = printed(answer)
    assert office.business.name in said
    assert len(rows) > 1
    for cell in {cell for row in rows[1:] for cell in row if cell.endswith((".00", ".50"))}:
        assert f"${Decimal(cell):,.2f}".replace("$-", "−$") in said, (cell, said)


def test_no_bar_of_a_chart_leaves_its_scale() -> None:
    chart = bars([("up", Decimal(16_623)), ("down", Decimal(-3_000))])

    assert chart is not None
    assert [amount for _, amount in chart.ticks] == [-5_000, 0, 5_000, 10_000, 15_000, 20_000]
    up, down = chart.bars
    assert chart.ticks[-1][0] < up.y
    assert down.y + down.height < chart.ticks[0][0]


@pytest.mark.parametrize("name", ["sales", "clients", "received", "owed", "tax"])
def test_a_pdf_has_the_bars_of_the_page_with_their_words(office: Office, name: str) -> None:
    year = {"first": str(timezone.localdate() - dt.timedelta(days=365))}
    tables = get(office, name, **year).context["tables"]
    charts = [each.chart for each in tables if each.chart]

    pages = PdfReader(io.BytesIO(get(office, name, **{"as": "pdf"}, **year).getvalue())).pages

    contents = [each for page in pages if (each := page.get_contents()) is not None]
    drawn = b"".join(each.get_data() for each in contents)
    shown = [bar for chart in charts for bar in chart.bars]
    assert len(re.findall(rb" re f\n", drawn)) == sum(bar.height > 0 for bar in shown)
    said = printed(get(office, name, **{"as": "pdf"}, **year))
    assert all(" ".join(bar.words.split()) in said for bar in shown)
    assert bool(shown) == (name != "tax")


def test_n12_the_packet_is_a_pdf_with_its_signature(office: Office) -> None:
    synced(office)

    answer = office.browser.get(reverse("month_end"), {"month": "2026-05", "as": "pdf"})

    said = printed(answer)
    for words in ("Month end, May 2026", "Nobody has signed this month yet.", "By kind"):
        assert words in said
