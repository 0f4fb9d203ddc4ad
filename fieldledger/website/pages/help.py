"""The help: as a drawer beside every page, and as a page of its own."""

from collections.abc import Callable, Iterable
from typing import Final, TypeVar

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.vary import vary_on_headers

from fieldledger.accounts.pages import PageRequest, page
from fieldledger.office.searching import fold
from fieldledger.website.help.chapters import (
    CHAPTERS,
    ERRORS,
    GLOSSARY,
    Chapter,
    chapter_of,
    names_for_chapter,
    text_of,
)
from fieldledger.website.help.errors import families
from fieldledger.website.help.glossary import parts

_FOUND_MAX: Final = 8
_WRITTEN: Final = tuple(each for each in CHAPTERS if each.slug not in {GLOSSARY, ERRORS})

Found = TypeVar("Found")


@page()
@vary_on_headers("HX-Request")
def show_help(request: PageRequest) -> HttpResponse:
    """Show a chapter, or what a search of the help finds."""
    wanted = request.GET.get("q", "").strip()
    chapter = chapter_of(request.GET.get("chapter", ""))
    shown = {
        "wanted": wanted,
        "chapters": CHAPTERS,
        "chapter": chapter,
        "content": f"help/chapters/{chapter.slug}.html",
        **names_for_chapter(chapter.slug),
    }
    if wanted:
        shown |= _search(wanted)
    elif chapter.slug == GLOSSARY:
        shown["parts"] = parts()
    elif chapter.slug == ERRORS:
        shown["families"] = families()
    return render(request, "help/body.html" if request.htmx else "help/page.html", shown)


def _search(wanted: str) -> dict[str, object]:
    words = fold(wanted).split()
    terms = (term for part in parts() for term in part.terms)
    errors = (error for family in families() for error in family.errors)
    return {
        "found_chapters": _first(_WRITTEN, words, _words_of),
        "found_terms": _first(terms, words, lambda term: term.plain),
        "found_errors": _first(errors, words, lambda error: error.plain),
    }


def _words_of(chapter: Chapter) -> str:
    return f"{chapter.title} {text_of(chapter.slug)}"


def _first(
    several: Iterable[Found], words: Iterable[str], text: Callable[[Found], str]
) -> list[Found]:
    """Return the first few whose text holds every word."""
    wanted = list(words)
    found = [each for each in several if all(word in fold(text(each)) for word in wanted)]
    return found[:_FOUND_MAX]
