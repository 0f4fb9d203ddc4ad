#!/usr/bin/env python3
"""Import a large, awkward company under both strategies: counts, time, and memory of the server.

`python benchmarks/import_company.py [CUSTOMERS [ITEMS [KILLS]]]` (20000, 5000 and 0 if not said).
The server side runs in a process of its own, whose peak memory is measured; the simulated
QuickBooks runs in this one. Nothing listens on the network. With KILLS, that process is killed so
many times (SIGKILL) in the middle of a call, while it reads and while it carries out the plan, and
started anew on the same data. It fails if a count is wrong, anything is double, or memory goes over
300 MB.
"""

import json
import os
import resource
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
MEMORY_MAX_MB = 300

sys.path.insert(0, str(ROOT))


def main() -> int:
    """Run both strategies and print what they came to."""
    numbers = [int(each) for each in sys.argv[1:]]
    customers, items, kills = [*numbers, *[20_000, 5_000, 0][len(numbers) :]][:3]
    is_right = True
    for strategy in ("name_and_contact", "name_or_contact"):
        found = run(strategy, customers, items, kills)
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        is_right = is_right and not found["wrong"]
    return 0 if is_right else 1


def run(strategy: str, customers: int, items: int, kills: int) -> dict[str, Any]:
    """Import one company and return what was measured and what is wrong."""
    from fieldledger.simulator.company import Company
    from fieldledger.simulator.connector import Desk, WebConnector
    from tests.support.large_company import make_awkward, ours_of, right, sizes

    now = datetime.now(tz=UTC)
    company = Company.fresh(
        seed=7, now=now - timedelta(days=30), sizes=sizes(customers, items), sales_tax=True
    )
    make_awkward(company, now=now)
    clients, things = ours_of(company)
    expected = right(
        company,
        clients,
        things,
        needs_both=strategy == "name_and_contact",
        jobs=True,
        inactive=True,
    )
    with tempfile.TemporaryDirectory(prefix="fieldledger-import-") as folder:
        server = Server(folder, kills)
        username, password, owner_id, file_id = server.ask("begin", clients, things)
        connector = WebConnector(
            desk=Desk.of(company),
            username=username,
            password=password,
            clock=lambda: datetime.now(tz=UTC),
            owner_id=f"{{{owner_id}}}",
            file_id=f"{{{file_id}}}",
        )
        started = time.monotonic()
        slowest = 0.0
        while not server.ask("is_read"):
            slowest = max(slowest, session(server, connector, dies=server.kills_left > kills // 4))
        server.ask("connected")
        slowest = max(slowest, server.ask("choose", strategy))
        while not server.ask("is_over"):
            slowest = max(slowest, session(server, connector, dies=server.kills_left > 0))
        took = time.monotonic() - started
        report = server.ask("report")
        server.end()
    wrong = find_wrong(report, expected, company)
    if server.kills_left:
        wrong.append(f"killed {kills - server.kills_left} times only")
    return {
        "strategy": strategy,
        "customers": customers,
        "items": items,
        "killed": kills - server.kills_left,
        "links": expected.links,
        **report,
        "seconds": round(took, 1),
        "slowest_call_s": round(slowest, 1),
        "wrong": wrong,
    }


class Server:
    """The server's process: asked through a pipe, killed, and started anew on the same data."""

    def __init__(self, folder: str, kills: int) -> None:
        self.kills_left = kills
        self._folder = folder
        self._chance = Random(kills)
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self._near, far = context.Pipe()
        self._server = context.Process(target=serve, args=(far, self._folder))
        self._server.start()

    def ask(self, *what: Any) -> Any:
        """Let the process do something and return what comes of it."""
        self._near.send(what)
        return self._near.recv()

    def ask_and_kill(self, *what: Any) -> None:
        """Let the process begin something, kill it somewhere on the way, and start another."""
        self._near.send(what)
        time.sleep(self._chance.random() ** 2)
        self._server.kill()
        self._server.join()
        self.kills_left -= 1
        self._start()

    def call_to_die_in(self) -> int:
        """Return the number of the call of a session that does not come back."""
        return self._chance.randrange(2, 8)

    def end(self) -> None:
        """Let the process end."""
        self._near.send(("end",))
        self._server.join()


def find_wrong(report: dict[str, Any], expected: Any, company: Any) -> list[str]:
    """Return what is not as it has to be, in words."""
    wrong = [
        f"{name}: {report[name]}, not {getattr(expected, name)}"
        for name in ("clients_here", "items_here")
        if report[name] != getattr(expected, name)
    ]
    if (there := len(company.customers())) != expected.customers_there:
        wrong.append(f"customers there: {there}, not {expected.customers_there}")
    if (there := len(company.items())) != expected.items_there:
        wrong.append(f"items there: {there}, not {expected.items_there}")
    if report["stage"] != "ongoing" or set(report["states"]) != {"synced"}:
        wrong.append(f"not complete: {report['stage']}, {report['states']}")
    if report["double"]:
        wrong.append(f"{report['double']} records in QuickBooks are linked twice")
    if report["memory_mb"] > MEMORY_MAX_MB:
        wrong.append(f"{report['memory_mb']} MB")
    return wrong


def session(server: Server, connector: Any, *, dies: bool) -> float:
    """Run one session of the Web Connector and return the seconds of its slowest call."""
    from fieldledger.simulator.connector import Wait
    from fieldledger.simulator.soap import Lost, Received, write_call

    connector.requests = connector.sessions = 0
    connector.calls.clear()
    steps = connector.session()
    reply: Any = None
    slowest, number = 0.0, 0
    last = server.call_to_die_in() if dies else 0
    while True:
        try:
            step = steps.send(reply)
        except StopIteration:
            return slowest
        if isinstance(step, Wait):
            reply = None
            continue
        number += 1
        if number == last:
            server.ask_and_kill("post", write_call(step))
            reply = Lost("The underlying connection was closed.")
            # A Web Connector goes on without an answer to clientVersion: then another call dies.
            last += server.call_to_die_in() if server.kills_left else 0
            continue
        started = time.monotonic()
        status, body = server.ask("post", write_call(step))
        slowest = max(slowest, time.monotonic() - started)
        reply = Received(status=status, content_type="text/xml; charset=utf-8", body=body)


# --- The server's process ---


def serve(pipe: Connection, folder: str) -> None:
    """Do what the other process asks for, on a database of its own."""
    os.environ["FIELDLEDGER_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "fieldledger.website.settings"
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    while True:
        what, *given = pipe.recv()
        match what:
            case "post":
                from tests.support.office_pc import post

                pipe.send(post(given[0]))
            case "begin":
                pipe.send(begin(*given))
            case "is_read":
                pipe.send(_connection().lists_read_at is not None)
            case "is_over":
                pipe.send(_connection().stage == "ongoing")
            case "connected":
                pipe.send(go_next())
            case "choose":
                pipe.send(choose(given[0]))
            case "report":
                pipe.send(report())
            case _:
                return


def _doing() -> dict[str, Any]:
    return {"actor": "benchmark", "now": datetime.now(tz=UTC)}


def _connection() -> Any:
    from fieldledger.accounts.models import Business
    from fieldledger.quickbooks import services

    return services.connection_of(Business.objects.get())


def begin(clients: list[dict[str, Any]], items: list[dict[str, Any]]) -> tuple[str, str, str, str]:
    """Make the business with its clients and items, up to the password for the Web Connector."""
    from fieldledger.accounts.models import Business
    from fieldledger.office import services as office
    from fieldledger.quickbooks import services
    from fieldledger.quickbooks.company import OWNER_ID

    now = datetime.now(tz=UTC)
    business = Business.objects.create(name="Benchmark")
    for start in range(0, len(clients), 500):
        office.create_clients(business=business, many=clients[start : start + 500], now=now)
    for start in range(0, len(items), 500):
        office.create_items(business=business, many=items[start : start + 500], now=now)
    services.set_enabled(_connection(), enabled=True, **_doing())
    password = services.copy_password(_connection(), **_doing())
    services.go_next(_connection(), **_doing())
    return password.username, password.password, str(OWNER_ID), str(_connection().file_id)


def go_next() -> bool:
    """Go on to the choice of the import."""
    from fieldledger.quickbooks import services

    services.go_next(_connection(), **_doing())
    return True


def choose(strategy: str) -> float:
    """Choose the import and start; return the seconds it took to plan and carry out."""
    from fieldledger.quickbooks import services

    choice = {
        "clients": True,
        "items": True,
        "client_matching": strategy,
        "jobs": "clients",
        "inactive": "archived",
        "review": False,
    }
    services.choose_import(_connection(), choice=choice, **_doing())
    started = time.monotonic()
    services.go_next(_connection(), **_doing())
    return time.monotonic() - started


def report() -> dict[str, Any]:
    """Return the counts of this side, and the most memory this process ever held."""
    from django.db.models import Count

    from fieldledger.office.models import Client, Item
    from fieldledger.quickbooks.models import PlanRow, SyncEntry

    linked = SyncEntry.objects.exclude(quickbooks_id="")
    ids = Counter(linked.values_list("quickbooks_id", flat=True))
    entries = SyncEntry.objects.values_list("state").annotate(number=Count("pk"))
    rows = PlanRow.objects.values_list("decision").annotate(number=Count("pk"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "clients_here": Client.objects.count(),
        "items_here": Item.objects.count(),
        "stage": _connection().stage,
        "states": dict(entries),
        "plan": dict(rows),
        "double": sum(1 for number in ids.values() if number > 1),
        "memory_mb": peak // (1024 if sys.platform != "darwin" else 1024 * 1024),
    }


if __name__ == "__main__":
    sys.exit(main())
