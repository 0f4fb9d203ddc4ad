import signal
import subprocess
from pathlib import Path

import pytest

from fieldledger.website.command_line import COMMANDS, overview, parser_of
from tests.website.program import command, environment, run_program, wait_until


def test_without_a_command_the_program_says_how_it_is_used(tmp_path: Path) -> None:
    ended = run_program(folder=tmp_path / "data")

    assert ended.status == 2
    assert ended.err.startswith("usage: fieldledger")
    assert not (tmp_path / "data").exists()


def test_an_unknown_command_is_a_mistake_in_the_options(tmp_path: Path) -> None:
    ended = run_program("sreve", folder=tmp_path / "data")

    assert ended.status == 2
    assert "sreve" in ended.err


def test_the_help_lists_every_command_with_a_line() -> None:
    text = overview().format_help()

    for name, listed in COMMANDS.items():
        assert name in text
        assert listed.summary in text


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself(name: str) -> None:
    parser = parser_of(name)

    assert parser.prog == f"fieldledger {name}"
    assert len((parser.description or "").split()) >= 8


@pytest.mark.parametrize(
    ("env", "sentence"),
    [
        ({"FIELDLEDGER_PUBLIC_URL": "http://office.example.com"}, "unprotected"),
        ({"FIELDLEDGER_SECRET_KEY": "short"}, "too short"),
        ({"DATABASE_URL": "mysql://x/y"}, "must look like postgres://"),
    ],
)
def test_wrong_settings_start_nothing_and_end_with_78(
    env: dict[str, str], sentence: str, tmp_path: Path
) -> None:
    ended = run_program("serve", "--port", "0", folder=tmp_path / "data", env=env)

    assert ended.status == 78
    assert sentence in ended.err
    assert "Traceback" not in ended.err


def test_a_secret_that_others_can_read_stops_the_start(place: Path) -> None:
    (place / "secret-key").chmod(0o644)

    ended = run_program("doctor", folder=place)

    assert ended.status == 78
    assert "chmod 600" in ended.err


def test_a_data_folder_that_is_a_file_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("x")

    ended = run_program("manage", "check", folder=tmp_path / "data")

    assert ended.status == 1
    assert "cannot be made" in ended.err


def test_ctrl_c_ends_a_command_without_a_traceback(place: Path) -> None:
    words = ("business-add", "--name", "B", "--owner-email", "b@b.example", "--password-stdin")
    with subprocess.Popen(
        command(*words),
        env=environment(place),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        # It waits for the password; an interrupt earlier would reach Python's own start.
        wait_until(lambda: _is_waiting_for_input(program.pid))
        program.send_signal(signal.SIGINT)
        _, err = program.communicate(timeout=60)

    assert program.returncode == 130
    assert "Traceback" not in err


def _is_waiting_for_input(pid: int) -> bool:
    """Say whether the program sleeps in reading its standard input (file 0)."""
    try:
        state = Path(f"/proc/{pid}/syscall").read_text().split()
    except (OSError, PermissionError):
        return False
    return state[:2] == ["0", "0x0"]


def test_a_reader_that_goes_away_is_no_error(place: Path) -> None:
    """As `fieldledger manage help | head -1` does."""
    with subprocess.Popen(
        command("doctor"),
        env=environment(place),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdout is not None
        program.stdout.close()
        assert program.stderr is not None
        err = program.stderr.read()

    assert "Traceback" not in err


def test_djangos_own_commands_can_be_reached(place: Path) -> None:
    ended = run_program("manage", "check", folder=place)

    assert ended.status == 0
    assert "no issues" in ended.out + ended.err


def test_the_option_goes_before_the_environment(place: Path, tmp_path: Path) -> None:
    ended = run_program("doctor", "--data", place, folder=tmp_path / "nowhere")

    assert "There is no installation" not in ended.err
    assert not (tmp_path / "nowhere").exists()
