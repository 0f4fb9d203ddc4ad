"""The initial sync's page: two lanes, pace, heartbeat, pause; and the summary with its links."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from fieldledger.office.models import Client
from fieldledger.office.services import create_client
from fieldledger.quickbooks import services
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.examples import SHOWN
from fieldledger.quickbooks.models import Connection
from fieldledger.simulator import people
from tests.support.office_pc import OfficePc
from tests.website.pages.conftest import Office
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import at_the_import, get, post


def approved(office: Office, **ticked: str) -> OfficePc:
    """Let the plan be approved, with what is ticked to be imported; nothing is sent yet."""
    pc = at_the_import(office)
    post(office, "choose_import", **ticked)
    if ticked:
        post(
            office,
            "preferences",
            client_matching="name_and_contact",
            resolve_client_conflicts="yes",
            resolve_item_conflicts="yes",
        )
    pc.run()
    for each in services.connection_of(office.business).plan.filter(decision="ask"):
        post(office, "decide_plan_row", each.guid, decision="skip")
    post(office, "approve_plan")
    return pc


def test_n6_counts_pace_time_left_and_the_last_call_stand_on_the_page(office: Office) -> None:
    approved(office, clients="yes")
    total = Connection.objects.get(business=office.business).initial_total
    CONTACTS.write()
    now = timezone.now()
    Connection.objects.update(
        initial_started_at=now - timedelta(minutes=4),
        active_count=total // 2,
        last_contact_at=now - timedelta(seconds=42),
    )

    page = text(get(office, "initial_sync"))

    assert page.index("From QuickBooks") < page.index("To QuickBooks")
    assert re.search(r"Read: \d[\d,]* customers", page)
    assert re.search(r"Imported \d+ of \d+", page)
    assert re.search(r"Clients \d+ of \d+", page)
    assert re.search(r"\d+ a minute\.", page)
    assert re.search(r"About [3-5] minutes left", page)
    assert re.search(r"Last call 4\d seconds ago", page)
    assert "You may close this page" in page
    assert "often at 30%" in page


def test_n6_the_same_number_is_in_the_web_connectors_bar(office: Office) -> None:
    pc = approved(office)
    ended = pc.run()

    assert ended.progress[-1] == 100
    assert list(ended.progress) == sorted(ended.progress)


def test_the_initial_sync_is_paused_and_goes_on_from_its_page(office: Office) -> None:
    pc = approved(office)

    paused = text(post(office, "pause", **{"from": "initial_sync"}))
    assert "continues where it stopped" in paused
    assert "Go on" in paused
    assert pc.run().outcome == "none"
    assert pc.company.state.records
    post(office, "resume", **{"from": "initial_sync"})
    for _ in range(3):
        pc.run()

    assert "The initial sync is complete" in text(get(office, "initial_sync"))


def test_the_summary_says_what_was_done_and_each_number_leads_to_its_records(
    office: Office,
) -> None:
    create_client(
        business=office.business, values={"name": "Acme Parts"}, now=timezone.now()
    )  # A vendor's name there.
    pc = approved(office, clients="yes")
    for _ in range(3):
        pc.run()

    page = get(office, "initial_sync").content.decode()

    numbers = dict(re.findall(r'href="[^"]*\?how=(\w+)">([\d,]+)</a>', page))
    assert set(numbers) == {"created", "renamed", "imported"} or "linked" in numbers
    for how, number in numbers.items():
        shown = get(office, "sync_log", how=how).content.decode()
        rows = len(re.findall(r'name="entry"', shown))
        assert rows == min(int(number.replace(",", "")), 50), how
    assert "Acme Parts" in text(get(office, "sync_log", how="renamed"))
    assert "What happens from now on" in page
    assert "Nothing comes back" in page
    assert get(office, "sync_log", how="nonsense").status_code == 200


def there(pc: OfficePc, name: str, **fields: str) -> None:
    people.do(pc.company, "CustomerAddRq", {"CustomerAdd": {"Name": name, **fields}}, now=pc.now)


def test_j5_2_examples_from_ones_own_records_show_what_either_choice_does(office: Office) -> None:
    pc = OfficePc(office.business)
    there(pc, "Quentin Vale", Phone="(978) 555-0199")
    there(pc, "Rita Moss", Email="rita@example.com")
    pc.install()
    for values in (
        {"name": "Q. Vale", "phone": "978-555-0199"},
        {"name": "Rita Moss", "email": "moss@example.com"},
    ):
        create_client(business=office.business, values=values, now=pc.now)
    post(office, "setup_next", step="install")
    pc.run()
    post(office, "setup_next", step="authorize")

    page = text(post(office, "choose_import", clients="yes"))

    assert re.search(r"Q\. Vale ↔ Quentin Vale\s*same phone\s*Linked\s*Kept apart", page)
    assert re.search(r"Rita Moss ↔ Rita Moss\s*same name\s*Linked\s*Kept apart", page)
    assert 0 < page.count("↔") - 1 <= SHOWN
    here = Client.objects.filter(business=office.business).count()
    assert re.search(rf"your {here} clients, OR links \d+ .* AND links \d+", page)
    assert "Next makes a rehearsal" in page


@pytest.mark.parametrize("read", [True, False])
def test_without_anything_alike_the_examples_say_so(office: Office, read: bool) -> None:
    at_the_import(office)
    Client.objects.filter(business=office.business).update(name="Zz Nobody", email="", phone="")
    if not read:
        Connection.objects.update(lists_read_at=None)

    page = text(post(office, "choose_import", clients="yes"))

    assert ("so both choices do the same" in page) is read
    assert ("still being read" in page.replace("&#x27;", "'")) is not read
    assert reverse("preferences")
