"""I3.8: `fieldledger probe`, over HTTP: against the simulated QuickBooks, and through a server."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from fieldledger.proving.probing import NOT_ASKED, NoSuchVariant, read_variant, told
from fieldledger.proving.world.campaign import VARIANTS
from fieldledger.simulator.variant import Variant
from tests.proving.test_end_to_end import Api
from tests.support.fresh_business import FreshBusiness
from tests.website.program import command, environment, run_program, serving


def asked(variant: Variant) -> dict[str, Any]:
    """Return what the probe asks of a variant."""
    return {key: value for key, value in asdict(variant).items() if key not in NOT_ASKED}


def test_the_command_tells_a_simulated_quickbooks(tmp_path: Path, tables: Path) -> None:
    report = tmp_path / "report.json"

    ended = run_program(
        "probe", "--simulate", "strange,stored_answers=ret", "--json", "--report", report,
        "--tables", tables, folder=tmp_path / "data",
    )  # fmt: skip

    assert (ended.status, ended.err.count("session over")) == (0, 4), ended.err
    found = json.loads(ended.out.splitlines()[-1])
    wanted = asked(VARIANTS["strange"]) | {"stored_answers": "ret"}
    assert told(found["what_quickbooks_keeps"]) == wanted
    assert json.loads(report.read_text(encoding="utf-8")) == found
    assert "The company is as it was before." in ended.out
    assert "WRONG" not in ended.out


def test_a_variant_that_is_none_is_said(tmp_path: Path) -> None:
    ended = run_program("probe", "--simulate", "odd", folder=tmp_path)

    assert ended.status == 1
    assert "There is no variant odd; there are keeps-all, keeps-last" in ended.err


def test_a_variant_is_named_and_changed() -> None:
    assert read_variant("keeps-last", VARIANTS) == VARIANTS["keeps-last"]
    assert read_variant("guid_unique=true", VARIANTS) == Variant(guid_unique=True)
    for words in ("keeps-all,store_keeps=some", "keeps-all,colour=red", "keeps-all,guid_unique"):
        with pytest.raises(NoSuchVariant):
            read_variant(words, VARIANTS)


@contextmanager
def connected(folder: Path, key: str, *, is_sample: bool) -> Iterator[tuple[Path, list[str]]]:
    """Yield the company file of a connection that is up, and the words for its Web Connector."""
    company, setup = folder.parent / "company.json", folder.parent / "a.qwc"
    with serving("serve", folder=folder) as server:
        api = Api(server.url, key)
        api.ask("PUT", "/quickbooks/feature", {"enabled": True})
        setup.write_bytes(api.ask("GET", "/quickbooks/setup-file"))
        sign_in = api.ask("POST", "/quickbooks/password")
        api.ask("POST", "/quickbooks/next")
        words = [
            "simulate", "--url", f"{server.url}/qbwc", "--username", sign_in["username"],
            "--password", sign_in["password"], "--company", str(company),
            "--setup-file", str(setup), *(["--sample"] if is_sample else []),
        ]  # fmt: skip
        assert run_program(*words, "--once", folder=folder).status == 0
        yield company, words


def records_of(company: Path) -> Any:
    return json.loads(company.read_text(encoding="utf-8"))["records"]


def test_the_command_follows_the_probe_through_a_server_to_its_report(
    fresh_business: FreshBusiness, place: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.json"
    with connected(place, fresh_business.key, is_sample=True) as (company, words):
        before = records_of(company)
        pc = subprocess.Popen(
            command(*words, "--every", "0.5"),
            env=environment(place),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            ended = run_program("probe", "--report", report, folder=place)
        finally:
            pc.terminate()
            pc.wait(30)

        assert ended.status == 0, ended.err
        assert "Update Selected" in ended.out
        assert "The company is as it was before" in ended.out
        found = json.loads(report.read_text(encoding="utf-8"))
        assert told(found["what_quickbooks_keeps"]) == asked(Variant())
        assert records_of(company) == before


def test_the_command_refuses_a_company_that_is_no_sample(
    fresh_business: FreshBusiness, place: Path
) -> None:
    with connected(place, fresh_business.key, is_sample=False) as (company, _):
        before = company.read_text(encoding="utf-8")

        ended = run_program("probe", folder=place)

        assert ended.status == 1
        assert "is not one of Intuit’s sample companies" in ended.err
        assert company.read_text(encoding="utf-8") == before


def test_without_a_connection_the_command_says_so(place: Path) -> None:
    ended = run_program("probe", folder=place)

    assert ended.status == 1
    assert "No business has QuickBooks Desktop switched on." in ended.err
