"""Credit memos, refunds and deposits over the API, to the cent and as far as QuickBooks (I5.2)."""

from typing import Any

from tests.api.conftest import STRANGER, Program, assert_problem, is_time
from tests.support.office_pc import OfficePc

DAY = "2026-05-04"
FIGURES = ("subtotal", "tax", "total", "refunded", "balance")


def memo(app: Program, **values: Any) -> Any:
    line = {"description": "Mowing", "quantity": "0.5", "unit_price": "62.50"}
    return app.post("/credit-memos", {"date": DAY, "lines": [line]} | values)


def figures(record: Any) -> list[str]:
    return [record[each] for each in FIGURES]


def test_a_credit_memo_is_made_for_an_invoice_changed_paid_back_and_made_void(
    app: Program,
) -> None:
    rate = app.post("/tax-rates", {"name": "State", "percent": "7.25"})["id"]
    invoice = app.invoice(tax_rate=rate)
    made = memo(app, invoice=invoice["id"], tax_rate=rate, reason="Half of it", external_id="c-1")
    path = f"/credit-memos/{made['id']}"

    assert (made["client"], made["invoice"]) == (invoice["client"], invoice["id"])
    assert (made["number"], made["date"], made["reason"]) == ("CM-1", DAY, "Half of it")
    assert figures(made) == ["31.25", "2.27", "33.52", "0.00", "33.52"]
    assert made["lines"][0] == {
        "kind": "work", "item": None, "description": "Mowing", "quantity": "0.5",
        "unit_price": "62.50", "taxable": True, "amount": "31.25",
    }  # fmt: skip
    assert (made["voided_at"], made["quickbooks"]["state"]) == (None, "not_sent")
    assert is_time(made["created_at"])
    assert app.get(path) == made
    for asked in (
        "", f"?client={made['client']}", f"?invoice={invoice['id']}", "?number=CM-1",
        "?external_id=c-1",
    ):  # fmt: skip
        assert app.get(f"/credit-memos{asked}") == {"results": [made], "next_cursor": None}
    assert app.get(f"/credit-memos?client={STRANGER}")["results"] == []
    assert app.get("/credit-memos?invoice=x")["results"] == []

    changed = app.ask("PATCH", path, {"tax_rate": None, "number": "CR-9"}).json
    assert figures(changed) == ["31.25", "0.00", "31.25", "0.00", "31.25"]
    assert (changed["number"], changed["reason"]) == ("CR-9", "Half of it")

    refund = app.post(
        "/refunds", {"credit_memo": made["id"], "amount": "20.01", "date": DAY, "method": "cash"}
    )
    assert (refund["client"], refund["amount"], refund["method"]) == (
        made["client"],
        "20.01",
        "cash",
    )
    assert figures(app.get(path))[-2:] == ["20.01", "11.24"]
    assert app.get(f"/refunds?credit_memo={made['id']}")["results"] == [refund]
    assert app.get(f"/refunds/{refund['id']}") == refund
    assert "void these first" in assert_problem(app.ask("POST", f"{path}/void"), 409)["detail"]

    assert is_time(app.post(f"/refunds/{refund['id']}/void", status=200)["voided_at"])
    assert is_time(app.post(f"{path}/void", status=200)["voided_at"])
    assert app.post(f"{path}/void", status=200)["balance"] == "0.00"
    assert_problem(app.ask("PATCH", path, {"reason": "No"}), 409)


def test_a_credit_memo_goes_to_an_invoice_and_is_taken_off_again(app: Program) -> None:
    client = app.client()["id"]
    bill = app.invoice(client=client)["id"]
    path = f"/credit-memos/{memo(app, client=client)['id']}"

    used = app.post(f"{path}/apply", {"invoice": bill, "amount": "20.01"}, 200)
    assert used["applications"] == [{"invoice": bill, "amount": "20.01"}]
    assert (used["applied"], used["balance"]) == ("20.01", "11.24")
    assert app.get(f"/invoices/{bill}")["balance"] == "104.99"
    assert_problem(
        app.ask("POST", f"{path}/apply", {"invoice": bill, "amount": "31.26"}), 422, "amount"
    )
    kept = app.post("/deposits", {"client": client, "amount": "9", "date": DAY})["id"]
    for each in (path, f"/deposits/{kept}"):
        for named, sentence in (
            ({}, "The invoice is missing."),
            ({"invoice": STRANGER}, "There is no invoice with this id."),
        ):
            answer = app.ask("POST", f"{each}/apply", named | {"amount": "1"})
            assert assert_problem(answer, 422, "invoice")["errors"]["invoice"] == [sentence]
    assert_problem(app.ask("POST", f"{path}/void"), 409)

    assert app.post(f"{path}/apply", {"invoice": bill, "amount": "0"}, 200)["applications"] == []
    app.post(f"{path}/void", status=200)
    assert_problem(app.ask("POST", f"{path}/apply", {"invoice": bill, "amount": "1"}), 409)


def test_what_is_wrong_with_a_credit_memo_or_refund_is_said_by_field(app: Program) -> None:
    invoice = app.invoice()
    line = {"description": "All of it", "unit_price": "125.01"}
    whole = {"invoice": invoice["id"], "date": DAY, "lines": [line]}
    made = memo(app, client=invoice["client"], external_id="c-1")
    paid = {"credit_memo": made["id"], "amount": "1", "date": DAY}

    for path, body, *fields in (
        ("/credit-memos", {}, "client", "date", "lines"),
        ("/credit-memos", whole, "lines"),
        ("/credit-memos", whole | {"invoice": STRANGER, "client": made["client"]}, "invoice"),
        ("/credit-memos", whole | {"external_id": "c-1", "number": "CM-1"}, "external_id",
         "lines", "number"),
        ("/credit-memos", whole | {"paid": "1"}, "paid"),
        ("/refunds", {}, "credit_memo"),
        ("/refunds", paid | {"amount": "31.26"}, "amount"),
        ("/refunds", {"credit_memo": made["id"]}, "amount", "date"),
        ("/refunds", paid | {"credit_memo": STRANGER}, "credit_memo"),
        ("/refunds", paid | {"method": "gold"}, "method"),
    ):  # fmt: skip
        answer = app.ask("POST", path, body)
        assert answer.status == 422, (body, answer.text)
        assert set(answer.json["errors"]) <= set(fields), answer.text

    assert app.post("/refunds", paid | {"external_id": "r-1"})["external_id"] == "r-1"
    assert_problem(app.ask("POST", "/refunds", paid | {"external_id": "r-1"}), 422, "external_id")
    app.post(f"/refunds/{app.get('/refunds')['results'][0]['id']}/void", status=200)
    app.post(f"/credit-memos/{made['id']}/void", status=200)
    assert_problem(app.ask("POST", "/refunds", paid), 422, "credit_memo")
    for path, word in (("/credit-memos", "credit memo"), ("/refunds", "refund")):
        detail = assert_problem(app.ask("GET", f"{path}/{STRANGER}"), 404)["detail"]
        assert detail == f"There is no {word} with this id."
    assert app.ask("PATCH", f"/refunds/{STRANGER}", {}).status == 405


def test_a_deposit_is_taken_applied_taken_off_and_made_void(app: Program) -> None:
    client = app.client()["id"]
    bills = [app.invoice(client=client)["id"] for _ in range(2)]
    values = {"client": client, "amount": "200", "date": DAY, "external_id": "d-1"}
    made = app.post("/deposits", values)
    path = f"/deposits/{made['id']}"

    assert (made["invoice"], made["unapplied"], made["applications"]) == (None, "200.00", [])
    assert app.get("/deposits?unapplied=true")["results"] == [made]
    app.post(f"{path}/apply", {"invoice": bills[0], "amount": "125"}, 200)
    after = app.post(f"{path}/apply", {"invoice": bills[1], "amount": "74.99"}, 200)
    assert after["applications"] == [
        {"invoice": bills[0], "amount": "125.00"},
        {"invoice": bills[1], "amount": "74.99"},
    ]
    assert (after["unapplied"], app.get(f"/invoices/{bills[1]}")["balance"]) == ("0.01", "50.01")
    too_much = {"invoice": bills[1], "amount": "75.01"}
    assert_problem(app.ask("POST", f"{path}/apply", too_much), 422, "amount")
    assert_problem(app.ask("PATCH", path, {"amount": "100"}), 422, "amount")
    assert_problem(app.ask("PATCH", path, {"client": client}), 422, "client")

    less = app.post(f"{path}/apply", {"invoice": bills[0], "amount": "0"}, 200)
    assert less["applications"] == after["applications"][1:]
    assert app.ask("PATCH", path, {"amount": "74.99"}).json["unapplied"] == "0.00"
    assert app.get("/deposits?unapplied=true")["results"] == []
    assert len(app.get(f"/deposits?client={client}&unapplied=false")["results"]) == 1

    payment = app.payment(invoice=bills[0])["id"]
    assert [each["id"] for each in app.get("/deposits?external_id=d-1")["results"]] == [made["id"]]
    assert_problem(app.ask("GET", f"/deposits/{payment}"), 404)
    assert app.post(f"{path}/void", status=200)["applications"] == []
    assert app.get(f"/invoices/{bills[1]}")["balance"] == "125.00"
    assert_problem(app.ask("POST", f"{path}/apply", {"invoice": bills[1], "amount": "1"}), 409)


def test_a_write_asked_twice_with_one_key_is_done_once(app: Program) -> None:
    body = {
        "client": app.client()["id"],
        "date": DAY,
        "lines": [{"description": "Tip", "unit_price": "5"}],
    }

    first, again = (
        app.ask("POST", "/credit-memos", body, idempotency_key="memo-1") for _ in range(2)
    )

    assert (first.status, first.text) == (again.status, again.text)
    assert len(app.get("/credit-memos")["results"]) == 1


def test_a_page_of_each_takes_as_many_statements_for_many(
    app: Program, django_assert_max_num_queries: Any
) -> None:
    client = app.client()["id"]
    for number in range(4):
        made = memo(app, client=client)["id"]
        app.post("/refunds", {"credit_memo": made, "amount": "1", "date": DAY})
        kept = app.post("/deposits", {"client": client, "amount": "9", "date": DAY})["id"]
        bill = app.invoice(client=client)["id"]
        app.post(f"/deposits/{kept}/apply", {"invoice": bill, "amount": number + 1}, 200)

    for path in ("/credit-memos", "/refunds", "/deposits"):
        with django_assert_max_num_queries(9):
            assert len(app.get(path)["results"]) == 4


def test_a_credit_memo_goes_to_quickbooks_with_its_refunds(app: Program) -> None:
    line = {"item": app.item()["id"], "quantity": "0.5"}
    made = memo(app, client=app.client()["id"], lines=[line])
    body = {"credit_memo": made["id"], "amount": "5", "date": DAY}
    refund = app.post("/refunds", body)["id"]
    early = app.post("/quickbooks/sync", {"credit_memos": [made["id"]]}, 200)["results"]
    assert [each["result"] for each in early] == ["refused"]
    pc = OfficePc(app.business)
    pc.set_up()
    banks = app.get("/quickbooks/lists/accounts")["results"]
    account = next(each["quickbooks_id"] for each in banks if each["type"] == "Bank")
    assert app.ask("PUT", "/quickbooks/mapping", {"refund_account": account}).status == 200

    asked = app.post("/quickbooks/sync", {"credit_memos": [made["id"], "x", STRANGER]}, 200)
    pc.run()

    assert [(each["kind"], each["id"], each["result"]) for each in asked["results"]] == [
        ("credit", made["id"], "queued"),
        ("refund", refund, "queued"),
        ("credit", STRANGER, "refused"),
        ("credit", "x", "refused"),
    ]
    for path in (f"/credit-memos/{made['id']}", f"/refunds/{refund}"):
        block = app.get(path)["quickbooks"]
        assert (block["state"], bool(block["quickbooks_id"])) == ("synced", True), block["message"]
    assert app.get("/quickbooks/entries?kind=refund")["results"][0]["record"] == refund
