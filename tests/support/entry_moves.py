"""Every way from one state of an entry to another, and why: the picture in docs/how-it-syncs.md.

`python -m tests.support.entry_moves` writes the picture into the page. A test compares it, and
others hold that the engine makes no move that is not here.
"""

from typing import Final

from fieldledger.sync.content import State
from tests.support.shared import ROOT

PAGE: Final = ROOT / "docs" / "how-it-syncs.md"
BEGIN, END = "```mermaid\n", "```"

NEW: Final = "[*]"
_PENDING, _WAITING, _HELD, _SENDING = State.PENDING, State.WAITING, State.HELD, State.SENDING
_SYNCED, _DIFFERS, _FAILED, _CHECKING = (
    State.SYNCED,
    State.DIFFERS,
    State.FAILED,
    State.CHECKING,
)
_CHANGED, _GONE, _IGNORED, _CANCELLED = (
    State.CHANGED,
    State.GONE,
    State.IGNORED,
    State.CANCELLED,
)

_THERE: Final = State.CHANGED_IN_QUICKBOOKS

# From where, why, to where. A row is a reason; several states share one.
MOVES: Final[tuple[tuple[tuple[str, ...], str, tuple[str, ...]], ...]] = (
    ((NEW,), "made, changed or asked for", (_PENDING,)),
    ((_PENDING,), "in a document", (_SENDING,)),
    ((_PENDING,), "its parent is not there", (_WAITING,)),
    ((_WAITING,), "the parent is there", (_PENDING,)),
    ((_PENDING,), "cannot be sent so, or its number is taken", (_FAILED,)),
    ((_PENDING,), "looked up, or left alone", (_SYNCED, _DIFFERS, _CHANGED, _THERE, _GONE)),
    ((_SENDING,), "taken", (_SYNCED, _DIFFERS, _CHANGED)),
    ((_SENDING,), "again: in use, stale, name taken", (_PENDING,)),
    ((_SENDING,), "a payment makes room first", (_WAITING,)),
    ((_SENDING,), "refused", (_FAILED,)),
    ((_SENDING,), "deleted there", (_GONE,)),
    ((_SENDING,), "answer lost", (_CHECKING,)),
    ((_PENDING,), "given up in another session", (_CHECKING,)),
    ((_CHECKING,), "found", (_SYNCED, _DIFFERS, _CHANGED)),
    ((_CHECKING,), "surely not there", (_PENDING,)),
    ((_CHECKING,), "the stored answer refuses it, or its number is taken", (_FAILED, _WAITING)),
    ((_CHECKING,), "deleted there", (_GONE,)),
    ((_SYNCED, _DIFFERS), "invoice or payment changed here", (_CHANGED,)),
    ((_SYNCED, _DIFFERS), "client or item changed here, or a restore", (_PENDING,)),
    ((_SYNCED, _DIFFERS), "found changed there", (_THERE,)),
    ((_SYNCED, _DIFFERS, _THERE), "a refund whose credit memo is made anew", (_FAILED,)),
    ((_THERE,), "left as it is there, or changed back", (_SYNCED, _DIFFERS)),
    ((_THERE,), "invoice or payment changed here", (_CHANGED,)),
    ((_THERE,), "sent again, a restore, or changed here", (_PENDING,)),
    ((_DIFFERS,), "the total there is accepted", (_SYNCED,)),
    ((_SYNCED,), "to be taken out again", (_PENDING,)),
    ((_PENDING, _SENDING, _CHECKING), "taken out again, as asked", (_IGNORED,)),
    ((_CHANGED,), "asked for, or a restore", (_PENDING,)),
    ((_CANCELLED,), "a restore, if it was ever sent", (_PENDING,)),
    ((_FAILED,), "Retry, changed here, or a restore", (_PENDING,)),
    ((_GONE,), "Retry, or a restore", (_PENDING,)),
    ((_PENDING, _WAITING, _FAILED, _CHANGED, _GONE), "Hold", (_HELD,)),
    ((_PENDING, _WAITING, _FAILED, _CHANGED, _GONE, _HELD), "Ignore", (_IGNORED,)),
    ((_HELD, _IGNORED), "Release", (_PENDING,)),
    ((_IGNORED,), "left there, and a restore", (_PENDING,)),
    ((_PENDING, _WAITING, _FAILED, _GONE, _HELD, _IGNORED), "linked by hand", (_SYNCED,)),
    ((_FAILED,), "linked by hand with another total", (_DIFFERS,)),
    ((_PENDING, _WAITING, _FAILED, _HELD, _IGNORED), "void before it went", (_CANCELLED,)),
    ((_SENDING, _CHECKING), "void here, and not taken there", (_CANCELLED,)),
    ((_GONE,), "void here, and gone there", (_CANCELLED,)),
    (
        (
            *(_PENDING, _WAITING, _SENDING, _CHECKING, _CHANGED, _FAILED, _HELD),
            *(_SYNCED, _DIFFERS, _THERE),
        ),
        "void here, and left there",
        (_IGNORED,),
    ),
    ((_HELD, _IGNORED), "void here, in closed books", (_CHANGED,)),
)
# What the picture leaves out, for it would be all arrows: a person's wish to set aside.
_LEFT_OUT: Final = frozenset(
    {
        "Hold",
        "Ignore",
        "void before it went",
        "void here, and left there",
        "void here, in closed books",
        "linked by hand",
    }
)


def allowed() -> set[tuple[str, str]]:
    """Return every pair of states that an entry may go through in one step."""
    return {
        (str(before), str(after))
        for befores, _, afters in MOVES
        for before in befores
        for after in afters
    }


def write_diagram() -> str:
    """Return the table as a Mermaid state diagram, without what sets entries aside."""
    lines = ["stateDiagram-v2"]
    for befores, why, afters in MOVES:
        if why in _LEFT_OUT:
            continue
        lines += [f"    {before} --> {after}: {why}" for before in befores for after in afters]
    return "\n".join(lines) + "\n"


def write_table() -> str:
    """Return what the picture leaves out, as a table."""
    lines = ["| what | from | to |", "| --- | --- | --- |"]
    for befores, why, afters in MOVES:
        if why in _LEFT_OUT:
            lines.append(f"| {why} | {', '.join(befores)} | {', '.join(afters)} |")
    return "\n".join(lines) + "\n"


def with_picture(page: str) -> str:
    """Return the page with the picture and the table as they are today."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    page = before + begin + write_diagram() + end + after
    before, head, rest = page.partition("| what | from | to |\n")
    after = rest.partition("\n\n")[2]
    return before + write_table() + "\n" + after if head else page


if __name__ == "__main__":
    PAGE.write_text(with_picture(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
