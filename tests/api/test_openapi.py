"""The OpenAPI document and the readable docs: complete, true, and from this server alone."""

import json
import re
from typing import Any

import pytest
import schemathesis
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from lxml.html import document_fromstring as parse_html
from playwright.sync_api import Page, expect
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from fieldledger.api import access
from fieldledger.api.problems import KINDS
from fieldledger.quickbooks.services import connection_of
from fieldledger.website.wsgi import django_application
from tests.api.conftest import STRANGER, Program, program_of

# The table of the contract, line by line.
TABLE = """
GET POST /clients
GET PATCH /clients/{id}
GET POST /items
GET PATCH /items/{id}
GET POST /tax-rates
GET POST /invoices
GET PATCH /invoices/{id}
POST /invoices/{id}/void
GET POST /payments
GET PATCH /payments/{id}
POST /payments/{id}/void
GET /quickbooks
PUT /quickbooks/feature
GET /quickbooks/setup-file
POST /quickbooks/password
POST /quickbooks/next
PUT /quickbooks/import-choice
GET /quickbooks/plan
PATCH /quickbooks/plan/rows/{id}
POST /quickbooks/plan/approve
GET PUT /quickbooks/mapping
GET /quickbooks/lists/{name}
GET PUT /quickbooks/settings
POST /quickbooks/sync
GET /quickbooks/entries
GET /quickbooks/entries/{id}
POST /quickbooks/entries/{id}/retry
POST /quickbooks/entries/{id}/ignore
POST /quickbooks/entries/{id}/hold
POST /quickbooks/entries/{id}/release
POST /quickbooks/entries/{id}/relink
POST /quickbooks/entries/bulk
POST /quickbooks/pause
POST /quickbooks/resume
POST /quickbooks/disconnect
GET POST DELETE /webhooks
POST /clients/bulk
POST /items/bulk
POST /invoices/bulk
POST /payments/bulk
"""


@pytest.fixture
def document() -> Any:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    return response.json()


def test_the_document_lists_every_address_of_the_contract(document: Any) -> None:
    listed = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, methods in document["paths"].items()
        for method in methods
    }

    for line in TABLE.split("\n")[1:-1]:
        *methods, path = line.split()
        for method in methods:
            assert (method, path) in listed


def test_every_operation_says_what_it_takes_needs_and_answers(document: Any) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["security"] == [{"ApiKeyAuth": []}]
            assert operation["description"], path
            assert {"401", "422", "429", "500"} <= set(operation["responses"])
            headers = [each["name"] for each in operation["parameters"] if each["in"] == "header"]
            assert headers == ([] if method == "get" else ["Idempotency-Key"])
            for status, answer in operation["responses"].items():
                if int(status) >= 400:
                    assert list(answer["content"]) == ["application/problem+json"]


def test_the_document_is_whole(document: Any) -> None:
    schemas = document["components"]["schemas"]

    assert document["openapi"].startswith("3.1")
    for ref in re.findall(r'"\$ref": "#/components/schemas/([^"]+)"', json.dumps(document)):
        assert ref in schemas
    names = [
        operation["operationId"]
        for methods in document["paths"].values()
        for operation in methods.values()
    ]
    assert len(names) == len(set(names))
    assert schemas["ClientIn"]["required"] == ["name"]
    assert schemas["InvoiceIn"]["required"] == ["client", "date", "lines"]


def test_the_docs_are_readable_without_a_key_a_script_or_another_host(document: Any) -> None:
    response = Client().get("/api/v1/docs")
    page = response.content.decode()
    html: Any = parse_html(page)

    assert response.status_code == 200
    loaded = [*html.xpath("//@src"), *html.xpath("//link/@href")]
    assert loaded
    assert all(each.startswith("/static/") for each in loaded)
    assert html.xpath("//script | //style | //@style | //@onclick") == []
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    for path in document["paths"]:
        assert path in page
    ids = set(html.xpath("//@id"))
    assert {f"problem-{kind.slug}" for kind in KINDS.values()} <= ids
    assert {each[1:] for each in html.xpath("//a/@href") if each.startswith("#")} <= ids
    assert Client().post("/api/v1/docs").status_code == 405


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_browser_has_nothing_to_complain_of_in_the_docs(page: Page, live_server: Any) -> None:
    page.goto(f"{live_server.url}/api/v1/docs#create_invoice")

    heading = page.get_by_role("heading", name="POST /api/v1/invoices", exact=True)
    expect(heading).to_be_in_viewport()


BOUNDED = settings(
    max_examples=7,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.django_db(transaction=True)
def test_what_the_document_promises_is_what_the_api_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Goal: no request, however odd, gets a server error or an answer that is not described.

    Method: schemathesis makes requests from our own document, right ones and wrong ones, the same
    on every run, and compares each answer with the document.
    """
    monkeypatch.setattr(access, "limit", access.Limit(per_s=1e6, at_once=10**6))
    program: Program = program_of("Acme Lawns")
    program.ask("PUT", "/quickbooks/feature", {"enabled": True})
    connection = connection_of(program.business)
    connection.stage, connection.initial_started_at = "ongoing", timezone.now()
    connection.save()
    payment = program.payment()
    invoice = program.get(f"/invoices/{payment['invoice']}")
    webhook = {"url": "https://example.com", "events": ["entry.synced"]}
    day, line = {"date": "2026-05-03"}, {"description": "Mowing", "unit_price": "9"}
    own = day | {"client": invoice["client"]}
    memo = program.post("/credit-memos", own | {"lines": [line]})["id"]
    refund = program.post("/refunds", day | {"credit_memo": memo, "amount": "1"})
    ids = {
        "clients": invoice["client"],
        "items": program.item()["id"],
        "invoices": invoice["id"],
        "payments": payment["id"],
        "deposits": program.post("/deposits", own | {"amount": "9"})["id"],
        "credit-memos": memo,
        "refunds": refund["id"],
        "tax-rates": program.post("/tax-rates", {"name": "A", "percent": 8})["id"],
        "entries": program.get("/quickbooks/entries")["results"][0]["id"],
        "webhooks": program.post("/webhooks", webhook)["id"],
    }
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", django_application)
    headers = {"Authorization": f"Bearer {program.key}"}
    checks = [
        not_a_server_error,
        status_code_conformance,
        content_type_conformance,
        response_schema_conformance,
    ]
    count = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()

        @BOUNDED
        @given(st.sampled_from(GenerationMode).flatmap(operation.as_strategy), st.booleans())
        def ask(case: Any, is_there: bool) -> None:
            if is_there and "id" in case.path_parameters:
                named = [known for kind, known in ids.items() if f"/{kind}/" in case.path]
                case.path_parameters["id"] = (named or [STRANGER])[0]
            response = case.call(headers=headers)
            case.validate_response(response, checks=checks)

        ask()
        count += 1
    assert count >= 40
