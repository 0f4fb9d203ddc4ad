"""Finding a record of the business whose page is asked for, and its place in QuickBooks."""

from collections.abc import Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.http import Http404

from fieldledger.accounts.pages import PageRequest
from fieldledger.accounts.roles import Right, may
from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, Refund
from fieldledger.quickbooks import queries
from fieldledger.quickbooks.models import Connection
from fieldledger.sync.content import Kind

Found = TypeVar("Found", Client, Item, Invoice, Payment, Credit, Refund)


def the_record(model: type[Found], request: PageRequest, guid: UUID, *with_: str) -> Found:
    """Return the record of the asking person's business.

    :raises Http404: if there is none: another business's record looks like one that never was.
    """
    rows = model.objects.select_related(*with_) if with_ else model.objects.all()
    record = rows.filter(business=request.business, guid=guid).first()
    if record is None:
        raise Http404
    return record


def connection_in_use(request: PageRequest) -> Connection | None:
    """Return the business's connection if it is switched on and the person may see its state."""
    if not may(request.membership.role, Right.QUEUE):
        return None
    return Connection.objects.filter(business=request.business, enabled=True).first()


def with_quickbooks(
    request: PageRequest, kind: str, records: Sequence[Any], connection: Connection | None
) -> list[tuple[Any, dict[str, Any] | None]]:
    """Return each record with its `quickbooks` block; None without a connection in use."""
    if connection is None:
        return [(record, None) for record in records]
    blocks = queries.blocks(request.business, Kind(kind), records)
    return [(record, blocks[record.pk]) for record in records]
