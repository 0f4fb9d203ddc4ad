"""N14 as people meet it: the rules' page, the sheet, the card, the log, and what each role sees."""

from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from fieldledger.accounts.models import Membership, Role, User
from fieldledger.accounts.services import new_api_key
from fieldledger.office.models import Invoice
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.sync.content import State
from tests.website.pages.conftest import Office, sign_in
from tests.website.pages.test_before_sending import ready_of, states, unpaid
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import get, post

pytestmark = pytest.mark.django_db


def colleague(office: Office, name: str, role: Role) -> Office:
    user = User.objects.create_user(f"{name.lower()}@harborplumbing.example", name=name)
    Membership.objects.create(business=office.business, user=user, role=role)
    return Office(office.business, sign_in(user))


def entry_of(invoice: Invoice) -> SyncEntry:
    return SyncEntry.objects.get(record_guid=invoice.guid)


def test_n14_alone_no_rule_can_be_switched_on(office: Office) -> None:
    synced(office)
    assert "Nobody else could approve" in text(get(office, "approval_rules"))
    page = post(office, "approval_rules", amount_over="10")
    assert page.status_code == 422
    assert "Nobody else could approve" in text(page)


def test_n14_only_an_owner_sets_the_rules_and_a_typo_is_said(office: Office) -> None:
    synced(office)
    dora = colleague(office, "Dora", Role.MANAGER)
    assert "An owner changes the rules." in text(get(dora, "approval_rules"))
    assert post(dora, "approval_rules", edited="yes").status_code == 403
    page = text(post(office, "approval_rules", amount_over="lots", new_client_days="9999"))
    assert "Write an amount" in page
    assert "from 0 to 365" in page
    assert "Saved." in text(post(office, "approval_rules", amount_over="1,000", edited="yes"))
    assert 'value="1000.00"' in get(office, "approval_rules").content.decode()


def test_n14_from_the_sheet_to_the_second_persons_yes(office: Office) -> None:
    synced(office)
    boss = colleague(office, "Dora", Role.MANAGER)
    dan = colleague(office, "Dan", Role.DISPATCHER)
    post(office, "approval_rules", amount_over="0")
    one, two = unpaid(2)

    sheet = post(dan, "sync_invoices", invoice=[str(one.guid), str(two.guid)], filters="")
    assert "2 need approval by someone else" in text(sheet)
    assert "2 held" in text(post(dan, "sync_invoices", ready=ready_of(sheet.content.decode())))
    assert states(one, two) == ["held", "held"]

    assert "2 wait for your approval" in text(get(boss, "home"))
    assert "2 wait for your approval" in text(get(boss, "attention"))
    assert "wait for your approval" not in text(get(dan, "home"))
    for name, guid in (("entry", entry_of(one).guid), ("invoice", one.guid)):
        card = text(get(boss, name, guid))
        assert "Dan asked for it." in card
        assert "May approve:" in card
        assert 'value="approve"' not in get(dan, name, guid).content.decode()
    assert post(dan, "decide_approval", entry=entry_of(one).guid).status_code == 403

    approve = {"entry": entry_of(one).guid, "answer": "approve", "from": "invoice"}
    assert "1 entry is approved and queued." in text(post(boss, "decide_approval", **approve))
    refuse = {"entry": entry_of(two).guid, "answer": "refuse"}
    assert "Say why you refuse" in text(post(boss, "decide_approval", **refuse))
    post(boss, "decide_approval", **refuse, reason="Ask them first.")
    assert states(one, two) == ["pending", "cancelled"]
    assert "Ask them first." in text(get(dan, "invoice", two.guid))


def test_n14_who_asked_sees_why_they_may_not_and_the_log_decides_many(office: Office) -> None:
    synced(office)
    boss = colleague(office, "Dora", Role.MANAGER)
    post(office, "approval_rules", amount_over="0")
    chosen = unpaid(2)
    for each in chosen:
        assert "It is held. Somebody else" in text(post(office, "sync_invoice", each.guid))
    assert "You asked for it yourself" in text(get(office, "invoice", chosen[0].guid))

    entries = [str(entry_of(each).guid) for each in chosen]
    log = get(boss, "sync_log", state="held", code="approval").content.decode()
    assert 'value="approve"' in log
    post(office, "decide_approval", entry=entries, answer="approve")
    assert states(*chosen) == ["held", "held"]
    done = text(post(boss, "decide_approval", entry=entries, answer="approve"))
    assert "2 entries are approved and queued." in done
    assert {entry_of(each).state for each in chosen} == {State.PENDING}


def test_a_program_is_told_that_it_waits_and_cannot_release_it(office: Office) -> None:
    synced(office)
    colleague(office, "Dora", Role.MANAGER)
    post(office, "approval_rules", amount_over="0")
    (one,) = unpaid(1)
    _, key = new_api_key(business=office.business, name="Shop", now=timezone.now())

    def call(path: str, **body: object) -> Any:
        return Browser(SERVER_NAME="localhost").post(
            f"/api/v1/quickbooks/{path}",
            body,
            content_type="application/json",
            headers={"authorization": f"Bearer {key}"},
        )

    (result,) = call("sync", invoices=[str(one.guid)]).json()["results"]
    assert result["result"] == "refused"
    assert "Somebody else has to approve it" in result["reason"]
    for action in ("release", "retry", "hold"):
        assert call(f"entries/{result['entry']}/{action}").status_code == 409
    assert states(one) == ["held"]
