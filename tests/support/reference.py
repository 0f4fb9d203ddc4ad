"""Write docs/reference.md from the program itself, so that it cannot fall behind.

`python -m tests.support.reference` writes it; tests/test_docs.py fails while it differs.
"""

import argparse
import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.support.shared import ROOT

PAGE = ROOT / "docs" / "reference.md"

# Every name this program reads in its environment; a test finds the names in the source.
ENVIRONMENT = {
    "FIELDLEDGER_DATA": (
        "`./data`",
        "the folder of the database, the secrets and the files; the option `--data` goes before it",
    ),
    "DATABASE_URL": (
        "SQLite in the data folder",
        "a PostgreSQL to use instead: `postgres://user:password@host:5432/name`",
    ),
    "FIELDLEDGER_SECRET_KEY": (
        "made on the first start, kept in the data folder",
        "one key of at least 32 random characters for all machines that share a database",
    ),
    "FIELDLEDGER_PUBLIC_URL": (
        "`http://localhost:8000`, or the port that was chosen",
        "the address that people and the Web Connector use; https for every machine but this one",
    ),
    "FIELDLEDGER_SMTP_URL": (
        "no notices and no invoices by e-mail; other letters are put into the folder `mail`",
        (
            "the mail server: `smtp://user@host:587` (encrypted by STARTTLS; plain to this machine"
            " alone) or `smtps://user@host:465`. The password stands in the file `mail-password` of"
            " the data folder, which nobody else may read (`chmod 600`), or in the address"
        ),
    ),
    "FIELDLEDGER_MAIL_FROM": (
        "`Fieldledger <noreply@HOST>`, by the public address",
        "whom letters are from; mail servers mostly take only their own domain",
    ),
}

_INTRODUCTION = """\
# Reference

Every command, option, setting, state and code. This page is written by the program itself
(`.venv/bin/python -m tests.support.reference`); a test fails while it differs.
"""
_OWN = """\
## Codes of our own

What keeps a record out of QuickBooks before QuickBooks is even asked, or what became of it.
"""
_STATUS = """\
## Status codes of QuickBooks

A code without a row here gets the words of its family, and QuickBooks' own text is always shown.
"""
_HRESULT = """\
## Errors of the Web Connector (hresults)

They say that QuickBooks could not be asked at all.
"""

EVENTS = {
    "entry.synced": "QuickBooks has taken a record as it is here",
    "entry.failed": "QuickBooks refused a record; the reason is in the event",
    "entry.needs_attention": "a record waits for a person's decision",
    "connection.silent": "the Web Connector has not called for longer than usual",
    "connection.recovered": "it calls again",
    "import.completed": "the one-time import from QuickBooks is done",
}


def events_in_the_source() -> set[str]:
    """Return the names of webhook events that the program's own source holds."""
    name = re.compile(r'"((?:entry|connection|import)\.[a-z_]+)"')
    return {
        each for path in (ROOT / "fieldledger").rglob("*.py") for each in name.findall(_text(path))
    }


def environment_in_the_source() -> set[str]:
    """Return the names of the environment that the program's own source reads or sets."""
    name = re.compile(r"\b(FIELDLEDGER_[A-Z]\w*|DATABASE_URL)\b")
    return {
        each for path in (ROOT / "fieldledger").rglob("*.py") for each in name.findall(_text(path))
    }


def write_reference() -> str:
    """Return the whole page."""
    parts = [
        _INTRODUCTION,
        "## Commands\n",
        *_commands(),
        "## Exit statuses\n",
        _table(
            ("status", "means"),
            [
                ("0", "done"),
                ("1", "could not be done; one sentence on standard error says why"),
                ("2", "a mistake in the options"),
                ("78", "the settings are wrong or unsafe, and nothing was started"),
                ("130", "ended with Ctrl-C"),
            ],
        ),
        "## Environment\n",
        _table(
            ("name", "without it", "what it is"),
            [(f"`{name}`", without, what) for name, (without, what) in ENVIRONMENT.items()],
        ),
        "## States of a record\n\nThe same words on pages, in the API (`state`) and in webhooks.\n",
        _table(("state", "shown as", "means", "whose move it is"), _states()),
    ]
    if events := sorted(events_in_the_source()):
        parts += [
            "## Webhook events\n",
            _table(("event", "when"), [(f"`{each}`", EVENTS[each]) for each in events]),
        ]
    parts += [
        _OWN,
        _table(("code", "shown as", "sentence", "whose move it is"), _own_codes()),
        _STATUS,
        _table(("codes", "family"), _families()),
        _table(("code", "shown as", "means", "whose move it is", "source"), _statuses()),
        _HRESULT,
        _table(("hresult", "shown as", "means", "whose move it is", "source"), _hresults()),
    ]
    return "\n".join(parts)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(_cell(each) for each in row) + " |" for row in rows]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _commands() -> Iterator[str]:
    from fieldledger.website.command_line import COMMANDS, parser_of  # noqa: PLC0415

    for name, listed in COMMANDS.items():
        parser = parser_of(name)
        yield f"### fieldledger {name}\n\n{_sentence(parser.description or listed.summary)}\n"
        rows = [
            (f"`{_usage(action)}`", _help(action) + _required(action))
            for action in parser._actions
            if not isinstance(action, argparse._HelpAction)
        ]
        if rows:
            yield _table(("option", "what it does"), rows)
        if parser.epilog:
            yield f"```text\n{parser.epilog.strip()}\n```\n"


def _sentence(text: str) -> str:
    first, *rest = text.strip().split("\n\n")
    whole = "\n\n".join([first, *rest])
    return whole if whole.endswith(".") else whole[:1].upper() + whole[1:] + "."


def _usage(action: argparse.Action) -> str:
    if not action.option_strings:
        return str(action.metavar or action.dest)
    words = ", ".join(action.option_strings)
    if action.nargs == 0:
        return words
    return f"{words} {action.metavar or (action.dest or '').upper()}"


def _help(action: argparse.Action) -> str:
    return (action.help or "") % vars(action)


def _required(action: argparse.Action) -> str:
    return " (must be given)" if action.option_strings and action.required else ""


def _states() -> Iterator[tuple[str, ...]]:
    from fieldledger.sync.content import State  # noqa: PLC0415
    from fieldledger.sync.words import ACTOR_WORDS, explain_state  # noqa: PLC0415

    for state in State:
        said = explain_state(state)
        yield f"`{state}`", said.title, said.sentence, ACTOR_WORDS[said.actor]


def _own_codes() -> Iterator[tuple[str, ...]]:
    from fieldledger.sync.words import ACTOR_WORDS, OWN_WORDS, explain  # noqa: PLC0415

    for code in OWN_WORDS:
        said = explain(code)
        yield f"`{code}`", said.title, said.sentence, ACTOR_WORDS[said.actor]


def _families() -> Iterator[tuple[str, ...]]:
    from fieldledger.sync.words_quickbooks import STATUS_FAMILIES  # noqa: PLC0415

    for first, last, words in STATUS_FAMILIES:
        yield f"{first} to {last}", words.title


def _statuses() -> Iterator[tuple[str, ...]]:
    from fieldledger.qbxml.statuses import STATUSES  # noqa: PLC0415
    from fieldledger.sync.words import ACTOR_WORDS, explain  # noqa: PLC0415

    for code, row in STATUSES.items():
        said = explain(code)
        yield str(code), said.title, row.meaning, ACTOR_WORDS[said.actor], row.source


def _hresults() -> Iterator[tuple[str, ...]]:
    from fieldledger.qbxml.hresults import HRESULTS  # noqa: PLC0415
    from fieldledger.sync.words import ACTOR_WORDS, explain  # noqa: PLC0415

    for code, row in HRESULTS.items():
        said = explain(code)
        yield f"`{code}`", said.title, row.meaning, ACTOR_WORDS[said.actor], row.source


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(write_reference(), encoding="utf-8")
