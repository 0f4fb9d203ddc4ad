"""/deposits: money without an invoice, and which invoices it goes to."""
# ruff: noqa: A002 - "id" is what the API calls it.

from typing import Any, Final

from django.db.models import F, Prefetch, QuerySet
from django.http import HttpResponse
from ninja import Query, Router

from fieldledger.api.access import ApiRequest
from fieldledger.api.credit_shapes import (
    ApplicationIn,
    DepositIn,
    DepositOut,
    DepositPage,
    DepositPatch,
)
from fieldledger.api.queries import DepositQuery
from fieldledger.api.records import (
    RecordKind,
    act,
    answer_one,
    answer_page,
    create,
    narrowed,
    one_by_one,
    patch,
)
from fieldledger.api.writing import deposit_json
from fieldledger.office.models import Application, Payment
from fieldledger.office.services import (
    apply_deposit,
    create_deposit,
    update_payment,
    void_payment,
)
from fieldledger.sync.content import Kind

router = Router(tags=["Deposits"])


def _deposits() -> "QuerySet[Payment]":
    applied = Application.objects.select_related("invoice").order_by("pk")
    rows = Payment.objects.filter(client__isnull=False).select_related("invoice__client", "client")
    return rows.prefetch_related(Prefetch("applications", applied))


def _apply(*, payment: Payment, **doing: Any) -> Payment:
    return apply_deposit(deposit=payment, **doing)


DEPOSITS: Final = RecordKind(
    kind=Kind.PAYMENT,
    path="deposits",
    fields=frozenset(DepositIn.model_fields),
    rows=_deposits,
    create_many=one_by_one(create_deposit),
    update=update_payment,
    write=lambda deposit, block, _today: deposit_json(deposit, block),
    name="deposit",
)


@router.get("/deposits", response=DepositPage, operation_id="list_deposits")
def list_deposits(request: ApiRequest, query: Query[DepositQuery]) -> HttpResponse:
    """List deposits, newest first."""
    rows = narrowed(
        DEPOSITS.of(request),
        ids={"client": query.client},
        texts={"external_id": query.external_id},
    )
    if query.unapplied is not None:
        left = {"voided_at": None, "applied__lt": F("amount")}
        rows = rows.filter(**left) if query.unapplied else rows.exclude(**left)
    return answer_page(request, DEPOSITS, rows, query)


@router.post("/deposits", response={201: DepositOut}, operation_id="create_deposit")
def create_one_deposit(request: ApiRequest, body: DepositIn) -> HttpResponse:
    """Take money of a client without an invoice; it is kept until it is applied."""
    return create(request, DEPOSITS, body.named())


@router.get("/deposits/{id}", response=DepositOut, operation_id="get_deposit")
def get_deposit(request: ApiRequest, id: str) -> HttpResponse:
    """Read a deposit, and what of it goes to which invoice."""
    return answer_one(request, DEPOSITS, DEPOSITS.find(request, id))


@router.patch("/deposits/{id}", response=DepositOut, operation_id="change_deposit")
def change_deposit(request: ApiRequest, id: str, body: DepositPatch) -> HttpResponse:
    """Change what is named of a deposit."""
    return patch(request, DEPOSITS, id, body.named())


@router.post("/deposits/{id}/apply", response=DepositOut, operation_id="apply_deposit")
def apply_one_deposit(request: ApiRequest, id: str, body: ApplicationIn) -> HttpResponse:
    """Let some of a deposit go to an invoice of its client; 409 if it is void."""
    return act(request, DEPOSITS, id, _apply, body.named())


@router.post("/deposits/{id}/void", response=DepositOut, operation_id="void_deposit")
def void_one_deposit(request: ApiRequest, id: str) -> HttpResponse:
    """Make a deposit void: the invoices that it went to are owed again."""
    return act(request, DEPOSITS, id, void_payment)
