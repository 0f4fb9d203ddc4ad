"""What the commands say: plain lines, a progress bar where somebody watches, JSON for programs."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn


class CommandFailed(Exception):
    """A command cannot do what was asked; the message says why and what to do, in plain words."""

    def __init__(self, message: str, *, exit_status: int = 1) -> None:
        super().__init__(message)
        self.exit_status = exit_status


def say(line: str = "") -> None:
    """Print one line for the person at the terminal, at once even into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def remark(line: str) -> None:
    """Print one line beside the result, where a program reading the output does not meet it."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


def complain(line: str) -> None:
    """Print one line about what went wrong."""
    remark(f"fieldledger: {line}")


def say_json(answer: Mapping[str, object]) -> None:
    """Print a result for a program: one JSON object on one line."""
    say(json.dumps(answer, ensure_ascii=False))


@contextmanager
def progress(what: str) -> Iterator[Callable[[int, int], None]]:
    """Yield a function to tell `(done, total)`: a bar on a terminal, else a line at each tenth.

    Progress goes to standard error, so that standard output holds results alone.
    """
    if not sys.stderr.isatty():
        yield _plain_progress(what)
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as bar:
        row = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(row, completed=done, total=total)


def _plain_progress(what: str) -> Callable[[int, int], None]:
    said = -1

    def tell(done: int, total: int) -> None:
        nonlocal said
        tenth = 10 * done // total if total else 10
        if tenth > said:
            said = tenth
            remark(f"{what}: {tenth * 10}%")

    return tell
