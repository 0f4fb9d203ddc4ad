"""Items and tax rates: exact prices, names, refusals."""

from typing import Any

import pytest

from tests.api.conftest import Program, assert_problem

pytestmark = pytest.mark.django_db


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
