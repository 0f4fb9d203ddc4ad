"""The documentation is complete, as far as a program can tell."""

import re
import tomllib
from pathlib import Path

import pytest

from fieldledger.qbwc.transitions import write_diagram
from fieldledger.qbxml.hresults import HRESULTS
from fieldledger.qbxml.statuses import STATUSES
from fieldledger.sync.content import Kind, State
from fieldledger.sync.words import OWN_WORDS
from fieldledger.sync.words_quickbooks import STATUS_FAMILIES
from fieldledger.website.command_line import COMMANDS, parser_of
from tests.support import reference
from tests.support.shared import ROOT

DOCS = ROOT / "docs"
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/*.md")


def _page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def written() -> str:
    return _page("reference.md")


def test_the_reference_is_what_the_program_says_today(written: str) -> None:
    """If it fails: .venv/bin/python -m tests.support.reference."""
    assert written == reference.write_reference()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_each_of_its_options_is_documented(name: str, written: str) -> None:
    _, _, rest = written.partition(f"### fieldledger {name}\n")
    section = re.split(r"^###? ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    options = [
        word
        for action in parser_of(name)._actions
        for word in action.option_strings
        if word not in {"-h", "--help"}
    ]

    assert section.strip() != ""
    assert [word for word in options if f"`{word}" not in section] == []


def test_every_command_says_in_its_help_what_each_option_does() -> None:
    silent = [
        f"{name} {action.dest}"
        for name in COMMANDS
        for action in parser_of(name)._actions
        if not action.help
    ]

    assert silent == []


def test_every_name_in_the_environment_is_documented(written: str) -> None:
    assert reference.environment_in_the_source() == set(reference.ENVIRONMENT)
    assert [name for name in reference.ENVIRONMENT if f"`{name}`" not in written] == []


def test_every_webhook_event_is_documented(written: str) -> None:
    events = reference.events_in_the_source()

    assert events <= set(reference.EVENTS)
    assert [event for event in events if f"`{event}`" not in written] == []


def test_every_state_is_documented_and_in_the_glossary(written: str) -> None:
    glossary = _page("glossary.md")

    assert [state for state in State if f"| `{state}` |" not in written] == []
    words = {state.removesuffix("_in_quickbooks").replace("not_sent", "pending") for state in State}
    assert [word for word in words if word not in glossary] == []
    assert [kind for kind in Kind if f"| {kind} |" not in glossary and kind != "invoice"] == []


def test_every_code_of_an_error_is_documented(written: str) -> None:
    assert [code for code in OWN_WORDS if f"| `{code}` |" not in written] == []
    assert [code for code in STATUSES if f"| {code} |" not in written] == []
    assert [code for code in HRESULTS if f"| `{code}` |" not in written] == []
    for first, last, _ in STATUS_FAMILIES:
        assert f"| {first} to {last} |" in written


def _facts() -> list[tuple[int, str, list[str]]]:
    rows = re.findall(r"^(\d+)\. (.+) \[([^\]]+)\]$", _page("quickbooks-facts.md"), re.MULTILINE)
    return [(int(number), fact, tags.split(", ")) for number, fact, tags in rows]


def test_every_quickbooks_fact_has_a_number_and_a_source() -> None:
    page = _page("quickbooks-facts.md")
    facts = _facts()

    numbered = re.findall(r"^\d+\. ", page, re.MULTILINE)
    assert len(facts) == len(numbered) >= 60, "a fact without its source in brackets"
    assert [number for number, _, _ in facts] == list(range(1, len(facts) + 1))
    known = set(re.findall(r"^\| ([A-Z?]{1,4}) \|", page, re.MULTILINE))
    known |= {f"G{number}" for number in range(1, 11)} | {"GA"}
    used = {tag for _, _, tags in facts for tag in tags}
    assert used <= known
    assert known - {f"G{number}" for number in range(1, 11)} <= used, "a source nobody uses"


def test_the_picture_of_a_session_is_the_programs_own_table() -> None:
    assert f"```mermaid\n{write_diagram()}```" in _page("quickbooks-facts.md")


def test_the_glossary_has_the_words_that_the_code_is_written_in() -> None:
    glossary = _page("glossary.md")
    words = [
        "business", "client", "item", "payment", "work order", "login", "Web Connector",
        "company file", "OwnerID", "FileID", "AppLock", "call", "ticket", "session", "hresult",
        "qbXML", "message set", "status code", "sub-customer", "EditSequence", "FullName", "Ref",
        "iterator", "ExternalGUID", "connection", "entry", "in doubt", "fence", "seal",
        "link record", "exchange", "sync log", "initial sync", "import", "export", "plan",
        "mapping", "differentiator", "queue",
    ]  # fmt: skip
    first_cells = "\n".join(re.findall(r"^\| ([^|]+) \|", glossary, re.MULTILINE))

    assert [word for word in words if word not in first_cells] == []


def test_the_changelog_has_the_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(rf"^## {re.escape(project['version'])}\b", changes, re.MULTILINE)


def _all_pages() -> list[Path]:
    return [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]


def test_links_between_pages_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in _all_pages()
        for target in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]

    assert len(_all_pages()) >= 6
    assert broken == []


def test_every_page_can_be_found_from_the_readme() -> None:
    linked = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in linked or page.suffix != ".md":
            continue
        linked.add(page)
        targets = re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8"))
        waiting += [(page.parent / each).resolve() for each in targets if "://" not in each]

    assert [page.name for page in _all_pages() if page not in linked] == []


def test_the_rules_that_the_contributing_page_names_are_the_ones_that_are_checked() -> None:
    from tests import test_tidy  # noqa: PLC0415 - its constants, not its tests.

    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

    assert f"at most {test_tidy.FUNCTION_LINES_MAX} lines, modules of" in page
    assert f"modules of at most {test_tidy.MODULE_LINES_MAX}, lines" in page
    assert f"At most {test_tidy.DIRECT_PACKAGES_MAX} are needed" in page
    for word in test_tidy.BANNED_WORDS - {"utils"}:
        assert f"*{word}*" in page
