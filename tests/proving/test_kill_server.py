"""The ring `fieldledger kill-server` in short, and that its judge sees what it is there to see."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from fieldledger.proving.rings.judging import judge
from fieldledger.proving.rings.office import Made, Office
from fieldledger.simulator.company import Company
from fieldledger.sync.content import Kind
from tests.simulator.company_files import document
from tests.website.program import run_for_json

GUID = str(UUID(int=7))
NOW = datetime(2026, 5, 4, 16, 0, tzinfo=UTC)


def _ring(tmp_path: Path, *words: str | Path) -> tuple[int, dict[str, Any], str]:
    return run_for_json("kill-server", *words, folder=tmp_path / "unused", timeout_s=180)


@pytest.mark.long
def test_a_server_killed_at_any_moment_loses_and_doubles_nothing(
    tmp_path: Path, tables: Path
) -> None:
    words = ("--kills", "6", "--seed", "3", "--tables", tables)
    status, result, said = _ring(tmp_path, *words)

    assert status == 0, said
    assert result["problems"] == []
    assert sum(result["kills"].values()) == 6
    assert result["cut_off"] >= 1
    assert min(result["records"].values()) >= 1
    assert result["ready_max_s"] <= 10
    assert not (tmp_path / "unused").exists()


@pytest.mark.long
@pytest.mark.postgres
def test_a_database_stopped_as_in_a_crash_does_neither(tmp_path: Path, postgres_dump: Path) -> None:
    words = ("--kills", "3", "--postgres", "--database-stops", "1", "--seed", "2")
    status, result, said = _ring(tmp_path, *words, "--tables", postgres_dump)

    assert status == 0, said
    assert result["database"] == "PostgreSQL"
    assert result["kills"]["database"] == 1
    assert sum(result["kills"].values()) == 4


@pytest.mark.parametrize("words", [("--kills", "-1"), ("--database-stops", "1")])
def test_what_cannot_be_killed_is_said_in_a_sentence(tmp_path: Path, words: tuple[str]) -> None:
    status, _, said = _ring(tmp_path, *words)

    assert status == 1
    assert said.startswith("fieldledger: ")
    assert said.count("\n") == 1


# --- The judge ---


@dataclass
class _Claims:
    """What a server would say that has one client."""

    entries: list[dict[str, Any]]
    clients: list[dict[str, Any]] = field(default_factory=lambda: [{"id": GUID}])

    def all(self, path: str) -> list[dict[str, Any]]:
        return {"/quickbooks/entries": self.entries, "/clients": self.clients}.get(path, [])


def _add(company: Company, request_id: str, name: str) -> None:
    request = document(
        f'<CustomerAddRq requestID="{request_id}"><CustomerAdd><Name>{name}</Name>'
        f"<Phone>555</Phone><ExternalGUID>{{{GUID}}}</ExternalGUID></CustomerAdd></CustomerAddRq>",
        f'onError="continueOnError" newMessageSetID="set of {request_id}"',
    )
    answer = company.answer(request, session=company.open_session(), now=NOW)
    assert 'statusCode="0"' in answer


def _nothing(_company: Company, _claims: _Claims, _made: Made) -> None:
    pass


def _not_there(company: Company, _claims: _Claims, _made: Made) -> None:
    company.state.records.popitem()


def _twice(company: Company, _claims: _Claims, _made: Made) -> None:
    _add(company, "1:b", "Ann again")


def _in_two_entries(_company: Company, claims: _Claims, _made: Made) -> None:
    claims.entries *= 2


def _denied(_company: Company, claims: _Claims, _made: Made) -> None:
    claims.entries[0]["state"] = "failed"


def _older(_company: Company, _claims: _Claims, made: Made) -> None:
    made.said = "556"


def _another(_company: Company, claims: _Claims, _made: Made) -> None:
    claims.entries[0]["quickbooks_id"] = "80000001-1"


def _made_twice(_company: Company, claims: _Claims, _made: Made) -> None:
    claims.clients.append({"id": str(UUID(int=8))})


@pytest.mark.parametrize(
    ("harm", "verdicts"),
    [
        (_nothing, set()),
        (_not_there, {"lost", "lie"}),
        (_twice, {"doubled", "foreign"}),
        (_in_two_entries, {"lie"}),
        (_denied, {"lie"}),
        (_older, {"stale"}),
        (_another, {"lie"}),
        (_made_twice, {"lost or doubled here"}),
    ],
)
def test_the_judge_sees_each_harm(
    harm: Callable[[Company, _Claims, Made], None], verdicts: set[str]
) -> None:
    company = Company.fresh(seed=1, now=NOW)
    before = company.totals()
    _add(company, "1:a", "Ann")
    (ours,) = [each for each in company.customers() if each.origin.set_id]
    entry = {
        "record": GUID, "state": "synced", "message": None, "quickbooks_id": ours.id,
    }  # fmt: skip
    claims, made = _Claims([entry]), Made(Kind.CLIENT, GUID, "Ann", "555")
    office = Office(claims, None)  # type: ignore[arg-type]
    office.made[Kind.CLIENT].append(made)

    harm(company, claims, made)

    assert {each.partition(":")[0] for each in judge(office, company, before)} == verdicts
