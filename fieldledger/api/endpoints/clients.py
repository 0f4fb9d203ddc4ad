"""/clients."""
# ruff: noqa: A002 - "id" is what the API calls it.

from typing import Final

from django.http import HttpResponse
from ninja import Query, Router

from fieldledger.api.access import ApiRequest
from fieldledger.api.queries import ClientQuery
from fieldledger.api.records import (
    RecordKind,
    answer_one,
    answer_page,
    create,
    create_bulk,
    patch,
)
from fieldledger.api.shapes import BulkIn, BulkOut, ClientIn, ClientOut, ClientPage, ClientPatch
from fieldledger.api.writing import client_json
from fieldledger.office import queries
from fieldledger.office.models import Client
from fieldledger.office.services import create_clients, update_client
from fieldledger.sync.content import Kind

router = Router(tags=["Clients"])

CLIENTS: Final = RecordKind(
    kind=Kind.CLIENT,
    path="clients",
    fields=frozenset(ClientIn.model_fields),
    rows=Client.objects.all,
    create_many=create_clients,
    update=update_client,
    write=lambda client, block, _today: client_json(client, block),
)


@router.get("/clients", response=ClientPage, operation_id="list_clients")
def list_clients(request: ApiRequest, query: Query[ClientQuery]) -> HttpResponse:
    """List clients, newest first."""
    rows = queries.clients(
        request.caller.business,
        q=query.q or "",
        archived=query.archived,
        external_id=query.external_id or "",
    )
    return answer_page(request, CLIENTS, rows, query)


@router.post("/clients", response={201: ClientOut}, operation_id="create_client")
def create_client(request: ApiRequest, body: ClientIn) -> HttpResponse:
    """Make a client. Two clients may share a name."""
    return create(request, CLIENTS, body.named())


@router.post("/clients/bulk", response=BulkOut, operation_id="create_clients")
def create_clients_in_bulk(request: ApiRequest, body: BulkIn) -> HttpResponse:
    """Make up to 500 clients; each is made or refused by itself."""
    return create_bulk(request, CLIENTS, body)


@router.get("/clients/{id}", response=ClientOut, operation_id="get_client")
def get_client(request: ApiRequest, id: str) -> HttpResponse:
    """Read a client."""
    return answer_one(request, CLIENTS, CLIENTS.find(request, id))


@router.patch("/clients/{id}", response=ClientOut, operation_id="change_client")
def change_client(request: ApiRequest, id: str, body: ClientPatch) -> HttpResponse:
    """Change what is named of a client; null empties a field."""
    return patch(request, CLIENTS, id, body.named())
