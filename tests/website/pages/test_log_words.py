"""The sync log says what goes to QuickBooks and money as money; lists say how many there are."""

import csv
import io
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from fieldledger.office import services as office_services
from fieldledger.office.models import Client
from fieldledger.quickbooks.log_words import written_title
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.sync.content import State
from fieldledger.website.pages import paging
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import text


@pytest.mark.parametrize(
    ("kind", "title", "written"),
    [
        ("payment", "1500.00 for 1001", "$1,500.00 for 1001"),
        ("payment", "0.05 deposit of 3.00 Bar", "$0.05 deposit of 3.00 Bar"),
        ("refund", "1234567.89 of CM-1", "$1,234,567.89 of CM-1"),
        ("client", "1500.00 for 1001", "1500.00 for 1001"),
        ("payment", "cut off", "cut off"),
    ],
)
def test_an_amount_in_a_title_is_written_as_money(kind: str, title: str, written: str) -> None:
    assert written_title(kind, title) == written


def actions(office: Office, **asked: str) -> dict[str, str]:
    """Return what the log says of each record, the same on the page and in the spreadsheet."""
    page = office.browser.get(reverse("sync_log"), asked)
    shown = {each.title: page.context["actions"][each.pk] for each in page.context["entries"]}
    sheet = office.browser.get(reverse("sync_log_csv"), asked).getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(sheet)))
    assert {row["Record"]: row["Action"] for row in rows} == shown
    return shown


def test_s73_the_log_says_what_goes_there(neighbour: Office) -> None:
    owner, business = neighbour, neighbour.business
    doing: dict[str, Any] = {"business": business, "now": timezone.now()}
    client = office_services.create_client(values={"name": "Ann"}, **doing)
    pc = OfficePc(business)
    pc.set_up()
    item = office_services.create_item(values={"name": "Boiler", "price": "1500"}, **doing)
    lines = [{"item": item.guid}]
    bill = {"client": client.guid, "date": "2026-05-04", "lines": lines}
    first, second = (office_services.create_invoice(values=bill, **doing) for _ in range(2))
    paid = {"invoice": first.guid, "amount": "1500", "date": "2026-05-05"}
    payment = office_services.create_payment(values=paid, **doing)
    assert actions(owner) == {"Ann": "Add", "Boiler": "Add"}
    pc.sync(first.guid, second.guid)
    pc.run()

    office_services.update_client(client=client, values={"phone": "1"}, now=timezone.now())
    office_services.void_payment(payment=payment, now=timezone.now())
    office_services.void_invoice(invoice=second, now=timezone.now())
    assert actions(owner) == {
        "Ann": "Change",
        "Boiler": "Add",
        first.number: "Add",
        second.number: "Void",
        f"1500.00 for {first.number}": "Delete",
    }
    page = text(owner.browser.get(reverse("sync_log")))
    assert f"$1,500.00 for {first.number} Payment Changed since Delete" in page
    pc.run()
    SyncEntry.objects.filter(title="Boiler").update(state=State.CHECKING)
    assert actions(owner, kind="item") == {"Boiler": "Look up"}
    assert actions(owner, kind="client") == {"Ann": "Change"}
    SyncEntry.objects.filter(title="Boiler").update(state=State.IGNORED)
    assert actions(owner, kind="item") == {"Boiler": "Nothing"}
    entry = SyncEntry.objects.get(rank=4)
    page = text(owner.browser.get(reverse("entry", args=[entry.guid])))
    assert "Payment $1,500.00 for" in page
    assert "Action Delete Asked by" in page


def test_a_list_of_several_pages_says_how_many_there_are(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = Client.objects.filter(archived=False).count()
    assert number > paging.PAGE_SIZE
    assert f"{number} clients" in text(office.browser.get(reverse("clients")))
    monkeypatch.setattr(paging, "PAGE_SIZE", 9)
    found = office.browser.get(reverse("clients"), {"q": "e"}).context["matching"]
    assert 9 < found < number
    assert "25 items" in text(office.browser.get(reverse("items")))
