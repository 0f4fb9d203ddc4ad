"""What a person can put right on the card of a refusal: the record's own fields, or its link.

Which fields those are follows from why the record stands. What is saved is sent with the next call.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from fieldledger.office.models import Client, Credit, Invoice, Item, Payment, Refund
from fieldledger.office.services import (
    Refused,
    update_client,
    update_credit,
    update_invoice,
    update_item,
    update_payment,
)
from fieldledger.quickbooks.asking import RETRY, act
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import RANK, Connection, QuickBooksRecord, SyncEntry
from fieldledger.quickbooks.relinking import LINKED_LISTS, LINKED_TYPES
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import fold

Record = Client | Item | Invoice | Payment | Credit | Refund
Fields = Mapping[Kind, tuple[str, ...]]

CANDIDATES_MAX: Final = 25
_WORDS_MAX: Final = 4
_WORD_LENGTH_MIN: Final = 3

_NAME: Final[Fields] = {Kind.CLIENT: ("name",), Kind.ITEM: ("name",)}
_ADDRESS: Final = (
    "billing_line1",
    "billing_line2",
    "billing_city",
    "billing_state",
    "billing_postal_code",
    "billing_country",
)
_NUMBER: Final[Fields] = {
    Kind.INVOICE: ("number",),
    Kind.PAYMENT: ("reference",),
    Kind.CREDIT: ("number",),
}
_DATE: Final[Fields] = dict.fromkeys((Kind.INVOICE, Kind.PAYMENT, Kind.CREDIT), ("date",))
# An invoice in a closed period is answered with the choices of closed_period.py.
_CLOSED: Final[Fields] = {Kind.PAYMENT: ("date",), Kind.CREDIT: ("date",)}
_AMOUNT: Final[Fields] = {Kind.ITEM: ("price",), Kind.PAYMENT: ("amount",)}
_TEXTS: Final[Fields] = {
    Kind.CLIENT: ("name", "company_name", "email", "phone", *_ADDRESS),
    Kind.ITEM: ("name", "description"),
    Kind.INVOICE: ("number", "memo"),
    Kind.PAYMENT: ("reference",),
    Kind.CREDIT: ("number", "reason"),
}
_FIELDS: Final[Mapping[str, Fields]] = {
    "blank_name": _NAME,
    "3090": _NAME,
    "number_missing": _NUMBER,
    "number_too_long": _NUMBER,
    "number_taken": _NUMBER,
    "number_changed": _NUMBER,
    "characters": _NUMBER,
    "closed_period": _CLOSED,
    "date_out_of_range": _DATE,
    "3020": _DATE,
    "3171": _CLOSED,
    "figure_too_large": _AMOUNT,
    "no_amount": _AMOUNT,
    "3210": _AMOUNT,
    "3205": {Kind.CLIENT: _ADDRESS},
    **dict.fromkeys(("cannot_be_written", "3070", "3080", "3150", "3190"), _TEXTS),
}
# Why a record stands whose counterpart in QuickBooks is to be found by a person.
_LOST: Final = frozenset(
    {"3000", "3120", "3240", "500", "gone", "deleted_in_quickbooks", "found_several"}
)
_MODELS: Final[Mapping[Kind, type[Record]]] = {
    Kind.CLIENT: Client,
    Kind.ITEM: Item,
    Kind.INVOICE: Invoice,
    Kind.PAYMENT: Payment,
    Kind.CREDIT: Credit,
    Kind.REFUND: Refund,
}
_STANDING: Final = frozenset({State.FAILED, State.GONE})


def fields_of(entry: SyncEntry) -> tuple[str, ...]:
    """Return the record's fields in which the reason may lie; () where it lies elsewhere."""
    if entry.state != State.FAILED:
        return ()
    return _FIELDS.get(entry.code, {}).get(entry.kind, ())


def record_of(connection: Connection, entry: SyncEntry) -> Record | None:
    """Return the record of ours that an entry is about."""
    model = _MODELS[entry.kind]
    found = model._default_manager.filter(  # noqa: SLF001 - Django's documented API.
        pk=entry.record_id, business_id=connection.business_id
    )
    return found.select_related("business").first()


def mend(
    connection: Connection, guid: UUID, *, values: Mapping[str, str], actor: str, now: datetime
) -> SyncEntry:
    """Write what was put right into the record and let it go with the next session.

    `values` are fields of fields_of by their names; others are not written.

    :raises SyncEntry.DoesNotExist: if the connection has no such entry.
    :raises NotPossible: if the entry does not stand for such a reason any more.
    :raises Mistaken: if a value cannot be.
    """
    with transaction.atomic():
        entry = SyncEntry.objects.get(connection=connection, guid=guid)
        names = fields_of(entry)
        record = record_of(connection, entry) if names else None
        if record is None:
            raise NotPossible("This is settled already: nothing has to be put right in it.")
        given = {name: values[name] for name in names if name in values}
        try:
            # The record first and the connection after it, as every change of a record does it.
            _update(record, given, actor=actor, now=now)
        except Refused as refused:
            raise Mistaken(refused.errors) from refused
        entry.refresh_from_db()
        if entry.state == State.FAILED:
            act(connection, action=RETRY, entries=[entry.guid], actor=actor, now=now)
            entry.refresh_from_db()
        return entry


def _update(record: Record, values: Mapping[str, str], *, actor: str, now: datetime) -> None:
    match record:
        case Client():
            update_client(client=record, values=values, now=now, actor=actor)
        case Item():
            update_item(item=record, values=values, now=now, actor=actor)
        case Invoice():
            update_invoice(invoice=record, values=values, now=now, actor=actor)
        case Payment():
            update_payment(payment=record, values=values, now=now, actor=actor)
        case Credit():
            update_credit(credit=record, values=values, now=now, actor=actor)


def can_be_picked(entry: SyncEntry) -> bool:
    """Return whether a person may say which record in QuickBooks this one is."""
    return entry.kind in LINKED_LISTS and entry.state in _STANDING and entry.code in _LOST


def candidates(connection: Connection, entry: SyncEntry) -> Sequence[QuickBooksRecord]:
    """Return records of the lists read that may be this one, those of its name first.

    Only such as nobody of ours is linked with.
    """
    name = fold(entry.quickbooks_name or entry.title)
    words = [each for each in name.split() if len(each) >= _WORD_LENGTH_MIN][:_WORDS_MAX]
    resembles = Q(name_folded=name)
    for word in words:
        resembles |= Q(name_folded__contains=word)
    linked = (
        SyncEntry.objects.filter(connection=connection, rank=RANK[entry.kind])
        .exclude(pk=entry.pk)
        .exclude(quickbooks_id="")
        .values("quickbooks_id")
    )
    found: Any = (
        QuickBooksRecord.objects.filter(
            resembles,
            connection=connection,
            list=LINKED_LISTS[entry.kind],
            type__in=LINKED_TYPES[entry.kind],
        )
        .exclude(list_id__in=linked)
        .order_by("name_folded", "pk")[:CANDIDATES_MAX]
    )
    return sorted(found, key=lambda each: each.name_folded != name)
