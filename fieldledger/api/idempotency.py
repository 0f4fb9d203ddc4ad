"""A write that is sent twice is done once: the header Idempotency-Key.

The record of the key is written in the same transaction as what the request changes. So a crash
leaves both or neither, and of two requests with one key at the same moment the second waits in the
database until the first is answered, and then gets the first's answer.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from django.db import IntegrityError, transaction
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from fieldledger.accounts.models import Business
from fieldledger.api.models import KEY_LENGTH_MAX, IdempotencyRecord
from fieldledger.api.problems import Problem, invalid
from fieldledger.api.sealing import seal, unseal

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotency-Replayed"
KEPT_FOR: Final = timedelta(hours=48)

# An answer that ran the request; others (busy, our own fault) leave the key free to try again.
_KEPT_STATUSES: Final = frozenset({200, 201, 204, 404, 409, 422})
_KEPT_HEADERS: Final = ("Content-Type", "Location")
_KEY: Final = re.compile(rf"[\x21-\x7e][\x20-\x7e]{{0,{KEY_LENGTH_MAX - 1}}}")
_PRUNED_EVERY: Final = 50  # Keys.
_PRUNED_AT_ONCE: Final = 500


def answer_once(
    *,
    business: Business,
    key: str,
    request: str,
    digest: str,
    now: datetime,
    answer: Callable[[], HttpResponseBase],
) -> HttpResponseBase:
    """Return `answer()`, or the answer that it gave when this key was first used.

    `request` is method and path, `digest` tells the body.

    :raises Problem: 422 if the key is malformed or was used for another request or body.
    """
    if not _KEY.fullmatch(key):
        raise invalid(
            {HEADER: [f"The key must be 1 to {KEY_LENGTH_MAX} characters of plain ASCII."]}
        )
    with transaction.atomic():
        record, is_new = _claim(business=business, key=key, request=request, digest=digest, now=now)
        if not is_new:
            return _replay(record, request=request, digest=digest)
        response = answer()
        if response.status_code in _KEPT_STATUSES and isinstance(response, HttpResponse):
            _keep(record, response)
        else:
            transaction.set_rollback(True)
    if record.pk % _PRUNED_EVERY == 0:
        prune(now=now)
    return response


def prune(*, now: datetime) -> int:
    """Forget the oldest keys of more than 48 hours ago, a bounded number; return how many."""
    old = IdempotencyRecord.objects.filter(created_at__lt=now - KEPT_FOR)
    oldest = list(old.order_by("created_at").values_list("pk", flat=True)[:_PRUNED_AT_ONCE])
    if not oldest:
        return 0
    count, _ = IdempotencyRecord.objects.filter(pk__in=oldest).delete()
    return count


def _claim(
    *, business: Business, key: str, request: str, digest: str, now: datetime
) -> tuple[IdempotencyRecord, bool]:
    mine = IdempotencyRecord.objects.filter(business=business, key=key)
    if (found := mine.first()) is not None:
        return found, False
    try:
        with transaction.atomic():
            return IdempotencyRecord.objects.create(
                business=business, key=key, request=request, digest=digest, created_at=now
            ), True
    except IntegrityError:
        # Somebody came first and has been answered meanwhile: the insertion waited for that.
        return mine.get(), False


def _keep(record: IdempotencyRecord, response: HttpResponse) -> None:
    record.status = response.status_code
    record.headers = {name: response[name] for name in _KEPT_HEADERS if name in response}
    record.body = seal(response.content, bound_to=_bound_to(record))
    record.save(update_fields=["status", "headers", "body"])


def _replay(record: IdempotencyRecord, *, request: str, digest: str) -> HttpResponse:
    if record.request != request:
        raise invalid({HEADER: [f"This key was already used for {record.request}. Use a new key."]})
    if record.digest != digest:
        raise invalid({HEADER: ["This key was already used with another body. Use a new key."]})
    body = unseal(bytes(record.body), bound_to=_bound_to(record))
    if body is None:
        raise Problem(
            409,
            "This request was already done, but its answer can no longer be shown: it was kept"
            " under another sealing key. Look whether the record is there, and use a new key.",
        )
    response = HttpResponse(body, status=record.status, headers=dict(record.headers))
    response.headers[REPLAYED] = "true"
    return response


def _bound_to(record: IdempotencyRecord) -> str:
    return f"{record.business_id}|{record.key}"
