"""The initial sync: let a person approve the plan, then do exactly that.

Nothing is written on either side before the plan is approved; with `review` off it is approved by
itself, and what only a person could decide is not linked (planning.py).

The plan is carried out in bites: each is one transaction with the place it came to, so a program
that dies in the middle goes on behind the last whole one. The first is taken with the approval,
the others by the Web Connector's calls; nothing goes to QuickBooks before the last.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db.models import Exists, OuterRef

from fieldledger.office.models import Client, Item
from fieldledger.quickbooks import watching
from fieldledger.quickbooks.choices import suggest_mapping
from fieldledger.quickbooks.entries import add_entries, recount, tell
from fieldledger.quickbooks.importing import create_here, tax_codes
from fieldledger.quickbooks.models import RANK, Connection, PlanRow, Stage, SyncEntry
from fieldledger.quickbooks.names import NAME_MAX, NAMED_BY_PERSON, is_form_of
from fieldledger.quickbooks.plan_renewal import renew_plan
from fieldledger.quickbooks.planning import (
    BATCH,
    CREATE_HERE,
    CREATE_THERE,
    LINK,
    MODELS,
    RENAME,
    SKIP,
)
from fieldledger.quickbooks.tables import update_many
from fieldledger.sync.content import Kind, State
from fieldledger.sync.naming import fold, quickbooks_name

BITE: Final = 2000  # Rows of the plan in one transaction: two or three seconds.


def lists_read(connection: Connection, *, now: datetime) -> None:
    """Go on with the set-up once everything has been read; the caller saves the connection."""
    connection.mapping = suggest_mapping(connection)
    if connection.stage == Stage.INITIAL_SYNC and connection.initial_started_at is None:
        renew_plan(connection, now=now)
        if not connection.review:
            carry_out(connection, now=now)


def carry_out(connection: Connection, *, now: datetime) -> None:
    """Begin to do what the plan says. The caller saves."""
    connection.plan_approved_at = connection.initial_started_at = now
    connection.is_carrying, connection.carried_to = True, 0
    carry_on(connection, now=now)


def carry_on(connection: Connection, *, now: datetime) -> None:
    """Do the next bite of the plan; with the last, changes go by themselves. The caller saves."""
    for _ in range(BITE // BATCH):
        rows = list(
            PlanRow.objects.filter(connection=connection, pk__gt=connection.carried_to)
            .select_related("theirs")
            .order_by("pk")[:BATCH]
        )
        if not rows:
            break
        for kind in MODELS:
            _carry(connection, kind, [each for each in rows if each.kind == kind], now=now)
        connection.carried_to = rows[-1].pk
    if not rows_left(connection):
        for kind in MODELS:
            _carry_later(connection, kind, now=now)
        connection.is_carrying = False
    recount(connection.pk)
    connection.refresh_from_db(fields=["active_count"])
    connection.initial_total = connection.active_count
    move_on(connection, now=now)


def rows_left(connection: Connection) -> int:
    """Return how many rows of the plan are still to be carried out."""
    return PlanRow.objects.filter(connection=connection, pk__gt=connection.carried_to).count()


def _carry(connection: Connection, kind: Kind, rows: Sequence[PlanRow], *, now: datetime) -> None:
    _note_gone([each for each in rows if each.decision in {LINK, CREATE_HERE}])
    chosen = [each for each in rows if each.decision == CREATE_HERE]
    made = create_here(connection, kind, chosen, tax_codes(connection), now=now) if chosen else {}
    _note_ours(rows, made)
    wanted = [each.record_id for each in rows if each.record_id and each.pk not in made]
    actor = _actor(connection)
    add_entries(connection, kind, made.values(), now=now, actor=actor)
    _add_entries(connection, kind, wanted, now=now, actor=actor)
    _apply_rows(connection, kind, rows, now)


def _actor(connection: Connection) -> str:
    return connection.import_asked_by if connection.review else "without review"


def _note_gone(rows: Iterable[PlanRow]) -> None:
    """Say of rows whose record was deleted in QuickBooks since they were decided what follows."""
    for row in rows:
        if row.theirs is None:
            row.reason += " It was deleted in QuickBooks meanwhile"
            row.reason += ", so it is made there anew." if row.record_id else "."
            row.decision = CREATE_THERE if row.record_id else SKIP
            row.save(update_fields=["reason", "decision"])


def _carry_later(connection: Connection, kind: Kind, *, now: datetime) -> None:
    """Raise entries for what was made here while the plan was carried out."""
    actor = _actor(connection)
    entries = SyncEntry.objects.filter(
        connection=connection, rank=RANK[kind], record_id=OuterRef("pk")
    )
    later = MODELS[kind]._default_manager.filter(  # noqa: SLF001 - Django's documented API.
        ~Exists(entries), business_id=connection.business_id
    )
    keys = list(later.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        _add_entries(connection, kind, keys[start : start + BATCH], now=now, actor=actor)


def _note_ours(rows: Sequence[PlanRow], made: dict[int, Client | Item]) -> None:
    """Let the rows tell which records were made for them."""
    told = []
    for row in rows:
        if (record := made.get(row.pk)) is not None:
            row.record_id, row.record_guid = record.pk, record.guid
            row.record_name = record.name[:255]
            told.append((row.pk, row.record_id, row.record_guid, row.record_name))
    if told:
        update_many(PlanRow, ("record_id", "record_guid", "record_name"), told)


def _add_entries(
    connection: Connection, kind: Kind, keys: Sequence[int], *, now: datetime, actor: str
) -> None:
    """Raise entries for those of our records that have none."""
    known = set(
        SyncEntry.objects.filter(
            connection=connection, rank=RANK[kind], record_id__in=keys
        ).values_list("record_id", flat=True)
    )
    fresh = MODELS[kind]._default_manager.filter(  # noqa: SLF001 - Django's documented API.
        business_id=connection.business_id, pk__in=[each for each in keys if each not in known]
    )
    add_entries(connection, kind, list(fresh.order_by("pk")), now=now, actor=actor)


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
    "chosen_name",
    "code",
    "message",
    "synced_at",
)


def _apply_rows(connection: Connection, kind: Kind, rows: Sequence[PlanRow], now: datetime) -> None:
    entries = {
        each.record_id: each
        for each in SyncEntry.objects.filter(
            connection=connection,
            rank=RANK[kind],
            record_id__in=[row.record_id for row in rows if row.record_id is not None],
        )
    }
    since = connection.plan_approved_at or now
    records = MODELS[kind]._default_manager.filter(pk__in=list(entries))  # noqa: SLF001 - Django's documented API.
    edited = set(
        records.filter(created_at__lt=since, updated_at__gt=since).values_list("pk", flat=True)
    )
    changed = []
    for row in rows:
        entry = entries.get(row.record_id or 0)
        if entry is None:
            continue
        if row.decision in {LINK, CREATE_HERE}:
            _link(entry, row, now)
            if row.record_id in edited:  # After the approval: that is to be sent.
                entry.state, entry.synced_revision, entry.synced_at = State.PENDING, 0, None
        elif row.decision == SKIP:
            entry.state, entry.code = State.IGNORED, "skipped"
            entry.message = "Left out of the initial sync, as decided. Release sends it."
        elif row.decision == RENAME and row.new_name:
            entry.quickbooks_name, entry.name_folded = row.new_name, fold(row.new_name)
            entry.code = NAMED_BY_PERSON
            # A differentiator is found again; what a person has thought of is not.
            own = quickbooks_name(entry.title, limit=NAME_MAX[kind]).name
            if not is_form_of(row.new_name, own, limit=NAME_MAX[kind]):
                entry.chosen_name = row.new_name
        else:
            continue
        changed.append(entry)
    if changed:
        update_many(
            SyncEntry,
            _LINKED,
            [(each.pk, *(getattr(each, column) for column in _LINKED)) for each in changed],
        )
        tell(((each.pk, each.state, "", each.message) for each in changed), now=now)


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
        and not connection.is_carrying
        and not connection.active_count
    ):
        connection.stage = Stage.ONGOING
        connection.initial_completed_at = now
        watching.plan(connection, now)  # The first night looks at what was linked, too.
        if connection.import_clients or connection.import_items:
            # Only now: one that broke off does not use up the one-time right.
            connection.import_used_at = now
            connection.import_used_by = connection.import_asked_by or "without review"
