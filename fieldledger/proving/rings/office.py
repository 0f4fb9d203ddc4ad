"""The office of the ring: it works over the API and keeps its own books of what it was promised."""

import json
import random
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from http.client import HTTPException
from typing import Any, Final
from xml.etree import ElementTree as ET

from fieldledger.proving.rings.server import ATTEMPT_S
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, WebConnector
from fieldledger.sync.content import Kind

ATTEMPTS_MAX: Final = 200
PAGE: Final = 100
FIRST_NUMBER: Final = 50001
PATHS: Final = {
    Kind.CLIENT: "/clients",
    Kind.ITEM: "/items",
    Kind.INVOICE: "/invoices",
    Kind.PAYMENT: "/payments",
}


class Unexpected(Exception):
    """The API answered a good request with a refusal."""


def connect(api: "Api", company: Company) -> WebConnector:
    """Return a Web Connector with the set-up file and a new password, beside a company file."""
    password = api.ask("POST", "/quickbooks/password")
    setup = ET.fromstring(api.fetch("GET", "/quickbooks/setup-file"))  # noqa: S314 - ours.
    return WebConnector(
        desk=Desk.of(company),
        username=password["username"],
        password=password["password"],
        clock=lambda: datetime.now(tz=UTC),
        owner_id=setup.findtext("OwnerID", ""),
        file_id=setup.findtext("FileID", ""),
    )


@dataclass(slots=True)
class Made:
    """A record as the API has confirmed it.

    `name` is what QuickBooks calls it: a name, a number or a reference. `said` is what tells its
    versions apart: a client's phone, an item's price, the cents of an invoice or a payment.
    """

    kind: Kind
    guid: str
    name: str
    said: str


@dataclass(slots=True)
class Api:
    """The API of a server that may die at any call; every write is repeated until it is answered.

    `before` is told before each call, `broken` after each that was not answered.
    """

    url: str
    key: str
    before: Callable[[], None]
    broken: Callable[[], None]
    calls: int = 0
    _writes: int = field(default=0, init=False)

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer to a request, which is JSON; see `fetch`."""
        return json.loads(self.fetch(method, path, body))

    def fetch(self, method: str, path: str, body: Any = None) -> bytes:
        """Return the answer to a request, however often it takes.

        :raises Unexpected: if it is refused, or never answered.
        """
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if method == "POST":
            self._writes += 1
            headers["Idempotency-Key"] = f"ring-{self._writes}"
        asked = urllib.request.Request(  # noqa: S310 - our own server.
            f"{self.url}/api/v1{path}",
            None if body is None else json.dumps(body).encode(),
            headers,
            method=method,
        )
        for _ in range(ATTEMPTS_MAX):
            self.calls += 1
            self.before()
            try:
                with urllib.request.urlopen(asked, timeout=ATTEMPT_S * 2) as answer:  # noqa: S310
                    content: bytes = answer.read()
                    return content
            except urllib.error.HTTPError as refusal:
                with refusal:
                    said = refusal.read().decode(errors="replace")[:300]
                if refusal.code < 500 and refusal.code != 429:
                    raise Unexpected(f"{method} {path}: {refusal.code} {said}") from refusal
            except (OSError, HTTPException):
                pass  # No answer, or half of one: the server is gone.
            self.broken()
        raise Unexpected(f"{method} {path} was not answered in {ATTEMPTS_MAX} attempts.")

    def refusal_of(self, method: str, path: str, body: Any) -> str:
        """Return in which words a request is refused, which is made once; "" if it is not."""
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        asked = urllib.request.Request(  # noqa: S310 - our own server.
            f"{self.url}/api/v1{path}", json.dumps(body).encode(), headers, method=method
        )
        try:
            with urllib.request.urlopen(asked, timeout=ATTEMPT_S * 2):  # noqa: S310
                return ""
        except urllib.error.HTTPError as refusal:
            with refusal:
                said: str = json.loads(refusal.read())["detail"]
            return said

    def all(self, path: str) -> list[dict[str, Any]]:
        """Return all pages of a listing."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while True:
            page = self.ask("GET", f"{path}?limit={PAGE}{cursor}")
            found += page["results"]
            if not page["next_cursor"]:
                return found
            cursor = f"&cursor={page['next_cursor']}"


@dataclass(slots=True)
class Office:
    """People who make, change and sync records; `made` is in the order of making."""

    api: Api
    chance: random.Random
    made: dict[Kind, list[Made]] = field(default_factory=lambda: {kind: [] for kind in PATHS})
    _number: int = field(default=0, init=False)

    def act(self) -> None:
        """Do one thing."""
        acts = (self._invoice, self._invoice, self._payment, self._change, self._client, self._item)
        self.chance.choice(acts)()

    def make(self) -> None:
        """Make one record; change none."""
        self.chance.choice(
            (self._invoice, self._invoice, self._payment, self._client, self._item)
        )()

    def begin(self) -> None:
        """Make the first clients and items, so that the first sync has something to do."""
        for _ in range(3):
            self._client()
            self._item()

    def sync(self) -> None:
        """Sync all invoices with their payments."""
        for start in range(0, max(len(self.made[Kind.INVOICE]), 1), PAGE):
            guids = [each.guid for each in self.made[Kind.INVOICE][start : start + PAGE]]
            self.api.ask("POST", "/quickbooks/sync", {"invoices": guids})

    def sync_some(self) -> None:
        """Sync the last few invoices with their payments."""
        guids = [each.guid for each in self.made[Kind.INVOICE][-5:]]
        if guids:
            self.api.ask("POST", "/quickbooks/sync", {"invoices": guids})

    def _next(self) -> int:
        self._number += 1
        return self._number

    def _keep(self, kind: Kind, body: dict[str, Any], name: str, said: str) -> None:
        answer = self.api.ask("POST", PATHS[kind], body)
        self.made[kind].append(Made(kind, answer["id"], name, said))

    def _client(self) -> None:
        number = self._next()
        name, phone = f"Ring client {number}", f"555-{number:05}"
        self._keep(Kind.CLIENT, {"name": name, "phone": phone}, name, phone)

    def _item(self) -> None:
        number = self._next()
        name, price = f"Ring item {number}", f"{number}.50"
        self._keep(Kind.ITEM, {"name": name, "price": price, "taxable": False}, name, price)

    def _invoice(self) -> None:
        lines, cents = self._lines()
        number = str(FIRST_NUMBER + self._next())
        client = self.chance.choice(self.made[Kind.CLIENT]).guid
        body = {"client": client, "number": number, "date": _today(), "lines": lines}
        self._keep(Kind.INVOICE, body, number, str(cents))

    def _lines(self) -> tuple[list[dict[str, Any]], int]:
        """Return lines for an invoice and what they come to in cents: at least 100.00."""
        lines, cents = [], 0
        for _ in range(self.chance.randint(1, 3)):
            quantity, price = self.chance.randint(1, 4), self.chance.randint(10_000, 99_999)
            cents += quantity * price
            lines.append(
                {
                    "item": self.chance.choice(self.made[Kind.ITEM]).guid,
                    "quantity": str(quantity),
                    "unit_price": f"{Decimal(price) / 100:.2f}",
                }
            )
        return lines, cents

    def _payment(self) -> None:
        # Of the newest ones: few payments come together on one, and it never is paid too much.
        invoices = self.made[Kind.INVOICE][-8:]
        if not invoices:
            return self._invoice()
        reference, cents = f"R{self._next()}", self.chance.randint(100, 900)
        body = {
            "invoice": self.chance.choice(invoices).guid,
            "amount": f"{Decimal(cents) / 100:.2f}",
            "date": _today(),
            "method": "check",
            "reference": reference,
        }
        return self._keep(Kind.PAYMENT, body, reference, str(cents))

    def _change(self) -> None:
        kind = self.chance.choice([each for each in self.made if self.made[each]])
        made = self.chance.choice(self.made[kind][-20:])
        match kind:
            case Kind.CLIENT:
                said = f"556-{self._next():05}"
                body: dict[str, Any] = {"phone": said}
            case Kind.ITEM:
                said = f"{self._next()}.25"
                body = {"price": said}
            case Kind.INVOICE:
                lines, cents = self._lines()
                said, body = str(cents), {"lines": lines}
            case Kind.PAYMENT:
                cents = self.chance.randint(100, 900)
                said, body = str(cents), {"amount": f"{Decimal(cents) / 100:.2f}"}
        self.api.ask("PATCH", f"{PATHS[kind]}/{made.guid}", body)
        made.said = said


def _today() -> str:
    return f"{datetime.now(tz=UTC):%Y-%m-%d}"
