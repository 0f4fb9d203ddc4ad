"""J5.4, N4: what the sheet says before invoices are sent, and what each of its presses does."""

import datetime as dt
import re
from urllib.parse import quote

import pytest
from django.urls import reverse

from fieldledger.office import services as office_services
from fieldledger.office.models import Client, Invoice
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.simulator import people
from fieldledger.sync.content import State
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import get, post

pytestmark = pytest.mark.django_db


def unpaid(many: int) -> list[Invoice]:
    return list(Invoice.objects.filter(paid=0, voided_at=None).order_by("-pk")[:many])


def close_books_after(invoice: Invoice) -> None:
    Connection.objects.update(closing_date=invoice.date)


def states(*invoices: Invoice) -> list[str]:
    found = dict(SyncEntry.objects.filter(rank=3).values_list("record_guid", "state"))
    return [found.get(each.guid, "not_sent") for each in invoices]


def bare_line(office: Office, pc: OfficePc) -> Invoice:
    lines = [{"description": "Odd job", "quantity": "1", "unit_price": "10.00"}]
    values = {"client": Client.objects.all()[0].guid, "date": "2030-01-02", "lines": lines}
    return office_services.create_invoice(business=office.business, values=values, now=pc.now)


def ready_of(page: str) -> str:
    found = re.search(r'name="ready" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def test_j5_4_the_sheet_counts_each_group_and_sends_the_ready_alone(office: Office) -> None:
    pc = synced(office)
    good, other = unpaid(2)
    bare = bare_line(office, pc)
    post(office, "sync_invoice", other.guid)

    ticked = [str(each.guid) for each in (good, other, bare)]
    page = post(office, "sync_invoices", invoice=ticked, filters="money=open")

    shown = text(page)
    assert "1 ready, 1 needs mapping, 1 already waiting" in shown
    assert "names no item" in shown
    assert "Open mapping" in shown
    assert states(good, other, bare) == ["not_sent", "pending", "not_sent"]
    ready = ready_of(page.content.decode())
    assert ready == str(good.guid)

    after = text(post(office, "sync_invoices", ready=ready, filters="money=open"))

    assert "1 queued" in after
    assert states(good, other, bare) == ["pending", "pending", "not_sent"]


def test_j5_4_what_has_changed_since_the_sheet_is_looked_at_again(office: Office) -> None:
    synced(office)
    good, late = unpaid(2)
    ready = ready_of(
        post(
            office, "sync_invoices", invoice=[str(good.guid), str(late.guid)], filters=""
        ).content.decode()
    )
    office_services.void_invoice(invoice=late, now=dt.datetime.now(dt.UTC), actor="")

    after = text(post(office, "sync_invoices", ready=ready, filters=""))

    assert "1 queued" in after
    assert "1 not sent" in after
    assert states(good) == ["pending"]


def test_an_invoice_that_is_simply_ready_goes_with_one_press(office: Office) -> None:
    synced(office)
    (invoice,) = unpaid(1)
    page = get(office, "invoice", invoice.guid).content.decode()
    checked = page.partition('class="checks"')[2].partition("</ul>")[0]
    assert checked.count(", in order") == 4

    assert f"Invoice {invoice.number} is queued." in text(
        post(office, "sync_invoice", invoice.guid)
    )
    assert states(invoice) == ["pending"]


def test_one_that_is_not_ready_shows_its_reason_and_the_way_out(office: Office) -> None:
    pc = synced(office)
    bare = bare_line(office, pc)

    page = text(post(office, "sync_invoice", bare.guid))

    assert f"Invoice {bare.number} was not sent yet: 1 needs mapping" in page
    assert "Open mapping" in page
    assert states(bare) == ["not_sent"]


def test_n4_an_invoice_in_a_closed_period_offers_three_ways(office: Office) -> None:
    synced(office)
    (invoice,) = unpaid(1)
    close_books_after(invoice)
    own_address = quote(f"http://localhost{reverse('invoice', args=[invoice.guid])}", safe="")
    for view in ("invoice", "invoice_quickbooks"):  # The box reloads itself.
        assert f'&amp;body={own_address}"' in get(office, view, invoice.guid).content.decode()

    for page in (
        text(get(office, "invoice", invoice.guid)),
        text(post(office, "sync_invoice", invoice.guid)),
    ):
        assert "The books are closed through" in page
        for words in ("Send with this date", "Hold", "Let it go as it is"):
            assert words in page


def test_n4_another_date_is_changed_here_as_there(office: Office) -> None:
    pc = synced(office)
    (invoice,) = unpaid(1)
    close_books_after(invoice)
    days = (invoice.due_date or invoice.date) - invoice.date
    on = invoice.date + dt.timedelta(days=1)

    page = post(
        office,
        "answer_closed",
        invoices=str(invoice.guid),
        answer="date",
        date=f"{on}",
        **{"from": "invoice"},
    )
    assert "It is queued." in text(page)
    pc.run()

    invoice.refresh_from_db()
    assert invoice.date == on
    assert invoice.due_date is None or invoice.due_date - on == days
    assert states(invoice) == ["synced"]
    (there,) = [each for each in pc.company.invoices() if each.name == invoice.number]
    assert there.fields["TxnDate"] == f"{on}"


def test_n4_an_answer_that_is_none_is_refused(office: Office) -> None:
    synced(office)
    (invoice,) = unpaid(1)

    for answer in ("", "void"):
        page = post(office, "answer_closed", invoices=str(invoice.guid), answer=answer)

        assert page.status_code == 404, answer


def test_n4_a_date_that_is_closed_too_or_none_changes_nothing(office: Office) -> None:
    synced(office)
    (invoice,) = unpaid(1)
    close_books_after(invoice)

    for date in ("2001-02-03", "tomorrow", ""):
        page = post(office, "answer_closed", invoices=str(invoice.guid), answer="date", date=date)

        assert page.status_code == 409, date
        assert "choose a later date" in text(page) or "Give the date" in text(page)
        was = invoice.date
        invoice.refresh_from_db()
        assert invoice.date == was
        assert states(invoice) == ["not_sent"]


def test_a_date_after_which_no_due_date_fits_is_refused_in_words(office: Office) -> None:
    synced(office)
    (invoice,) = unpaid(1)
    Invoice.objects.filter(pk=invoice.pk).update(due_date=invoice.date + dt.timedelta(days=30))
    close_books_after(invoice)

    page = post(
        office, "answer_closed", invoices=str(invoice.guid), answer="date", date="9999-12-31"
    )

    assert "9999-12-31 is too late a date." in text(page)
    assert Invoice.objects.get(pk=invoice.pk).date == invoice.date
    assert states(invoice) == ["not_sent"]


@pytest.mark.parametrize("state", [State.SYNCED, State.HELD])
def test_a_press_that_comes_late_moves_nothing_that_it_would_not_send(
    office: Office, state: State
) -> None:
    pc = synced(office)
    (invoice,) = unpaid(1)
    post(office, "sync_invoice", invoice.guid)
    pc.run()
    SyncEntry.objects.filter(record_guid=invoice.guid).update(state=state)
    close_books_after(invoice)

    later = invoice.date + dt.timedelta(days=1)
    page = post(office, "answer_closed", invoices=str(invoice.guid), answer="date", date=f"{later}")

    assert "1 not sent" in text(page)
    assert Invoice.objects.get(pk=invoice.pk).date == invoice.date
    assert states(invoice) == [state]


def test_n4_held_ones_wait_until_somebody_releases_them(office: Office) -> None:
    pc = synced(office)
    one, two = unpaid(2)
    close_books_after(max(one, two, key=lambda each: each.date))

    page = text(
        post(office, "answer_closed", invoices=f"{one.guid},{two.guid}", answer="hold", filters="")
    )

    assert "2 held" in page
    assert states(one, two) == ["held", "held"]
    assert pc.connection.active_count == 0
    entry = SyncEntry.objects.get(record_guid=one.guid)
    post(office, "act_on_entries", entry=str(entry.guid), action="release")
    pc.run()
    assert states(one, two) == ["synced", "held"]


def test_n4_what_is_let_go_stops_with_the_same_choices_if_the_books_are_still_closed(
    office: Office,
) -> None:
    pc = synced(office)
    (invoice,) = unpaid(1)
    people.close_books(pc.company, f"{invoice.date}")
    close_books_after(invoice)

    post(office, "answer_closed", invoices=str(invoice.guid), answer="let_go", filters="")
    assert states(invoice) == ["pending"]
    pc.run()

    assert states(invoice) == [State.FAILED]
    page = text(get(office, "invoice", invoice.guid))
    assert "Send with this date" in page
    assert invoice.number not in {each.name for each in pc.company.invoices()}
