"""What pages and API show of QuickBooks: the connection, records' states, the log, the lists."""

import base64
import binascii
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, QuerySet

from fieldledger.accounts.models import Business
from fieldledger.office.finding import newest_holders
from fieldledger.office.models import Payment, Record
from fieldledger.quickbooks.choices import suggest_mapping
from fieldledger.quickbooks.contacts import CONTACTS
from fieldledger.quickbooks.counting import entry_counts, record_count
from fieldledger.quickbooks.errors import Mistaken
from fieldledger.quickbooks.log_filters import (
    EVERYTHING,
    Narrowing,
    after,
    in_states,
    ordering,
    place_of,
)
from fieldledger.quickbooks.log_words import actions_of
from fieldledger.quickbooks.message_sets import text_of, unpack
from fieldledger.quickbooks.models import (
    RANK,
    Connection,
    EntryEvent,
    Exchange,
    PlanRow,
    QuickBooksRecord,
    Session,
    Stage,
    SyncEntry,
)
from fieldledger.quickbooks.summing_up import HOW, by_the_plan
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import fold
from fieldledger.sync.progress import eta_seconds
from fieldledger.sync.words import explain

List = QuickBooksRecord.List
_NO_CURSOR: Final = {"cursor": ["This cursor is none of ours; start without one."]}
PAGE_MAX: Final = 500


# --- The connection ---


def status(connection: Connection, *, now: datetime) -> dict[str, Any]:
    """Return what GET /quickbooks answers."""
    CONTACTS.write()
    connection.refresh_from_db()
    last = connection.last_contact_at
    counts = counts_of(connection)
    return {
        "feature_enabled": connection.enabled,
        "stage": connection.stage if connection.enabled else Stage.OFF.value,
        "connected": connection.connected_at is not None and bool(connection.password_digest),
        "connected_at": _time(connection.connected_at),
        "company_file": connection.company_file,
        "company_name": connection.company_name,
        "product": connection.product_name,
        "computer": connection.computer,
        "username": connection.username,
        "last_contact_at": _time(last),
        "seconds_since_contact": int((now - last).total_seconds()) if last else None,
        "usual_interval_seconds": connection.contact_interval_s,
        "last_error": connection.last_error or None,
        "last_error_at": _time(connection.last_error_at),
        "wrong_passwords": connection.wrong_password_count,
        "wrong_password_at": _time(connection.wrong_password_at),
        "paused": connection.paused,
        "attention": _attention(connection),
        "notice": connection.notice or None,
        "counts": counts,
        "closing_date": connection.closing_date.isoformat() if connection.closing_date else None,
        "lists_read_at": _time(connection.lists_read_at),
        "import_used": connection.import_used_at is not None,
        "import_used_at": _time(connection.import_used_at),
        "import_used_by": connection.import_used_by or None,
        "import_choice": import_choice_of(connection),
        "plan": _plan_state(connection),
        "progress": progress_of(connection, now=now),
    }


def _attention(connection: Connection) -> dict[str, str] | None:
    if not connection.attention_code:
        return None
    return {"code": connection.attention_code, "message": connection.attention_message}


def import_choice_of(connection: Connection) -> dict[str, Any]:
    """Return what was chosen for the import."""
    return {
        "clients": connection.import_clients,
        "items": connection.import_items,
        "client_matching": connection.client_matching,
        "resolve_client_conflicts": connection.resolve_client_conflicts,
        "resolve_item_conflicts": connection.resolve_item_conflicts,
        "review": connection.review,
        "jobs": connection.jobs,
        "inactive": connection.inactive,
    }


def settings_of(connection: Connection) -> dict[str, bool | str]:
    """Return the settings that may always be changed."""
    return {
        "resolve_client_conflicts": connection.resolve_client_conflicts,
        "resolve_item_conflicts": connection.resolve_item_conflicts,
        "rename_here": connection.rename_here,
        "fence": connection.fence,
        "drift_watch": connection.drift_watch,
    }


def _plan_state(connection: Connection) -> str:
    if connection.initial_started_at is not None:
        return "approved"
    if connection.stage != Stage.INITIAL_SYNC:
        return "none"
    return "reading" if connection.plan_made_at is None else "to_approve"


def counts_of(connection: Connection) -> dict[str, int]:
    """Return how many records of all four kinds are in each state."""
    counts = dict.fromkeys((str(state) for state in State), 0)
    known = 0
    for states in counts_by_kind(connection).values():
        for state, number in states.items():
            counts[state] += number
            known += number
    counts[State.NOT_SENT] += max(record_count(connection.business_id) - known, 0)
    return counts


def counts_by_kind(connection: Connection) -> dict[Kind, dict[State, int]]:
    """Return how many entries of each kind are in each state; absent pairs are none."""
    return entry_counts(connection)


def progress_of(connection: Connection, *, now: datetime) -> dict[str, Any]:
    """Return how far the initial sync, or the running session, is: measured, never a constant."""
    session = (
        Session.objects.filter(connection=connection, closed_at__isnull=True)
        .order_by("-pk")
        .first()
    )
    if connection.stage == Stage.INITIAL_SYNC and connection.initial_started_at is not None:
        total = max(connection.initial_total, connection.active_count)
        done = total - connection.active_count
        elapsed_s = (now - connection.initial_started_at).total_seconds()
    elif session is not None:
        done, total = session.done, max(session.total, session.done)
        elapsed_s = (now - session.opened_at).total_seconds()
    else:
        done, total, elapsed_s = 0, connection.active_count, 0.0
    return {
        "done": done,
        "total": total,
        "eta_seconds": eta_seconds(done, total, elapsed_s),
        "session_running": session is not None,
        "percent": session.percent if session is not None else None,
    }


def last_sessions(connection: Connection, limit: int = 10) -> list[Session]:
    """Return the newest sessions that had something to do."""
    return list(Session.objects.filter(connection=connection).order_by("-pk")[:limit])


# --- Records ---


def blocks(business: Business, kind: Kind, records: Sequence[Record]) -> dict[int, dict[str, Any]]:
    """Return each record's `quickbooks` block, by primary key, in one or two statements."""
    entries = {
        each.record_id: each
        for each in SyncEntry.objects.filter(
            connection__business=business,
            rank=RANK[Kind(kind)],
            record_id__in=[each.pk for each in records],
        ).select_related("waiting_on")
    }
    return {each.pk: block_of(entries.get(each.pk)) for each in records}


def block_of(entry: SyncEntry | None) -> dict[str, Any]:
    """Return the `quickbooks` block of a record with this entry."""
    if entry is None:
        return {
            "state": State.NOT_SENT.value,
            "quickbooks_id": None,
            "name_in_quickbooks": None,
            "last_synced_at": None,
            "differs_by": None,
            "waiting_for": [],
            "message": None,
            "entry": None,
        }
    return {
        "state": entry.state,
        "quickbooks_id": entry.quickbooks_id or None,
        "name_in_quickbooks": entry.quickbooks_name or None if entry.quickbooks_id else None,
        "last_synced_at": _time(entry.synced_at),
        "differs_by": f"{entry.differs_by:.2f}" if entry.differs_by else None,
        "waiting_for": waiting_for(entry),
        "message": entry.message or None,
        "entry": str(entry.guid),
    }


def waiting_for(entry: SyncEntry) -> list[dict[str, str]]:
    """Return the parents an entry waits for."""
    parent = entry.waiting_on
    if parent is None:
        return []
    return [{"kind": str(parent.kind), "id": str(parent.record_guid), "name": parent.title}]


# --- The log ---


def entry_page(
    connection: Connection,
    *,
    limit: int,
    state: str | None = None,
    kind: str | None = None,
    code: str | None = None,
    how: str | None = None,
    q: str = "",
    since: datetime | None = None,
    narrowing: Narrowing = EVERYTHING,
    cursor: str | None = None,
) -> tuple[list[SyncEntry], str | None]:
    """Return a page of the sync log, newest first, and the cursor of the next one.

    `state` may name several, with commas between; `how` is one of summing_up.HOW. A `narrowing`
    may bring an order of its own.

    :raises Mistaken: for an unknown state, kind or how, or a cursor that is none of ours.
    """
    entries = SyncEntry.objects.filter(connection=connection)
    if state:
        wanted = [each.strip() for each in state.split(",") if each.strip()]
        unknown = [each for each in wanted if each not in set(State)]
        if unknown:
            raise Mistaken({"state": [f"There is no state {unknown[0]}."]})
        states = {State(each) for each in wanted}
        entries = in_states(connection, entries, states, narrowing)
    if kind:
        if kind not in set(Kind):
            raise Mistaken({"kind": [f"Choose {', '.join(list(Kind)[:-1])} or {list(Kind)[-1]}."]})
        entries = entries.filter(rank=RANK[Kind(kind)])
    if code:
        entries = entries.filter(code=code)
    if how:
        if how not in HOW:
            raise Mistaken({"how": [f"Choose one of: {', '.join(HOW)}."]})
        entries = by_the_plan(entries, how)
    if since is not None:
        entries = entries.filter(updated_at__gte=since)
    entries, order = narrowing.of(entries), ordering(narrowing)
    if cursor:
        try:
            entries = entries.filter(
                after([_cursor(each) for each in cursor.split(".")], narrowing)
            )
        except ValueError:
            raise Mistaken(_NO_CURSOR) from None
    # An index says which come next; whole rows are read of these alone. Asked for whole rows at
    # once, PostgreSQL may walk through all entries, as in that index's order, for the few of one.
    found: Any = (
        _found(connection, entries, q.strip(), order)[: limit + 1]
        if q.strip()
        else entries.order_by(*order).values("pk")[: limit + 1]
    )
    shown = SyncEntry.objects.filter(pk__in=found).select_related("waiting_on")
    page = list(shown.order_by(*order))
    last = place_of(page[limit - 1], narrowing) if len(page) > limit else None
    return page[:limit], ".".join(map(_write_cursor, last)) if last else None


# Entries that say something worth looking through; of what is in QuickBooks there may be a million.
_SPEAKING: Final = (
    State.FAILED,
    State.GONE,
    State.CHANGED_IN_QUICKBOOKS,
    State.DIFFERS,
    State.HELD,
    State.WAITING,
    State.CHECKING,
)


def _found(
    connection: Connection, entries: QuerySet[SyncEntry], wanted: str, order: Sequence[str]
) -> list[int]:
    """Return those of `entries` that are about what `wanted` says, in an order of falling columns.

    It may be the beginning of words of its record, its name or id in QuickBooks, or a part of the
    message of one that is not simply in QuickBooks. Each part is answered by an index, and no part
    is of more than a few thousand; what all of them found is put in order here, since a database
    may hope to meet the first of them soon and walk through a million entries instead.
    """
    business = connection.business
    invoices = newest_holders(business, wanted, "invoice")
    paid = Payment.objects.filter(business=business, invoice__in=invoices)
    records: tuple[tuple[Kind, QuerySet[Any]], ...] = (
        *((kind, newest_holders(business, wanted, kind.value)) for kind in Kind),
        (Kind.PAYMENT, paid.values("pk")),
    )
    spoken = entries.filter(state__in=_SPEAKING)
    for word in wanted.split():
        spoken = spoken.filter(message__icontains=word)
    parts = [
        entries.filter(quickbooks_id=wanted),
        entries.filter(name_folded=fold(wanted)),
        spoken,
        *(entries.filter(rank=RANK[kind], record_id__in=rows) for kind, rows in records),
    ]
    columns = [each.removeprefix("-") for each in order]
    # Of conditions joined by OR, PostgreSQL asks each for every entry, for minutes among a million.
    first, *others = (part.order_by().values_list(*columns) for part in parts)
    return [row[-1] for row in sorted(first.union(*others), reverse=True)]


def entry_shape(entry: SyncEntry) -> dict[str, Any]:
    """Return what an entry itself says, as the API shows it."""
    return {
        "id": str(entry.guid),
        "kind": str(entry.kind),
        "record": str(entry.record_guid),
        "title": entry.title,
        "state": entry.state,
        "code": entry.code or None,
        "message": entry.message or None,
        "said": entry.said or None,
        "quickbooks_id": entry.quickbooks_id or None,
        "name_in_quickbooks": entry.quickbooks_name or None if entry.quickbooks_id else None,
        "differs_by": f"{entry.differs_by:.2f}" if entry.differs_by else None,
        "waiting_for": waiting_for(entry),
        "tries": entry.tries,
        "asked_by": entry.asked_by or None,
        "created_at": _time(entry.created_at),
        "queued_at": _time(entry.queued_at),
        "sent_at": _time(entry.sent_at),
        "synced_at": _time(entry.synced_at),
        "updated_at": _time(entry.updated_at),
    }


def entry_shapes(entries: Sequence[SyncEntry]) -> list[dict[str, Any]]:
    """Return entries as the log has them: with what goes to QuickBooks for each, or went last."""
    actions = actions_of(entries)
    return [entry_shape(each) | {"action": actions[each.pk].code} for each in entries]


def entry_detail(connection: Connection, guid: UUID, *, with_raw: bool) -> dict[str, Any]:
    """Return an entry with its timeline, its explanation and, by right, what was said about it.

    :raises SyncEntry.DoesNotExist: if the connection has no such entry.
    """
    entry = SyncEntry.objects.select_related("waiting_on", "message_set").get(
        connection=connection, guid=guid
    )
    explained = explain(entry.code, said=entry.said) if entry.code else None
    (shape,) = entry_shapes([entry])
    detail = {
        **shape,
        "steps": list(explained.steps) if explained else [],
        "next_move": str(explained.actor) if explained else None,
        "timeline": [
            {
                "at": _time(each.at),
                "state": each.state,
                "by": each.actor or None,
                "message": each.message or None,
            }
            for each in EntryEvent.objects.filter(entry=entry).order_by("pk")
        ],
        "needed_by": [
            {"kind": str(each.kind), "id": str(each.record_guid), "name": each.title}
            for each in SyncEntry.objects.filter(
                connection=connection, waiting_on=entry, state=State.WAITING
            ).order_by("pk")[:50]
        ],
    }
    if with_raw:
        detail["exchanges"] = _exchanges(connection, entry)
    return detail


def _exchanges(connection: Connection, entry: SyncEntry) -> list[dict[str, Any]]:
    """Return the last documents that held the entry, with QuickBooks' answers."""
    shown = []
    mark = f'"{entry.pk}:'
    found = Exchange.objects.filter(
        connection=connection, message_set__isnull=False, operation="receiveResponseXML"
    ).select_related("message_set")
    if entry.sent_at is not None:
        found = found.filter(at__gte=entry.sent_at)
    for each in found.order_by("pk")[:20]:
        if each.message_set is None:
            continue
        request = text_of(each.message_set)
        if mark in request:
            shown.append(
                {
                    "at": _time(each.at),
                    "request": request,
                    "answer": unpack(each.body),
                    "hresult": each.hresult or None,
                    "message": each.message or None,
                }
            )
    return shown[:5]


# --- Lists, mapping, plan ---

LISTS: Final[Mapping[str, tuple[str, tuple[str, ...] | None]]] = {
    "accounts": (List.ACCOUNTS, None),
    "items": (
        List.ITEMS,
        (
            "ItemServiceRet",
            "ItemNonInventoryRet",
            "ItemInventoryRet",
            "ItemInventoryAssemblyRet",
            "ItemOtherChargeRet",
        ),
    ),
    "terms": (List.TERMS, None),
    "classes": (List.CLASSES, None),
    "payment-methods": (List.PAYMENT_METHODS, None),
    "discounts": (List.ITEMS, ("ItemDiscountRet",)),
    "sales-tax": (List.ITEMS, ("ItemSalesTaxRet", "ItemSalesTaxGroupRet")),
}


def list_page(
    connection: Connection, name: str, *, limit: int, cursor: str | None = None
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of a list read from QuickBooks.

    :raises KeyError: if there is no list of this name.
    """
    into, types = LISTS[name]
    records = QuickBooksRecord.objects.filter(connection=connection, list=into).exclude(type="")
    if types is not None:
        records = records.filter(type__in=types)
    if cursor:
        records = records.filter(pk__gt=_cursor(cursor))
    page = list(records.order_by("pk")[: limit + 1])
    following = _write_cursor(page[limit - 1].pk) if len(page) > limit else None
    return [_list_shape(each) for each in page[:limit]], following


def _list_shape(record: QuickBooksRecord) -> dict[str, Any]:
    return {
        "quickbooks_id": record.list_id,
        "name": record.name,
        "full_name": record.full_name,
        "type": record.details.get("type") or record.type.removesuffix("Ret"),
        "percent": record.details.get("percent") or None,
        "active": record.is_active,
    }


def mapping_of(connection: Connection) -> dict[str, Any]:
    """Return the mapping, empty places filled with what is suggested."""
    return suggest_mapping(connection)


def plan_page(
    connection: Connection,
    *,
    limit: int,
    cursor: str | None = None,
    decision: str | None = None,
    kind: str | None = None,
) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the initial sync's plan."""
    rows = PlanRow.objects.filter(connection=connection)
    if decision:
        rows = rows.filter(decision=decision)
    if kind and kind in {Kind.CLIENT, Kind.ITEM}:
        rows = rows.filter(rank=RANK[Kind(kind)])
    if cursor:
        rows = rows.filter(pk__gt=_cursor(cursor))
    page = list(rows.select_related("theirs", "near").order_by("pk")[: limit + 1])
    following = _write_cursor(page[limit - 1].pk) if len(page) > limit else None
    return [plan_row_shape(each) for each in page[:limit]], following


def plan_counts(connection: Connection) -> dict[str, int]:
    """Return how many plan rows have each decision."""
    rows = PlanRow.objects.filter(connection=connection)
    return dict(rows.values_list("decision").annotate(number=Count("pk")))


def plan_row_shape(row: PlanRow) -> dict[str, Any]:
    """Return a plan row as the API shows it."""
    return {
        "id": str(row.guid),
        "kind": str(row.kind),
        "ours": {"id": str(row.record_guid), "name": row.record_name} if row.record_id else None,
        "theirs": _their_shape(row.theirs),
        "near": _their_shape(row.near),
        "decision": row.decision,
        "decided_by": row.decided_by or None,
        "name": row.new_name or None,
        "reason": row.reason,
    }


def _their_shape(record: QuickBooksRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "quickbooks_id": record.list_id,
        "name": record.name,
        "full_name": record.full_name,
    }


# --- Shapes ---


def _time(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None


def _write_cursor(key: int) -> str:
    return base64.urlsafe_b64encode(str(key).encode()).decode().rstrip("=")


def _cursor(text: str) -> int:
    try:
        decoded = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
        if decoded.isdigit() and len(decoded) < 19:
            return int(decoded)
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise Mistaken(_NO_CURSOR)
