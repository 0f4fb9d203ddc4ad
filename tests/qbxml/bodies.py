"""Made-up values for every class of request: mostly what an office writes, sometimes hostile."""

import dataclasses
import datetime as dt
import typing
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from fieldledger.qbxml.objects import Body, Ref, UseMacro
from fieldledger.qbxml.plans import field_name
from fieldledger.qbxml.schema import REQUESTS, Branch, Kind, Leaf, OneOf, Part, elements_of

KINDS: tuple[type, ...] = typing.get_args(Body)
DAY_MIN = dt.date(1901, 1, 1)
TIME_MIN, TIME_MAX = dt.datetime(1970, 1, 2), dt.datetime(2038, 1, 1)  # noqa: DTZ001 - wall clock
NAMES = [kind.__name__ for kind in KINDS]

PLAUSIBLE = ("Ann", "O'B&ö", "<Jr>", "–“%”", "a:b", " x ", "€", "ü", "Tax")
HOSTILE = (
    "",
    " ",
    "\x00",
    "a\x0bb",
    "\ud800",
    "\ufffe",
    "\x85",
    "\x7f",
    "\u2028",
    "a\nb",
    "a\r\nb",
    "a\tb",
    "字",
    "😀",
    "e\u0301",
    "]]>",
    "<!--",
    "&#11;",
    "x" * 32,
    "x" * 42,
    "x" * 4096,
    "ü" * 4095,
    None,
    7,
    b"x",
    ("x",),
    True,
)


def mostly(
    usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any], *, times: int = 30
) -> st.SearchStrategy[Any]:
    """Return `usual` values with an odd one now and then: records have many fields."""
    return st.integers(0, times).flatmap(lambda number: usual if number else odd)


# Few of the usual texts are longer than the shortest field, so that records get written at all.
TEXTS = mostly(
    st.sampled_from(PLAUSIBLE) | st.text(st.sampled_from("aé&<'\"€ñ– "), min_size=1, max_size=5),
    st.sampled_from(HOSTILE) | st.text(max_size=50),
)
NUMBERS = mostly(
    st.decimals(min_value=0, max_value=10_000, places=2),
    st.decimals() | st.sampled_from([Decimal("1E+12"), Decimal("1E-7"), 3, 0.1, True, "1.00"]),
)
VALUES: dict[Kind, st.SearchStrategy[Any]] = {
    Kind.STR: TEXTS,
    Kind.ID: mostly(st.sampled_from(["80000001-1408037988", "-1"]), TEXTS),
    Kind.BOOL: mostly(st.booleans(), st.sampled_from(["true", 1])),
    Kind.DATE: mostly(st.dates(DAY_MIN), st.dates() | st.datetimes() | st.just("2026-01-01")),
    Kind.DATETIME: mostly(
        st.datetimes(TIME_MIN, TIME_MAX),
        st.datetimes(timezones=st.none() | st.timezones()) | st.dates(),
    ),
    Kind.AMT: NUMBERS,
    Kind.PRICE: NUMBERS,
    Kind.QTY: NUMBERS,
    Kind.PCT: NUMBERS,
    Kind.INT: mostly(st.integers(1, 10), st.integers() | st.sampled_from([True, 1.0, "1"])),
    Kind.GUID: mostly(st.uuids(), st.sampled_from(["0", "{}", "x"])),
}


def bodies(kind: type) -> st.SearchStrategy[Any]:
    """Return made-up values of one class of `objects.Body`."""
    request = REQUESTS[f"{kind.__name__}Rq"]
    first = request.parts[0]
    is_record = isinstance(first, Branch) and first.name == kind.__name__
    return _objects(kind, first if is_record and isinstance(first, Branch) else request)


@st.composite
def _objects(draw: st.DrawFn, kind: type, branch: Branch) -> Any:
    hints = typing.get_type_hints(kind)
    if kind is Ref:
        # By id or by name, and now and then by both or none.
        leaves = draw(mostly(st.sampled_from([(0,), (1,)]), st.sampled_from([(), (0, 1)])))
        parts = [branch.parts[place] for place in leaves]
        elements = [each for each in parts if isinstance(each, Leaf)]
        return Ref(**{field_name(each.name): draw(VALUES[each.kind]) for each in elements})
    fields = {}
    for element, is_needed in _elements(draw, branch.parts):
        name = field_name(element.name)
        if name in hints and (is_needed or draw(st.booleans())):
            fields[name] = draw(_value(element, hints[name]))
    # A field that Python wants, although no branch of a choice was drawn that has it.
    missing = {
        each.name: None
        for each in dataclasses.fields(kind)
        if each.default is dataclasses.MISSING and each.name not in fields
    }
    return kind(**fields, **missing)


def _elements(draw: st.DrawFn, parts: tuple[Part, ...]) -> list[tuple[Leaf | Branch, bool]]:
    """Return elements that may stand together, and whether they have to; now and then others."""
    found: list[tuple[Leaf | Branch, bool]] = []
    for part in parts:
        if not isinstance(part, OneOf):
            found.append((part, part.required))
        elif part.repeated or not draw(st.integers(0, 30)):
            found += [(element, False) for element in elements_of((part,))]
        elif part.required or draw(st.booleans()):
            found += _elements(draw, draw(st.sampled_from(part.branches)))
    return found


def _value(element: Leaf | Branch, hint: object) -> st.SearchStrategy[Any]:
    if typing.get_origin(hint) is tuple:
        inner, _ellipsis = typing.get_args(hint)
        return st.lists(_one(element, inner), min_size=element.required, max_size=2).map(tuple)
    return _one(element, hint)


def _one(element: Leaf | Branch, hint: object) -> st.SearchStrategy[Any]:
    if isinstance(element, Leaf):
        if element.kind is Kind.ENUM:
            return mostly(st.sampled_from(element.values), st.just("Nothing"))
        found = VALUES[element.kind]
        return found | st.builds(UseMacro, st.just("TxnID:i1")) if element.macro else found
    inner = typing.get_args(hint) or (hint,)
    classes = [each for each in inner if dataclasses.is_dataclass(each) and isinstance(each, type)]
    return _objects(classes[0], element)


def texts_in(value: object) -> set[str]:
    """Return every text that a value holds, at any depth."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, tuple):
        return set().union(*map(texts_in, value))
    if dataclasses.is_dataclass(value):
        return set().union(
            *(texts_in(getattr(value, each.name)) for each in dataclasses.fields(value))
        )
    return set()
