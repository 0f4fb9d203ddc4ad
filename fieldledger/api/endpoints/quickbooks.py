"""/quickbooks: the set-up, the plan, the mapping, the switches."""
# ruff: noqa: A002 - "id" is what the API calls it.

from typing import Any

from django.http import HttpResponse
from ninja import Query, Router

from fieldledger.api.access import ApiRequest
from fieldledger.api.problems import Problem, invalid, not_found
from fieldledger.api.queries import PageQuery, PlanQuery
from fieldledger.api.quickbooks_shapes import (
    ConnectionOut,
    FeatureIn,
    ImportChoiceIn,
    ListPage,
    MappingIn,
    MappingOut,
    PasswordOut,
    PlanPage,
    PlanRowOut,
    PlanRowPatch,
    SettingsIn,
    SettingsOut,
    SyncIn,
    SyncOut,
)
from fieldledger.api.spelling import spelled
from fieldledger.api.texts import require_plain_text
from fieldledger.api.writing import answer
from fieldledger.office.fields import guid
from fieldledger.office.services import BULK_MAX
from fieldledger.qbwc.setup_file import FILE_NAME
from fieldledger.quickbooks import queries, services
from fieldledger.quickbooks.models import Connection, PlanRow

router = Router(tags=["QuickBooks"])


def connection(request: ApiRequest) -> Connection:
    """Return the caller's link to QuickBooks."""
    return services.connection_of(request.caller.business)


def _status(request: ApiRequest, of: Connection) -> HttpResponse:
    return answer(spelled(request, queries.status(of, now=request.now)))


def _who(request: ApiRequest) -> dict[str, Any]:
    return {"actor": request.caller.actor, "now": request.now}


@router.get("/quickbooks", response=ConnectionOut, operation_id="get_connection")
def get_connection(request: ApiRequest) -> HttpResponse:
    """Say where the link to QuickBooks stands."""
    return _status(request, connection(request))


@router.put("/quickbooks/feature", response=ConnectionOut, operation_id="switch_feature")
def switch_feature(request: ApiRequest, body: FeatureIn) -> HttpResponse:
    """Turn the Feature Center's switch; off keeps the queue."""
    enabled = body.named().get("enabled")
    if not isinstance(enabled, bool):
        raise invalid({"enabled": ["Must be true or false."]})
    return _status(
        request, services.set_enabled(connection(request), enabled=enabled, **_who(request))
    )


@router.get("/quickbooks/setup-file", operation_id="get_setup_file")
def get_setup_file(request: ApiRequest) -> HttpResponse:
    """Download the .qwc file for the Web Connector; its ids are the same every time."""
    base_url = f"{request.scheme}://{request.get_host()}"
    content = services.setup_file(connection(request), base_url=base_url, now=request.now)
    return HttpResponse(
        content,
        content_type="application/x-qwc",
        headers={"Content-Disposition": f'attachment; filename="{FILE_NAME}"'},
    )


@router.post("/quickbooks/password", response=PasswordOut, operation_id="make_password")
def make_password(request: ApiRequest) -> HttpResponse:
    """Make a new password for the Web Connector; it is shown this once."""
    made = services.new_password(connection(request), **_who(request))
    return answer({"username": made.username, "password": made.password})


@router.post("/quickbooks/next", response=ConnectionOut, operation_id="go_to_next_step")
def go_to_next_step(request: ApiRequest) -> HttpResponse:
    """Press the wizard's Next; 409 with the reason where it is not yet allowed."""
    return _status(request, services.go_next(connection(request), **_who(request)))


@router.put("/quickbooks/import-choice", response=ConnectionOut, operation_id="choose_import")
def choose_import(request: ApiRequest, body: ImportChoiceIn) -> HttpResponse:
    """Choose what is imported once; 409 once the import is used."""
    choice = require_plain_text(body.named())
    changed = services.choose_import(connection(request), choice=choice, **_who(request))
    return _status(request, changed)


@router.get("/quickbooks/settings", response=SettingsOut, operation_id="get_settings")
def get_settings(request: ApiRequest) -> HttpResponse:
    """Read the settings that can always be changed."""
    return answer(queries.settings_of(connection(request)))


@router.put("/quickbooks/settings", response=SettingsOut, operation_id="change_settings")
def change_settings(request: ApiRequest, body: SettingsIn) -> HttpResponse:
    """Change the settings that are named."""
    changes = require_plain_text(body.named())
    changed = services.save_settings(connection(request), changes=changes, **_who(request))
    return answer(queries.settings_of(changed))


@router.get("/quickbooks/mapping", response=MappingOut, operation_id="get_mapping")
def get_mapping(request: ApiRequest) -> HttpResponse:
    """Read which of QuickBooks' accounts, items and lists ours go to."""
    return answer(queries.mapping_of(connection(request)))


@router.put("/quickbooks/mapping", response=MappingOut, operation_id="change_mapping")
def change_mapping(request: ApiRequest, body: MappingIn) -> HttpResponse:
    """Change what is named of the mapping; the choices come from QuickBooks' lists."""
    changes = require_plain_text(body.named())
    changed = services.save_mapping(connection(request), changes=changes, **_who(request))
    return answer(queries.mapping_of(changed))


@router.get("/quickbooks/lists/{name}", response=ListPage, operation_id="get_list")
def get_list(request: ApiRequest, name: str, query: Query[PageQuery]) -> HttpResponse:
    """Read a list of QuickBooks: accounts, items, terms, payment-methods, sales-tax and so on."""
    if name not in queries.LISTS:
        raise Problem(404, f"There is no such list. There are: {', '.join(queries.LISTS)}.")
    results, cursor = queries.list_page(
        connection(request), name, limit=query.limit, cursor=query.cursor
    )
    return answer({"results": results, "next_cursor": cursor})


@router.get("/quickbooks/plan", response=PlanPage, operation_id="get_plan")
def get_plan(request: ApiRequest, query: Query[PlanQuery]) -> HttpResponse:
    """Read what the initial sync will do; rows appear once the lists are read."""
    results, cursor = queries.plan_page(
        connection(request),
        kind=query.kind,
        decision=query.decision,
        limit=query.limit,
        cursor=query.cursor,
    )
    return answer({"results": spelled(request, results), "next_cursor": cursor})


@router.patch("/quickbooks/plan/rows/{id}", response=PlanRowOut, operation_id="decide_plan_row")
def decide_plan_row(request: ApiRequest, id: str, body: PlanRowPatch) -> HttpResponse:
    """Decide a row of the plan otherwise."""
    named = require_plain_text(body.named())
    for name, value in named.items():
        if not isinstance(value, str) and not (value is None and name != "decision"):
            raise invalid({name: ["Must be text."]})
    if not named.get("decision"):
        raise invalid({"decision": ["The decision is missing."]})
    of, wanted = connection(request), guid(id)
    if wanted is None or not PlanRow.objects.filter(connection=of, guid=wanted).exists():
        raise not_found("row of the plan")
    row = services.decide_plan_row(of, wanted, **named, **_who(request))
    return answer(spelled(request, queries.plan_row_shape(row)))


@router.post("/quickbooks/plan/approve", response=ConnectionOut, operation_id="approve_plan")
def approve_plan(request: ApiRequest) -> HttpResponse:
    """Approve the plan: the initial sync then does what it says; 409 while rows still ask."""
    return _status(request, services.approve_plan(connection(request), **_who(request)))


@router.post("/quickbooks/sync", response=SyncOut, operation_id="sync")
def sync(request: ApiRequest, body: SyncIn) -> HttpResponse:
    """Sync to QuickBooks: invoices with their payments, payments, credit memos with refunds."""
    named = body.named()
    names = ("invoices", "payments", "credit_memos")
    invoices, payments, credit_memos = (ids_in(named, name) for name in names)
    results = services.sync(
        connection(request),
        invoices=[each for each in map(guid, invoices) if each],
        payments=[each for each in map(guid, payments) if each],
        credit_memos=[each for each in map(guid, credit_memos) if each],
        **_who(request),
    )
    written = [
        {
            "kind": str(each.kind),
            "id": str(each.guid),
            # What is held for approval is not queued: the contract knows three results.
            "result": "refused" if each.result == "held" else each.result,
            "reason": each.reason or None,
            "entry": each.entry_guid,
        }
        for each in results
    ]
    for kind, word, ids in (
        ("invoice", "invoice", invoices),
        ("payment", "payment", payments),
        ("credit", "credit memo", credit_memos),
    ):
        written += [_no_such(kind, word, each) for each in ids if guid(each) is None]
    return answer({"results": spelled(request, written)})


@router.post("/quickbooks/pause", response=ConnectionOut, operation_id="pause")
def pause(request: ApiRequest) -> HttpResponse:
    """Send nothing until resumed; the queue is kept."""
    return _status(request, services.pause(connection(request), **_who(request)))


@router.post("/quickbooks/resume", response=ConnectionOut, operation_id="resume")
def resume(request: ApiRequest) -> HttpResponse:
    """Go on; where `attention` asks for a person's yes, this is it."""
    return _status(request, services.resume(connection(request), **_who(request)))


@router.post("/quickbooks/disconnect", response=ConnectionOut, operation_id="disconnect")
def disconnect(request: ApiRequest) -> HttpResponse:
    """Switch off and end the password; links and queue are kept for coming back."""
    return _status(request, services.disconnect(connection(request), **_who(request)))


def ids_in(named: dict[str, Any], name: str) -> list[str]:
    """Return the list of ids that a body names; none where it names none.

    :raises Problem: 422 if it is no list of texts, or a list of more than 500.
    """
    ids = named.get(name)
    if ids is None:
        return []
    if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
        raise invalid({name: ["Must be a list of ids."]})
    if len(ids) > BULK_MAX:
        raise invalid({name: [f"At most {BULK_MAX} ids fit one request; this has {len(ids)}."]})
    return ids


def _no_such(kind: str, word: str, record_id: str) -> dict[str, Any]:
    reason = f"There is no such {word}."
    return {"kind": kind, "id": record_id, "result": "refused", "reason": reason, "entry": None}
