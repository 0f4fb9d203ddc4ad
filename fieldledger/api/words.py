"""What pydantic finds wrong with a query or a body, in plain words and by the field's name."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

_SENTENCES: Final = {
    "missing": "This is missing.",
    "int_parsing": "Must be a whole number.",
    "int_parsing_size": "Must be a whole number.",
    "bool_parsing": "Must be true or false.",
    "model_type": "Must be a JSON object.",
    "model_attributes_type": "Must be a JSON object.",
    "dict_type": "Must be a JSON object.",
    "list_type": "Must be a list.",
    "string_type": "Must be text.",
}
_BODY: Final = ("body", "body")
NO_BODY: Final = "The body is missing, or is not a JSON object: send one, with `{` and `}`."


def errors_in_words(errors: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Return sentences by field; the body itself is called "body"."""
    named: dict[str, list[str]] = {}
    for error in errors:
        place = tuple(error["loc"])
        if place == _BODY:
            named.setdefault("body", []).append(NO_BODY)
            continue
        name = ".".join(str(each) for each in place[1:])
        named.setdefault(name, []).append(_sentence(error))
    return named


def _sentence(error: Mapping[str, Any]) -> str:
    limits = error.get("ctx", {})
    match error["type"]:
        case "greater_than_equal":
            return f"Must be at least {limits['ge']}."
        case "less_than_equal":
            return f"Must be at most {limits['le']}."
        case "string_too_long":
            return f"Must have at most {limits['max_length']} characters."
        case "enum" | "literal_error":
            return f"Must be one of: {str(limits['expected']).replace(' or ', ', ')}."
        case kind:
            return _SENTENCES.get(kind, "This cannot be taken.")
