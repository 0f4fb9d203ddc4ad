"""The look's own rules: one place for colours, contrast enough, small files, no missing drawing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from fieldledger.website.look import STATIC, script_names, style_names
from fieldledger.website.pages.components import icon_names
from fieldledger.website.templatetags.fieldledger import breaks_at_signs

SHEETS = {name: (STATIC / name).read_text(encoding="utf-8") for name in style_names()}
TOKENS = SHEETS["css/tokens.css"]
TEMPLATES = STATIC.parent / "templates"
LINES_MAX = 200
COLOUR = re.compile(r"#[0-9a-f]{3,8}\b|\brgba?\(|\bhsla?\(", re.IGNORECASE)
PAIR = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")
COLOURS = {name: (light, dark) for name, light, dark in PAIR.findall(TOKENS)}
GROUNDS = ("paper", "surface", "raised", "sunken", "hover", "chosen")
FAMILIES = ("neutral", "blue", "green", "amber", "red")
# What is read, and the grounds it stands on.
TEXTS = [
    *((text, ground) for text in ("ink", "ink-2", "ink-3", "accent") for ground in GROUNDS),
    *((text, f"{text}-soft") for text in FAMILIES),
    *((text, ground) for text in FAMILIES for ground in ("surface", "raised")),
    *(("ink", f"{family}-soft") for family in FAMILIES),
    ("ink-3", "neutral-soft"),
    ("on-accent", "accent"),
    ("on-accent", "accent-hover"),
    ("ink", "pressed"),
]
# What is seen: the edges of fields, lamps, bars, the mark of the focus.
DRAWINGS = [
    *((f"{family}-solid", "surface") for family in FAMILIES),
    *((f"series-{number}", "surface") for number in range(1, 7)),
    *((name, ground) for name in ("field-line", "focus") for ground in ("paper", "surface")),
]


def luminance(colour: str) -> float:
    """Return the relative luminance (WCAG 2.2, definitions)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def weak(pairs: list[tuple[str, str]], least: float) -> list[str]:
    return [
        f"{text} on {ground}, {scheme}: {found:.2f}"
        for text, ground in pairs
        for scheme, at in (("light", 0), ("dark", 1))
        if (found := contrast(COLOURS[text][at], COLOURS[ground][at])) < least
    ]


def test_text_stands_4_5_to_1_against_its_ground_and_drawings_3_to_1() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert weak(TEXTS, 4.5) == []
    assert weak(DRAWINGS, 3) == []


def test_colours_stand_in_the_tokens_alone() -> None:
    found = [
        f"{name}:{number} {line.strip()}"
        for name, text in SHEETS.items()
        if name != "css/tokens.css"
        for number, line in enumerate(text.splitlines(), start=1)
        if COLOUR.search(line)
    ]

    assert found == []


def test_every_token_that_is_used_exists() -> None:
    made = set(re.findall(r"(--[\w-]+):", "\n".join(SHEETS.values())))
    used = set(re.findall(r"var\((--[\w-]+)", "\n".join(SHEETS.values())))

    assert used - made == set()


def test_style_sheets_and_scripts_stay_small_and_say_what_they_are_for() -> None:
    names = [*style_names(), *(name for name in script_names() if name.startswith("js/"))]
    texts = {name: (STATIC / name).read_text(encoding="utf-8") for name in names}

    assert {name: text.count("\n") for name, text in texts.items()
            if text.count("\n") > LINES_MAX} == {}  # fmt: skip
    assert [name for name, text in texts.items() if not text.startswith(("/* ", "// "))] == []
    assert names[0] == "css/tokens.css"
    assert "css/print.css" in names


def drawn() -> Iterator[tuple[Path, str]]:
    for path in TEMPLATES.rglob("*.html"):
        for name in re.findall(r"{% icon \"([a-z-]+)\"", path.read_text(encoding="utf-8")):
            yield path, name


def test_every_drawing_that_a_template_asks_for_is_there() -> None:
    known = set(icon_names())

    assert [(path.name, name) for path, name in drawn() if name not in known] == []
    assert len(known) > 60


def test_a_long_email_address_goes_on_at_its_signs_and_stays_escaped() -> None:
    assert breaks_at_signs("ann.lee@example.com") == "ann<wbr>.lee<wbr>@example<wbr>.com"
    assert breaks_at_signs("<b>@x") == "&lt;b&gt;<wbr>@x"
    assert breaks_at_signs("12 St. Mary St.") == "12 St. Mary St."
    assert breaks_at_signs(None) == ""
