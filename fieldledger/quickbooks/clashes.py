"""A name that QuickBooks refused because it is taken (3100): who has it, and the ways out.

QuickBooks keeps one name space for customers, vendors, employees and other names, and one for
items of all types (OnTime360 help, "Duplicate names"). A person gives ours another name there,
says that both are the same, or makes one client of two; for many alike a differentiator will do.
"""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from fieldledger.accounts.services import audit
from fieldledger.office.models import Client, Item
from fieldledger.office.services import Refused, merge_clients, update_client, update_item
from fieldledger.quickbooks.entries import adjust_active, lock, tell
from fieldledger.quickbooks.errors import Mistaken, NotPossible
from fieldledger.quickbooks.models import RANK, Connection, QuickBooksRecord, SyncEntry
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.quickbooks.sending import release_waiters
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import CannotBeSent, fold, free_name, quickbooks_name

TAKEN: Final = "3100"  # The code of an entry whose name is somebody else's.
ALIKE_MAX: Final = 500  # Settled by one press.
_TWINS_MAX: Final = 5
_LISTS: Final = {
    Kind.CLIENT: QuickBooksRecord.List.ENTITIES,
    Kind.ITEM: QuickBooksRecord.List.ITEMS,
}
# Whose name it may be, in a person's words.
OWNERS: Final = {
    "CustomerRet": "customer",
    "VendorRet": "vendor",
    "EmployeeRet": "employee",
    "OtherNameRet": "other name",
    "ItemServiceRet": "service item",
    "ItemNonInventoryRet": "non-inventory item",
    "ItemInventoryRet": "inventory item",
    "ItemInventoryAssemblyRet": "inventory assembly",
    "ItemOtherChargeRet": "other charge",
    "ItemDiscountRet": "discount",
    "ItemPaymentRet": "payment item",
    "ItemSalesTaxRet": "sales tax item",
    "ItemSalesTaxGroupRet": "sales tax group",
    "ItemSubtotalRet": "subtotal",
    "ItemGroupRet": "item group",
    "ItemFixedAssetRet": "fixed asset",
}
_LINKED_WITH: Final = frozenset(
    {"CustomerRet", "ItemServiceRet", "ItemNonInventoryRet", "ItemInventoryRet"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who has the name in QuickBooks; `linked` is the title of ours that it is linked with."""

    quickbooks_id: str
    name: str
    called: str
    is_active: bool
    details: dict[str, Any]
    linked: str = ""
    can_be_linked: bool = False

    @property
    def called_with_article(self) -> str:
        """What it is, to be said in a sentence: "a vendor", "an employee"."""
        return f"{'an' if self.called[0] in 'aeiou' else 'a'} {self.called}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clash:
    """All that a person needs to decide; `owner` is None where the lists read do not hold it."""

    kind: Kind
    name: str
    record: Client | Item
    owner: Owner | None
    proposal: str
    limit: int
    twins: Sequence[Client]
    alike: int  # Other records of this kind in the same plight.
    is_there: bool  # Ours is in QuickBooks already, under another name.


def clash_of(connection: Connection, entry: SyncEntry) -> Clash | None:
    """Return what is known of a clash of names; None if the entry is in none."""
    if entry.state != State.FAILED or entry.code != TAKEN or entry.kind not in _LISTS:
        return None
    record = _record(entry)
    if record is None:
        return None
    name = entry.quickbooks_name or record.name
    owner = owner_of(connection, entry.kind, name, but=entry)
    same = SyncEntry.objects.filter(
        connection=connection, state=State.FAILED, code=TAKEN, rank=entry.rank
    )
    return Clash(
        kind=entry.kind,
        name=name,
        record=record,
        owner=owner,
        proposal=_proposal(connection, entry, record, name),
        limit=NAME_MAX[entry.kind],
        twins=_twins(connection, entry, record, owner),
        alike=same.exclude(pk=entry.pk).count(),
        is_there=bool(entry.quickbooks_id),
    )


def owner_of(
    connection: Connection, kind: Kind, name: str, *, but: SyncEntry | None = None
) -> Owner | None:
    """Return who has this name in QuickBooks, by the lists read from it; None if nobody has."""
    records = QuickBooksRecord.objects.filter(
        connection=connection, list=_LISTS[kind], name_folded=fold(name), sublevel=0
    )
    if but is not None and but.quickbooks_id:
        records = records.exclude(list_id=but.quickbooks_id)
    record = records.order_by("pk").first()
    if record is None:
        return _sent_by_us(connection, kind, name, but)
    linked = SyncEntry.objects.filter(
        connection=connection, rank=RANK[kind], quickbooks_id=record.list_id
    ).first()
    return Owner(
        quickbooks_id=record.list_id,
        name=record.full_name,
        called=OWNERS.get(record.type, "record"),
        is_active=record.is_active,
        details=record.details,
        linked=linked.title if linked is not None else "",
        can_be_linked=linked is None and record.type in _LINKED_WITH,
    )


def _sent_by_us(
    connection: Connection, kind: Kind, name: str, but: SyncEntry | None
) -> Owner | None:
    """Return who has the name where the lists were read before we sent it."""
    entries = SyncEntry.objects.filter(
        connection=connection, rank=RANK[kind], name_folded=fold(name)
    ).exclude(quickbooks_id="")
    entry = (entries if but is None else entries.exclude(pk=but.pk)).first()
    if entry is None:
        return None
    record = _record(entry)
    details: dict[str, Any] = {}
    if isinstance(record, Client):
        details = {"email": record.email, "phone": record.phone}
    return Owner(
        quickbooks_id=entry.quickbooks_id,
        name=entry.quickbooks_name,
        called=OWNERS.get(entry.quickbooks_type, "customer" if kind == Kind.CLIENT else "item"),
        is_active=True,
        details=details,
        linked=entry.title,
    )


def _record(entry: SyncEntry) -> Client | Item | None:
    if entry.kind == Kind.CLIENT:
        return Client.objects.filter(pk=entry.record_id).select_related("business").first()
    return Item.objects.filter(pk=entry.record_id).select_related("business").first()


def _twins(
    connection: Connection, entry: SyncEntry, record: Client | Item, owner: Owner | None
) -> list[Client]:
    """Return clients here that may be the same person: of that name, or linked with its owner."""
    if not isinstance(record, Client) or entry.quickbooks_id:
        return []
    clients = Client.objects.filter(business=record.business, archived=False).exclude(pk=record.pk)
    linked = []
    if owner is not None and owner.linked:
        linked = list(
            SyncEntry.objects.filter(
                connection=connection, rank=entry.rank, quickbooks_id=owner.quickbooks_id
            ).values_list("record_id", flat=True)
        )
    same = clients.filter(name__iexact=record.name).exclude(pk__in=linked).order_by("pk")
    return [*clients.filter(pk__in=linked), *same][:_TWINS_MAX]


def _proposal(connection: Connection, entry: SyncEntry, record: Client | Item, name: str) -> str:
    """Return a name that tells ours apart: with its street, its phone's end, or a number."""
    limit = NAME_MAX[entry.kind]
    is_taken = _taken(connection, entry, name)
    if isinstance(record, Client):
        street = record.service_line1 or record.billing_line1
        digits = "".join(each for each in record.phone if each.isdigit())
        for more in (street, digits[-4:]):
            candidate = f"{name} – {more}"
            if more and len(candidate) <= limit and not is_taken(candidate):
                return quickbooks_name(candidate, limit=limit).name
    return free_name(name, _Taken(is_taken), limit=limit)


def _taken(connection: Connection, entry: SyncEntry, clashing: str = "") -> Callable[[str], bool]:
    """Return what says whether a name is somebody else's, there or on its way there.

    The `clashing` one is, also where the lists were read before its owner came.
    """

    def is_taken(name: str) -> bool:
        folded = fold(name)
        if clashing and folded == fold(clashing):
            return True
        there = QuickBooksRecord.objects.filter(
            connection=connection, list=_LISTS[entry.kind], name_folded=folded, sublevel=0
        )
        if entry.quickbooks_id:
            there = there.exclude(list_id=entry.quickbooks_id)
        ours = SyncEntry.objects.filter(
            connection=connection, rank=entry.rank, name_folded=folded
        ).exclude(state=State.CANCELLED)
        return there.exists() or ours.exclude(pk=entry.pk).exists()

    return is_taken


class _Taken(AbstractSet[str]):
    """The taken names as a set that asks the database: free_name looks a few up."""

    def __init__(self, is_taken: Callable[[str], bool]) -> None:
        self._is_taken = is_taken

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and self._is_taken(name)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def rename(
    connection: Connection,
    entry_guid: UUID,
    *,
    name: str,
    here_too: bool,
    actor: str,
    now: datetime,
) -> SyncEntry:
    """Let ours go to QuickBooks under `name`; with `here_too` it is called so here as well.

    :raises SyncEntry.DoesNotExist: if the connection has no such entry.
    :raises NotPossible: if the entry's name does not clash any more.
    :raises Mistaken: if QuickBooks cannot hold the name, or somebody has it too.
    """
    with transaction.atomic():
        current = lock(connection.pk)
        entry = _clashing(current, entry_guid)
        chosen = _checked(current, entry, name)
        if here_too:
            _rename_here(entry, chosen, actor=actor, now=now)
            entry.refresh_from_db()
        _let_go(current, [entry], {entry.pk: chosen}, actor=actor, now=now)
        _note(current, entry, "rename for QuickBooks", actor, now, name=chosen, here=here_too)
        return entry


def tell_all_apart(connection: Connection, kind: Kind, *, actor: str, now: datetime) -> int:
    """Give all records of this kind whose names clash a differentiator; return how many."""
    with transaction.atomic():
        current = lock(connection.pk)
        entries = list(
            SyncEntry.objects.filter(
                connection=current, state=State.FAILED, code=TAKEN, rank=RANK[kind]
            ).order_by("pk")[:ALIKE_MAX]
        )
        names: dict[int, str] = {}
        given: set[str] = set()
        for entry in entries:
            base = entry.quickbooks_name or entry.title
            is_taken = _taken(current, entry, base)

            def is_used(name: str, ask: Callable[[str], bool] = is_taken) -> bool:
                return fold(name) in given or ask(name)

            names[entry.pk] = free_name(base, _Taken(is_used), limit=NAME_MAX[kind])
            given.add(fold(names[entry.pk]))
        _let_go(current, entries, names, actor=actor, now=now)
        if entries:
            _note(current, entries[0], "tell names apart", actor, now, number=len(entries))
        return len(entries)


def merge(
    connection: Connection, entry_guid: UUID, *, into: UUID, actor: str, now: datetime
) -> Client:
    """Make the clashing client one with another of ours, which stays; return that one.

    What the clashing one has, invoices and payments, goes over; it is archived, and never sent.
    Invoices that waited for it go on with the other.

    :raises SyncEntry.DoesNotExist: if the connection has no such entry.
    :raises NotPossible: if the entry's name does not clash any more, or it is in QuickBooks.
    :raises Mistaken: if there is no such client.
    """
    with transaction.atomic():
        # The records first and the connection after them, as every change of a record does it.
        found = SyncEntry.objects.get(connection=connection, guid=entry_guid)
        if found.kind != Kind.CLIENT or found.quickbooks_id:
            raise NotPossible("Only clients that are not in QuickBooks yet can be merged here.")
        clients = Client.objects.filter(business_id=connection.business_id)
        keep = clients.filter(guid=into, archived=False).select_related("business").first()
        drop = clients.filter(pk=found.record_id).select_related("business").first()
        if keep is None or drop is None:
            raise Mistaken({"into": ["Choose a client to merge with."]})
        _clashing(connection, entry_guid)
        try:
            merged = merge_clients(
                business=keep.business, keep=keep, drop=drop, now=now, actor=actor
            )
        except Refused as refused:
            raise Mistaken(refused.errors) from refused
        current = lock(connection.pk)
        entry = SyncEntry.objects.get(connection=current, guid=entry_guid)
        was_active = entry.state == State.PENDING
        entry.state, entry.code, entry.said = State.IGNORED, "merged", ""
        entry.message = f"Merged into “{merged.client.name}”; it is not sent by itself."
        entry.quickbooks_name = entry.name_folded = entry.chosen_name = ""
        entry.updated_at = now
        entry.save()
        adjust_active(current.pk, -int(was_active))
        tell([(entry.pk, entry.state, actor, entry.message)], now=now)
        release_waiters(current, [entry.pk], now)
        return merged.client


def _clashing(connection: Connection, entry_guid: UUID) -> SyncEntry:
    entry = SyncEntry.objects.get(connection=connection, guid=entry_guid)
    if entry.state != State.FAILED or entry.code != TAKEN or entry.kind not in _LISTS:
        raise NotPossible("This is settled already: its name does not clash any more.")
    return entry


def _checked(connection: Connection, entry: SyncEntry, name: str) -> str:
    limit = NAME_MAX[entry.kind]
    try:
        held = quickbooks_name(name, limit=limit)
    except CannotBeSent as error:
        raise Mistaken({"name": ["Give the name to use in QuickBooks."]}) from error
    if held.changed:
        raise Mistaken({"name": [f"{' '.join(held.changed)} It would be “{held.name}”."]})
    if _taken(connection, entry)(held.name):
        owner = owner_of(connection, entry.kind, held.name, but=entry)
        whose = f"by the {owner.called} “{owner.name}”" if owner else "by another of yours"
        raise Mistaken({"name": [f"“{held.name}” is taken too, {whose}."]})
    return held.name


def _rename_here(entry: SyncEntry, name: str, *, actor: str, now: datetime) -> None:
    record = _record(entry)
    try:
        if isinstance(record, Client):
            update_client(client=record, values={"name": name}, now=now, actor=actor)
        elif isinstance(record, Item):
            update_item(item=record, values={"name": name}, now=now, actor=actor)
    except Refused as refused:
        raise Mistaken(refused.errors) from refused


def _let_go(
    connection: Connection,
    entries: Sequence[SyncEntry],
    names: dict[int, str],
    *,
    actor: str,
    now: datetime,
) -> None:
    """Let the entries go with the next session, each under its name."""
    woken = 0
    for entry in entries:
        woken += entry.state != State.PENDING
        name = names[entry.pk]
        entry.state, entry.code, entry.said = State.PENDING, "", ""
        entry.message = f"Goes to QuickBooks as “{name}”."
        entry.chosen_name = entry.quickbooks_name = name
        entry.name_folded = fold(name)
        entry.tried_in, entry.queued_at, entry.updated_at = 0, now, now
        entry.save()
    adjust_active(connection.pk, woken)
    tell([(each.pk, each.state, actor, each.message) for each in entries], now=now)


def _note(
    connection: Connection, entry: SyncEntry, action: str, actor: str, now: datetime, **more: Any
) -> None:
    audit(
        business=connection.business,
        actor=actor,
        action=action,
        subject=str(entry.record_guid),
        details=more,
        now=now,
    )
