"""Names in the place of ids: sentences of the log say who, not which row of which table."""

from typing import Any

from fieldledger.accounts.pages import People
from fieldledger.api.access import ApiRequest


def spelled(request: ApiRequest, value: Any) -> Any:
    """Return a document with people's names for the ids of those its sentences speak of."""
    return _spelled(People(request.caller.business), value)


def _spelled(people: People, value: Any) -> Any:
    match value:
        case str():
            return people.spell(value)
        case dict():
            return {key: _spelled(people, each) for key, each in value.items()}
        case list():
            return [_spelled(people, each) for each in value]
        case _:
            return value
