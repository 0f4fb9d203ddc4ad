"""A client or an item that stands in QuickBooks under another name, because its own is taken there.

The switch "Resolve future conflicts" lets such a record go by itself, as "John Smith – 2"; this
says so afterwards, and whose name it is.
"""

from dataclasses import dataclass

from fieldledger.quickbooks.clashes import OWNERS, Owner, owner_of
from fieldledger.quickbooks.models import Connection, SyncEntry
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.quickbooks.renaming import is_told_apart
from fieldledger.sync.content import Kind
from fieldledger.sync.naming import quickbooks_name


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldApart:
    """The name here, the one in QuickBooks, and who has ours there; None if nobody is known to."""

    name: str
    there: str
    owner: Owner | None


def stands_apart(entry: SyncEntry) -> bool:
    """Whether the record is in QuickBooks under a name that was chosen by itself."""
    return (
        entry.kind in NAME_MAX
        and bool(entry.quickbooks_id)
        and not entry.adopted
        and not entry.chosen_name
        and entry.quickbooks_name != entry.title
        and is_told_apart(entry)
    )


def told_apart_of(connection: Connection, entry: SyncEntry) -> ToldApart | None:
    """Return what to say of an entry's two names; None if it has one, or a person chose it."""
    if not stands_apart(entry):
        return None
    kind = Kind(entry.kind)
    plain = quickbooks_name(entry.title, limit=NAME_MAX[kind]).name
    owner = owner_of(connection, kind, plain, but=entry)
    # Of a name that was found taken on sending nobody knows more until the lists are read again.
    is_known = owner is not None and owner.called in OWNERS.values()
    return ToldApart(
        name=entry.title, there=entry.quickbooks_name, owner=owner if is_known else None
    )
