"""The PC of a training business: its calls, over real HTTP, to this very server.

Nothing runs between calls. A call is made in the request of whoever pressed the button; it keeps
the company file after each answer, so a server that ends in the middle leaves a QuickBooks that
knows what it did, as a real one.
"""

import threading
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import Q

from fieldledger.proving.companion import braced, file_name
from fieldledger.proving.models import TrainingPc
from fieldledger.quickbooks import services
from fieldledger.quickbooks.company import OWNER_ID
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.simulator.company import Company
from fieldledger.simulator.connector import Desk, Ended, WebConnector
from fieldledger.simulator.faults import Fault, Plan
from fieldledger.simulator.http import Line, drive
from fieldledger.sync.content import State

MACHINE: Final = "OFFICE-PC"
SECOND_MACHINE: Final = "FRONT-DESK-PC"
OTHERS_MARK: Final = "{0B5E0000-0000-4000-8000-000000000001}"  # Another business's.
CALL_MAX: Final = timedelta(minutes=2)
LOST: Final = "lost_answer"
_DAYS_OLD: Final = timedelta(days=30)
# A call takes one of the server's threads and needs others to be answered.
_CALLS: Final = threading.Semaphore(2)
_PLANS: Final = {
    "closed": "closed=0x80040408",
    "window": "closed=0x80040414",
}


class Busy(Exception):
    """The PC is calling already, or too many are."""


def company_of(pc: TrainingPc) -> Company:
    """Return the PC's company file, made at first use."""
    if pc.company:
        return Company.from_json(zlib.decompress(pc.company).decode())
    now = datetime.now(tz=UTC)
    return Company.fresh(seed=pc.business_id, now=now - _DAYS_OLD, name=file_name(pc.business.name))


def keep(pc: TrainingPc, company: Company) -> None:
    """Keep the company file."""
    pc.company = zlib.compress(company.to_json().encode())
    TrainingPc.objects.filter(pk=pc.pk).update(company=pc.company)


def take(pc: TrainingPc, *, now: datetime) -> None:
    """Take the PC for a call, or for its end; one that was left taken is free after a while.

    :raises Busy: if somebody has it.
    """
    free = Q(calling_until=None) | Q(calling_until__lt=now)
    if not TrainingPc.objects.filter(free, pk=pc.pk).update(calling_until=now + CALL_MAX):
        raise Busy


def leave(pc: TrainingPc) -> None:
    """Let others have the PC."""
    TrainingPc.objects.filter(pk=pc.pk).update(calling_until=None)


@contextmanager
def room() -> Iterator[None]:
    """Take one of the few places for a call in this program.

    :raises Busy: if all are taken.
    """
    if not _CALLS.acquire(blocking=False):
        raise Busy
    try:
        yield
    finally:
        _CALLS.release()


def call(pc: TrainingPc, *, url: str) -> Ended:
    """Let the Web Connector call the server at `url` once, to the end of the session.

    :raises Busy: if it is calling.
    :raises NotPossible: if the connection is switched off.
    """
    with room():
        take(pc, now=datetime.now(tz=UTC))
        try:
            pc.refresh_from_db()
            return call_taken(pc, url)
        finally:
            leave(pc)


def call_taken(pc: TrainingPc, url: str) -> Ended:
    """Call from a PC that was taken before."""
    return _lose_the_answer(pc, url) if pc.trouble == LOST else _call(pc, url)


def _lose_the_answer(pc: TrainingPc, url: str) -> Ended:
    """Let the answer to the exercise's record get lost, whichever document it goes with."""
    going = SyncEntry.objects.filter(
        connection__business=pc.business_id,
        record_guid=pc.begun["record"],
        state__in=(State.SENDING, State.CHECKING),
    )
    ended = _call(pc, url, _LosesAnswer(is_to_be_lost=going.exists))
    pc.trouble = ""
    pc.save(update_fields=["trouble"])
    return ended


@dataclass
class _LosesAnswer(Plan):
    """Loses the first answer that comes while something is so."""

    is_to_be_lost: Callable[[], bool] = bool

    def take(self, fault: Fault, number: int) -> str | None:
        if fault == Fault.LOSE_ANSWER and self.is_to_be_lost():
            return ""
        return super().take(fault, number)


def _call(pc: TrainingPc, url: str, plan: Plan | None = None) -> Ended:
    connection = services.connection_of(pc.business)
    password = services.copy_password(connection, actor="", now=datetime.now(tz=UTC))
    company = company_of(pc)
    desk = Desk.of(company)
    if pc.trouble == "other_file":
        other = Company.fresh(seed=1, now=datetime.now(tz=UTC) - _DAYS_OLD, name="Sunrise Bakery")
        other.stamp(owner_id=braced(str(OWNER_ID)), name="FileID", value=OTHERS_MARK)
        desk.open(other)
    ours = company

    def answered(each: Company) -> None:
        if each is ours:
            keep(pc, each)

    connector = WebConnector(
        desk=desk,
        username=password.username,
        password="mistyped" if pc.trouble == "password" else password.password,
        clock=lambda: datetime.now(tz=UTC),
        owner_id=braced(str(OWNER_ID)),
        file_id=braced(str(connection.file_id)),
        machine=_machine(pc, connection.expected_computer or connection.computer),
        answered=answered,
        plan=plan or Plan.read(_PLANS.get(pc.trouble, "")),
    )
    ended = drive(connector.session(), Line(f"{url.rstrip('/')}/qbwc"))
    if ended.session is not None:
        keep(pc, company)
    pc.last_said = (ended.status or "Update completed.")[:500]
    pc.begun = {**pc.begun, "well": ended.well and not pc.trouble, "outcome": ended.outcome}
    pc.save(update_fields=["last_said", "begun"])
    return ended


def _machine(pc: TrainingPc, may_sync: str) -> str:
    if pc.trouble == "second_computer":
        return SECOND_MACHINE
    return may_sync if may_sync not in {"", "*"} else MACHINE
