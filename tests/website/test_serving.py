import http.client
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import urllib.error
import urllib.request
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests.website.program import command, environment, run_program, serving, wait_until


def _get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.status, answer.read().decode()


def _is_listening(url: str) -> bool:
    parts = urlsplit(url)
    with closing(socket.socket()) as probe:
        return probe.connect_ex(("127.0.0.1", parts.port or 0)) == 0


def _group(pid: int) -> set[int]:
    """Return the programs that live in the process group of `pid`, itself included."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == pid and fields[0] != "Z":
            found.add(int(path.parent.name))
    return found


def test_the_server_answers_the_web_connector_and_people_and_stops_cleanly(place: Path) -> None:
    with serving("serve", folder=place) as server:
        assert re.fullmatch(r"http://localhost:\d+", server.url)
        assert not [line for line in server.lines if "WARNING" in line]
        assert _get(f"{server.url}/qbwc")[0] == 200
        assert "wsdl:definitions" in _get(f"{server.url}/qbwc?wsdl")[1]
        assert _get(f"{server.url}/qbwc/support")[0] == 200
        assert "<form" in _get(server.url)[1]  # Sent to the sign-in.

        assert server.stop(signal.SIGTERM) == 0
        assert not _is_listening(server.url)
        assert _group(server.program.pid) == set()


def test_ctrl_c_stops_it_too(place: Path) -> None:
    with serving("serve", folder=place) as server:
        assert server.stop(signal.SIGINT) == 0
        assert not [line for line in server.lines if "Traceback" in line]


def test_a_killed_server_leaves_no_worker_behind(place: Path) -> None:
    with serving("serve", folder=place) as server:
        assert len(_group(server.program.pid)) >= 2
        assert server.stop(signal.SIGKILL) == -signal.SIGKILL

        # Then nobody is left to listen; the port itself may be another program's by now.
        wait_until(lambda: _group(server.program.pid) == set(), seconds=10)


def test_a_server_killed_while_it_starts_leaves_no_worker_behind(place: Path) -> None:
    """The worker's first look at its parent may come when that is gone already."""
    with subprocess.Popen(
        command("serve", "--port", "0"),
        env=environment(place),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as program:
        wait_until(lambda: len(_group(program.pid)) > 1)
        program.kill()

        wait_until(lambda: _group(program.pid) <= {program.pid}, seconds=10)


def test_a_killed_worker_is_replaced(place: Path) -> None:
    with serving("serve", folder=place) as server:
        [worker] = _children(server.program.pid)
        os.kill(worker, signal.SIGKILL)

        wait_until(lambda: _children(server.program.pid) not in ([worker], []))
        wait_until(lambda: _answers(server.url))


def _children(pid: int) -> list[int]:
    text = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    # Python's own helper for shared resources is a child too, and no worker.
    return [
        int(word)
        for word in text.split()
        if b"resource_tracker" not in Path(f"/proc/{word}/cmdline").read_bytes()
    ]


def _answers(url: str) -> bool:
    try:
        return _get(f"{url}/qbwc")[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def test_a_port_in_use_is_said_in_a_sentence(place: Path) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        ended = run_program("serve", "--port", str(port), folder=place)

    assert ended.status == 1
    assert ended.err == (
        f"fieldledger: Port {port} on 127.0.0.1 is already in use; choose another with --port.\n"
    )


@pytest.mark.parametrize("port", ["65536", "-1", "http"])
def test_a_port_that_is_none_is_a_mistake_in_the_options(port: str, tmp_path: Path) -> None:
    ended = run_program("serve", f"--port={port}", folder=tmp_path / "data")

    assert ended.status == 2
    assert "is no port" in ended.err


def test_a_host_that_is_not_this_machine_is_said_in_a_sentence(place: Path) -> None:
    ended = run_program("serve", "--host", "192.0.2.1", "--port", "0", folder=place)

    assert ended.status == 1
    assert "cannot be listened on" in ended.err


def test_no_workers_are_a_mistake_in_the_options(place: Path) -> None:
    ended = run_program("serve", "--workers", "0", folder=place)

    assert ended.status == 2


def _sign_in(url: str, email: str, password: str) -> str:
    """Sign in as a browser does and return the page that follows."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    with browser.open(url, timeout=30) as answer:
        place, form = answer.geturl(), answer.read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    typed = {"login": email, "password": password, "csrfmiddlewaretoken": token[1]}
    asked = urllib.request.Request(
        place,
        urlencode(typed).encode(),
        {"Referer": place, "Origin": place.partition("/accounts/")[0]},
    )
    with browser.open(asked, timeout=30) as answer:
        text: str = answer.read().decode()
        return text


def test_the_demo_is_made_once_and_its_sign_in_works(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serving("run", folder=folder) as server:
        first = list(server.lines)
        kept = json.loads((folder / "demo-sign-in.json").read_text())
        assert f"Sign in as {kept['email']}" in first
        assert f"with the password {kept['password']}" in first
        page = _sign_in(f"{server.url}/learn/", kept["email"], kept["password"])
        assert 'name="password"' not in page, "still at the sign-in"
        assert "Start training" in page, "the server does not know its own address"
        assert server.stop() == 0
    assert stat.S_IMODE((folder / "demo-sign-in.json").stat().st_mode) == 0o600

    with serving("run", folder=folder) as server:
        assert f"with the password {kept['password']}" in server.lines
        assert "Making the demo business ..." not in server.lines


def test_without_the_demo_there_is_no_business(tmp_path: Path, tables: Path) -> None:
    shutil.copy(tables, tmp_path)
    with serving("run", "--no-demo", folder=tmp_path) as server:
        assert not [line for line in server.lines if line.startswith("Sign in as")]
        assert _get(f"{server.url}/qbwc")[0] == 200


def test_a_stranger_asking_for_another_host_is_refused(place: Path) -> None:
    with serving("serve", folder=place) as server:
        asked = urllib.request.Request(server.url, headers={"Host": "evil.example"})
        with pytest.raises(urllib.error.HTTPError) as refusal:
            urllib.request.urlopen(asked, timeout=30)
        refusal.value.close()

    assert refusal.value.code == 400
