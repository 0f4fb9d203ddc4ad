"""The simulated PC beside a demo."""

from datetime import timedelta
from pathlib import Path

from fieldledger.proving.companion import OfficePc, Seat, file_name
from tests.simulator.company_files import NOON, document
from tests.simulator.service import Service, serving

SEAT = Seat(
    business="Harbor: Plumbing",
    username="fl-harbor",
    password="secret",
    owner_id="{57F3B9B6-86F1-4FCD-B1EF-166DE1813D20}",
    file_id="{6F1E8A10-0000-4000-8000-000000000001}",
)


def test_a_seat_gets_a_session_every_five_seconds_and_a_marked_company(tmp_path: Path) -> None:
    service = Service(documents=[document("<HostQueryRq />")])
    said: list[str] = []
    with serving(service) as url:
        pc = OfficePc(url, tmp_path, tell=said.append)
        pc.look([SEAT], NOON)
        pc.look([SEAT], NOON + timedelta(seconds=2))
        assert service.operations.count("authenticate") == 1
        pc.look([SEAT], NOON + timedelta(seconds=6))

    assert service.operations.count("authenticate") == 2
    hcp = service.said("sendRequestXML")[0]
    assert SEAT.file_id in hcp["strHCPResponse"]
    assert hcp["strCompanyFileName"] == "C:\\QuickBooks\\Harbor Plumbing.qbw"
    assert (tmp_path / "6F1E8A10-0000-4000-8000-000000000001.json").exists()
    assert said == []


def test_the_password_is_remembered_and_private(tmp_path: Path) -> None:
    service = Service(verdict=["", "none"])
    forgotten = Seat(SEAT.business, SEAT.username, None, SEAT.owner_id, SEAT.file_id)
    with serving(service) as url:
        pc = OfficePc(url, tmp_path / "quickbooks")
        pc.look([forgotten], NOON)
        assert service.calls == []
        pc.look([SEAT], NOON)
        pc.look([forgotten], NOON + timedelta(seconds=6))

    passwords = [each["strPassword"] for each in service.said("authenticate")]
    assert passwords == ["secret", "secret"]
    kept = list((tmp_path / "quickbooks").glob("*.password.json"))
    assert [path.stat().st_mode & 0o077 for path in kept] == [0]


def test_what_is_wrong_is_said_once(tmp_path: Path) -> None:
    said: list[str] = []
    with serving(Service(verdict=["", "nvu"])) as url:
        pc = OfficePc(url, tmp_path, tell=said.append)
        for second in (0, 6, 12):
            pc.look([SEAT], NOON + timedelta(seconds=second))

    assert len(said) == 1
    assert "Invalid password" in said[0]


def test_a_company_is_called_as_windows_allows() -> None:
    assert file_name('A/B: "C" <D>') == "AB C D"
    assert file_name("???") == "Company"
