"""What we made void or deleted in QuickBooks, when an older copy of its file has it again."""

from datetime import UTC, datetime

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice
from fieldledger.quickbooks import services
from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import There
from tests.quickbooks.test_restores import an_invoice, the_next_day
from tests.quickbooks.test_straight_path import INVOICE_DATE
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def now() -> datetime:
    return datetime.now(tz=UTC)


def days(pc: OfficePc, number: int = 3) -> None:
    for _ in range(number):
        the_next_day(pc)
        pc.run()


@pytest.fixture
def pc(business: Business) -> OfficePc:
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    pc.set_up()
    return pc


@pytest.mark.parametrize("copy_has_it", [True, False])
@pytest.mark.parametrize("there", [There.VOID, There.DELETE])
def test_an_invoice_undone_while_a_copy_is_open_is_undone_in_the_right_file_too(
    pc: OfficePc, business: Business, there: There, *, copy_has_it: bool
) -> None:
    lacks = pc.company.to_json()
    invoice = an_invoice(business)
    pc.sync(invoice.guid)
    days(pc, 2)
    right = pc.company.to_json()
    people.copy_back(pc.company, right if copy_has_it else lacks)
    office.void_invoice(invoice=invoice, now=now())
    services.choose_void(
        pc.connection,
        kind=Kind.INVOICE,
        record=Invoice.objects.get(pk=invoice.pk),
        there=there,
        actor="Dana",
        now=now(),
    )
    days(pc, 1)
    (entry,) = pc.entries(rank=3)
    if entry.state == State.GONE:
        pc.act("retry", entry)
        pc.run()

    people.copy_back(pc.company, right)
    days(pc)

    assert [each.amounts["total"] for each in pc.company.invoices()] in ([], [0])
    (entry,) = pc.entries(rank=3)
    assert entry.state in {State.SYNCED, State.CANCELLED}, entry.message


def test_a_payment_that_was_deleted_and_stands_in_an_older_copy_is_deleted_again(
    pc: OfficePc, business: Business
) -> None:
    invoice = an_invoice(business)
    values = {"invoice": invoice.guid, "amount": "80", "date": INVOICE_DATE}
    payment = office.create_payment(business=business, values=values, now=now())
    pc.sync(invoice.guid)
    days(pc, 2)
    older = pc.company.to_json()
    assert len(pc.company.payments()) == 1
    office.void_payment(payment=payment, now=now())
    services.sync(pc.connection, invoices=[], payments=[payment.guid], actor="Dana", now=now())
    pc.run()
    assert pc.company.payments() == []

    people.copy_back(pc.company, older)
    days(pc)

    assert pc.company.payments() == []
    assert pc.states() == {"synced": 4}
