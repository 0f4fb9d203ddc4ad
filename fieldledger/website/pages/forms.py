"""What a form holds between browser and service: what was typed, and what is wrong with it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict


@dataclass(slots=True, kw_only=True)
class Form:
    """What was typed, by the services' names, with sentences about what cannot be taken."""

    values: dict[str, Any]
    errors: dict[str, list[str]] = field(default_factory=dict)

    @property
    def general(self) -> list[str]:
        """Return the sentences that stand beside no field of the form."""
        return [
            sentence
            for name, sentences in self.errors.items()
            if name not in self.values
            for sentence in sentences
        ]

    @property
    def is_wrong(self) -> bool:
        """Whether something has to be put right."""
        return bool(self.errors)

    def refused(self, errors: Mapping[str, list[str]]) -> "Form":
        """Return the same form with what a service said about it."""
        return Form(values=self.values, errors=dict(errors))


def typed(post: QueryDict, names: Iterable[str], *, ticks: Iterable[str] = ()) -> dict[str, Any]:
    """Return what a form holds under `names`, "" where absent, and whether `ticks` are set."""
    values: dict[str, Any] = {name: post.get(name, "") for name in names}
    values |= {name: name in post for name in ticks}
    return values
