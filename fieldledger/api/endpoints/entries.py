"""/quickbooks/entries: the sync log, and what a person can do with one of its rows."""
# ruff: noqa: A002 - "id" is what the API calls it.

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from ninja import Query, Router

from fieldledger.api.access import ApiRequest
from fieldledger.api.endpoints.quickbooks import connection, ids_in
from fieldledger.api.problems import Problem, invalid, not_found
from fieldledger.api.queries import EntryQuery, read_since
from fieldledger.api.quickbooks_shapes import (
    ConnectionOut,
    EntriesBulkIn,
    EntriesBulkOut,
    EntryDetail,
    EntryPage,
    MergeIn,
    RelinkIn,
    RenameIn,
)
from fieldledger.api.spelling import spelled
from fieldledger.api.texts import require_plain_text
from fieldledger.api.writing import answer
from fieldledger.office.fields import guid
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.models import SyncEntry
from fieldledger.quickbooks.three_columns import sides_shape

router = Router(tags=["Sync log"])


@router.get("/quickbooks/entries", response=EntryPage, operation_id="list_entries")
def list_entries(request: ApiRequest, query: Query[EntryQuery]) -> HttpResponse:
    """List the sync log, newest first."""
    since = read_since(query.since, time_zone=request.caller.business.time_zone)
    results, cursor = queries.entry_page(
        connection(request),
        state=query.state,
        kind=query.kind,
        q=query.q or "",
        since=since,
        limit=query.limit,
        cursor=query.cursor,
    )
    written = spelled(request, queries.entry_shapes(results))
    return answer({"results": written, "next_cursor": cursor})


@router.post("/quickbooks/entries/bulk", response=EntriesBulkOut, operation_id="act_on_entries")
def act_on_entries(request: ApiRequest, body: EntriesBulkIn) -> HttpResponse:
    """Retry, ignore, hold, release or accept many rows; each is done or refused by itself."""
    named = body.named()
    action, ids = named.get("action"), ids_in(named, "ids")
    if action not in services.ACTIONS:
        raise invalid({"action": [f"Must be one of: {', '.join(services.ACTIONS)}."]})
    wanted = [guid(each) for each in ids]
    done = _act(request, action, [each for each in wanted if each])
    return answer(
        {
            "results": [
                _result(given, done.get(each) if each else None)
                for given, each in zip(ids, wanted, strict=True)
            ]
        }
    )


@router.get("/quickbooks/entries/{id}", response=EntryDetail, operation_id="get_entry")
def get_entry(request: ApiRequest, id: str) -> HttpResponse:
    """Read a row of the sync log with its timeline."""
    return _answer_entry(request, _found(id))


@router.get("/entries/{id}", response=EntryDetail, operation_id="get_entry_by_id")
def get_entry_by_id(request: ApiRequest, id: str) -> HttpResponse:
    """Read a row of the sync log with its timeline; the same as under /quickbooks."""
    return _answer_entry(request, _found(id))


@router.post("/quickbooks/entries/{id}/retry", response=EntryDetail, operation_id="retry_entry")
def retry_entry(request: ApiRequest, id: str) -> HttpResponse:
    """Try again; after a doubt only QuickBooks' own answer counts."""
    return _act_on_one(request, id, "retry")


@router.post("/quickbooks/entries/{id}/ignore", response=EntryDetail, operation_id="ignore_entry")
def ignore_entry(request: ApiRequest, id: str) -> HttpResponse:
    """Never send this record."""
    return _act_on_one(request, id, "ignore")


@router.post("/quickbooks/entries/{id}/hold", response=EntryDetail, operation_id="hold_entry")
def hold_entry(request: ApiRequest, id: str) -> HttpResponse:
    """Do not send this record for now."""
    return _act_on_one(request, id, "hold")


@router.post("/quickbooks/entries/{id}/release", response=EntryDetail, operation_id="release_entry")
def release_entry(request: ApiRequest, id: str) -> HttpResponse:
    """Send a held or ignored record after all."""
    return _act_on_one(request, id, "release")


@router.post("/quickbooks/entries/{id}/accept", response=EntryDetail, operation_id="accept_entry")
def accept_entry(request: ApiRequest, id: str) -> HttpResponse:
    """Leave it as QuickBooks has it: a total that differs, or what somebody changed there."""
    return _act_on_one(request, id, "accept")


@router.post("/quickbooks/entries/{id}/look", response=EntryDetail, operation_id="look_at_entry")
def look_at_entry(request: ApiRequest, id: str) -> HttpResponse:
    """Read the record from QuickBooks in the next session; `sides` then says what it has."""
    entry = SyncEntry.objects.filter(connection=connection(request), guid=_found(id)).first()
    if entry is None:
        raise not_found("entry")
    actor = request.caller.actor
    services.look_now(connection(request), entry=entry, actor=actor, now=request.now)
    return _answer_entry(request, entry.guid)


@router.post("/quickbooks/look", response=ConnectionOut, operation_id="look_at_all")
def look_at_all(request: ApiRequest) -> HttpResponse:
    """Compare all that was sent with QuickBooks in the next session, by reading alone."""
    current = services.look_now(connection(request), actor=request.caller.actor, now=request.now)
    return answer(spelled(request, queries.status(current, now=request.now)))


@router.post("/quickbooks/entries/{id}/relink", response=EntryDetail, operation_id="relink_entry")
def relink_entry(request: ApiRequest, id: str, body: RelinkIn) -> HttpResponse:
    """Say which record in QuickBooks this one is."""
    quickbooks_id = require_plain_text(body.named()).get("quickbooks_id")
    if not isinstance(quickbooks_id, str) or not quickbooks_id:
        raise invalid({"quickbooks_id": ["The record in QuickBooks is missing."]})
    entry = _found(id)
    try:
        services.relink(
            connection(request),
            entry,
            quickbooks_id=quickbooks_id,
            actor=request.caller.actor,
            now=request.now,
        )
    except SyncEntry.DoesNotExist:
        raise not_found("entry") from None
    return _answer_entry(request, entry)


@router.post("/quickbooks/entries/{id}/rename", response=EntryDetail, operation_id="rename_entry")
def rename_entry(request: ApiRequest, id: str, body: RenameIn) -> HttpResponse:
    """Give a record whose name is taken in QuickBooks another one there."""
    named = require_plain_text(body.named())
    name, here_too = named.get("name"), named.get("here_too", False)
    if not isinstance(name, str) or not name:
        raise invalid({"name": ["Give the name to use in QuickBooks."]})
    if not isinstance(here_too, bool):
        raise invalid({"here_too": ["Must be true or false."]})
    entry = _found(id)
    try:
        services.rename(
            connection(request),
            entry,
            name=name,
            here_too=here_too,
            actor=request.caller.actor,
            now=request.now,
        )
    except SyncEntry.DoesNotExist:
        raise not_found("entry") from None
    return _answer_entry(request, entry)


@router.post("/quickbooks/entries/{id}/merge", response=EntryDetail, operation_id="merge_entry")
def merge_entry(request: ApiRequest, id: str, body: MergeIn) -> HttpResponse:
    """Make a client whose name is taken one with another; its invoices go over."""
    given = body.named().get("into")
    into = guid(given) if isinstance(given, str) else None
    if into is None:
        raise invalid({"into": ["Choose a client to merge with."]})
    entry = _found(id)
    try:
        services.merge(
            connection(request), entry, into=into, actor=request.caller.actor, now=request.now
        )
    except SyncEntry.DoesNotExist:
        raise not_found("entry") from None
    return _answer_entry(request, entry)


def _found(entry_id: str) -> UUID:
    wanted = guid(entry_id)
    if wanted is None:
        raise not_found("entry")
    return wanted


def _answer_entry(request: ApiRequest, entry: UUID) -> HttpResponse:
    try:
        detail = queries.entry_detail(connection(request), entry, with_raw=True)
        detail["sides"] = sides_shape(connection(request), entry)
    except SyncEntry.DoesNotExist:
        raise not_found("entry") from None
    return answer(spelled(request, detail))


def _act(request: ApiRequest, action: str, entries: list[UUID]) -> dict[UUID, Any]:
    results = services.act(
        connection(request),
        action=action,
        entries=entries,
        actor=request.caller.actor,
        now=request.now,
    )
    return {each.entry_guid: each for each in results}


def _act_on_one(request: ApiRequest, entry_id: str, action: str) -> HttpResponse:
    entry = _found(entry_id)
    if not SyncEntry.objects.filter(connection=connection(request), guid=entry).exists():
        raise not_found("entry")
    done = _act(request, action, [entry])[entry]
    if not done.done:
        raise Problem(409, spelled(request, done.reason))
    return _answer_entry(request, entry)


def _result(given: object, done: Any) -> dict[str, Any]:
    if done is None:
        return {"id": str(given), "result": "refused", "reason": "There is no entry with this id."}
    return {
        "id": str(given),
        "result": "done" if done.done else "refused",
        "reason": done.reason or None,
    }
