"""/credit-memos and /refunds."""
# ruff: noqa: A002 - "id" is what the API calls it.

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from ninja import Query, Router

from fieldledger.accounts.models import Business
from fieldledger.api.access import ApiRequest
from fieldledger.api.credit_shapes import (
    ApplicationIn,
    CreditMemoIn,
    CreditMemoOut,
    CreditMemoPage,
    CreditMemoPatch,
    RefundIn,
    RefundOut,
    RefundPage,
)
from fieldledger.api.problems import invalid
from fieldledger.api.queries import CreditMemoQuery, RefundQuery
from fieldledger.api.records import (
    RecordKind,
    Values,
    act,
    answer_one,
    answer_page,
    create,
    narrowed,
    one_by_one,
    patch,
)
from fieldledger.api.writing import credit_json, refund_json
from fieldledger.office.fields import guid
from fieldledger.office.models import Credit, CreditApplication, CreditLine, Refund
from fieldledger.office.services import (
    Refused,
    apply_credit,
    create_credit,
    create_refund,
    update_credit,
    void_credit,
    void_refund,
)
from fieldledger.sync.content import Kind

router = Router(tags=["Credit memos and refunds"])


def _credits() -> "QuerySet[Credit]":
    lines = CreditLine.objects.select_related("item").order_by("credit_id", "position")
    rows = Credit.objects.select_related("client", "invoice", "tax_rate")
    applied = CreditApplication.objects.select_related("invoice").order_by("pk")
    return rows.prefetch_related(Prefetch("lines", lines), Prefetch("applications", applied))


def _refunds() -> "QuerySet[Refund]":
    return Refund.objects.select_related("credit__client")


def _create_refunds(
    *, business: Business, many: Sequence[Values], now: datetime, actor: str
) -> list[Refund]:
    made = []
    for each in many:
        values = dict(each)
        wanted = guid(values.pop("credit_memo", None))
        credit = Credit.objects.filter(business=business, guid=wanted).first() if wanted else None
        if credit is None:
            raise invalid({"credit_memo": ["There is no credit memo with this id."]})
        try:
            made.append(create_refund(credit=credit, values=values, now=now, actor=actor))
        except Refused as refused:
            errors = dict(refused.errors)
            if "credit" in errors:
                errors["credit_memo"] = errors.pop("credit")
            raise invalid(errors) from refused
    return made


CREDIT_MEMOS: Final = RecordKind(
    kind=Kind.CREDIT,
    path="credit-memos",
    fields=frozenset(CreditMemoIn.model_fields),
    rows=_credits,
    create_many=one_by_one(create_credit),
    update=update_credit,
    write=lambda credit, block, _today: credit_json(credit, block),
    name="credit memo",
)
REFUNDS: Final = RecordKind(
    kind=Kind.REFUND,
    path="refunds",
    fields=frozenset(RefundIn.model_fields),
    rows=_refunds,
    create_many=_create_refunds,
    update=None,
    write=lambda refund, block, _today: refund_json(refund, block),
)


@router.get("/credit-memos", response=CreditMemoPage, operation_id="list_credit_memos")
def list_credit_memos(request: ApiRequest, query: Query[CreditMemoQuery]) -> HttpResponse:
    """List credit memos, newest first."""
    rows = narrowed(
        CREDIT_MEMOS.of(request),
        ids={"client": query.client, "invoice": query.invoice},
        texts={"external_id": query.external_id, "number": query.number},
    )
    return answer_page(request, CREDIT_MEMOS, rows, query)


@router.post("/credit-memos", response={201: CreditMemoOut}, operation_id="create_credit_memo")
def create_credit_memo(request: ApiRequest, body: CreditMemoIn) -> HttpResponse:
    """Make a credit memo; without a number it gets the next free one of its own row, CM-1."""
    return create(request, CREDIT_MEMOS, body.named())


@router.get("/credit-memos/{id}", response=CreditMemoOut, operation_id="get_credit_memo")
def get_credit_memo(request: ApiRequest, id: str) -> HttpResponse:
    """Read a credit memo."""
    return answer_one(request, CREDIT_MEMOS, CREDIT_MEMOS.find(request, id))


@router.patch("/credit-memos/{id}", response=CreditMemoOut, operation_id="change_credit_memo")
def change_credit_memo(request: ApiRequest, id: str, body: CreditMemoPatch) -> HttpResponse:
    """Change what is named of a credit memo; it stays with its invoice."""
    return patch(request, CREDIT_MEMOS, id, body.named())


@router.post("/credit-memos/{id}/apply", response=CreditMemoOut, operation_id="apply_credit_memo")
def apply_credit_memo(request: ApiRequest, id: str, body: ApplicationIn) -> HttpResponse:
    """Let some of a credit memo go to an invoice of its client; 409 if it is void."""
    return act(request, CREDIT_MEMOS, id, apply_credit, body.named())


@router.post("/credit-memos/{id}/void", response=CreditMemoOut, operation_id="void_credit_memo")
def void_credit_memo(request: ApiRequest, id: str) -> HttpResponse:
    """Make a credit memo void; 409 while it has refunds that are not."""
    return act(request, CREDIT_MEMOS, id, void_credit)


@router.get("/refunds", response=RefundPage, operation_id="list_refunds")
def list_refunds(request: ApiRequest, query: Query[RefundQuery]) -> HttpResponse:
    """List refunds, newest first."""
    rows = narrowed(
        REFUNDS.of(request),
        ids={"credit": query.credit_memo},
        texts={"external_id": query.external_id},
    )
    return answer_page(request, REFUNDS, rows, query)


@router.post("/refunds", response={201: RefundOut}, operation_id="create_refund")
def create_one_refund(request: ApiRequest, body: RefundIn) -> HttpResponse:
    """Note what was paid back out of a credit memo, at most its balance."""
    return create(request, REFUNDS, body.named())


@router.get("/refunds/{id}", response=RefundOut, operation_id="get_refund")
def get_refund(request: ApiRequest, id: str) -> HttpResponse:
    """Read a refund."""
    return answer_one(request, REFUNDS, REFUNDS.find(request, id))


@router.post("/refunds/{id}/void", response=RefundOut, operation_id="void_refund")
def void_one_refund(request: ApiRequest, id: str) -> HttpResponse:
    """Make a refund void: its credit memo has the amount again."""
    return act(request, REFUNDS, id, void_refund)
