"""Clients, items, tax rates, invoices, payments: every address, every field, every refusal."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldledger.office import models as office
from tests.api.conftest import Program, assert_problem

pytestmark = pytest.mark.django_db

ADDRESS = {
    "line1": "1 Main St",
    "line2": "Suite 2",
    "city": "Albany",
    "state": "NY",
    "postal_code": "12207",
    "country": "USA",
}
NOWHERE = dict.fromkeys(ADDRESS, "")
WORDS = {
    "company_name": "Ames & Sons",
    "first_name": "Ann",
    "last_name": "Ames",
    "email": "ann@example.com",
    "phone": "518-555-0101",
    "notes": "Gate code 7.\nDog.",
    "external_id": "c-1",
}
STRANGER = "00000000-0000-4000-8000-000000000000"


def is_time(text: str) -> bool:
    return datetime.fromisoformat(text).tzinfo is not None


# Clients


def test_a_client_comes_back_as_it_was_sent(app: Program) -> None:
    sent = {"name": "Ann Ames", **WORDS, "billing_address": ADDRESS, "archived": True}

    made = app.client(**sent)

    assert {name: made[name] for name in sent} == sent
    assert made["service_address"] == NOWHERE
    assert made["quickbooks"]["state"]
    assert is_time(made["created_at"])
    assert is_time(made["updated_at"])
    assert app.get(f"/clients/{made['id']}") == made


def test_a_new_client_needs_a_name_alone(app: Program) -> None:
    made = app.client()

    assert made["company_name"] == made["notes"] == made["phone"] == ""
    assert made["external_id"] is None
    assert made["archived"] is False


def test_a_new_record_says_where_it_is(app: Program) -> None:
    answer = app.ask("POST", "/clients", {"name": "Ann"})

    assert answer.headers["Location"] == f"/api/v1/clients/{answer.json['id']}"


def test_null_counts_as_not_named_in_a_new_record(app: Program) -> None:
    made = app.client(archived=None, phone=None, billing_address=None, external_id=None)

    assert (made["archived"], made["phone"], made["billing_address"]) == (False, "", NOWHERE)


def test_two_clients_may_share_a_name(app: Program) -> None:
    assert app.client()["id"] != app.client()["id"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": None}, "name"),
        ({"name": 7}, "name"),
        ({"name": "x" * 256}, "name"),
        ({"name": "a\x00b"}, "name"),
        ({"name": "\ud800"}, "name"),
        ({"email": "not an address"}, "email"),
        ({"phone": "5" * 41}, "phone"),
        ({"archived": "yes"}, "archived"),
        ({"archived": 1}, "archived"),
        ({"nmae": "x"}, "nmae"),
        ({"billing_line1": "1 Main St"}, "billing_line1"),
        ({"business": 1}, "business"),
        ({"searchable": "x"}, "searchable"),
        ({"billing_address": "1 Main St"}, "billing_address"),
        ({"billing_address": ["1 Main St"]}, "billing_address"),
        ({"billing_address": {"street": "1 Main St"}}, "billing_address.street"),
        ({"billing_address": {"city": 7}}, "billing_address.city"),
        ({"service_address": {"postal_code": "1" * 31}}, "service_address.postal_code"),
        ({"external_id": 7}, "external_id"),
        ({"notes": {"a": 1}}, "notes"),
    ],
)
def test_what_is_wrong_with_a_client_is_named(
    app: Program, values: dict[str, Any], field: str
) -> None:
    assert_problem(app.ask("POST", "/clients", {"name": "Ann"} | values), 422, field)
    assert not office.Client.objects.exists()
    made = app.client()["id"]
    assert_problem(app.ask("PATCH", f"/clients/{made}", values), 422, field)


def test_all_that_is_wrong_is_named_at_once(app: Program) -> None:
    answer = app.ask("POST", "/clients", {"email": "x", "phone": 1})

    assert_problem(answer, 422, "name", "email", "phone")


def test_a_patch_changes_only_what_it_names(app: Program) -> None:
    made = app.client(**WORDS, billing_address=ADDRESS)

    answer = app.ask(
        "PATCH", f"/clients/{made['id']}", {"phone": "1", "billing_address": {"city": "Troy"}}
    )

    assert answer.status == 200
    changed = made | {"phone": "1", "billing_address": ADDRESS | {"city": "Troy"}}
    ignored = {"updated_at", "quickbooks"}
    assert {k: v for k, v in answer.json.items() if k not in ignored} == {
        k: v for k, v in changed.items() if k not in ignored
    }


def test_null_in_a_patch_empties_a_field(app: Program) -> None:
    made = app.client(**WORDS, billing_address=ADDRESS)

    answer = app.ask(
        "PATCH",
        f"/clients/{made['id']}",
        {"phone": None, "external_id": None, "billing_address": None},
    )

    assert answer.json["phone"] == ""
    assert answer.json["external_id"] is None
    assert answer.json["billing_address"] == NOWHERE


def test_a_patch_that_names_nothing_changes_nothing(app: Program) -> None:
    made = app.client(**WORDS)

    assert app.ask("PATCH", f"/clients/{made['id']}", {}).json == made


def test_an_external_id_is_unique_per_kind(app: Program, other: Program) -> None:
    app.client(external_id="x-1")
    second = app.client(external_id="x-2")

    assert_problem(
        app.ask("POST", "/clients", {"name": "Bob", "external_id": "x-1"}), 422, "external_id"
    )
    answer = app.ask("PATCH", f"/clients/{second['id']}", {"external_id": "x-1"})
    assert_problem(answer, 422, "external_id")
    assert app.item(external_id="x-1")["external_id"] == "x-1"
    assert other.client(external_id="x-1")["external_id"] == "x-1"


def test_clients_are_found_by_own_id_words_and_archive(app: Program) -> None:
    ann = app.client(external_id="c-1", phone="(518) 555-0101")
    bob = app.client(name="Bob Müller", archived=True)

    def found(query: str) -> list[str]:
        return [each["id"] for each in app.get(f"/clients?{query}")["results"]]

    assert found("") == [bob["id"], ann["id"]]
    assert found("external_id=c-1") == [ann["id"]]
    assert found("external_id=c-2") == []
    assert found("q=muller") == [bob["id"]]
    assert found("q=518-555-0101") == [ann["id"]]
    assert found("archived=true") == [bob["id"]]
    assert found("archived=false&q=&external_id=") == [ann["id"]]
    assert_problem(app.ask("GET", "/clients?archived=maybe"), 422, "archived")
    assert_problem(app.ask("GET", "/clients?q=%00"), 422, "q")
    assert_problem(app.ask("GET", f"/clients?q={'a' * 300}"), 422, "q")


def test_a_list_comes_in_pages_that_miss_and_repeat_nothing(app: Program) -> None:
    made = [app.client(name=f"Client {number}")["id"] for number in range(7)]
    seen: list[str] = []

    page = app.get("/clients?limit=3")
    while True:
        seen += [each["id"] for each in page["results"]]
        app.client(name="Newcomer")
        if page["next_cursor"] is None:
            break
        page = app.get(f"/clients?limit=3&cursor={page['next_cursor']}")

    assert seen == made[::-1]


def test_a_full_last_page_has_no_next(app: Program) -> None:
    for _ in range(3):
        app.client()

    assert app.get("/clients?limit=3")["next_cursor"] is None


@pytest.mark.parametrize("kind", ["clients", "items", "tax-rates", "invoices", "payments"])
def test_an_empty_list_is_a_list(app: Program, kind: str) -> None:
    assert app.get(f"/{kind}") == {"results": [], "next_cursor": None}


@pytest.mark.parametrize("record_id", ["1", "x", STRANGER, "%00", "..%2f", "\N{SNOWMAN}"])
@pytest.mark.parametrize("kind", ["clients", "items", "tax-rates", "invoices", "payments"])
def test_an_id_that_is_nobodys_is_a_problem(app: Program, kind: str, record_id: str) -> None:
    assert_problem(app.ask("GET", f"/{kind}/{record_id}"), 404)


# Items and tax rates


def test_an_item_comes_back_as_it_was_sent(app: Program) -> None:
    sent = {
        "name": "Mulch, bag",
        "kind": "product",
        "description": "Two cubic feet",
        "price": "4.12345",
        "cost": "2.00",
        "taxable": False,
        "external_id": "i-1",
        "archived": False,
    }

    made = app.item(**sent)

    assert {name: made[name] for name in sent} == sent
    assert app.get(f"/items/{made['id']}") == made


def test_a_new_item_needs_a_name_alone(app: Program) -> None:
    made = app.post("/items", {"name": "Mowing"})

    assert (made["kind"], made["price"], made["cost"], made["taxable"]) == (
        "service",
        "0.00",
        "0.00",
        True,
    )


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b'"125"', "125.00"),
        (b'"125.5"', "125.50"),
        (b"125", "125.00"),
        (b"125.1", "125.10"),
        (b"0.1", "0.10"),
        (b"1e2", "100.00"),
        (b'"0.12345"', "0.12345"),
        (b"-5", "-5.00"),
        (b"1234567890.12", "1234567890.12"),
    ],
)
def test_prices_are_taken_as_text_and_as_exact_numbers(
    app: Program, raw: bytes, shown: str
) -> None:
    answer = app.ask("POST", "/items", raw=b'{"name": "Mowing", "price": ' + raw + b"}")

    assert answer.json["price"] == shown


@pytest.mark.parametrize(
    "raw",
    [b"0.1000000000000000055511151231257827", b"true", b'"NaN"', b'"1,000.00"', b'"1e2"', b"[]",
     b'"0.123456"', b"1e90", b'"\xd9\xa1"', b'"infinity"', b'"1_0"', b"99999999999999"],
)  # fmt: skip
def test_prices_that_are_not_exact_are_refused(app: Program, raw: bytes) -> None:
    answer = app.ask("POST", "/items", raw=b'{"name": "Mowing", "price": ' + raw + b"}")

    assert_problem(answer, 422, "price")


def test_item_names_are_unique_whatever_the_case(app: Program, other: Program) -> None:
    app.item(name="Mowing")

    assert_problem(app.ask("POST", "/items", {"name": "MOWING"}), 422, "name")
    assert other.item(name="mowing")["name"] == "mowing"
    second = app.item(name="Raking")["id"]
    assert_problem(app.ask("PATCH", f"/items/{second}", {"name": "mowing"}), 422, "name")


def test_an_item_is_changed_by_what_is_named(app: Program) -> None:
    made = app.item(description="Every week")

    answer = app.ask("PATCH", f"/items/{made['id']}", {"price": 99.5, "archived": True})

    assert answer.json["price"] == "99.50"
    assert answer.json["archived"] is True
    assert answer.json["description"] == "Every week"


@pytest.mark.parametrize(
    ("values", "field"),
    [({"kind": "labour"}, "kind"), ({"kind": 1}, "kind"), ({"taxable": "x"}, "taxable"),
     ({"cost": "-1"}, "cost"), ({"sku": "1"}, "sku")],
)  # fmt: skip
def test_what_is_wrong_with_an_item_is_named(
    app: Program, values: dict[str, Any], field: str
) -> None:
    assert_problem(app.ask("POST", "/items", {"name": "Mowing"} | values), 422, field)


def test_items_are_found_by_kind(app: Program) -> None:
    app.item()
    mulch = app.item(name="Mulch", kind="product")

    assert [each["id"] for each in app.get("/items?kind=product")["results"]] == [mulch["id"]]
    assert_problem(app.ask("GET", "/items?kind=labour"), 422, "kind")


def test_a_tax_rate_is_made_and_listed(app: Program, other: Program) -> None:
    made = app.post("/tax-rates", {"name": "Albany", "percent": "8.00"})

    assert made["percent"] == "8"
    assert app.get("/tax-rates")["results"] == [made]
    assert app.get(f"/tax-rates/{made['id']}") == made
    assert app.post("/tax-rates", {"name": "Troy", "percent": 8.25})["percent"] == "8.25"
    assert other.get("/tax-rates")["results"] == []
    assert_problem(other.ask("GET", f"/tax-rates/{made['id']}"), 404)


@pytest.mark.parametrize(
    ("values", "fields"),
    [({}, ["name", "percent"]), ({"name": "Albany", "percent": "101"}, ["percent"]),
     ({"name": "Albany", "percent": "8", "kind": 1}, ["kind"])],
)  # fmt: skip
def test_what_is_wrong_with_a_tax_rate_is_named(
    app: Program, values: dict[str, Any], fields: list[str]
) -> None:
    assert_problem(app.ask("POST", "/tax-rates", values), 422, *fields)


# Invoices


def test_an_invoice_comes_back_with_its_amounts(app: Program) -> None:
    client = app.client()["id"]
    mowing = app.item(description="Weekly", price="62.50")["id"]
    mulch = app.item(name="Mulch", price="3.335", taxable=False)["id"]
    rate = app.post("/tax-rates", {"name": "Albany", "percent": "8"})["id"]

    made = app.invoice(
        client=client,
        number="A-17",
        due_date="2026-06-02",
        terms="Net 30",
        tax_rate=rate,
        memo="Thank you",
        external_id="i-1",
        lines=[
            {"item": mowing, "quantity": "2"},
            {"item": mulch, "quantity": 3, "description": "Bags"},
            {"description": "Tip", "unit_price": "1", "taxable": False},
        ],
    )

    assert made["client"] == client
    assert made["tax_rate"] == rate
    assert (made["number"], made["date"], made["due_date"]) == ("A-17", "2026-05-03", "2026-06-02")
    assert (made["terms"], made["memo"], made["external_id"]) == ("Net 30", "Thank you", "i-1")
    assert made["lines"] == [
        {"item": mowing, "description": "Weekly", "quantity": "2", "unit_price": "62.50",
         "taxable": True, "amount": "125.00"},
        {"item": mulch, "description": "Bags", "quantity": "3", "unit_price": "3.335",
         "taxable": False, "amount": "10.01"},
        {"item": None, "description": "Tip", "quantity": "1", "unit_price": "1.00",
         "taxable": False, "amount": "1.00"},
    ]  # fmt: skip
    assert (made["subtotal"], made["tax"], made["total"]) == ("136.01", "10.00", "146.01")
    assert (made["paid"], made["balance"], made["voided_at"]) == ("0.00", "146.01", None)
    assert app.get(f"/invoices/{made['id']}") == made


def test_a_number_is_given_where_there_is_none(app: Program) -> None:
    first, second = app.invoice(), app.invoice(number=None)

    assert int(second["number"]) == int(first["number"]) + 1


def test_without_a_tax_rate_the_tax_is_nothing(app: Program) -> None:
    made = app.invoice()

    assert (made["tax_rate"], made["tax"], made["total"]) == (None, "0.00", "125.00")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"client": None}, "client"),
        ({"client": "x"}, "client"),
        ({"client": STRANGER}, "client"),
        ({"client": {"id": STRANGER}}, "client"),
        ({"date": None}, "date"),
        ({"date": "2026-02-30"}, "date"),
        ({"date": "05/03/2026"}, "date"),
        ({"date": "2026-05-03T10:00:00Z"}, "date"),
        ({"date": 20260503}, "date"),
        ({"due_date": "soon"}, "due_date"),
        ({"number": "123456789012"}, "number"),
        ({"tax_rate": STRANGER}, "tax_rate"),
        ({"lines": None}, "lines"),
        ({"lines": []}, "lines"),
        ({"lines": {}}, "lines"),
        ({"lines": ["Mowing"]}, "lines"),
        ({"lines": [{"description": "x", "unit_price": "-1"}]}, "lines"),
        ({"lines": [{"item": STRANGER}]}, "lines.0.item"),
        ({"lines": [{}]}, "lines.0.unit_price"),
        ({"lines": [{"description": "x", "unit_price": "0.000001"}]}, "lines.0.unit_price"),
        ({"lines": [{"description": "x", "unit_price": 1, "amount": 1}]}, "lines.0.amount"),
        ({"terms": "x" * 32}, "terms"),
        ({"subtotal": "1.00"}, "subtotal"),
        ({"paid": "1.00"}, "paid"),
    ],
)
def test_what_is_wrong_with_an_invoice_is_named(
    app: Program, values: dict[str, Any], field: str
) -> None:
    line = {"description": "Mowing", "unit_price": "10"}
    body = {"client": app.client()["id"], "date": "2026-05-03", "lines": [line]} | values

    assert_problem(app.ask("POST", "/invoices", body), 422, field)
    assert not office.Invoice.objects.exists()


def test_an_invoice_is_changed_by_what_is_named_and_lines_all_together(app: Program) -> None:
    made = app.invoice(memo="First")

    answer = app.ask(
        "PATCH",
        f"/invoices/{made['id']}",
        {"lines": [{"description": "Raking", "unit_price": "40"}], "date": "2026-05-05"},
    )

    assert [line["description"] for line in answer.json["lines"]] == ["Raking"]
    assert (answer.json["total"], answer.json["memo"]) == ("40.00", "First")
    assert (answer.json["date"], answer.json["number"]) == ("2026-05-05", made["number"])


def test_a_number_is_one_invoices(app: Program) -> None:
    made = app.invoice(number="7")
    body = {"client": made["client"], "date": "2026-05-03", "number": "7",
            "lines": [{"description": "x", "unit_price": 1}]}  # fmt: skip

    assert_problem(app.ask("POST", "/invoices", body), 422, "number")


def test_an_invoice_is_made_void_and_twice_is_once(app: Program) -> None:
    made = app.invoice()

    first = app.ask("POST", f"/invoices/{made['id']}/void")
    second = app.ask("POST", f"/invoices/{made['id']}/void", {})

    assert first.status == second.status == 200
    assert first.json["voided_at"] == second.json["voided_at"]
    assert is_time(first.json["voided_at"])
    assert (first.json["money_state"], first.json["balance"]) == ("void", "0.00")
    assert_problem(app.ask("PATCH", f"/invoices/{made['id']}", {"memo": "x"}), 409)
    assert_problem(app.ask("POST", f"/invoices/{made['id']}/void", {"why": "x"}), 422, "why")
    assert_problem(app.ask("POST", f"/invoices/{made['id']}/void", []), 422)


def test_an_invoice_with_payments_is_not_made_void(app: Program) -> None:
    made = app.payment()

    assert_problem(app.ask("POST", f"/invoices/{made['invoice']}/void"), 409)


def test_invoices_are_found_by_client_number_state_and_words(app: Program) -> None:
    first = app.invoice(number="A-1", external_id="x")
    second = app.payment(amount="125.00")["invoice"]

    def found(query: str) -> list[str]:
        return [each["id"] for each in app.get(f"/invoices?{query}")["results"]]

    assert found("") == [second, first["id"]]
    assert found(f"client={first['client']}") == [first["id"]]
    assert found("client=x") == []
    assert found("number=A-1") == [first["id"]]
    assert found("external_id=x") == [first["id"]]
    assert found("money_state=paid") == [second]
    assert found("q=A-1") == [first["id"]]
    assert_problem(app.ask("GET", "/invoices?money_state=rich"), 422, "money_state")


# Payments


def test_a_payment_comes_back_and_lowers_the_balance(app: Program) -> None:
    made = app.payment(method="check", reference="1044", external_id="p-1")

    assert (made["amount"], made["date"], made["method"]) == ("25.00", "2026-05-04", "check")
    assert (made["reference"], made["external_id"], made["voided_at"]) == ("1044", "p-1", None)
    assert app.get(f"/payments/{made['id']}") == made
    invoice = app.get(f"/invoices/{made['invoice']}")
    assert (invoice["paid"], invoice["balance"]) == ("25.00", "100.00")
    assert invoice["money_state"] == "partly_paid"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "125.01"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"amount": "-1"}, "amount"),
        ({"amount": "1.001"}, "amount"),
        ({"amount": None}, "amount"),
        ({"invoice": None}, "invoice"),
        ({"invoice": STRANGER}, "invoice"),
        ({"date": "x"}, "date"),
        ({"method": "bitcoin"}, "method"),
        ({"reference": "x" * 21}, "reference"),
        ({"client": STRANGER}, "client"),
    ],
)
def test_what_is_wrong_with_a_payment_is_named(
    app: Program, values: dict[str, Any], field: str
) -> None:
    body = {"invoice": app.invoice()["id"], "amount": "1", "date": "2026-05-04"} | values

    assert_problem(app.ask("POST", "/payments", body), 422, field)
    assert not office.Payment.objects.exists()


def test_a_payment_is_changed_and_stays_with_its_invoice(app: Program) -> None:
    made = app.payment()
    path = f"/payments/{made['id']}"

    assert app.ask("PATCH", path, {"amount": "125"}).json["amount"] == "125.00"
    assert app.ask("PATCH", path, {"invoice": made["invoice"]}).status == 200
    assert_problem(app.ask("PATCH", path, {"amount": "125.01"}), 422, "amount")
    assert_problem(app.ask("PATCH", path, {"invoice": app.invoice()["id"]}), 422, "invoice")


def test_a_payment_is_made_void_and_its_invoice_is_owed_again(app: Program) -> None:
    made = app.payment()

    answer = app.ask("POST", f"/payments/{made['id']}/void")

    assert is_time(answer.json["voided_at"])
    assert app.get(f"/invoices/{made['invoice']}")["balance"] == "125.00"
    assert_problem(app.ask("PATCH", f"/payments/{made['id']}", {"amount": "1"}), 409)


def test_payments_are_found_by_invoice_and_own_id(app: Program) -> None:
    first, second = app.payment(external_id="x"), app.payment()

    def found(query: str) -> list[str]:
        return [each["id"] for each in app.get(f"/payments?{query}")["results"]]

    assert found(f"invoice={second['invoice']}") == [second["id"]]
    assert found("external_id=x") == [first["id"]]
    assert found("invoice=x") == []


# In bulk


def test_a_bulk_makes_what_is_right_and_says_what_is_wrong_in_order(app: Program) -> None:
    records = [
        {"name": "Ann", "billing_address": {"city": "Albany"}},
        {"name": ""},
        "Bob",
        {"name": "Cid", "color": "red"},
        {"name": "Dan", "service_address": {"town": "Troy"}},
        {"name": "Eve", "external_id": "e"},
        {"name": "Eve's twin", "external_id": "e"},
    ]

    results = app.post("/clients/bulk", {"records": records}, 200)["results"]

    assert [each["status"] for each in results] == [201, 422, 422, 422, 422, 201, 422]
    assert results[0]["record"]["billing_address"]["city"] == "Albany"
    assert results[0]["record"] == app.get(f"/clients/{results[0]['record']['id']}")
    assert [list(each["problem"].get("errors", {})) for each in results if "problem" in each] == [
        ["name"], [], ["color"], ["service_address.town"], ["external_id"],
    ]  # fmt: skip
    assert {each.name for each in office.Client.objects.all()} == {"Ann", "Eve"}


def test_invoices_and_payments_are_made_in_bulk(app: Program) -> None:
    client = app.client()["id"]
    line = {"description": "Mowing", "unit_price": "10"}
    invoices = app.post(
        "/invoices/bulk",
        {"records": [{"client": client, "date": "2026-05-03", "lines": [line]}] * 3},
        200,
    )["results"]
    assert [each["status"] for each in invoices] == [201] * 3
    first = invoices[0]["record"]["id"]

    payments = app.post(
        "/payments/bulk",
        {"records": [{"invoice": first, "amount": "6", "date": "2026-05-03"}] * 2},
        200,
    )["results"]

    assert [each["status"] for each in payments] == [201, 422]
    assert list(payments[1]["problem"]["errors"]) == ["amount"]
    assert app.post("/items/bulk", {"records": []}, 200) == {"results": []}


@pytest.mark.parametrize("kind", ["clients", "items", "invoices", "payments"])
def test_a_bulk_holds_a_list_of_at_most_500(app: Program, kind: str) -> None:
    wrong: list[Any] = [{}, {"records": None}, {"records": {}}, {"records": [{}] * 501}]
    for body in wrong:
        assert_problem(app.ask("POST", f"/{kind}/bulk", body), 422, "records")
    assert_problem(app.ask("POST", f"/{kind}/bulk", {"records": [], "x": 1}), 422, "x")
    assert_problem(app.ask("GET", f"/{kind}/bulk"), 405)


def test_a_bulk_of_500_costs_as_few_statements_as_one_of_5(
    app: Program, django_assert_max_num_queries: Any
) -> None:
    client = app.client()["id"]
    line = {"description": "Mowing", "unit_price": "10"}
    record = {"client": client, "date": "2026-05-03", "lines": [line]}

    with django_assert_max_num_queries(40):
        results = app.post("/invoices/bulk", {"records": [record] * 500}, 200)["results"]
    with django_assert_max_num_queries(15):
        listed = app.get("/invoices?limit=500")["results"]

    assert [each["record"] for each in results] == listed[::-1]


# One business sees nothing of another's


def test_records_of_another_business_are_not_there(app: Program, other: Program) -> None:
    payment = app.payment()
    invoice = app.get(f"/invoices/{payment['invoice']}")
    paths = [
        f"/clients/{invoice['client']}",
        f"/items/{app.item()['id']}",
        f"/invoices/{invoice['id']}",
        f"/payments/{payment['id']}",
    ]

    for path in paths:
        assert_problem(other.ask("GET", path), 404)
        assert_problem(other.ask("PATCH", path, {}), 404)
    for path in paths[2:]:
        assert_problem(other.ask("POST", f"{path}/void"), 404)
    for kind in ("clients", "items", "invoices", "payments"):
        assert other.get(f"/{kind}")["results"] == []


def test_records_of_another_business_are_not_taken_by_their_ids(
    app: Program, other: Program
) -> None:
    theirs = app.invoice(tax_rate=app.post("/tax-rates", {"name": "A", "percent": 8})["id"])
    item = app.item()["id"]
    client = other.client()["id"]
    line = {"description": "x", "unit_price": 1}

    for values, field in [
        ({"client": theirs["client"]}, "client"),
        ({"tax_rate": theirs["tax_rate"]}, "tax_rate"),
        ({"lines": [line | {"item": item}]}, "lines.0.item"),
    ]:
        body: dict[str, Any] = {"client": client, "date": "2026-05-03", "lines": [line]} | values
        assert_problem(other.ask("POST", "/invoices", body), 422, field)
    body = {"invoice": theirs["id"], "amount": 1, "date": "2026-05-03"}
    assert_problem(other.ask("POST", "/payments", body), 422, "invoice")


# Whatever is sent

ONE_DATABASE = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=255))
@ONE_DATABASE
def test_a_text_that_is_taken_comes_back_the_same_from_then_on(app: Program, name: str) -> None:
    answer = app.ask("POST", "/clients", {"name": name})

    if answer.status == 201:
        taken = answer.json["name"]
        assert taken
        again = app.ask("PATCH", f"/clients/{answer.json['id']}", {"name": taken})
        assert again.json["name"] == taken
    else:
        assert_problem(answer, 422, "name")


@given(st.decimals("0.01", "9999999.99", places=2), st.integers(1, 9999), st.integers(0, 20))
@ONE_DATABASE
def test_money_comes_back_to_the_cent(
    app: Program, price: Decimal, quantity: int, percent: int
) -> None:
    rate = office.TaxRate.objects.filter(percent=percent).first()
    rate_id = (
        str(rate.guid)
        if rate
        else app.post("/tax-rates", {"name": f"{percent}", "percent": percent})["id"]
    )
    line = {"description": "x", "unit_price": str(price), "quantity": quantity, "taxable": True}

    made = app.invoice(lines=[line], tax_rate=rate_id)

    subtotal = price * quantity
    tax = (subtotal * percent / 100 + Decimal("0.000001")).quantize(Decimal("0.01"))
    assert made["lines"][0]["unit_price"] == f"{price:.2f}"
    assert (made["subtotal"], made["tax"]) == (f"{subtotal:.2f}", f"{tax:.2f}")
    assert Decimal(made["total"]) == subtotal + tax


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.floats(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
FIELDS = ["name", "kind", "price", "taxable", "client", "date", "lines", "invoice", "amount",
          "method", "billing_address", "external_id", "records", "archived", "percent",
          "tax_rate", "number"]  # fmt: skip


@given(
    st.sampled_from(["clients", "items", "invoices", "payments", "tax-rates", "clients/bulk",
                     "invoices/bulk"]),
    st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6),
)  # fmt: skip
@settings(ONE_DATABASE, max_examples=150)
def test_whatever_is_sent_the_answer_is_a_record_or_a_problem(
    app: Program, kind: str, body: dict[str, Any]
) -> None:
    answer = app.ask("POST", f"/{kind}", body)

    if answer.status >= 400:
        assert answer.status in {400, 422}
        assert answer.headers["Content-Type"] == "application/problem+json"
