"""Credit memos that are there anew, or under an id that a restore has put in doubt (I5.2)."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.quickbooks import services
from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import State
from tests.quickbooks.test_applied_credits import Desk, now
from tests.quickbooks.test_restores import the_next_day
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(business: Business) -> Desk:
    variant = Variant(store_keeps="last", stored_answers="recovery", edit_sequence_per_change=True)
    return Desk(OfficePc(business, variant=variant), business)


def look_at_all(desk: Desk) -> None:
    services.look_now(desk.pc.connection, actor="", now=now())
    for _ in range(2):
        desk.pc.run()


@pytest.mark.parametrize("is_changed_back", [False, True])
def test_it_is_applied_again_once_it_is_decided_what_somebody_changed_there(
    desk: Desk, is_changed_back: bool
) -> None:
    """Goal: 40.00 goes there. Method: the invoice is not at rest when its memo is there anew."""
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    for number in range(6):  # So that the deleted memo is not among what was written last.
        values = {"name": f"Client {number}"}
        office.create_client(business=desk.business, values=values, now=now())
    desk.pc.run()
    there = desk.there(desk.one)
    was = there.fields["TxnDate"]
    people.edit(desk.pc.company, there.id, {"TxnDate": "2026-05-20"}, now=now())
    people.delete(desk.pc.company, desk.there(desk.credit).id, now=now())
    look_at_all(desk)
    assert desk.entry(desk.credit).state == State.GONE
    desk.pc.act("retry", desk.entry(desk.credit))
    desk.pc.run()
    assert desk.entry(desk.one).state == State.CHANGED_IN_QUICKBOOKS

    if is_changed_back:
        people.edit(desk.pc.company, there.id, {"TxnDate": was}, now=now())
        look_at_all(desk)
    else:
        desk.pc.act("accept", desk.entry(desk.one))
    for _ in range(2):
        desk.pc.run()

    assert desk.links(desk.one) == [4000]
    desk.agrees(desk.one)
    assert desk.there(desk.one).fields["TxnDate"] == (was if is_changed_back else "2026-05-20")
    look_at_all(desk)
    assert desk.entry(desk.one).state == State.SYNCED


def test_the_id_of_a_memo_that_is_held_is_proved_before_it_is_named_after_a_restore(
    desk: Desk,
) -> None:
    """Goal: theirs is not applied. Method: the file gives the id of ours to a memo of theirs."""
    desk.sync(desk.one)
    backup = desk.pc.company.to_json()
    desk.sync(memos=(desk.credit,))
    office.update_credit(credit=desk.credit, values={"reason": "Twice"}, now=now())
    desk.ask(memos=(desk.credit,))
    desk.pc.act("hold", desk.entry(desk.credit))
    ours = desk.entry(desk.credit).quickbooks_id
    people.restore(desk.pc.company, backup, now=now() + timedelta(seconds=5))
    item = next(iter(desk.pc.company.state.of_type("ItemService")))
    given = {
        "CustomerRef": {"ListID": desk.there(desk.one).fields["CustomerRef"]},
        "CreditMemoLineAdd": [{"ItemRef": {"ListID": item}, "Quantity": "1", "Rate": "40.00"}],
    }
    then = datetime.fromtimestamp(int(ours.rpartition("-")[2]), tz=UTC)
    asked = {"CreditMemoAdd": given}
    theirs = people.do(desk.pc.company, "CreditMemoAddRq", asked, now=then).record
    assert theirs is not None
    assert theirs.id == ours
    the_next_day(desk.pc)
    desk.pc.run()
    desk.apply(desk.one, "40")
    desk.sync(desk.one)
    assert desk.links(desk.one) == []
    assert desk.entry(desk.one).message == "Waits for the credit “CM-1”, which needs you first."

    for action in ("release", "retry"):
        desk.pc.act(action, desk.entry(desk.credit))
        for _ in range(2):
            desk.pc.run()
    assert desk.links(desk.one) == [4000]
    assert desk.entry(desk.credit).quickbooks_id != ours
    assert desk.left(desk.credit) == 6000
