"""Find out what nobody has published about QuickBooks, in one of Intuit's sample companies.

It asks through the real Web Connector, one question after the other, takes away all that it made,
and leaves a report that can be sent to the project. A company that does not say that it is a sample
is refused before anything is sent. The probe goes on without this command; the connection's page
shows the same. With --simulate it asks the simulated QuickBooks, and says whether it was right.
"""

import argparse
import json
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fieldledger.website.commands.place import add_data_argument, open_place, update_database
from fieldledger.website.commands.tables import add_tables_argument, check_tables
from fieldledger.website.commands.terminal import CommandFailed, remark, say, say_json

if TYPE_CHECKING:
    from fieldledger.quickbooks.models import Connection
    from fieldledger.quickbooks.probe_row import Probe
    from fieldledger.simulator.variant import Variant

LOOK_EVERY_S: Final = 1.0
STEPS: Final = """\
The probe waits for the Web Connector. On the computer with QuickBooks:
  1. Open the sample company in QuickBooks Desktop.
  2. File > App Management > Update Web Services
  3. Tick the box next to Fieldledger and select Update Selected.
  4. When QuickBooks is done, two questions to the Web Connector itself are left: it shows an error
     on purpose. Select Update Selected three more times, or wait for its own calls.
This command only watches: it may be ended with Ctrl-C, and the probe goes on without it."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add this command's options."""
    parser.add_argument(
        "--business", metavar="NAME", help="whose connection, where there are several"
    )
    parser.add_argument(
        "--simulate",
        metavar="VARIANT",
        help="ask the simulated QuickBooks instead: keeps-all, keeps-last, keeps-none, strange, and"
        " changes behind commas, such as keeps-last,guid_unique=false",
    )
    add_tables_argument(parser, also_postgres=False)
    parser.add_argument("--report", type=Path, metavar="FILE", help="write the report there")
    parser.add_argument("--json", action="store_true", help="end with the report as one JSON line")
    add_data_argument(parser)


def run(options: argparse.Namespace) -> int:
    """Run the probe."""
    check_tables(options)
    if options.simulate is not None:
        return _simulate(options)
    if options.tables is not None:
        raise CommandFailed("--tables is for --simulate alone: a real probe has its database.")
    update_database(open_place(options.data))
    from fieldledger.quickbooks import probes, services

    connection = _connection(options.business)
    try:
        probe = probes.start_probe(connection, actor="fieldledger probe", now=datetime.now(tz=UTC))
    except services.NotPossible as no:
        raise CommandFailed(no.sentence) from None
    say(STEPS)
    _follow(probe)
    return _end(options, probes.report_of(probe), is_good=probe.state == "done")


def _connection(business: str | None) -> "Connection":
    from fieldledger.quickbooks.models import Connection

    found = list(
        Connection.objects.filter(enabled=True, business__learner=None)
        .select_related("business")
        .order_by("pk")
    )
    if business is not None:
        found = [each for each in found if each.business.name == business]
    if not found:
        raise CommandFailed(
            f"There is no business “{business}” with QuickBooks Desktop switched on."
            if business is not None
            else "No business has QuickBooks Desktop switched on."
        )
    if len(found) > 1:
        names = ", ".join(f"“{each.business.name}”" for each in found)
        raise CommandFailed(f"Say with --business which one is meant: {names}.")
    return found[0]


def _follow(probe: "Probe") -> None:
    """Say each finding as it comes, until the probe is over."""
    from fieldledger.quickbooks import probes

    said: set[str] = set()
    while True:
        probe.refresh_from_db()
        for each in probes.progress(probe):
            if each.found and each.key not in said:
                said.add(each.key)
                say(f"{each.asks}\n  {each.found}")
        if probe.state != "running":
            say(probe.message)
            return
        time.sleep(LOOK_EVERY_S)


def _simulate(options: argparse.Namespace) -> int:
    os.environ.pop("DATABASE_URL", None)  # A business of its own, in a database of its own.
    with tempfile.TemporaryDirectory(prefix="fieldledger-probe-") as folder:
        opened = open_place(Path(folder))
        variant = _variant(options.simulate)  # A mistake is said before a database is made.
        if options.tables is not None:
            shutil.copy(options.tables, opened)
        update_database(opened)
        from django.db import connections

        try:
            return _simulated(options, variant)
        finally:
            connections.close_all()


def _variant(words: str) -> "Variant":
    from fieldledger.proving.probing import NoSuchVariant, read_variant
    from fieldledger.proving.world.campaign import VARIANTS

    try:
        return read_variant(words, VARIANTS)
    except NoSuchVariant as error:
        raise CommandFailed(str(error)) from None


def _simulated(options: argparse.Namespace, variant: "Variant") -> int:
    from fieldledger.accounts.models import Business
    from fieldledger.proving.probing import probe_simulated

    business = Business.objects.create(name="Sample business")
    outcome = probe_simulated(
        business,
        variant,
        tell=lambda probe: remark(f"session over: {len(probe.findings)} questions answered"),
    )
    for each in outcome.report["findings"]:
        say(f"{each['asks']}\n  {each['found']}")
    say()
    say(f"{'':<32}{'simulated':<16}found")
    for name, value in outcome.told.items():
        real = str(getattr(variant, name)).lower()
        shown = "not to be seen here" if value is None else str(value).lower()
        say(f"{name:<32}{real:<16}{shown}{'   WRONG' if name in outcome.wrong else ''}")
    say(
        "The company is as it was before."
        if outcome.company_is_as_before
        else "The company is NOT as it was before."
    )
    return _end(options, outcome.report, is_good=outcome.is_right)


def _end(options: argparse.Namespace, report: dict[str, Any], *, is_good: bool) -> int:
    if options.report is not None:
        text = json.dumps(report, ensure_ascii=False, indent=2) + "\n"
        try:
            options.report.write_text(text, encoding="utf-8")
        except OSError as error:
            raise CommandFailed(
                f"The report cannot be written to {options.report}: {error.strerror}."
            ) from error
        say(f"The report is in {options.report}. Please send it to the project.")
    if options.json:
        say_json(report)
    return 0 if is_good else 1
