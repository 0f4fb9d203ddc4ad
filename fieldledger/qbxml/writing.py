"""Message sets for QuickBooks, out of the values of `objects`.

Whatever comes out of here is valid against Intuit's schema, holds only what QuickBooks Desktop
(US) takes, and says exactly what went in: a value that QuickBooks would cut, change or refuse is
refused here, by name. Nothing is truncated.

A class is compiled into a plan once, by walking the table of `schema` beside its fields; a request
is then a few string joins, because an initial sync writes tens of thousands of them.

Sources: qbXML 13.0 schema; Intuit SDK samples for the envelope.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from fieldledger.qbxml.objects import Body
from fieldledger.qbxml.plans import MACRO, CannotBeWritten, Plan, plan_for
from fieldledger.qbxml.schema import (
    REQUEST_ATTRIBUTES,
    REQUEST_ID_LENGTH_MAX,
    leaf_at,
    length_max,
)
from fieldledger.qbxml.values import Unwritable, check_text, escape, is_long, is_plain

__all__ = [
    "CannotBeWritten",
    "Continue",
    "Request",
    "Start",
    "Stop",
    "fits",
    "length_max",
    "reason_against",
    "write_message_set",
]

MESSAGE_SET_ID_LENGTH_MAX: Final = 24  # Characters. Source: Intuit SDK samples, error recovery.
ON_ERROR: Final = ("continueOnError", "stopOnError")  # QuickBooks has no rollback.

OnError: TypeAlias = Literal["continueOnError", "stopOnError"]
MetaData: TypeAlias = Literal["NoMetaData", "MetaDataOnly", "MetaDataAndResponseData"]

_MESSAGE_SET_ID: Final = re.compile(rf"[!-~]{{1,{MESSAGE_SET_ID_LENGTH_MAX}}}")
_INCLUDE: Final = re.compile(r"[A-Za-z0-9]{1,50}")


@dataclass(frozen=True, slots=True)
class Start:
    """Ask for the first page; the query has to say how much a page is (`max_returned`)."""


@dataclass(frozen=True, slots=True)
class Continue:
    """Ask for the next page, with the same filters, within the same QuickBooks session."""

    iterator_id: str


@dataclass(frozen=True, slots=True)
class Stop:
    """Give up the pages that are left."""

    iterator_id: str


Iterator: TypeAlias = Start | Continue | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request of a message set."""

    request_id: str  # QuickBooks' answer bears it again; at most 50 characters.
    body: Body
    include: tuple[str, ...] = ()  # IncludeRetElement of an Add or Mod; a query's is in its body.
    iterator: Iterator | None = None
    meta_data: MetaData | None = None
    def_macro: str | None = None  # "TxnID:invoice-1": see `objects.UseMacro`.


def write_message_set(
    requests: Sequence[Request],
    *,
    new_message_set_id: str | None = None,
    old_message_set_id: str | None = None,
    on_error: OnError = "continueOnError",
    version: tuple[int, int] = (13, 0),
) -> str:
    """Return the document that asks QuickBooks for `requests`, in this order.

    With the same id as new and old and no requests it asks what became of that message set; with
    an old one alone QuickBooks forgets it. Source: Intuit SDK Programmer's Guide, error recovery.

    :raises CannotBeWritten: if QuickBooks would refuse or change anything in it.
    """
    if on_error not in ON_ERROR:
        raise CannotBeWritten("onError", f"is not one of {', '.join(ON_ERROR)}")
    attributes = f' onError="{on_error}"'
    for name, value in (
        ("newMessageSetID", new_message_set_id),
        ("oldMessageSetID", old_message_set_id),
    ):
        if value is not None:
            if not _MESSAGE_SET_ID.fullmatch(value):
                raise CannotBeWritten(name, "is not 1 to 24 plain characters")
            attributes += f' {name}="{escape(value)}"'
    written = [_written(request, version[0]) for request in requests]
    ids = {request.request_id for request in requests}
    if len(ids) < len(requests):
        raise CannotBeWritten("requestID", "stands twice in the message set")
    return "".join(
        (
            '<?xml version="1.0" encoding="utf-8"?>\n',
            f'<?qbxml version="{version[0]}.{version[1]}"?>\n',
            f"<QBXML><QBXMLMsgsRq{attributes}>",
            *written,
            "</QBXMLMsgsRq></QBXML>",
        )
    )


def _written(request: Request, version: int) -> str:
    kind: type = type(request.body)
    plan = plan_for(kind, version)
    try:
        attributes = _attributes(request, plan)
        macro = _macro(request, plan)
        body = plan.write(request.body, attribute=macro)
        include = _include(request, plan)
    except CannotBeWritten as error:
        raise CannotBeWritten(error.element, error.reason, request.request_id) from None
    return f"<{plan.request}{attributes}>{body}{include}</{plan.request}>"


def _attributes(request: Request, plan: Plan) -> str:
    if not request.request_id:
        raise CannotBeWritten("requestID", "is missing")
    found = f' requestID="{_attribute("requestID", request.request_id, REQUEST_ID_LENGTH_MAX)}"'
    if request.meta_data is not None:
        _check_allowed("metaData", plan)
        found += f' metaData="{_attribute("metaData", request.meta_data, 30)}"'
    iterator = request.iterator
    if iterator is None:
        return found
    _check_allowed("iterator", plan)
    if isinstance(iterator, Start):
        if getattr(request.body, "max_returned", None) is None:
            raise CannotBeWritten("MaxReturned", "is missing: an iterator wants a page's size")
        return found + ' iterator="Start"'
    if not iterator.iterator_id:
        raise CannotBeWritten("iteratorID", "is missing")
    shown = _attribute("iteratorID", iterator.iterator_id, 100)
    return f'{found} iterator="{type(iterator).__name__}" iteratorID="{shown}"'


def _attribute(name: str, value: str, length: int) -> str:
    if isinstance(value, str) and len(value) <= length and is_plain(value):
        return value
    try:
        return escape(check_text(value, length=length, is_long=False))
    except Unwritable as error:
        raise CannotBeWritten(name, error.reason) from None


def _check_allowed(name: str, plan: Plan) -> None:
    if name not in REQUEST_ATTRIBUTES[plan.request]:
        raise CannotBeWritten(name, f"is not for {plan.request}")


def _macro(request: Request, plan: Plan) -> str:
    if request.def_macro is None:
        return ""
    if plan.record is None or "defMacro" not in REQUEST_ATTRIBUTES.get(plan.record, ()):
        raise CannotBeWritten("defMacro", f"is not for {plan.request}")
    if not MACRO.fullmatch(request.def_macro):
        raise CannotBeWritten("defMacro", "is not of the form TxnID:name")
    return f' defMacro="{request.def_macro}"'


def _include(request: Request, plan: Plan) -> str:
    if not request.include:
        return ""
    if plan.record is None:
        raise CannotBeWritten("IncludeRetElement", "stands in the query itself")
    return _include_elements(request.include)


@lru_cache(maxsize=64)
def _include_elements(names: tuple[str, ...]) -> str:
    for name in names:
        if not _INCLUDE.fullmatch(name):
            raise CannotBeWritten("IncludeRetElement", "is not the name of an element")
    return "".join(f"<IncludeRetElement>{name}</IncludeRetElement>" for name in names)


def reason_against(record: str, element: str, text: str) -> str | None:
    """Return why QuickBooks cannot hold `text` there, in plain words, or None if it can.

    reason_against("InvoiceAdd", "RefNumber", "INV-2026-00017") begins "has 14 characters".

    :raises KeyError: if the table has no such record or no such leaf in it.
    """
    leaf = leaf_at(record, element)
    try:
        check_text(text, length=leaf.length, is_long=is_long(leaf))
    except Unwritable as error:
        return error.reason
    return None


def fits(record: str, element: str, text: str) -> bool:
    """Return whether QuickBooks can hold `text` there as it is; see `reason_against`."""
    return reason_against(record, element, text) is None
