"""Two windows of one person save views at the same time; run on PostgreSQL too."""

import threading
from collections.abc import Callable
from functools import partial

import pytest
from django.db import connection

from fieldledger.accounts.models import Business, User
from fieldledger.office.refusals import Refused
from fieldledger.office.saved_view import SavedView
from fieldledger.office.saved_views import change_view, save_view

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 5


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Do all of it at the same time; return what went wrong."""
    barrier, wrong = threading.Barrier(len(acts)), list[BaseException]()

    def run(act: Callable[[], object]) -> None:
        try:
            barrier.wait(10)
            act()
        except BaseException as error:  # noqa: BLE001 - It is what the test looks at.
            wrong.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(each,)) for each in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return wrong


def test_one_new_name_saved_twice_at_once_is_one_view(business: Business) -> None:
    user = User.objects.create_user("rosa@harbor.example")

    def save(name: str, query: str) -> object:
        return save_view(
            business=business, user=user, name=name, query=query, shared=False, opens=True
        )

    for number in range(ROUNDS):
        name = f"Unpaid {number}"
        assert not at_once(*(partial(save, name, query) for query in ("money=open", "money=paid")))

    assert SavedView.objects.count() == ROUNDS


def test_two_views_renamed_alike_at_once_are_refused_in_words(business: Business) -> None:
    user = User.objects.create_user("rosa@harbor.example")

    def rename(view: SavedView, name: str) -> object:
        return change_view(
            business=business, user=user, guid=view.guid, name=name, shared=False, opens=False
        )

    for number in range(ROUNDS):
        views = [
            SavedView.objects.create(business=business, owner=user, name=f"{each} {number}")
            for each in "ab"
        ]
        wrong = at_once(*(partial(rename, each, f"c {number}") for each in views))
        assert [type(each) for each in wrong] == [Refused]
