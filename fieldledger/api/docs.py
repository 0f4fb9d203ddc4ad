"""The readable docs: one page made from the OpenAPI document, without scripts or other hosts."""

from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fieldledger.api.application import api
from fieldledger.api.problems import KINDS

_REF: Final = "#/components/schemas/"
_DEPTH_MAX: Final = 3  # Of shapes in shapes that the page unfolds.


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A field of a shape, or a parameter, in words."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One operation."""

    anchor: str
    method: str
    path: str
    summary: str
    queries: list[Field]
    body: list[Field]
    answer: list[Field]
    status: str


@require_safe
def show_docs(request: HttpRequest) -> HttpResponse:
    """Show the docs."""
    document = api.get_openapi_schema()
    groups: dict[str, list[Section]] = {}
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            section = _section(document, path, method, operation)
            groups.setdefault(operation["tags"][0], []).append(section)
    about = document["info"]["description"].split("\n\n")
    context = {"about": about, "groups": groups, "problems": sorted(KINDS.items())}
    return render(request, "api/docs.html", context)


def _section(document: Any, path: str, method: str, operation: Any) -> Section:
    status = next(str(each) for each in operation["responses"] if 200 <= int(each) < 300)
    success = operation["responses"][int(status)]
    return Section(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation.get("description", ""),
        queries=[
            Field(
                name=each["name"],
                type=_type(each["schema"]),
                required=each["required"],
                description=each.get("description", ""),
            )
            for each in operation["parameters"]
            if each["in"] == "query"
        ],
        body=_fields_of(document, operation.get("requestBody", {})),
        answer=_fields_of(document, success),
        status=status,
    )


def _fields_of(document: Any, carrier: Any) -> list[Field]:
    content = carrier.get("content", {}).get("application/json")
    return _fields(document, content["schema"], prefix="", depth=1) if content else []


def _fields(document: Any, schema: Any, *, prefix: str, depth: int) -> list[Field]:
    shape = _resolved(document, schema)
    fields = []
    for name, inner in shape.get("properties", {}).items():
        fields.append(
            Field(
                name=f"{prefix}{name}",
                type=_type(inner),
                required=name in shape.get("required", ()),
                description=inner.get("description", ""),
            )
        )
        if depth < _DEPTH_MAX:
            nested, mark = _nested(inner)
            fields += _fields(document, nested, prefix=f"{prefix}{name}{mark}.", depth=depth + 1)
    return fields


def _nested(schema: Any) -> tuple[Any, str]:
    """Return the shape that a field holds one or many of, and what its name is followed by."""
    for each in (schema, *schema.get("anyOf", ()), *schema.get("allOf", ())):
        if "$ref" in each:
            return each, ""
        if "$ref" in each.get("items", {}):
            return each["items"], "[]"
    return {}, ""


def _resolved(document: Any, schema: Any) -> Any:
    ref = schema.get("$ref")
    return document["components"]["schemas"][ref.removeprefix(_REF)] if ref else schema


def _type(schema: Any) -> str:
    """Return what a value looks like: "text", "text or nothing", "list"."""
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_type(each) for each in schema["anyOf"]))
    if "enum" in schema:
        return " | ".join(str(each) for each in schema["enum"])
    if examples := schema.get("examples"):
        return f'"{examples[0]}"'
    formats = {"date": "date", "date-time": "time"}
    names = {
        "string": formats.get(schema.get("format", ""), "text"),
        "integer": "whole number",
        "number": "number",
        "boolean": "true or false",
        "array": "list",
        "object": "object",
        "null": "null",
    }
    return names.get(schema.get("type", ""), "object")
