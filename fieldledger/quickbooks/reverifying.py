"""Is this the company file that we left, and is our database the one that left it?

A backup of either may have been restored. What one side then remembers, the other has not done
yet: QuickBooks' ids may be gone, records may be there that we do not know of, and changes may be
undone. So each record is looked at before anything is sent for it again, and what is found decides.

Signs: the times of the last restore and condensing, which QuickBooks tells (CompanyActivityQuery,
qbXML 13.0 schema); and the records written last, which an older copy of the file, put in its place
by hand, does not have or has in an older version. Of our own database the one who restores it says
so (database_restored).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from fieldledger.qbwc.transitions import State as SessionState
from fieldledger.qbxml.objects import CompanyActivityQuery, CompanyQuery
from fieldledger.qbxml.reading import Answer, Record
from fieldledger.qbxml.writing import Request
from fieldledger.quickbooks import fencing, linking_credits, reading, recovery
from fieldledger.quickbooks.context import Context
from fieldledger.quickbooks.entries import (
    RECORD_MODELS,
    RESTORED,
    RESTORED_SET,
    adjust_active,
    lock,
)
from fieldledger.quickbooks.look_queries import BY_ID
from fieldledger.quickbooks.message_sets import Document
from fieldledger.quickbooks.models import RANK, Connection, MessageSet, Session, SyncEntry
from fieldledger.quickbooks.verification import (
    CONDENSED,
    DATABASE_RESTORED,
    FILE_OLDER,
    FILE_RESTORED,
    LINKED,
    MISSING,
    NOT_THIS_COMPANY,
    REASONS,
    REFUSED_BEFORE,
    RELINKED,
    RETURNED,
    UNCLEAR,
    begin,
    is_older,
    waits,
)
from fieldledger.sync.content import Kind, State
from fieldledger.sync.voiding import There

ASKED_FOR_MAX: Final = 4  # Of those that were written last.
_IN_QUICKBOOKS: Final = (
    State.SYNCED,
    State.DIFFERS,
    State.CHANGED,
    State.CHANGED_IN_QUICKBOOKS,
)
_WITH_QUICKBOOKS: Final = (State.SENDING, State.CHECKING)

_SENTENCES: Final = {
    FILE_RESTORED: (
        "The QuickBooks company file was restored from a backup. Each record is looked up there;"
        " what the backup does not have is sent again."
    ),
    FILE_OLDER: (
        "The QuickBooks company file is older than it was: it does not have what was written last."
        " Each record is looked up there and what is missing is sent again; what somebody deleted"
        " waits for you in the sync log."
    ),
    CONDENSED: (
        "The QuickBooks company file was condensed. Each record is looked up there; what was taken"
        " out stays as it was."
    ),
    UNCLEAR: (
        "The QuickBooks company file was condensed, and it may be an older copy as well: it does"
        " not have what was written last. It is looked up there."
    ),
    RELINKED: (
        "The link was moved to this company file by hand. Each record is looked up there before"
        " anything is sent."
    ),
    RETURNED: "The comparison after the absence did not find it in QuickBooks; it is looked for.",
    DATABASE_RESTORED: (
        "Fieldledger was restored from a backup. Each record is looked up in QuickBooks before"
        " anything is sent again. A Web Connector that was in the middle of something when the old"
        " server ended is to be exited and started again: what it holds is not known here."
    ),
}


def check_document(connection: Connection, context: Context) -> Document:
    """Return the document that asks whether the company file is the one that we left."""
    nonce = context.new_nonce()
    first = f"check:0:{nonce}"
    # A QuickBooks that does not know the one question refuses all of them: it is asked once.
    knows = not connection.activity.get("unknown")
    asks = CompanyActivityQuery() if knows else CompanyQuery(owner_id=(reading.OWNER,))
    requests = [Request(request_id=first, body=asks)]
    content: list[dict[str, object]] = [{"r": first, "list": "check"}]
    for entry in _written_last(connection):
        request_id = f"check:{entry.pk}:{nonce}"
        body = BY_ID[entry.kind]((entry.quickbooks_id,))
        requests.append(Request(request_id=request_id, body=body))
        content.append(
            {
                "r": request_id,
                "list": "check",
                "e": entry.pk,
                "es": entry.edit_sequence,
                "undone": "" if entry.edit_sequence else entry.void_there,
                "mark": "" if entry.adopted else f"{{{entry.record_guid}}}",
                "txn": entry.kind not in {Kind.CLIENT, Kind.ITEM},
            }
        )
    return Document(purpose=MessageSet.Purpose.CHECK, requests=requests, content=content)


def refused_whole(connection: Connection) -> bool:
    """Note that QuickBooks refused the whole check; whether it may be asked again, for less."""
    if connection.activity.get("unknown"):
        return False
    connection.activity = {**connection.activity, "unknown": True}
    return True


def _written_last(connection: Connection) -> list[SyncEntry]:
    """Return what was written last and is at rest, so that QuickBooks has it as we know it.

    Or has it void, or not at all: of that no version is known (voided.py).

    What an earlier session was to look up and did not come to is as we know it, too.
    """
    last = connection.activity.get("last", [])
    if not last:
        return []
    known = Q(state__in=_IN_QUICKBOOKS) | Q(state=State.PENDING, look_first=True, code__in=REASONS)
    undone = Q(state=State.SYNCED, edit_sequence="", void_there__in=(There.VOID, There.DELETE))
    entries = SyncEntry.objects.filter(
        (known & Q(edit_sequence__gt="")) | undone, connection=connection
    )
    found = entries.exclude(quickbooks_id="").in_bulk(last)
    newest = [found[key] for key in dict.fromkeys(reversed(last)) if key in found]
    return newest[:ASKED_FOR_MAX]


def take_check(
    connection: Connection, message_set: MessageSet, answers: Sequence[Answer], now: datetime
) -> None:
    """Look at every record if the company file is not the one that we left."""
    _doubt_earlier_looks(connection, message_set.session_id, now)
    connection.checked_at = now
    by_id = {each.request_id: each for each in answers}
    reason = ""
    is_older_file = is_proved = lacks_a_list_record = False
    there = as_it_was = 0
    missing: list[int] = []
    unlinked: list[int] = []
    newest = 0  # Of the missing, those after which nothing else was written.
    for row in message_set.content:
        answer = by_id.get(row["r"])
        if answer is None or answer.status.severity == "Error":
            continue
        record = answer.records[0] if answer.records else None
        if "e" not in row:
            reason = _activity(connection, record) or reason
        elif row.get("undone") == There.DELETE and not _is_ours(record, row["mark"]):
            continue  # As it should be; in a file from before it was made, too.
        elif record is None:
            missing.append(row["e"])
            newest += not as_it_was
            lacks_a_list_record |= not row["txn"]
        elif (
            _is_another(record, row["mark"])
            or _is_undone_no_more(record, row.get("undone", ""))
            or is_older(record.text("EditSequence") or "", row["es"])
        ):
            is_older_file = is_proved = True
        else:
            there += 1
            # Somebody may have changed it since, in an older copy as well.
            if record.text("EditSequence") == row["es"] or row.get("undone"):
                as_it_was += 1
                unlinked += [row["e"]] * linking_credits.is_unlinked(connection, row["e"], record)
    if missing and not there and (lacks_a_list_record or not reason):
        is_older_file = True  # Condensing takes out transactions alone.
    if is_older_file and reason != FILE_RESTORED:
        reason = FILE_OLDER
    is_relinked = waits(connection)
    at_rest = SyncEntry.objects.filter(connection=connection, state__in=_IN_QUICKBOOKS)
    if reason or is_relinked:
        verify_all(connection, reason or RELINKED, now, is_proved=is_proved or len(missing) > 1)
        if reason == CONDENSED:
            _doubt_the_condensing(connection, missing[:newest], is_any_there=bool(as_it_was))
        if is_relinked and missing and not there:
            _doubt_the_link(connection, len(missing))
    elif missing:
        # Deleted since, or the file is a copy from between: QuickBooks is asked what was deleted.
        # Where something that was written later is there, it is no older copy.
        _wake(connection, at_rest.filter(pk__in=missing[:newest]), FILE_OLDER, now)
        _wake(connection, at_rest.filter(pk__in=missing[newest:]), MISSING, now)
        _unsettle(connection, missing[:newest])
    # A credit that QuickBooks applied is off again: by an older copy, where that raises no version.
    _wake(connection, at_rest.filter(pk__in=unlinked), linking_credits.CODE, now)


def _doubt_earlier_looks(connection: Connection, session_id: int, now: datetime) -> None:
    """Have again looked for what an earlier session has not found and what has not gone since.

    Nobody tells when a copy of the company file is open for a while: there it may not have been,
    and it is in the file that is back.
    """
    looked = SyncEntry.objects.filter(connection=connection, looked_in__gt=0)
    earlier = looked.exclude(looked_in=session_id)
    lacking = earlier.filter(quickbooks_id="").exclude(state__in=_WITH_QUICKBOOKS)
    _wake(connection, lacking.filter(state=State.CANCELLED), MISSING, now)
    lacking.update(look_first=True, looked_in=0)
    earlier.update(looked_in=0)


def _is_another(record: Record, mark: str) -> bool:
    """Whether an id that was ours is another record's now: only an older file gives it again."""
    return bool(mark) and (record.text("ExternalGUID") or "").casefold() != mark


def _is_ours(record: Record | None, mark: str) -> bool:
    return record is not None and not _is_another(record, mark)


def _is_undone_no_more(record: Record, undone: str) -> bool:
    """Whether a record that we deleted, or made void, stands there with its amounts again."""
    return undone == There.DELETE or (undone == There.VOID and recovery.total_of(record) != 0)


def _doubt_the_condensing(
    connection: Connection, newest: Sequence[int], *, is_any_there: bool
) -> None:
    """Do not put down to the condensing what an older copy of the file would lack just as well.

    A file that has a record has all that was written before it: what is missing of that was taken
    out. Of the `newest`, after which nothing is there, nobody can tell; if none is there, of none.
    """
    if not newest and is_any_there:
        return
    connection.verification["proved"] = False
    _unsettle(connection, newest if is_any_there else None)


def _unsettle(connection: Connection, keys: Sequence[int] | None) -> None:
    """Put it down to the condensing of these, or of all, no more before they are looked up."""
    entries = SyncEntry.objects.filter(connection=connection, state=State.PENDING, code=CONDENSED)
    if keys is not None:
        entries = entries.filter(pk__in=keys)
    entries.update(code=UNCLEAR, message=_SENTENCES[UNCLEAR])


def _doubt_the_link(connection: Connection, missing: int) -> None:
    """Stop before the first write: a file that a person linked has none of what was sent last."""
    connection.paused = True
    connection.attention_code = NOT_THIS_COMPANY
    connection.attention_message = (
        f"None of the {missing} records that were sent last is in"
        f" {connection.company_name or 'the company file'}, which was linked by hand. Nothing was"
        " sent. Resume only if this is the right company all the same."
    )


def _activity(connection: Connection, record: Record | None) -> str:
    """Remember when the file was restored and condensed last; return what is new of it."""
    if record is None or record.type != "CompanyActivityRet":
        return ""
    before = connection.activity
    times = {
        "restored": record.text("LastRestoreTime") or "",
        "condensed": record.text("LastCondenseTime") or "",
    }
    connection.activity = {**before, **times}
    for key, reason in (("restored", FILE_RESTORED), ("condensed", CONDENSED)):
        known = before.get(key, times[key])
        if known != times[key]:
            # What has happened can be undone by an older copy of the file alone.
            return reason if times[key] > known else FILE_OLDER
    return ""


def verify_all(
    connection: Connection, reason: str, now: datetime, *, is_proved: bool = True
) -> None:
    """Let every record that is in QuickBooks be looked up there; the caller saves the connection.

    What waits for something else is looked up when its turn comes. `is_proved` says that a file
    that looks older is so: that it does not just lack one record, which may have been merged.
    """
    known = SyncEntry.objects.filter(connection=connection).exclude(quickbooks_id="")
    woken = known.filter(state__in=_IN_QUICKBOOKS)
    # A linked record was there before us: what it says is left alone, whatever happened.
    total = _wake(connection, woken.filter(code=LINKED), LINKED, now)
    total += _wake(connection, woken, reason, now)
    known.exclude(state__in=_WITH_QUICKBOOKS).update(look_first=True)
    # What was given up for lost may have run late, in a file that knows nothing of the fence.
    sent = SyncEntry.objects.filter(connection=connection, quickbooks_id="")
    if connection.restored_at is None:  # Else it may have gone out in what our backup lacks.
        sent = sent.filter(sent_at__isnull=False)
    if reason != CONDENSED:  # What was not there any more, and void or refused, may be there again.
        total += _wake(connection, sent.filter(state=State.CANCELLED), reason, now)
        total += _wake_refused(connection, sent, reason, now)
    sent.exclude(state__in=_WITH_QUICKBOOKS).update(look_first=True)
    if reason != CONDENSED:  # What condensing explained, it does not explain any more.
        known.filter(state=State.PENDING, code__in=(CONDENSED, UNCLEAR)).update(code=reason)
    begin(connection, reason, _SENTENCES[reason], total=total, now=now)
    connection.verification["proved"] = is_proved
    connection.reading_wanted = True


def _wake(connection: Connection, entries: "QuerySet[SyncEntry]", code: str, now: datetime) -> int:
    """Let entries that are at rest be looked up; return how many."""
    sentence = _SENTENCES.get(code, "It is looked up in QuickBooks.")
    count = entries.update(
        state=State.PENDING,
        look_first=True,
        code=code,
        message=sentence,
        tried_in=0,
        updated_at=now,
    )
    adjust_active(connection.pk, count)
    connection.active_count += count
    return count


def _wake_refused(
    connection: Connection, entries: "QuerySet[SyncEntry]", code: str, now: datetime
) -> int:
    """Let what was refused be looked up: clients and items then go again by themselves."""
    refused = entries.filter(state=State.FAILED)
    lists = _wake(connection, refused.filter(rank__lte=RANK[Kind.ITEM]), code, now)
    return lists + _wake(connection, refused, REFUSED_BEFORE, now)


def look_up(
    connection: Connection, entries: "QuerySet[SyncEntry]", code: str, now: datetime
) -> None:
    """Let entries that are at rest be looked up for one of the reasons; the caller saves."""
    _wake(connection, entries, code, now)


def database_restored(*, now: datetime) -> None:
    """Doubt everything that the restored database knows of QuickBooks: call this after a restore.

    QuickBooks has what was written since the backup; our records of that are gone.
    """
    with transaction.atomic():
        _doubt_everything(now)


def _doubt_everything(now: datetime) -> None:
    for key in Connection.objects.order_by("pk").values_list("pk", flat=True):
        connection = lock(key)
        connection.restored_at = now
        connection.activity = {**connection.activity, RESTORED: _newest(connection)}
        connection.restored_from = connection.last_contact_at or connection.created_at
        connection.epoch += 1
        if connection.initial_started_at is None:
            # The initial sync may have run since: what we made there tells from new lists alone.
            connection.lists_read_at, connection.reading_wanted = None, True
            connection.save()
            continue
        for session in Session.objects.filter(connection=connection, closed_at__isnull=True):
            session.state, session.closed_at = SessionState.CLOSED, now
            session.ended = "Fieldledger was restored from a backup."
            session.save()
        for message_set in MessageSet.objects.filter(
            connection=connection, status=MessageSet.Status.SENT
        ):
            recovery.put_in_doubt(message_set, now=now)
        # Their answers may have been taken and cleared since: the records themselves are looked at.
        MessageSet.objects.filter(connection=connection, status=MessageSet.Status.IN_DOUBT).update(
            status=MessageSet.Status.ABSENT
        )
        verify_all(connection, DATABASE_RESTORED, now)
        # What had failed when the backup was made may have gone since, at somebody's Retry.
        connection.verification["total"] += _wake_refused(
            connection, SyncEntry.objects.filter(connection=connection), DATABASE_RESTORED, now
        )
        fencing.doubt(connection)
        # What was written last is not known of these, either.
        read = SyncEntry.objects.filter(connection=connection, code=linking_credits.CODE)
        read.update(code="")
        SyncEntry.objects.filter(connection=connection).exclude(state__in=_WITH_QUICKBOOKS).update(
            look_first=True
        )
        connection.acknowledged_set = ""
        connection.save()


def _newest(connection: Connection) -> dict[str, int]:
    """Return the newest record of each kind, and message set, of the backup: by their keys.

    Not by time: the clock of the server may be another one than when they were made.
    """
    newest = {
        str(RANK[kind]): model._default_manager.filter(  # noqa: SLF001 - Django's documented API.
            business_id=connection.business_id
        ).aggregate(pk=Max("pk"))["pk"]
        or 0
        for kind, model in RECORD_MODELS.items()
    }
    sets = MessageSet.objects.filter(connection=connection).aggregate(pk=Max("pk"))["pk"]
    return {**newest, RESTORED_SET: sets or 0}


def doubt_again(connection: Connection, message_set: MessageSet, now: datetime) -> None:
    """Look up what an answer from before a restore says: much may have been done since."""
    entries = SyncEntry.objects.filter(
        connection=connection, pk__in=[row["e"] for row in message_set.content]
    )
    _wake(
        connection,
        entries.filter(state__in=(*_IN_QUICKBOOKS, State.FAILED)),
        DATABASE_RESTORED,
        now,
    )
    entries.filter(state=State.PENDING).update(look_first=True)
