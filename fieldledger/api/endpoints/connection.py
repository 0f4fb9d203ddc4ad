"""/quickbooks/connection: computers, company files and absences, and what a person decides."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from ninja import Router

from fieldledger.api.access import ApiRequest
from fieldledger.api.connection_shapes import ComparisonOut, ComputersOut, DecisionIn
from fieldledger.api.endpoints.quickbooks import connection
from fieldledger.api.problems import invalid
from fieldledger.api.quickbooks_shapes import ConnectionOut
from fieldledger.api.spelling import spelled
from fieldledger.api.texts import require_plain_text
from fieldledger.api.writing import answer
from fieldledger.quickbooks import queries, seen, services
from fieldledger.quickbooks.models import Connection

router = Router(tags=["QuickBooks"])

# What each decision does, and the field of the body that it needs.
_DECISIONS: dict[str, tuple[Callable[..., Connection], str]] = {
    "relink": (services.relink_company, ""),
    "keep_file": (services.keep_file, "path"),
    "put_copy_aside": (services.put_copy_aside, ""),
    "hand_over": (services.hand_over, "computer"),
    "refuse": (services.refuse_computer, "computer"),
    "compare": (services.compare_first, ""),
    "hold_both": (services.hold_both, ""),
    "dismiss": (services.dismiss_notice, ""),
}
_EXPECTATIONS = {"expect": True, "expect_none": False}


@router.get("/quickbooks/computers", response=ComputersOut, operation_id="list_computers")
def list_computers(request: ApiRequest) -> HttpResponse:
    """List the computers whose Web Connector has called, and which one may sync."""
    return answer(seen.computers_shape(connection(request)))


@router.get("/quickbooks/comparison", response=ComparisonOut, operation_id="get_comparison")
def get_comparison(request: ApiRequest) -> HttpResponse:
    """Read what changed here and in QuickBooks during an absence, once it has been compared."""
    return answer(spelled(request, seen.comparison_shape(connection(request))))


@router.post("/quickbooks/decide", response=ConnectionOut, operation_id="decide")
def decide(request: ApiRequest, body: DecisionIn) -> HttpResponse:
    """Decide about the company file, a computer or an absence; 409 where nothing is to decide."""
    named = require_plain_text(body.named())
    decision = named.get("decision")
    who: dict[str, Any] = {"actor": request.caller.actor, "now": request.now}
    of = connection(request)
    if decision in _EXPECTATIONS:
        changed = services.expect_computer(of, expected=_EXPECTATIONS[decision], **who)
    elif decision in _DECISIONS:
        act, needs = _DECISIONS[decision]
        given = named.get(needs, "") if needs else ""
        if needs and (not isinstance(given, str) or not given):
            raise invalid({needs: ["Say which one."]})
        changed = act(of, **({needs: given} if needs else {}), **who)
    else:
        known = ", ".join([*_DECISIONS, *_EXPECTATIONS])
        raise invalid({"decision": [f"Must be one of: {known}."]})
    return answer(spelled(request, queries.status(changed, now=request.now)))
