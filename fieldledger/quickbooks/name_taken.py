"""Another name for a record whose name is somebody else's in QuickBooks (3100)."""

from typing import Final
from uuid import uuid4

from fieldledger.quickbooks.entry_rows import EntryRow
from fieldledger.quickbooks.models import Connection, QuickBooksRecord
from fieldledger.sync.content import Kind, State

NAME_TRIES_MAX: Final = 12


def take_another_name(connection: Connection, entry: EntryRow) -> None:
    """Remember that a name is taken, and let the entry be sent with the next one; or stop it."""
    resolves = (
        connection.resolve_client_conflicts
        if entry.kind == Kind.CLIENT
        else connection.resolve_item_conflicts
    )
    if not resolves or entry.tries >= NAME_TRIES_MAX:
        entry.state = State.FAILED
        owner = (
            QuickBooksRecord.objects.filter(
                connection=connection, name_folded=entry.name_folded, sublevel=0
            )
            .exclude(type="")
            .first()
        )
        if owner is not None:
            what = owner.type.removesuffix("Ret").removeprefix("Item").lower() or "record"
            entry.message += f" In QuickBooks it is the name of a {what}."
        return
    # Somebody made it there since the lists were read: remember that it is taken, take the next.
    QuickBooksRecord.objects.create(
        connection=connection,
        list=QuickBooksRecord.List.ENTITIES
        if entry.kind == Kind.CLIENT
        else QuickBooksRecord.List.ITEMS,
        list_id=f"taken-{uuid4().hex[:24]}",
        type="",
        name=entry.quickbooks_name,
        full_name=entry.quickbooks_name,
        name_folded=entry.name_folded,
    )
    entry.rename("", "")
    entry.state = State.PENDING
