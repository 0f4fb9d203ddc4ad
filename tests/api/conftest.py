"""A business with its keys, another business beside it, and a way to ask the API."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import new_api_key
from fieldledger.api import access

BASE = "/api/v1"
STRANGER = "00000000-0000-4000-8000-000000000000"  # An id that is nobody's.


@dataclass
class Answer:
    """What the API said."""

    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Program:
    """Another program that holds a key of a business."""

    business: Business
    key: str
    http: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        content_type: str = "application/json",
        idempotency_key: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        sent = {"Authorization": f"Bearer {self.key}"} | (headers or {})
        if idempotency_key is not None:
            sent["Idempotency-Key"] = idempotency_key
        if raw is None:
            raw = b"" if body is None else json.dumps(body).encode()
        response = self.http.generic(
            method,
            path if path.startswith("/api") else f"{BASE}{path}",
            raw,
            content_type=content_type,
            headers=sent,
        )
        text = b"" if response.status_code == 204 else response.getvalue()
        return Answer(response.status_code, dict(response.headers), text.decode())

    def get(self, path: str) -> Any:
        answer = self.ask("GET", path)
        assert answer.status == 200, answer.text
        return answer.json

    def post(self, path: str, body: Any = None, status: int = 201) -> Any:
        answer = self.ask("POST", path, body)
        assert answer.status == status, answer.text
        return answer.json

    def client(self, **values: Any) -> Any:
        return self.post("/clients", {"name": "Ann Ames"} | values)

    def item(self, **values: Any) -> Any:
        return self.post("/items", {"name": "Mowing", "price": "125.00"} | values)

    def invoice(self, **values: Any) -> Any:
        line = {"description": "Mowing", "quantity": "2", "unit_price": "62.50"}
        values.setdefault("lines", [line])
        if "client" not in values:
            values["client"] = self.client()["id"]
        return self.post("/invoices", {"date": "2026-05-03"} | values)

    def payment(self, **values: Any) -> Any:
        if "invoice" not in values:
            values["invoice"] = self.invoice()["id"]
        return self.post("/payments", {"amount": "25.00", "date": "2026-05-04"} | values)


def program_of(name: str, *, read_only: bool = False, business: Business | None = None) -> Program:
    business = business or Business.objects.create(name=name)
    _, key = new_api_key(business=business, name="test", now=timezone.now(), read_only=read_only)
    return Program(business, key)


@pytest.fixture
def app(db: None) -> Program:
    return program_of("Acme Lawns")


@pytest.fixture
def other(db: None) -> Program:
    return program_of("Birch Pools")


@pytest.fixture
def reader(app: Program) -> Program:
    return program_of("", read_only=True, business=app.business)


@pytest.fixture(autouse=True)
def _full_buckets() -> None:
    """Tests ask a lot, and the databases of two tests give different keys the same number."""
    access.limit.forget()


def is_time(text: str) -> bool:
    """Return whether a time says its offset."""
    return datetime.fromisoformat(text).tzinfo is not None


def assert_problem(answer: Answer, status: int, *fields: str) -> Any:
    assert answer.status == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json
    assert problem["status"] == status
    assert problem["type"].startswith("/api/v1/docs#problem-")
    assert problem["title"]
    assert problem["detail"]
    assert set(problem.get("errors", ())) == set(fields), problem
    return problem
