"""The roadmap is true: what is ticked names a test that exists, all else says what is missing."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from fieldledger.website.command_line import COMMANDS
from tests.support.shared import ROOT

LINE = re.compile(r"^- \[(?P<tick>[ x])\] \*\*(?P<name>[A-Z][0-9a-z.]+)\*\* (?P<rest>.+)$")
LAST_OF_SET_UP = 62  # Of the S lines; what follows is everyday work.
# A test that is named after its lines: test_s40_s41_the_import_is_shown_as_used.
NAMED = re.compile(r"^test_((?:[sznrp]\d+_)+)")
SCRIPTS = (
    "./run",
    "./test",
    ".ci/run",
    "scripts/fresh-machine",
    "scripts/screenshots",
    "benchmarks/contestant.py",
)


def promised() -> list[str]:
    """Return the name of everything that is promised, in the roadmap's order."""
    lines = [f"S{number}" for number in range(1, 87)]
    lines[32:33] = [f"S33{letter}" for letter in "abcde"]
    lines += [f"Z{number}" for number in range(1, 14)]
    lines += [f"N{number}" for number in range(1, 16)]
    lines += [f"R{number}" for number in range(1, 17)]
    lines += ["P1", "P1z", *(f"P{number}" for number in range(2, 19))]
    lines += [f"I2.{number}" for number in range(1, 10)]
    lines += [f"D2.{number}" for number in range(1, 7)]
    lines += [f"I3.{number}" for number in range(1, 10)]
    lines += [f"I4.{number}" for number in range(1, 11)]
    return lines + [f"I5.{number}" for number in range(1, 11)]


@pytest.fixture(scope="module")
def lines() -> list[re.Match[str]]:
    text = (ROOT / "docs" / "roadmap.md").read_text(encoding="utf-8")
    listed = [line for line in text.splitlines() if line.startswith("- ")]
    found = [LINE.match(line) for line in listed]
    broken = [line for line, match in zip(listed, found, strict=True) if match is None]
    assert broken == []
    return [match for match in found if match is not None]


@cache
def names_of_tests(path: Path) -> frozenset[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return frozenset(
        each.name
        for each in tree.body
        if isinstance(each, ast.FunctionDef) and each.name.startswith("test_")
    )


def why_it_shows_nothing(shown: str) -> str:
    """Return what is wrong with a test or a command that a ticked line names; "" if nothing is."""
    path, colons, name = shown.partition("::")
    if colons:
        if not (path.startswith("tests/") and (ROOT / path).is_file()):
            return f"there is no file {path}"
        return "" if name in names_of_tests(ROOT / path) else f"{path} has no {name}"
    words = shown.split()
    if words[0] in SCRIPTS:
        return "" if (ROOT / words[0]).is_file() else f"there is no {words[0]}"
    is_ours = words[0].endswith("fieldledger") and len(words) > 1 and words[1] in COMMANDS
    return "" if is_ours else f"{shown} is neither a test nor a command"


def test_everything_that_is_promised_is_there_once_and_in_order(
    lines: list[re.Match[str]],
) -> None:
    assert [each["name"] for each in lines] == promised()


def test_what_is_ticked_names_tests_or_commands_that_exist(lines: list[re.Match[str]]) -> None:
    wrong = []
    for each in lines:
        if each["tick"] == "x":
            shown = re.findall(r"`([^`]+)`", each["rest"])
            wrong += [f"{each['name']}: names nothing that shows it"] * (not shown)
            wrong += [f"{each['name']}: {why}" for why in map(why_it_shows_nothing, shown) if why]

    assert wrong == []
    assert sum(each["tick"] == "x" for each in lines) > 100


def test_what_is_not_ticked_says_what_is_missing(lines: list[re.Match[str]]) -> None:
    silent = [
        each["name"]
        for each in lines
        if each["tick"] == " " and not re.search(r"\. Missing: \S.*\.$", each["rest"])
    ]

    assert silent == []


def test_a_test_named_after_a_line_is_named_on_it(lines: list[re.Match[str]]) -> None:
    unnamed = []
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for name in sorted(names_of_tests(path)):
            for number in (NAMED.match(name) or [""])[0].split("_")[1:-1]:
                of_it = [
                    each for each in lines if re.fullmatch(f"{number}[a-e]?", each["name"].lower())
                ]
                assert of_it, f"{name}: there is no such line"
                if not any(each["tick"] == " " or f"::{name}`" in each["rest"] for each in of_it):
                    unnamed.append(f"{number}: {name}")

    assert unnamed == []


def test_every_promise_of_the_set_up_has_a_test_that_is_named_after_it(
    lines: list[re.Match[str]],
) -> None:
    unnamed = []
    for each in lines:
        number = re.match(r"S(\d+)", each["name"])
        if each["tick"] == "x" and number and int(number[1]) <= LAST_OF_SET_UP:
            tests = re.findall(r"::(\w+)`", each["rest"])
            if not any(f"_s{number[1]}_" in test for test in tests):
                unnamed.append(each["name"])

    assert unnamed == []


@pytest.mark.parametrize(
    "shown",
    ["tests/test_roadmap.py::test_nothing", "tests/test_gone.py::test_x", "fieldledger fly", "rm"],
)
def test_a_tick_that_shows_nothing_is_found(shown: str) -> None:
    assert why_it_shows_nothing(shown)
