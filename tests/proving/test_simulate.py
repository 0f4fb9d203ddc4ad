"""The command `fieldledger simulate`: over HTTP, with a company kept between runs."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fieldledger.proving.simulate import run
from fieldledger.website.command_line import parser_of
from tests.simulator.company_files import document
from tests.simulator.service import Service, serving
from tests.support.shared import ROOT

pytestmark = pytest.mark.django_db  # The command asks this installation for the setup file's ids.

ADD = document(
    "".join(
        f'<CustomerAddRq requestID="{name}"><CustomerAdd><Name>{name}</Name></CustomerAdd>'
        "</CustomerAddRq>"
        for name in ("Anna Smith", "lawn depot")
    )
)


def simulate(*words: str) -> int:
    return run(parser_of("simulate").parse_args(words))


def test_a_session_over_http_ends_well_and_the_company_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company = tmp_path / "company.json"
    service = Service(documents=[ADD])

    with serving(service) as url:
        words = ("--url", url, "--username", "u", "--password", "p", "--company", str(company))
        assert simulate(*words, "--once", "--json") == 0

    said = capsys.readouterr().out.splitlines()
    seen = json.loads(said[-1])
    assert seen["ok"] is True
    assert seen["added"] == {"Customer": 1}
    assert [each["status"] for each in seen["refusals"]] == [3100]
    assert seen["counts"]["customers"] == 17
    assert "Added: 1 Customer" in said
    assert service.said("authenticate") == [{"strUserName": "u", "strPassword": "p"}]
    assert '"Anna Smith"' in company.read_text(encoding="utf-8")

    with serving(Service(documents=[ADD])) as url:
        words = ("--url", url, "--username", "u", "--password", "p", "--company", str(company))
        assert simulate(*words, "--json") == 0
    again = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert [each["status"] for each in again["refusals"]] == [3100, 3100]


def test_none_is_a_good_end_and_a_wrong_password_is_not(tmp_path: Path) -> None:
    with serving(Service(verdict=["", "none"])) as url:
        assert simulate("--url", url, "--username", "u", "--password", "p") == 0
    with serving(Service(verdict=["", "nvu"])) as url:
        assert simulate("--url", url, "--username", "u", "--password", "p") == 1


def test_what_cannot_be_is_said_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ("--username", "u", "--password", "p")
    other = tmp_path / "other.json"
    other.write_text("{}", encoding="utf-8")

    assert simulate("--url", "ftp://example.com", *words) == 1
    assert simulate("--url", "http://127.0.0.1:9/", *words, "--faults", "sunspots@2") == 1
    assert simulate("--url", "http://127.0.0.1:9/", *words, "--company", str(other)) == 1
    said = capsys.readouterr().err
    assert "no http or https address" in said
    assert "no fault 'sunspots'" in said
    assert "holds no simulated company" in said


def test_a_setup_file_marks_the_company(tmp_path: Path) -> None:
    setup = tmp_path / "acme.qwc"
    owner, file_id = (
        "{57F3B9B6-86F1-4FCD-B1EF-166DE1813D20}",
        "{6F1E8A10-0000-4000-8000-000000000001}",
    )
    setup.write_text(
        f"<QBWCXML><OwnerID>{owner}</OwnerID><FileID>{file_id}</FileID></QBWCXML>",
        encoding="utf-8",
    )
    service = Service(documents=[document("<HostQueryRq />")])

    with serving(service) as url:
        words = ("--url", url, "--username", "u", "--password", "p", "--setup-file", str(setup))
        assert simulate(*words) == 0

    hcp = service.said("sendRequestXML")[0]["strHCPResponse"]
    assert f"<DataExtValue>{file_id}</DataExtValue>" in hcp
    assert "<DataExtValue>LOCKED:OFFICE-PC:" in hcp


def test_a_server_that_is_not_there_is_a_failed_session(
    capsys: pytest.CaptureFixture[str],
) -> None:
    words = ("--url", "http://127.0.0.1:9/", "--username", "u", "--password", "p", "--json")

    assert simulate(*words) == 1
    seen = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert seen["outcome"] == "failed"
    assert seen["errors"][-1].startswith("QBWC1012")


def test_a_loop_ends_quietly_when_it_is_told_to(tmp_path: Path) -> None:
    service = Service(verdict=["", "none"])
    with serving(service) as url:
        words = ("--url", url, "--username", "u", "--password", "p", "--every", "0.05", "--json")
        program = subprocess.Popen(
            [sys.executable, "-m", "fieldledger.website", "simulate", *words],
            cwd=ROOT,
            env=os.environ | {"FIELDLEDGER_DATA": str(tmp_path / "nothing here")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 20
        while service.operations.count("closeConnection") < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        program.send_signal(signal.SIGTERM)
        said, _ = program.communicate(timeout=20)

    assert program.returncode == 0
    seen = json.loads(said.splitlines()[-1])
    assert seen["sessions"] >= 1
    assert set(seen["outcomes"]) == {"none"}
