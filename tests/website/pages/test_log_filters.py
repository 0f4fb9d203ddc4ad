"""I5.5: the sync log by day, by who asked and by session; the address says which."""

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fieldledger.accounts.models import Membership, Role, User
from fieldledger.accounts.services import actor_of, new_api_key
from fieldledger.quickbooks.models import Connection, Session, SyncEntry
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import get

pytestmark = pytest.mark.django_db


@pytest.fixture
def log(office: Office) -> list[SyncEntry]:
    """The demo's log, all of it changed long ago and asked for by nobody."""
    synced(office)
    SyncEntry.objects.update(updated_at=datetime(2020, 1, 1, tzinfo=UTC), asked_by="")
    return list(SyncEntry.objects.order_by("-pk"))


def put(entry: SyncEntry, **columns: object) -> SyncEntry:
    SyncEntry.objects.filter(pk=entry.pk).update(**columns)
    return entry


def shown(office: Office, **filters: str) -> set[str]:
    """Return the entries of the page; the spreadsheet must have as many."""
    answer = get(office, "sync_log", **filters)
    assert not answer.redirect_chain, answer.redirect_chain
    page = answer.content.decode()
    sheet = office.browser.get(reverse("sync_log_csv"), filters).getvalue().decode("utf-8-sig")
    found = set(re.findall(r'name="entry" value="([^"]+)"', page))
    if "Next page" not in page:
        assert len(list(csv.DictReader(io.StringIO(sheet)))) == len(found)
    return found


def test_i5_5_days_are_the_businesss_and_may_be_named_or_counted_from_today(
    office: Office, log: list[SyncEntry]
) -> None:
    zone = ZoneInfo(office.business.time_zone)
    midnight = datetime(2026, 3, 9, tzinfo=zone)
    before = put(log[0], updated_at=midnight - timedelta(microseconds=1))
    begun = put(log[1], updated_at=midnight)
    over = put(log[2], updated_at=midnight + timedelta(days=1))
    now = put(log[3], updated_at=timezone.now())

    assert shown(office, **{"from": "2026-03-09", "to": "2026-03-09"}) == {str(begun.guid)}
    backwards = {"from": "2026-03-09", "to": "2026-03-08"}
    assert shown(office, **backwards) == {str(before.guid), str(begun.guid)}
    since = shown(office, **{"from": "2026-03-09"})
    assert since == {str(each.guid) for each in (begun, over, now)}
    for period in ("today", "week", "month"):
        assert shown(office, period=period) == {str(now.guid)}
    named = shown(office, period="today", to="2026-03-08", **{"from": "2026-03-08"})
    assert named == {str(before.guid)}
    assert shown(office, period="today", q="no such thing") == set()


def test_i5_5_who_asked_is_a_person_a_program_or_nobody(
    office: Office, log: list[SyncEntry], now: datetime
) -> None:
    owner = User.objects.get(memberships__business=office.business)
    key, _ = new_api_key(business=office.business, name="Dispatch app", now=now)
    by_owner = put(log[0], asked_by=actor_of(owner), state="failed")
    by_key = put(log[1], asked_by=actor_of(key))

    page = text(get(office, "sync_log"))
    assert "API key Dispatch app" in page
    assert shown(office, by=actor_of(owner)) == {str(by_owner.guid)}
    assert shown(office, by=actor_of(owner), state="failed") == {str(by_owner.guid)}
    assert shown(office, by=actor_of(owner), state="pending") == set()
    assert shown(office, by=actor_of(key)) == {str(by_key.guid)}
    alone = shown(office, by="itself")
    assert alone
    assert not alone & {str(by_owner.guid), str(by_key.guid)}


def test_i5_5_a_session_shows_what_went_in_it_and_the_overview_leads_there(
    office: Office, log: list[SyncEntry]
) -> None:
    connection = Connection.objects.get(business=office.business)
    newest = Session.objects.filter(connection=connection).order_by("-pk")[0]
    first, second = (
        Session.objects.create(
            connection=connection,
            ticket_digest=str(number),
            epoch=0,
            state="closed",
            opened_at=newest.opened_at + timedelta(hours=number),
            last_call_at=newest.opened_at + timedelta(hours=number),
            closed_at=newest.opened_at + timedelta(hours=number),
        )
        for number in (1, 2)
    )
    one = put(log[0], sent_at=first.opened_at + timedelta(minutes=1))
    other = put(log[1], sent_at=second.opened_at)

    assert shown(office, session=str(first.guid)) == {str(one.guid)}
    assert shown(office, session=str(second.guid)) == {str(other.guid)}
    assert shown(office, session=str(second.guid), state="synced") <= {str(other.guid)}
    assert shown(office, session=str(first.guid), by="itself", period="month") == set()
    hub = get(office, "quickbooks").content.decode()
    assert f"{reverse('sync_log')}?session={first.guid}" in hub


def test_i5_5_the_pages_of_a_day_follow_each_other_without_a_gap(
    office: Office, log: list[SyncEntry]
) -> None:
    SyncEntry.objects.update(updated_at=timezone.now())
    put(log[7], updated_at=timezone.now() + timedelta(seconds=1))
    seen: list[str] = []
    address = f"{reverse('sync_log')}?period=today"
    while address:
        page = office.browser.get(address).content.decode()
        seen += re.findall(r'name="entry" value="([^"]+)"', page)
        found = re.search(r'href="([^"]+)">Next page', page)
        address = found[1].replace("&amp;", "&") if found else ""

    assert seen[0] == str(log[7].guid)
    assert len(seen) == len(set(seen)) == len(log) > 50


def test_what_is_no_filter_leads_to_the_whole_log(office: Office) -> None:
    synced(office)
    no_filters: list[dict[str, str]] = [
        {"from": "yesterday"},
        {"to": "0001-01-01"},
        {"period": "aeon"},
        {"by": "user 1"},
        {"session": "x"},
        {"session": "1b4e28ba-2fa1-41d2-883f-0016d3cca427"},
        {"period": "today", "after": "MTI"},
        {"after": "MTI.MTI"},
        {"period": "today", "after": "OTk5OTk5OTk5OTk5OTk5OTk5.MTI"},
    ]

    for filters in no_filters:
        led = get(office, "sync_log", **filters).redirect_chain[-1][0]
        assert led == reverse("sync_log"), filters
        sheet = office.browser.get(reverse("sync_log_csv"), filters)
        assert sheet.status_code in {200, 302}, filters


def test_a_neighbours_session_and_people_show_nothing_of_them(
    office: Office, log: list[SyncEntry], neighbour: Office
) -> None:
    session = Session.objects.order_by("-pk")[0]
    owner = User.objects.get(memberships__business=office.business)
    SyncEntry.objects.update(asked_by=actor_of(owner))

    assert get(neighbour, "sync_log", session=str(session.guid)).redirect_chain
    page = get(neighbour, "sync_log", by=actor_of(owner))
    assert "No entry matches" in text(page)
    assert str(owner) not in text(page)


def test_the_filters_cost_the_same_statements_however_many_match(
    office: Office, log: list[SyncEntry]
) -> None:
    Membership.objects.create(
        business=office.business,
        user=User.objects.create_user(email="col@harbor.example", password=None),
        role=Role.BOOKKEEPER,
    )
    asked = {"period": "today", "by": "itself", "state": "synced"}
    get(office, "sync_log", **asked)  # What is asked once in a while is known now.
    numbers = []
    for wanted in (log[:1], log):
        SyncEntry.objects.filter(pk__in=[each.pk for each in wanted]).update(
            updated_at=timezone.now()
        )
        with CaptureQueriesContext(
            database,
        ) as captured:
            get(office, "sync_log", **asked)
        numbers.append(len(captured))

    assert numbers[0] == numbers[1]


def test_i5_5_filters_of_the_log_are_kept_under_a_name_and_the_log_opens_with_them(
    office: Office, log: list[SyncEntry]
) -> None:
    filters = {"period": "week", "by": "itself", "state": "failed"}
    put(log[0], updated_at=timezone.now(), state="failed")
    saved = office.browser.post(
        reverse("log_views"),
        {"action": "save", "name": "Last week", "filters": urlencode(filters), "opens": "yes"},
        follow=True,
    )

    assert "The view “Last week” is saved." in text(saved)
    opened = get(office, "sync_log")
    assert log[0].title in text(opened)
    assert dict(parse_qsl(urlsplit(opened.redirect_chain[-1][0]).query)) == filters
    assert get(office, "sync_log", view="all").redirect_chain == []
    assert "Last week" not in text(get(office, "invoices"))
    assert "Last week" in text(get(office, "log_views"))
