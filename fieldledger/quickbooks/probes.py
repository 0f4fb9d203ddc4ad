"""What people ask of the probe: start it, stop it, see it, take its report away."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from fieldledger.quickbooks.changing import note
from fieldledger.quickbooks.entries import lock
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.models import Connection
from fieldledger.quickbooks.probe_row import Probe
from fieldledger.quickbooks.probing import AFTER, PLACES, is_at_the_line
from fieldledger.sync.probe.cleaning import differences
from fieldledger.sync.probe.report import QUESTIONS, report

__all__ = [
    "Asked",
    "is_at_the_line",
    "is_left_as_found",
    "newest_probe",
    "progress",
    "report_of",
    "start_probe",
    "stop_probe",
]

NOT_A_SAMPLE = (
    "“{name}” is not one of Intuit’s sample companies, and only in those is anything probed."
    " Nothing was written. Open a sample company in QuickBooks and link it to a business of its"
    " own."
)


def start_probe(connection: Connection, *, actor: str, now: datetime) -> Probe:
    """Let the next sessions of the Web Connector ask the probe's questions.

    :raises NotPossible: if the connection is not up, or its company is not a sample.
    """
    with transaction.atomic():
        current = lock(connection.pk)
        older = newest_probe(current)
        if current.probe_wanted and older is not None:
            return older
        _require_possible(current)
        current.probe_wanted = True
        current.save()
        # What an earlier one made and did not get rid of, or what a late copy of it has made since.
        made = older.made if older is not None else []
        probe = Probe.objects.create(connection=current, asked_by=actor, asked_at=now, left=made)
        note(current, "start the probe", actor, now)
        return probe


def _require_possible(connection: Connection) -> None:
    if not connection.enabled:
        raise NotPossible("Switch QuickBooks Desktop on in the Feature Center first.")
    if connection.connected_at is None:
        raise NotPossible(
            "QuickBooks has not answered yet, so nobody knows which company is open there. Complete"
            " the set-up’s second step first."
        )
    if not connection.is_sample:
        raise NotPossible(NOT_A_SAMPLE.format(name=connection.company_name or "This company file"))
    if connection.paused or connection.attention_code:
        raise NotPossible("The exchange is paused. Press Resume first.")


def stop_probe(connection: Connection, *, actor: str, now: datetime) -> None:
    """End the probe; what it has made is taken away with the Web Connector's next call."""
    with transaction.atomic():
        current = lock(connection.pk)
        probe = newest_probe(current)
        if probe is None or not current.probe_wanted or probe.is_stopping:
            return
        probe.is_stopping = True
        if is_at_the_line(probe) or not (probe.made or probe.seen or probe.awaited_set):
            # Nothing of it is in QuickBooks: it need not be called once more.
            probe.state, probe.ended_at = Probe.State.STOPPED, now
            probe.message = probe.message or "Stopped before anything was sent."
            current.probe_wanted = False
            current.save()
        probe.save()
        note(current, "stop the probe", actor, now)


def newest_probe(connection: Connection) -> Probe | None:
    """Return the probe that runs, or the last one."""
    return Probe.objects.filter(connection=connection).order_by("-pk").first()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and how far it is: `found` is empty until it has been asked."""

    key: str
    asks: str
    changes: str
    found: str
    is_open: bool  # It was asked and could not be answered.
    is_now: bool


def progress(probe: Probe | None) -> list[Asked]:
    """Return all questions with what was found so far."""
    findings = probe.findings if probe is not None else {}
    now = ""
    if probe is not None and probe.state == Probe.State.RUNNING and probe.place < len(PLACES):
        now = PLACES[probe.place]
    asked = []
    for each in QUESTIONS:
        found = findings.get(each.key, {})
        answers = found.get("answers", {}).values()
        is_open = bool(found) and all(answer is None for answer in answers)
        words = found.get("words", "")
        asked.append(Asked(each.key, each.asks, each.changes, words, is_open, each.key == now))
    return asked


def is_left_as_found(probe: Probe) -> bool | None:
    """Whether the company is as it was before; None while nobody can know."""
    if probe.place <= PLACES.index(AFTER):
        return None
    return not (probe.left or differences(probe.before, probe.after))


def report_of(probe: Probe) -> dict[str, Any]:
    """Return the report of a probe; nothing of the business is in it."""
    as_found = is_left_as_found(probe)
    differs = differences(probe.before, probe.after) if as_found is not None else []
    return report(
        findings=probe.findings,
        quickbooks=probe.quickbooks,
        at=probe.ended_at or probe.asked_at,
        left_as_found=as_found,
        left=[each[1] for each in probe.left],
        differs=differs,
    )
