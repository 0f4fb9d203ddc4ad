"""Why records are looked up again after a restore, how far that is, and what was found."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from fieldledger.quickbooks.entry_rows import is_unresolved
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.sync.content import State

FILE_RESTORED: Final = "file_restored"
FILE_OLDER: Final = "file_older"
CONDENSED: Final = "condensed"
UNCLEAR: Final = "condensed_or_older"  # Condensed, and without what was written last.
DATABASE_RESTORED: Final = "database_restored"
RELINKED: Final = "file_relinked"  # A person said that another file is the same company.
RETURNED: Final = "returned"  # Not found by the comparison after an absence.
# What a banner says while it lasts.
BANNERS: Final = frozenset({FILE_RESTORED, FILE_OLDER, CONDENSED, DATABASE_RESTORED, RELINKED})
MISSING: Final = "missing"  # What was written after it is there, so the file is no older one.
WAS_GONE: Final = "was_gone"  # It may be there again; not sent again by itself.
LINKED: Final = "linked"  # It was there before us, and linking sent nothing.
REFUSED_BEFORE: Final = "refused_before"  # Looked for, and not sent again by itself.
REASONS: Final = BANNERS | {LINKED, RETURNED, MISSING, WAS_GONE, UNCLEAR, REFUSED_BEFORE}
NOT_THIS_COMPANY: Final = "not_this_company"  # Asked before the first write to such a file.
VERIFIED: Final = "verified"  # The notice of what was found.
AS_IT_WAS: Final = "as_it_was"
SENT_AGAIN: Final = "sent_again"
GONE: Final = "gone"
LAST_WRITTEN_MAX: Final = 20


def is_older(theirs: str, ours: str) -> bool:
    """Whether QuickBooks' EditSequence is of an earlier change than the one we know.

    An EditSequence is the time of the change as an epoch second (recorded objects, where it equals
    TimeModified). What is no number proves nothing.
    """
    return theirs.isdecimal() and ours.isdecimal() and int(theirs) < int(ours)


def note_written(connection: Connection, entries: Sequence[int]) -> None:
    """Remember what QuickBooks had last, as far as we know; the caller saves the connection."""
    last = [*connection.activity.get("last", []), *entries]
    connection.activity = {**connection.activity, "last": last[-LAST_WRITTEN_MAX:]}


def begin(connection: Connection, reason: str, sentence: str, *, total: int, now: datetime) -> None:
    """Note that `total` records are looked up; the caller saves the connection."""
    connection.attention_code, connection.attention_message = reason, sentence
    connection.verification = {
        "reason": reason,
        "sentence": sentence,
        "at": now.isoformat(),
        "total": total,
        **dict.fromkeys((AS_IT_WAS, SENT_AGAIN, GONE), 0),
    }


def await_check(connection: Connection, reason: str, sentence: str) -> None:
    """Let everything be looked up once the next session has looked at the file itself."""
    connection.attention_code, connection.attention_message = reason, sentence
    connection.verification = {"reason": reason, "sentence": sentence, "waits": True}


def waits(connection: Connection) -> bool:
    """Whether the look-up begins with the next look at the file."""
    return bool(connection.verification.get("waits"))


def note_found(connection: Connection, settled: Iterable[SyncEntry], looked_up: set[int]) -> None:
    """Count what a look has found of the entries that were to be verified."""
    if not connection.verification or waits(connection):
        return
    counts = dict(connection.verification)
    for entry in settled:
        if entry.pk not in looked_up:
            continue
        match entry.state:
            case State.PENDING if entry.code == WAS_GONE:
                continue  # It is looked for once more.
            case State.PENDING:
                counts[SENT_AGAIN] += 1
            case State.GONE:
                counts[GONE] += 1
            case _:
                counts[AS_IT_WAS] += 1
    connection.verification = counts


def remind(connection: Connection) -> None:
    """Let the banner come back that something more urgent had covered."""
    if connection.verification and not connection.attention_code:
        connection.attention_code = connection.verification["reason"]
        connection.attention_message = connection.verification["sentence"]


def finish(connection: Connection, now: datetime) -> None:
    """Take the banner away once everything has been looked up, and say what was found."""
    found = connection.verification
    if not found or waits(connection) or is_unresolved(connection.pk) or _is_any_left(connection):
        return
    if connection.attention_code in BANNERS:
        connection.attention_code = connection.attention_message = ""
    kept = ("reason", "total", AS_IT_WAS, SENT_AGAIN, GONE)
    connection.notice = {
        "code": VERIFIED,
        "begun": found["at"],
        "at": now.isoformat(),
        **{key: found[key] for key in kept},
    }
    connection.verification = {}


def _is_any_left(connection: Connection) -> bool:
    return SyncEntry.objects.filter(
        connection=connection, state=State.PENDING, look_first=True
    ).exists()
