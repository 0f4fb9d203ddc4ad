"""The judge of the worlds is no use if it takes for right what is wrong."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from django.utils import timezone

from fieldledger.office.models import Payment
from fieldledger.proving.world.chance import made_up_ids, stream
from fieldledger.proving.world.faults import Faults, Kind
from fieldledger.proving.world.world import Ground, World, small_pages
from fieldledger.quickbooks.models import RANK, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.company import Company
from fieldledger.simulator.state import Record
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import Kind as Of
from fieldledger.sync.content import State

Verdicts = set[tuple[str, str]]  # (verdict, kind of record).


@pytest.fixture
def world(ground: Ground) -> Iterator[World]:
    """A world without faults that has ended well, with a record of each kind in QuickBooks."""
    variant = Variant()
    template = ground.templates_of(variant)[-1]
    with made_up_ids(stream(3, "ids")), ground.database.in_use(), small_pages():
        world = World(
            seed=3,
            database=ground.database,
            template=template,
            variant=variant,
            faults=Faults(3, without=Kind),
        )
        world.office.applies = 0.0
        world.beats = (4,)
        world.orders = [world.office.make_one_of_each] * 4
        assert world.run() == []
        yield world


def _log(world: World, company: Company) -> Verdicts:
    found = world.oracle.check_log(company)
    return {(each.verdict, each.words.split(", ")[1].split()[0]) for each in found}


def _end(world: World, company: Company) -> Verdicts:
    return {(each.verdict, each.words.split()[0]) for each in world.oracle.check_end(company)}


def _copy(world: World) -> Company:
    return Company.from_json(world.company.to_json())


def _entry(kind: Of, **where: Any) -> SyncEntry:
    rows = SyncEntry.objects.filter(rank=RANK[kind], state=State.SYNCED, **where)
    return rows.order_by("pk")[0]


def _now(world: World) -> datetime:
    return world.clock.now


def _write(**fields: Any) -> Callable[[Record], None]:
    return lambda record: record.fields.update(fields)


CHANGED_THERE = (
    (Of.INVOICE, _write(TxnDate="2026-01-31")),
    (Of.INVOICE, _write(RefNumber="other")),
    (Of.CREDIT, _write(TxnDate="2026-01-31")),
    (Of.PAYMENT, _write(Applied=[])),
    (Of.PAYMENT, _write(RefNumber="other")),
    (Of.REFUND, _write(Applied=[])),
)


def test_what_is_called_synced_says_there_what_it_says_here(world: World) -> None:
    """Goal: the log's word is held against the company file. Method: the file is tampered with."""
    assert _log(world, _copy(world)) == _end(world, _copy(world)) == set()
    for kind, change in CHANGED_THERE:
        company = _copy(world)
        change(company.state.records[_entry(kind, void_there="").quickbooks_id])
        assert _log(world, company) == {("lie", kind)}
        assert _end(world, company) == {("stale", kind)}


def test_what_is_called_gone_or_waits_for_nobody_is_found_out(world: World) -> None:
    """Goal: no state says more, or less, than is so. Method: the entries are tampered with."""
    company = _copy(world)
    invoice, payment = _entry(Of.INVOICE), _entry(Of.PAYMENT)
    rows = SyncEntry.objects.filter(pk=invoice.pk)
    rows.update(state=State.GONE)
    assert _log(world, company) == {("lie", Of.INVOICE)}
    waiting = SyncEntry.objects.filter(pk=payment.pk)
    rows.update(state=State.CANCELLED)
    waiting.update(state=State.WAITING, waiting_on=invoice)
    assert _log(world, company) == {("lie", Of.INVOICE), ("stuck", Of.PAYMENT)}
    rows.update(state=State.WAITING, waiting_on=payment)
    assert _log(world, company) == {("stuck", Of.INVOICE), ("stuck", Of.PAYMENT)}
    rows.update(state=State.FAILED, waiting_on=None)
    assert _log(world, company) == set()


def test_a_void_payment_that_still_stands_there_is_not_taken_for_absent(world: World) -> None:
    company = _copy(world)
    payment = _entry(Of.PAYMENT, void_there="")
    Payment.objects.filter(pk=payment.record_id).update(voided_at=timezone.now())
    assert _log(world, company) == {("lie", Of.PAYMENT)}
    SyncEntry.objects.filter(pk=payment.pk).update(state=State.FAILED, code="3180")
    assert _end(world, company) == {("stuck", Of.PAYMENT)}


def test_a_deposited_payment_is_not_asked_about_for_nothing(world: World) -> None:
    """Goal: nobody has to take a payment out of a deposit so that it says what it says already."""
    company = _copy(world)
    rows = SyncEntry.objects.filter(pk=_entry(Of.PAYMENT, void_there="").pk)
    rows.update(state=State.FAILED, code="in_bank_deposit")
    assert _log(world, company) == {("lie", Of.PAYMENT)}
    company.state.records[rows.get().quickbooks_id].fields["TotalAmount"] += 1
    assert _log(world, company) == set()


def test_what_a_credit_memo_pays_is_judged_whoever_changed_the_invoice_last(world: World) -> None:
    """Goal: a link that is not ours is told. Method: one is made behind our back."""
    company = _copy(world)
    memo = company.state.records[_entry(Of.CREDIT, void_there="").quickbooks_id]
    bill = company.state.records[_entry(Of.INVOICE, void_there="").quickbooks_id]
    people.edit(company, bill.id, {"Credits": [{"TxnID": memo.id, "Amount": 500}]}, now=_now(world))
    world.bookkeeper.deleted[memo.id] = memo  # And made anew since.
    assert _log(world, company) == {("lie", Of.INVOICE)}
    assert _end(world, company) == {("stale", Of.INVOICE)}


def test_a_refused_amount_is_excused_only_where_something_fills_it(world: World) -> None:
    """Goal: a restored database excuses nothing. Method: a payment that a person entered does."""
    company = _copy(world)
    world.faults.happened[Kind.DATABASE_RESTORED] = 1
    bill = _entry(Of.INVOICE)
    SyncEntry.objects.filter(pk=bill.pk).update(state=State.FAILED, code="3210")
    assert _end(world, company) == {("stuck", Of.INVOICE)}
    there = company.state.records[bill.quickbooks_id]
    given = {
        "CustomerRef": {"ListID": there.fields["CustomerRef"]},
        "TotalAmount": "1.00",
        "AppliedToTxnAdd": [{"TxnID": there.id, "PaymentAmount": "1.00"}],
    }
    people.do(company, "ReceivePaymentAddRq", {"ReceivePaymentAdd": given}, now=_now(world))
    assert _end(world, company) == set()


def test_what_rests_on_a_deleted_record_is_excused_while_that_is_not_there(world: World) -> None:
    company = _copy(world)
    bill = _entry(Of.INVOICE)
    there = company.state.records[bill.quickbooks_id]
    there.fields["TxnDate"] = "2026-01-31"
    customer = company.state.records[there.fields["CustomerRef"]]
    world.bookkeeper.deleted[customer.id] = customer
    assert ("stale", Of.INVOICE) in _end(world, company)
    company.state.leave(customer)
    assert ("stale", Of.INVOICE) not in _end(world, company)
