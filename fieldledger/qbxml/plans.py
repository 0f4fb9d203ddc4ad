"""How each class of `objects` is written: compiled once, from the table of `schema`.

A plan reads all fields of a value at once and has one function for each, which returns the whole
element. The order is the table's, whatever the order of the fields.
"""

import dataclasses
import re
import typing
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from typing import Any, Final, TypeAlias

from fieldledger.qbxml.objects import Address, Ref, UseMacro
from fieldledger.qbxml.schema import REQUESTS, Branch, Kind, Leaf, OneOf, Part, elements_of
from fieldledger.qbxml.values import (
    WRITERS,
    Unwritable,
    check_text,
    escape,
    is_long,
    is_plain,
    write_whole,
)

Write: TypeAlias = Callable[[Any], str]  # The value of a field in, the element out.

MACRO: Final = re.compile(r"TxnID:[A-Za-z0-9_.-]{1,40}")
_TEXTS: Final = frozenset({Kind.STR, Kind.ID})
_WORD_START: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class CannotBeWritten(ValueError):
    """QuickBooks would refuse or change what `element` holds; `reason` says why, in plain words.

    `element` is the path inside the record: "Name", "BillAddress/City", "InvoiceLineAdd/Desc".
    """

    def __init__(self, element: str, reason: str, request_id: str | None = None) -> None:
        super().__init__(f"{element} {reason}")
        self.element = element
        self.reason = reason
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class Plan:
    """How the requests of one class are written."""

    request: str  # "CustomerAddRq".
    record: str | None  # "CustomerAdd"; None where the request holds its fields itself.
    inside: Write

    def write(self, body: object, *, attribute: str) -> str:
        """Return what stands inside the request, before IncludeRetElement of an Add or Mod."""
        inside = self.inside(body)
        if self.record is None:
            return inside
        return f"<{self.record}{attribute}>{inside}</{self.record}>"


@cache
def plan_for(kind: type, version: int) -> Plan:
    """Return the plan for a class of `objects.Body`, and for a major version of qbXML.

    :raises TypeError: if it is not such a class.
    """
    name = kind.__name__
    request = REQUESTS.get(f"{name}Rq")
    if request is None or not dataclasses.is_dataclass(kind):
        raise TypeError(f"{name} is no request")
    first = request.parts[0]
    if isinstance(first, Branch) and first.name == name:
        context = _Context(version=version, clears=name.endswith("Mod"))
        return Plan(request.name, name, _write_inside(first, kind, "", context))
    context = _Context(version=version, clears=False)
    return Plan(request.name, None, _write_inside(request, kind, "", context))


def field_name(element: str) -> str:
    """Return the name of the field for an element: field_name("TxnLineID") == "txn_line_id"."""
    return _WORD_START.sub("_", element).lower()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Context:
    version: int
    clears: bool  # In a Mod an empty text is written, and clears; in an Add it is left out.

    def is_absent(self, value: object) -> bool:
        return value is None or value == () or (value == "" and not self.clears)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Of the fields at these places, those of one branch only may be filled."""

    branches: tuple[tuple[int, ...], ...]
    required: bool
    elements: tuple[str, ...]  # Their paths, by place in the plan.


def _write_inside(branch: Branch, kind: type, path: str, context: _Context) -> Write:
    """Return the function that writes what stands inside `branch` for a value of `kind`."""
    if kind is Ref:
        return _write_ref(branch, path)
    hints = typing.get_type_hints(kind)
    names: list[str] = []
    elements: list[str] = []
    writers: list[Write] = []
    required: list[int] = []
    places: dict[str, int] = {}
    for element, must in _with_need(branch.parts):
        name = field_name(element.name)
        if name not in hints:
            continue
        where = path + element.name
        if must:
            required.append(len(names))
        places[element.name] = len(names)
        names.append(name)
        elements.append(where)
        writers.append(_write_element(element, hints[name], where, context))
    assert len(names) == len(hints), f"{kind.__name__} has a field that is no element: {hints}"
    read = attrgetter(*names) if len(names) > 1 else _read_one(names[0])
    choices = tuple(_choices(branch.parts, places, tuple(elements)))
    check = _check_address if kind is Address else None

    def write(value: Any) -> str:
        if not isinstance(value, kind):
            raise CannotBeWritten(path.rstrip("/") or branch.name, f"is not {kind.__name__}")
        fields = read(value)
        for place in required:
            if context.is_absent(fields[place]) or fields[place] == "":
                raise CannotBeWritten(elements[place], "is missing")
        for choice in choices:
            _check_choice(choice, fields, context)
        if check is not None:
            check(value, path)
        written = [
            write_field(field)
            for field, write_field in zip(fields, writers, strict=True)
            if field is not None
        ]
        return "".join(written)

    return write


def _read_one(name: str) -> Callable[[Any], tuple[Any, ...]]:
    read = attrgetter(name)
    return lambda value: (read(value),)


def _with_need(parts: tuple[Part, ...]) -> Iterator[tuple[Leaf | Branch, bool]]:
    """Return the elements among `parts`, and whether each has to be there by itself."""
    for part in parts:
        if isinstance(part, OneOf):
            # A choice between branches has its own check; a mix of lines may be empty.
            yield from ((element, False) for element in elements_of((part,)))
        else:
            yield part, part.required


def _choices(
    parts: tuple[Part, ...], places: dict[str, int], elements: tuple[str, ...]
) -> Iterator[_Choice]:
    for part in parts:
        if not isinstance(part, OneOf):
            continue
        if part.repeated:  # A mix of lines: where it is required, any one of them will do.
            mixed = tuple(places[each.name] for each in elements_of((part,)) if each.name in places)
            if part.required and mixed:
                yield _Choice((mixed,), part.required, elements)
            continue
        branches = tuple(
            tuple(places[each.name] for each in elements_of(branch) if each.name in places)
            for branch in part.branches
        )
        if part.required or sum(map(bool, branches)) > 1:
            yield _Choice(branches, part.required, elements)
        for branch in part.branches:
            yield from _choices(branch, places, elements)


def _check_choice(choice: _Choice, fields: tuple[Any, ...], context: _Context) -> None:
    filled = [
        next((place for place in branch if not context.is_absent(fields[place])), None)
        for branch in choice.branches
    ]
    there = [place for place in filled if place is not None]
    if len(there) > 1:
        first, second = (choice.elements[place] for place in there[:2])
        raise CannotBeWritten(second, f"cannot stand beside {first}")
    if not there and choice.required:
        first = choice.elements[next(place for branch in choice.branches for place in branch)]
        raise CannotBeWritten(first, "is missing, or what may stand in its place")


def _check_address(value: Any, path: str) -> None:
    # Five printed lines, of which city, state and postal code make one; more is an error when
    # QuickBooks runs the request. Source: OSR.
    if value.addr5 and (value.city or value.state or value.postal_code):
        raise CannotBeWritten(f"{path}Addr5", "is a sixth line, and QuickBooks prints five")


def _write_element(element: Leaf | Branch, hint: object, path: str, context: _Context) -> Write:
    if element.since > context.version:
        reason = f"needs qbXML {element.since}.0"
        return lambda value: _refuse(path, reason) if not context.is_absent(value) else ""
    if isinstance(element, Branch):
        write = _write_branch(element, _class_in(hint), path, context)
    elif element.kind in _TEXTS:
        write = _write_text(element, path, context)
    else:
        write = _write_value(element, path)
    return _write_each(write, path) if element.repeated or _is_tuple(hint) else write


def _refuse(path: str, reason: str) -> str:
    raise CannotBeWritten(path, reason)


def _class_in(hint: object) -> type:
    """Return the class of objects in the type of a field: Address, for Address | None."""
    inner = typing.get_args(hint) or (hint,)
    found = [each for each in inner if dataclasses.is_dataclass(each) and isinstance(each, type)]
    assert len(found) == 1, hint
    return found[0]


def _is_tuple(hint: object) -> bool:
    return typing.get_origin(hint) is tuple


def _write_each(write: Write, path: str) -> Write:
    def write_each(values: Any) -> str:
        if not isinstance(values, tuple | list):
            raise CannotBeWritten(path, "is not a list")
        if None in values or "" in values:
            raise CannotBeWritten(path, "has an empty entry")
        return "".join([write(value) for value in values])

    return write_each


def _write_branch(branch: Branch, kind: type, path: str, context: _Context) -> Write:
    inside = _write_inside(branch, kind, f"{path}/", context)
    opening, closing = f"<{branch.name}>", f"</{branch.name}>"

    def write(value: Any) -> str:
        text = inside(value)
        return f"{opening}{text}{closing}" if text or branch.required else ""

    return write


def _write_ref(branch: Branch, path: str) -> Write:
    by_id, by_name = (part for part in branch.parts if isinstance(part, Leaf))
    where = path.rstrip("/")
    context = _Context(version=0, clears=False)
    write_id = _write_text(by_id, path + by_id.name, context)
    write_name = _write_text(by_name, path + by_name.name, context)

    def write(value: Any) -> str:
        if not isinstance(value, Ref):
            raise CannotBeWritten(where, "is not Ref")
        if value.list_id and not value.full_name:
            return write_id(value.list_id)
        if value.full_name and not value.list_id:
            return write_name(value.full_name)
        raise CannotBeWritten(where, "has to name exactly one of ListID and FullName")

    return write


def _write_text(leaf: Leaf, path: str, context: _Context) -> Write:
    opening, closing = f"<{leaf.name}>", f"</{leaf.name}>"
    length, may_break = leaf.length, is_long(leaf)
    length_fast = 100_000 if length is None else length
    is_blank_refused = leaf.required and not leaf.repeated
    empty = f"{opening}{closing}" if context.clears else ""

    def write(value: Any) -> str:
        if isinstance(value, str) and is_plain(value) and len(value) <= length_fast:
            if is_blank_refused and value.isspace():
                raise CannotBeWritten(path, "is missing")
            return f"{opening}{value}{closing}"
        if value == "":
            return empty
        if isinstance(value, UseMacro):
            return _use_macro(value, leaf, path)
        try:
            text = check_text(value, length=length, is_long=may_break)
        except Unwritable as error:
            raise CannotBeWritten(path, error.reason) from None
        return f"{opening}{escape(text)}{closing}"

    return write


def _use_macro(value: UseMacro, leaf: Leaf, path: str) -> str:
    if not leaf.macro:
        raise CannotBeWritten(path, "cannot stand for a record of the same message set")
    if not isinstance(value.name, str) or not MACRO.fullmatch(value.name):
        raise CannotBeWritten(path, "is not of the form TxnID:name")
    return f'<{leaf.name} useMacro="{value.name}"/>'


def _write_value(leaf: Leaf, path: str) -> Write:
    opening, closing = f"<{leaf.name}>", f"</{leaf.name}>"
    convert = _convert(leaf)

    def write(value: Any) -> str:
        try:
            return f"{opening}{convert(value)}{closing}"
        except Unwritable as error:
            raise CannotBeWritten(path, error.reason) from None

    return write


def _convert(leaf: Leaf) -> Callable[[object], str]:
    if leaf.kind is Kind.INT:
        return lambda value: write_whole(value, least=leaf.least, most=leaf.most)
    if leaf.kind is Kind.ENUM:
        return lambda value: _word(value, leaf.values)
    return WRITERS[leaf.kind]


def _word(value: object, values: Sequence[str]) -> str:
    if not isinstance(value, str) or value not in values:
        raise Unwritable(f"is not one of {', '.join(values)}")
    return value
