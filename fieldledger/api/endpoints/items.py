"""/items and /tax-rates."""
# ruff: noqa: A002 - "id" is what the API calls it.

from typing import Final

from django.http import HttpResponse
from ninja import Query, Router

from fieldledger.api.access import ApiRequest
from fieldledger.api.problems import not_found
from fieldledger.api.queries import ItemQuery, PageQuery
from fieldledger.api.records import (
    RecordKind,
    answer_one,
    answer_page,
    create,
    create_bulk,
    new_values,
    patch,
    refusals,
)
from fieldledger.api.shapes import (
    BulkIn,
    BulkOut,
    ItemIn,
    ItemOut,
    ItemPage,
    ItemPatch,
    TaxRateIn,
    TaxRateOut,
    TaxRatePage,
)
from fieldledger.api.writing import answer, item_json, tax_rate_json
from fieldledger.office import queries
from fieldledger.office.fields import guid
from fieldledger.office.models import Item
from fieldledger.office.services import create_items, create_tax_rate, update_item
from fieldledger.sync.content import Kind

router = Router(tags=["Items and tax rates"])

ITEMS: Final = RecordKind(
    kind=Kind.ITEM,
    path="items",
    fields=frozenset(ItemIn.model_fields),
    rows=Item.objects.all,
    create_many=create_items,
    update=update_item,
    write=lambda item, block, _today: item_json(item, block),
)


@router.get("/items", response=ItemPage, operation_id="list_items")
def list_items(request: ApiRequest, query: Query[ItemQuery]) -> HttpResponse:
    """List items, newest first."""
    rows = queries.items(
        request.caller.business,
        q=query.q or "",
        archived=query.archived,
        kind=query.kind or "",
        external_id=query.external_id or "",
    )
    return answer_page(request, ITEMS, rows, query)


@router.post("/items", response={201: ItemOut}, operation_id="create_item")
def create_item(request: ApiRequest, body: ItemIn) -> HttpResponse:
    """Make an item. Its name is unique, whatever the case."""
    return create(request, ITEMS, body.named())


@router.post("/items/bulk", response=BulkOut, operation_id="create_items")
def create_items_in_bulk(request: ApiRequest, body: BulkIn) -> HttpResponse:
    """Make up to 500 items; each is made or refused by itself."""
    return create_bulk(request, ITEMS, body)


@router.get("/items/{id}", response=ItemOut, operation_id="get_item")
def get_item(request: ApiRequest, id: str) -> HttpResponse:
    """Read an item."""
    return answer_one(request, ITEMS, ITEMS.find(request, id))


@router.patch("/items/{id}", response=ItemOut, operation_id="change_item")
def change_item(request: ApiRequest, id: str, body: ItemPatch) -> HttpResponse:
    """Change what is named of an item; invoices keep what they said of it."""
    return patch(request, ITEMS, id, body.named())


@router.get("/tax-rates", response=TaxRatePage, operation_id="list_tax_rates")
def list_tax_rates(request: ApiRequest, query: Query[PageQuery]) -> HttpResponse:
    """List tax rates, newest first."""
    rows = queries.tax_rates(request.caller.business)
    page = queries.page_of(rows, cursor=query.cursor, limit=query.limit)
    written = [tax_rate_json(each) for each in page.results]
    return answer({"results": written, "next_cursor": page.next_cursor})


@router.post("/tax-rates", response={201: TaxRateOut}, operation_id="create_tax_rate")
def create_one_tax_rate(request: ApiRequest, body: TaxRateIn) -> HttpResponse:
    """Make a tax rate. It never changes: another percentage is another rate."""
    with refusals(Kind.ITEM):
        made = create_tax_rate(
            business=request.caller.business,
            values=new_values(body.named()),
            now=request.now,
            actor=request.caller.actor,
        )
    return answer(
        tax_rate_json(made), status=201, headers={"Location": f"/api/v1/tax-rates/{made.guid}"}
    )


@router.get("/tax-rates/{id}", response=TaxRateOut, operation_id="get_tax_rate")
def get_tax_rate(request: ApiRequest, id: str) -> HttpResponse:
    """Read a tax rate."""
    wanted = guid(id)
    rows = queries.tax_rates(request.caller.business)
    found = rows.filter(guid=wanted).first() if wanted else None
    if found is None:
        raise not_found("tax rate")
    return answer(tax_rate_json(found))
