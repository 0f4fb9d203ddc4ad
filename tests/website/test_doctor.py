"""The doctor finds what breaks in practice, says what to do, and changes nothing."""

import datetime as dt
import ipaddress
import json
import shutil
import sqlite3
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from fieldledger.website.checks import Verdict
from fieldledger.website.checks.place import check_backups, check_clock, check_disk, check_secrets
from fieldledger.website.commands.backup import LAST_BACKUP
from fieldledger.website.database import SQLITE_FILE
from tests.website.program import Ended, run_program, serving

NOW = dt.datetime(2026, 11, 25, 12, 0, tzinfo=dt.UTC)


def _line(ended: Ended, subject: str) -> str:
    [line] = [each for each in ended.out.splitlines() if each[7:].startswith(f"{subject}: ")]
    return line


def test_a_fresh_installation_is_well(place: Path) -> None:
    ended = run_program("doctor", folder=place)

    assert ended.status == 0, ended.out
    assert [line[7:].partition(":")[0] for line in ended.out.splitlines()[:-1]] == [
        "Public address",
        "Certificate",
        "Web Connector pages",
        "Clock",
        "Database",
        "Migrations",
        "Disk",
        "Privacy",
        "Backups",
    ]
    assert ended.out.splitlines()[-1] == "All is well."
    assert _line(ended, "Database").startswith("ok     Database: SQLite, sound")


def test_it_changes_nothing(place: Path) -> None:
    def looked() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in place.iterdir() if "-" not in path.name}

    before = looked()
    run_program("doctor", folder=place)

    assert looked() == before


def test_where_nothing_is_nothing_is_made(tmp_path: Path) -> None:
    ended = run_program("doctor", folder=tmp_path / "nowhere")

    assert ended.status == 1
    assert "There is no installation" in ended.err
    assert not (tmp_path / "nowhere").exists()


def test_a_program_gets_one_json_object(place: Path) -> None:
    (place / LAST_BACKUP).write_text('{"made_at": "2020-01-01T00:00:00+00:00", "dir": "x"}')

    ended = run_program("doctor", "--json", folder=place)

    assert ended.status == 1
    answer = json.loads(ended.out)
    assert answer["ok"] is False
    found = {each["check"]: each for each in answer["checks"]}
    assert found["Backups"]["verdict"] == "wrong"
    assert found["Backups"]["to_do"].startswith("Type: fieldledger backup DIR")
    assert {each["verdict"] for each in answer["checks"]} <= set(Verdict)


def test_a_running_server_is_seen(place: Path) -> None:
    with serving("serve", folder=place) as server:
        ended = run_program("doctor", folder=place, env={"FIELDLEDGER_PUBLIC_URL": server.url})

    assert ended.status == 0, ended.out
    assert _line(ended, "Web Connector pages") == "ok     Web Connector pages: both answer."


def test_an_address_at_which_nothing_answers_is_wrong_if_somebody_named_it(place: Path) -> None:
    ended = run_program(
        "doctor", folder=place, env={"FIELDLEDGER_PUBLIC_URL": "http://localhost:1"}
    )

    assert ended.status == 1
    assert _line(ended, "Web Connector pages").startswith("WRONG")
    assert "nothing answers at http://localhost:1/qbwc" in ended.out


def test_an_address_that_the_web_connector_refuses_is_wrong(place: Path) -> None:
    ended = run_program("doctor", folder=place, env={"FIELDLEDGER_PUBLIC_URL": "https://192.0.2.7"})

    assert ended.status == 1
    assert _line(ended, "Public address").startswith("WRONG")
    assert "QBWC1001" in ended.out


def test_a_damaged_database_is_found(place: Path) -> None:
    path = place / SQLITE_FILE
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[8192 : len(content) // 2] = b"\xa5" * (len(content) // 2 - 8192)
    path.write_bytes(content)

    ended = run_program("doctor", folder=place)

    assert ended.status == 1
    assert _line(ended, "Database").startswith("WRONG")
    assert "restore" in _line(ended, "Database")
    assert "Traceback" not in ended.err


def test_tables_of_an_older_version_are_found(place: Path) -> None:
    with closing(sqlite3.connect(place / SQLITE_FILE)) as database, database:
        database.execute("DELETE FROM django_migrations WHERE app = 'office'")

    ended = run_program("doctor", folder=place)

    assert ended.status == 1
    assert _line(ended, "Migrations").startswith("WRONG")
    assert "Restart the server" in _line(ended, "Migrations")


def test_a_missing_database_is_found(place: Path) -> None:
    (place / SQLITE_FILE).unlink()

    ended = run_program("doctor", folder=place)

    assert ended.status == 1
    assert "there is none in" in _line(ended, "Database")
    assert not (place / SQLITE_FILE).exists()


def test_a_database_server_that_does_not_answer_is_found(place: Path) -> None:
    nowhere = "postgres://user:hidden-word@127.0.0.1:1/name"

    ended = run_program("doctor", folder=place, env={"DATABASE_URL": nowhere})

    assert ended.status == 1
    assert "it does not answer" in _line(ended, "Database")
    assert "hidden-word" not in ended.out + ended.err


# --- The machine ---


def test_a_data_folder_that_others_can_read_is_found(tmp_path: Path) -> None:
    (tmp_path / "fieldledger.sqlite3").write_text("x")
    (tmp_path / "fieldledger.sqlite3").chmod(0o644)
    tmp_path.chmod(0o755)
    assert check_secrets(tmp_path).to_do == f"Type: chmod -R go-rwx {tmp_path}"

    tmp_path.chmod(0o700)
    assert check_secrets(tmp_path).verdict is Verdict.OK


def test_a_full_disk_is_found(tmp_path: Path) -> None:
    free = shutil.disk_usage(tmp_path).free

    assert check_disk(tmp_path, database_bytes=0).verdict is Verdict.OK
    assert check_disk(tmp_path, database_bytes=2 * free).verdict is Verdict.WRONG


def test_a_clock_behind_our_own_records_is_found() -> None:
    finding = check_clock(now=NOW, newest=NOW + dt.timedelta(hours=2))

    assert finding.verdict is Verdict.WRONG
    assert "behind our own latest record, of 2026-11-25 14:00 UTC" in finding.says
    assert check_clock(now=NOW, newest=NOW).says.startswith("2026-11-25 12:00 UTC")


@pytest.mark.parametrize(
    ("said", "verdict"),
    [
        ("yes", Verdict.OK),
        ("no", Verdict.WRONG),
        ("", Verdict.NOT_CHECKED),
    ],
)
def test_who_keeps_the_clock_is_asked_of_the_system(
    said: str, verdict: Verdict, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "timedatectl"
    program.write_text(f"#!/bin/sh\necho {said}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")

    assert check_clock(now=NOW, newest=None).verdict is verdict


def test_a_machine_without_that_program_is_not_blamed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    assert check_clock(now=NOW, newest=None).verdict is Verdict.NOT_CHECKED


@pytest.mark.parametrize(
    ("days", "verdict"), [(0, Verdict.OK), (7, Verdict.OK), (8, Verdict.WRONG)]
)
def test_a_backup_grows_old(days: int, verdict: Verdict, tmp_path: Path) -> None:
    made_at = (NOW - dt.timedelta(days=days)).isoformat()
    (tmp_path / LAST_BACKUP).write_text(json.dumps({"made_at": made_at, "dir": "x"}))

    assert check_backups(tmp_path, now=NOW).verdict is verdict


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"made_at": 7}', '{"made_at": "soon"}'])
def test_a_note_of_a_backup_that_cannot_be_read_is_wrong(content: str, tmp_path: Path) -> None:
    (tmp_path / LAST_BACKUP).write_text(content)

    assert check_backups(tmp_path, now=NOW).verdict is Verdict.WRONG


def test_a_new_installation_is_not_blamed_for_having_no_backup(tmp_path: Path) -> None:
    (tmp_path / "secret-key").write_text("x")
    made = dt.datetime.fromtimestamp((tmp_path / "secret-key").stat().st_mtime, dt.UTC)

    new = check_backups(tmp_path, now=made + dt.timedelta(hours=20))
    old = check_backups(tmp_path, now=made + dt.timedelta(hours=28))

    assert (new.verdict, old.verdict) == (Verdict.NOT_CHECKED, Verdict.WRONG)


# --- The certificate ---


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _QuietServer(WSGIServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that turn away from a certificate."""


def _certificate(folder: Path, *, name: str, days: int) -> Path:
    """Write a self-signed certificate and its key into one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=400))
        .not_valid_after(now + dt.timedelta(days=days))
        .add_extension(
            x509.SubjectAlternativeName(
                [x509.DNSName(name), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
            ),
            critical=False,
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


@contextmanager
def _https(
    certificate: Path, *, status: str = "200 OK", least: ssl.TLSVersion = ssl.TLSVersion.TLSv1_2
) -> Iterator[str]:
    """Serve every path with `status` over TLS; yield the address."""

    def application(_: dict[str, Any], start: Callable[..., object]) -> Iterable[bytes]:
        start(status, [("Content-Type", "text/plain"), ("Location", "/accounts/login/")])
        return [b"x"]

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = least
    context.load_cert_chain(certificate)
    with make_server("127.0.0.1", 0, application, _QuietServer, _Quiet) as server:
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"https://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _examined(place: Path, url: str, *, trusted: Path | None = None) -> Ended:
    env = {"FIELDLEDGER_PUBLIC_URL": url}
    if trusted is not None:
        env["SSL_CERT_FILE"] = str(trusted)
    return run_program("doctor", folder=place, env=env)


def test_a_good_certificate_and_pages_that_answer_are_well(place: Path, tmp_path: Path) -> None:
    certificate = _certificate(tmp_path, name="localhost", days=60)
    with _https(certificate) as url:
        ended = _examined(place, url, trusted=certificate)

    assert ended.status == 0, ended.out
    assert _line(ended, "Certificate").startswith("ok     Certificate: trusted, ends on ")
    assert _line(ended, "Web Connector pages") == "ok     Web Connector pages: both answer."


@pytest.mark.parametrize(
    ("name", "days", "is_trusted", "sentence"),
    [
        ("localhost", 60, False, "QBWC1048"),
        ("office.example.com", 60, True, "QBWC1048"),
        ("localhost", -1, True, "QBWC1048"),
        ("localhost", 5, True, "it ends on"),
    ],
)
def test_a_certificate_that_windows_would_refuse_or_soon_will_is_wrong(
    name: str, days: int, is_trusted: bool, sentence: str, place: Path, tmp_path: Path
) -> None:
    certificate = _certificate(tmp_path, name=name, days=days)
    with _https(certificate) as url:
        ended = _examined(place, url, trusted=certificate if is_trusted else None)

    assert ended.status == 1
    assert _line(ended, "Certificate").startswith("WRONG")
    assert sentence in _line(ended, "Certificate")


def test_a_proxy_without_tls_1_2_is_wrong(place: Path, tmp_path: Path) -> None:
    certificate = _certificate(tmp_path, name="localhost", days=60)
    with _https(certificate, least=ssl.TLSVersion.TLSv1_3) as url:
        ended = _examined(place, url, trusted=certificate)

    assert ended.status == 1
    assert "TLS 1.2" in _line(ended, "Certificate")


@pytest.mark.parametrize("status", ["302 Found", "401 Unauthorized", "404 Not Found"])
def test_a_page_that_asks_strangers_to_sign_in_is_wrong(
    status: str, place: Path, tmp_path: Path
) -> None:
    certificate = _certificate(tmp_path, name="localhost", days=60)
    with _https(certificate, status=status) as url:
        ended = _examined(place, url, trusted=certificate)

    assert ended.status == 1
    assert f"/qbwc answers {status[:3]} to a stranger" in _line(ended, "Web Connector pages")
