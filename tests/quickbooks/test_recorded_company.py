"""Answers that real companies' QuickBooks gave, imported: names, contacts, jobs, reasons."""

import re
from decimal import Decimal

import pytest
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.office import services as office
from fieldledger.office.models import Client, Item
from fieldledger.quickbooks import services
from fieldledger.quickbooks.models import PlanRow, QuickBooksRecord, SyncEntry
from tests.support.office_pc import OfficePc
from tests.support.shared import shared

pytestmark = pytest.mark.django_db

_OUTSIDE = re.compile(r"<(\w+)QueryRs [^>]*>(.*)</\1QueryRs>", re.DOTALL)


def answers(pc: OfficePc, monkeypatch: pytest.MonkeyPatch, **files: str) -> None:
    """Let QuickBooks answer a query ("Customer") with the records of a recorded answer."""
    records = {}
    for query, name in files.items():
        found = _OUTSIDE.search(shared("answers", name).read_text(encoding="utf-8"))
        assert found is not None
        records[query] = found[2]
    real = pc.company.answer

    def answer(xml: str, **more: object) -> str:
        text = real(xml, **more)  # type: ignore[arg-type]
        for query, inside in records.items():
            element = re.compile(
                rf"<{query}QueryRs ([^>]*?)(?:/>|>.*?</{query}QueryRs>)", re.DOTALL
            )
            text = element.sub(
                lambda match, query=query, inside=inside: (  # type: ignore[misc]
                    f"<{query}QueryRs "
                    + re.sub(
                        'iteratorRemainingCount="[0-9]+"', 'iteratorRemainingCount="0"', match[1]
                    )
                    + f">{inside}</{query}QueryRs>"
                ),
                text,
            )
        return text

    monkeypatch.setattr(pc.company, "answer", answer)


def reasons() -> dict[str, tuple[str, str]]:
    rows = PlanRow.objects.exclude(theirs=None).select_related("theirs").order_by("pk")
    return {each.theirs.full_name: (each.decision, each.reason) for each in rows if each.theirs}


SUB_CUSTOMERS = {
    "Steve Jobs:Steve Jobs",
    "Steve Jobs:Steve Jobs:Steve Jobs",
    "Steve Jobs:TRABALHO",
}


@pytest.mark.parametrize("jobs", ["skip", "clients"])
def test_jobs_that_all_bear_their_customers_name(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch, jobs: str
) -> None:
    answers(pc, monkeypatch, Customer="customers_with_many_jobs.xml", Vendor="vendors.xml")
    pc.set_up(clients=True, jobs=jobs, client_matching="name_or_contact")

    told = reasons()
    names = sorted(Client.objects.values_list("name", flat=True))
    if jobs == "skip":
        assert names == ["Marcos Brian", "Steve Jobs"]
        assert {name for name, (decision, _) in told.items() if decision == "skip"} == SUB_CUSTOMERS
        assert told["Steve Jobs:TRABALHO"][1] == (
            "A sub-customer (job) of “Steve Jobs”; these are left out as chosen."
        )
    else:
        assert names == ["Marcos Brian", "Steve Jobs", *sorted(SUB_CUSTOMERS)]
        assert told["Steve Jobs:TRABALHO"][1] == (
            "Only QuickBooks has it. A sub-customer (job) of “Steve Jobs”, made a client as chosen."
        )
    assert told["Marcos Brian"] == ("create_here", "Only QuickBooks has it.")
    marcos = Client.objects.get(name="Marcos Brian")
    assert (marcos.email, marcos.phone) == ("bla@bla.com", "87841823123")
    assert (marcos.company_name, marcos.first_name) == ("Igreja", "Marcos")
    assert marcos.billing_line1 == ""  # Only the company's and the person's name stand there.
    assert set(pc.states()) == {"synced"}
    links = SyncEntry.objects.values_list("quickbooks_id", flat=True)
    assert len(set(links)) == len(names)


def test_a_client_is_linked_with_the_customer_never_with_its_jobs(
    pc: OfficePc, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    for values in (
        {"name": "steve  jobs", "email": "AAAA@bbb.com"},
        {"name": "Trabalho"},
    ):
        office.create_client(business=business, values=values, now=timezone.now())
    answers(pc, monkeypatch, Customer="customers_with_many_jobs.xml", Vendor="vendors.xml")
    pc.set_up(clients=True, client_matching="name_and_contact")

    assert reasons()["Steve Jobs"] == ("link", "Same name and e-mail.")
    row = PlanRow.objects.get(record_name="Trabalho")
    assert (row.decision, row.reason) == (
        "create_in_quickbooks",
        "QuickBooks does not have this client.",
    )


def test_contacts_that_sub_customers_share_with_another_customer_are_no_match(
    pc: OfficePc, business: Business, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = {"name": "Igreja Central", "phone": "8784-182-3123"}
    office.create_client(business=business, values=values, now=timezone.now())
    answers(pc, monkeypatch, Customer="customers_with_many_jobs.xml")
    pc.set_up(clients=True, client_matching="name_or_contact", jobs="clients")

    row = PlanRow.objects.select_related("theirs").get(record_name="Igreja Central")
    assert row.theirs is not None
    assert (row.decision, row.theirs.full_name) == ("link", "Marcos Brian")
    assert row.reason == "Same phone."


@pytest.mark.parametrize("file", ["items.xml", "items_2.xml"])
def test_items_of_all_types_are_imported_or_said_why_not(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch, file: str
) -> None:
    answers(pc, monkeypatch, Item=file, Account="accounts.xml")
    pc.set_up(items=True)

    carbon = Item.objects.get(name="Fibra de Carbono")
    assert (carbon.kind, carbon.description) == ("service", "Fibras de carbono")
    assert carbon.price == Decimal("111.111")
    assert Item.objects.get(name="Apontador:Lapis2").price == Decimal(2200)
    coper = Item.objects.get(name="Coper")
    assert coper.description == "Some information"
    assert (coper.price, coper.cost) == (Decimal(10), Decimal(0))
    told = reasons()
    assert told["Paper"] == told["Some group name"]
    assert told["Paper"] == (
        "skip",
        "QuickBooks uses it for sums, taxes or discounts; it is nothing sold.",
    )
    assert len(told) == QuickBooksRecord.objects.filter(list="items").count()
    assert set(pc.states()) == {"synced"}


def test_a_builders_services_with_codes_that_no_list_explains(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(pc, monkeypatch, Item="items_services_2.xml")
    pc.set_up(items=True, inactive="archived")

    records = QuickBooksRecord.objects.filter(list="items")
    assert Item.objects.count() == records.count() == 50
    plans = Item.objects.get(name="01 Plans & Permits .:01.1 Plans")
    assert (plans.taxable, plans.description) == (False, "Plans")
    for each in records:
        item = Item.objects.get(guid=SyncEntry.objects.get(quickbooks_id=each.list_id).record_guid)
        assert item.taxable is (each.details["tax_code_name"] != "Non")
        assert item.archived is not each.is_active


def test_what_was_recorded_is_imported_again_as_the_same(
    pc: OfficePc, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers(pc, monkeypatch, Customer="customers_with_jobs.xml", Item="items_service.xml")
    pc.set_up(clients=True, items=True, jobs="clients")
    before = Client.objects.count(), Item.objects.count()

    services.refresh_lists(pc.connection, actor="Dana", now=timezone.now())
    assert pc.run().outcome == "done"

    assert (Client.objects.count(), Item.objects.count()) == before == (3, 3)
