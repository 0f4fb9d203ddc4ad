"""What the initial sync is to do with each record, and why: matched, then decided row by row.

Both sides are held while they are matched as little more than names and contacts; rows are
written a batch at a time, so that a large company needs no memory of its own.
"""

from collections.abc import Hashable, Iterator, Mapping, MutableSet, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final
from uuid import UUID, uuid4

from fieldledger.office.models import Client, Item
from fieldledger.quickbooks.models import RANK, Connection, PlanRow, QuickBooksRecord
from fieldledger.quickbooks.names import NAME_MAX
from fieldledger.sync.contacts import dialled
from fieldledger.sync.content import Kind
from fieldledger.sync.matching import (
    SOLD,
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
from fieldledger.sync.near import Near, find_near

List = QuickBooksRecord.List

LINK: Final = "link"
CREATE_THERE: Final = "create_in_quickbooks"
CREATE_HERE: Final = "create_here"
RENAME: Final = "rename"
SKIP: Final = "skip"
ASK: Final = "ask"
DECISIONS: Final = (LINK, CREATE_THERE, CREATE_HERE, RENAME, SKIP, ASK)

BATCH: Final = 500  # Rows.
MODELS: Final[Mapping[Kind, type[Client] | type[Item]]] = {Kind.CLIENT: Client, Kind.ITEM: Item}
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
    """Make the plan anew from what is here and there; the caller saves the connection.

    A row about the same record keeps its id: a page or a program may hold it.
    """
    old = PlanRow.objects.filter(connection=connection)
    ids = {
        (rank, record_id, None if record_id else theirs_id): guid
        for rank, record_id, theirs_id, guid in old.values_list(
            "rank", "record_id", "theirs_id", "guid"
        ).iterator()
    }
    old.delete()
    for kind in (Kind.CLIENT, Kind.ITEM):
        rows = _rows(connection, kind, ids)
        while part := list(islice(rows, BATCH)):
            PlanRow.objects.bulk_create(part)
    connection.plan_made_at = now


# The rows' ids, by (rank, our record or None, theirs where there is none of ours).
_Ids = Mapping[tuple[int, int | None, int | None], UUID]


@dataclass(frozen=True, slots=True)
class Decided:
    """What a row of the plan says: what is done, why, and under which name there."""

    decision: str
    reason: str
    name: str = ""
    is_clash: bool = False  # The name it would go under is taken in QuickBooks.


class Taken(MutableSet[str]):
    """The names of one list in QuickBooks, folded, with the types of who holds them.

    The plan's own new names join it; they have no type.
    """

    def __init__(self, holders: dict[str, str]) -> None:
        self._holders = holders

    def holder(self, folded: str) -> str | None:
        """Return the type of who holds a name there ("VendorRet"); None if the plan gave it."""
        return self._holders.get(folded) or None

    def __contains__(self, folded: object) -> bool:
        return folded in self._holders

    def __iter__(self) -> Iterator[str]:
        return iter(self._holders)

    def __len__(self) -> int:
        return len(self._holders)

    def add(self, value: str) -> None:
        self._holders.setdefault(value, "")

    def discard(self, value: str) -> None:
        self._holders.pop(value, None)


@dataclass(slots=True)
class _Rows:
    """Makes the plan's rows of one kind."""

    connection: Connection
    kind: Kind
    ids: _Ids
    guids: Mapping[int, Any]
    keys: Mapping[str, int]
    taken: Taken
    near_ours: Mapping[Hashable, tuple[Theirs, Near]]
    near_theirs: Mapping[str, tuple[Ours, Near]]

    def row(
        self,
        one: Ours | None,
        other: Theirs | None,
        decided: Decided,
        question: int = 0,
        near: Theirs | None = None,
    ) -> PlanRow:
        pk = one.id if one is not None else None
        assert pk is None or isinstance(pk, int)
        rank = RANK[self.kind]
        theirs_id = self.keys[other.list_id] if other is not None else None
        return PlanRow(
            connection=self.connection,
            guid=self.ids.get((rank, pk, None if pk else theirs_id)) or uuid4(),
            rank=rank,
            record_id=pk,
            record_guid=self.guids[pk] if pk is not None else None,
            record_name=one.name[:255] if one is not None else "",
            theirs_id=theirs_id,
            near_id=self.keys[near.list_id] if near is not None else None,
            decision=decided.decision,
            new_name=decided.name,
            reason=decided.reason,
            is_clash=decided.is_clash,
            question=question,
        )

    def create(self, one: Ours, reason: str) -> PlanRow:
        other, near = self.near_ours.get(one.id, (None, None))
        if other is not None and near is not None:
            called = other.full_name or other.name
            reason = f"{reason} It may be “{called}” there: {_clause(near.reason)}"
        decided = how_to_create(self.connection, self.kind, one.name, self.taken, reason)
        return self.row(one, None, decided, near=other)

    def take_over(self, other: Theirs, reason: str) -> PlanRow | None:
        one, near = self.near_theirs.get(other.list_id, (None, None))
        if one is not None and near is not None:
            reason = f"{reason} It may be “{one.name}” here: {_clause(near.reason)}"
        decided = how_to_import(
            self.connection,
            self.kind,
            type_=other.type,
            full_name=other.full_name,
            sublevel=other.sublevel,
            is_active=other.active,
            reason=reason,
        )
        return self.row(None, other, decided) if decided is not None else None


def _clause(reason: str) -> str:
    return reason[:1].lower() + reason[1:]


def _rows(connection: Connection, kind: Kind, ids: _Ids) -> Iterator[PlanRow]:
    ours, guids = _ours(connection, kind)
    theirs, keys = _theirs(connection, kind)
    is_client = kind == Kind.CLIENT
    found: list[Found] = (
        match_clients(ours, theirs, Strategy(connection.client_matching))
        if is_client
        else match_items(ours, theirs)
    )
    holders = dict(
        QuickBooksRecord.objects.filter(
            connection=connection, list=LISTS[kind], sublevel=0
        ).values_list("name_folded", "type")
    )
    near_ours, near_theirs = _near(found) if is_client else ({}, {})
    rows = _Rows(connection, kind, ids, guids, keys, Taken(holders), near_ours, near_theirs)
    for question, each in enumerate(found, start=1):
        match each:
            case Link():
                yield rows.row(each.ours, each.theirs, Decided(LINK, each.reason))
            case Ask() if connection.review:
                for one, other in _side_by_side(each):
                    yield rows.row(one, other, Decided(ASK, _question(each, one, other)), question)
            case Ask():
                # Nobody is asked, so nothing is linked that may be wrong.
                reason = "Nobody reviews the plan, so they are kept apart."
                for one in each.ours:
                    yield rows.create(one, f"{_question(each, one, None)} {reason}")
                for other in each.theirs:
                    made = rows.take_over(other, f"{_question(each, None, other)} {reason}")
                    if made is not None:
                        yield made
            case Alone(ours=Ours() as one):
                yield rows.create(one, each.reason)
            case Alone(theirs=Theirs() as other):
                made = rows.take_over(other, "Only QuickBooks has it.")
                if made is not None:
                    yield made


def _near(
    found: Sequence[Found],
) -> tuple[dict[Hashable, tuple[Theirs, Near]], dict[str, tuple[Ours, Near]]]:
    """Return who may be the same among what was left alone, from either side."""
    ours = {each.ours.id: each.ours for each in found if isinstance(each, Alone) and each.ours}
    theirs = {
        each.theirs.list_id: each.theirs
        for each in found
        if isinstance(each, Alone) and each.theirs
    }
    near = find_near(ours.values(), theirs.values())
    of_theirs: dict[str, tuple[Ours, Near]] = {}
    for key, each in near.items():
        known = of_theirs.get(each.list_id)
        if known is None or known[1].weight < each.weight:
            of_theirs[each.list_id] = (ours[key], each)
    return {key: (theirs[each.list_id], each) for key, each in near.items()}, of_theirs


_PAIRS_TOLD: Final = 3


def _question(ask: Ask, one: Ours | None, other: Theirs | None) -> str:
    """Return what is asked, with what makes those in the row alike first."""
    if not ask.pairs:
        return ask.reason
    here = {each.id: each.name for each in ask.ours}
    there = {each.list_id: each.full_name or each.name for each in ask.theirs}
    own = (one.id if one is not None else None, other.list_id if other is not None else None)

    def distance(pair: tuple[Hashable, str]) -> int:
        return (pair[0] != own[0]) + (pair[1] != own[1])

    pairs = sorted(ask.pairs, key=distance)
    said = [
        f"“{here[pair[0]]}” here and “{there[pair[1]]}” there: {_clause(ask.pairs[pair])}"
        for pair in pairs[:_PAIRS_TOLD]
    ]
    if more := len(pairs) - len(said):
        said.append(f"And {more} more.")
    return " ".join([ask.reason, *said])


def _side_by_side(ask: Ask) -> Iterator[tuple[Ours | None, Theirs | None]]:
    """Pair what a question is about, the most alike first; somebody has to be shown somewhere."""
    left = {each.list_id: each for each in ask.theirs}
    pairs: dict[Hashable, Theirs] = {}
    by_name = {fold(each.name): each for each in reversed(ask.theirs)}
    for one in ask.ours:
        same = by_name.get(fold(one.name))
        if same is not None and same.list_id in left:
            pairs[one.id] = left.pop(same.list_id)
    for one_id, list_id in ask.pairs:
        if one_id not in pairs and list_id in left:
            pairs[one_id] = left.pop(list_id)
    for one in ask.ours:
        other = pairs.get(one.id)
        if other is None and left:
            other = left.pop(next(iter(left)))
        yield one, other
    yield from ((None, other) for other in left.values())


_COMPARED: Final = (
    "email",
    "phone",
    "company_name",
    "first_name",
    "last_name",
    "billing_line1",
    "service_line1",
)


def _ours(connection: Connection, kind: Kind) -> tuple[list[Ours], dict[int, Any]]:
    """Return what is here, and {primary key: guid}."""
    ours: list[Ours] = []
    guids: dict[int, Any] = {}
    model = MODELS[kind]
    contact = _COMPARED if kind == Kind.CLIENT else ()
    rows = (
        model._default_manager.filter(business_id=connection.business_id)  # noqa: SLF001 - Django's documented API.
        .order_by("pk")
        .values_list("pk", "guid", "name", "archived", *contact)
    )
    for pk, guid, name, archived, *more in rows.iterator():
        email, phone, company, first, last, *streets = more or ("",) * len(_COMPARED)
        ours.append(
            Ours(
                id=pk,
                name=name,
                email=email,
                phone=phone,
                archived=archived,
                marker=f"{{{guid}}}".upper(),
                company=company,
                person=f"{first} {last}".strip(),
                streets=tuple(dict.fromkeys(filter(None, streets))),
            )
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
                phone=details.get("phone", ""),
                alt_phone="; ".join(other_phones(details)),
                sublevel=sublevel,
                active=active,
                marker=marker.upper(),
                company=details.get("company_name", ""),
                person=f"{details.get('first_name', '')} {details.get('last_name', '')}".strip(),
                streets=tuple(streets_of(details)),
            )
        )
        keys[list_id] = pk
    return theirs, keys


def other_phones(details: Mapping[str, Any]) -> list[str]:
    """Return a customer's numbers beside the first: the second one, a mobile's."""
    ways = [text for _, text in details.get("ways", ()) if "@" not in text]
    return [each for each in (details.get("alt_phone", ""), *ways) if dialled(each)]


def streets_of(details: Mapping[str, Any]) -> list[str]:
    """Return the lines of a customer's addresses that begin with a house's number."""
    addresses = [details.get(each) or {} for each in ("billing", "service")]
    lines = [line for each in addresses for line in each.get("lines", ())]
    return list(dict.fromkeys(line for line in lines if line[:1].isdigit()))


def how_to_create(
    connection: Connection, kind: Kind, wanted: str, taken: Taken, reason: str
) -> Decided:
    """Return what becomes of a record only we have; the name it goes under joins `taken`."""
    resolves = (
        connection.resolve_client_conflicts
        if kind == Kind.CLIENT
        else connection.resolve_item_conflicts
    )
    limit = NAME_MAX[kind]
    try:
        plain = quickbooks_name(wanted, limit=limit)
    except CannotBeSent as error:
        return Decided(CREATE_THERE, error.sentence)
    by = _holder(kind, taken.holder(fold(plain.name)))
    if not resolves and fold(plain.name) in taken:
        refused = (
            f"The name “{plain.name}” is taken there{by}, and names are not changed by themselves:"
            " rename it or link it, or QuickBooks refuses it."
        )
        return Decided(CREATE_THERE, f"{reason} {refused}", plain.name, is_clash=True)
    name = free_name(wanted, taken, limit=limit) if resolves else plain.name
    taken.add(fold(name))
    changed = f" {' '.join(plain.changed)}" if plain.changed else ""
    if name != plain.name:
        why = f"The name is taken in QuickBooks{by}; it goes there as “{name}”."
        return Decided(RENAME, f"{reason} {why}{changed}", name, is_clash=True)
    return Decided(CREATE_THERE, reason + changed, name)


_HOLDERS: Final = {
    "CustomerRet": "a customer",
    "VendorRet": "a vendor",
    "EmployeeRet": "an employee",
    "OtherNameRet": "an other name",
}


def _holder(kind: Kind, type_: str | None) -> str:
    """Return who holds a name, as the end of a sentence's part."""
    if type_ is None:
        return f" by another {kind} of this plan"
    if kind == Kind.ITEM:
        words = SOLD.get(type_, "an item that is not sold")
        return f" by {words}"
    return f" by {_HOLDERS.get(type_, 'another record')}"


def how_to_import(
    connection: Connection,
    kind: Kind,
    *,
    type_: str,
    full_name: str,
    sublevel: int,
    is_active: bool,
    reason: str,
) -> Decided | None:
    """Return what becomes of a record only QuickBooks has; None if nobody asked for the import."""
    is_job = kind == Kind.CLIENT and sublevel > 0
    parent = full_name.rpartition(":")[0]
    if kind == Kind.CLIENT:
        if not connection.import_clients:
            return None
        if is_job and connection.jobs == "skip":
            return Decided(
                SKIP, f"A sub-customer (job) of “{parent}”; these are left out as chosen."
            )
    else:
        if not connection.import_items:
            return None
        if type_ not in IMPORTABLE:
            why = "QuickBooks uses it for sums, taxes or discounts; it is nothing sold."
            return Decided(SKIP, why)
    if not is_active and connection.inactive == "skip":
        return Decided(SKIP, "Inactive in QuickBooks; these are left out as chosen.")
    if is_job:
        reason += f" A sub-customer (job) of “{parent}”, made a client as chosen."
    if not is_active:
        reason += " Inactive there, so it is archived here."
    return Decided(CREATE_HERE, reason)
