"""Run the probe against the simulated QuickBooks over real HTTP, and say whether it told the truth.

A business of its own, the door of the Web Connector on a port of this machine, and a sample company
whose every unknown is set: what the probe finds is compared with it.
"""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args, get_type_hints
from wsgiref.simple_server import WSGIRequestHandler, make_server

from fieldledger.accounts.models import Business
from fieldledger.quickbooks import door, probes, services
from fieldledger.quickbooks.company import OWNER_ID
from fieldledger.quickbooks.probe_row import Probe
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, WebConnector
from fieldledger.simulator.http import Line, drive
from fieldledger.simulator.variant import Variant

SEED: Final = 7
SESSIONS_MAX: Final = 10
ACTOR: Final = "fieldledger probe"

# The simulator's field, by the answer that tells it.
_TOLD_BY: Final[Mapping[str, str]] = {
    "inactive_reference_status": "inactive_customer_status",
    "numbers_invoices": "omitted_number",
}


# The engine needs no answer to these: it sets a credit only where none is set, and looks again.
NOT_ASKED: Final = frozenset({"set_credit_adds", "set_credit_bumps"})


class NoSuchVariant(ValueError):
    """The words name no variant of the simulated QuickBooks; the message says what there is."""


def read_variant(words: str, known: Mapping[str, Variant]) -> Variant:
    """Return the variant that "keeps-last" or "keeps-last,guid_unique=false" names.

    :raises NoSuchVariant: otherwise.
    """
    first, *changes = [each.strip() for each in words.split(",")]
    if "=" in first:
        first, changes = "", [first, *changes]
    if first and first not in known:
        raise NoSuchVariant(f"There is no variant {first}; there are {', '.join(known)}.")
    values = asdict(known[first] if first else Variant())
    hints = get_type_hints(Variant)
    for change in changes:
        name, _, text = change.partition("=")
        options = (True, False) if hints.get(name) is bool else get_args(hints.get(name))
        chosen = [each for each in options if str(each).lower() == text.lower()]
        if not chosen:
            raise NoSuchVariant(
                f"{change} says nothing that the simulated QuickBooks can be: {name} is one of"
                f" {', '.join(str(each).lower() for each in options)}."
                if options
                else f"There is no {name}; there are {', '.join(hints)}."
            )
        values[name] = chosen[0]
    return Variant(**values)


def told(answers: Mapping[str, Any]) -> dict[str, Any]:
    """Return each field of the variant as the probe found it; None where it could not be seen.

    What it does not ask is left out.
    """
    found = {}
    for each in fields(Variant):
        if each.name in NOT_ASKED:
            continue
        answer = answers.get(_TOLD_BY.get(each.name, each.name))
        if each.name == "numbers_invoices" and answer is not None:
            answer = answer == "given"
        found[each.name] = answer
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run; `wrong` names the fields that were found otherwise than they are."""

    report: dict[str, Any]
    told: dict[str, Any]
    wrong: tuple[str, ...]
    company_is_as_before: bool

    @property
    def is_right(self) -> bool:
        """Whether all that could be seen was found, and the company is as it was."""
        return not self.wrong and self.company_is_as_before


def probe_simulated(
    business: Business, variant: Variant, *, tell: Callable[[Probe], None], is_sample: bool = True
) -> Outcome:
    """Probe a simulated company of this variant; `tell` hears of the probe after each session.

    :raises NotPossible: if the company is no sample.
    """
    company = Company.fresh(
        seed=SEED,
        now=datetime.now(tz=UTC) - timedelta(days=30),
        variant=variant,
        is_sample=is_sample,
    )
    now = datetime.now(tz=UTC)
    connection = services.set_enabled(
        services.connection_of(business), enabled=True, actor=ACTOR, now=now
    )
    password = services.copy_password(connection, actor=ACTOR, now=now)
    connector = WebConnector(
        desk=Desk.of(company),
        username=password.username,
        password=password.password,
        clock=_quick_clock(),
        owner_id=f"{{{OWNER_ID}}}",
        file_id=f"{{{connection.file_id}}}",
    )
    with _served() as url:
        line = Line(url, expects=False)
        drive(connector.session(), line)  # The set-up's first session.
        before = _books(company)
        probe = probes.start_probe(connection, actor=ACTOR, now=datetime.now(tz=UTC))
        for _ in range(SESSIONS_MAX):
            drive(connector.session(), line)
            probe.refresh_from_db()
            tell(probe)
            if probe.state != Probe.State.RUNNING:
                break
    report = probes.report_of(probe)
    found = told(report["what_quickbooks_keeps"])
    real = asdict(variant)
    wrong = tuple(name for name, value in found.items() if value not in (None, real[name]))
    return Outcome(
        report=report, told=found, wrong=wrong, company_is_as_before=_books(company) == before
    )


def _books(company: Company) -> list[Any]:
    return [
        (each.type, each.id, each.edit_sequence, each.fields, each.amounts)
        for each in company.records()
    ]


def _quick_clock() -> Callable[[], datetime]:
    """Return a PC's clock on which a second passes with each look: nobody has to wait for it."""
    begun = datetime.now(tz=UTC)
    looks = 0

    def clock() -> datetime:
        nonlocal looks
        looks += 1
        return begun + timedelta(seconds=looks)

    return clock


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        pass


@contextmanager
def _served() -> Iterator[str]:
    """Serve the Web Connector's door on a port of this machine."""
    with make_server("127.0.0.1", 0, door.application, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}{door.PATH}"
        finally:
            server.shutdown()
            thread.join()
