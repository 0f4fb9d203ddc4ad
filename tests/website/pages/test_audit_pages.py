"""The audit trail's page (screen 27): whose acts and when, as a spreadsheet, and its seal."""

import csv
import datetime as dt
import io
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.audit_chain import seal_new
from fieldledger.accounts.models import AuditEvent, User
from fieldledger.accounts.services import actor_of, audit
from fieldledger.office.models import Client, Invoice
from fieldledger.office.services import create_credit, create_refund, update_client, void_invoice
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import text

pytestmark = pytest.mark.django_db


def trail(office: Office, **asked: str) -> Any:
    return office.browser.get(reverse("audit_trail"), asked)


def owner_of(office: Office) -> User:
    return User.objects.get(memberships__business=office.business)


def shown(page: Any) -> list[str]:
    return [row["event"].action for row in page.context["rows"]]


def test_n13_the_newest_stands_first_with_who_did_it_to_which_record(office: Office) -> None:
    client = Client.objects.filter(business=office.business)[0]
    actor = actor_of(owner_of(office))
    update_client(client=client, values={"phone": "555-0100"}, now=timezone.now(), actor=actor)

    page = trail(office)

    newest, *others = page.context["rows"]
    assert newest["record"] == (client.name, reverse("client", args=[client.guid]))
    assert "phone" in newest["details"]
    assert newest["who"] == "Rosa Delgado"
    told = {row["who"] for row in others}
    assert told == {"Fieldledger"}  # Made with the demo.
    paid = next(row for row in others if row["did"] == "make payment")
    assert paid["record"][0].startswith(("Payment of invoice", "Deposit"))
    assert "555-0100" not in page.content.decode()


def test_n13_a_refund_is_named_and_leads_to_its_credit_memo(
    office: Office, neighbour: Office
) -> None:
    client = Client.objects.filter(business=office.business)[0]
    now = timezone.now()
    line = {"description": "Returned valve", "unit_price": "40.00"}
    values = {"client": str(client.guid), "lines": [line], "date": f"{now:%Y-%m-%d}"}
    credit = create_credit(business=office.business, values=values, now=now)
    paid = {"amount": "15.00", "date": f"{now:%Y-%m-%d}"}
    refund = create_refund(credit=credit, values=paid, now=now)
    audit(business=neighbour.business, actor="", action="look", subject=str(refund.guid), now=now)

    newest = trail(office).context["rows"][0]

    assert newest["did"] == "make refund"
    assert newest["record"] == (
        f"Refund of credit memo {credit.number}",
        reverse("credit", args=[credit.guid]),
    )
    assert trail(neighbour).context["rows"][0]["record"] == ("", "")


def test_n13_it_is_narrowed_by_person_and_by_day_and_paged_to_its_end(office: Office) -> None:
    owner, now = actor_of(owner_of(office)), timezone.now()
    long_ago = now - dt.timedelta(days=400)
    for number in range(120):
        action = f"try {number}"
        audit(business=office.business, actor=owner, action=action, subject="", now=long_ago)
    invoice = Invoice.objects.filter(business=office.business, paid=0)[0]
    void_invoice(invoice=invoice, now=now, actor=owner)

    assert shown(trail(office, by=owner))[0] == "void invoice"
    assert len(shown(trail(office, by="user nobody"))) == 0
    day = timezone.localtime(long_ago).date()
    found: list[str] = []
    after = ""
    for _ in range(3):
        page = trail(office, **{"from": f"{day}", "to": f"{day}", "after": after})
        found += shown(page)
        after = page.context["after"]
    assert not after
    assert found == [f"try {number}" for number in reversed(range(120))]
    assert shown(trail(office, after="7-x")) == shown(trail(office))
    assert trail(office, **{"from": "yesterday"}).status_code == 302


def test_n13_it_is_a_spreadsheet_of_what_the_filters_show(office: Office) -> None:
    audit(
        business=office.business,
        actor=actor_of(owner_of(office)),
        action="=cmd()",
        subject="x",
        now=timezone.now(),
        details={"fields": ["phone", "email"], "here": True},
    )
    answer = trail(office, **{"as": "csv", "by": actor_of(owner_of(office))})
    rows = list(csv.reader(io.StringIO(b"".join(answer).decode("utf-8-sig"))))
    assert rows[0] == ["When (UTC)", "Who", "What", "Record", "Details"]
    assert rows[1][1:] == ["Rosa Delgado", "'=cmd()", "x", "fields: phone, email; here: yes"]


def test_n13_the_seal_is_verified_at_a_press(office: Office) -> None:
    while seal_new():
        pass
    press = reverse("verify_trail")
    assert "The trail is whole" in text(office.browser.post(press, follow=True))

    newest = AuditEvent.objects.filter(business=office.business).order_by("-pk")[0]
    AuditEvent.objects.filter(pk=newest.pk).update(action="nothing at all")

    said = text(office.browser.post(press, follow=True))
    assert "The trail does not fit" in said
    assert "nothing at all" in said


def test_n13_a_neighbour_sees_a_trail_of_its_own(office: Office, neighbour: Office) -> None:
    mine = {row["event"].pk for row in trail(office).context["rows"]}
    theirs = {row["event"].pk for row in trail(neighbour).context["rows"]}
    assert mine
    assert theirs
    assert mine.isdisjoint(theirs)
