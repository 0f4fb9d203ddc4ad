#!/usr/bin/env python3
"""What pages cost in a large business beside a small one, in one database and one run.

`python benchmarks/pages_at_scale.py [CLIENTS [PART]]`: the large business has CLIENTS clients
(100000 if not said), three invoices and six payments for each of them, so ten log entries; the
small one has 1,000 invoices in all. Each page is asked for in both, in turns, through Django's own
stack in this process; its cost is the quickest of several. With DATABASE_URL it runs on that
PostgreSQL, whose database it fills; without it on SQLite in a folder of its own. It fails if a page
takes more than twice as long, or more SQL statements, in the large business. PART picks pages.
"""

import os
import random
import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.test import Client as Browser

    from fieldledger.accounts.models import Business
    from fieldledger.office.changes import Kind

ROOT = Path(__file__).resolve().parents[1]
SMALL_CLIENTS = 333
RATIO_MAX = 2.0
ROUNDS = 7
OK = 200
PRESSED = 405  # Such an address does something; it shows no page.
CHUNK = 10_000
NOW = datetime.now(tz=UTC)
TODAY = NOW.date()
STREETS = ("Main Street", "Oak Avenue", "Harbor Road", "Mill Lane", "5th Street")
FIRST = ("Ann", "Bob", "Carla", "Dmitri", "Eve", "Farid", "Grace", "Hugo")
LAST = ("Smith", "O'Neil", "Müller", "Garcia", "Nguyen", "Johnson", "Li", "Kowalski")

sys.path.insert(0, str(ROOT))

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page cost in one business."""

    status: int
    ms: float
    statements: int
    slowest: str


def main() -> int:
    """Fill, measure, print."""
    clients = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    part = sys.argv[2] if len(sys.argv) > 2 else ""
    with tempfile.TemporaryDirectory(prefix="fieldledger-pages-") as folder:
        begin(folder)
        started = time.monotonic()
        large, small = fill("Large", clients), fill("Small", SMALL_CLIENTS)
        settle()
        say(f"filled in {time.monotonic() - started:.0f} s: {numbers()}")
        return compare(large, small, part)


def begin(folder: str) -> None:
    """Make the database."""
    os.environ["FIELDLEDGER_DATA"] = folder
    os.environ["DJANGO_SETTINGS_MODULE"] = "fieldledger.website.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)


def settle() -> None:
    """Let the database know what it holds, as a running one does by itself."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


# --- Filling ---


def fill(name: str, count: int) -> "Business":
    """Make a business with `count` clients that has synced most of what it has."""
    from fieldledger.accounts.services import add_business
    from fieldledger.office.models import Item
    from fieldledger.quickbooks import services
    from fieldledger.quickbooks.models import Connection, Stage

    business, _ = add_business(
        name=name,
        owner_email=f"owner@{name.lower()}.example",
        owner_password=secrets.token_hex(),
        now=NOW,
    )
    connection = services.connection_of(business)
    Connection.objects.filter(pk=connection.pk).update(
        enabled=True,
        stage=Stage.ONGOING,
        connected_at=NOW,
        checked_at=NOW,
        lists_read_at=NOW,
        last_contact_at=NOW,
        contact_interval_s=120,
        initial_started_at=NOW,
        initial_completed_at=NOW,
        reading_wanted=False,
    )
    items = [
        Item(
            business=business,
            name=f"Service {number:05}",
            name_folded=f"service {number:05}",
            price=Decimal(number),
        )
        for number in range(min(count, 5_000))
    ]
    Item.objects.bulk_create(items, batch_size=CHUNK)
    note(business, "item", items)
    chance = random.Random(7)  # The same business each time.
    for start in range(0, count, CHUNK):
        fill_clients(business, items, range(start, min(start + CHUNK, count)), chance)
    fill_entries(business, connection)
    return business


def fill_clients(
    business: "Business", items: list[Any], many: range, chance: random.Random
) -> None:
    """Make clients with their invoices and payments."""
    from fieldledger.office.models import Client, Invoice, InvoiceLine, Method, Payment

    clients = []
    for number in many:
        first, last = chance.choice(FIRST), chance.choice(LAST)
        clients.append(
            Client(
                business=business,
                name=f"{first} {last} {number:06}",
                email=f"{first}.{number}@example.com".lower(),
                phone=f"(541) 555-{number % 10000:04}",
                billing_line1=f"{number % 999} {chance.choice(STREETS)}",
                archived=number % 50 == 0,
            )
        )
    Client.objects.bulk_create(clients, batch_size=CHUNK)
    note(business, "client", clients)
    invoices = []
    for number, client in zip(many, clients, strict=True):
        for each in range(3):
            day = TODAY - timedelta(days=chance.randrange(1000))
            total = Decimal(chance.randrange(100, 90_000)) / 100 + Decimal("0.02")
            is_paid = chance.random() < 0.97
            invoices.append(
                Invoice(
                    business=business,
                    client=client,
                    number=str(number * 3 + each + 1001),
                    date=day,
                    due_date=day + timedelta(days=30),
                    subtotal=total,
                    total=total,
                    paid=total if is_paid else Decimal("0.02"),
                )
            )
    Invoice.objects.bulk_create(invoices, batch_size=CHUNK)
    note(business, "invoice", invoices)
    lines, payments = [], []
    for invoice in invoices:
        lines.append(
            InvoiceLine(
                invoice=invoice,
                position=1,
                item=chance.choice(items),
                description="Work",
                quantity=Decimal(1),
                unit_price=invoice.total,
                taxable=False,
                amount=invoice.total,
            )
        )
        payments += [
            Payment(
                business=business,
                invoice=invoice,
                amount=amount,
                date=invoice.date,
                method=chance.choice(Method.values),
            )
            for amount in (invoice.paid - Decimal("0.01"), Decimal("0.01"))
        ]
    InvoiceLine.objects.bulk_create(lines, batch_size=CHUNK)
    Payment.objects.bulk_create(payments, batch_size=CHUNK)
    note(business, "payment", payments)


def note(business: "Business", kind: "Kind", records: list[Any]) -> None:
    """Keep the words by which the records are found, as a change in the office does."""
    from fieldledger.office.changes import Change
    from fieldledger.office.finding import note_words

    note_words(Change(business_id=business.pk, kind=kind, records=records, at=NOW))


def fill_entries(business: "Business", connection: Any) -> None:
    """Make a log entry for each record: one in five hundred waits, one in a thousand has failed.

    Of each kind one has changed each minute, the last just now; the owner asked for what is money.
    Ten sessions of a hundred minutes sent the last of them.
    """
    from fieldledger.accounts.models import Membership
    from fieldledger.accounts.services import actor_of
    from fieldledger.office.models import Client, Invoice, Item, Payment
    from fieldledger.quickbooks.models import KIND_OF_RANK, RANK, EntryEvent, SyncEntry
    from fieldledger.sync.content import Kind as Sent
    from fieldledger.sync.content import State

    rows: dict[Sent, QuerySet[Any]] = {
        Sent.CLIENT: Client.objects.all(),
        Sent.ITEM: Item.objects.all(),
        Sent.INVOICE: Invoice.objects.all(),
        Sent.PAYMENT: Payment.objects.all(),
    }
    title = {Sent.CLIENT: "name", Sent.ITEM: "name", Sent.INVOICE: "number", Sent.PAYMENT: "amount"}
    owner = actor_of(Membership.objects.get(business=business).user)
    fill_sessions(connection)
    for rank, kind in KIND_OF_RANK.items():
        if kind not in rows:
            continue
        own = rows[kind].filter(business=business).order_by("pk")
        wanted = own.values_list("pk", "guid", title[kind]).iterator(chunk_size=CHUNK)
        for chunk in chunks(enumerate(wanted)):
            entries = []
            for number, (key, guid, words) in chunk:
                state, code = State.SYNCED, ""
                if number % 500 == 1:
                    state = State.PENDING
                elif number % 1000 == 2:
                    state, code = State.FAILED, "3100"
                at = NOW - timedelta(minutes=number)
                entries.append(
                    SyncEntry(
                        connection=connection,
                        rank=RANK[kind],
                        record_id=key,
                        record_guid=guid,
                        title=str(words),
                        state=state,
                        code=code,
                        record_revision=1,
                        wanted_revision=1,
                        synced_revision=1 if state == State.SYNCED else 0,
                        quickbooks_id=f"8000{key:X}-{rank}" if state == State.SYNCED else "",
                        quickbooks_name=str(words),
                        name_folded=str(words).casefold(),
                        asked_by=owner if kind in {Sent.INVOICE, Sent.PAYMENT} else "",
                        queued_at=at,
                        sent_at=None if state == State.PENDING else at,
                        synced_at=at if state == State.SYNCED else None,
                        created_at=at,
                        updated_at=at,
                    )
                )
            SyncEntry.objects.bulk_create(entries, batch_size=CHUNK)
            EntryEvent.objects.bulk_create(
                [EntryEvent(entry=entry, at=NOW, state=entry.state) for entry in entries],
                batch_size=CHUNK,
            )
    type(connection).objects.filter(pk=connection.pk).update(
        active_count=SyncEntry.objects.filter(connection=connection, state=State.PENDING).count()
    )


def fill_sessions(connection: Any) -> None:
    """Make the sessions in which entries went, the latest until just now."""
    from fieldledger.quickbooks.models import Session

    for number in reversed(range(10)):
        opened = NOW - timedelta(minutes=100 * (number + 1))
        Session.objects.create(
            connection=connection,
            ticket_digest=secrets.token_hex(32),
            epoch=0,
            state="closed",
            opened_at=opened,
            last_call_at=opened + timedelta(minutes=99),
            closed_at=opened + timedelta(minutes=99),
            done=300,
            total=300,
        )


def chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield lists of at most CHUNK rows."""
    while chunk := list(islice(rows, CHUNK)):
        yield chunk


def numbers() -> str:
    """Return how much there is."""
    from fieldledger.office.models import Client, Invoice, Payment
    from fieldledger.quickbooks.models import SyncEntry

    models = (Client, Invoice, Payment, SyncEntry)
    return ", ".join(
        f"{each.objects.count():,} {each._meta.verbose_name_plural}"  # noqa: SLF001 - its name.
        for each in models
    )


# --- Measuring ---


def pages(business: "Business") -> dict[str, str]:
    """Return the pages of a business: what they are called here, and their address."""
    from fieldledger.accounts.models import Membership
    from fieldledger.accounts.services import actor_of
    from fieldledger.office.models import Client, Invoice, Item
    from fieldledger.quickbooks.models import Session, SyncEntry
    from fieldledger.website.urls import office, quickbooks

    found = {
        f"/{route.pattern}": f"/{route.pattern}"
        for route in [*office, *quickbooks]
        if "<" not in str(route.pattern)
    }
    middle = Client.objects.filter(business=business).order_by("pk")[SMALL_CLIENTS // 2]
    of_client = Invoice.objects.filter(client=middle)[0]
    item = Item.objects.filter(business=business)[0]
    entry = SyncEntry.objects.filter(connection__business=business, record_guid=of_client.guid)[0]
    session = Session.objects.filter(connection__business=business).order_by("-pk")[5]
    by = quote(actor_of(Membership.objects.get(business=business).user))
    day = TODAY - timedelta(days=1)
    found |= {
        "a client": f"/clients/{middle.guid}",
        "an item": f"/items/{item.guid}",
        "an invoice": f"/invoices/{of_client.guid}",
        "an entry": f"/quickbooks/log/{entry.guid}",
        "clients: a number": f"/clients/?q={middle.name.rsplit(' ', 1)[-1]}",
        "clients: a common name": "/clients/?q=smith",
        "clients: a common name, in full": "/clients/?q=ann+smith",
        "clients: a letter": "/clients/?q=s",
        "clients: no such": "/clients/?q=zzzzzz",
        "items: a common word": "/items/?q=service",
        "search: a common name": "/search?q=smith",
        "invoices: a number": f"/invoices/?q={of_client.number}",
        "invoices: a common name": "/invoices/?q=smith",
        "invoices: no such": "/invoices/?q=zzzzzz",
        "invoices: unpaid": "/invoices/?money=open",
        "invoices: overdue": "/invoices/?money=overdue",
        "invoices: this month": "/invoices/?period=this",
        "invoices: need you": "/invoices/?state=attention",
        "invoices: pending": "/invoices/?state=pending",
        "log: pending": "/quickbooks/log/?state=pending",
        "log: failed": "/quickbooks/log/?state=failed",
        "log: a number": f"/quickbooks/log/?q={of_client.number}",
        "log: a common name": "/quickbooks/log/?q=smith",
        "log: a digit": "/quickbooks/log/?q=5",
        "log: no such": "/quickbooks/log/?q=zzzzzz",
        "log: today": "/quickbooks/log/?period=today",
        "log: this month": "/quickbooks/log/?period=month",
        "log: failed this month": "/quickbooks/log/?period=month&state=failed",
        "log: pending by the owner": f"/quickbooks/log/?state=pending&by={by}",
        "log: by the owner": f"/quickbooks/log/?by={by}",
        "log: by the owner, one day": f"/quickbooks/log/?by={by}&from={day}&to={day}",
        "log: by itself": "/quickbooks/log/?by=itself",
        "log: clients by itself, this month": "/quickbooks/log/?by=itself&period=month&kind=client",
        "log: a session": f"/quickbooks/log/?session={session.guid}",
        "log: a session's failed": f"/quickbooks/log/?session={session.guid}&state=failed",
    }
    return found


def compare(large: "Business", small: "Business", part: str) -> int:
    """Ask for each page in both, print what it came to, and return 1 if one is too dear."""
    browsers = [browser_of(large), browser_of(small)]
    both = [pages(large), pages(small)]
    dear = 0
    say(f"{'page':<44}{'large ms':>10}{'small ms':>10}{'ratio':>7}{'SQL':>10}")
    for name in both[0]:
        if part not in name:
            continue
        costs = measure(
            [(browser, each[name]) for browser, each in zip(browsers, both, strict=True)]
        )
        dear += report(name, *costs)
    say(f"{dear} too dear" if dear else "every page costs at most twice as much")
    return 1 if dear else 0


def browser_of(business: "Business") -> "Browser":
    """Return a browser in which the business's owner is signed in."""
    from django.conf import settings
    from django.test import Client as Browser

    from fieldledger.accounts.models import Membership

    settings.ALLOWED_HOSTS = ["testserver"]
    browser = Browser()
    browser.force_login(Membership.objects.get(business=business).user)
    return browser


def measure(asked: list[tuple["Browser", str]]) -> list[Cost]:
    """Return the quickest of several, taken in turns."""
    best: list[Cost | None] = [None] * len(asked)
    for _ in range(ROUNDS):
        for place, (browser, address) in enumerate(asked):
            cost = once(browser, address)
            known = best[place]
            if known is None or cost.ms < known.ms:
                best[place] = cost
    return [cost for cost in best if cost is not None]


def once(browser: "Browser", address: str) -> Cost:
    """Ask for a page."""
    from django.db import connection

    statements: list[tuple[float, str]] = []

    def watch(run: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        started = time.perf_counter()
        try:
            return run(sql, params, many, context)
        finally:
            statements.append((time.perf_counter() - started, sql))

    with connection.execute_wrapper(watch):
        started = time.perf_counter()
        answer = browser.get(address)
        ms = (time.perf_counter() - started) * 1000
    slowest = max(statements, default=(0.0, ""))
    return Cost(
        answer.status_code, ms, len(statements), f"{slowest[0] * 1000:.1f} ms: {slowest[1]}"
    )


def report(name: str, large: Cost, small: Cost) -> bool:
    """Print a page's line; return whether it is too dear."""
    if not large.status == small.status == OK:
        say(f"{name:<44}{large.status:>10}{small.status:>10}")
        return large.status != small.status
    ratio = large.ms / small.ms
    # A list of more than a page also counts what it holds.
    is_dear = ratio > RATIO_MAX or large.statements > small.statements + 1
    sql = f"{large.statements}/{small.statements}"
    mark = "  TOO DEAR" if is_dear else ""
    say(f"{name:<44}{large.ms:>10.1f}{small.ms:>10.1f}{ratio:>7.2f}{sql:>10}{mark}")
    if is_dear:
        say(f"    {large.slowest[:400]}")
    return is_dear


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
