"""Credit memos on their pages: for an invoice or a client, to QuickBooks and void (I5.4, 5.8)."""

from decimal import Decimal

from django.urls import reverse

from fieldledger.office.models import Client, Credit, Invoice
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import text

LINE = {
    "lines.0.item": "",
    "lines.0.description": "Goodwill",
    "lines.0.quantity": "1",
    "lines.0.unit_price": "30",
}


def form(**more: str) -> dict[str, str]:
    return {"number": "", "date": "2026-05-06", "tax_rate": "", "reason": "", **LINE, **more}


def test_an_invoices_lines_are_filled_in_and_credited_in_part(office: Office) -> None:
    invoice = Invoice.objects.filter(business=office.business, discount=0).order_by("pk")[3]
    address = f"{reverse('new_credit')}?invoice={invoice.guid}"
    page = office.browser.get(reverse("invoice", args=[invoice.guid])).content.decode()
    assert address in page
    page = office.browser.get(address).content.decode()
    assert page.count('name="lines.') >= 4 * invoice.lines.count()
    assert "Add tip" not in page

    too_much = office.browser.post(address, form(**{"lines.0.unit_price": "99999"}))
    assert too_much.status_code == 422
    assert f"invoice {invoice.number} is over" in text(too_much)
    made = office.browser.post(address, form(reason="It dripped"), follow=True)

    credit = Credit.objects.get(invoice=invoice)
    assert (credit.total, credit.client) == (Decimal("30.00"), invoice.client)
    assert f"Credit memo {credit.number} is made." in text(made)
    assert "It dripped" in text(made)
    shown = office.browser.get(reverse("invoice", args=[invoice.guid]))
    assert reverse("credit", args=[credit.guid]) in shown.content.decode()


def test_a_client_has_a_credit_until_it_is_void(office: Office) -> None:
    made = office.browser.post(reverse("new_client"), {"name": "Zoe Last"}, follow=True)
    client = Client.objects.get(name="Zoe Last")
    address = f"{reverse('new_credit')}?client={client.guid}"
    assert address in made.content.decode()
    added = office.browser.post(address, form(add="line"))
    assert 'name="lines.1.item"' in added.content.decode()
    drafted = office.browser.post(reverse("draft_invoice"), form(add="line", only_work="yes"))
    assert "Add tip" not in drafted.content.decode()
    office.browser.post(address, form())
    credit = Credit.objects.get(client=client)

    edit = reverse("edit_credit", args=[credit.guid])
    assert "Goodwill" in office.browser.get(edit).content.decode()
    wrong = office.browser.post(edit, form(number=""))
    assert "The number is missing." in text(wrong)
    change = form(number=credit.number, **{"lines.0.unit_price": "45"})
    office.browser.post(edit, change)
    page = office.browser.get(reverse("client", args=[client.guid]))
    assert "Has $45.00 more than it owes" in text(page)
    assert "Less unused credits $45.00 Balance −$45.00" in text(page)

    office.browser.post(reverse("void_credit", args=[credit.guid]))
    void = text(office.browser.get(reverse("client", args=[client.guid])))
    assert "Owes nothing" in void
    assert "unused credits" not in void
    assert f"{credit.number} Void" in void


def test_the_search_finds_a_credit_memo_by_its_number_and_amount(office: Office) -> None:
    credit = Credit.objects.filter(business=office.business, invoice=None)[0]
    for wanted in (credit.number, "50.00"):
        page = office.browser.get(reverse("search"), {"q": wanted}).content.decode()
        assert reverse("credit", args=[credit.guid]) in page


def test_without_invoice_or_client_a_client_is_chosen(office: Office) -> None:
    page = office.browser.get(reverse("new_credit"))
    assert "Search for the client" in page.content.decode()
    wrong = office.browser.post(reverse("new_credit"), form(client=""))
    assert "The client is missing." in text(wrong)
    client = Client.objects.filter(business=office.business)[0]
    office.browser.post(reverse("new_credit"), form(client=str(client.guid)))
    assert Credit.objects.latest("pk").client == client


def test_sync_to_quickbooks_sends_it_and_the_log_leads_back(office: Office) -> None:
    pc = OfficePc(office.business)
    pc.set_up()
    credit = Credit.objects.filter(business=office.business, invoice=None)[0]
    address = reverse("credit", args=[credit.guid])
    assert "Sync to QuickBooks" in text(office.browser.get(address))

    said = office.browser.post(reverse("sync_credit", args=[credit.guid]), follow=True)
    assert f"Credit memo {credit.number} is queued." in text(said)
    again = office.browser.post(reverse("sync_credit", args=[credit.guid]), follow=True)
    assert "waits already" in text(again)
    pc.run()

    (entry,) = pc.entries(rank=5)
    assert entry.state == "failed", "its line has no item, and none is chosen for such lines"
    log = office.browser.get(reverse("entry", args=[entry.guid])).content.decode()
    assert address in log
    attention = text(office.browser.get(reverse("attention")))
    assert "1 credit memo" in attention
    assert "Credit memos" in text(office.browser.get(reverse("quickbooks")))


def test_a_refund_says_what_is_left_and_is_void_again(office: Office) -> None:
    credit = Credit.objects.filter(business=office.business, invoice=None)[0]
    page = reverse("credit", args=[credit.guid])
    new = reverse("new_refund", args=[credit.guid])
    assert new in office.browser.get(page).content.decode()
    assert "$30.00 of" in text(office.browser.get(new))
    refund = {"amount": "31", "date": "2026-05-07", "method": "cash", "reference": ""}

    wrong = office.browser.post(new, refund)
    assert wrong.status_code == 422
    assert "more than is left" in text(wrong)
    made = text(office.browser.post(new, refund | {"amount": "12.50"}, follow=True))
    assert "A refund of $12.50 is recorded; $17.50 left." in made
    assert "Credit $50.00 Paid back $32.50 Left $17.50" in made
    void = office.browser.post(reverse("void_credit", args=[credit.guid]))
    assert "has refunds of 32.50; void these first." in text(void)

    last = credit.refunds.order_by("-pk")[0]
    address = reverse("void_refund", args=[last.guid])
    assert "Void the refund of $12.50?" in text(office.browser.get(address))
    again = text(office.browser.post(address, follow=True))
    assert "Left $30.00" in again
