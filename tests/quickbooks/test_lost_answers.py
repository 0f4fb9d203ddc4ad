"""Whatever dies and whenever: nothing lost, nothing doubled, and the log says what is known."""

from datetime import UTC, datetime
from typing import Any

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Invoice
from fieldledger.quickbooks.models import EntryEvent, MessageSet
from fieldledger.simulator import people
from fieldledger.simulator.company import Company
from fieldledger.simulator.variant import Variant
from fieldledger.sync.content import State
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)

# Each happens to the document that holds the invoices: the third of its session, for the first
# asks whether the company file is the one that was left, and the second for their numbers.
FAULTS = [
    "lose-request@3",
    "send-twice@3",
    "drop-after-send@3",
    "zombie@3",
    "crash-mid=1@3",
    "crash-unstored@3",
    "drop-after-run@3",
    "lose-answer@3",
    "bad-answer@3",
    "receive-twice@3",
    "lose-reply@3",
    "hresult-after=0x80040402@3",
    "hresult=0x80040409@3",
    "stop-before=closeConnection",
    "stop-before=receiveResponseXML@3",
    "closed",
]
VARIANTS = [
    Variant(),
    Variant(store_keeps="last", not_stored_status=9002, stored_answers="recovery"),
    Variant(edit_sequence_per_change=True, guid_unique=True, empty_clears=False),
]


def three_invoices(business: Business) -> list[Invoice]:
    client = office.create_client(business=business, values={"name": "Anna Smith"}, now=NOW)
    item = office.create_item(
        business=business, values={"name": "Leak repair", "price": "120.00"}, now=NOW
    )
    return [
        office.create_invoice(
            business=business,
            values={
                "client": client.guid,
                "date": "2026-05-04",
                "lines": [{"item": item.guid, "quantity": "1", "unit_price": f"{price}.00"}],
            },
            now=NOW,
        )
        for price in (10, 20, 30)
    ]


@pytest.mark.parametrize("fault", FAULTS)
def test_three_invoices_stand_there_once_after_any_fault(
    pc: OfficePc, business: Business, fault: str
) -> None:
    invoices = three_invoices(business)
    pc.set_up()
    pc.sync(*(each.guid for each in invoices))
    pc.run(fault)
    for _ in range(4):
        pc.run()
    there = sorted(each.amounts["total"] for each in pc.company.invoices())
    assert there == [1000, 2000, 3000]
    assert pc.states() == {"synced": 5}
    assert pc.connection.active_count == 0
    assert not MessageSet.objects.filter(status__in=["sent", "in_doubt", "absent"]).exists()


@pytest.mark.parametrize(
    "fault", ["crash-mid=2@2", "drop-after-run@2", "drop-after-send@2", "zombie@2"]
)
@pytest.mark.parametrize("number", range(len(VARIANTS)))
def test_clients_survive_in_every_variant_of_quickbooks_memory(
    business: Business, fault: str, number: int
) -> None:
    pc = OfficePc(business, variant=VARIANTS[number])
    pc.set_up()
    before = len(pc.company.customers())
    for name in ("Anna", "Ben", "Cleo", "Dan"):
        office.create_client(business=business, values={"name": name}, now=NOW)
    pc.run(fault)
    for _ in range(4):
        pc.run()
    assert len(pc.company.customers()) == before + 4
    assert pc.states() == {"synced": 4}


def test_a_lost_answer_is_a_state_and_is_never_sent_again_by_hand(
    pc: OfficePc, business: Business
) -> None:
    invoices = three_invoices(business)
    pc.set_up()
    pc.sync(invoices[0].guid)
    pc.run("lose-answer@3")
    pc.run("closed")  # The next sign-in finds the loss; QuickBooks cannot be asked yet.
    (entry,) = pc.entries(rank=3)
    assert entry.state == State.CHECKING
    (result,) = pc.act("retry", entry)
    assert not result.done
    assert "could double it" in result.reason
    pc.run()
    (entry,) = pc.entries(rank=3)
    assert entry.state == State.SYNCED
    assert len(pc.company.invoices()) == 1
    told = list(
        EntryEvent.objects.filter(entry=entry).order_by("pk").values_list("state", flat=True)
    )
    assert told == ["pending", "pending", "checking", "checking", "synced"]


def test_what_quickbooks_has_already_is_found_by_its_mark_even_renumbered(
    pc: OfficePc, business: Business
) -> None:
    invoices = three_invoices(business)
    pc.set_up()
    pc.sync(invoices[0].guid)
    pc.run("crash-unstored@3")
    (there,) = pc.company.invoices()
    people.edit(pc.company, there.id, {"RefNumber": "X-1"}, now=datetime.now(tz=UTC))
    pc.run()
    pc.run()
    assert len(pc.company.invoices()) == 1
    assert pc.states() == {"synced": 3}


def test_a_poison_record_is_found_by_halving_and_the_others_go_in_the_same_session(
    pc: OfficePc, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    pc.set_up()
    for number in range(50):
        office.create_client(business=business, values={"name": f"Client {number:02}"}, now=NOW)
    real = pc.company.answer

    def answer(xml: str, **more: Any) -> str:
        # QuickBooks dislikes one record for a reason of its own: it cannot parse the document.
        if "<Name>Client 17</Name>" in xml:
            xml = xml.replace("<Name>Client 17</Name>", "<Nome>Client 17</Nome>")
        return real(xml, **more)

    monkeypatch.setattr(pc.company, "answer", answer)
    ended = pc.run()
    assert ended.outcome == "done"
    assert pc.states() == {"synced": 49, "failed": 1}
    (failed,) = pc.entries(state=State.FAILED)
    assert failed.title == "Client 17"
    assert ended.rounds <= 10  # The check of the file, seven to find it, itself, and the rest.


def test_the_wrong_company_file_is_refused_by_name_and_nothing_is_written(
    pc: OfficePc, business: Business
) -> None:
    pc.set_up()
    other = Company.fresh(seed=99, now=pc.now, name="Other Company")
    other.stamp(
        owner_id=pc.connector.owner_id,  # type: ignore[union-attr]
        name="FileID",
        value="{11111111-2222-3333-4444-555555555555}",
    )
    office.create_client(business=business, values={"name": "Anna"}, now=NOW)
    before = other.to_json()
    pc.desk.open(other)
    ended = pc.run()
    assert "Other Company" in ended.status
    assert len(other.customers()) == len(Company.from_json(before).customers())
    assert pc.states() == {"pending": 1}
    pc.desk.open(pc.company)
    pc.run()
    assert pc.states() == {"synced": 1}
    assert pc.connection.attention_code == ""
