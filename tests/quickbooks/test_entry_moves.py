"""The picture of an entry's states is the table, and the engine makes no move that is not in it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import Connection
from fieldledger.simulator import people
from fieldledger.simulator.soap import Call, Reply
from fieldledger.sync.content import State
from tests.support import entry_moves
from tests.support.office_pc import OfficePc


class Watch:
    """Every move of every entry, seen after each call and each act of a person."""

    def __init__(self, pc: OfficePc) -> None:
        self.seen: set[tuple[str, str]] = set()
        self._pc = pc
        self._last: dict[int, str] = {}
        pc.heard = self.hear

    def hear(self, _call: Call, _reply: Reply) -> None:
        self.look()

    def look(self) -> None:
        for entry in self._pc.entries():
            before = self._last.get(entry.pk, "[*]")
            if before != entry.state:
                self.seen.add((before, entry.state))
            self._last[entry.pk] = entry.state

    def after(self, act: Callable[[], Any]) -> None:
        act()
        self.look()


def three_invoices(business: Business) -> list[Invoice]:
    now = timezone.now()
    client = office.create_client(business=business, values={"name": "Anna Smith"}, now=now)
    values: dict[str, Any] = {"name": "Leak repair", "price": "120.00"}
    item = office.create_item(business=business, values=values, now=now)
    lines = [{"item": item.guid, "quantity": "1"}]
    values = {"client": client.guid, "date": f"{now:%Y-%m-%d}", "lines": lines}
    return [office.create_invoice(business=business, values=values, now=now) for _ in range(3)]


def test_the_page_shows_the_table() -> None:
    """If it fails: .venv/bin/python -m tests.support.entry_moves."""
    page = entry_moves.PAGE.read_text(encoding="utf-8")

    assert page == entry_moves.with_picture(page)
    assert entry_moves.write_diagram() in page
    assert entry_moves.write_table() in page


def test_every_state_is_in_the_table_and_can_be_left_or_is_an_end() -> None:
    moves = entry_moves.allowed()
    set_by_nothing = {State.NOT_SENT}

    assert {after for _, after in moves} == set(State) - set_by_nothing
    assert {after for _, after in moves} == {before for before, _ in moves} - {entry_moves.NEW}
    # The only end: it is left where a restore of the company file brings it back, and no other way.
    assert {why for befores, why, _ in entry_moves.MOVES if State.CANCELLED in befores} == {
        "a restore, if it was ever sent"
    }


@pytest.mark.parametrize(
    "fault", ["", "crash-unstored@3", "crash-mid=1@3", "lose-answer@3", "hresult=0x80040400@3"]
)
@pytest.mark.django_db
def test_whatever_is_lost_an_entry_moves_along_the_table(
    pc: OfficePc, business: Business, fault: str
) -> None:
    watch = Watch(pc)
    invoices = three_invoices(business)
    pc.set_up()
    watch.after(lambda: pc.sync(*(each.guid for each in invoices)))
    pc.run(fault)
    pc.run()

    assert pc.states() == {"synced": 5}
    assert watch.seen <= entry_moves.allowed()
    assert (("sending", "checking") in watch.seen) is fault.startswith(("crash", "lose"))


@pytest.mark.django_db
def test_whatever_people_do_an_entry_moves_along_the_table(
    pc: OfficePc, business: Business
) -> None:
    watch = Watch(pc)
    now = timezone.now()
    first, second, third = three_invoices(business)
    pc.set_up()
    Connection.objects.update(resolve_client_conflicts=False)
    people.do(pc.company, "VendorAddRq", {"VendorAdd": {"Name": "Acme"}}, now=pc.now)
    acme = office.create_client(business=business, values={"name": "Acme"}, now=now)
    values: dict[str, Any] = {
        "client": acme.guid,
        "date": f"{now:%Y-%m-%d}",
        "lines": [{"description": "x", "unit_price": "5"}],
    }
    waits = office.create_invoice(business=business, values=values, now=now)
    watch.after(lambda: pc.sync(first.guid, second.guid, waits.guid))
    pc.run()
    watch.after(lambda: office.update_invoice(invoice=first, values={"memo": "x"}, now=now))
    watch.after(lambda: pc.sync(first.guid))
    watch.after(lambda: pc.act("hold", *pc.entries(state="waiting")))
    watch.after(lambda: pc.act("ignore", *pc.entries(state="held")))
    watch.after(lambda: pc.act("release", *pc.entries(state="ignored")))
    watch.after(lambda: pc.act("retry", *pc.entries(state="failed")))
    pc.run()
    there = pc.entries(title=second.number)[0].quickbooks_id
    people.delete(pc.company, there, now=pc.now)
    values = {"memo": "deleted there meanwhile"}
    watch.after(lambda: office.update_invoice(invoice=second, values=values, now=now))
    watch.after(lambda: pc.sync(second.guid, third.guid))
    watch.after(lambda: office.void_invoice(invoice=third, now=now))
    pc.run()
    watch.after(lambda: pc.act("retry", *pc.entries(state="gone")))
    watch.after(lambda: services.database_restored(now=timezone.now()))
    for _ in range(3):
        pc.run()

    assert watch.seen <= entry_moves.allowed()
    wanted = {("sending", "failed"), ("pending", "waiting"), ("waiting", "held"),
              ("held", "ignored"), ("ignored", "pending"), ("failed", "pending"),
              ("synced", "changed"), ("changed", "pending"), ("synced", "pending"),
              ("pending", "cancelled"), ("gone", "pending")}  # fmt: skip
    assert wanted <= watch.seen
