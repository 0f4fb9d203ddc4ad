"""The plan of the initial sync, by page (N2, screen 9, journey 5.2)."""

import csv
import io
import re
from datetime import datetime
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.models import User
from fieldledger.accounts.services import add_business
from fieldledger.office import services as office_services
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import PlanRow
from fieldledger.simulator import people
from fieldledger.simulator.sample import Sizes
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office, sign_in
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import get, post

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(now: datetime) -> Office:
    """A business of its own: the demo's clients would be in the way."""
    business, _ = add_business(
        name="Harbor Heating",
        owner_email="dana@harbor.example",
        owner_password="a long enough password",
        now=now,
    )
    return Office(business, sign_in(User.objects.get(email="dana@harbor.example")))


@pytest.fixture
def pc(office: Office) -> OfficePc:
    """A plan with a row of each kind, waiting for its approval."""
    pc = OfficePc(
        office.business,
        sizes=Sizes(customers=0, inactive_customers=0, services=0, parts=0),
    )
    doing: dict[str, Any] = {"actor": "dana@harbor.example", "now": timezone.now()}
    for name, phone, street in (
        ("Anna Smith", "650 555 0001", ""),
        ("J. Wu", "", "12 Main Street"),
        ("Carl Poe", "", ""),
        ("Ace Tools", "", ""),
        ("=cmd", "", ""),
    ):
        values = {"name": name, "phone": phone, "billing_line1": street}
        office_services.create_client(business=office.business, values=values, now=timezone.now())
    for name, fields in (
        ("Anna Smith", {}),
        ("Anna S.", {"Phone": "(650) 555-0001"}),
        ("Jane Wu", {"BillAddress": {"Addr1": "Jane Wu", "Addr2": "12 Main St."}}),
        ("Carl Poe", {"Phone": "650 555 9999", "Email": "carl@example.com"}),
        ("Only There", {}),
    ):
        add = {"CustomerAdd": {"Name": name, **fields}}
        people.do(pc.company, "CustomerAddRq", add, now=pc.now)
    people.do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": "Ace Tools"}}, now=pc.now)
    pc.install()
    services.go_next(pc.connection, **doing)
    pc.run()
    services.go_next(pc.connection, **doing)
    choice = {"clients": True, "client_matching": "name_or_contact"}
    services.choose_import(pc.connection, choice=choice, **doing)
    services.go_next(pc.connection, **doing)
    return pc


def row_of(name: str = "", theirs: str = "") -> PlanRow:
    if theirs:
        return PlanRow.objects.get(theirs__full_name=theirs)
    return PlanRow.objects.get(record_name=name)


def shown(office: Office, **where: str) -> str:
    return text(get(office, "plan", **where))


def test_n2_each_row_stands_under_the_tab_that_says_how_sure_it_is(
    office: Office, pc: OfficePc
) -> None:
    page = shown(office)
    for words, number in (("Unsure", 3), ("Sure", 1), ("New", 3), ("Clash", 1), ("Skipped", 0)):
        assert re.search(rf"\b{words} {number}\b", page), (words, page)
    unsure = shown(office, show="unsure")
    assert "Anna S." in unsure
    assert "Looks alike" in unsure
    assert "an initial in place of the first name, same street" in unsure
    assert "1 look like another and stay apart" in unsure
    sure = shown(office, show="sure")
    assert "carl@example.com" in sure
    assert "Same name." in sure
    assert "taken in QuickBooks by a vendor" in shown(office, show="clash")
    assert "Only There" in shown(office, show="new", side="there")
    assert "Only There" not in shown(office, show="new", side="here")
    assert "No row matches" in shown(office, show="new", q="nobody of this name")


def test_what_differs_between_the_two_sides_is_marked(office: Office, pc: OfficePc) -> None:
    office_services.update_client(
        client=office_services.create_client(
            business=office.business,
            values={"name": "Only There", "email": "a@example.com"},
            now=timezone.now(),
        ),
        values={"phone": "1"},
        now=timezone.now(),
    )
    row = row_of(theirs="Only There")
    row.theirs.details["email"] = "b@example.com"  # type: ignore[union-attr]
    row.theirs.save()  # type: ignore[union-attr]
    services.choose_import(
        pc.connection, choice={}, actor="dana@harbor.example", now=timezone.now()
    )
    page = shown(office, show="sure", q="Only There")
    assert "E-mail: a@example.com ≠ (differs)" in page
    assert "E-mail: b@example.com ≠ (differs)" in page


def test_a_near_row_is_linked_by_its_button_or_kept_apart(office: Office, pc: OfficePc) -> None:
    wu = row_of("J. Wu")
    post(office, "decide_plan_row", wu.guid, decision="link")
    row = PlanRow.objects.get(pk=wu.pk)
    assert row.theirs is not None
    assert (row.decision, row.theirs.full_name) == ("link", "Jane Wu")
    assert not PlanRow.objects.filter(record_id=None, theirs__full_name="Jane Wu").exists()
    post(office, "decide_plan_row", wu.guid, decision="create_in_quickbooks")
    assert PlanRow.objects.get(pk=wu.pk).decision == "create_in_quickbooks"
    assert row_of(theirs="Jane Wu").decision == "create_here"


def test_one_of_several_is_chosen_or_another_by_its_whole_name(
    office: Office, pc: OfficePc
) -> None:
    anna = row_of("Anna Smith")
    (other,) = PlanRow.objects.filter(theirs__full_name="Anna S.")
    assert other.theirs is not None
    given = {"decision": "link", f"theirs-{anna.guid}": other.theirs.list_id}
    post(office, "decide_plan_row", anna.guid, **given)
    assert row_of(theirs="Anna S.").record_name == "Anna Smith"
    given = {"decision": "link", f"other-{anna.guid}": "only THERE"}
    post(office, "decide_plan_row", anna.guid, **given)
    assert row_of(theirs="Only There").record_name == "Anna Smith"
    answer = office.browser.post(
        reverse("decide_plan_row", args=[anna.guid]),
        {"decision": "link", f"other-{anna.guid}": "Nobody"},
        headers={"HX-Request": "true"},
    )
    assert "QuickBooks has no client called “Nobody”" in text(answer)


def test_ticked_rows_or_all_of_a_list_are_decided_together(office: Office, pc: OfficePc) -> None:
    rows = [row_of(theirs="Only There"), row_of("=cmd")]
    said = post(
        office,
        "decide_plan_rows",
        row=[str(each.guid) for each in rows],
        many="skip",
        filters="show=new",
    )
    assert "2 rows decided." in text(said)
    assert {PlanRow.objects.get(pk=each.pk).decision for each in rows} == {"skip"}
    said = post(office, "decide_plan_rows", beyond="yes", many="new", filters="show=skipped")
    assert "2 rows decided." in text(said)
    assert row_of(theirs="Only There").decision == "create_here"
    assert row_of("=cmd").decision == "create_in_quickbooks"
    said = post(office, "decide_plan_rows", beyond="yes", many="link", filters="show=new")
    assert "0 rows decided. 3 rows left as before: it does not fit them." in text(said)
    post(office, "decide_plan_rows", beyond="yes", many="skip", filters="show=unsure")
    assert not PlanRow.objects.filter(decision="ask").exists()
    assert "Choose link, new or skip" in text(
        post(office, "decide_plan_rows", beyond="yes", many="rename", filters="show=new")
    )


def test_the_download_holds_what_is_shown_and_no_formula(office: Office, pc: OfficePc) -> None:
    answer = get(office, "plan_csv")
    content = answer.getvalue().decode("utf-8-sig")
    header, *lines = csv.reader(io.StringIO(content))
    assert header[:3] == ["Kind", "Here", "In QuickBooks"]
    assert len(lines) == PlanRow.objects.count()
    by_name = {each[1]: each for each in lines if each[1]}
    assert "'=cmd" in by_name
    assert by_name["J. Wu"][6] == "Jane Wu"
    few = get(office, "plan_csv", show="clash")
    content = few.getvalue().decode("utf-8-sig")
    assert len(list(csv.reader(io.StringIO(content)))) == 2


def test_the_approval_is_refused_while_rows_ask_and_then_runs(office: Office, pc: OfficePc) -> None:
    refused = post(office, "approve_plan")
    assert "still ask for a decision" in text(refused)
    post(office, "decide_plan_rows", beyond="yes", many="skip", filters="show=unsure")
    assert "Approved." in text(post(office, "approve_plan"))
    assert "to decide" not in text(get(office, "plan"))
    for _ in range(2):
        pc.run()
    assert "The initial sync is complete" in text(get(office, "initial_sync"))
