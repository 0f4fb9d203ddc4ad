"""I5.3: filters of the invoices under a name: saved, opened with, shared, renamed, deleted."""

import re
from typing import Any
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from fieldledger.accounts.models import Membership, Role, User
from fieldledger.office.saved_view import SavedView
from tests.website.pages.conftest import Office, sign_in
from tests.website.pages.test_office_pages import text
from tests.website.pages.test_quickbooks_pages import get

pytestmark = pytest.mark.django_db


def put(office: Office, action: str, **values: str) -> Any:
    address = reverse("invoice_views")
    return office.browser.post(address, {"action": action, **values}, follow=True)


def save(office: Office, name: str, filters: str, **more: str) -> str:
    return text(put(office, "save", name=name, filters=filters, **more))


@pytest.fixture
def colleague(office: Office) -> Office:
    user = User.objects.create_user(email="col@harbor.example", password=None)
    Membership.objects.create(business=office.business, user=user, role=Role.BOOKKEEPER)
    return Office(office.business, sign_in(user))


def test_a_view_is_saved_under_a_name_and_stands_in_the_address(office: Office) -> None:
    page = save(office, "  Overdue   at Greenbelt ", "q=greenbelt&money=overdue&after=xyz")

    assert "The view “Overdue at Greenbelt” is saved." in page
    assert SavedView.objects.get().query == "q=greenbelt&money=overdue"
    shown = get(office, "invoices", q="greenbelt", money="overdue").content.decode()
    assert 'aria-current="true">Overdue at Greenbelt</a>' in shown


def test_the_list_opens_with_the_view_that_a_person_chose(office: Office) -> None:
    save(office, "Unpaid", "money=open")
    assert "Unpaid" in text(get(office, "invoices"))
    save(office, "Void ones", "money=void", opens="yes")

    opened = get(office, "invoices")

    assert opened.redirect_chain[-1][0].endswith("/invoices/?money=void")
    assert get(office, "invoices", view="all").redirect_chain == []
    save(office, "Unpaid", "money=open", opens="yes")  # One view opens, not two.
    assert get(office, "invoices").redirect_chain[-1][0].endswith("/invoices/?money=open")
    assert SavedView.objects.filter(opens=True).count() == 1


def test_one_for_everybody_is_seen_by_all_and_changed_by_its_owner_alone(
    office: Office, colleague: Office
) -> None:
    save(office, "Mine alone", "money=paid")
    save(office, "Month end", "period=last", shared="yes", opens="yes")

    assert get(colleague, "invoices").redirect_chain[-1][0].endswith("?period=last")
    seen = text(get(colleague, "invoice_views"))
    assert "Month end" in seen
    assert "Mine alone" not in seen
    view = SavedView.objects.get(name="Month end")
    theft = put(colleague, "change", view=str(view.guid), name="Mine")
    assert theft.status_code == 404
    put(colleague, "delete", view=str(view.guid))
    assert SavedView.objects.filter(pk=view.pk).exists()
    save(colleague, "My own", "money=open", opens="yes")
    assert get(colleague, "invoices").redirect_chain[-1][0].endswith("?money=open")


def test_a_view_is_renamed_and_deleted(office: Office) -> None:
    save(office, "Old", "money=open", opens="yes")
    save(office, "Other", "money=paid")
    guid = str(SavedView.objects.get(name="Old").guid)

    taken = put(office, "change", view=guid, name="Other")
    assert taken.status_code == 422
    # In the card of the view that was renamed, with the name as it was typed.
    new, old, *_ = re.split(r"<form ", taken.content.decode().split("<main")[1])[1:]
    assert "You have another view named “Other”." not in new
    assert "You have another view named “Other”." in old
    assert 'value="Other"' in old
    put(office, "change", view=guid, name="New")
    view = SavedView.objects.get(guid=guid)
    assert (view.name, view.opens) == ("New", False)
    put(office, "delete", view=guid)
    assert [each.name for each in SavedView.objects.all()] == ["Other"]


def test_a_name_may_have_signs_that_are_put_together(office: Office) -> None:
    name = "Ours \N{MAN}\N{ZERO WIDTH JOINER}\N{WRENCH}"

    put(office, "save", name=name, filters="money=open")

    assert SavedView.objects.get().name == name
    assert "The list opens with it" in text(office.browser.get(reverse("invoice_views")))


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "\u200d", "a\u202eb"])
def test_a_name_that_is_none_is_refused_in_words(office: Office, name: str) -> None:
    page = put(office, "save", name=name, filters="money=open")

    assert page.status_code == 422
    assert "name" in text(page).lower()
    assert not SavedView.objects.exists()


def test_another_business_sees_none_of_it(office: Office, neighbour: Office) -> None:
    save(office, "Ours", "money=open", shared="yes", opens="yes")

    assert "Ours" not in text(get(neighbour, "invoice_views"))
    assert get(neighbour, "invoices").redirect_chain == []


def test_filters_too_long_to_be_kept_are_refused_and_not_cut_off(office: Office) -> None:
    filters = urlencode({"q": "é" * 100, "state": "failed"})
    page = put(office, "save", name="Long", filters=filters)

    assert page.status_code == 422
    assert "These filters are too long to be kept" in text(page)
    assert not SavedView.objects.exists()
