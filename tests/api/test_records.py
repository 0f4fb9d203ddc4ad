"""What holds for records of all kinds: in bulk, between businesses, whatever is sent."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fieldledger.office import models as office
from tests.api.conftest import Program, assert_problem

pytestmark = pytest.mark.django_db


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
