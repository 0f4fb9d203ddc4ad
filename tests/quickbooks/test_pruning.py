"""Calls and documents are kept for a month; what the books rest on stays."""

from datetime import timedelta

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.quickbooks.models import EntryEvent, Exchange, MessageSet
from fieldledger.quickbooks.pruning import KEPT_FOR, prune
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def test_what_was_said_a_month_ago_goes_and_entries_stay(pc: OfficePc, business: Business) -> None:
    office.create_client(business=business, values={"name": "Anna Smith"}, now=pc.now)
    pc.set_up()
    assert Exchange.objects.exists()
    entries, events = pc.states(), EntryEvent.objects.count()
    assert prune(pc.connection, now=pc.now + KEPT_FOR - timedelta(hours=1)) == 0
    assert prune(pc.connection, now=pc.now + KEPT_FOR + timedelta(hours=1)) > 0
    assert not Exchange.objects.exists()
    assert not MessageSet.objects.exists()
    assert (pc.states(), EntryEvent.objects.count()) == (entries, events)


def test_a_set_whose_outcome_is_unknown_stays_however_old(pc: OfficePc, business: Business) -> None:
    pc.set_up()
    office.create_client(business=business, values={"name": "Anna Smith"}, now=pc.now)
    pc.run("lose-answer@2")  # The first asks whether the file is the one we left.
    pc.run("closed")
    assert pc.states() == {"checking": 1}
    prune(pc.connection, now=pc.now + 2 * KEPT_FOR)
    assert [each.status for each in MessageSet.objects.all()] == ["in_doubt"]
    pc.run()
    assert pc.states() == {"synced": 1}


def test_the_end_of_a_session_prunes(pc: OfficePc, business: Business) -> None:
    pc.set_up()
    Exchange.objects.update(at=pc.now - KEPT_FOR - timedelta(days=1))
    old = set(Exchange.objects.values_list("pk", flat=True))
    office.create_client(business=business, values={"name": "Anna Smith"}, now=pc.now)
    pc.run()
    left = set(Exchange.objects.values_list("pk", flat=True))
    assert left
    assert not left & old
