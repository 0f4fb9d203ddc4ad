"""The house's habits, held by a test (the idea is TigerBeetle's tidy.zig: style is a unit test)."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.support.shared import ROOT

FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 600
DIRECT_PACKAGES_MAX = 15

PURE = ("sync", "qbwc", "qbxml", "simulator")
# The simulated Web Connector's line to a server: a socket and a clock belong to it.
IMPURE_ON_PURPOSE = {"fieldledger/simulator/http.py"}

BANNED_WORDS = {"process", "handle", "manage", "data", "info", "util", "utils"}
BANNED_ALONE = {"job", "jobs"}  # A work order here, a sub-customer in QuickBooks, a task elsewhere.
NAMES_OF_OTHERS = {
    "MetaData": "qbXML's attribute metaData",
    "meta_data": "qbXML's attribute metaData",
    "DATA_EXT_FIELDS": "qbXML's DataExt",
    "DATA_EXTS": "qbXML's DataExt",
    "LINE_DATA_EXT": "qbXML's DataExt",
    "DATA_UPLOAD_MAX_MEMORY_SIZE": "Django's setting",
    "DATA_UPLOAD_MAX_NUMBER_FIELDS": "Django's setting",
    "DATA_UPLOAD_MAX_NUMBER_FILES": "Django's setting",
    "DATA": "the environment's FIELDLEDGER_DATA, part of the contract",
    "data_folder": "the environment's FIELDLEDGER_DATA, part of the contract",
    "add_data_argument": "the option --data, part of the contract",
    "CharacterDataHandler": "expat's name",
    "path_info": "Django's name",
    "jobs": "import-choice's field: QuickBooks' jobs, part of the contract",
}
# A framework calls these with arguments of its own naming, or a file must have its name.
FORCED = {
    ("fieldledger/api/application.py", "data"),  # django-ninja's Parser.parse_querydict.
    ("fieldledger/website/commands/manage.py", "manage"),  # Django's program of that name.
    ("tests/website/test_doctor.py", "handle_error"),  # socketserver's BaseServer.handle_error.
}

TEXT_SUFFIXES = {
    ".bash", ".css", ".html", ".in", ".js", ".json", ".lock", ".md", ".py", ".svg", ".toml",
    ".txt", ".yaml", ".yml", "",
}  # fmt: skip


@cache
def _tracked() -> list[Path]:
    """Return the files that git knows or would add; without git, all in our own folders."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode == 0:
        paths = [ROOT / line for line in listed.stdout.splitlines()]
    else:
        paths = [
            path for top in ("fieldledger", "tests", "docs") for path in (ROOT / top).rglob("*")
        ]
    return sorted(path for path in paths if path.is_file() and "__pycache__" not in path.parts)


def _name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def _texts() -> Iterator[tuple[str, str]]:
    for path in _tracked():
        if path.suffix in TEXT_SUFFIXES:
            yield _name(path), path.read_text(encoding="utf-8")


@cache
def _modules() -> dict[str, ast.Module]:
    """Return every Python file of ours, parsed; migrations are written by Django."""
    return {
        _name(path): ast.parse(path.read_text(encoding="utf-8"), str(path))
        for path in _tracked()
        if path.suffix == ".py" and "migrations" not in path.parts
    }


def _ours(*, pure: bool = False) -> dict[str, ast.Module]:
    tops = tuple(f"fieldledger/{each}/" for each in PURE) if pure else ("fieldledger/",)
    return {name: tree for name, tree in _modules().items() if name.startswith(tops)}


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_functions_are_at_most_70_lines() -> None:
    found = [
        f"{name}:{function.lineno} {function.name}: {lines} lines"
        for name, tree in _modules().items()
        for function in _functions(tree)
        if (lines := (function.end_lineno or 0) - function.lineno + 1) > FUNCTION_LINES_MAX
    ]

    assert found == []


def test_modules_are_at_most_600_lines() -> None:
    lengths = {name: text.count("\n") for name, text in _texts() if name.endswith(".py")}

    assert {name: lines for name, lines in lengths.items() if lines > MODULE_LINES_MAX} == {}
    assert len(lengths) > 100, "the search for modules found too few to mean anything"


def test_nothing_prints_but_the_commands_own_helpers() -> None:
    found = [
        f"{name}:{node.lineno}"
        for name, tree in _modules().items()
        if not name.startswith("benchmarks/")
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in {"print", "pprint", "breakpoint"}
    ]

    assert found == []


def test_nothing_is_left_to_be_done_later() -> None:
    marks = re.compile(r"\b(?:TO" + r"DO|FIX" + r"ME|XX" + r"X|HA" + r"CK)\b")

    found = [
        f"{name}:{number}"
        for name, text in _texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if marks.search(line)
    ]

    assert found == []


def test_every_exception_to_a_check_names_the_check() -> None:
    vague = re.compile(r"#\s*(?:noqa(?!: [A-Z]+\d)|type:\s*ignore(?!\[)|pragma:\s*no\s+cover)")

    found = [
        f"{name}:{number}"
        for name, text in _texts()
        if name.endswith(".py") and name != "tests/test_tidy.py"
        for number, line in enumerate(text.splitlines(), start=1)
        if vague.search(line)
    ]

    assert found == []


def _impure_calls(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield calls that ask a clock, or chance that no seed determines."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        clock = re.search(r"(?:^|\.)(?:datetime|date|dt)\.(?:now|utcnow|today)$", called)
        chance = re.match(r"(?:secrets\.|os\.urandom|(?:uuid\.)?uuid[14]$)", called)
        unseeded = called in {"random.Random", "Random"} and not node.args
        shared_chance = re.match(r"random\.(?!Random\b)", called)
        if clock or chance or unseeded or shared_chance:
            yield node.lineno, called


def test_pure_packages_ask_no_clock_and_no_chance() -> None:
    found = [
        f"{name}:{line} {called}"
        for name, tree in _ours(pure=True).items()
        if name not in IMPURE_ON_PURPOSE
        for line, called in _impure_calls(tree)
    ]

    assert found == []


@pytest.mark.parametrize(
    "line",
    [
        "datetime.now(tz=UTC)",
        "dt.datetime.now()",
        "datetime.date.today()",
        "random.random()",
        "random.shuffle(x)",
        "random.Random()",
        "uuid.uuid4()",
        "uuid4()",
        "secrets.token_hex()",
    ],
)
def test_the_search_for_clocks_and_chance_finds_them(line: str) -> None:
    assert list(_impure_calls(ast.parse(line))) != []


@pytest.mark.parametrize(
    "line", ["random.Random(seed).random()", "random.Random(1)", "self.now()", "world.clock.now()"]
)
def test_the_search_for_clocks_and_chance_lets_arguments_be(line: str) -> None:
    assert list(_impure_calls(ast.parse(line))) == []


def test_the_simulator_reads_of_qbxml_the_schema_alone() -> None:
    """It must not share a rule with what it judges; import-linter forbids the other packages."""
    found = set()
    for name, tree in _ours().items():
        if not name.startswith("fieldledger/simulator/"):
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom):
                found |= {f"{node.module}.{each.name}" for each in node.names}
            elif isinstance(node, ast.Import):
                found |= {each.name for each in node.names}

    ours = {each for each in found if each.startswith("fieldledger.")}
    others = {each for each in ours if not each.startswith("fieldledger.simulator")}
    assert {each for each in others if not each.startswith("fieldledger.qbxml.schema")} == set()


def test_every_status_and_every_hresult_has_a_source() -> None:
    from fieldledger.qbxml.hresults import HRESULTS  # noqa: PLC0415 - only this test needs them.
    from fieldledger.qbxml.statuses import STATUSES  # noqa: PLC0415

    assert len(STATUSES) >= 60
    assert len(HRESULTS) >= 25
    assert [code for code, each in STATUSES.items() if not each.source.strip()] == []
    assert [code for code, each in HRESULTS.items() if not each.source.strip()] == []


def _words(name: str) -> list[str]:
    return [word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)]


def _defined_names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                if not node.name.startswith("test_"):  # A test's name is a sentence.
                    yield node.lineno, node.name
            case ast.arg():
                # hypothesis gives interactive draws to an argument of this very name.
                if node.annotation is None or "DataObject" not in ast.unparse(node.annotation):
                    yield node.lineno, node.arg
            case ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield node.lineno, name


def test_names_say_what_is_meant() -> None:
    """None of the words that fit everything: glossary.md has the ones to use instead."""
    found = []
    for path, tree in _modules().items():
        names = [(1, Path(path).stem), *_defined_names(tree)]
        for line, name in names:
            words = _words(name)
            vague = BANNED_WORDS.intersection(words) or (words and set(words) <= BANNED_ALONE)
            if vague and name not in NAMES_OF_OTHERS and (path, name) not in FORCED:
                found.append(f"{path}:{line} {name}")

    assert found == []


def test_no_file_names_a_place_of_one_machine_or_a_package_registry() -> None:
    places = re.compile(r"(?<![\w.])/(?:wor" + r"k|home|root|Users)/\w")
    hosts = re.compile(r"(?:pypi\.org|pythonhosted|npmjs|--(?:extra-)?index-url|--find-links)")
    found = [
        f"{name}:{number}"
        for name, text in _texts()
        if name != "tests/test_tidy.py"
        for number, line in enumerate(text.splitlines(), start=1)
        if places.search(line) or hosts.search(line)
    ]

    assert found == []


def test_the_locks_hold_a_hash_for_every_package_and_no_address() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text(encoding="utf-8")
        pinned = re.findall(
            r"^([\w.-]+(?:\[[\w,-]+\])?)==[^\s]+ \\\n +--hash=sha256:", text, re.MULTILINE
        )
        begun = re.findall(r"^[\w.-]+(?:\[[\w,-]+\])?==", text, re.MULTILINE)

        assert len(pinned) == len(begun) > 10, name
        assert "://" not in text, name


def test_few_packages_are_needed_to_run() -> None:
    lines = (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines()
    needed = [line for line in lines if line.strip() and not line.startswith("#")]

    assert 5 <= len(needed) <= DIRECT_PACKAGES_MAX


def _checks_something(function: ast.AST, helpers: set[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Assert | ast.Try):  # Only what is caught may be raised.
            return True
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            last = called.rpartition(".")[2]
            if called in {"pytest.raises", "pytest.warns", "pytest.fail"} or last in helpers:
                return True
            if last.startswith(("assert", "expect", "django_assert", "suppress")):
                return True
    return False


def test_every_test_asserts_something() -> None:
    """In itself, or through a function of the tests' own that asserts."""
    functions = [
        (name, each)
        for name, tree in _modules().items()
        if name.startswith("tests/")
        for each in _functions(tree)
    ]
    helpers = {
        each.name
        for _, each in functions
        if not each.name.startswith("test_") and _checks_something(each, set())
    }
    found = [
        f"{name}:{each.lineno} {each.name}"
        for name, each in functions
        if each.name.startswith("test_") and not _checks_something(each, helpers)
    ]

    assert found == []


def test_every_package_has_a_folder_of_tests() -> None:
    packages = {name.split("/")[1] for name in _ours() if name.count("/") >= 2}
    tested = {
        name.split("/")[1] for name in _modules() if re.match(r"tests/\w+/test_\w+\.py$", name)
    }

    assert packages - tested == set()
