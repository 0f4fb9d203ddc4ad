"""A person says which record in QuickBooks one of ours is: for a wrong link, or a taken name."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.quickbooks.entries import adjust_active, lock, tell
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import (
    ACTIVE_STATES,
    RANK,
    Connection,
    QuickBooksRecord,
    SyncEntry,
)
from fieldledger.quickbooks.sending import release_waiters
from fieldledger.sync.content import Kind, State

LINKED_LISTS: Final = {
    Kind.CLIENT: QuickBooksRecord.List.ENTITIES,
    Kind.ITEM: QuickBooksRecord.List.ITEMS,
}
LINKED_TYPES: Final = {
    Kind.CLIENT: frozenset({"CustomerRet"}),
    Kind.ITEM: frozenset({"ItemServiceRet", "ItemNonInventoryRet", "ItemInventoryRet"}),
}


def relink(
    connection: Connection, entry_guid: UUID, *, quickbooks_id: str, actor: str, now: datetime
) -> SyncEntry:
    """Link a client or an item with the record of QuickBooks that has this ListID.

    Nothing is sent by it: what the record says there is left alone until ours is changed again.
    What waits for it goes on.

    :raises SyncEntry.DoesNotExist: if the connection has no such entry.
    :raises NotPossible: if the entry is no client or item, or is with QuickBooks right now.
    :raises Mistaken: if the lists read from QuickBooks have no such record, or it is another's.
    """
    with transaction.atomic():
        current = lock(connection.pk)
        entry = SyncEntry.objects.get(connection=current, guid=entry_guid)
        if entry.kind not in LINKED_LISTS:
            raise NotPossible(
                "Only clients and items are linked by hand. An invoice or a payment that is"
                " already in QuickBooks is found by its own mark: press Retry."
            )
        if entry.state in {State.SENDING, State.CHECKING}:
            raise NotPossible("It is with QuickBooks right now; its answer comes first.")
        record = _their_record(current, entry, quickbooks_id)
        was_active = entry.state in ACTIVE_STATES
        _link(entry, record, now)
        entry.save()
        adjust_active(current.pk, -int(was_active))
        tell([(entry.pk, entry.state, actor, entry.message)], now=now)
        release_waiters(current, [entry.pk], now)
        audit(
            business=current.business,
            actor=actor,
            action="relink sync entry",
            subject=str(entry.record_guid),
            details={"quickbooks_id": record.list_id},
            now=now,
        )
        return entry


def _their_record(connection: Connection, entry: SyncEntry, list_id: str) -> QuickBooksRecord:
    record = QuickBooksRecord.objects.filter(
        connection=connection,
        list=LINKED_LISTS[entry.kind],
        list_id=list_id,
        type__in=LINKED_TYPES[entry.kind],
    ).first()
    if record is None:
        raise Mistaken(
            {"quickbooks_id": [f"The lists read from QuickBooks hold no such {entry.kind}."]}
        )
    other = (
        SyncEntry.objects.filter(
            connection=connection, rank=RANK[entry.kind], quickbooks_id=record.list_id
        )
        .exclude(pk=entry.pk)
        .first()
    )
    if other is not None:
        raise Mistaken({"quickbooks_id": [f"It is linked with “{other.title}” already."]})
    return record


def _link(entry: SyncEntry, record: QuickBooksRecord, now: datetime) -> None:
    entry.state = State.SYNCED
    entry.wanted_revision = entry.synced_revision = entry.record_revision
    entry.synced_at = entry.updated_at = now
    entry.quickbooks_id, entry.quickbooks_type = record.list_id, record.type
    entry.edit_sequence, entry.written = record.edit_sequence, ""
    entry.adopted, entry.two_sided = True, bool(record.details.get("two_sided"))
    entry.quickbooks_name, entry.name_folded = record.name[:159], record.name_folded[:159]
    entry.chosen_name = ""
    entry.code, entry.said, entry.look_first = "linked", "", False
    entry.message = f"Linked with “{record.full_name}” in QuickBooks."
    entry.waiting_on = None
