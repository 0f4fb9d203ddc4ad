"""Credit memos in QuickBooks: once, to the cent, whatever is lost (I5.4, journey 5.8 step 5)."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Credit, Refund, TaxRate
from fieldledger.quickbooks import comparing, services
from fieldledger.quickbooks.models import QuickBooksRecord, SyncEntry
from fieldledger.simulator import people
from fieldledger.sync.content import Kind, State
from tests.quickbooks.test_drift import at_night
from tests.quickbooks.test_restores import the_next_day
from tests.quickbooks.test_straight_path import NOW, a_client, an_invoice, an_item
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


@pytest.fixture
def credit(pc: OfficePc, business: Business) -> Credit:
    """Half of an invoice with tax, taken back; the invoice is in QuickBooks."""
    client, item = a_client(business), an_item(business)
    rate = TaxRate.objects.create(
        business=business, name="State", name_folded="state", percent=Decimal("7.25")
    )
    pc.set_up()
    named = QuickBooksRecord.objects.get(connection=pc.connection, name="State Tax 7.25")
    changes = {"tax_items": {str(rate.guid): named.list_id}}
    services.save_mapping(pc.connection, changes=changes, actor="", now=NOW)
    invoice = an_invoice(business, client, item, tax_rate=rate.guid)
    pc.sync(invoice.guid)
    pc.run()
    values = {
        "invoice": invoice.guid,
        "date": "2026-05-05",
        "tax_rate": rate.guid,
        "reason": "It leaked again",
        "lines": [{"item": item.guid, "quantity": "1.5", "unit_price": "33.335"}],
    }
    return office.create_credit(business=business, values=values, now=NOW)


def ask(pc: OfficePc, *memos: UUID) -> list[services.SyncResult]:
    return services.sync(
        pc.connection,
        invoices=[],
        payments=[],
        credit_memos=memos,
        actor="Dana",
        now=datetime.now(tz=UTC),
    )


def entry_of(pc: OfficePc) -> SyncEntry:
    (entry,) = pc.entries(rank=5)
    return entry


def change(credit: Credit, **values: object) -> None:
    office.update_credit(credit=credit, values=values, now=NOW)
    credit.refresh_from_db()


def agrees(pc: OfficePc, credit: Credit) -> None:
    """Hold that QuickBooks has the credit memo once, with our total."""
    entry = entry_of(pc)
    assert entry.state == State.SYNCED, entry.message
    (there,) = pc.company.credits()
    assert Decimal(there.amounts["total"]) / 100 == credit.total
    assert there.guid.strip("{}").lower() == str(credit.guid)


def test_a_credit_memo_goes_when_a_person_asks_and_stands_there_to_the_cent(
    pc: OfficePc, credit: Credit
) -> None:
    owed = pc.company.totals()["owed"]
    pc.run()
    assert pc.company.credits() == []

    (result,) = ask(pc, credit.guid)
    assert (result.kind, result.result) == (Kind.CREDIT, "queued")
    (again,) = ask(pc, credit.guid)
    assert again.result == "already_pending"
    pc.run()

    assert credit.total == Decimal("53.63")
    agrees(pc, credit)
    (there,) = pc.company.credits()
    assert there.fields["Memo"] == "It leaked again"
    assert pc.company.totals()["owed"] == owed - 5363
    (refused,) = ask(pc, credit.guid)
    assert refused.reason == "The credit is already in QuickBooks, unchanged since."


def test_a_change_of_lines_and_then_a_void_go_when_asked(pc: OfficePc, credit: Credit) -> None:
    ask(pc, credit.guid)
    pc.run()
    item = credit.lines.get().item
    assert item is not None

    change(credit, lines=[{"item": item.guid, "unit_price": "10.00"}, {"item": item.guid}])
    pc.run()
    assert entry_of(pc).state == State.CHANGED
    ask(pc, credit.guid)
    pc.run()
    agrees(pc, credit)

    office.void_credit(credit=credit, now=NOW)
    ask(pc, credit.guid)
    pc.run()
    assert entry_of(pc).state == State.SYNCED
    (there,) = pc.company.credits()
    assert there.amounts["total"] == 0
    assert there.fields["Memo"] == "VOID: It leaked again"


def test_a_void_one_that_never_was_there_goes_nowhere(pc: OfficePc, credit: Credit) -> None:
    office.void_credit(credit=credit, now=NOW)

    (result,) = ask(pc, credit.guid)
    pc.run()

    assert result.result == "refused"
    assert pc.company.credits() == []


@pytest.mark.parametrize(
    "lost", ["lose-request@2", "lose-answer@2", "crash-unstored@2", "zombie@2"]
)
def test_whatever_is_lost_it_stands_there_once(pc: OfficePc, credit: Credit, lost: str) -> None:
    ask(pc, credit.guid)

    pc.run(lost)
    pc.run()
    pc.run()

    agrees(pc, credit)


def test_a_lost_change_is_made_once_and_what_people_wrote_stays(
    pc: OfficePc, credit: Credit
) -> None:
    ask(pc, credit.guid)
    pc.run()
    (there,) = pc.company.credits()
    people.edit(pc.company, there.id, {"PONumber": "By hand"}, now=datetime.now(tz=UTC))
    change(credit, reason="Twice")
    ask(pc, credit.guid)

    pc.run("lose-answer@2")
    pc.run()
    pc.run()

    agrees(pc, credit)
    (there,) = pc.company.credits()
    assert (there.fields["Memo"], there.fields["PONumber"]) == ("Twice", "By hand")


def test_deleted_in_quickbooks_it_is_told_and_retry_sends_it_anew(
    pc: OfficePc, credit: Credit
) -> None:
    ask(pc, credit.guid)
    pc.run()
    (there,) = pc.company.credits()
    people.delete(pc.company, there.id, now=datetime.now(tz=UTC))
    change(credit, reason="Again")
    ask(pc, credit.guid)
    pc.run()
    assert entry_of(pc).state == State.GONE

    pc.act("retry", entry_of(pc))
    pc.run()
    agrees(pc, credit)


def test_a_restored_company_file_gets_it_again(pc: OfficePc, credit: Credit) -> None:
    backup = pc.company.to_json()
    ask(pc, credit.guid)
    pc.run()

    people.restore(pc.company, backup, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    the_next_day(pc)
    for _ in range(4):
        pc.run()

    agrees(pc, credit)


def test_in_a_closed_period_it_stops_and_another_date_lets_it_go(
    pc: OfficePc, credit: Credit
) -> None:
    people.close_books(pc.company, "2026-05-31")
    ask(pc, credit.guid)
    pc.run()
    assert entry_of(pc).state == State.FAILED
    assert "closing date" in entry_of(pc).message

    change(credit, date="2026-06-01")
    pc.act("retry", entry_of(pc))
    pc.run()
    agrees(pc, credit)


def a_refund(credit: Credit, amount: str, **more: object) -> Refund:
    values = {"amount": amount, "date": "2026-05-06", "method": "cash", "reference": "R1", **more}
    made = office.create_refund(credit=credit, values=values, now=NOW)
    credit.refresh_from_db()
    return made


def choose_account(pc: OfficePc) -> None:
    account = QuickBooksRecord.objects.get(connection=pc.connection, name="Checking")
    changes = {"refund_account": account.list_id}
    services.save_mapping(pc.connection, changes=changes, actor="", now=NOW)


def left_there(pc: OfficePc) -> Decimal:
    (there,) = pc.company.credits()
    return Decimal(there.amounts["left"]) / 100


def test_a_refund_goes_along_as_a_check_and_both_balances_agree(
    pc: OfficePc, credit: Credit
) -> None:
    choose_account(pc)
    a_refund(credit, "20.00")

    results = ask(pc, credit.guid)
    assert [(each.kind, each.result) for each in results] == [
        (Kind.CREDIT, "queued"),
        (Kind.REFUND, "queued"),
    ]
    pc.run()
    pc.run()

    assert pc.states() == {"synced": 5}
    (check,) = pc.company.checks()
    assert check.amounts == {"total": 2000}
    assert check.fields["Memo"] == "Refund of CM-1, cash"
    assert left_there(pc) == credit.balance == Decimal("33.63")
    (refused,) = ask(pc, credit.guid)
    assert refused.result == "refused"


def test_a_check_that_somebody_changed_there_is_left_as_it_is_or_corrected_there(
    pc: OfficePc, credit: Credit
) -> None:
    choose_account(pc)
    a_refund(credit, "20.00")
    ask(pc, credit.guid)
    pc.run()
    (refund,) = pc.entries(rank=6)
    people.edit(
        pc.company, refund.quickbooks_id, {"RefNumber": "77"}, now=NOW + timedelta(days=900)
    )
    at_night(pc)
    (refund,) = pc.entries(rank=6)
    assert refund.state == State.CHANGED_IN_QUICKBOOKS, refund.message

    (answer,) = pc.act("retry", refund)

    assert "correct it in QuickBooks, or leave it as it is there" in answer.reason
    pc.act("accept", refund)
    at_night(pc)
    (refund,) = pc.entries(rank=6)
    assert (refund.state, refund.code) == (State.SYNCED, "accepted"), refund.message


@pytest.mark.parametrize("is_check_deleted", [False, True])
def test_a_refund_of_a_credit_memo_that_is_made_anew_is_left_to_a_person(
    pc: OfficePc, credit: Credit, is_check_deleted: bool
) -> None:
    choose_account(pc)
    a_refund(credit, "20.00")
    ask(pc, credit.guid)
    pc.run()
    (there,), (check,) = pc.company.credits(), pc.company.checks()
    people.delete(pc.company, there.id, now=datetime.now(tz=UTC))
    change(credit, reason="Again")
    ask(pc, credit.guid)
    pc.run()
    pc.act("retry", entry_of(pc))
    pc.run()

    agrees(pc, credit)
    (refund,) = pc.entries(rank=6)
    assert (refund.state, refund.code) == (State.FAILED, "refund_not_applied")
    assert "the check may not be applied to it" in refund.message
    assert left_there(pc) == credit.total != credit.balance
    if is_check_deleted:
        people.delete(pc.company, check.id, now=datetime.now(tz=UTC))
    # Whoever has seen to it presses Retry; nothing is sent of a check that is there.
    pc.act("retry", refund)
    pc.run()
    (refund,) = pc.entries(rank=6)
    assert refund.state == (State.GONE if is_check_deleted else State.SYNCED)
    if is_check_deleted:
        pc.act("retry", refund)
        pc.run()
        assert left_there(pc) == credit.balance
    assert len(pc.company.checks()) == 1


def test_without_an_account_it_waits_for_the_mapping(pc: OfficePc, credit: Credit) -> None:
    a_refund(credit, "20.00")
    ask(pc, credit.guid)
    pc.run()
    (entry,) = pc.entries(rank=6)
    assert (entry.state, entry.code) == (State.FAILED, "no_refund_account")

    choose_account(pc)
    pc.act("retry", entry)
    pc.run()
    assert pc.states() == {"synced": 5}


@pytest.mark.parametrize("lost", ["lose-request@3", "lose-answer@3", "crash-unstored@3"])
def test_whatever_is_lost_it_is_paid_back_once(pc: OfficePc, credit: Credit, lost: str) -> None:
    choose_account(pc)
    a_refund(credit, "20.00")
    ask(pc, credit.guid)

    pc.run(lost)
    for _ in range(3):
        pc.run()

    assert pc.states() == {"synced": 5}
    assert len(pc.company.checks()) == 1
    assert left_there(pc) == credit.balance


def test_a_void_refund_is_deleted_there_and_the_credit_void_after_it(
    pc: OfficePc, credit: Credit
) -> None:
    choose_account(pc)
    refund = a_refund(credit, "20.00")
    ask(pc, credit.guid)
    pc.run()
    office.void_refund(refund=refund, now=NOW)
    office.void_credit(credit=credit, now=NOW)
    ask(pc, credit.guid)
    for _ in range(2):
        pc.run()

    assert pc.company.checks() == []
    (there,) = pc.company.credits()
    assert there.amounts["total"] == 0
    assert pc.states() == {"synced": 5}


def test_the_month_end_says_what_is_credited_and_paid_back_here_and_there(
    pc: OfficePc, credit: Credit
) -> None:
    choose_account(pc)
    a_refund(credit, "20.00")
    first, last = date(2026, 5, 1), date(2026, 5, 31)

    def told() -> dict[str, tuple[Decimal, Decimal]]:
        found = comparing.compare(pc.connection, first, last)
        return {each.title: (each.here, each.there) for each in found}

    before = told()
    assert before["Credit memos"] == (Decimal("53.63"), Decimal(0))
    missing, _ = comparing.missing(pc.connection, first, last)
    assert [(each.title, each.client) for each in missing] == [
        ("Credit memo CM-1", "Anna Smith"),
        ("Refund of CM-1", "Anna Smith"),
    ]

    ask(pc, credit.guid)
    pc.run()
    after = told()
    assert after["Credit memos"] == (Decimal("53.63"), Decimal("53.63"))
    assert after["Refunds"] == (Decimal("20.00"), Decimal("20.00"))
