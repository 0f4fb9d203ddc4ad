"""Which style sheets and scripts a page loads: all that lie in the folders, in a fixed order."""

from functools import cache
from pathlib import Path
from typing import Final

from django.templatetags.static import static

STATIC: Final = Path(__file__).parent / "static"
# What others build on comes first, what is for paper last; a page's own sheet after the parts'.
_FIRST: Final = ("css/tokens.css", "css/base.css")
_LAST: Final = ("css/print.css",)


@cache
def style_names() -> tuple[str, ...]:
    """Return the names of the style sheets below static/, in the order of loading."""
    parts = _below("css/*.css")
    ends = {*_FIRST, *_LAST}
    between = [each for each in parts if each not in ends]
    return (*_FIRST, *between, *_below("css/pages/*.css"), *_LAST)


@cache
def script_names() -> tuple[str, ...]:
    """Return the names of the scripts below static/: htmx first, then ours."""
    return ("htmx.min.js", *_below("js/*.js"))


@cache
def address(name: str) -> str:
    """Return the address of a static file; a page asks for many, so it is looked up once."""
    return static(name)


def _below(pattern: str) -> tuple[str, ...]:
    return tuple(sorted(each.relative_to(STATIC).as_posix() for each in STATIC.glob(pattern)))
