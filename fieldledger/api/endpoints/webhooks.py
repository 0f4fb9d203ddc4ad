"""/webhooks."""
# ruff: noqa: A002 - "id" is what the API calls it.

from typing import Any

from django.http import HttpResponse
from ninja import Query, Router

from fieldledger.api.access import ApiRequest
from fieldledger.api.models import Webhook, WebhookDelivery
from fieldledger.api.problems import invalid, not_found
from fieldledger.api.queries import PageQuery, WebhookQuery
from fieldledger.api.shapes import (
    DeliveryPage,
    WebhookIn,
    WebhookMade,
    WebhookOut,
    WebhookPage,
)
from fieldledger.api.webhooks.subscriptions import add_webhook, remove_webhook
from fieldledger.api.writing import answer, time
from fieldledger.office.fields import guid
from fieldledger.office.queries import page_of

router = Router(tags=["Webhooks"])


@router.get("/webhooks", response=WebhookPage, operation_id="list_webhooks")
def list_webhooks(request: ApiRequest, query: Query[PageQuery]) -> HttpResponse:
    """List the addresses that are told of events, newest first."""
    rows = Webhook.objects.filter(business=request.caller.business)
    page = page_of(rows, cursor=query.cursor, limit=query.limit)
    return answer(
        {"results": [_written(each) for each in page.results], "next_cursor": page.next_cursor}
    )


@router.post("/webhooks", response={201: WebhookMade}, operation_id="create_webhook")
def create_webhook(request: ApiRequest, body: WebhookIn) -> HttpResponse:
    """Add an address. Its secret, which proves that a message is ours, is shown this once."""
    made, secret = add_webhook(
        business=request.caller.business,
        values=body.named(),
        actor=request.caller.actor,
        now=request.now,
    )
    return answer(
        _written(made) | {"secret": secret},
        status=201,
        headers={"Location": f"/api/v1/webhooks/{made.guid}"},
    )


@router.delete("/webhooks", response={204: None}, operation_id="delete_webhook_by_query")
def delete_webhook_by_query(request: ApiRequest, query: Query[WebhookQuery]) -> HttpResponse:
    """Remove an address, named by `?id=`; the same as under its own address."""
    if query.id is None:
        raise invalid({"id": ["Name the webhook: ?id=..."]})
    return _delete(request, query.id)


@router.get("/webhooks/{id}", response=WebhookOut, operation_id="get_webhook")
def get_webhook(request: ApiRequest, id: str) -> HttpResponse:
    """Read a webhook."""
    return answer(_written(_find(request, id)))


@router.delete("/webhooks/{id}", response={204: None}, operation_id="delete_webhook")
def delete_webhook(request: ApiRequest, id: str) -> HttpResponse:
    """Remove an address, and what it was still to be told."""
    return _delete(request, id)


@router.get("/webhooks/{id}/deliveries", response=DeliveryPage, operation_id="list_deliveries")
def list_deliveries(request: ApiRequest, id: str, query: Query[PageQuery]) -> HttpResponse:
    """List what a webhook was told in the last days, newest first, and what came of it."""
    rows = WebhookDelivery.objects.filter(webhook=_find(request, id))
    page = page_of(rows, cursor=query.cursor, limit=query.limit)
    written = [
        {
            "id": f"msg_{each.guid.hex}",
            "event": each.event,
            "created_at": time(each.created_at),
            "delivered_at": time(each.delivered_at),
            "next_try_at": time(each.due_at),
            "tries": each.tries,
            "last_status": each.last_status,
            "last_error": each.last_error or None,
        }
        for each in page.results
    ]
    return answer({"results": written, "next_cursor": page.next_cursor})


def _find(request: ApiRequest, webhook_id: str) -> Webhook:
    wanted = guid(webhook_id)
    rows = Webhook.objects.select_related("business").filter(business=request.caller.business)
    found = rows.filter(guid=wanted).first() if wanted else None
    if found is None:
        raise not_found("webhook")
    return found


def _delete(request: ApiRequest, webhook_id: str) -> HttpResponse:
    remove_webhook(_find(request, webhook_id), actor=request.caller.actor, now=request.now)
    return HttpResponse(status=204)


def _written(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": str(webhook.guid),
        "url": webhook.url,
        "events": webhook.events,
        "created_at": time(webhook.created_at),
    }
