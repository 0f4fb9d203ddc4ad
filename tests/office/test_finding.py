"""Goal: anything is found by the beginning of its words, at the same cost however much there is."""

from datetime import datetime

import pytest
from django.db import connection

from fieldledger.accounts.models import Business
from fieldledger.office import finding, queries
from fieldledger.office.finding import SCANNED_MAX, find, holders
from fieldledger.office.models import Client, Invoice, SearchWord
from fieldledger.office.services import (
    create_client,
    create_clients,
    create_invoice,
    create_payment,
    update_client,
)

MANY = 100_000


@pytest.fixture
def smith(business: Business, now: datetime) -> Client:
    values = {
        "name": "Smith, John",
        "company_name": "Müller & Söhne",
        "email": "john.smith@harbor.example",
        "phone": "(978) 555-0101",
    }
    return create_client(business=business, values=values, now=now)


@pytest.mark.parametrize(
    "text",
    ["smi", "JOHN", "john smith", "smith john", "smith, jo", "muller", "soh", "john.smith@har",
     "978 555", "9785550101", "5550101", "555-0101", "joh mull"],
)  # fmt: skip
def test_a_client_is_found_by_the_beginning_of_its_words(
    business: Business, smith: Client, text: str
) -> None:
    assert find(business, text, "client", limit=5) == [smith.pk]


@pytest.mark.parametrize("text", ["", "  ", "&", "mith", "smith zoe", "9785550102", "\xff"])
def test_nothing_else_is_found(business: Business, smith: Client, text: str) -> None:
    assert SearchWord.objects.filter(record_id=smith.pk).exists()
    assert find(business, text, "client", limit=5) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_p16_of_a_second_word_the_index_is_read_for_the_word_alone(
    business: Business, smith: Client, now: datetime
) -> None:
    """Names and addresses that begin with the word are not read beside the word itself."""
    values = {"name": "John Smith & Sons", "email": "john@sons.example"}
    other = create_client(business=business, values=values, now=now)

    asked = holders(business, "smith john", "client")

    assert set(asked.values_list("record_id", flat=True)) == {smith.pk, other.pk}
    plan = asked.explain()
    assert plan.count("USING COVERING INDEX") == 3
    assert "word=?" in plan


def test_an_invoice_and_a_payment_are_found_by_number_reference_and_amount(
    business: Business, invoice: Invoice, now: datetime
) -> None:
    values = {"invoice": invoice, "amount": "50", "date": "2026-05-04", "reference": "CHK-7781"}
    payment = create_payment(business=business, values=values, now=now)

    assert find(business, invoice.number, "invoice", limit=5) == [invoice.pk]
    assert find(business, "$100.00", "invoice", limit=5) == [invoice.pk]
    for text in ("chk-7781", "7781", "50.0", "$50.00"):
        assert find(business, text, "payment", limit=5) == [payment.pk]


def test_a_changed_record_is_found_by_what_it_says_now(
    business: Business, smith: Client, now: datetime
) -> None:
    update_client(client=smith, values={"name": "Ann Baker", "email": ""}, now=now)

    assert find(business, "baker", "client", limit=5) == [smith.pk]
    assert find(business, "smith, j", "client", limit=5) == []


def test_another_business_is_never_found(business: Business, smith: Client, now: datetime) -> None:
    other = Business.objects.create(name="Neighbour")

    assert find(other, "smith", "client", limit=5) == []
    assert find(business, "smith", "client", limit=5) == [smith.pk]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_p16_a_search_reads_the_index_from_the_wanted_word_on(
    business: Business, now: datetime
) -> None:
    """With 100,000 words that begin alike, no more rows are read than are asked for."""
    create_clients(business=business, many=[{"name": "Zoe Zimmer"}], now=now)
    table = SearchWord._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (business_id, kind, record_id, word) "
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %s) "
            "SELECT %s, 'client', 1000 + i, CAST('smith' || i AS BLOB) FROM n",
            [MANY, business.pk],
        )
        cursor.execute(
            f"EXPLAIN QUERY PLAN SELECT record_id FROM {table} WHERE business_id = 1 "
            "AND kind = 'client' AND word >= x'73' AND word < x'73ff' ORDER BY word, record_id"
        )
        plan = " ".join(str(row[-1]) for row in cursor.fetchall())

    assert len(find(business, "smith", "client", limit=5)) == 5
    assert find(business, "zim zo", "client", limit=5) != []
    assert "COVERING INDEX" in plan
    assert "TEMP B-TREE" not in plan, "it would sort all that begin alike"
    assert SCANNED_MAX < MANY


@pytest.mark.parametrize(
    ("few_max", "many_max"), [(2000, 20_000), (0, 20_000), (0, 0)], ids=["few", "many", "all"]
)
@pytest.mark.parametrize(
    ("text", "found"), [("smi", 1), ("john smith", 1), ("smith zoe", 0), ("1001", 1), ("100", 1)]
)
def test_records_are_found_alike_whether_few_or_many_hold_the_words(
    business: Business,
    smith: Client,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    few_max: int,
    many_max: int,
    text: str,
    found: int,
) -> None:
    monkeypatch.setattr(finding, "FEW_MAX", few_max)
    monkeypatch.setattr(finding, "MANY_MAX", many_max)
    create_clients(business=business, many=[{"name": "Zoe Zimmer"}], now=now)
    line = {"description": "Work", "quantity": "1", "unit_price": "5"}
    values = {"client": smith.guid, "number": "1001", "date": "2026-05-04", "lines": [line]}
    invoice = create_invoice(business=business, values=values, now=now)
    paid = {"invoice": invoice, "amount": "5", "date": "2026-05-04"}
    create_payment(business=business, values=paid, now=now)

    assert queries.invoices(business, today=now.date(), q=text).count() == found
    assert queries.payments(business, q=text).count() == found
    of_clients = found if text.isalpha() or " " in text else 0
    assert list(queries.clients(business, q=text)) == [smith] * of_clients


@pytest.mark.skipif(connection.vendor != "sqlite", reason="the plan is SQLite's")
def test_p16_a_page_of_many_clients_of_a_name_is_found_by_the_index_of_names(
    business: Business, smith: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows of clients are read for what is shown: who is next by name, the index alone says."""
    monkeypatch.setattr(finding, "FEW_MAX", 0)
    rows = queries.clients(business, q="smith", archived=False).order_by("name", "pk")

    plan = rows.values("pk")[:51].explain()

    assert "COVERING INDEX client_by_name" in plan
    assert "TEMP B-TREE" not in plan, "it would sort all that have the name"
