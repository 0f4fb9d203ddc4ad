"""What the initial sync is to do with each record, and why: matched, then decided row by row.

Both sides are held while they are matched as little more than names and contacts; rows are
written a batch at a time, so that a large company needs no memory of its own.
"""

from collections.abc import Iterator, MutableSet
from datetime import datetime
from itertools import islice
from typing import Any, Final

from fieldledger.office.models import Client, Item
from fieldledger.quickbooks.models import RANK, Connection, PlanRow, QuickBooksRecord
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.sync.content import Kind
from fieldledger.sync.matching import (
    Alone,
    Ask,
    Found,
    Link,
    Ours,
    Strategy,
    Theirs,
    match_clients,
    match_items,
)
from fieldledger.sync.naming import CannotBeSent, fold, free_name, quickbooks_name

List = QuickBooksRecord.List

LINK: Final = "link"
CREATE_THERE: Final = "create_in_quickbooks"
CREATE_HERE: Final = "create_here"
RENAME: Final = "rename"
SKIP: Final = "skip"
ASK: Final = "ask"
DECISIONS: Final = (LINK, CREATE_THERE, CREATE_HERE, RENAME, SKIP, ASK)

BATCH: Final = 500  # Rows.
LISTS: Final = {Kind.CLIENT: List.ENTITIES, Kind.ITEM: List.ITEMS}
# What can be imported, and what it becomes here.
IMPORTABLE: Final = {
    "ItemServiceRet": "service",
    "ItemOtherChargeRet": "service",
    "ItemNonInventoryRet": "product",
    "ItemInventoryRet": "product",
    "ItemInventoryAssemblyRet": "product",
}


def make_plan(connection: Connection, *, now: datetime) -> None:
    """Make the plan anew from what is here and there; the caller saves the connection."""
    PlanRow.objects.filter(connection=connection).delete()
    for kind in (Kind.CLIENT, Kind.ITEM):
        rows = _rows(connection, kind)
        while part := list(islice(rows, BATCH)):
            PlanRow.objects.bulk_create(part)
    connection.plan_made_at = now


def _rows(connection: Connection, kind: Kind) -> Iterator[PlanRow]:
    ours, guids = _ours(connection, kind)
    theirs, keys = _theirs(connection, kind)
    found: list[Found] = (
        match_clients(ours, theirs, Strategy(connection.client_matching))
        if kind == Kind.CLIENT
        else match_items(ours, theirs)
    )
    taken: set[str] = set(
        QuickBooksRecord.objects.filter(
            connection=connection, list=LISTS[kind], sublevel=0
        ).values_list("name_folded", flat=True)
    )

    def row(
        one: Ours | None, other: Theirs | None, decided: tuple[str, str, str], question: int = 0
    ) -> PlanRow:
        decision, reason, name = decided
        pk = one.id if one is not None else None
        assert pk is None or isinstance(pk, int)
        return PlanRow(
            connection=connection,
            rank=RANK[kind],
            record_id=pk,
            record_guid=guids[pk] if pk is not None else None,
            record_name=one.name[:255] if one is not None else "",
            theirs_id=keys[other.list_id] if other is not None else None,
            decision=decision,
            new_name=name,
            reason=reason,
            question=question,
        )

    def create(one: Ours, reason: str) -> PlanRow:
        return row(one, None, how_to_create(connection, kind, one.name, taken, reason))

    def take_over(other: Theirs, reason: str) -> PlanRow | None:
        decided = how_to_import(
            connection,
            kind,
            type_=other.type,
            sublevel=other.sublevel,
            is_active=other.active,
            reason=reason,
        )
        return row(None, other, (*decided, "")) if decided is not None else None

    for question, each in enumerate(found, start=1):
        match each:
            case Link():
                yield row(each.ours, each.theirs, (LINK, each.reason, ""))
            case Ask() if connection.review:
                for one, other in _side_by_side(each):
                    yield row(one, other, (ASK, each.reason, ""), question)
            case Ask():
                # Nobody is asked, so nothing is linked that may be wrong.
                reason = f"{each.reason} Nobody reviews the plan, so they are kept apart."
                yield from (create(one, reason) for one in each.ours)
                yield from filter(None, (take_over(other, reason) for other in each.theirs))
            case Alone(ours=Ours() as one):
                yield create(one, each.reason)
            case Alone(theirs=Theirs() as other):
                made = take_over(other, "Only QuickBooks has it.")
                if made is not None:
                    yield made


def _side_by_side(ask: Ask) -> Iterator[tuple[Ours | None, Theirs | None]]:
    """Pair what a question is about, equal names first; somebody has to be shown somewhere."""
    left = list(ask.theirs)
    pairs: list[tuple[Ours, Theirs | None]] = []
    for one in ask.ours:
        same = next((each for each in left if fold(each.name) == fold(one.name)), None)
        if same is not None:
            left.remove(same)
        pairs.append((one, same))
    for one, other in pairs:
        yield one, other if other is not None or not left else left.pop(0)
    yield from ((None, other) for other in left)


def _ours(connection: Connection, kind: Kind) -> tuple[list[Ours], dict[int, Any]]:
    """Return what is here, and {primary key: guid}."""
    ours: list[Ours] = []
    guids: dict[int, Any] = {}
    model: type[Client | Item] = Client if kind == Kind.CLIENT else Item
    contact = ("email", "phone") if kind == Kind.CLIENT else ()
    rows = (
        model._default_manager.filter(business_id=connection.business_id)  # noqa: SLF001 - Django's documented API.
        .order_by("pk")
        .values_list("pk", "guid", "name", "archived", *contact)
    )
    for pk, guid, name, archived, *contacts in rows.iterator():
        email, phone = contacts or ("", "")
        marker = f"{{{guid}}}".upper()
        ours.append(
            Ours(id=pk, name=name, email=email, phone=phone, archived=archived, marker=marker)
        )
        guids[pk] = guid
    return ours, guids


def _theirs(connection: Connection, kind: Kind) -> tuple[list[Theirs], dict[str, int]]:
    """Return what QuickBooks has, and {ListID: primary key}."""
    records = QuickBooksRecord.objects.filter(connection=connection, list=LISTS[kind])
    # What holds a name without being one of the list's records has no type.
    records = (
        records.filter(type="CustomerRet") if kind == Kind.CLIENT else records.exclude(type="")
    )
    theirs: list[Theirs] = []
    keys: dict[str, int] = {}
    columns = "pk", "list_id", "name", "full_name", "type", "sublevel", "is_active"
    rows = records.order_by("pk").values_list(*columns, "external_guid", "details")
    for pk, list_id, name, full_name, type_, sublevel, active, marker, details in rows.iterator():
        theirs.append(
            Theirs(
                list_id=list_id,
                name=name,
                full_name=full_name,
                type=type_,
                email=details.get("email", ""),
                phone=details.get("phone", "") or details.get("alt_phone", ""),
                sublevel=sublevel,
                active=active,
                marker=marker.upper(),
            )
        )
        keys[list_id] = pk
    return theirs, keys


def how_to_create(
    connection: Connection, kind: Kind, wanted: str, taken: MutableSet[str], reason: str
) -> tuple[str, str, str]:
    """Return (decision, reason, name there) of a record only we have; its name joins `taken`."""
    resolves = (
        connection.resolve_client_conflicts
        if kind == Kind.CLIENT
        else connection.resolve_item_conflicts
    )
    limit = NAME_MAX[kind]
    try:
        plain = quickbooks_name(wanted, limit=limit)
    except CannotBeSent as error:
        return CREATE_THERE, error.sentence, ""
    if not resolves and fold(plain.name) in taken:
        refused = (
            f"The name “{plain.name}” is taken there, and names are not changed by themselves:"
            " rename it or link it, or QuickBooks refuses it."
        )
        return CREATE_THERE, f"{reason} {refused}", plain.name
    name = free_name(wanted, taken, limit=limit) if resolves else plain.name
    taken.add(fold(name))
    changed = f" {' '.join(plain.changed)}" if plain.changed else ""
    if name != plain.name:
        why = f"The name is taken in QuickBooks; it goes there as “{name}”."
        return RENAME, f"{reason} {why}{changed}", name
    return CREATE_THERE, reason + changed, name


def how_to_import(
    connection: Connection, kind: Kind, *, type_: str, sublevel: int, is_active: bool, reason: str
) -> tuple[str, str] | None:
    """Return what becomes of a record only QuickBooks has; None if nobody asked for the import."""
    if kind == Kind.CLIENT:
        if not connection.import_clients:
            return None
        if sublevel and connection.jobs == "skip":
            return SKIP, "A sub-customer (job) in QuickBooks; these are left out as chosen."
    else:
        if not connection.import_items:
            return None
        if type_ not in IMPORTABLE:
            return SKIP, "QuickBooks uses it for sums, taxes or discounts; it is nothing sold."
    if not is_active:
        if connection.inactive == "skip":
            return SKIP, "Inactive in QuickBooks; these are left out as chosen."
        return CREATE_HERE, f"{reason} Inactive there, so it is archived here."
    if kind == Kind.CLIENT and sublevel:
        return CREATE_HERE, f"{reason} A sub-customer (job), made a client as chosen."
    return CREATE_HERE, reason
