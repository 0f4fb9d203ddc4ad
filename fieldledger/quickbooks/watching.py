"""The nightly look at what was sent: has somebody changed or deleted it in QuickBooks since?

Once a day, in the first session after the quiet hour, everything that QuickBooks took from us is
asked for by its id, with its version (EditSequence) alone; what has another one is looked at whole
and compared with what was sent (sync.drift). It is reading, and it comes last: whatever is to be
written goes first, before each single page. A session that ends early loses nothing, for the place
is kept; what is more than a night's worth goes on in the next night.

Nothing is overwritten by it. What people changed is shown, and a person decides.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db.models import QuerySet, Sum
from django.utils import timezone

from fieldledger.qbxml.objects import (
    CheckQuery,
    CreditMemoQuery,
    CustomerQuery,
    InvoiceQuery,
    ItemQuery,
    ReceivePaymentQuery,
    TxnDeletedQuery,
)
from fieldledger.qbxml.writing import Request
from fieldledger.quickbooks import drifting
from fieldledger.quickbooks.changing import locking, note
from fieldledger.quickbooks.context import Context
from fieldledger.quickbooks.drift_row import Drift
from fieldledger.quickbooks.drifting import AT_REST, WATCH
from fieldledger.quickbooks.errors import NotPossible
from fieldledger.quickbooks.message_sets import Document
from fieldledger.quickbooks.models import (
    Connection,
    EntryCount,
    MessageSet,
    Stage,
    SyncEntry,
)
from fieldledger.quickbooks.verification import LINKED
from fieldledger.sync import drift
from fieldledger.sync.content import Kind, State

ASKED_AT_ONCE: Final = 100  # Records of one kind in a query.
QUERIES_AT_ONCE: Final = 5
LOOKED_AT_ONCE: Final = 20  # Records that are read whole in a document.
DOCUMENTS_A_NIGHT: Final = 200  # 100,000 records; what is more goes on in the next night.
_LIST: Final = ("ListID", "EditSequence")
_TXN: Final = ("TxnID", "EditSequence")
_LIST_WHOLE: Final = (*_LIST, "TimeModified", "ExternalGUID", "Name", "IsActive")
_TXN_WHOLE: Final = (*_TXN, "TimeModified", "ExternalGUID", "CustomerRef", "TxnDate", "RefNumber")

_Ids = tuple[str, ...]
_VERSIONS: Final[Mapping[Kind, Callable[[_Ids], Any]]] = {
    Kind.CLIENT: lambda ids: CustomerQuery(list_id=ids, include_ret_element=_LIST),
    Kind.ITEM: lambda ids: ItemQuery(list_id=ids, include_ret_element=_LIST),
    Kind.INVOICE: lambda ids: InvoiceQuery(txn_id=ids, include_ret_element=_TXN),
    Kind.PAYMENT: lambda ids: ReceivePaymentQuery(txn_id=ids, include_ret_element=_TXN),
    Kind.CREDIT: lambda ids: CreditMemoQuery(txn_id=ids, include_ret_element=_TXN),
    Kind.REFUND: lambda ids: CheckQuery(txn_id=ids, include_ret_element=_TXN),
}
WHOLE: Final[Mapping[Kind, Callable[[_Ids], Any]]] = {
    Kind.CLIENT: lambda ids: CustomerQuery(
        list_id=ids,
        include_ret_element=(
            *_LIST_WHOLE,
            "CompanyName",
            "FirstName",
            "LastName",
            "BillAddress",
            "ShipAddress",
            "Phone",
            "Email",
            "Notes",
        ),
    ),
    Kind.ITEM: lambda ids: ItemQuery(list_id=ids),
    Kind.INVOICE: lambda ids: InvoiceQuery(
        txn_id=ids,
        include_line_items=True,
        include_ret_element=(
            *_TXN_WHOLE,
            "BillAddress",
            "TermsRef",
            "DueDate",
            "ItemSalesTaxRef",
            "Memo",
            "CustomerSalesTaxCodeRef",
            "Subtotal",
            "SalesTaxTotal",
            "InvoiceLineRet",
        ),
    ),
    Kind.PAYMENT: lambda ids: ReceivePaymentQuery(
        txn_id=ids,
        include_ret_element=(
            *_TXN_WHOLE,
            "TotalAmount",
            "PaymentMethodRef",
            "Memo",
            "UnusedPayment",
        ),
    ),
    Kind.CREDIT: lambda ids: CreditMemoQuery(
        txn_id=ids,
        include_line_items=True,
        include_ret_element=(
            *_TXN_WHOLE,
            "BillAddress",
            "ItemSalesTaxRef",
            "Memo",
            "CustomerSalesTaxCodeRef",
            "Subtotal",
            "SalesTaxTotal",
            "CreditMemoLineRet",
        ),
    ),
    Kind.REFUND: lambda ids: CheckQuery(
        txn_id=ids,
        include_ret_element=(
            *_TXN,
            "TimeModified",
            "ExternalGUID",
            "PayeeEntityRef",
            "TxnDate",
            "RefNumber",
            "Amount",
            "Memo",
        ),
    ),
}
_TXN_TYPES: Final = {
    Kind.INVOICE: "Invoice",
    Kind.PAYMENT: "ReceivePayment",
    Kind.CREDIT: "CreditMemo",
    Kind.REFUND: "Check",
}


# --- When ---


def plan(connection: Connection, now: datetime) -> None:
    """Set when what was sent is looked at next, if that is not set; the caller saves.

    A time behind the next night was set while our clock was ahead.
    """
    if not connection.drift_watch or not _is_possible(connection):
        return
    night = _next_night(connection, now)
    if connection.watch_at is None or connection.watch_at > night:
        connection.watch_at = night


def _is_possible(connection: Connection) -> bool:
    return connection.enabled and connection.stage == Stage.ONGOING


def _next_night(connection: Connection, now: datetime) -> datetime:
    zone = ZoneInfo(connection.business.time_zone)
    return drift.next_quiet_hour(now.astimezone(zone))


def switch(connection: Connection, *, now: datetime) -> None:
    """Follow the setting: off, nothing is looked at by itself any more. The caller saves."""
    if not connection.drift_watch:
        connection.watch_at = None
        connection.watch = {"last": connection.watch["last"]} if "last" in connection.watch else {}
    plan(connection, now)


@locking
def look_now(
    connection: Connection, *, entry: SyncEntry | None = None, actor: str, now: datetime
) -> Connection:
    """Look in the next session: at all that was sent, or at one record alone.

    :raises NotPossible: if nothing is in QuickBooks yet, or the add-on is off.
    """
    if not _is_possible(connection):
        raise NotPossible("There is nothing to look at yet: the first sync is not over.")
    connection.watch_at = now
    if entry is None:
        connection.watch = {**connection.watch, "alone": False}
        note(connection, "compare with QuickBooks", actor, now)
        return connection
    if not entry.quickbooks_id or entry.state not in AT_REST:
        raise NotPossible("It is not in QuickBooks, or on its way: there is nothing to look at.")
    is_running = "rank" in connection.watch
    connection.watch = {
        **connection.watch,
        "suspects": [*connection.watch.get("suspects", ()), entry.pk],
        "asked": [*connection.watch.get("asked", ()), entry.pk],
        "alone": connection.watch.get("alone", not is_running),
    }
    return connection


def left(connection: Connection, now: datetime) -> int:
    """Return how many documents the look still takes in this session, about."""
    if not _may_look(connection, now):
        return 0
    at = connection.watch
    unread = 0 if at.get("alone") else max(at.get("total", 1) - at.get("read", 0), 0)
    return 1 + unread // (ASKED_AT_ONCE * QUERIES_AT_ONCE)


def _may_look(connection: Connection, now: datetime) -> bool:
    return (
        connection.watch_at is not None
        and connection.watch_at <= now
        and _is_possible(connection)
        and not connection.verification
        and not connection.attention_code
    )


# --- What is asked ---


def next_document(connection: Connection, context: Context) -> Document | None:
    """Return the next document of the look; None when there is none, or it has just ended."""
    if not _may_look(connection, context.now):
        return None
    at = connection.watch
    if "rank" not in at and not at.get("alone"):
        at = connection.watch = {
            **at,
            "rank": 0,
            "after": 0,
            "read": 0,
            "total": _about(connection),
            "begun": context.now.isoformat(),
            "suspects": [*at.get("suspects", ()), *drifting.covered(connection)],
        }
    if at.get("documents", 0) >= DOCUMENTS_A_NIGHT:
        _sleep(connection, context.now)
        return None
    document = _missing(connection, context) or _suspects(connection, context)
    if document is None and not at.get("alone"):
        document = _page(connection, context)
    if document is None:
        _end(connection, context.now)
        return None
    connection.watch = {**connection.watch, "documents": at.get("documents", 0) + 1}
    return document


def _sent(connection: Connection) -> "QuerySet[SyncEntry]":
    """Return the entries that QuickBooks should have."""
    return (
        SyncEntry.objects.filter(connection=connection, state__in=AT_REST, edit_sequence__gt="")
        .exclude(quickbooks_id="")
        .exclude(drift__what=Drift.What.CONDENSED)
    )


def _about(connection: Connection) -> int:
    """Return how many of them there are, about: from the numbers that are kept."""
    rows = EntryCount.objects.filter(connection=connection, state__in=AT_REST)
    return rows.aggregate(all=Sum("number"))["all"] or 0


def _page(connection: Connection, context: Context) -> Document | None:
    """Ask for the versions of the next records of a kind."""
    at = connection.watch
    # By the records' keys, which an index has in this order.
    rows = _sent(connection).order_by("rank", "record_id")
    size = ASKED_AT_ONCE * QUERIES_AT_ONCE
    entries = list(rows.filter(rank=at["rank"], record_id__gt=at["after"])[:size])
    if not entries:
        following = rows.filter(rank__gt=at["rank"]).first()
        if following is None:
            return None
        entries = list(rows.filter(rank=following.rank)[:size])
    parts = [entries[n : n + ASKED_AT_ONCE] for n in range(0, len(entries), ASKED_AT_ONCE)]
    return _document(parts, _VERSIONS, context, step="page")


def _suspects(connection: Connection, context: Context) -> Document | None:
    """Ask for the whole of those that have another version than we know."""
    keys = connection.watch.get("suspects", [])
    sent = _sent(connection).exclude(code=LINKED)
    entries = list(sent.filter(pk__in=keys[:ASKED_AT_ONCE]).order_by("rank", "pk"))
    if not entries:
        if keys:
            _put_off(connection, keys[:ASKED_AT_ONCE])
            return _suspects(connection, context)
        return None
    alike = [each for each in entries if each.rank == entries[0].rank][:LOOKED_AT_ONCE]
    return _document([alike], WHOLE, context, step="whole")


def _put_off(connection: Connection, keys: Sequence[int]) -> None:
    """Take the first suspects off the list; what is on its way to QuickBooks is one next night."""
    at = connection.watch
    on_its_way = (
        SyncEntry.objects.filter(connection=connection, pk__in=keys)
        .exclude(state__in=(*AT_REST, State.GONE, State.CANCELLED))
        .exclude(quickbooks_id="")
    )
    later = dict.fromkeys((*at.get("later", ()), *on_its_way.values_list("pk", flat=True)))
    connection.watch = {**at, "suspects": at["suspects"][len(keys) :], "later": list(later)}


def _missing(connection: Connection, context: Context) -> Document | None:
    """Ask whether transactions were deleted that a condensing may have taken out as well."""
    keys = connection.watch.get("missing", [])
    if not keys:
        return None
    request_id = f"{WATCH}:deleted:{context.new_nonce()}"
    body = TxnDeletedQuery(txn_del_type=tuple(_TXN_TYPES.values()))
    return Document(
        purpose=MessageSet.Purpose.READ,
        requests=[Request(request_id=request_id, body=body)],
        content=[{"r": request_id, "list": WATCH, "step": "deleted", "keys": keys}],
    )


def _document(
    parts: Sequence[Sequence[SyncEntry]],
    queries: Mapping[Kind, Callable[[_Ids], Any]],
    context: Context,
    *,
    step: str,
) -> Document:
    requests, content = [], []
    for number, entries in enumerate(parts):
        request_id = f"{WATCH}:{number}:{context.new_nonce()}"
        body = queries[entries[0].kind](tuple(each.quickbooks_id for each in entries))
        requests.append(Request(request_id=request_id, body=body))
        content.append(
            {
                "r": request_id,
                "list": WATCH,
                "step": step,
                "rank": entries[0].rank,
                "last": entries[-1].record_id,
                "es": {str(each.pk): (each.quickbooks_id, _version(each)) for each in entries},
            }
        )
    return Document(purpose=MessageSet.Purpose.READ, requests=requests, content=content)


def _version(entry: SyncEntry) -> str:
    """Return the version that QuickBooks should have; "" for any: linking sent nothing."""
    return "" if entry.code == LINKED else entry.edit_sequence


# --- The end ---


def _sleep(connection: Connection, now: datetime) -> None:
    """Go on in the next night, at the place that was reached."""
    at = {key: value for key, value in connection.watch.items() if key != "documents"}
    connection.watch = at
    connection.watch_at = _next_night(connection, now)


def _end(connection: Connection, now: datetime) -> None:
    """Say what was found, and look again in the next night."""
    at = connection.watch
    kept = {"last": at["last"]} if "last" in at else {}
    if not at.get("alone"):
        found = {key: at.get(key, 0) for key in ("read", "changed", "gone")}
        kept = {"last": {**found, "at": now.isoformat(), "begun": at["begun"]}}
    connection.watch = {**kept, "suspects": at["later"]} if at.get("later") else kept
    connection.watch_at = None
    plan(connection, now)


def last_run(connection: Connection) -> dict[str, Any] | None:
    """Return when the last look ended, how many were read, and what it found; None if none did."""
    last = connection.watch.get("last")
    if not last:
        return None
    return {**last, "at": datetime.fromisoformat(last["at"])}


def progress(connection: Connection) -> dict[str, int] | None:
    """Return how far a look is that has begun; None if none has."""
    at = connection.watch
    return {"read": at["read"], "total": at["total"]} if "rank" in at else None


def is_awaited(connection: Connection) -> bool:
    """Whether the next session looks, as far as can be told now."""
    return connection.watch_at is not None and connection.watch_at <= timezone.now()
