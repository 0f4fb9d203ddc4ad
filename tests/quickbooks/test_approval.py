"""N14: what the rules of approval hold, whichever way it is asked for, and who may let it go."""

from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from fieldledger.accounts.models import AuditEvent, Business, Membership, Role, User
from fieldledger.accounts.services import actor_of
from fieldledger.office import services as office_services
from fieldledger.office.models import Client, Invoice
from fieldledger.quickbooks import notices, services
from fieldledger.quickbooks.approvals import why_not
from fieldledger.quickbooks.letter_rows import Letter
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.services import NotPossible
from fieldledger.sync.approval import Rules
from fieldledger.sync.content import Kind, State
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db


def person(business: Business, email: str, role: Role) -> str:
    user = User.objects.create_user(email)
    Membership.objects.create(business=business, user=user, role=role)
    return actor_of(user)


@pytest.fixture
def ann(business: Business) -> str:
    return person(business, "ann@harbor.example", Role.OWNER)


@pytest.fixture
def bob(business: Business) -> str:
    return person(business, "bob@harbor.example", Role.BOOKKEEPER)


@pytest.fixture
def pc(business: Business) -> OfficePc:
    pc = OfficePc(business)
    pc.set_up(review=False)
    return pc


def invoice_of(pc: OfficePc, price: str) -> Invoice:
    client = office_services.create_client(
        business=pc.business, values={"name": f"Client {Client.objects.count()}"}, now=pc.now
    )
    item = pc.business.items.first() or office_services.create_item(
        business=pc.business, values={"name": "Labor", "kind": "service"}, now=pc.now
    )
    lines = [{"item": item.guid, "quantity": "1", "unit_price": price}]
    values = {"client": client.guid, "date": "2030-01-02", "lines": lines}
    return office_services.create_invoice(business=pc.business, values=values, now=pc.now)


def connection_of(pc: OfficePc) -> Connection:
    return services.connection_of(pc.business)


def set_rules(pc: OfficePc, **chosen: Any) -> None:
    services.save_rules(connection_of(pc), rules=Rules(**chosen), actor="", now=pc.now)


def ask(pc: OfficePc, invoice: Invoice, actor: str) -> Any:
    (result,) = services.sync(
        connection_of(pc), invoices=[invoice.guid], payments=[], actor=actor, now=pc.now
    )
    return result


def entry_of(invoice: Invoice) -> SyncEntry:
    return SyncEntry.objects.get(rank=3, record_id=invoice.pk)


def decide(pc: OfficePc, invoice: Invoice, actor: str, *, approve: bool = True) -> Any:
    (result,) = services.decide(
        connection_of(pc),
        approve=approve,
        entries=[entry_of(invoice).guid],
        reason="" if approve else "Ask the client first.",
        actor=actor,
        now=pc.now,
    )
    return result


def edit(pc: OfficePc, invoice: Invoice, memo: str, actor: str) -> None:
    invoice.refresh_from_db()
    office_services.update_invoice(
        invoice=invoice, values={"memo": memo}, now=pc.now + timedelta(seconds=1), actor=actor
    )


def test_n14_over_the_amount_it_waits_for_a_second_person_and_then_goes(
    pc: OfficePc, ann: str, bob: str
) -> None:
    set_rules(pc, amount_over=Decimal(1000))
    small, large = invoice_of(pc, "1000"), invoice_of(pc, "1000.01")

    assert ask(pc, small, bob).result == "queued"
    held = ask(pc, large, bob)
    assert held.result == "held"
    assert "1,000.01 is over 1,000.00" in held.reason
    pc.run()
    pc.run()
    assert [entry_of(each).state for each in (small, large)] == [State.SYNCED, State.HELD]

    assert "yourself" in decide(pc, large, bob).reason
    assert decide(pc, large, ann).done
    pc.run()
    assert entry_of(large).state == State.SYNCED
    assert entry_of(large).asked_by == bob
    actions = AuditEvent.objects.filter(subject=str(large.guid), actor=ann)
    assert actions.filter(action="approve for QuickBooks").count() == 1


def test_n14_no_other_press_is_a_way_round(pc: OfficePc, ann: str, bob: str) -> None:
    set_rules(pc, amount_over=Decimal(1000))
    invoice = invoice_of(pc, "5000")
    ask(pc, invoice, bob)
    connection, guid = connection_of(pc), entry_of(invoice).guid

    def press(action: str) -> Any:
        (done,) = services.act(connection, action=action, entries=[guid], actor=bob, now=pc.now)
        return done

    for action in ("release", "retry", "hold"):
        assert not press(action).done
    assert ask(pc, invoice, bob).result == "refused"
    assert press("ignore").done
    released = press("release")
    assert not released.done
    assert "Somebody else has to approve" in released.reason
    pc.run()
    assert entry_of(invoice).state == State.HELD
    assert decide(pc, invoice, ann).done


def test_n14_a_change_after_the_approval_is_asked_for_anew(
    pc: OfficePc, ann: str, bob: str
) -> None:
    set_rules(pc, amount_over=Decimal(1000))
    invoice = invoice_of(pc, "5000")
    ask(pc, invoice, bob)
    assert decide(pc, invoice, ann).done
    edit(pc, invoice, "changed", bob)
    pc.run()
    pc.run()
    assert entry_of(invoice).state == State.HELD

    edit(pc, invoice, "changed once more", bob)
    assert "changed since" in decide(pc, invoice, ann).reason
    assert decide(pc, invoice, ann).done
    pc.run()
    assert entry_of(invoice).state == State.SYNCED


def test_n14_who_changed_it_meanwhile_does_not_approve_it(pc: OfficePc, ann: str, bob: str) -> None:
    set_rules(pc, amount_over=Decimal(1000))
    invoice = invoice_of(pc, "5000")
    ask(pc, invoice, bob)
    values = {"client": invoice.client.guid, "amount": "5", "date": "2030-01-02"}
    deposit = office_services.create_deposit(business=pc.business, values=values, now=pc.now)
    goes = {"invoice": invoice.guid, "amount": "5"}
    later = pc.now + timedelta(seconds=1)
    office_services.apply_deposit(deposit=deposit, values=goes, now=later, actor=ann)
    assert why_not(entry_of(invoice), ann) == ""
    edit(pc, invoice, "changed", ann)
    assert "You changed it" in decide(pc, invoice, ann).reason


def test_n14_refused_it_is_cancelled_with_the_reason_and_may_be_asked_for_again(
    pc: OfficePc, ann: str, bob: str
) -> None:
    set_rules(pc, amount_over=Decimal(1000))
    invoice = invoice_of(pc, "5000")
    values = {"invoice": invoice.guid, "amount": "5.00", "date": "2030-01-02"}
    office_services.create_payment(business=pc.business, values=values, now=pc.now)
    services.sync(connection_of(pc), invoices=[invoice.guid], payments=[], actor=bob, now=pc.now)
    assert decide(pc, invoice, ann, approve=False).done

    refused = entry_of(invoice)
    assert refused.state == State.CANCELLED
    assert "Ask the client first." in refused.message
    assert SyncEntry.objects.get(rank=4).state == State.CANCELLED
    pc.run()
    assert connection_of(pc).active_count == 0
    assert ask(pc, invoice, bob).result == "held"


def test_n14_what_was_edited_after_it_was_synced_waits_and_refused_stays_changed(
    pc: OfficePc, ann: str, bob: str
) -> None:
    set_rules(pc, edited=True)
    invoice = invoice_of(pc, "10")
    assert ask(pc, invoice, bob).result == "queued"
    pc.run()
    pc.run()
    edit(pc, invoice, "changed", bob)
    held = ask(pc, invoice, bob)
    assert held.result == "held"
    assert "edited after it was synced" in held.reason
    assert decide(pc, invoice, ann, approve=False).done
    assert entry_of(invoice).state == State.CHANGED


def test_n14_a_date_in_closed_books_and_a_client_newly_matched_wait(
    pc: OfficePc, ann: str, bob: str
) -> None:
    set_rules(pc, closed=True, new_client_days=30)
    invoice, other = invoice_of(pc, "10"), invoice_of(pc, "10")
    pc.run()
    Connection.objects.update(closing_date=invoice.date)
    (held,) = services.let_go(connection_of(pc), invoices=[invoice.guid], actor=bob, now=pc.now)
    assert held.result == "held"
    assert "closing date" in held.reason

    Connection.objects.update(closing_date=None)
    SyncEntry.objects.filter(rank=1, record_id=other.client_id).update(
        adopted=True, created_at=pc.now
    )
    assert "matched with QuickBooks less than 30 days" in ask(pc, other, bob).reason
    assert decide(pc, other, ann).done
    lines = [{"description": "Again", "quantity": "1", "unit_price": "1"}]
    values = {"client": other.client.guid, "date": "2030-01-02", "lines": lines}
    again = office_services.create_invoice(business=pc.business, values=values, now=pc.now)
    assert ask(pc, again, bob).result == "queued"


def test_n14_a_rule_is_refused_where_nobody_else_could_approve(pc: OfficePc, ann: str) -> None:
    person(pc.business, "dan@harbor.example", Role.DISPATCHER)
    with pytest.raises(NotPossible, match="Nobody else could approve"):
        set_rules(pc, edited=True)
    set_rules(pc)


def test_n14_once_no_rule_asks_any_more_what_waited_goes(pc: OfficePc, ann: str, bob: str) -> None:
    set_rules(pc, amount_over=Decimal(1000))
    invoice, larger = invoice_of(pc, "5000"), invoice_of(pc, "9000")
    ask(pc, invoice, bob)
    ask(pc, larger, bob)
    set_rules(pc, amount_over=Decimal(6000))
    assert [entry_of(each).state for each in (invoice, larger)] == [State.PENDING, State.HELD]
    pc.run()
    pc.run()
    assert entry_of(invoice).state == State.SYNCED
    assert entry_of(larger).kind == Kind.INVOICE
    assert connection_of(pc).active_count == 0


def test_n14_whoever_may_approve_is_told_by_mail_once_an_hour_and_never_who_asked(
    pc: OfficePc, ann: str, bob: str
) -> None:
    person(pc.business, "dan@harbor.example", Role.DISPATCHER)
    set_rules(pc, amount_over=Decimal(1000))
    ask(pc, invoice_of(pc, "5000"), bob)

    def told() -> list[tuple[str, str]]:
        letters = Letter.objects.filter(cause__startswith="approval ").order_by("pk")
        return list(letters.values_list("membership__user__email", "subject"))

    office = datetime.combine(pc.now.date(), time(15, 0), UTC) + timedelta(days=1)
    while office.weekday() != 0:
        office += timedelta(days=1)
    notices.look(now=office)
    notices.look(now=office + timedelta(minutes=1))
    wanted = f"1 waits for your approval: {pc.business}"
    assert told() == [("ann@harbor.example", wanted)]
    notices.look(now=office + timedelta(hours=2))
    assert len(told()) == 1
