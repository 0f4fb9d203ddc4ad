"""A backup of the company file comes back: nothing lost, nothing doubled."""

from datetime import UTC, datetime, timedelta

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Invoice
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.quickbooks.verification import is_older
from fieldledger.simulator import people
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import State
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def a_client(business: Business, name: str) -> Client:
    return office.create_client(
        business=business, values={"name": name, "phone": "555-0100"}, now=NOW
    )


def an_invoice(business: Business, number: str = "1001") -> Invoice:
    client = a_client(business, f"Anna {number}")
    item = office.create_item(
        business=business, values={"name": f"Work {number}", "price": "80"}, now=NOW
    )
    return office.create_invoice(
        business=business,
        values={
            "client": client.guid,
            "number": number,
            "date": "2026-05-04",
            "lines": [{"item": item.guid, "quantity": "1", "unit_price": "80.00"}],
        },
        now=NOW,
    )


def the_next_day(pc: OfficePc) -> None:
    """Let the daily look at the company file be due."""
    connection = pc.connection
    connection.checked_at = datetime.now(tz=UTC) - timedelta(days=2)
    connection.save()


def phones(pc: OfficePc) -> dict[str, str]:
    return {
        each.name: each.fields["Phone"]
        for each in pc.company.customers()
        if each.name in {"Anna", "Ben", "Cleo"}
    }


def test_what_a_restored_company_file_lacks_is_sent_again_and_the_rest_is_left_alone(
    business: Business,
) -> None:
    # All this happens within a second, and QuickBooks' EditSequence may count no finer.
    pc = OfficePc(business, variant=Variant(edit_sequence_per_change=True))
    anna, _ = a_client(business, "Anna"), a_client(business, "Ben")
    pc.set_up()
    pc.run()
    backup = pc.company.to_json()
    office.update_client(client=anna, values={"phone": "555-0199"}, now=NOW)
    a_client(business, "Cleo")
    pc.run()
    people.restore(pc.company, backup, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    assert phones(pc) == {"Anna": "555-0100", "Ben": "555-0100"}
    before = {each.name: each.edit_sequence for each in pc.company.customers()}

    the_next_day(pc)
    for _ in range(3):
        pc.run()
    assert phones(pc) == {"Anna": "555-0199", "Ben": "555-0100", "Cleo": "555-0100"}
    assert pc.states() == {"synced": 3}
    after = {each.name: each.edit_sequence for each in pc.company.customers()}
    assert after["Ben"] == before["Ben"]
    # The one banner has gone by itself, and says what was found.
    assert pc.connection.attention_code == ""
    notice = pc.connection.notice
    assert notice["code"] == "verified"
    assert notice["reason"] == "file_restored"
    assert (notice["total"], notice["as_it_was"], notice["sent_again"], notice["gone"]) == (
        3,
        1,
        2,
        0,
    )


def test_the_banner_of_a_restore_lasts_while_records_are_looked_up(
    pc: OfficePc, business: Business
) -> None:
    a_client(business, "Anna")
    pc.set_up()
    pc.run()
    backup = pc.company.to_json()
    a_client(business, "Ben")
    pc.run()
    people.restore(pc.company, backup, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    the_next_day(pc)

    # It breaks off when the records are about to be looked up.
    pc.run("stop-before=receiveResponseXML@2")
    assert pc.connection.attention_code == "file_restored"
    assert pc.connection.verification["total"] == 2

    for _ in range(2):
        pc.run()
    assert pc.connection.attention_code == ""
    assert pc.connection.verification == {}
    assert pc.connection.notice["sent_again"] == 1
    assert pc.states() == {"synced": 2}


def test_what_an_older_copy_of_the_file_lacks_is_sent_again_by_itself(
    pc: OfficePc, business: Business
) -> None:
    a_client(business, "Anna")
    pc.set_up()
    backup = pc.company.to_json()
    for name in ("Ben", "Cleo"):
        a_client(business, name)
        pc.run()
    people.copy_back(pc.company, backup)
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    assert sorted(phones(pc)) == ["Anna", "Ben", "Cleo"]
    assert pc.states() == {"synced": 3}
    assert pc.connection.notice["reason"] == "file_older"


def test_in_an_older_copy_what_somebody_deleted_waits_for_a_person(
    pc: OfficePc, business: Business
) -> None:
    for name in ("Anna", "Ben"):
        a_client(business, name)
    pc.set_up()
    pc.run()
    (ben,) = [each for each in pc.company.customers() if each.name == "Ben"]
    people.delete(pc.company, ben.id, now=datetime.now(tz=UTC))
    backup = pc.company.to_json()
    for name in ("Cleo", "Dan"):
        a_client(business, name)
        pc.run()
    people.copy_back(pc.company, backup)
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    assert sorted(phones(pc)) == ["Anna", "Cleo"]
    assert pc.states() == {"synced": 3, "gone": 1}
    assert [each.title for each in pc.entries(state=State.GONE)] == ["Ben"]


def test_one_client_that_was_merged_away_is_not_brought_back(
    pc: OfficePc, business: Business
) -> None:
    a_client(business, "Anna")
    pc.set_up()
    pc.run()
    a_client(business, "Ben")
    pc.run()
    connection = pc.connection
    connection.activity = {**connection.activity, "last": connection.activity["last"][-1:]}
    connection.save()
    by_name = {each.name: each.id for each in pc.company.customers()}
    people.merge(pc.company, by_name["Ben"], by_name["Anna"], now=datetime.now(tz=UTC))
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    assert [each.title for each in pc.entries(state=State.GONE)] == ["Ben"]
    assert sorted(phones(pc)) == ["Anna"]


def test_a_deleted_record_is_not_brought_back_by_the_daily_look(
    pc: OfficePc, business: Business
) -> None:
    a_client(business, "Anna")
    pc.set_up()
    a_client(business, "Ben")
    pc.run()
    (ben,) = [each for each in pc.company.customers() if each.name == "Ben"]
    people.delete(pc.company, ben.id, now=datetime.now(tz=UTC))
    the_next_day(pc)
    pc.run()
    assert sorted(phones(pc)) == ["Anna"]
    assert pc.states() == {"synced": 1, "gone": 1}


def test_what_was_made_void_is_made_void_again_where_a_backup_has_it_open(
    pc: OfficePc, business: Business
) -> None:
    client = a_client(business, "Anna")
    invoice = office.create_invoice(
        business=business,
        values={
            "client": client.guid,
            "date": "2026-05-04",
            "lines": [{"description": "Work", "quantity": "1", "unit_price": "80.00"}],
        },
        now=NOW,
    )
    pc.set_up()
    fallback = next(each.id for each in pc.company.items() if each.name == "Labor")
    services.save_mapping(pc.connection, changes={"fallback_item": fallback}, actor="Dana", now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    backup = pc.company.to_json()
    office.void_invoice(invoice=invoice, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    assert [each.amounts["total"] for each in pc.company.invoices()] == [0]
    people.restore(pc.company, backup, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    assert [each.amounts["total"] for each in pc.company.invoices()] == [8000]
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    assert [each.amounts["total"] for each in pc.company.invoices()] == [0]
    assert pc.states() == {"synced": 2}


def test_what_was_made_void_and_is_not_there_any_more_is_not_called_synced(
    pc: OfficePc, business: Business
) -> None:
    client = a_client(business, "Anna")
    pc.set_up()
    fallback = next(each.id for each in pc.company.items() if each.name == "Labor")
    services.save_mapping(pc.connection, changes={"fallback_item": fallback}, actor="Dana", now=NOW)
    before = pc.company.to_json()
    invoice = office.create_invoice(
        business=business,
        values={
            "client": client.guid,
            "date": "2026-05-04",
            "lines": [{"description": "Work", "quantity": "1", "unit_price": "80.00"}],
        },
        now=NOW,
    )
    pc.sync(invoice.guid)
    pc.run()
    between = pc.company.to_json()
    office.void_invoice(invoice=invoice, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    people.restore(pc.company, before, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    the_next_day(pc)
    for _ in range(2):
        pc.run()

    assert not pc.company.invoices()
    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.quickbooks_id) == ("cancelled", "")
    (again,) = pc.sync(invoice.guid)
    assert (again.result, "nothing to send" in again.reason) == ("refused", True)

    # A backup that has it, and not that it was made void.
    people.restore(pc.company, between, now=datetime.now(tz=UTC) + timedelta(seconds=9))
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    assert [each.amounts["total"] for each in pc.company.invoices()] == [0]
    assert pc.states() == {"synced": 2}


def test_what_was_refused_since_is_looked_for_in_an_older_backup_that_may_have_it(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    before = pc.company.to_json()
    invoice = an_invoice(business)
    pc.run()
    pc.sync(invoice.guid)
    pc.run()
    with_it = pc.company.to_json()
    people.restore(pc.company, before, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    people.close_books(pc.company, "2026-05-31")
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code) == ("failed", "closed_period")

    # Nobody has asked for it since, so it does not go by itself to a file that lacks it.
    people.reopen_books(pc.company)
    people.restore(pc.company, before, now=datetime.now(tz=UTC) + timedelta(seconds=7))
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    (entry,) = pc.entries(rank=3)
    assert (entry.state, entry.code) == ("failed", "refused_before")
    assert "the invoice “1001” had been refused before" in entry.message
    assert pc.company.invoices() == []

    people.restore(pc.company, with_it, now=datetime.now(tz=UTC) + timedelta(seconds=9))
    the_next_day(pc)
    for _ in range(2):
        pc.run()
    assert pc.states() == {"synced": 3}
    assert len(pc.company.invoices()) == 1


def test_what_one_session_has_not_found_is_looked_for_again_by_the_next(
    pc: OfficePc, business: Business
) -> None:
    """Goal: one customer. Method: a copy is open for a while, and the Web Connector dies in it."""
    pc.set_up()
    a_client(business, "Berta")
    pc.run()
    without_it = pc.company.to_json()
    a_client(business, "Anna")
    pc.run()
    count = len(pc.company.customers())
    restored_at = datetime.now(tz=UTC) + timedelta(seconds=5)
    people.restore(pc.company, pc.company.to_json(), now=restored_at)
    with_it = pc.company.to_json()  # Of the same restore, so that nothing tells of the change.
    people.restore(pc.company, without_it, now=restored_at)
    the_next_day(pc)
    pc.run_until(lambda: SyncEntry.objects.filter(title="Anna", looked_in__gt=0).exists())
    assert pc.states() == {"synced": 1, "pending": 1}
    assert len(pc.company.customers()) == count - 1

    people.copy_back(pc.company, with_it)
    for _ in range(2):
        pc.run()
    assert len(pc.company.customers()) == count
    assert pc.states() == {"synced": 2}


def test_a_void_goes_once_the_payment_it_waits_for_is_not_there_any_more(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    invoice = an_invoice(business)
    pc.sync(invoice.guid)
    pc.run()
    without_payment = pc.company.to_json()
    values = {"invoice": invoice.guid, "amount": "20.00", "date": "2026-05-04", "method": "check"}
    payment = office.create_payment(business=business, values=values, now=NOW)
    pc.sync(invoice.guid)
    pc.run()
    office.void_payment(payment=payment, now=NOW)
    office.void_invoice(invoice=Invoice.objects.get(pk=invoice.pk), now=NOW)
    people.close_books(pc.company, "2026-05-31")
    pc.sync(invoice.guid)
    pc.run()
    assert pc.states() == {"synced": 2, "waiting": 1, "failed": 1}

    people.restore(pc.company, without_payment, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    the_next_day(pc)
    for _ in range(2):
        pc.act("retry", *pc.entries(rank=4))
        pc.run()
    pc.run()
    assert pc.states() == {"synced": 3, "cancelled": 1}
    assert [each.amounts["total"] for each in pc.company.invoices()] == [0]


def test_an_id_that_became_somebody_elses_shows_that_the_file_is_older(
    pc: OfficePc, business: Business
) -> None:
    """Goal: what stands under our id is looked at. Method: a copy gives the id a second time."""
    pc.set_up()
    backup = pc.company.to_json()
    a_client(business, "Anna")
    pc.run()
    (anna,) = pc.entries(title="Anna")
    people.copy_back(pc.company, backup)
    given = {"CustomerAdd": {"Name": "Somebody"}}
    later = pc.now + timedelta(seconds=60)
    somebody = people.do(pc.company, "CustomerAddRq", given, now=later).record
    assert somebody is not None
    pc.company.state.leave(somebody)
    somebody.id = anna.quickbooks_id
    pc.company.state.enter(somebody)
    the_next_day(pc)
    for _ in range(3):
        pc.run()

    there = {each.name: each for each in pc.company.customers()}
    assert there["Somebody"].fields.get("Phone") is None
    assert there["Anna"].id != somebody.id
    (anna,) = pc.entries(title="Anna")
    assert (anna.state, anna.quickbooks_id) == ("synced", there["Anna"].id)


def test_a_session_that_breaks_off_before_the_check_does_not_put_it_off_for_a_day(
    pc: OfficePc, business: Business
) -> None:
    a_client(business, "Anna")
    pc.set_up()
    backup = pc.company.to_json()
    a_client(business, "Ben")
    pc.run()
    people.restore(pc.company, backup, now=datetime.now(tz=UTC) + timedelta(seconds=5))
    the_next_day(pc)
    pc.run("stop-before=receiveResponseXML@1")  # Nothing waits to be sent.
    assert pc.run().outcome == "done"
    pc.run()

    assert sorted(each.name for each in pc.company.customers() if each.origin.set_id) == [
        "Anna",
        "Ben",
    ]


def settled_invoices(pc: OfficePc, business: Business, *numbers: str) -> None:
    """Send invoices, and let somebody enter their payments by hand in QuickBooks."""
    for number in numbers:
        invoice = an_invoice(business, number)
        pc.sync(invoice.guid)
        pc.run()
        there = next(each for each in pc.company.invoices() if each.fields["RefNumber"] == number)
        paid = {"TxnID": there.id, "PaymentAmount": "80.00"}
        people.do(
            pc.company,
            "ReceivePaymentAddRq",
            {
                "ReceivePaymentAdd": {
                    "CustomerRef": {"ListID": there.fields["CustomerRef"]},
                    "TotalAmount": "80.00",
                    "AppliedToTxnAdd": [paid],
                }
            },
            now=pc.now,
        )


def condense(pc: OfficePc) -> None:
    later = datetime.now(tz=UTC) + timedelta(seconds=5)
    people.condense(pc.company, f"{later + timedelta(days=1):%Y-%m-%d}", now=later)
    assert not pc.company.invoices()


def test_what_condensing_took_out_stays_as_it_was_where_a_later_record_is_there(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    settled_invoices(pc, business, "1001", "1002")
    a_client(business, "Later")
    pc.run()
    condense(pc)
    the_next_day(pc)
    for _ in range(2):
        pc.run()

    assert not pc.company.invoices()
    assert {each.state for each in pc.entries()} == {"synced"}
    assert {each.message for each in pc.entries(rank=3)} == {
        "QuickBooks took it out when the company file was condensed."
    }


def test_where_condensing_may_have_taken_what_was_written_last_a_person_is_asked(
    pc: OfficePc, business: Business
) -> None:
    """Goal: no guess. Method: nothing that was written after the second invoice is there."""
    pc.set_up()
    settled_invoices(pc, business, "1001", "1002")
    condense(pc)
    the_next_day(pc)
    for _ in range(2):
        pc.run()

    assert not pc.company.invoices()
    first, second = pc.entries(rank=3)
    assert (first.state, second.state) == ("synced", "gone")
    assert "Retry sends it as new" in second.message
    assert "if that took it out, press Ignore" in second.message


def test_an_older_copy_that_was_condensed_gets_again_what_it_lacks(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    backup = pc.company.to_json()
    a_client(business, "Ben")
    a_client(business, "Cleo")
    settled_invoices(pc, business, "1001", "1002")
    people.copy_back(pc.company, backup)
    condense(pc)
    the_next_day(pc)
    for _ in range(3):
        pc.run()

    assert sorted(each.fields["RefNumber"] for each in pc.company.invoices()) == ["1001", "1002"]
    assert {each.state for each in pc.entries()} == {"synced"}


def test_a_record_that_somebody_changed_since_does_not_prove_that_the_file_is_no_older_one(
    pc: OfficePc, business: Business
) -> None:
    """Goal: no guess. Method: an older copy, condensed, in which they changed what came later."""
    pc.set_up()
    settled_invoices(pc, business, "1001")
    backup = pc.company.to_json()
    settled_invoices(pc, business, "1002")
    client = Client.objects.get(name="Anna 1001")
    office.update_client(client=client, values={"phone": "555-0177"}, now=NOW)
    pc.run()
    people.copy_back(pc.company, backup)
    (customer,) = (each for each in pc.company.customers() if each.name == client.name)
    condense(pc)
    people.edit(
        pc.company, customer.id, {"Fax": "1"}, now=datetime.now(tz=UTC) + timedelta(hours=1)
    )
    the_next_day(pc)
    for _ in range(2):
        pc.run()

    (second,) = pc.entries(title="1002")
    is_there = "1002" in {each.fields["RefNumber"] for each in pc.company.invoices()}
    assert is_there == (second.state == "synced"), second.message


def test_a_session_that_breaks_off_after_a_condensing_does_not_hide_an_older_copy(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    settled_invoices(pc, business, "1001")
    backup = pc.company.to_json()
    settled_invoices(pc, business, "1002")
    condense(pc)
    the_next_day(pc)
    pc.run_until(lambda: SyncEntry.objects.filter(code="condensed").exists())
    people.copy_back(pc.company, backup)
    people.condense(pc.company, "2030-01-01", now=datetime.now(tz=UTC) + timedelta(hours=1))
    the_next_day(pc)
    for _ in range(2):
        pc.run()

    (second,) = pc.entries(title="1002")
    assert not pc.company.invoices() or second.state == "synced"
    assert "took it out" not in second.message


def test_only_a_smaller_number_is_an_older_edit_sequence() -> None:
    assert is_older("1777911063", "1777911064")
    assert not is_older("1777911064", "1777911064")
    assert not is_older("1777911065", "1777911064")
    assert not is_older("", "1777911064")
    assert not is_older("x", "1777911064")
