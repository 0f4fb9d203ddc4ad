"""Clients and items from a spreadsheet: what each column is, what each row becomes, taking it.

Nothing is guessed silently: the columns are proposed and can be changed, every row is tried before
anything is kept, and what is wrong with a row is said by the field.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import transaction

from fieldledger.accounts.models import Business
from fieldledger.office.models import Client, Item, Record
from fieldledger.office.refusals import Refused
from fieldledger.office.searching import fold
from fieldledger.office.services import create_clients, create_items
from fieldledger.office.services.records import BULK_MAX

BYTES_MAX: Final = 1_000_000
ROWS_MAX: Final = 5_000
COLUMNS_MAX: Final = 60
CLIENT: Final = "client"
ITEM: Final = "item"
_DELIMITERS: Final = ",;\t|"
_YES: Final = frozenset({"yes", "y", "true", "1", "x", "taxable", "tax"})
_NO: Final = frozenset({"no", "n", "false", "0", "non", "non-taxable", "nontaxable"})

# Each field with its words, and what other programs call it.
COLUMNS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    CLIENT: {
        "name": ("Name", "client", "customer", "customer name", "client name", "display name"),
        "company_name": ("Company", "company name", "business", "organization"),
        "first_name": ("First name", "first", "given name"),
        "last_name": ("Last name", "last", "surname", "family name"),
        "email": ("E-mail", "email", "email address", "main email", "e-mail address"),
        "phone": ("Phone", "phone number", "main phone", "telephone", "mobile", "cell"),
        "billing_line1": ("Billing address", "address", "street", "bill to 1", "billing street"),
        "billing_line2": ("Billing address 2", "address 2", "street 2", "bill to 2", "unit"),
        "billing_city": ("Billing city", "city", "town"),
        "billing_state": ("Billing state", "state", "province"),
        "billing_postal_code": ("Billing ZIP", "zip", "zip code", "postal code", "postcode"),
        "billing_country": ("Billing country", "country"),
        "service_line1": ("Service address", "service street", "ship to 1", "property address"),
        "service_line2": ("Service address 2", "ship to 2"),
        "service_city": ("Service city",),
        "service_state": ("Service state",),
        "service_postal_code": ("Service ZIP", "service zip code"),
        "service_country": ("Service country",),
        "notes": ("Notes", "note", "comments", "memo"),
        "external_id": ("External ID", "id", "reference", "account no.", "customer id"),
        "archived": ("Archived", "inactive"),
    },
    ITEM: {
        "name": ("Name", "item", "item name", "product/service", "product", "service"),
        "kind": ("Kind", "type", "item type"),
        "description": ("Description", "sales description", "details"),
        "price": ("Price", "rate", "sales price", "unit price"),
        "cost": ("Cost", "purchase cost", "unit cost"),
        "taxable": ("Taxable", "tax", "sales tax code"),
        "external_id": ("External ID", "id", "sku", "code"),
        "archived": ("Archived", "inactive"),
    },
}
_AMOUNTS: Final = frozenset({"price", "cost"})
_FLAGS: Final = frozenset({"taxable", "archived"})
_KINDS: Final = {
    "service": "service",
    "services": "service",
    "labor": "service",
    "product": "product",
    "products": "product",
    "material": "product",
    "part": "product",
    "inventory": "product",
    "inventory part": "product",
    "non-inventory": "product",
    "non-inventory part": "product",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A spreadsheet as it was read: its first line, and the lines that say something."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Sequence[int]  # Of the rows in the file, as a spreadsheet program counts them.


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one row would become, or became."""

    number: int
    title: str
    errors: Mapping[str, Sequence[str]]
    like: str = ""  # A record that is here already and may be the same.
    guid: str = ""

    @property
    def sentences(self) -> list[str]:
        """What is wrong with it."""
        return [sentence for each in self.errors.values() for sentence in each]


def read_sheet(content: bytes) -> Sheet:
    """Read a file of comma- (or semicolon- or tab-) separated values.

    :raises Refused: under "file", with the reason: too large, not text, no lines.
    """
    if len(content) > BYTES_MAX:
        raise Refused({"file": ["The file is larger than 1 MB; divide it into several."]})
    text = decoded(content)
    if "\0" in text:
        raise Refused(
            {"file": ["This is no text file. Save the sheet as CSV (comma delimited) first."]}
        )
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        raise Refused({"file": [f"The file cannot be read as CSV: {error}."]}) from None
    lines = [
        (number, [cell.strip() for cell in row])
        for number, row in enumerate(found, 1)
        if any(cell.strip() for cell in row)
    ]
    if len(lines) < 2:
        raise Refused(
            {"file": ["The file needs a line with the names of the columns and one below it."]}
        )
    (_, header), *rows = lines
    if len(header) > COLUMNS_MAX:
        raise Refused({"file": [f"The file has {len(header)} columns; {COLUMNS_MAX} are read."]})
    if len(rows) > ROWS_MAX:
        raise Refused(
            {"file": [f"The file has {len(rows):,} rows; at most {ROWS_MAX:,} go at once."]}
        )
    return Sheet(
        header=header, rows=[row for _, row in rows], numbers=[number for number, _ in rows]
    )


def proposed_columns(sheet: Sheet, kind: str) -> list[str]:
    """Return for each column the field it seems to be, or ""; no field twice."""
    known = {
        fold(word).replace("-", ""): name
        for name, words in COLUMNS[kind].items()
        for word in (*words, name.replace("_", " "))
    }
    taken: set[str] = set()
    columns = []
    for title in sheet.header:
        name = known.get(fold(title).replace("-", "").replace("_", " ").strip(), "")
        columns.append("" if name in taken else name)
        taken.add(name)
    return columns


def values_of(sheet: Sheet, columns: Sequence[str]) -> list[dict[str, object]]:
    """Return each row's values by field, as the services read them; an empty cell says nothing."""
    return [
        {
            name: _value(name, cell)
            for name, cell in zip(columns, row, strict=False)
            if name and cell
        }
        for row in sheet.rows
    ]


def tried(
    business: Business, kind: str, sheet: Sheet, columns: Sequence[str], *, now: datetime
) -> list[Outcome]:
    """Return what would become of each row; nothing is kept."""
    with transaction.atomic():
        outcomes = list(_made(business, kind, sheet, columns, now=now, actor="", leave=frozenset()))
        transaction.set_rollback(True)
    return outcomes


def taken(
    business: Business,
    kind: str,
    sheet: Sheet,
    columns: Sequence[str],
    *,
    leave: Iterable[int],
    now: datetime,
    actor: str,
) -> list[Outcome]:
    """Make a record of each row that can be one, without those whose numbers are in `leave`."""
    with transaction.atomic():
        left = frozenset(leave)
        return list(_made(business, kind, sheet, columns, now=now, actor=actor, leave=left))


def _made(
    business: Business,
    kind: str,
    sheet: Sheet,
    columns: Sequence[str],
    *,
    now: datetime,
    actor: str,
    leave: frozenset[int],
) -> Iterator[Outcome]:
    make = create_clients if kind == CLIENT else create_items
    rows = [
        (number, values)
        for number, values in zip(sheet.numbers, values_of(sheet, columns), strict=True)
        if number not in leave
    ]
    alike = _alike(business, kind, [values for _, values in rows])
    for start in range(0, len(rows), BULK_MAX):
        chunk = rows[start : start + BULK_MAX]
        made = make(business=business, many=[values for _, values in chunk], now=now, actor=actor)
        for (number, values), record in zip(chunk, made, strict=True):
            yield _outcome(number, values, record, alike)


def _outcome(
    number: int,
    values: Mapping[str, object],
    record: Record | Refused,
    alike: Mapping[str, str],
) -> Outcome:
    title = str(values.get("name", ""))
    if isinstance(record, Refused):
        return Outcome(number=number, title=title, errors=record.errors)
    like = next((alike[key] for key in _keys(values) if key in alike), "")
    return Outcome(number=number, title=title, errors={}, like=like, guid=str(record.guid))


def _alike(business: Business, kind: str, many: Sequence[Mapping[str, object]]) -> dict[str, str]:
    """Return records that are here by what makes them look the same: name, or e-mail address."""
    names = {str(values.get("name", "")) for values in many}
    if kind == ITEM:
        return {
            _name_key(name): name
            for name in Item.objects.filter(business=business, name__in=names).values_list(
                "name", flat=True
            )
        }
    addresses = {str(values["email"]) for values in many if values.get("email")}
    found: dict[str, str] = {}
    own = Client.objects.filter(business=business)
    for column, wanted in (("name", names), ("email", addresses)):
        ordered = sorted(each for each in wanted if each)
        for start in range(0, len(ordered), BULK_MAX):
            part = ordered[start : start + BULK_MAX]
            for name, value in own.filter(**{f"{column}__in": part}).values_list("name", column):
                found[(_name_key if column == "name" else _email_key)(value)] = name
    return found


def _keys(values: Mapping[str, object]) -> list[str]:
    keys = [_name_key(str(values.get("name", "")))]
    if values.get("email"):
        keys.append(_email_key(str(values["email"])))
    return keys


def _name_key(name: str) -> str:
    return f"name {fold(name)}"


def _email_key(address: str) -> str:
    return f"email {address.casefold()}"


def _value(name: str, cell: str) -> object:
    if name in _AMOUNTS:
        return cell.replace("$", "").replace(",", "").strip()
    if name in _FLAGS:
        word = cell.casefold()
        return True if word in _YES else False if word in _NO else cell
    if name == "kind":
        return _KINDS.get(cell.casefold(), cell)
    return cell


def decoded(content: bytes) -> str:
    """Return a file's text: UTF-8, or what Excel on Windows writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def _delimiter(text: str) -> str:
    first = text.split("\n", 1)[0]
    return max(_DELIMITERS, key=first.count)
