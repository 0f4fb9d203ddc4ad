#!/usr/bin/env python3
"""Fieldledger as a contestant of the side-by-side benchmark: `seed MODE N` and `serve PORT`.

`seed` makes a fresh database with one connection that has nothing to do (idle), or N clients to
send (drain), and prints the user name and password. `serve` starts the whole product on it. The
benchmark's fake QuickBooks tells nothing of the company file it plays; a shim in front of the door
puts a real answer in place of its placeholder, since nothing is sent to an unknown file.

Commands and what they measured: benchmarks/README.md.
"""

import io
import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
FOLDER = Path(os.environ.get("FIELDLEDGER_BENCHMARK", ROOT / "data" / "benchmark"))
PLACEHOLDER = b"<strHCPResponse>HCP</strHCPResponse>"

os.environ["FIELDLEDGER_DATA"] = str(FOLDER)
os.environ["DJANGO_SETTINGS_MODULE"] = "fieldledger.website.settings"
sys.path.insert(0, str(ROOT))


def main() -> int:
    """Run the command named on the command line."""
    match sys.argv[1:]:
        case ["seed", mode, count]:
            return seed(mode, int(count))
        case ["serve", port]:
            return serve(int(port))
        case _:
            sys.stderr.write(f"{__doc__}\n")
            return 2


def seed(mode: str, count: int) -> int:
    """Make the database of one run."""
    if not os.environ.get("DATABASE_URL"):
        shutil.rmtree(FOLDER, ignore_errors=True)
    os.umask(0o077)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    if os.environ.get("DATABASE_URL"):
        call_command("flush", interactive=False, verbosity=0)

    from fieldledger.accounts.models import Business
    from fieldledger.office.services import create_clients
    from fieldledger.quickbooks import services
    from fieldledger.quickbooks.models import Stage

    now = datetime.now(tz=UTC)
    business = Business.objects.create(name="Benchmark")
    connection = services.connection_of(business)
    services.set_enabled(connection, enabled=True, actor="benchmark", now=now)
    password = services.new_password(connection, actor="benchmark", now=now)
    connection.refresh_from_db()
    connection.stage = Stage.ONGOING
    connection.connected_at = connection.checked_at = connection.lists_read_at = now
    connection.initial_started_at = connection.initial_completed_at = now
    connection.reading_wanted = False
    connection.save()
    if mode == "drain":
        for start in range(0, count, 500):
            many = [_client(number) for number in range(start, min(start + 500, count))]
            create_clients(business=business, many=many, now=now)
    sys.stdout.write(f"{password.username} {password.password}\n")
    return 0


def _client(number: int) -> dict[str, object]:
    return {
        "name": f"Customer {number:06} O'Neil & Sons",
        "company_name": f"Company {number:06} LLC",
        "first_name": "Pat",
        "last_name": f"Lee{number:06}",
        "email": f"pat.lee{number:06}@example.com",
        "phone": f"(541) 555-{number % 10000:04}",
        "billing_line1": f"{number % 9999} Main Street",
        "billing_city": "Springfield",
        "billing_state": "OR",
        "billing_postal_code": f"{97000 + number % 999}",
    }


def serve(port: int) -> int:
    """Serve the product on 127.0.0.1 until stopped."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        "benchmarks.contestant:application",
        address="127.0.0.1",
        port=port,
        interface=Interfaces.WSGI,
        workers=int(os.environ.get("WORKERS", "1")),
        blocking_threads=int(os.environ.get("THREADS", "16")),
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
    return 0


_asked: list[bytes] = []  # The ids of questions about the company file that wait for an answer.


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the product does, with what the driver's QuickBooks leaves out filled in.

    It knows no company file: what is told of it at a session's begin has a placeholder, and the
    question whether it is still the one that was left gets no answer.
    """
    action = environ.get("HTTP_SOAPACTION", "")
    begins = False
    if "sendRequestXML" in action or ("receiveResponseXML" in action and _asked):
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if begins := PLACEHOLDER in body[:2000]:
            body = body.replace(PLACEHOLDER, _told(), 1)
        elif "receiveResponseXML" in action:
            body = body.replace(_NO_ANSWER, _unchanged(_asked.pop()) + _NO_ANSWER, 1)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ["wsgi.input"] = io.BytesIO(body)
    answer = _product()(environ, start_response)
    if begins:
        answer = [b"".join(answer)]
        _asked.extend(_QUESTION.findall(answer[0])[:1])
    return answer


_NO_ANSWER = b"&lt;/QBXMLMsgsRs&gt;"
_QUESTION = re.compile(rb'CompanyActivityQueryRq requestID="([^"]+)"')


def _unchanged(request_id: bytes) -> bytes:
    """Return QuickBooks' answer, escaped, that the company file was never restored or condensed."""
    return (
        b'&lt;CompanyActivityQueryRs requestID="%s" statusCode="0" statusSeverity="Info"'
        b' statusMessage="Status OK"&gt;&lt;CompanyActivityRet&gt;&lt;/CompanyActivityRet&gt;'
        b"&lt;/CompanyActivityQueryRs&gt;" % request_id
    )


@cache
def _product() -> Callable[..., Iterable[bytes]]:
    from fieldledger.website.wsgi import application as product

    return product


def _told() -> bytes:
    """Return what a Web Connector tells of the company file when the session begins."""
    from xml.sax.saxutils import escape

    from fieldledger.quickbooks.company import OWNER_ID
    from fieldledger.quickbooks.models import Connection

    file_id = Connection.objects.values_list("file_id", flat=True).get()
    document = (
        '<?xml version="1.0" ?><QBXML><QBXMLMsgsRs>'
        '<HostQueryRs requestID="0" statusCode="0" statusSeverity="Info" statusMessage="OK">'
        "<HostRet><ProductName>QuickBooks Enterprise Solutions 24.0</ProductName>"
        "<MajorVersion>34</MajorVersion><MinorVersion>0</MinorVersion><Country>US</Country>"
        "<SupportedQBXMLVersion>16.0</SupportedQBXMLVersion></HostRet></HostQueryRs>"
        '<CompanyQueryRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="OK">'
        "<CompanyRet><IsSampleCompany>false</IsSampleCompany><CompanyName>Bench</CompanyName>"
        f"<DataExtRet><OwnerID>{{{OWNER_ID}}}</OwnerID><DataExtName>FileID</DataExtName>"
        f"<DataExtType>STR255TYPE</DataExtType><DataExtValue>{{{file_id}}}</DataExtValue>"
        "</DataExtRet></CompanyRet></CompanyQueryRs></QBXMLMsgsRs></QBXML>"
    )
    return f"<strHCPResponse>{escape(document)}</strHCPResponse>".encode()


if __name__ == "__main__":
    sys.exit(main())
