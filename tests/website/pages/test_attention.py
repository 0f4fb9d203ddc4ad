"""Needs attention: what is alike stands on one card, is explained once and answered at once."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from fieldledger.quickbooks.attention import causes
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.sync.content import State
from tests.website.pages.conftest import Office
from tests.website.pages.test_every_page import synced
from tests.website.pages.test_office_pages import text


@pytest.fixture
def linked(office: Office, connection: Connection) -> Connection:
    synced(office)
    connection.refresh_from_db()
    return connection


def refuse(connection: Connection, number: int, state: State, code: str, message: str) -> list[str]:
    """Let so many clients' entries stand in a state, as QuickBooks' answers would."""
    keys = list(
        SyncEntry.objects.filter(connection=connection, rank=1, state=State.SYNCED)
        .order_by("pk")
        .values_list("pk", flat=True)[:number]
    )
    SyncEntry.objects.filter(pk__in=keys).update(state=state, code=code, message=message)
    return [str(each) for each in keys]


def page(office: Office) -> Any:
    return office.browser.get(reverse("attention"))


def press(office: Office, **values: str) -> Any:
    return office.browser.post(reverse("act_on_cause"), values, follow=True)


def test_n5_nothing_needs_you_where_all_is_well(office: Office, linked: Connection) -> None:
    assert "Nothing needs you" in text(page(office))


def test_n5_what_is_alike_stands_on_one_card_with_its_words_and_who_moves_next(
    office: Office, linked: Connection
) -> None:
    refuse(linked, 7, State.FAILED, "3250", "QuickBooks refuses it: the feature is off.")
    refuse(linked, 1, State.GONE, "gone", "Ann Lee was in QuickBooks and is not any more.")

    shown = page(office)
    cards = shown.context["cards"]

    assert [(each.cause.code, each.counted) for each in cards] == [
        ("3250", "7 clients"),
        ("gone", "1 client"),
    ]
    assert len(cards[0].cause.first) == 5
    said = text(shown)
    for words in ("Next move", "All 7 in the sync log", "Retry all 7", "The quickbooks admin"):
        assert words.lower() in said.lower()
    assert "Ann Lee was in QuickBooks" in said


def test_n5_all_alike_are_retried_at_once_and_the_others_are_left(
    office: Office, linked: Connection
) -> None:
    alike = refuse(linked, 6, State.FAILED, "3250", "Off.")
    other = refuse(linked, 2, State.FAILED, "3180", "Not saved.")

    said = text(press(office, action="retry", state="failed", code="3250"))

    assert "6 entries are queued again." in said
    assert set(SyncEntry.objects.filter(pk__in=alike).values_list("state", flat=True)) == {
        State.PENDING
    }
    assert set(SyncEntry.objects.filter(pk__in=other).values_list("state", flat=True)) == {
        State.FAILED
    }
    assert "3250" not in {each.code for each in causes(linked)}


@pytest.mark.parametrize(("action", "state"), [("hold", State.HELD), ("ignore", State.IGNORED)])
def test_n5_all_alike_are_set_aside_at_once(
    office: Office, linked: Connection, action: str, state: State
) -> None:
    alike = refuse(linked, 3, State.FAILED, "3170", "In use.")

    press(office, action=action, state="failed", code="3170")

    assert set(SyncEntry.objects.filter(pk__in=alike).values_list("state", flat=True)) == {state}


def test_n5_names_that_are_taken_are_told_apart_at_once(office: Office, linked: Connection) -> None:
    clashing = refuse(linked, 3, State.FAILED, "3100", "The name is taken.")
    SyncEntry.objects.filter(pk__in=clashing).update(quickbooks_id="", quickbooks_name="")
    assert "Tell the clients apart" in text(page(office))

    said = text(office.browser.post(reverse("tell_apart"), {"kind": "client"}, follow=True))

    assert "3 names were told apart" in said
    states = SyncEntry.objects.filter(pk__in=clashing).values_list("state", flat=True)
    assert set(states) == {State.PENDING}


def test_n5_a_cause_says_how_old_it_is_and_how_many_wait_for_it(
    office: Office, linked: Connection
) -> None:
    blocked = refuse(linked, 1, State.FAILED, "3100", "The name is taken.")
    waiting = refuse(linked, 4, State.WAITING, "", "")
    SyncEntry.objects.filter(pk__in=waiting).update(waiting_on=blocked[0])
    then = timezone.now() - timedelta(days=3)
    SyncEntry.objects.filter(pk__in=blocked).update(updated_at=then)

    (cause,) = causes(linked)

    assert (cause.waiting, cause.since) == (4, then)
    assert "4 others" in text(page(office))


def test_n5_the_page_takes_as_many_statements_for_many_causes(
    office: Office, linked: Connection, django_assert_num_queries: Any
) -> None:
    for code in ("3100", "3170", "3180", "3250", "closed_period", "no_lines"):
        refuse(linked, 2, State.FAILED, code, "")

    with django_assert_num_queries(3):
        assert len(causes(linked)) == 6


def test_an_action_that_is_none_or_a_state_that_needs_nobody_is_refused(
    office: Office, linked: Connection
) -> None:
    for values in (
        {"action": "explode", "state": "failed"},
        {"action": "retry", "state": "synced"},
        {"action": "retry", "state": "' OR 1=1"},
    ):
        assert press(office, code="", **values).status_code == 404


def test_who_may_not_queue_sees_no_such_page(technician: Office, linked: Connection) -> None:
    assert page(technician).status_code == 403


def test_a_neighbour_sees_and_moves_nothing_of_it(
    office: Office, linked: Connection, neighbour: Office
) -> None:
    ours = refuse(linked, 2, State.FAILED, "3250", "Off.")

    assert "3250" not in text(page(neighbour))
    press(neighbour, action="retry", state="failed", code="3250")

    assert SyncEntry.objects.filter(pk__in=ours, state=State.FAILED).count() == 2


def test_the_log_shows_one_cause_and_downloads_what_it_shows(
    office: Office, linked: Connection, now: datetime
) -> None:
    refuse(linked, 3, State.FAILED, "3250", '=HYPERLINK("http://example.com")')
    filters = {"state": "failed", "code": "3250"}

    listed = text(office.browser.get(reverse("sync_log"), filters))
    answer = office.browser.get(reverse("sync_log_csv"), filters)
    content = answer.getvalue().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))

    assert "Cause:" in listed
    assert answer.headers["Content-Disposition"].endswith('.csv"')
    assert len(rows) == 3
    # Spreadsheets must not take what somebody typed for a formula.
    assert {row["Message"] for row in rows} == {'\'=HYPERLINK("http://example.com")'}


def test_the_whole_log_is_downloaded_however_long(office: Office, linked: Connection) -> None:
    answer = office.browser.get(reverse("sync_log_csv"))
    rows = list(csv.DictReader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))

    entries = SyncEntry.objects.filter(connection=linked)
    assert len(rows) == entries.count() > 50
    assert {row["QuickBooks ID"] for row in rows} == set(
        entries.values_list("quickbooks_id", flat=True)
    )
