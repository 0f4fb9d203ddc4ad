import os
import pty
import subprocess
from pathlib import Path

import pytest

from fieldledger.website.commands.terminal import CommandFailed, progress, say_json
from tests.website.program import command, environment


def test_progress_is_a_line_at_each_tenth_where_nobody_watches(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with progress("Copying") as tell:
        for done in range(101):
            tell(done, 100)
        tell(100, 100)

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [f"Copying: {tenth * 10}%" for tenth in range(11)]


def test_progress_of_nothing_is_all_of_it(capsys: pytest.CaptureFixture[str]) -> None:
    with progress("Copying") as tell:
        tell(0, 0)

    assert capsys.readouterr().err == "Copying: 100%\n"


def test_progress_is_a_bar_on_a_terminal(place: Path, tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        command("backup", tmp_path / "backup", "--json"),
        env=environment(place, {"TERM": "xterm"}),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=theirs,
    )
    os.close(theirs)
    out, _ = program.communicate(timeout=60)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:  # Linux says so when the other side is closed.
        pass
    os.close(ours)

    assert program.returncode == 0
    assert b"Copying the database" in seen
    assert b"100%" in seen
    assert b"\x1b[" in seen
    assert b"Copying" not in out


def test_json_is_one_line_whatever_is_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    say_json({"name": "Müller\n& Söhne"})

    assert capsys.readouterr().out == '{"name": "Müller\\n& Söhne"}\n'


def test_a_failure_has_an_exit_status() -> None:
    assert CommandFailed("No.").exit_status == 1
    assert CommandFailed("No.", exit_status=78).exit_status == 78
