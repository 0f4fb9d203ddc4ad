"""The OpenAPI document: what holds for every operation is added to each here, once."""

from typing import Any, Final

from pydantic.json_schema import models_json_schema

from fieldledger.api.idempotency import HEADER
from fieldledger.api.models import KEY_LENGTH_MAX
from fieldledger.api.problems import CONTENT_TYPE, KINDS
from fieldledger.api.shapes import ProblemOut

DESCRIPTION: Final = """\
Clients, items, invoices, payments, deposits, credit memos and refunds, and how they stand with
QuickBooks Desktop.

Send your key with every request: `Authorization: Bearer KEY`. Bodies are JSON. Ids are opaque
strings. Money is a string with two decimals ("125.00"), quantities and rates are strings with up
to five; strings and JSON numbers are taken. Dates look like 2026-05-03, times follow RFC 3339 with
an offset.

Lists come newest first, in pages: ask for `?limit=` (50 unless told, at most 500) and go on with
`?cursor=` and the `next_cursor` of the page before until it is null.

A write may name an `Idempotency-Key` of your own making: the same key and body again, within 48
hours, gives the first answer with the header `Idempotency-Replayed: true` and does nothing; the
same key with another body is refused with 422. PATCH changes only what is named; null empties a
field.

Errors are RFC 9457 problem documents: `detail` says in plain words what is wrong, `errors` does so
field by field.
"""

_WRITES: Final = ("post", "put", "patch", "delete")
_REF: Final = "#/components/schemas/ProblemOut"


def complete(document: dict[str, Any]) -> None:
    """Add problems to every operation, the Idempotency-Key to writes, the file to its download."""
    _, schemas = models_json_schema(
        [(ProblemOut, "serialization")], ref_template="#/components/schemas/{model}"
    )
    document["components"]["schemas"].update(schemas["$defs"])
    document["components"]["schemas"] = dict(sorted(document["components"]["schemas"].items()))
    document["servers"] = [{"url": "/"}]
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            statuses = [401, 422, 429]
            if "{" in path or method == "delete":
                statuses.append(404)
            if method in _WRITES:
                operation["parameters"].append(_key_parameter())
                statuses += [400, 403, 409, 413, 415]
            elif path.endswith("/setup-file"):
                statuses.append(409)
                operation["responses"][200]["content"] = {
                    "application/x-qwc": {"schema": {"type": "string"}}
                }
            for status in sorted({*statuses, 500, 503}):
                operation["responses"][status] = {
                    "description": KINDS[status].title,
                    "content": {CONTENT_TYPE: {"schema": {"$ref": _REF}}},
                }


def _key_parameter() -> dict[str, Any]:
    return {
        "in": "header",
        "name": HEADER,
        "required": False,
        "description": "Your own key for this write; the same key and body is done once.",
        "schema": {
            "type": "string",
            "minLength": 1,
            "maxLength": KEY_LENGTH_MAX,
            "pattern": "^[!-~][ -~]*$",
        },
    }
