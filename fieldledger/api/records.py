"""What the addresses of clients, items, invoices and payments have in common."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import HttpResponse

from fieldledger.api.access import ApiRequest
from fieldledger.api.problems import Problem, invalid, not_found, problem_document
from fieldledger.api.queries import PageQuery
from fieldledger.api.shapes import UNKNOWN_FIELD, BulkIn
from fieldledger.api.spelling import spelled
from fieldledger.api.writing import ADDRESS_PARTS, Json, answer
from fieldledger.office.fields import guid
from fieldledger.office.models import Record
from fieldledger.office.queries import page_of
from fieldledger.office.services import BULK_MAX, Refused
from fieldledger.quickbooks import queries as quickbooks
from fieldledger.sync.content import Kind

Row = TypeVar("Row", bound=Record)
Values = Mapping[str, Any]

_ADDRESSES: Final = ("billing", "service")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordKind(Generic[Row]):
    """One kind of record: where it is, what its fields are, and who makes and writes it."""

    kind: Kind
    path: str
    fields: frozenset[str]
    rows: Callable[[], "QuerySet[Row]"]  # With all that writing one needs.
    create_many: Callable[..., Sequence[Row | Refused]]
    update: Callable[..., Row] | None  # None where a record is made void and made anew.
    write: Callable[[Row, Json, date], Json]
    name: str = ""  # What a person calls one, where that is not the kind's own name.

    def of(self, request: ApiRequest) -> "QuerySet[Row]":
        """Return the caller's own records of this kind."""
        return self.rows().filter(business=request.caller.business)

    def find(self, request: ApiRequest, record_id: str) -> Row:
        """Return one of the caller's records.

        :raises Problem: 404 if there is none with this id.
        """
        wanted = guid(record_id)
        found = self.of(request).filter(guid=wanted).first() if wanted else None
        if found is None:
            raise not_found(self.name or self.kind)
        return found

    def write_all(self, request: ApiRequest, records: Sequence[Row]) -> list[Json]:
        """Return records as JSON; two statements ask for their standing with QuickBooks."""
        blocks = spelled(request, quickbooks.blocks(request.caller.business, self.kind, records))
        today = today_of(request)
        return [self.write(each, blocks[each.pk], today) for each in records]


def today_of(request: ApiRequest) -> date:
    """Return the date in the business's time zone."""
    return request.now.astimezone(ZoneInfo(request.caller.business.time_zone)).date()


def answer_page(
    request: ApiRequest, kind: RecordKind[Row], rows: "QuerySet[Row]", query: PageQuery
) -> HttpResponse:
    """Answer a page of a list."""
    page = page_of(rows, cursor=query.cursor, limit=query.limit)
    written = kind.write_all(request, page.results)
    return answer({"results": written, "next_cursor": page.next_cursor})


def answer_one(
    request: ApiRequest, kind: RecordKind[Row], record: Row, *, status: int = 200
) -> HttpResponse:
    """Answer one record."""
    (written,) = kind.write_all(request, [record])
    headers = {"Location": f"/api/v1/{kind.path}/{record.guid}"} if status == 201 else None
    return answer(written, status=status, headers=headers)


def narrowed(
    rows: "QuerySet[Row]", *, ids: Mapping[str, str | None], texts: Mapping[str, str | None]
) -> "QuerySet[Row]":
    """Return the rows whose other records have these ids, and whose own fields these texts.

    None asks for nothing; an id that is none finds nothing.
    """
    for name, text in ids.items():
        if text is not None:
            wanted = guid(text)
            rows = rows.filter(**{f"{name}__guid": wanted}) if wanted else rows.none()
    return rows.filter(**{name: text for name, text in texts.items() if text is not None})


def create(request: ApiRequest, kind: RecordKind[Row], named: Values) -> HttpResponse:
    """Make a record and answer it."""
    with refusals(kind.kind):
        (made,) = kind.create_many(
            business=request.caller.business,
            many=[new_values(named)],
            now=request.now,
            actor=request.caller.actor,
        )
        if isinstance(made, Refused):
            raise made
    return answer_one(request, kind, kind.rows().get(pk=made.pk), status=201)


def patch(
    request: ApiRequest, kind: RecordKind[Row], record_id: str, named: Values
) -> HttpResponse:
    """Change what `named` names of a record and answer it."""
    assert kind.update is not None
    return act(request, kind, record_id, kind.update, named)


def act(
    request: ApiRequest,
    kind: RecordKind[Row],
    record_id: str,
    service: Callable[..., object],
    named: Values | None = None,
) -> HttpResponse:
    """Let a service of the office act on a record, and answer it as it is then.

    The service takes the record by the name of its kind, and what is `named` as its `values`.
    """
    record = kind.find(request, record_id)
    doing: dict[str, object] = {str(kind.kind): record}
    if named is not None:
        doing["values"] = flattened(named)
    with refusals(kind.kind):
        service(**doing, now=request.now, actor=request.caller.actor)
    return answer_one(request, kind, kind.rows().get(pk=record.pk))


def one_by_one(create_one: Callable[..., Row]) -> Callable[..., list[Row]]:
    """Return what makes many records out of what makes one; the first refusal ends it."""

    def create_many(*, many: Sequence[Values], **doing: object) -> list[Row]:
        return [create_one(values=each, **doing) for each in many]

    return create_many


def create_bulk(request: ApiRequest, kind: RecordKind[Row], body: BulkIn) -> HttpResponse:
    """Make up to 500 records; each is made or refused by itself."""
    asked = _bulk_records(body)
    problems: dict[int, Json] = {}
    many: dict[int, Values] = {}
    for place, named in enumerate(asked):
        try:
            many[place] = new_values(_known(named, kind.fields))
        except Problem as problem:
            problems[place] = problem_document(
                problem.status, problem.detail, errors=problem.errors
            )
    outcomes = kind.create_many(
        business=request.caller.business,
        many=list(many.values()),
        now=request.now,
        actor=request.caller.actor,
    )
    made: dict[int, int] = {}
    for place, outcome in zip(many, outcomes, strict=True):
        if isinstance(outcome, Refused):
            refused = invalid(_api_names(outcome.errors))
            problems[place] = problem_document(422, refused.detail, errors=refused.errors)
        else:
            made[place] = outcome.pk
    records = list(kind.rows().filter(pk__in=made.values()))
    written = {
        record.pk: json
        for record, json in zip(records, kind.write_all(request, records), strict=True)
    }
    return answer(
        {
            "results": [
                {"status": 201, "record": written[made[place]]}
                if place in made
                else {"status": problems[place]["status"], "problem": problems[place]}
                for place in range(len(asked))
            ]
        }
    )


def new_values(named: Values) -> dict[str, Any]:
    """Return the services' values of a new record: null counts as not named."""
    return flattened({name: value for name, value in named.items() if value is not None})


def flattened(named: Values) -> dict[str, Any]:
    """Return the services' values: an address's fields stand beside the others there.

    :raises Problem: 422 if an address is no object, or holds what no address has.
    """
    values: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, value in named.items():
        use = name.removesuffix("_address")
        if use == name or use not in _ADDRESSES:
            values[name] = value
        elif value is None:
            values |= {f"{use}_{part}": "" for part in ADDRESS_PARTS}
        elif not isinstance(value, dict):
            errors[name] = ["The address must be an object with the names of its fields."]
        else:
            errors |= {
                f"{name}.{part}": [UNKNOWN_FIELD] for part in value.keys() - {*ADDRESS_PARTS}
            }
            values |= {f"{use}_{part}": text for part, text in value.items()}
    if errors:
        raise invalid(errors)
    return values


@contextmanager
def refusals(kind: Kind) -> Iterator[None]:
    """Turn the office's no into a problem: 409 where it is about the record's standing."""
    try:
        yield
    except Refused as refused:
        if refused.errors.keys() == {str(kind)}:
            raise Problem(409, " ".join(refused.errors[kind])) from refused
        raise invalid(_api_names(refused.errors)) from refused


def _api_names(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Return errors by the API's names: "billing_city" is "billing_address.city" here."""
    named = {}
    for name, sentences in errors.items():
        use, _, part = name.partition("_")
        is_address = use in _ADDRESSES and part in ADDRESS_PARTS
        named[f"{use}_address.{part}" if is_address else name] = sentences
    return named


def _bulk_records(body: BulkIn) -> list[Any]:
    records = body.named().get("records")
    if not isinstance(records, list):
        raise invalid({"records": ["The records must be a list."]})
    if len(records) > BULK_MAX:
        raise invalid(
            {"records": [f"At most {BULK_MAX} records fit one request; this has {len(records)}."]}
        )
    return records


def _known(named: Any, fields: frozenset[str]) -> Values:
    if not isinstance(named, dict):
        raise Problem(422, "The record must be an object with the names of its fields.")
    if unknown := sorted(named.keys() - fields):
        raise invalid({name: [UNKNOWN_FIELD] for name in unknown})
    return named
