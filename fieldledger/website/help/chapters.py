"""The chapters of the help, and at which pages each opens."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from django.template.loader import render_to_string

from fieldledger.quickbooks.models import Stage
from fieldledger.website.words import STATES

GLOSSARY: Final = "glossary"
ERRORS: Final = "errors"
_TAGS: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True)
class Chapter:
    """A chapter; `pages` are the names of the addresses at which the help opens there."""

    slug: str
    title: str
    pages: frozenset[str] = frozenset()


def _chapter(slug: str, title: str, pages: str = "") -> Chapter:
    return Chapter(slug, title, frozenset(pages.split()))


CHAPTERS: Final = (
    _chapter("start", "What goes where", "home features"),
    _chapter("connect", "Before you connect", "addon"),
    _chapter("install", "Step 1: the setup file"),
    _chapter("authorize", "Step 2: the password"),
    _chapter("thirty", "The bar that stands still at 30%"),
    _chapter("import", "Step 3: what to bring over", "choose_import"),
    _chapter("preferences", "Step 3.1: who is the same as whom", "preferences"),
    _chapter("plan", "The plan and the initial sync", "plan initial_sync"),
    _chapter("office", "Clients, items, invoices and payments", "clients items invoices invoice"),
    _chapter("sending", "How things get to QuickBooks", "quickbooks"),
    _chapter("log", "The sync log and its states", "sync_log entry"),
    _chapter("mapping", "Mapping: which account, tax and method", "mapping tax_rates"),
    _chapter(
        "computers",
        "Company file, computers, coming back",
        "connection company_file welcome_back disconnect",
    ),
    _chapter("trouble", "When nothing moves"),
    _chapter("training", "Training: break things and mend them", "learn"),
    _chapter("keys", "Search, keys and commands", "search"),
    Chapter(GLOSSARY, "Glossary"),
    Chapter(ERRORS, "Every error and what to do"),
)
_BY_SLUG: Final = {each.slug: each for each in CHAPTERS}
# One page for three steps: which one it is at decides.
_OF_A_STAGE: Final = {
    Stage.INSTALL: "install",
    Stage.AUTHORIZE: "authorize",
    Stage.IMPORT: "import",
}
_OFFICE: Final = ("client", "item", "invoice", "payment")


def chapter_at(page_name: str, stage: str = "") -> str:
    """Return the slug of the chapter at which the help opens on the page of this name."""
    if page_name == "setup":
        return next((slug for each, slug in _OF_A_STAGE.items() if each == stage), "install")
    for each in CHAPTERS:
        if page_name in each.pages:
            return each.slug
    if any(word in page_name for word in _OFFICE):
        return "office"
    return "sending" if "quickbooks" in page_name else "start"


def chapter_of(slug: str) -> Chapter:
    """Return the chapter with this slug, or the first one."""
    return _BY_SLUG.get(slug, CHAPTERS[0])


def names_for_chapter(slug: str) -> dict[str, Any]:
    """Return the names that a chapter's own template shows."""
    return {"states": list(STATES)} if slug == "log" else {}


@cache
def text_of(slug: str) -> str:
    """Return a chapter's words without its marks, for the search."""
    shown = render_to_string(f"help/chapters/{slug}.html", names_for_chapter(slug))
    return " ".join(_TAGS.sub(" ", shown).split())
