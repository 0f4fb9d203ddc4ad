"""What a person breaks on purpose, what they will see, and how it is told that they mended it.

Each exercise brings something to send with it, so that the next call shows the trouble. Its steps
are looked at in their order, and one that was done stays done.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from fieldledger.office.models import Client, Invoice, Item
from fieldledger.office.services import create_client, create_invoice, update_client
from fieldledger.proving.models import TrainingPc
from fieldledger.proving.training.pc import company_of, keep
from fieldledger.quickbooks import services
from fieldledger.quickbooks.computers import SECOND_COMPUTER
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.simulator import people
from fieldledger.simulator.company import Company
from fieldledger.sync.content import Kind, State


class NotReady(Exception):
    """There is nothing yet that could be broken so; the message says what to do first."""


Check = Callable[[TrainingPc, Connection], bool]
Break = Callable[[TrainingPc, Connection, datetime], Mapping[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do, what of the program shows where ("" for this page), and whether it is."""

    words: str
    view: str = ""
    is_done: Check


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """`breaks` is the button, `sees` what the person will see; `mend` is a thing done at the PC."""

    slug: str
    breaks: str
    sees: str
    steps: tuple[Step, ...]
    prepare: Break
    trouble: str = ""
    mend: str = ""


def begin(pc: TrainingPc, exercise: Exercise, *, now: datetime) -> None:
    """Break what the exercise is about."""
    connection = services.connection_of(pc.business)
    begun = {"at": now.isoformat(), **exercise.prepare(pc, connection, now)}
    pc.trouble, pc.exercise, pc.ticks, pc.begun = exercise.trouble, exercise.slug, 0, begun
    pc.save(update_fields=["trouble", "exercise", "ticks", "begun"])


def mend(pc: TrainingPc) -> None:
    """Put right at the PC what is broken there."""
    pc.trouble = ""
    pc.begun = {**pc.begun, "well": False}
    pc.save(update_fields=["trouble", "begun"])


def look(pc: TrainingPc) -> Exercise | None:
    """Tick what has been done since the last look; return the exercise under way."""
    exercise = EXERCISES.get(pc.exercise)
    if exercise is None:
        return None
    connection = services.connection_of(pc.business)
    before = pc.ticks
    while pc.ticks < len(exercise.steps) and exercise.steps[pc.ticks].is_done(pc, connection):
        pc.ticks += 1
    if pc.ticks == len(exercise.steps) and exercise.slug not in pc.finished:
        pc.finished = [*pc.finished, exercise.slug]
    if pc.ticks != before:
        pc.save(update_fields=["ticks", "finished"])
    return exercise


def _first(model: type[Any], pc: TrainingPc) -> Any:
    first = model.objects.filter(business=pc.business, archived=False).order_by("pk").first()
    if first is None:
        raise NotReady("No client or no item is left here that is not archived. Start over.")
    return first


def _something_to_send(pc: TrainingPc, _connection: Connection, now: datetime) -> dict[str, Any]:
    client = _first(Client, pc)
    phone = f"({now.microsecond % 800 + 200}) 555-0{now.microsecond // 1000 % 1000:03}"
    update_client(client=client, values={"phone": phone}, now=now)
    return {}


MEMO: Final = "Spring service"


def _invoice(pc: TrainingPc, connection: Connection, now: datetime, days: int = 0) -> Invoice:
    client = _first(Client, pc)
    item = _first(Item, pc)
    line = {"item": item, "quantity": "1", "unit_price": "95.00"}
    day = pc.business.today(now) - timedelta(days=days)
    values = {"client": client, "date": day, "memo": MEMO, "lines": [line]}
    made = create_invoice(business=pc.business, values=values, now=now)
    services.sync(connection, invoices=[made.guid], payments=(), actor="", now=now)
    return made


def _taken(pc: TrainingPc, _connection: Connection, now: datetime) -> dict[str, Any]:
    name = f"Delgado Supply {now:%d%H%M%S}"
    company = company_of(pc)
    people.do(company, "VendorAddRq", {"VendorAdd": {"Name": name}}, now=now)
    keep(pc, company)
    made = create_client(business=pc.business, values={"name": name}, now=now)
    return {"record": str(made.guid)}


def _period(pc: TrainingPc, connection: Connection, now: datetime) -> dict[str, Any]:
    company = company_of(pc)
    closed = pc.business.today(now) - timedelta(days=40)
    people.close_books(company, closed.isoformat())
    keep(pc, company)
    return {"record": str(_invoice(pc, connection, now, days=45).guid)}


def _lost(pc: TrainingPc, connection: Connection, now: datetime) -> dict[str, Any]:
    return {"record": str(_invoice(pc, connection, now).guid)}


def _sent_invoice(connection: Connection) -> SyncEntry:
    with_memo = Invoice.objects.filter(business=connection.business_id).exclude(memo="")
    sent = SyncEntry.objects.filter(
        connection=connection,
        rank=RANK[Kind.INVOICE],
        state=State.SYNCED,
        record_id__in=with_memo.values("pk"),
    )
    newest = sent.order_by("-pk").first()
    if newest is None:
        raise NotReady("No invoice is in QuickBooks yet: press Sync on one and let it call first.")
    return newest


def _edited(pc: TrainingPc, connection: Connection, now: datetime) -> dict[str, Any]:
    def change(company: Company, txn_id: str) -> None:
        # What lies so near to our own writing is not told from it: see quickbooks.watching.
        later = now + timedelta(seconds=5)
        people.edit(company, txn_id, {"Memo": "Changed at the front desk"}, now=later)

    return _in_quickbooks(pc, connection, now, change)


def _deleted(pc: TrainingPc, connection: Connection, now: datetime) -> dict[str, Any]:
    def delete(company: Company, txn_id: str) -> None:
        people.delete(company, txn_id, now=now)

    return _in_quickbooks(pc, connection, now, delete)


def _in_quickbooks(
    pc: TrainingPc, connection: Connection, now: datetime, do: Callable[[Company, str], None]
) -> dict[str, Any]:
    entry = _sent_invoice(connection)
    company = company_of(pc)
    do(company, entry.quickbooks_id)
    keep(pc, company)
    services.look_now(connection, actor="", now=now)
    return {"record": str(entry.record_guid)}


def _entry(pc: TrainingPc, connection: Connection) -> SyncEntry | None:
    return SyncEntry.objects.filter(
        connection=connection, record_guid=pc.begun.get("record", connection.guid)
    ).first()


def _is(*states: State) -> Check:
    def check(pc: TrainingPc, connection: Connection) -> bool:
        entry = _entry(pc, connection)
        return entry is not None and entry.state in states

    return check


def _was_refused(pc: TrainingPc, connection: Connection) -> bool:
    at = connection.last_error_at
    return at is not None and at >= datetime.fromisoformat(pc.begun["at"])


def _wrong_password_came(pc: TrainingPc, _connection: Connection) -> bool:
    # "Not a valid user", as authenticate answers.
    return bool(pc.begun.get("outcome") == "nvu")


def _put_right(pc: TrainingPc, _connection: Connection) -> bool:
    return not pc.trouble


def _went_well(pc: TrainingPc, _connection: Connection) -> bool:
    return bool(pc.begun.get("well"))


def _asks(code: str) -> Check:
    return lambda _pc, connection: connection.attention_code == code


def _decided(_pc: TrainingPc, connection: Connection) -> bool:
    return not connection.attention_code and not connection.paused


_CALL: Final = "Let the Web Connector call"
_AGAIN: Final = Step(words=f"{_CALL} again: it gets through.", is_done=_went_well)


def _at_the_pc(words: str) -> Step:
    return Step(words=words, is_done=_put_right)


_ALL: Final = (
    Exercise(
        slug="closed",
        breaks="QuickBooks does not start",
        sees="The lamp stays, and the overview says that the Web Connector cannot reach"
        " QuickBooks. What waits goes on waiting; nothing is lost.",
        steps=(
            Step(words=f"{_CALL} and read the overview.", view="quickbooks", is_done=_was_refused),
            _at_the_pc("Open QuickBooks at the PC, on this page."),
            _AGAIN,
        ),
        prepare=_something_to_send,
        trouble="closed",
        mend="Open QuickBooks",
    ),
    Exercise(
        slug="window",
        breaks="A window is open in QuickBooks",
        sees="QuickBooks lets nobody in while it waits for an answer to a window.",
        steps=(
            Step(words=f"{_CALL} and read the overview.", view="quickbooks", is_done=_was_refused),
            _at_the_pc("Answer the window at the PC, on this page."),
            _AGAIN,
        ),
        prepare=_something_to_send,
        trouble="window",
        mend="Answer the window",
    ),
    Exercise(
        slug="other_file",
        breaks="Another company file is open",
        sees="A red banner on every page names both files. Nothing was sent to the wrong one.",
        steps=(
            Step(words=f"{_CALL}: the banner comes.", is_done=_asks("wrong_file")),
            _at_the_pc("Open the right company file at the PC, on this page."),
            _AGAIN,
        ),
        prepare=_something_to_send,
        trouble="other_file",
        mend="Open the right company file",
    ),
    Exercise(
        slug="password",
        breaks="A wrong password in the Web Connector",
        sees="The overview says when somebody called with a wrong password, and what to do.",
        steps=(
            Step(
                words=f"{_CALL} and read the overview.",
                view="quickbooks",
                is_done=_wrong_password_came,
            ),
            Step(
                words="Copy the password on the connection page; type it in at the PC, here.",
                view="connection",
                is_done=_put_right,
            ),
            _AGAIN,
        ),
        prepare=_something_to_send,
        trouble="password",
    ),
    Exercise(
        slug="second_computer",
        breaks="A second computer calls",
        sees="A banner on every page: both have this business's setup file, and only one may sync.",
        steps=(
            Step(words=f"{_CALL}: the second computer is refused.", is_done=_asks(SECOND_COMPUTER)),
            Step(words="Hand over to it, or refuse it.", view="connection", is_done=_decided),
        ),
        prepare=_something_to_send,
        trouble="second_computer",
    ),
    Exercise(
        slug="taken",
        breaks="A vendor has the client's name (3100)",
        sees="One client needs you: in QuickBooks, customers and vendors cannot share a name.",
        steps=(
            Step(words=f"{_CALL} and open Attention.", view="attention", is_done=_is(State.FAILED)),
            Step(
                words="Give the client another name in QuickBooks, or make it one with what is"
                " there.",
                view="attention",
                is_done=_is(State.PENDING, State.SYNCED, State.IGNORED),
            ),
            Step(words=f"{_CALL} again: the client is there.", is_done=_is(State.SYNCED)),
        ),
        prepare=_taken,
    ),
    Exercise(
        slug="period",
        breaks="The invoice's month is closed (3171)",
        sees="One invoice needs you: QuickBooks takes nothing before the closing date.",
        steps=(
            Step(
                words=f"{_CALL} and open Attention.",
                view="attention",
                is_done=_is(State.FAILED, State.HELD),
            ),
            Step(
                words="Give the invoice a date that is open, hold it, or let it go.",
                view="attention",
                is_done=_is(State.PENDING, State.SYNCED, State.HELD, State.IGNORED),
            ),
        ),
        prepare=_period,
    ),
    Exercise(
        slug="lost_answer",
        breaks="The answer gets lost on the way",
        sees="The invoice is Checking: QuickBooks may have it. It is asked, never sent twice.",
        steps=(
            Step(
                words=f"{_CALL}: the network breaks off. Look at the sync log.",
                view="sync_log",
                is_done=_is(State.CHECKING, State.SENDING),
            ),
            Step(words=f"{_CALL} again: it is there once.", is_done=_is(State.SYNCED)),
        ),
        prepare=_lost,
        trouble="lost_answer",
    ),
    Exercise(
        slug="edited",
        breaks="Somebody changes an invoice in QuickBooks",
        sees="The nightly look finds it (here at once) and shows both sides. It changes nothing.",
        steps=(
            Step(
                words=f"{_CALL}, then open the sync log.",
                view="sync_log",
                is_done=_is(State.CHANGED_IN_QUICKBOOKS),
            ),
            Step(
                words="Send yours again, or leave QuickBooks' as it is.",
                view="sync_log",
                is_done=_is(State.PENDING, State.SYNCED),
            ),
        ),
        prepare=_edited,
    ),
    Exercise(
        slug="deleted",
        breaks="Somebody deletes an invoice in QuickBooks",
        sees="The nightly look finds it gone (here at once). It is not sent again by itself.",
        steps=(
            Step(
                words=f"{_CALL}, then open the sync log.", view="sync_log", is_done=_is(State.GONE)
            ),
            Step(
                words="Send it again, or leave it out.",
                view="sync_log",
                is_done=_is(State.PENDING, State.SYNCED, State.IGNORED),
            ),
        ),
        prepare=_deleted,
    ),
)
EXERCISES: Final[Mapping[str, Exercise]] = {each.slug: each for each in _ALL}
