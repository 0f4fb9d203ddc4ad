"""The plan as people look through it: by how sure it is, by kind, by words, side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Count, Q, QuerySet

from fieldledger.office.models import Client, Item
from fieldledger.quickbooks import planning
from fieldledger.quickbooks.models import RANK, Connection, PlanRow, QuickBooksRecord
from fieldledger.sync.contacts import contact_keys
from fieldledger.sync.content import Kind
from fieldledger.sync.naming import fold
from fieldledger.sync.near import street_key

_UNDECIDED: Final = Q(decided_by="")
_UNSURE: Final = Q(decision=planning.ASK) | Q(near__isnull=False, decided_by="") & Q(
    decision__in=(planning.CREATE_THERE, planning.RENAME)
)
_CLASH: Final = (
    ~_UNSURE & (Q(decision=planning.RENAME) | Q(is_clash=True)) & ~Q(decision=planning.SKIP)
)
# How sure the plan is of a row; each row is in exactly one.
TABS: Final[Mapping[str, Q]] = {
    "unsure": _UNSURE,
    "sure": Q(decision=planning.LINK),
    "new": ~_UNSURE & ~_CLASH & Q(decision__in=(planning.CREATE_THERE, planning.CREATE_HERE)),
    "clash": _CLASH,
    "skipped": Q(decision=planning.SKIP),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is looked at; "" is everything. `side` is "here" or "there": who has the record."""

    tab: str = ""
    kind: str = ""
    side: str = ""
    q: str = ""


def rows_of(connection: Connection, filters: Filters) -> QuerySet[PlanRow]:
    """Return the rows that the filters let through; an unknown word lets through everything."""
    rows = PlanRow.objects.filter(connection=connection)
    if filters.tab in TABS:
        rows = rows.filter(TABS[filters.tab])
    if filters.kind in {Kind.CLIENT, Kind.ITEM}:
        rows = rows.filter(rank=RANK[Kind(filters.kind)])
    if filters.side == "here":
        rows = rows.filter(record_id__isnull=False)
    elif filters.side == "there":
        rows = rows.filter(record_id__isnull=True)
    for word in filters.q.split():
        rows = rows.filter(
            Q(record_name__icontains=word)
            | Q(new_name__icontains=word)
            | Q(theirs__full_name__icontains=word)
            | Q(near__full_name__icontains=word)
        )
    return rows


def tab_counts(connection: Connection) -> dict[str, int]:
    """Return how many rows stand under each tab, in one statement."""
    numbers = {name: Count("pk", filter=where) for name, where in TABS.items()}
    return PlanRow.objects.filter(connection=connection).aggregate(**numbers)


@dataclass(frozen=True, slots=True)
class Field:
    """What both sides say about one thing."""

    words: str
    here: str
    there: str
    is_other: bool  # Both say something, and not the same.


def beside(rows: Sequence[PlanRow]) -> dict[int, list[Field]]:
    """Return what each row's two sides say, {row: fields}, in two statements."""
    found: dict[int, list[Field]] = {}
    for kind, model in planning.MODELS.items():
        of_kind = [each for each in rows if each.kind == kind]
        keys = [each.record_id for each in of_kind if each.record_id is not None]
        ours: dict[int, Any] = model._default_manager.in_bulk(keys)  # noqa: SLF001 - Django's documented API.
        for row in of_kind:
            record = ours.get(row.record_id or 0)
            other = row.theirs or row.near
            make = _client_fields if kind == Kind.CLIENT else _item_fields
            found[row.pk] = make(record, other)
    return found


def _client_fields(client: Client | None, other: QuickBooksRecord | None) -> list[Field]:
    details = other.details if other is not None else {}
    streets = planning.streets_of(details)
    here = (
        {
            "Company": client.company_name,
            "Person": f"{client.first_name} {client.last_name}".strip(),
            "E-mail": client.email,
            "Phone": client.phone,
            "Street": client.billing_line1 or client.service_line1,
        }
        if client is not None
        else {}
    )
    there = {
        "Company": details.get("company_name", ""),
        "Person": f"{details.get('first_name', '')} {details.get('last_name', '')}".strip(),
        "E-mail": details.get("email", ""),
        "Phone": ", ".join(
            dict.fromkeys(filter(None, [details.get("phone", ""), *planning.other_phones(details)]))
        ),
        "Street": streets[0] if streets else "",
    }
    fields = []
    for words, text in there.items():
        mine = here.get(words, "")
        if mine or text:
            fields.append(Field(words, mine, text, _is_other(words, mine, text)))
    return fields


def _is_other(words: str, mine: str, text: str) -> bool:
    if not mine or not text:
        return False
    match words:
        case "E-mail":
            return not set(contact_keys(mine)) & set(contact_keys(text))
        case "Phone":
            return not set(contact_keys("", mine)) & set(contact_keys("", *text.split(", ")))
        case "Street":
            return street_key(mine) != street_key(text)
        case _:
            return fold(mine) != fold(text)


_TYPES: Final = {"service": "Service", "product": "Product"}


def _item_fields(item: Item | None, other: QuickBooksRecord | None) -> list[Field]:
    fields = []
    details = other.details if other is not None else {}
    mine = f"{item.price.normalize():f}" if item is not None else ""
    text = _plain(details.get("price") or "")
    if mine or text:
        fields.append(Field("Price", mine, text, bool(mine and text) and _plain(mine) != text))
    kind = _TYPES.get(item.kind, "") if item is not None else ""
    type_ = other.type.removesuffix("Ret").removeprefix("Item") if other is not None else ""
    if kind or type_:
        fields.append(Field("Type", kind, type_, is_other=False))
    about = item.description if item is not None else ""
    said = details.get("description") or ""
    if about or said:
        is_other = bool(about and said) and fold(about) != fold(said)
        fields.append(Field("Description", about[:120], said[:120], is_other))
    return fields


def _plain(price: str) -> str:
    return price.rstrip("0").rstrip(".") if "." in price else price


def candidates(
    connection: Connection, rows: Sequence[PlanRow]
) -> dict[int, list[QuickBooksRecord]]:
    """Return for each question's number the records in QuickBooks it is about."""
    questions = {each.question for each in rows if each.question}
    found: dict[int, list[QuickBooksRecord]] = {}
    if questions:
        for row in PlanRow.objects.filter(
            connection=connection, question__in=questions, theirs__isnull=False
        ).select_related("theirs"):
            if row.theirs is not None:
                found.setdefault(row.question, []).append(row.theirs)
    return found


def named(connection: Connection, kind: Kind, name: str) -> QuickBooksRecord | None:
    """Return the record in QuickBooks that bears a full name, whatever its case."""
    records = QuickBooksRecord.objects.filter(
        connection=connection, list=planning.LISTS[kind], name_folded=fold(name)[:209]
    ).exclude(type="")
    if kind == Kind.CLIENT:
        records = records.filter(type="CustomerRet")
    return records.first()
