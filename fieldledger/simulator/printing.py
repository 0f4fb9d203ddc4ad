"""Prints answers as QuickBooks does: its element order, a line each, non-ASCII as references.

The order of a record's elements is the schema's (fieldledger.qbxml.schema); the look is that of
answers recorded from QuickBooks: `<?xml version="1.0" ?>`, line feeds, no indent, `&#233;`.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Final

from fieldledger.qbxml import schema

HEAD: Final = '<?xml version="1.0" ?>\n<QBXML>\n'
TAIL: Final = "</QBXML>\n"

_TO_ESCAPE: Final = re.compile(r"[^\t\n -%'-;=?-~]|[&<>]")
_NAMED: Final = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}

# Elements in QuickBooks' order, each with the order inside it.
Order = tuple[tuple[str, "Order | None"], ...]


def escaped(text: str) -> str:
    """Return text as QuickBooks writes it between tags."""
    return _TO_ESCAPE.sub(_reference, text)


def _reference(found: re.Match[str]) -> str:
    character = found.group()
    return _NAMED.get(character) or f"&#{ord(character)};"


def escaped_attribute(text: str) -> str:
    """Return text as QuickBooks writes it in an attribute."""
    return escaped(text).replace('"', "&quot;")


@cache
def order_of(record: str) -> Order:
    """Return the order of elements in a record such as "CustomerRet"."""
    return _order(schema.RECORDS[record].parts)


def _order(parts: Sequence[schema.Part]) -> Order:
    order: dict[str, Order | None] = {}
    for part in parts:
        if isinstance(part, schema.OneOf):
            for branch in part.branches:
                order.update(_order(branch))
        elif isinstance(part, schema.Leaf):
            order[part.name] = None
        else:
            order[part.name] = _order(part.parts)
    return tuple(order.items())


def print_record(
    lines: list[str], name: str, values: Mapping[str, Any], include: Collection[str] = ()
) -> None:
    """Add a record's lines; only its elements named by `include`, if any are."""
    lines.append(f"<{name}>")
    _print_inside(lines, order_of(name), values, include)
    lines.append(f"</{name}>")


def _print_inside(
    lines: list[str], order: Order, values: Mapping[str, Any], include: Collection[str] = ()
) -> None:
    for element, inside in order:
        value = values.get(element)
        if value is None or (include and element not in include):
            continue
        if isinstance(value, str):
            lines.append(f"<{element}>{escaped(value)}</{element}>")
            continue
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, str):
                lines.append(f"<{element}>{escaped(each)}</{element}>")
                continue
            assert inside is not None
            lines.append(f"<{element}>")
            _print_inside(lines, inside, each)
            lines.append(f"</{element}>")


def print_tag(name: str, attributes: Mapping[str, str], *, empty: bool = False) -> str:
    """Return a start tag, or the tag of an element with nothing inside."""
    inside = "".join(f' {key}="{escaped_attribute(each)}"' for key, each in attributes.items())
    return f"<{name}{inside} />" if empty else f"<{name}{inside}>"
