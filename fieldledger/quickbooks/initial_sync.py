"""The initial sync: decide for each record, let a person approve, then do exactly that.

Lists are read first, ours and theirs are matched, and one plan row a record says what will
happen to it and why. Nothing is written on either side before the plan is approved; with
`review` off it is approved by itself, and what only a person could decide is not linked.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from fieldledger.office.models import Client, Item
from fieldledger.office.services import BULK_MAX, Refused, create_clients, create_items
from fieldledger.quickbooks.choices import suggest_mapping
from fieldledger.quickbooks.entries import add_entries, recount, tell
from fieldledger.quickbooks.models import (
    RANK,
    Connection,
    PlanRow,
    QuickBooksRecord,
    Stage,
    SyncEntry,
)
from fieldledger.quickbooks.names import NAME_MAX, NAMED_BY_PERSON
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync.addressing import read_address
from fieldledger.sync.content import Kind, State
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

_IMPORTED_BY: Final = "import from QuickBooks"
_IMPORTABLE: Final = {
    "ItemServiceRet": "service",
    "ItemOtherChargeRet": "service",
    "ItemNonInventoryRet": "product",
    "ItemInventoryRet": "product",
    "ItemInventoryAssemblyRet": "product",
}


def lists_read(connection: Connection, *, now: datetime) -> None:
    """Go on with the set-up once everything has been read; the caller saves the connection."""
    connection.mapping = suggest_mapping(connection)
    if connection.stage == Stage.INITIAL_SYNC and connection.initial_started_at is None:
        make_plan(connection, now=now)
        if not connection.review:
            carry_out(connection, now=now, actor="without review")


def make_plan(connection: Connection, *, now: datetime) -> None:
    """Make the plan anew from what is here and there; the caller saves the connection."""
    PlanRow.objects.filter(connection=connection).delete()
    rows = [*_client_rows(connection), *_item_rows(connection)]
    PlanRow.objects.bulk_create(rows, batch_size=500)
    connection.plan_made_at = now


def _client_rows(connection: Connection) -> Iterable[PlanRow]:
    ours = [
        Ours(
            id=pk,
            name=name,
            email=email,
            phone=phone,
            archived=archived,
            marker=f"{{{guid}}}".upper(),
        )
        for pk, guid, name, email, phone, archived in Client.objects.filter(
            business_id=connection.business_id
        )
        .order_by("pk")
        .values_list("pk", "guid", "name", "email", "phone", "archived")
    ]
    records = {
        each.list_id: each
        for each in QuickBooksRecord.objects.filter(
            connection=connection, list=List.ENTITIES, type="CustomerRet"
        ).order_by("pk")
    }
    theirs = [
        _theirs(
            each,
            email=each.details.get("email", ""),
            phone=each.details.get("phone", "") or each.details.get("alt_phone", ""),
        )
        for each in records.values()
    ]
    found = match_clients(ours, theirs, Strategy(connection.client_matching))
    return _rows(connection, Kind.CLIENT, found, records, _guids(Client, connection))


def _item_rows(connection: Connection) -> Iterable[PlanRow]:
    ours = [
        Ours(id=pk, name=name, archived=archived, marker=f"{{{guid}}}".upper())
        for pk, guid, name, archived in Item.objects.filter(business_id=connection.business_id)
        .order_by("pk")
        .values_list("pk", "guid", "name", "archived")
    ]
    records = {
        each.list_id: each
        for each in QuickBooksRecord.objects.filter(
            connection=connection, list=List.ITEMS
        ).order_by("pk")
    }
    found = match_items(ours, [_theirs(each) for each in records.values()])
    return _rows(connection, Kind.ITEM, found, records, _guids(Item, connection))


def _theirs(record: QuickBooksRecord, *, email: str = "", phone: str = "") -> Theirs:
    return Theirs(
        list_id=record.list_id,
        name=record.name,
        full_name=record.full_name,
        type=record.type,
        email=email,
        phone=phone,
        sublevel=record.sublevel,
        active=record.is_active,
        marker=record.external_guid.upper(),
    )


def _guids(model: type[Client] | type[Item], connection: Connection) -> dict[int, Any]:
    rows = model._default_manager.filter(business_id=connection.business_id)  # noqa: SLF001 - Django's documented API.
    return dict(rows.values_list("pk", "guid"))


def _rows(
    connection: Connection,
    kind: Kind,
    found: Sequence[Found],
    records: dict[str, QuickBooksRecord],
    guids: dict[int, Any],
) -> Iterable[PlanRow]:
    taken = _names_taken(connection, kind)

    def row(
        ours: Ours | None, theirs: Theirs | None, decision: str, reason: str, name: str = ""
    ) -> PlanRow:
        pk = ours.id if ours is not None else None
        assert pk is None or isinstance(pk, int)
        return PlanRow(
            connection=connection,
            rank=RANK[kind],
            record_id=pk,
            record_guid=guids[pk] if pk is not None else None,
            record_name=ours.name[:255] if ours is not None else "",
            theirs=records[theirs.list_id] if theirs is not None else None,
            decision=decision,
            new_name=name,
            reason=reason,
        )

    for each in found:
        match each:
            case Link():
                yield row(each.ours, each.theirs, LINK, each.reason)
            case Ask():
                for place in range(max(len(each.ours), len(each.theirs))):
                    one = each.ours[place] if place < len(each.ours) else None
                    other = each.theirs[place] if place < len(each.theirs) else None
                    yield row(one, other, ASK, each.reason)
            case Alone(ours=Ours() as one):
                yield row(one, None, *_how_to_create(connection, kind, one, taken, each.reason))
            case Alone(theirs=Theirs() as other):
                decided = _how_to_import(connection, kind, other)
                if decided is not None:
                    yield row(None, other, *decided)


def _names_taken(connection: Connection, kind: Kind) -> set[str]:
    into = List.ENTITIES if kind == Kind.CLIENT else List.ITEMS
    return set(
        QuickBooksRecord.objects.filter(connection=connection, list=into, sublevel=0).values_list(
            "name_folded", flat=True
        )
    )


def _how_to_create(
    connection: Connection, kind: Kind, ours: Ours, taken: set[str], reason: str
) -> tuple[str, str, str]:
    resolves = (
        connection.resolve_client_conflicts
        if kind == Kind.CLIENT
        else connection.resolve_item_conflicts
    )
    limit = NAME_MAX[kind]
    try:
        plain = quickbooks_name(ours.name, limit=limit)
    except CannotBeSent as error:
        return CREATE_THERE, error.sentence, ""
    name = free_name(ours.name, taken, limit=limit) if resolves else plain.name
    taken.add(fold(name))
    if name != plain.name:
        return RENAME, f"The name is taken in QuickBooks; it goes there as “{name}”.", name
    if plain.changed:
        return CREATE_THERE, f"{reason} {' '.join(plain.changed)}", name
    return CREATE_THERE, reason, name


def _how_to_import(connection: Connection, kind: Kind, theirs: Theirs) -> tuple[str, str] | None:
    """Return what becomes of a record only QuickBooks has; None if nobody asked for the import."""
    if kind == Kind.CLIENT:
        if not connection.import_clients:
            return None
        if theirs.sublevel and connection.jobs == "skip":
            return SKIP, "A sub-customer (job) in QuickBooks; these are left out as chosen."
    else:
        if not connection.import_items:
            return None
        if theirs.type not in _IMPORTABLE:
            return SKIP, "QuickBooks uses it for sums, taxes or discounts; it is nothing sold."
    if not theirs.active and connection.inactive == "skip":
        return SKIP, "Inactive in QuickBooks; these are left out as chosen."
    return CREATE_HERE, "Only QuickBooks has it."


def carry_out(connection: Connection, *, now: datetime, actor: str) -> None:
    """Do what the plan says; from now on changes go by themselves. The caller saves."""
    rows = list(
        PlanRow.objects.filter(connection=connection).select_related("theirs").order_by("pk")
    )
    imported = {
        kind: _create_here(connection, kind, rows, now) for kind in (Kind.CLIENT, Kind.ITEM)
    }
    for kind, model in ((Kind.CLIENT, Client), (Kind.ITEM, Item)):
        records = list(
            model._default_manager.filter(business_id=connection.business_id).order_by("pk")  # noqa: SLF001
        )
        known = set(
            SyncEntry.objects.filter(connection=connection, rank=RANK[kind]).values_list(
                "record_id", flat=True
            )
        )
        fresh = [each for each in records if each.pk not in known]
        add_entries(connection, kind, fresh, now=now, actor=actor)
        _apply_rows(connection, kind, rows, imported[kind], now)
    recount(connection.pk)
    connection.refresh_from_db(fields=["active_count"])
    connection.plan_approved_at = connection.initial_started_at = now
    connection.initial_total = connection.active_count
    if connection.import_clients or connection.import_items:
        connection.import_used_at, connection.import_used_by = now, actor
    move_on(connection, now=now)


def _create_here(
    connection: Connection, kind: Kind, rows: Sequence[PlanRow], now: datetime
) -> dict[int, int]:
    """Make our records of theirs; return {plan row: primary key of ours}."""
    chosen = [
        each
        for each in rows
        if each.kind == kind
        and each.theirs is not None
        and (each.decision == CREATE_HERE or _left_open(connection, each))
    ]
    made: dict[int, int] = {}
    for start in range(0, len(chosen), BULK_MAX):
        part = chosen[start : start + BULK_MAX]
        values = [_values(kind, each.theirs) for each in part if each.theirs is not None]
        create = create_clients if kind == Kind.CLIENT else create_items
        results = create(business=connection.business, many=values, now=now, actor=_IMPORTED_BY)
        for row, result in zip(part, results, strict=True):
            if isinstance(result, Refused):
                row.reason = f"Could not be made here: {result}"
                if row.record_id is None:  # Else ours still goes there, under a free name.
                    row.decision = SKIP
                row.save(update_fields=["decision", "reason"])
            else:
                made[row.pk] = result.pk
    return made


def _left_open(connection: Connection, row: PlanRow) -> bool:
    """Whether theirs of an undecided pair is to be made here, like one that stands alone."""
    if row.decision != ASK or row.theirs is None:
        return False
    decided = _how_to_import(connection, Kind(row.kind), _theirs(row.theirs))
    return decided is not None and decided[0] == CREATE_HERE


# What may stand above the street in QuickBooks' addresses.
_NAMES: Final = ("company_name", "contact")


def _values(kind: Kind, record: QuickBooksRecord) -> dict[str, Any]:
    details = record.details
    if kind == Kind.ITEM:
        return {
            "name": record.full_name,
            "kind": _IMPORTABLE.get(record.type, "service"),
            "description": details.get("description", ""),
            "price": details.get("price") or "0",
            "cost": details.get("cost") or "0",
            "archived": not record.is_active,
        }
    values: dict[str, Any] = {
        "name": record.name,
        "company_name": details.get("company_name", ""),
        "first_name": details.get("first_name", ""),
        "last_name": details.get("last_name", ""),
        "email": details.get("email", ""),
        "phone": details.get("phone", ""),
        "notes": details.get("notes", ""),
        "archived": not record.is_active,
    }
    for key in ("billing", "service"):
        address = details.get(key)
        if not address:
            continue
        names = [record.name, *(details.get(each, "") for each in _NAMES)]
        read = read_address(**address, names=names)
        for part in ("line1", "line2", "city", "state", "postal_code", "country"):
            values[f"{key}_{part}"] = getattr(read, part)
    return values


_LINKED: Final = (
    "state",
    "synced_revision",
    "quickbooks_id",
    "quickbooks_type",
    "edit_sequence",
    "adopted",
    "two_sided",
    "quickbooks_name",
    "name_folded",
    "code",
    "message",
    "synced_at",
)


def _apply_rows(
    connection: Connection,
    kind: Kind,
    rows: Sequence[PlanRow],
    imported: dict[int, int],
    now: datetime,
) -> None:
    entries = {
        each.record_id: each
        for each in SyncEntry.objects.filter(connection=connection, rank=RANK[kind])
    }
    changed = []
    for row in rows:
        if row.kind != kind:
            continue
        # An undecided pair: theirs was made here, ours goes there under a free name.
        entry = entries.get(imported.get(row.pk) or row.record_id or 0)
        if entry is None:
            continue
        if row.pk in imported or row.decision == LINK:
            _link(entry, row, now)
        elif row.decision == SKIP:
            entry.state, entry.code = State.IGNORED, "skipped"
            entry.message = "Left out of the initial sync, as decided. Release sends it."
        elif row.decision == RENAME and row.new_name:
            entry.quickbooks_name, entry.name_folded = row.new_name, fold(row.new_name)
            entry.code = NAMED_BY_PERSON
        else:
            continue
        changed.append(entry)
    for start in range(0, len(changed), 500):
        part = changed[start : start + 500]
        update_many(
            SyncEntry,
            _LINKED,
            [(each.pk, *(getattr(each, column) for column in _LINKED)) for each in part],
        )
        tell(((each.pk, each.state, "", each.message) for each in part), now=now)


def _link(entry: SyncEntry, row: PlanRow, now: datetime) -> None:
    record = row.theirs
    assert record is not None, "only a row with theirs links"
    entry.state, entry.synced_revision, entry.synced_at = State.SYNCED, entry.record_revision, now
    entry.quickbooks_id, entry.quickbooks_type = record.list_id, record.type
    entry.edit_sequence = record.edit_sequence
    entry.adopted, entry.two_sided = True, bool(record.details.get("two_sided"))
    entry.quickbooks_name, entry.name_folded = record.name[:159], record.name_folded[:159]
    entry.code, entry.message = "linked", f"Linked with “{record.full_name}” in QuickBooks."


def move_on(connection: Connection, *, now: datetime) -> None:
    """Let the initial sync end once nothing is on its way any more; the caller saves."""
    if (
        connection.stage == Stage.INITIAL_SYNC
        and connection.initial_started_at is not None
        and not connection.active_count
    ):
        connection.stage = Stage.ONGOING
        connection.initial_completed_at = now
