"""The parts that pages are made of, each in all its states: for whoever builds or judges a page."""

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from django.http import HttpResponse
from django.shortcuts import render

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.accounts.roles import Right
from fieldledger.website.look import STATIC
from fieldledger.website.words import MONEY_STATES, STATES

FAMILIES: Final = (
    ("neutral", "Rests", "Nobody has to do anything, and nothing is on its way."),
    ("blue", "On its way", "It moves by itself."),
    ("green", "Done", "QuickBooks has it; the money is there."),
    ("amber", "Look", "It is done, but not as it is here, or it stands still."),
    ("red", "Needs somebody", "It stays as it is until a person acts."),
)


@dataclass(frozen=True, slots=True)
class Example:
    """A form as the tag {% field %} wants it."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, tuple[str, ...]] = field(default_factory=dict)


@page(Right.MAKE_KEYS)
def components(request: PageRequest) -> HttpResponse:
    """Show every part, every state and every drawing."""
    shown = {
        "families": FAMILIES,
        "states": list(STATES),
        "money_states": list(MONEY_STATES),
        "icons": icon_names(),
        "form": Example(
            {"name": "Harbor Plumbing", "number": "10400000000000", "terms": "Net 30"},
            {"number": ("QuickBooks takes at most 11 characters.",)},
        ),
        "terms": (("Net 15", "Net 15"), ("Net 30", "Net 30")),
    }
    return render(request, "design/components.html", shown)


@cache
def icon_names() -> tuple[str, ...]:
    """Return the name of every drawing in the file of icons."""
    text = (STATIC / "icons.svg").read_text(encoding="utf-8")
    return tuple(re.findall(r'<symbol id="i-([a-z-]+)"', text))
