"""After a lost answer: ask QuickBooks for the one it stored, else look for the records themselves.

Nothing whose outcome is unknown is ever sent again before QuickBooks has said that it is not
there. First the stored answer is asked for (newMessageSetID = oldMessageSetID, no requests).
If there is none, the records are looked for by the mark that nobody can change (ExternalGUID),
under the lost set's own id: from then on the lost document, should it still arrive, is refused
(status 9001). Source: Intuit's samples ErrRecovery1-3.xml and InvoiceAdd.cs. Where that does not
hold, the look begins with a change of the link record, which does the same: see fencing.py.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from fieldledger.qbxml.objects import CompanyQuery
from fieldledger.qbxml.reading import Answer, Record
from fieldledger.qbxml.writing import Request
from fieldledger.quickbooks import (
    fencing,
    given_up,
    linking_credits,
    number_taken,
    taking_back,
    verification,
    voided,
)
from fieldledger.quickbooks.as_it_was import (
    applied_otherwise,
    is_as_it_was,
    is_void_as_here,
    told_changes,
)
from fieldledger.quickbooks.context import Context
from fieldledger.quickbooks.drift_row import CHANGED_THERE, Drift
from fieldledger.quickbooks.entries import RESTORED, RESTORED_SET, adjust_active, tell
from fieldledger.quickbooks.found_records import Found, total_of
from fieldledger.quickbooks.lacking import DELETED, LISTS, OLDER, Lacking
from fieldledger.quickbooks.look_queries import BY_ID, BY_NAME, BY_TIME, DELETED_OF
from fieldledger.quickbooks.message_sets import Document
from fieldledger.quickbooks.models import Connection, MessageSet, Session, SyncEntry
from fieldledger.quickbooks.sending import release_waiters
from fieldledger.quickbooks.tables import update_many
from fieldledger.quickbooks.verification import (
    CONDENSED,
    DATABASE_RESTORED,
    FILE_RESTORED,
    MISSING,
    REASONS,
    REFUSED_BEFORE,
    UNCLEAR,
    WAS_GONE,
    is_older,
)
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import fold
from fieldledger.sync.outcomes import STALE_EDIT, line_ids_of
from fieldledger.sync.voiding import There
from fieldledger.sync.words import explain

# No clock of ours is compared with one of theirs by less than this: QuickBooks prints one UTC
# offset for all dates, and PCs stand in wrong zones.
CLOCKS_DIFFER: Final = timedelta(hours=26 + 14)  # A day and more wrong, and any zone's offset.
OTHER_CONTENT: Final = 9001
STALE: Final = str(STALE_EDIT)
# Looked at for its version or its credits: what was written last is known all the same.
_ONLY_READ: Final = frozenset({STALE, linking_credits.CODE})
_AT_REST: Final = frozenset(
    {State.SYNCED, State.DIFFERS, State.CHANGED, State.CHANGED_IN_QUICKBOOKS}
)
_NEEDS_A_PERSON: Final = frozenset({State.FAILED, State.GONE})
LOOKED_FOR_MAX: Final = 50
FOUND: Final = "Found in QuickBooks; what has changed since is sent."


def unresolved(connection: Connection) -> MessageSet | None:
    """Return the oldest write whose outcome is unknown."""
    return (
        MessageSet.objects.filter(
            connection=connection,
            status__in=(MessageSet.Status.IN_DOUBT, MessageSet.Status.ABSENT),
        )
        .order_by("pk")
        .first()
    )


def put_in_doubt(message_set: MessageSet, *, now: datetime) -> None:
    """Note that nobody knows what became of a document; a reading is simply asked for anew."""
    if message_set.purpose != MessageSet.Purpose.WRITE:
        message_set.status = MessageSet.Status.DROPPED
        message_set.save(update_fields=["status"])
        return
    message_set.status = MessageSet.Status.IN_DOUBT
    message_set.save(update_fields=["status"])
    zone = ZoneInfo(message_set.connection.business.time_zone)
    at = f"{now.astimezone(zone):%H:%M:%S}"  # As the office's clocks say it.
    lost = f"QuickBooks’ answer was lost at {at}. QuickBooks is asked first."
    entries = SyncEntry.objects.filter(message_set=message_set, state=State.SENDING)
    ids = list(entries.values_list("pk", flat=True))
    entries.update(state=State.CHECKING, code="answer_lost", message=lost, updated_at=now)
    tell(((each, State.CHECKING, "", lost) for each in ids), now=now)


def tell_asked(message_set: MessageSet, said: str, *, now: datetime) -> None:
    """Add to the timelines of a lost set's records what QuickBooks was asked and what it said."""
    entries = SyncEntry.objects.filter(message_set=message_set, state=State.CHECKING)
    ids = list(entries.values_list("pk", flat=True))
    tell(((each, State.CHECKING, "", said) for each in ids), now=now)


def ask_document(message_set: MessageSet) -> Document:
    """Return the document that asks for the stored answer; it runs nothing."""
    return Document(
        purpose=MessageSet.Purpose.ASK,
        requests=(),
        content=(),
        set_id=message_set.set_id,
        clears=message_set.set_id,
        about=message_set,
    )


def look_document(
    connection: Connection, message_set: MessageSet, context: Context
) -> Document | None:
    """Return the document that looks for a lost set's records; None if nothing is left to do.

    It goes under the lost set's id and so makes the lost document itself harmless, also where none
    of its records is left to look for; with a link record, its change does so.
    """
    entries = {
        each.pk: each
        for each in SyncEntry.objects.filter(message_set=message_set, state=State.CHECKING)
    }
    rows = [each for each in message_set.content if each["e"] in entries]
    requests = _queries(rows, entries, since=message_set.sent_at, context=context)
    if not rows:
        if message_set.is_sealed or is_from_before_a_restore(connection, message_set):
            return None
        request = Request(request_id=f"look:0:{context.new_nonce()}", body=CompanyQuery())
        requests = [(request, {"r": request.request_id, "look": "seal"})]
    return _look(
        connection,
        requests,
        context,
        set_id="" if message_set.is_sealed else message_set.set_id,
        about=message_set,
    )


def _look(
    connection: Connection,
    queries: Sequence[tuple[Request, Mapping[str, Any]]],
    context: Context,
    *,
    rows: Sequence[Mapping[str, Any]] = (),
    set_id: str = "",
    about: MessageSet | None = None,
    is_fence: bool = True,
) -> Document:
    """Return the document that looks: the fence and the proof of absence go in one."""
    mark = context.new_set_id() if is_fence and fencing.uses_link(connection) else ""
    first = fencing.head(connection, mark) if mark else []
    return Document(
        purpose=MessageSet.Purpose.LOOK,
        requests=[*first, *(each for each, _ in queries)],
        content=[noted for _, noted in queries] + ([{"r": "", "rows": list(rows)}] if rows else []),
        set_id=set_id,
        about=about,
        fence_mark=mark,
    )


def first_looks(connection: Connection, session: Session, context: Context) -> Document | None:
    """Return the document that looks for pending records that may be there already."""
    entries = list(
        SyncEntry.objects.filter(connection=connection, state=State.PENDING, look_first=True)
        .exclude(tried_in=session.pk)
        .order_by("rank", "pk")[:LOOKED_FOR_MAX]
    )
    if not entries:
        return None
    rows = [
        {
            "e": each.pk,
            "op": "mod" if each.quickbooks_id else "add",
            "name": each.quickbooks_name or each.title,
            "rev": 0,
        }
        for each in entries
    ]
    # Of what is looked for by its number alone, nothing of ours can be on its way.
    doubted = [each for each in entries if each.code != number_taken.LOOKED_FOR]
    since = min((each.sent_at or each.created_at for each in doubted), default=context.now)
    if connection.restored_from is not None:
        since = min(since, connection.restored_from)
    requests = _queries(rows, {each.pk: each for each in entries}, since=since, context=context)
    return _look(connection, requests, context, rows=rows, is_fence=bool(doubted))


def _queries(
    rows: Sequence[Mapping[str, Any]],
    entries: Mapping[int, SyncEntry],
    *,
    since: datetime,
    context: Context,
) -> list[tuple[Request, dict[str, Any]]]:
    """Return the queries that find these entries' records, each with what it is for."""
    nonce = context.new_nonce()
    # Without an offset: the PC's own time, whatever that is.
    from_date = (since - CLOCKS_DIFFER).replace(tzinfo=None, microsecond=0)
    bodies: list[tuple[str, Any]] = []
    numbers: list[str] = []
    for kind in Kind:
        of_kind = [each for each in rows if entries[each["e"]].kind == kind]
        if not of_kind:
            continue
        known = [entries[each["e"]].quickbooks_id for each in of_kind if each["op"] != "add"]
        looked_for = [
            each for each in of_kind if each["op"] == "add" or entries[each["e"]].code == WAS_GONE
        ]
        added = [entries[each["e"]] for each in looked_for]
        names = [str(each.get("name") or "") for each in looked_for]
        if kind == Kind.INVOICE:
            # Also the one it has by now: somebody may have entered that there by hand.
            names = [number_taken.number_of(name) for name in (*names, *(e.title for e in added))]
            numbers = list(dict.fromkeys(filter(None, names)))
        if known:
            bodies.append((kind, BY_ID[kind](tuple(known))))
        if any(names):
            bodies.append((kind, BY_NAME[kind](tuple(dict.fromkeys(filter(None, names))))))
        if any(each.code != number_taken.LOOKED_FOR for each in added):
            bodies.append((kind, BY_TIME[kind](from_date)))
        if any(entries[each["e"]].code in OLDER for each in of_kind if each["op"] != "add"):
            bodies.append((DELETED, DELETED_OF[kind]))
    made = []
    for number, (what, body) in enumerate(bodies):
        request = Request(request_id=f"look:{number}:{nonce}", body=body)
        noted: dict[str, Any] = {"r": request.request_id, "look": str(what)}
        if what == Kind.INVOICE and numbers:
            noted["numbers"], numbers = numbers, []
        made.append((request, noted))
    return made


def rows_of_look(look: MessageSet) -> list[Mapping[str, Any]]:
    """Return the rows a look was for."""
    if look.about is not None:
        return list(look.about.content)
    return list(look.content[-1]["rows"])


def _rows_by_entry(connection: Connection, look: MessageSet) -> dict[int, Mapping[str, Any]]:
    """Return {entry: its row}; its revision is 0 where nobody knows which one may be there."""
    rows = {each["e"]: each for each in rows_of_look(look)}
    if look.about is not None and is_from_before_a_restore(connection, look.about):
        return {key: {**each, "rev": 0} for key, each in rows.items()}  # Much happened since.
    if look.about is not None:
        for changed in given_up.other_revisions(connection, look.about):
            rows[changed] = {**rows[changed], "rev": 0}
    return rows


def is_complete(look: MessageSet, answers: Sequence[Answer]) -> bool:
    """Whether every query of a look was answered: only then does not found mean not there."""
    answered = {each.request_id: each for each in answers}
    for noted in look.content:
        if not noted["r"] or noted["look"] == DELETED:
            continue
        answer = answered.get(noted["r"])
        if answer is None or answer.status.severity == "Error":
            return False
    return True


def take_look(
    connection: Connection, look: MessageSet, answers: Sequence[Answer], context: Context
) -> tuple[int, int, bool]:
    """Settle each entry a complete look was for; return how many are settled for good.

    What is there by our mark is ours; what is not goes to the queue again. Returned beside it are
    how many of the settled need a person, and whether the look has shown, as the first, that the
    company file is an older copy.
    """
    rows = _rows_by_entry(connection, look)
    wanted_state = State.CHECKING if look.about is not None else State.PENDING
    entries = [
        each
        for each in SyncEntry.objects.filter(connection=connection, pk__in=list(rows))
        if each.state == wanted_state
    ]
    found = Found.read(answers)
    theirs = {each.pk: found.theirs(each) for each in entries if rows[each.pk]["op"] != "add"}
    missing = [each for each in entries if each.pk in theirs and theirs[each.pk] is None]
    theirs |= (anew := _take_anew(missing, found))
    lacking = Lacking.read(connection, look, answers, missing)
    shows_older = not connection.verification and any(map(lacking.is_of_an_older_file, missing))
    settled = []
    to_verify = {each.pk for each in entries if each.code in REASONS}
    moved = _linked_otherwise(connection, look, entries, rows, theirs, found=found)
    told = told_changes(entries, theirs)
    suspects = _changed_by_others(entries, theirs)
    numbers = number_taken.Numbers(connection, look, found.records)
    numbers.compare((each, found.marked(each)) for each in entries if each.pk not in theirs)
    for entry in entries:
        row, code = rows[entry.pk], entry.code
        if row["op"] == "add":
            record = found.marked(entry)
            # A void record that is looked for once more is over if it is not there either.
            if record is None and code not in {MISSING, number_taken.LOOKED_FOR}:
                entry.looked_in = look.session_id
            if not numbers.refuses(entry):
                _settle_add(entry, row, record, context.now)
        else:
            if entry.pk in told:
                _leave_to_a_person(entry, told[entry.pk])
            else:
                moves = entry.pk in moved
                _settle_known(entry, row, theirs[entry.pk], lacking, context.now, is_moved=moves)
            if entry.state == State.CANCELLED:
                entry.looked_in = look.session_id
        voided.settle(entry)
        settled.append(entry)
    numbers.save(context.now)
    _save(settled, context.now)
    # What the nightly look said of a record says nothing of the one that takes its place.
    replaced = [each.pk for each in settled if not each.quickbooks_id or each.pk in anew]
    Drift.objects.filter(entry__in=replaced).delete()
    verification.note_found(connection, settled, to_verify)
    left = sum(each.state != State.PENDING for each in settled)
    adjust_active(connection.pk, -left)
    connection.active_count -= left
    there = [each.pk for each in settled if each.state in _AT_REST]
    release_waiters(connection, there, context.now)
    added = {key for key, row in rows.items() if row["op"] == "add"} | anew.keys()
    found_now = {each.pk for each in settled if each.pk in added and each.quickbooks_id}
    verification.note_written(connection, sorted(found_now))
    memos = [each for each in settled if each.pk in found_now and each.kind == Kind.CREDIT]
    linking_credits.wake(connection, [each.record_id for each in memos], context.now)
    _suspect(connection, (*sorted(found_now), *suspects))
    return left, sum(each.state in _NEEDS_A_PERSON for each in settled), shows_older


def _linked_otherwise(
    connection: Connection,
    look: MessageSet,
    entries: Sequence[SyncEntry],
    rows: Mapping[int, Mapping[str, Any]],
    theirs: Mapping[int, Record | None],
    *,
    found: Found,
) -> set[int]:
    """Return the invoices and payments that QuickBooks links otherwise than when we wrote them."""
    lost = _lost_knowledge(connection, look, entries, rows)
    linked = {
        each.pk: theirs.get(each.pk) or (found.marked(each) if each.pk in lost else None)
        for each in entries
    }
    moved = linking_credits.take_look(connection, look.session_id, linked, lost)
    return moved | applied_otherwise(connection, entries, theirs)


def _take_anew(missing: Iterable[SyncEntry], found: Found) -> dict[int, Record]:
    """Take over what was gone and stands under another id: nobody knows what was written of it."""
    anew = {each.pk: (each, it) for each in missing if (it := found.anew(each)) is not None}
    for entry, record in anew.values():
        adopt(entry, record)
        entry.written = ""
    return {key: record for key, (_, record) in anew.items()}


def _lost_knowledge(
    connection: Connection,
    look: MessageSet,
    entries: Iterable[SyncEntry],
    rows: Mapping[int, Mapping[str, Any]],
) -> set[int]:
    """Return the invoices of which nobody knows any more what was written of them last."""

    def is_lost(entry: SyncEntry) -> bool:
        row = rows[entry.pk]
        if not row["rev"] and (look.about is not None or row["op"] == "add"):
            return True
        restored_at = connection.restored_at
        return restored_at is not None and not (entry.synced_at and entry.synced_at > restored_at)

    return {each.pk for each in entries if each.kind == Kind.INVOICE and is_lost(each)}


def _suspect(connection: Connection, keys: Sequence[int]) -> None:
    """Have the nightly look read these whole: somebody may have changed them since."""
    if connection.drift_watch:
        suspects = dict.fromkeys((*connection.watch.get("suspects", ()), *keys))
        connection.watch = {**connection.watch, "suspects": list(suspects)}


def _changed_by_others(
    entries: Iterable[SyncEntry], theirs: Mapping[int, Record | None]
) -> list[int]:
    """Return what was read before a change of ours, and has another version than the one we know.

    The change names nothing of theirs, and has a version that hides it; of a check it is none.
    """
    return [
        each.pk
        for each in entries
        if (record := theirs.get(each.pk)) is not None
        and (each.code in _ONLY_READ or each.kind == Kind.REFUND)
        and (record.text("EditSequence") != each.edit_sequence or each.kind == Kind.REFUND)
    ]


def _settle_add(
    entry: SyncEntry, row: Mapping[str, Any], record: Record | None, now: datetime
) -> None:
    entry.look_first = False
    if record is None and entry.code == REFUSED_BEFORE:
        _refuse(entry)
        return
    if record is None and entry.code == number_taken.LOOKED_FOR:
        _queue(entry, f"QuickBooks has no invoice {entry.title} yet: it is sent.")
        return
    if record is None:
        _queue(entry, "Looked for by its mark: QuickBooks does not have it, so it is sent again.")
        return
    adopt(entry, record)
    entry.written = row.get("w", "") if row["rev"] else ""
    entry.synced_revision = min(row["rev"] or 1, entry.record_revision)
    entry.synced_at = now
    is_open = row.get("credits") or entry.wanted_revision > entry.synced_revision
    if not row["rev"] or is_open:
        _queue(entry, FOUND)
        return
    theirs = total_of(record)
    ours = Decimal(row["total"]) if row.get("total") else None
    entry.differs_by = theirs - ours if theirs is not None and ours is not None else None
    entry.state = State.DIFFERS if entry.differs else State.SYNCED
    if entry.record_revision > entry.synced_revision:
        entry.state = State.CHANGED
    there = entry.quickbooks_name if theirs is None else f"{entry.quickbooks_name}, {theirs:.2f}"
    entry.code = "found"
    entry.message = f"Confirmed by looking it up in QuickBooks: {there.strip(', ')}."


def _settle_known(
    entry: SyncEntry,
    row: Mapping[str, Any],
    record: Record | None,
    lacking: Lacking,
    now: datetime,
    *,
    is_moved: bool,
) -> None:
    if taking_back.is_taken_back(entry) or taking_back.is_deletion(entry, row["op"]):
        taking_back.look(entry, record)
        return
    entry.look_first = False
    is_undone = not entry.edit_sequence  # What we deleted or made void there.
    if record is not None:
        theirs = record.text("EditSequence") or ""
        if not is_undone and not is_moved and is_as_it_was(entry, theirs):
            _leave(entry, "Looked up in QuickBooks: it is as it was.")
            return
        if is_void_as_here(entry, total_of(record)):
            _leave(entry, "Looked up in QuickBooks: it is void there, as it should be.")
            return
        # Whether the change was made or not, making it again makes it once. Where somebody changed
        # it since (3200), what was written stays known, and only what is another here is sent.
        if entry.code not in _ONLY_READ or is_older(theirs, entry.edit_sequence):
            entry.written = ""
            _take_line_ids(entry, record)
        elif entry.kind != Kind.PAYMENT:  # What people applied there is left to them, too.
            _take_line_ids(entry, record)
        entry.edit_sequence = theirs or entry.edit_sequence
        _queue(entry, "QuickBooks was asked for the present version; the change is sent.")
    elif is_undone and entry.wanted_revision <= entry.synced_revision:
        _leave(entry, "Looked up in QuickBooks: it is not there, as it should be.")
        if entry.kind in {Kind.INVOICE, Kind.CREDIT} and entry.void_there != There.DELETE:
            # A void one stays in QuickBooks; gone with an older file, it need not come back.
            entry.state, entry.synced_revision, entry.line_ids = State.CANCELLED, 0, []
            entry.quickbooks_id = entry.written = ""
    elif entry.code == FILE_RESTORED or lacking.is_of_an_older_file(entry):
        # Under another id it may be there all the same: its mark is looked for next.
        entry.quickbooks_id = entry.edit_sequence = entry.written = ""
        entry.line_ids, entry.look_first = [], True
        _queue(
            entry,
            "The company file, which is an older one, does not have it, and nobody deleted it"
            " there: it is sent again.",
        )
    elif entry.code == CONDENSED and entry.kind not in LISTS:
        _leave(entry, "QuickBooks took it out when the company file was condensed.")
    elif row["op"] == "delete":
        entry.state, entry.synced_at = State.SYNCED, now
        entry.synced_revision = min(row["rev"], entry.record_revision)
        entry.edit_sequence = ""
        entry.code, entry.message = "found", "Confirmed: it is deleted in QuickBooks."
    elif entry.code == DATABASE_RESTORED:
        # Somebody's Retry may have sent it anew since the backup was made: by its mark it is found.
        entry.state, entry.code, entry.look_first = State.PENDING, WAS_GONE, True
        entry.message = "It is not in QuickBooks under its id: it is looked for by its mark."
    else:
        is_unclear = entry.code == UNCLEAR and entry.kind not in LISTS
        entry.state, entry.code = State.GONE, "gone"
        entry.message = "It is no longer in QuickBooks. Retry sends it as new."
        if is_unclear:
            entry.message += (
                " The company file was condensed: if that took it out, press Ignore instead."
            )


def _leave_to_a_person(entry: SyncEntry, told: str) -> None:
    """Let it be as somebody changed it in QuickBooks: nobody has decided about that yet."""
    entry.look_first = False
    _leave(entry, told)
    if entry.state != State.CHANGED:
        entry.state, entry.code = State.CHANGED_IN_QUICKBOOKS, CHANGED_THERE


def _refuse(entry: SyncEntry) -> None:
    """Leave it to a person again, who may have entered it in QuickBooks by hand meanwhile."""
    entry.state = State.FAILED
    entry.message = explain(REFUSED_BEFORE, name=f"the {entry.kind} “{entry.title}”").sentence


def _leave(entry: SyncEntry, message: str) -> None:
    entry.state = State.DIFFERS if entry.differs else State.SYNCED
    if entry.record_revision > entry.synced_revision:
        entry.state = State.CHANGED
    entry.code = entry.code if entry.code == verification.LINKED else ""
    entry.message = message


def is_from_before_a_restore(connection: Connection, message_set: MessageSet) -> bool:
    """Whether our database was restored since a set was sent: then it is not the last word."""
    if connection.restored_at is None:
        return False
    newest = connection.activity.get(RESTORED)
    if newest is None:
        return message_set.sent_at <= connection.restored_at
    return message_set.pk <= int(newest.get(RESTORED_SET, 0))


def _queue(entry: SyncEntry, message: str) -> None:
    entry.state, entry.code, entry.message = State.PENDING, "", message


def adopt(entry: SyncEntry, record: Record) -> None:
    """Take over what identifies a record in QuickBooks."""
    entry.quickbooks_id = record.text("ListID") or record.text("TxnID") or entry.quickbooks_id
    entry.edit_sequence = record.text("EditSequence") or entry.edit_sequence
    entry.quickbooks_type = record.type
    name = record.text("FullName") or record.text("Name") or record.text("RefNumber")
    if name:
        entry.quickbooks_name, entry.name_folded = name[:159], fold(name)[:159]
    _take_line_ids(entry, record)


def _take_line_ids(entry: SyncEntry, record: Record) -> None:
    # An answer without lines does not tell them; a payment without any is applied to nothing.
    if found := line_ids_of(record):
        entry.line_ids = list(found)
    elif entry.kind == Kind.PAYMENT:
        entry.line_ids = []


_COLUMNS: Final = (
    "state",
    "synced_revision",
    "quickbooks_id",
    "quickbooks_type",
    "edit_sequence",
    "quickbooks_name",
    "name_folded",
    "line_ids",
    "written",
    "differs_by",
    "code",
    "message",
    "look_first",
    "looked_in",
    "number_free_in",
    "message_set_id",
    "synced_at",
    "updated_at",
)


def _save(entries: Iterable[SyncEntry], now: datetime) -> None:
    entries = list(entries)
    for each in entries:
        each.message_set_id, each.updated_at = None, now
    update_many(
        SyncEntry,
        _COLUMNS,
        [(each.pk, *(getattr(each, column) for column in _COLUMNS)) for each in entries],
    )
    tell(((each.pk, each.state, "", each.message) for each in entries), now=now)
