"""A large, awkward company imported under both strategies; broken walks; memory held small.

The long form is benchmarks/import_company.py.
"""

import re
from collections import Counter
from datetime import UTC, datetime
from random import Random

import pytest

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Item
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import PlanRow, QuickBooksRecord, Stage, StagedPage, SyncEntry
from tests.support.large_company import make_awkward, ours_of, right, sizes
from tests.support.office_pc import OfficePc

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def fill(pc: OfficePc) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    make_awkward(pc.company, now=pc.now)
    clients, items = ours_of(pc.company)
    for start in range(0, len(clients), 500):
        office.create_clients(business=pc.business, many=clients[start : start + 500], now=NOW)
    office.create_items(business=pc.business, many=items, now=NOW)
    return clients, items


@pytest.mark.parametrize("jobs", ["clients", "skip"])
@pytest.mark.parametrize("strategy", ["name_and_contact", "name_or_contact"])
def test_a_large_awkward_company_is_imported_once_and_doubles_nothing(
    business: Business, strategy: str, jobs: str
) -> None:
    pc = OfficePc(business, sizes=sizes(1500 if jobs == "clients" else 300, 300))
    clients, items = fill(pc)
    expected = right(
        pc.company,
        clients,
        items,
        needs_both=strategy == "name_and_contact",
        jobs=jobs == "clients",
        inactive=jobs == "clients",
    )
    assert expected.links > 20

    pc.set_up(
        clients=True,
        items=True,
        client_matching=strategy,
        jobs=jobs,
        inactive="archived" if jobs == "clients" else "skip",
    )
    for _ in range(2):
        assert pc.run().outcome in {"done", "none"}

    assert pc.connection.stage == Stage.ONGOING
    assert Client.objects.count() == expected.clients_here
    assert len(pc.company.customers()) == expected.customers_there
    assert Item.objects.count() == expected.items_here
    assert len(pc.company.items()) == expected.items_there
    left_out = PlanRow.objects.filter(reason__startswith="It could not be made here: ")
    assert left_out.count() == expected.left_out
    ids = Counter(SyncEntry.objects.exclude(quickbooks_id="").values_list("quickbooks_id"))
    assert max(ids.values()) == 1
    assert set(pc.states()) <= {"synced"}
    assert not StagedPage.objects.exists()


# --- A walk that breaks off ---


def begin(pc: OfficePc, **choice: object) -> None:
    """Be connected, everything chosen, and about to read anew for the plan."""
    pc.install()
    services.go_next(pc.connection, actor="Dana", now=NOW)
    assert pc.run().outcome == "done"
    services.go_next(pc.connection, actor="Dana", now=NOW)
    services.choose_import(pc.connection, choice=choice, actor="Dana", now=NOW)
    services.refresh_lists(pc.connection, actor="Dana", now=NOW)


def is_wanted(pc: OfficePc) -> bool:
    return pc.connection.reading_wanted


def lists_now() -> dict[str, tuple[str, int]]:
    rows = QuickBooksRecord.objects.values_list("list_id", "full_name", "run")
    return {list_id: (name, run) for list_id, name, run in rows}


def test_a_walk_killed_at_any_page_shows_nothing_of_itself_and_costs_one_run(
    business: Business,
) -> None:
    pc = OfficePc(business, sizes=sizes(120, 40))
    pc.read_in_pages_of(10)
    begin(pc, clients=True, items=True)
    chance = Random(11)
    before = lists_now()
    customers = len([each for each in before.values() if each])

    for _ in range(20):
        page = chance.randrange(1, 14)
        ended = pc.run(f"drop-after-run@{page}")
        after = lists_now()
        runs = {name: run for name, (_, run) in after.items()}
        by_list = Counter(
            (each.list, each.type == "CustomerRet", runs[each.list_id])
            for each in QuickBooksRecord.objects.all()
        )
        for (of, is_customer, run), number in by_list.items():
            if is_customer:
                assert number == len(pc.company.customers()), (of, run, page, ended)
            if of == "items":
                assert number == len(pc.company.items())
    assert len(lists_now()) == customers
    assert is_wanted(pc)
    pc.run()
    assert not is_wanted(pc)
    assert not StagedPage.objects.exists()
    assert lists_now().keys() == before.keys()


@pytest.mark.parametrize(
    "attributes",
    [
        'statusCode="3391" statusSeverity="Error" statusMessage="The iterator is not valid"',
        'statusCode="0" statusSeverity="Info" statusMessage="Status OK" iteratorRemainingCount="7"',
    ],
)
def test_a_lost_iterator_begins_its_list_anew_in_the_same_session(
    business: Business, monkeypatch: pytest.MonkeyPatch, attributes: str
) -> None:
    pc = OfficePc(business, sizes=sizes(60, 40))
    pc.read_in_pages_of(10)
    real = pc.company.answer
    pages: list[str] = []

    def answer(xml: str, **more: object) -> str:
        text = real(xml, **more)  # type: ignore[arg-type]
        if "<CustomerQueryRq " in xml:
            pages.append(xml)
            if len(pages) == 4:
                text = re.sub(
                    r"<CustomerQueryRs (requestID=\S+).*</CustomerQueryRs>",
                    rf"<CustomerQueryRs \1 {attributes} />",
                    text,
                    flags=re.DOTALL,
                )
        return text

    monkeypatch.setattr(pc.company, "answer", answer)
    pc.install()
    assert pc.run().outcome == "done"

    assert sum('iterator="Start"' in each for each in pages) == 3
    found = QuickBooksRecord.objects.filter(type="CustomerRet").count()
    assert found == len(pc.company.customers())
    assert pc.connection.lists_read_at is not None
