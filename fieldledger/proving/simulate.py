"""A Web Connector over a strict simulated QuickBooks company, against any address.

It calls as a .NET client does and reads replies as strictly. The company file is kept in FILE
between runs and made from the seed when it is not there. The exit status is 0 when the last session
ended well, also when the server had nothing to do, else 1.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any, Final
from xml.etree import ElementTree as ET

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from fieldledger.proving.installed import setup_ids
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, Ended, WebConnector
from fieldledger.simulator.faults import HELP, NotAPlan, Plan
from fieldledger.simulator.formats import money
from fieldledger.simulator.http import BadAddress, Line, drive
from fieldledger.simulator.sample import Sizes
from fieldledger.simulator.soap import Call, CallFailed, Reply, read_number

REFUSALS_SHOWN_MAX: Final = 20
KEPT_MAX: Final = 1000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.epilog = HELP
    parser.add_argument("--url", required=True, metavar="U", help="the address of the service")
    parser.add_argument("--username", required=True, metavar="N", help="the setup file's user name")
    parser.add_argument("--password", required=True, metavar="P", help="the connection's password")
    parser.add_argument("--company", type=Path, metavar="FILE", help="where the company is kept")
    parser.add_argument("--seed", type=int, default=1, help="what a new company is made from")
    parser.add_argument(
        "--customers", type=int, default=16, metavar="N", help="customers in a new company (16)"
    )
    parser.add_argument(
        "--sample",
        action="store_true",
        help="a new company says that it is one of Intuit's samples, as `fieldledger probe` wants",
    )
    parser.add_argument(
        "--setup-file",
        type=Path,
        metavar="QWC",
        help="whose OwnerID and FileID mark the"
        " company (default: those of this installation's connection with that user name)",
    )
    parser.add_argument("--faults", default="", metavar="PLAN", help="what goes wrong; see below")
    parser.add_argument("--json", action="store_true", help="end with one line of JSON")
    often = parser.add_mutually_exclusive_group()
    often.add_argument("--once", action="store_true", help="one session; so it is by default")
    often.add_argument(
        "--every", type=float, metavar="SECONDS", help="a session every so often, until stopped"
    )


def run(options: argparse.Namespace) -> int:
    """Run one session or many, and say what was seen."""
    try:
        connector = _connector(options)
        line = Line(options.url)
    except (NotAPlan, BadAddress, NoCompany, ET.ParseError, OSError) as error:
        _remark(f"fieldledger simulate: {error}")
        return 1
    summary = Summary()
    try:
        with _stopping():
            _sessions(options, connector, line, summary)
    except _Stopped:
        line.close()
    if options.company:
        save(_company(connector), options.company)
    summary.show(_company(connector))
    if options.json:
        _say(json.dumps(summary.plain(_company(connector)), ensure_ascii=False))
    return 0 if summary.last is not None and summary.last.well else 1


class NoCompany(Exception):
    """The file holds no company that this program could go on with."""


class _Stopped(BaseException):
    """Somebody wants the program to end: no error, and nothing must catch it by accident."""


@contextmanager
def _stopping() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into a quiet end."""

    def stop(_signal: int, _frame: FrameType | None) -> None:
        raise _Stopped

    before = {each: signal.signal(each, stop) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for each, earlier in before.items():
            signal.signal(each, earlier)


def _connector(options: argparse.Namespace) -> WebConnector:
    company = load(
        options.company,
        seed=options.seed,
        customers=options.customers,
        is_sample=options.sample,
    )
    if options.setup_file:
        owner_id, file_id = read_setup_file(options.setup_file)
    else:
        owner_id, file_id = setup_ids(options.username) or marked(company) or ("", "")
    path: Path | None = options.company
    return WebConnector(
        desk=Desk.of(company),
        username=options.username,
        password=options.password,
        clock=now,
        owner_id=owner_id,
        file_id=file_id,
        plan=Plan.read(options.faults),
        answered=(lambda each: save(each, path)) if path else (lambda _each: None),
    )


def _company(connector: WebConnector) -> Company:
    return next(iter(connector.desk.companies.values()))


def now() -> datetime:
    """Return the time of this machine."""
    return datetime.now(tz=UTC)


def load(
    path: Path | None,
    *,
    seed: int,
    customers: int = 16,
    name: str = "Lakeside Home Services",
    is_sample: bool = False,
) -> Company:
    """Return the company kept in a file, or a fresh one of that name.

    :raises NoCompany: if the file holds something else.
    """
    if path is None or not path.exists():
        sizes = Sizes(customers=customers)
        return Company.fresh(seed=seed, now=now(), name=name, sizes=sizes, is_sample=is_sample)
    try:
        return Company.from_json(path.read_text(encoding="utf-8"))
    except (ValueError, KeyError, TypeError) as error:
        raise NoCompany(f"{path} holds no simulated company: {error}") from error


def save(company: Company, path: Path) -> None:
    """Write a company to its file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(company.to_json())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def read_setup_file(path: Path) -> tuple[str, str]:
    """Return the OwnerID and FileID of a .qwc file."""
    root = ET.fromstring(path.read_text(encoding="utf-8"))  # noqa: S314 - the user's own.
    return (root.findtext("OwnerID") or "").strip(), (root.findtext("FileID") or "").strip()


def marked(company: Company) -> tuple[str, str] | None:
    """Return the OwnerID and FileID that an earlier run has marked a company with."""
    for each in company.state.stamps:
        if each.name == "FileID":
            return each.owner_id, each.value
    return None


def _sessions(
    options: argparse.Namespace, connector: WebConnector, line: Line, summary: "Summary"
) -> None:
    while True:
        with _progress() as heard:
            ended = drive(connector.session(), line, heard=heard)
        summary.add(ended)
        _remark(f"session {summary.outcomes.total()}: {ended.outcome}. {ended.status}".rstrip())
        if options.company:
            save(_company(connector), options.company)
        if options.every is None:
            return
        time.sleep(options.every)


@contextmanager
def _progress() -> Iterator[Callable[[Call, Reply], None]]:
    """Yield what is told of calls: a bar on a terminal, a line for each round otherwise."""
    rounds = 0

    def percent_of(call: Call, reply: Reply) -> int | None:
        nonlocal rounds
        if call.operation != "receiveResponseXML":
            return None
        rounds += 1
        try:
            return read_number(call, reply)
        except CallFailed:
            return None

    if not sys.stderr.isatty():

        def tell(call: Call, reply: Reply) -> None:
            percent = percent_of(call, reply)
            if percent is not None:
                _remark(f"round {rounds}: {percent} % done")

        yield tell
        return
    columns = (TextColumn("round {task.fields[rounds]}"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        row = bar.add_task("", total=100, rounds=0)

        def show(call: Call, reply: Reply) -> None:
            percent = percent_of(call, reply)
            if percent is not None:
                bar.update(row, completed=max(percent, 0), rounds=rounds)

        yield show


def _newest() -> deque[Any]:
    return deque(maxlen=KEPT_MAX)


@dataclass(slots=True)
class Summary:
    """What was seen over all sessions of a run; long lists keep their newest entries."""

    last: Ended | None = None
    outcomes: Counter[str] = field(default_factory=Counter)
    rounds: int = 0
    documents: int = 0
    requests: int = 0
    added: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    removed: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    refusals: deque[tuple[str, str, int, str]] = field(default_factory=_newest)
    hresults: deque[str] = field(default_factory=_newest)
    errors: deque[str] = field(default_factory=_newest)

    def add(self, ended: Ended) -> None:
        """Count a session in."""
        self.last = ended
        self.outcomes[ended.outcome] += 1
        self.rounds += ended.rounds
        self.errors.extend(ended.errors)
        self.hresults.extend(ended.hresults)
        if ended.session is None:
            return
        seen = ended.session.seen
        self.documents += seen.documents
        self.requests += seen.requests
        self.added += seen.added
        self.changed += seen.changed
        self.removed += seen.removed
        self.refused += len(seen.refusals)
        self.refusals.extend(seen.refusals)

    def show(self, company: Company) -> None:
        """Print it for a person."""
        sessions = self.outcomes.total()
        _say(f"Sessions: {sessions}{_listed(self.outcomes)}")
        _say(f"Message sets: {self.documents} with {self.requests} requests")
        for title, counter in (
            ("Added", self.added),
            ("Changed", self.changed),
            ("Removed", self.removed),
        ):
            if counter:
                _say(f"{title}: {', '.join(_counts(counter))}")
        _say(f"Refused: {self.refused}")
        for request, request_id, status, message in list(self.refusals)[-REFUSALS_SHOWN_MAX:]:
            _say(f"  {status} {request} {request_id}: {message}")
        for problem in (*self.errors, *(f"hresult {code}" for code in self.hresults)):
            _say(f"  {problem}")
        _say(f"In the company: {', '.join(_counts(company_counts(company)))}")
        sums = company.totals()
        _say(
            f"Invoiced {money(sums['invoiced'])}, received {money(sums['received'])}, "
            f"owed {money(sums['owed'])}"
        )

    def plain(self, company: Company) -> dict[str, object]:
        """Return it for a program."""
        last = self.last
        return {
            "ok": bool(last and last.well),
            "sessions": self.outcomes.total(),
            "outcomes": dict(self.outcomes),
            "outcome": last.outcome if last else "stopped",
            "status": last.status if last else "",
            "rounds": self.rounds,
            "progress": list(last.progress) if last else [],
            "message_sets": self.documents,
            "requests": self.requests,
            "added": dict(self.added),
            "changed": dict(self.changed),
            "removed": dict(self.removed),
            "refused": self.refused,
            "refusals": [
                {"request": request, "request_id": request_id, "status": status, "message": text}
                for request, request_id, status, text in self.refusals
            ],
            "hresults": list(self.hresults),
            "errors": list(self.errors),
            "counts": dict(company_counts(company)),
            "totals": {name: money(cents) for name, cents in company.totals().items()},
        }


def company_counts(company: Company) -> Counter[str]:
    """Return how many records of each kind the company holds."""
    return Counter(
        {
            "customers": len(company.customers()),
            "items": len(company.items()),
            "invoices": len(company.invoices()),
            "payments": len(company.payments()),
        }
    )


def _counts(counter: Counter[str]) -> list[str]:
    return [f"{count} {name}" for name, count in counter.items()]


def _listed(counter: Counter[str]) -> str:
    return f" ({', '.join(_counts(counter))})" if counter else ""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _remark(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()
