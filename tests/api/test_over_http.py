"""The API of a real server, over real HTTP: what the test client cannot show."""

import http.client
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.fresh_business import FreshBusiness


@dataclass
class Server:
    """A server of two programs with one business."""

    port: int
    key: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("localhost", self.port, timeout=20)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named["Authorization"] = f"Bearer {self.key}"
        if isinstance(body, dict):
            body = json.dumps(body).encode()
        if body is not None:
            named["Content-Type"] = "application/json"
        try:
            # A body without a length is sent in chunks, as .NET sends JSON.
            connection.request(method, f"/api/v1{path}", body, named)
            response = connection.getresponse()
            text = response.read()
            assert response.headers["Content-Type"] in {
                "application/json",
                "application/problem+json",
            }
            return response.status, json.loads(text) if text else None
        finally:
            connection.close()


@pytest.fixture(scope="module")
def server(
    fresh_business: FreshBusiness, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = shutil.copytree(fresh_business.folder, tmp_path_factory.mktemp("api") / "data")
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("FIELDLEDGER_", "DJANGO_")) and name != "DATABASE_URL"
    }
    program = [sys.executable, "-m", "fieldledger.website"]
    root = Path(__file__).parents[2]
    served = subprocess.Popen(
        [*program, "serve", "--port", "0", "--workers", "2", "--data", str(folder)],
        cwd=root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert served.stdout is not None
        port = 0
        for line in served.stdout:
            if found := re.search(r"http://localhost:(\d+)", line):
                port = int(found[1])
                break
        assert port
        yield Server(port, fresh_business.key)
    finally:
        served.terminate()
        served.wait(20)
        if served.stdout is not None:
            served.stdout.close()


def test_a_record_is_made_and_read(server: Server) -> None:
    status, made = server.ask("POST", "/clients", {"name": "Ann"})

    assert status == 201
    assert server.ask("GET", f"/clients/{made['id']}") == (200, made)
    assert server.ask("HEAD", f"/clients/{made['id']}") == (200, None)
    assert server.ask("GET", "/quickbooks")[1]["stage"] == "off"
    assert server.ask("GET", "/nothing")[0] == 404
    assert server.ask("PUT", "/clients", {})[0] == 405


def test_a_body_in_chunks_is_read(server: Server) -> None:
    status, made = server.ask("POST", "/clients", iter([b'{"na', b'me": "Bob"}']))

    assert (status, made["name"]) == (201, "Bob")


def test_a_body_in_chunks_is_bounded_too(server: Server) -> None:
    chunks = (b" " * 65536 for _ in range(100))

    assert server.ask("POST", "/clients", chunks)[0] == 413


def test_one_key_sent_to_two_programs_at_once_makes_one_record(server: Server) -> None:
    answers: list[tuple[int, Any]] = []

    def send() -> None:
        answers.append(server.ask("POST", "/clients", {"name": "Cid"}, Idempotency_Key="one-order"))

    threads = [threading.Thread(target=send) for _ in range(12)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert {status for status, _ in answers} == {201}
    assert len({made["id"] for _, made in answers}) == 1
