"""Where it was chosen so, a name that was told apart in QuickBooks is changed here too (Z3).

It happens once QuickBooks has taken the name, in the transaction that notes so. What the record
says is then what QuickBooks has: nothing has to be sent for it.
"""

from datetime import datetime
from typing import Final

from django.db.models import F

from fieldledger.office.models import Client, Item
from fieldledger.office.services import Refused, update_client, update_item
from fieldledger.quickbooks.entries import adjust_active
from fieldledger.quickbooks.events import Moved
from fieldledger.quickbooks.models import RANK, Connection, SyncEntry
from fieldledger.quickbooks.names import NAME_MAX, is_form_of
from fieldledger.quickbooks.tables import select, table_of
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import CannotBeSent, quickbooks_name

_ACTOR: Final = "QuickBooks"
_IS_WANTED: Final = (
    f"SELECT 1 FROM {table_of(Connection)} WHERE rename_here"  # noqa: S608 - our own names.
    f" AND id = (SELECT connection_id FROM {table_of(SyncEntry)} WHERE id = %s)"
)


def rename_here(moved: Moved) -> None:
    """Call records here as they are called in QuickBooks, where a differentiator was added."""
    keys = [entry for entry, state in moved.entries if state == State.SYNCED]
    # Few offices want it, and every set of a drain asks: so the switch is read before the entries.
    if not keys or not select(_IS_WANTED, (keys[0],)):
        return
    entries = (
        SyncEntry.objects.filter(
            pk__in=keys,
            state=State.SYNCED,
            rank__in=(RANK[Kind.CLIENT], RANK[Kind.ITEM]),
            adopted=False,
            chosen_name="",
        )
        .exclude(quickbooks_name="")
        .exclude(quickbooks_name=F("title"))
    )
    for entry in entries:
        if is_told_apart(entry):
            _rename(entry, moved.at)


def is_told_apart(entry: SyncEntry) -> bool:
    """Whether an entry's name in QuickBooks is its own with a differentiator."""
    limit = NAME_MAX[entry.kind]
    try:
        name = quickbooks_name(entry.title, limit=limit).name
    except CannotBeSent:
        return False
    known = entry.quickbooks_name
    return known != name and is_form_of(known, name, limit=limit)


def _rename(entry: SyncEntry, now: datetime) -> None:
    """Change the record's name; one that somebody is changing right now keeps its own."""
    values = {"name": entry.quickbooks_name}
    try:
        if entry.kind == Kind.CLIENT:
            # Skipping a locked row: its writer waits for the connection, which is locked here.
            clients = Client.objects.select_for_update(of=["self"], no_key=True, skip_locked=True)
            client = clients.filter(pk=entry.record_id).first()
            if client is None or client.revision != entry.record_revision:
                return
            revision = update_client(client=client, values=values, now=now, actor=_ACTOR).revision
        else:
            items = Item.objects.select_for_update(of=["self"], no_key=True, skip_locked=True)
            item = items.filter(pk=entry.record_id).first()
            if item is None or item.revision != entry.record_revision:
                return
            revision = update_item(item=item, values=values, now=now, actor=_ACTOR).revision
    except Refused:
        return  # Another item here has that name; both names go on being shown.
    # The change has made the entry pending, though QuickBooks has just this name already.
    SyncEntry.objects.filter(pk=entry.pk).update(
        state=State.SYNCED,
        record_revision=revision,
        wanted_revision=revision,
        synced_revision=revision,
        code=entry.code,
        message=entry.message,
    )
    adjust_active(entry.connection_id, -1)
