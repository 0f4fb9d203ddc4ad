"""What a record of QuickBooks' becomes here; nothing that does not fit is lost without a word."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from fieldledger.office.models import LONG_TEXT_LENGTH_MAX, Client, Item
from fieldledger.office.services import Refused, create_clients, create_items
from fieldledger.quickbooks.models import Connection, PlanRow, QuickBooksRecord
from fieldledger.quickbooks.planning import IMPORTABLE, SKIP
from fieldledger.sync.addressing import read_address
from fieldledger.sync.contacts import addresses
from fieldledger.sync.content import Kind
from fieldledger.sync.naming import fold

List = QuickBooksRecord.List
Values = dict[str, Any]

_BY: Final = "import from QuickBooks"
_SPARE: Final = {Kind.CLIENT: "notes", Kind.ITEM: "description"}
_PARTS: Final = ("line1", "line2", "city", "state", "postal_code", "country")
# Ways to reach somebody that a client here has no field for; the notes keep them.
_BESIDE: Final = {
    "contact": "Contact",
    "alt_contact": "Contact",
    "cc": "E-mail",
    "fax": "Fax",
}
# What may stand above the street in QuickBooks' addresses.
_NAMES: Final = ("company_name", "contact")


def tax_codes(connection: Connection) -> dict[str, bool]:
    """Return {ListID: whether it means taxable} of QuickBooks' sales tax codes."""
    rows = QuickBooksRecord.objects.filter(connection=connection, list=List.TAX_CODES)
    return {
        list_id: details.get("taxable") != "false"
        for list_id, details in rows.values_list("list_id", "details")
    }


def create_here(
    connection: Connection,
    kind: Kind,
    rows: Sequence[PlanRow],
    codes: Mapping[str, bool],
    *,
    now: datetime,
) -> dict[int, Client | Item]:
    """Make our records of at most 500 rows; return {plan row: record}.

    What does not fit a field goes to the notes or the description, and what cannot be made is
    left out; the row's reason then says so.
    """
    all_values = [_values(kind, row.theirs, codes) for row in rows if row.theirs is not None]
    return dict(_made(connection, kind, rows, all_values, now))


def _made(
    connection: Connection,
    kind: Kind,
    rows: Sequence[PlanRow],
    all_values: Sequence[Values],
    now: datetime,
) -> list[tuple[int, Client | Item]]:
    create: Any = create_clients if kind == Kind.CLIENT else create_items
    done: list[tuple[int, Client | Item]] = []
    todo = list(zip(rows, all_values, strict=True))
    for is_last in (False, True):
        if not todo:
            break
        results: list[Client | Item | Refused] = create(
            business=connection.business, many=[each for _, each in todo], now=now, actor=_BY
        )
        again: list[tuple[PlanRow, Values]] = []
        for (row, values), result in zip(todo, results, strict=True):
            if not isinstance(result, Refused):
                done.append((row.pk, result))
            elif is_last or "name" in result.errors:
                row.decision, row.reason = SKIP, f"It could not be made here: {result}"
                row.save(update_fields=["decision", "reason"])
            else:
                row.reason = f"{row.reason} {_set_aside(kind, values, result)}"
                row.save(update_fields=["reason"])
                again.append((row, values))
        todo = again
    return done


def _set_aside(kind: Kind, values: Values, refused: Refused) -> str:
    """Empty the fields that were refused, keep what they said where it fits, and say so."""
    spare = _SPARE[kind]
    lines = [str(values.get(spare, ""))] if spare not in refused.errors else []
    for field in refused.errors:
        words = field.replace("_", " ")
        lines.append(f"In QuickBooks, {words}: {values.get(field, '')}")
        del values[field]
    kept = "\n".join(each for each in lines if each)
    fits = len(kept) <= LONG_TEXT_LENGTH_MAX
    values[spare] = kept if fits else kept[: LONG_TEXT_LENGTH_MAX - 1] + "…"
    where = f"it is kept in the {spare}" if fits else f"as much as fits is kept in the {spare}"
    return f"{refused} What QuickBooks says there does not fit; {where}."


def _values(kind: Kind, record: QuickBooksRecord, codes: Mapping[str, bool]) -> Values:
    return _item(record, codes) if kind == Kind.ITEM else _client(record)


def _item(record: QuickBooksRecord, codes: Mapping[str, bool]) -> Values:
    details = record.details
    code = details.get("tax_code", "")
    # Without its list, the name says it: QuickBooks' own two codes are Tax and Non.
    is_taxable = codes.get(code, fold(details.get("tax_code_name", "")) != "non")
    return {
        "name": _one_line(record.full_name),
        "kind": IMPORTABLE.get(record.type, "service"),
        "description": _lines(details.get("description", "")),
        "price": details.get("price") or "0",
        "cost": details.get("cost") or "0",
        "taxable": is_taxable,
        "archived": not record.is_active,
    }


def _client(record: QuickBooksRecord) -> Values:
    details = record.details
    values: Values = {
        key: _one_line(details.get(key, ""))
        for key in ("company_name", "first_name", "last_name", "email", "phone")
    }
    # Of a sub-customer the whole name: a list of kitchens would tell nobody whose they are.
    values["name"] = _one_line(record.full_name if record.sublevel else record.name)
    values["archived"] = not record.is_active
    emails = addresses(values["email"])
    values["email"] = emails[0] if emails else ""
    others = [("E-mail", each) for each in emails[1:]]
    second = _one_line(details.get("alt_phone", ""))
    if not values["phone"]:
        values["phone"] = second
    elif second:
        others.append(("Phone", second))
    others += [(words, _one_line(details.get(key, ""))) for key, words in _BESIDE.items()]
    others += [(_one_line(words), _one_line(text)) for words, text in details.get("ways", ())]
    person = f"{values['first_name']} {values['last_name']}".strip()
    known = {fold(each) for each in (person, values["name"], values["phone"], *emails[:1])}
    kept = {fold(each[1]): each for each in reversed(others) if each[1]}
    told = [each for key, each in reversed(kept.items()) if key not in known]
    lines = [f"In QuickBooks also: {words} {text}" for words, text in told]
    values["notes"] = "\n".join(filter(None, [_lines(details.get("notes", "")), *lines]))
    for key in ("billing", "service"):
        address = details.get(key)
        if not address:
            continue
        names = [record.name, person, *(details.get(each, "") for each in _NAMES)]
        read = read_address(**address, names=names)
        for part in _PARTS:
            values[f"{key}_{part}"] = _one_line(getattr(read, part))
    return values


def _one_line(text: str) -> str:
    return " ".join(_lines(text).split())


def _lines(text: str) -> str:
    """Return the text without what no field takes: control characters but line ends and tabs."""
    if text.isprintable():
        return text
    return "".join(each for each in text if each in "\n\t" or unicodedata.category(each) != "Cc")
