"""R11: every operation of the API with each kind of key, and with the ids of another business."""

from datetime import datetime
from typing import Any

import pytest
from django.db import transaction
from django.urls import get_resolver

from fieldledger.accounts.models import Business
from fieldledger.api.application import api
from fieldledger.api.models import Webhook
from fieldledger.office.models import Payment
from fieldledger.quickbooks.services import connection_of, set_enabled
from tests.api.conftest import BASE, Program, program_of
from tests.support.two_businesses import CANARY, digest, ids_of, other_business

# A key reads the first, and a key that is not for reading alone does the second too.
READS = """
/clients
/clients/{id}
/items
/items/{id}
/tax-rates
/tax-rates/{id}
/invoices
/invoices/{id}
/payments
/payments/{id}
/deposits
/deposits/{id}
/credit-memos
/credit-memos/{id}
/refunds
/refunds/{id}
/quickbooks
/quickbooks/setup-file
/quickbooks/settings
/quickbooks/mapping
/quickbooks/lists/{name}
/quickbooks/plan
/quickbooks/computers
/quickbooks/comparison
/quickbooks/entries
/quickbooks/entries/{id}
/entries/{id}
/webhooks
/webhooks/{id}
/webhooks/{id}/deliveries
"""
WRITES = """
POST /clients
POST /clients/bulk
PATCH /clients/{id}
POST /items
POST /items/bulk
PATCH /items/{id}
POST /tax-rates
POST /invoices
POST /invoices/bulk
PATCH /invoices/{id}
POST /invoices/{id}/void
POST /payments
POST /payments/bulk
PATCH /payments/{id}
POST /payments/{id}/void
POST /deposits
PATCH /deposits/{id}
POST /deposits/{id}/apply
POST /deposits/{id}/void
POST /credit-memos
PATCH /credit-memos/{id}
POST /credit-memos/{id}/apply
POST /credit-memos/{id}/void
POST /refunds
POST /refunds/{id}/void
PUT /quickbooks/feature
POST /quickbooks/password
POST /quickbooks/next
PUT /quickbooks/import-choice
PUT /quickbooks/settings
PUT /quickbooks/mapping
PATCH /quickbooks/plan/rows/{id}
POST /quickbooks/plan/approve
POST /quickbooks/sync
POST /quickbooks/pause
POST /quickbooks/resume
POST /quickbooks/disconnect
POST /quickbooks/decide
POST /quickbooks/entries/bulk
POST /quickbooks/entries/{id}/retry
POST /quickbooks/entries/{id}/ignore
POST /quickbooks/entries/{id}/hold
POST /quickbooks/entries/{id}/release
POST /quickbooks/entries/{id}/accept
POST /quickbooks/entries/{id}/look
POST /quickbooks/look
POST /quickbooks/entries/{id}/relink
POST /quickbooks/entries/{id}/link
POST /quickbooks/entries/{id}/rename
POST /quickbooks/entries/{id}/merge
POST /webhooks
DELETE /webhooks
DELETE /webhooks/{id}
"""
READING = [("GET", path) for path in READS.strip().splitlines()]
WRITING = [(line.split()[0], line.split()[1]) for line in WRITES.strip().splitlines()]
OPERATIONS = [*READING, *WRITING]
OPEN = {"v1/docs", "v1/openapi.json", "v1/", "^.*$"}  # Descriptions, and what is not there.
# Which kind of id an address takes.
KINDS = {
    "/clients": "client",
    "/items": "item",
    "/tax-rates": "tax_rate",
    "/invoices": "invoice",
    "/payments": "payment",
    "/deposits": "deposit",
    "/credit-memos": "credit",
    "/refunds": "refund",
    "/quickbooks/plan": "row",
    "/webhooks": "webhook",
}


@pytest.fixture
def theirs(db: None, now: datetime) -> Business:
    business = other_business(now)
    Webhook.objects.create(business=business, url=f"https://{CANARY}.example", events=[])
    return business


def ids(business: Business) -> dict[str, str]:
    found = {name: each[0] for name, each in ids_of(business).items()}
    deposit = Payment.objects.get(business=business, client__isnull=False)
    return found | {
        "webhook": str(Webhook.objects.get(business=business).guid),
        "deposit": str(deposit.guid),
    }


def filled(path: str, known: dict[str, str]) -> str:
    kind = next((kind for start, kind in KINDS.items() if path.startswith(start)), "entry")
    return path.replace("{id}", known[kind]).replace("{name}", "accounts")


def body_for(method: str, path: str, known: dict[str, str]) -> Any:
    """Return a body that is right but for its ids, which are another business's."""
    line = {"item": known["item"], "quantity": "1", "unit_price": "1"}
    invoice = {"client": known["client"], "date": "2026-05-04", "lines": [line]}
    payment = {"invoice": known["invoice"], "amount": "1", "date": "2026-05-04"}
    bodies: dict[str, Any] = {
        "/clients": {"name": "Fresh"},
        "/clients/bulk": {"records": [{"name": "Fresh"}]},
        "/items": {"name": "Fresh"},
        "/items/bulk": {"records": [{"name": "Fresher"}]},
        "/tax-rates": {"name": "Fresh", "percent": "3"},
        "/invoices": invoice | {"tax_rate": known["tax_rate"]},
        "/invoices/bulk": {"records": [invoice]},
        "/invoices/{id}": {"client": known["client"]},
        "/payments": payment,
        "/payments/bulk": {"records": [payment]},
        "/payments/{id}": {"reference": "1"},
        "/deposits": {"client": known["client"], "amount": "1", "date": "2026-05-04"},
        "/deposits/{id}": {"reference": "1"},
        "/deposits/{id}/apply": {"invoice": known["invoice"], "amount": "1"},
        "/credit-memos": invoice | {"invoice": known["invoice"]},
        "/credit-memos/{id}": {"reason": "Taken over"},
        "/credit-memos/{id}/apply": {"invoice": known["invoice"], "amount": "1"},
        "/refunds": {"credit_memo": known["credit"], "amount": "1", "date": "2026-05-04"},
        "/clients/{id}": {"name": "Taken over"},
        "/items/{id}": {"name": "Taken over"},
        "/quickbooks/feature": {"enabled": True},
        "/quickbooks/import-choice": {"clients": False},
        "/quickbooks/settings": {"rename_here": False},
        "/quickbooks/mapping": {"item_accounts": {known["item"]: "80000001-1"}},
        "/quickbooks/plan/rows/{id}": {"decision": "skip"},
        "/quickbooks/sync": {
            "invoices": [known["invoice"]],
            "payments": [known["payment"]],
            "credit_memos": [known["credit"]],
        },
        "/quickbooks/decide": {"decision": "refuse", "computer": "OFFICE-PC"},
        "/quickbooks/entries/bulk": {"ids": [known["entry"]], "action": "ignore"},
        "/quickbooks/entries/{id}/relink": {"quickbooks_id": "80000001-1"},
        "/quickbooks/entries/{id}/rename": {"name": "Taken over"},
        "/quickbooks/entries/{id}/merge": {"into": known["client"]},
        "/webhooks": {"url": "https://example.com", "events": ["entry.synced"]},
    }
    return bodies.get(path) if method in {"POST", "PUT", "PATCH"} else None


def test_r11_every_operation_has_its_line() -> None:
    document = api.get_openapi_schema()
    described = {
        (method.upper(), path.removeprefix(BASE))
        for path, methods in document["paths"].items()
        for method in methods
    }
    assert described == set(OPERATIONS)
    assert len(OPERATIONS) == len(set(OPERATIONS))
    (below,) = [each for each in get_resolver().url_patterns if str(each.pattern) == "api/"]
    served = set()
    for each in below.url_patterns:  # type: ignore[union-attr]
        for one in getattr(each, "url_patterns", [each]):
            prefix = str(each.pattern) if one is not each else ""
            served.add(f"{prefix}{one.pattern}")
    paths = {path.removeprefix("/api/") for path in document["paths"]}
    written = {each.replace("<", "{").replace(">", "}") for each in served - OPEN}
    assert written == paths


def test_r11_every_operation_with_every_kind_of_key_and_anothers_ids(
    app: Program, reader: Program, theirs: Business, now: datetime
) -> None:
    set_enabled(connection_of(app.business), enabled=True, actor="", now=now)
    known, before, wrong = ids(theirs), digest(theirs), []
    nobody = Program(app.business, "fl_nothing")
    for method, path in OPERATIONS:
        where = filled(path, known)
        if (method, path) == ("DELETE", "/webhooks"):
            where += f"?id={known['webhook']}"
        body = body_for(method, path, known)
        for who, program in (("nobody", nobody), ("reader", reader), ("program", app)):
            with transaction.atomic():
                answer = program.ask(method, where, body)
                changed = method != "GET" and program is app and digest(theirs) != before
                transaction.set_rollback(True)
            if who == "nobody":
                fits = answer.status == 401
            elif who == "reader" and method != "GET":
                fits = answer.status == 403
            elif "{id}" in path or "?" in where:
                fits = answer.status == 404
            else:
                fits = answer.status < 500 and answer.status not in {401, 403, 405}
            if not fits or changed or CANARY in answer.text:
                wrong.append((method, path, who, answer.status, changed, answer.text[:200]))
    assert wrong == []


def test_r11_own_records_take_no_ids_of_another_business(app: Program, theirs: Business) -> None:
    known, before = ids(theirs), digest(theirs)
    invoice = app.invoice()
    client = app.client(name="Bea")["id"]
    line = {"item": known["item"], "quantity": "1", "unit_price": "1"}
    own = {"client": client, "date": "2026-05-04"}
    plain = [{"description": "Goodwill", "unit_price": "3"}]
    deposit = app.post("/deposits", own | {"amount": "5"})["id"]
    memo = app.post("/credit-memos", own | {"lines": plain})["id"]
    for method, path, body in (
        ("PATCH", f"/invoices/{invoice['id']}", {"client": known["client"]}),
        ("PATCH", f"/invoices/{invoice['id']}", {"tax_rate": known["tax_rate"]}),
        ("PATCH", f"/invoices/{invoice['id']}", {"lines": [line]}),
        ("POST", "/invoices", own | {"lines": [line]}),
        ("POST", "/invoices", {"client": known["client"], "date": "2026-05-04", "lines": []}),
        (
            "POST",
            "/payments",
            {"invoice": known["invoice"], "amount": "1", "date": "2026-05-04"},
        ),
        ("POST", "/deposits", {"client": known["client"], "amount": "1", "date": "2026-05-04"}),
        ("POST", f"/deposits/{deposit}/apply", {"invoice": known["invoice"], "amount": "1"}),
        ("POST", "/credit-memos", own | {"lines": [line]}),
        ("POST", "/credit-memos", own | {"lines": plain, "invoice": known["invoice"]}),
        ("POST", f"/credit-memos/{memo}/apply", {"invoice": known["invoice"], "amount": "1"}),
        ("PATCH", f"/credit-memos/{memo}", {"client": known["client"]}),
        ("PATCH", f"/credit-memos/{memo}", {"tax_rate": known["tax_rate"]}),
        (
            "POST",
            "/refunds",
            {"credit_memo": known["credit"], "amount": "1", "date": "2026-05-04"},
        ),
    ):
        answer = app.ask(method, path, body)
        assert answer.status == 422, (path, answer.text)
        assert CANARY not in answer.text
    for asked in (
        f"/invoices?client={known['client']}",
        f"/payments?invoice={known['invoice']}",
        f"/deposits?client={known['client']}",
        f"/credit-memos?invoice={known['invoice']}",
        f"/refunds?credit_memo={known['credit']}",
    ):
        assert app.get(asked)["results"] == []
    assert app.get("/clients?q=canar")["results"] == []
    assert digest(theirs) == before


def test_r11_what_no_one_may_say_of_a_record_is_refused(app: Program) -> None:
    for extra in ("business", "business_id", "revision", "quickbooks", "state", "role", "paid"):
        answer = app.ask("POST", "/clients", {"name": "Ann", extra: "1"})
        assert answer.status == 422, extra
        assert extra in answer.json["errors"]
    assert program_of("", business=app.business).get("/clients")["results"] == []
