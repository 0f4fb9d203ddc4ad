"""What making and changing records of every kind have in common."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import wraps
from types import MappingProxyType
from typing import ParamSpec, TypeVar

from django.db import IntegrityError, models, transaction

from fieldledger.accounts.models import Business
from fieldledger.accounts.services import audit, audit_many
from fieldledger.office.changes import Change, Kind, announce
from fieldledger.office.fields import Reader, Values, read_values
from fieldledger.office.models import Record
from fieldledger.office.refusals import Errors, Refused

BULK_MAX = 500  # Records a call: as many as fit one statement of either database.

# Saved, but nothing that the record says: it raises no revision.
SILENT_FIELDS = frozenset({"external_id"})

EXTERNAL_ID_TAKEN = "Another {kind} already has the external id {{}}."

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
Model = TypeVar("Model", bound=models.Model)


@dataclass(slots=True)
class Draft:
    """A record on its way in: what was read, and what is wrong with it."""

    values: dict[str, object]
    errors: Errors = field(default_factory=dict)

    def refuse(self, name: str, sentence: str) -> None:
        """Add a sentence about a field."""
        self.errors.setdefault(name, []).append(sentence)


def read_drafts(
    readers: Mapping[str, Reader], many: Sequence[Values], *, required: Iterable[str]
) -> list[Draft]:
    """Return a draft for each of `many`; what is required and not named counts as empty.

    :raises ValueError: if there are more than BULK_MAX.
    """
    if len(many) > BULK_MAX:
        raise ValueError(f"at most {BULK_MAX} records a call, not {len(many)}")
    missing = dict.fromkeys(required)
    drafts = []
    for values in many:
        errors: Errors = {}
        drafts.append(Draft(read_values(readers, missing | dict(values), errors), errors))
    return drafts


def refuse_taken(
    drafts: Sequence[Draft],
    name: str,
    *,
    model: type[models.Model],
    business: Business,
    sentence: str,
    column: str = "",
    key: Callable[[str], str] = str,
    own_pk: int | None = None,
) -> None:
    """Refuse each draft whose field `name` another record, or an earlier draft, already has.

    `key` turns the value into what `column` holds. One statement, or none where nothing is given.
    """
    column = column or name
    wanted = {key(str(each.values[name])) for each in drafts if each.values.get(name)}
    if not wanted:
        return
    others = model._default_manager.filter(**{"business": business, f"{column}__in": wanted})  # noqa: SLF001 - Django's documented API.
    taken: set[object] = set(others.exclude(pk=own_pk).values_list(column, flat=True))
    for draft in drafts:
        value = draft.values.get(name)
        if not value:
            continue
        if key(str(value)) in taken:
            draft.refuse(name, sentence.format(value))
        elif not draft.errors:
            taken.add(key(str(value)))


def outcomes(drafts: Sequence[Draft], made: Iterable[Model]) -> list[Model | Refused]:
    """Return for each draft its refusal, or else the next of `made`."""
    records = iter(made)
    return [Refused(each.errors) if each.errors else next(records) for each in drafts]


def the_one(outcome: Sequence[Model | Refused]) -> Model:
    """Return the only record.

    :raises Refused: if it was refused.
    """
    (only,) = outcome
    if isinstance(only, Refused):
        raise only
    return only


def note_made(
    *,
    business: Business,
    kind: Kind,
    records: Sequence[Record],
    now: datetime,
    actor: str,
) -> None:
    """Note new records in the audit trail and announce them."""
    if not records:
        return
    audit_many(
        business=business,
        actor=actor,
        action=f"make {kind}",
        subjects=[each.guid for each in records],
        now=now,
    )
    announce(Change(business_id=business.pk, kind=kind, records=records, at=now))


def save_changes(
    record: Record,
    values: Mapping[str, object],
    *,
    business: Business,
    kind: Kind,
    now: datetime,
    actor: str,
    action: str = "edit",
    derive: Callable[[], Mapping[str, object]] = dict,
    touched: Iterable[str] = (),
    details: Mapping[str, str] = MappingProxyType({}),
) -> bool:
    """Save what `values` changes of `record`, whose row is locked; return whether anything did.

    `derive` gives, once `values` are set, the columns that follow from them. `touched` names what
    changed beside the record's own columns, as an invoice's lines; `details` are noted beside the
    names of what changed. A change of what the record says raises its revision, is announced and
    noted; an edit that changes nothing does nothing.
    """
    changed = {name for name, value in values.items() if getattr(record, name) != value}
    named = changed | set(touched)
    if not named:
        return False
    _set(record, values)
    derived = derive()
    _set(record, {**derived, "updated_at": now})
    columns = changed | derived.keys() | {"updated_at"}
    says_more = bool(named - SILENT_FIELDS)
    if says_more:
        record.revision += 1
        columns.add("revision")
    record.save(update_fields=columns)
    audit(
        business=business,
        actor=actor,
        action=f"{action} {kind}",
        subject=str(record.guid),
        now=now,
        details={"fields": sorted(named), **details},
    )
    if says_more:
        announce(Change(business_id=business.pk, kind=kind, records=[record], at=now))
    return True


def _set(record: Record, values: Mapping[str, object]) -> None:
    for name, value in values.items():
        setattr(record, name, value)


def atomically(
    function: Callable[Parameters, Result],
) -> Callable[Parameters, Result]:
    """Run in one transaction; once more where somebody else took a name or number meanwhile.

    The check before the writing finds what is there; two writers at the same moment both find
    nothing, and the database refuses the second. Asked again, that one finds the first's record.
    """

    @wraps(function)
    def run(*words: Parameters.args, **named: Parameters.kwargs) -> Result:
        try:
            with transaction.atomic():
                return function(*words, **named)
        except IntegrityError:
            with transaction.atomic():
                return function(*words, **named)

    return run
