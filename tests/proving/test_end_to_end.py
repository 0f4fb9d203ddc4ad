"""The whole path with real programs over HTTP: the server with its demo, and the simulated PC.

The line D2.2 is that of docs/roadmap.md.
"""

import json
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fieldledger.simulator.company import Company
from tests.support.fresh_business import FreshBusiness
from tests.website.program import run_program, serving, wait_until

INVOICES = 10


@dataclass(frozen=True, slots=True)
class Api:
    """The API of a running server, with a key."""

    url: str
    key: str

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        asked = urllib.request.Request(
            f"{self.url}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(asked, timeout=30) as answer:
            said: bytes = answer.read()
        return json.loads(said) if said.startswith((b"{", b"[")) else said

    def fill(self) -> list[str]:
        """Make clients, items, invoices and payments; return the invoices' ids."""
        clients = [
            self.ask("POST", "/clients", {"name": f"Client {number}"})["id"] for number in range(4)
        ]
        item = self.ask("POST", "/items", {"name": "Leak repair", "price": "80"})["id"]
        invoices = []
        for number in range(INVOICES):
            line = {"item": item, "quantity": "1", "unit_price": f"{number + 1}.00"}
            body = {"client": clients[number % 4], "date": "2026-05-04", "lines": [line]}
            invoices.append(self.ask("POST", "/invoices", body)["id"])
        paid = {"invoice": invoices[-1], "amount": "10.00", "date": "2026-05-05"}
        self.ask("POST", "/payments", paid)
        return invoices


def test_d2_simulate_once_brings_a_fresh_business_to_quickbooks(
    fresh_business: FreshBusiness, place: Path, tmp_path: Path
) -> None:
    company, setup = tmp_path / "company.json", tmp_path / "a.qwc"
    with serving("serve", folder=place) as server:
        api = Api(server.url, fresh_business.key)
        invoices = api.fill()
        api.ask("PUT", "/quickbooks/feature", {"enabled": True})
        setup.write_bytes(api.ask("GET", "/quickbooks/setup-file"))
        sign_in = api.ask("POST", "/quickbooks/password")
        api.ask("POST", "/quickbooks/next")

        def simulate() -> dict[str, Any]:
            ended = run_program(
                "simulate", "--once", "--json", "--url", f"{server.url}/qbwc",
                "--username", sign_in["username"], "--password", sign_in["password"],
                "--company", company, "--setup-file", setup, folder=place,
            )  # fmt: skip
            assert ended.status == 0, ended.err
            seen: dict[str, Any] = json.loads(ended.out.splitlines()[-1])
            return seen

        simulate()
        api.ask("POST", "/quickbooks/next")
        api.ask("PUT", "/quickbooks/import-choice", {"review": False})
        api.ask("POST", "/quickbooks/next")
        first = simulate()
        assert api.ask("GET", "/quickbooks")["stage"] == "ongoing"
        asked = api.ask("POST", "/quickbooks/sync", {"invoices": invoices})["results"]
        second = simulate()
        states = Counter(
            api.ask("GET", f"/invoices/{each}")["quickbooks"]["state"] for each in invoices
        )
        assert server.stop() == 0

    assert first["added"] == {"Customer": 4, "ItemService": 1}
    assert len(asked) == INVOICES + 1
    assert second["added"] == {"Invoice": INVOICES, "ReceivePayment": 1}
    assert states == {"synced": INVOICES}
    totals = Company.from_json(company.read_text(encoding="utf-8")).totals()
    assert (totals["invoiced"], totals["received"]) == (5500, 1000)


def test_d2_the_pc_beside_the_server_needs_no_click_but_the_set_up(
    fresh_business: FreshBusiness, place: Path
) -> None:
    with serving("serve", "--with-quickbooks", folder=place) as server:
        api = Api(server.url, fresh_business.key)
        invoices = api.fill()
        api.ask("PUT", "/quickbooks/feature", {"enabled": True})
        api.ask("POST", "/quickbooks/next")
        api.ask("POST", "/quickbooks/password")
        wait_until(lambda: api.ask("GET", "/quickbooks")["connected"])
        api.ask("POST", "/quickbooks/next")
        api.ask("PUT", "/quickbooks/import-choice", {"review": False})
        api.ask("POST", "/quickbooks/next")
        wait_until(lambda: api.ask("GET", "/quickbooks")["stage"] == "ongoing")
        api.ask("POST", "/quickbooks/sync", {"invoices": invoices})
        wait_until(lambda: api.ask("GET", "/quickbooks")["counts"]["synced"] == INVOICES + 6)
        assert server.stop() == 0
