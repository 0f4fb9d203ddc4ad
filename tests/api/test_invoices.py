"""Invoices and payments: amounts, numbers, balances, refusals, making void."""

from typing import Any

import pytest
from django.utils import timezone

from fieldledger.office import models as office
from fieldledger.office.services import create_deposit
from tests.api.conftest import STRANGER, Program, assert_problem, is_time

pytestmark = pytest.mark.django_db


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
            {"kind": "tip", "unit_price": "1"},
        ],
    )

    assert made["client"] == client
    assert made["tax_rate"] == rate
    assert (made["number"], made["date"], made["due_date"]) == ("A-17", "2026-05-03", "2026-06-02")
    assert (made["terms"], made["memo"], made["external_id"]) == ("Net 30", "Thank you", "i-1")
    assert made["lines"] == [
        {"kind": "work", "item": mowing, "description": "Weekly", "quantity": "2",
         "unit_price": "62.50", "taxable": True, "amount": "125.00"},
        {"kind": "work", "item": mulch, "description": "Bags", "quantity": "3",
         "unit_price": "3.335", "taxable": False, "amount": "10.01"},
        {"kind": "tip", "item": None, "description": "Tip", "quantity": "1", "unit_price": "1.00",
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
        ({"lines": [{"description": "x", "unit_price": 1, "colour": 1}]}, "lines.0.colour"),
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


def test_lines_may_come_back_as_they_were_answered(app: Program) -> None:
    made = app.invoice(lines=[{"description": "Mowing", "quantity": "2", "unit_price": "62.50"}])
    lines = [*made["lines"], {"description": "Bags", "unit_price": "3.00", "amount": "99.00"}]

    answer = app.ask("PATCH", f"/invoices/{made['id']}", {"lines": lines})

    assert answer.status == 200, answer.text
    assert [each["amount"] for each in answer.json["lines"]] == ["125.00", "3.00"]


def test_a_discount_is_an_amount_or_a_percentage(app: Program) -> None:
    made = app.invoice(discount_percent="10")
    figures = ("discount", "discount_percent", "subtotal", "total")
    assert [made[each] for each in figures] == ["12.50", "10", "112.50", "112.50"]

    path = f"/invoices/{made['id']}"
    answered = app.ask("PATCH", path, {"discount": "5"}).json

    assert [answered[each] for each in figures] == ["5.00", None, "120.00", "120.00"]
    assert_problem(app.ask("PATCH", path, {"discount": "125.01"}), 422, "discount")


def test_a_deposit_is_shown_without_an_invoice_and_takes_none(app: Program) -> None:
    client = app.client()["id"]
    invoice = app.invoice(client=client)["id"]
    values = {"client": client, "amount": "80", "date": "2026-05-03"}
    made = create_deposit(business=app.business, values=values, now=timezone.now())
    path = f"/payments/{made.guid}"

    shown = app.get(path)
    assert (shown["invoice"], shown["client"]) == (None, client)
    assert (shown["amount"], shown["unapplied"]) == ("80.00", "80.00")
    assert [each["id"] for each in app.get("/payments")["results"]] == [str(made.guid)]
    assert app.get(f"/payments?invoice={invoice}")["results"] == []

    assert app.ask("PATCH", path, {"amount": "90"}).json["unapplied"] == "90.00"
    problem = assert_problem(app.ask("PATCH", path, {"invoice": invoice}), 422, "invoice")
    assert "is a deposit" in problem["errors"]["invoice"][0]
    assert app.post(f"{path}/void", status=200)["unapplied"] == "0.00"
    no_invoice = {"amount": "80", "date": "2026-05-03"}
    assert_problem(app.ask("POST", "/payments", no_invoice), 422, "invoice")
