"""Leave and come back: what has changed here and in QuickBooks while nothing was sent.

Somebody paused the sync, switched it off or disconnected, and comes back days later. Before
anything goes, everything that we have sent is read once, by QuickBooks' own ids, and compared by
its version (EditSequence): only what is otherwise is kept. Then a person decides. Nothing is taken
over from QuickBooks by it: data still flows one way.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from fieldledger.qbxml.objects import (
    CheckQuery,
    CreditMemoQuery,
    CustomerQuery,
    InvoiceQuery,
    ItemQuery,
    ReceivePaymentQuery,
)
from fieldledger.qbxml.reading import Answer
from fieldledger.qbxml.writing import Request
from fieldledger.quickbooks.changing import locking, note
from fieldledger.quickbooks.context import Context, SessionStops
from fieldledger.quickbooks.entries import adjust_active, tell
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.message_sets import Document
from fieldledger.quickbooks.models import Connection, Finding, MessageSet, Stage, SyncEntry
from fieldledger.quickbooks.reverifying import look_up
from fieldledger.quickbooks.verification import RETURNED
from fieldledger.sync.content import Kind, State

WELCOME_BACK: Final = "welcome_back"
COMPARE: Final = "compare"  # Instead of a list's name.
COMPARED_AT_ONCE: Final = 100  # Records of one kind in a document.
# Shorter, it was no absence: a weekend's pause is one, a coffee's is none.
AWAY_AFTER: Final = timedelta(days=1)
READING: Final = "reading"
TO_DECIDE: Final = "to_decide"
_IN_QUICKBOOKS: Final = (
    State.SYNCED,
    State.DIFFERS,
    State.CHANGED,
    State.CHANGED_IN_QUICKBOOKS,
)
_HERE: Final = (State.PENDING, State.WAITING, State.CHANGED)


def note_absence(connection: Connection, now: datetime) -> None:
    """Remember since when nothing goes because somebody said so; the caller saves."""
    if connection.away_since is None and connection.stage == Stage.ONGOING:
        connection.away_since = now


def end_absence(connection: Connection) -> None:
    """Forget the absence where everything goes again; the caller saves."""
    if connection.enabled and not connection.paused:
        connection.away_since = None


def was_away(connection: Connection, now: datetime) -> bool:
    """Whether somebody who comes back should see first what has changed."""
    away = connection.away_since
    return (
        away is not None and now - away >= AWAY_AFTER and connection.stage == Stage.ONGOING
    ) or bool(connection.comparison)


@locking
def compare_first(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Come back: let the next session compare, and send nothing before somebody has decided.

    :raises NotPossible: if the first sync is not over, or the add-on is off.
    """
    if not connection.enabled or connection.stage != Stage.ONGOING:
        raise NotPossible("There is nothing to compare yet: the first sync is not over.")
    since = connection.away_since or connection.last_contact_at or now
    Finding.objects.filter(connection=connection).delete()
    connection.comparison = {
        "state": READING,
        "since": since.isoformat(),
        "rank": 0,
        "after": 0,
        "read": 0,
        "total": _known(connection).count(),
    }
    connection.paused = False
    connection.attention_code = connection.attention_message = ""
    connection.reading_wanted = True  # So that a session begins; names were taken, meanwhile.
    end_absence(connection)
    note(connection, "compare before going on", actor, now)
    return connection


def is_comparing(connection: Connection) -> bool:
    """Whether a comparison is still being read: nothing may be written meanwhile."""
    return bool(connection.comparison.get("state") == READING)


def left(connection: Connection) -> int:
    """Return how many documents the comparison still takes, about."""
    if not is_comparing(connection):
        return 0
    unread: int = connection.comparison["total"] - connection.comparison["read"]
    return 1 + max(unread, 0) // COMPARED_AT_ONCE


def _known(connection: Connection) -> Any:
    """Return the entries that QuickBooks should have as we know them, in the order of reading."""
    return (
        SyncEntry.objects.filter(connection=connection, edit_sequence__gt="")
        .exclude(quickbooks_id="")
        .exclude(state__in=(State.SENDING, State.CHECKING, State.GONE))
        .order_by("rank", "pk")
    )


def next_document(connection: Connection, context: Context) -> Document | None:
    """Return the next document of the comparison; None when there is none, or it has just ended."""
    if not is_comparing(connection):
        return None
    at = connection.comparison
    entries = list(_known(connection).filter(rank=at["rank"], pk__gt=at["after"])[:_MAX])
    if not entries:
        following = _known(connection).filter(rank__gt=at["rank"]).first()
        if following is None:
            _end(connection, context.now)
            return None
        entries = list(_known(connection).filter(rank=following.rank)[:_MAX])
    kind = entries[0].kind
    request_id = f"{COMPARE}:{entries[0].rank}:{context.new_nonce()}"
    body = _BY_ID[kind](tuple(each.quickbooks_id for each in entries))
    content = {
        "r": request_id,
        "list": COMPARE,
        "rank": entries[0].rank,
        "last": entries[-1].pk,
        "es": {str(each.pk): (each.quickbooks_id, each.edit_sequence) for each in entries},
    }
    return Document(
        purpose=MessageSet.Purpose.READ,
        requests=[Request(request_id=request_id, body=body)],
        content=[content],
    )


_MAX: Final = COMPARED_AT_ONCE
_LIST: Final = ("ListID", "EditSequence", "TimeModified")
_TXN: Final = ("TxnID", "EditSequence", "TimeModified")
_BY_ID: Final[Mapping[Kind, Any]] = {
    Kind.CLIENT: lambda ids: CustomerQuery(list_id=ids, include_ret_element=_LIST),
    Kind.ITEM: lambda ids: ItemQuery(list_id=ids, include_ret_element=_LIST),
    Kind.INVOICE: lambda ids: InvoiceQuery(txn_id=ids, include_ret_element=_TXN),
    Kind.PAYMENT: lambda ids: ReceivePaymentQuery(txn_id=ids, include_ret_element=_TXN),
    Kind.CREDIT: lambda ids: CreditMemoQuery(txn_id=ids, include_ret_element=_TXN),
    Kind.REFUND: lambda ids: CheckQuery(txn_id=ids, include_ret_element=_TXN),
}


def take(
    connection: Connection, content: Sequence[Mapping[str, Any]], answers: Sequence[Answer]
) -> None:
    """Keep what is otherwise in QuickBooks.

    :raises SessionStops: if QuickBooks did not say; it is asked again.
    """
    (asked,) = content
    answer = next((each for each in answers if each.request_id == asked["r"]), None)
    if answer is None or answer.status.severity == "Error":
        raise SessionStops("QuickBooks did not answer the comparison. It is asked again.")
    if not is_comparing(connection):
        return
    there = {
        key: record
        for record in answer.records
        if (key := record.text("ListID") or record.text("TxnID"))
    }
    found = []
    for entry_id, (quickbooks_id, edit_sequence) in asked["es"].items():
        record = there.get(quickbooks_id)
        if record is not None and record.text("EditSequence") == edit_sequence:
            continue
        found.append(
            Finding(
                connection=connection,
                entry_id=int(entry_id),
                what=Finding.What.GONE if record is None else Finding.What.CHANGED,
                changed_at=(record.text("TimeModified") or "")[:40] if record is not None else "",
            )
        )
    Finding.objects.bulk_create(found, ignore_conflicts=True)
    go_past(connection, asked, read=len(asked["es"]))


def go_past(connection: Connection, asked: Mapping[str, Any], *, read: int = 0) -> None:
    """Go on after these records: they were compared, or QuickBooks refuses to tell of them."""
    at = connection.comparison
    connection.comparison = {
        **at,
        "rank": asked["rank"],
        "after": asked["last"],
        "read": at["read"] + read,
    }


def _end(connection: Connection, now: datetime) -> None:
    """Ask a person if anything is otherwise on either side; else go on."""
    counts = counts_of(connection)
    connection.comparison = {
        **connection.comparison,
        "state": TO_DECIDE,
        "compared_at": now.isoformat(),
    }
    if not any(counts.values()):
        connection.notice = {
            "code": WELCOME_BACK,
            "since": connection.comparison["since"],
            "read": connection.comparison["read"],
            "at": now.isoformat(),
        }
        connection.comparison = {}
        return
    connection.paused = True
    connection.attention_code = WELCOME_BACK
    connection.attention_message = (
        f"Welcome back. Meanwhile {counts['here']} records changed here; in QuickBooks"
        f" {counts['changed']} of what was sent changed, and {counts['gone']} are gone. Nothing is"
        " sent until somebody has looked at it. Resume sends what waits here."
    )


def counts_of(connection: Connection) -> dict[str, int]:
    """Return how many records changed here, there, on both sides, and are gone there."""
    findings = Finding.objects.filter(connection=connection)
    changed = findings.filter(what=Finding.What.CHANGED)
    return {
        "here": SyncEntry.objects.filter(connection=connection, state__in=_HERE).count(),
        "changed": changed.count(),
        "both": changed.filter(entry__state__in=_HERE).count(),
        "gone": findings.filter(what=Finding.What.GONE).count(),
    }


def changed_here(connection: Connection, limit: int) -> list[SyncEntry]:
    """Return the first records that wait to go, or would wait if somebody asked."""
    found = SyncEntry.objects.filter(connection=connection, state__in=_HERE)
    return list(found.order_by("-updated_at", "-pk")[:limit])


def findings_of(connection: Connection, limit: int) -> list[Finding]:
    """Return the first records that are otherwise in QuickBooks; those gone come first."""
    found = Finding.objects.filter(connection=connection).select_related("entry")
    return list(found.order_by("-what", "pk")[:limit])


@locking
def hold_both(connection: Connection, *, actor: str, now: datetime) -> Connection:
    """Hold what changed on both sides, so that it does not go with the rest.

    :raises NotPossible: if there is nothing to decide.
    """
    if connection.attention_code != WELCOME_BACK:
        raise NotPossible("There is no comparison to decide about.")
    both = SyncEntry.objects.filter(
        connection=connection,
        state__in=_HERE,
        pk__in=Finding.objects.filter(connection=connection, what=Finding.What.CHANGED).values_list(
            "entry_id", flat=True
        ),
    )
    ids = list(both.values_list("pk", flat=True))
    active = both.filter(state=State.PENDING).count()
    said = "Held: it changed here and in QuickBooks while nothing was sent."
    both.update(state=State.HELD, waiting_on=None, message=said, updated_at=now)
    tell(((each, State.HELD, actor, said) for each in ids), now=now)
    adjust_active(connection.pk, -active)
    connection.active_count -= active
    note(connection, "hold what changed on both sides", actor, now, records=len(ids))
    return connection


def go_on(connection: Connection, *, now: datetime) -> None:
    """Send what waits; what is gone from QuickBooks says so. The caller saves the connection."""
    gone = SyncEntry.objects.filter(
        connection=connection,
        state__in=_IN_QUICKBOOKS,
        pk__in=Finding.objects.filter(connection=connection, what=Finding.What.GONE).values_list(
            "entry_id", flat=True
        ),
    )
    look_up(connection, gone, RETURNED, now)
    Finding.objects.filter(connection=connection).delete()
    connection.comparison = {}
