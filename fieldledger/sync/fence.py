"""What keeps a late copy of a lost document harmless, and what is to be found out first.

A document that was given up for lost may still arrive: a laptop that was closed holds it. Two
fences stop it. The *seal* puts another document under the lost one's message set id, so that
QuickBooks refuses the lost one (9001); it holds where QuickBooks remembers every id it was given.
The *link record*, one inactive record of ours in the company file, needs no such memory: every
document begins with a change of it that names the version known (EditSequence), and stops there
when that is no longer the present one (3200; onError="stopOnError").

How many answers a QuickBooks keeps is documented nowhere (Intuit's ErrRecovery1-3.xml show one), so
it is tried out once, with two questions that change nothing: if the first one's answer is still
there after the second, the seal holds.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from enum import StrEnum
from typing import Any, Final, Self

# At most 41 characters (qbXML 13.0 schema, OtherNameAdd); taken names get a number.
LINK_NAME: Final = "Fieldledger link - do not edit"
NAMES_MAX: Final = 3
TRIALS_MAX: Final = 4


class Fence(StrEnum):
    """What the office chose."""

    AUTO = "auto"  # The seal where it was seen to hold, else the link record.
    SEAL = "seal"
    LINK = "link"


class Step(StrEnum):
    """What has to be asked of QuickBooks before anything is written or looked for."""

    TRY = "try"  # A question under an id of its own, to see whether its answer is kept.
    ASK = "ask"  # Whether the first such answer is still there.
    READ = "read"  # The link record: is it there, and which version is it?
    MAKE = "make"  # The link record.


TRIAL: Final = frozenset({Step.TRY, Step.ASK})  # What changes nothing.


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known of the fence in one company file; kept with the connection.

    `tried` are the message set ids of the trial's questions. `marks` are what the link record's
    Notes may say: the first was confirmed, the others were sent and not answered yet. `carried`
    are the versions that unanswered documents name, each behind its mark and a colon: what must
    not be the present one when a look is believed. `is_free` says that the next name for a link
    record was looked for and is not there.
    """

    keeps: bool | None = None
    tried: tuple[str, ...] = ()
    trials: int = 0
    list_id: str = ""
    edit_sequence: str = ""
    marks: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    names_taken: int = 0
    is_free: bool = False
    refused: str = ""  # Why QuickBooks takes no link record, in its words.

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> Self:
        """Return what was kept by `plain`."""
        known = {each.name for each in fields(cls)}
        values: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in kept.items()
            if key in known
        }
        return cls(**values)

    def plain(self) -> dict[str, Any]:
        """Return it as JSON keeps it; what says nothing is left out."""
        return {
            key: list(value) if isinstance(value, tuple) else value
            for key, value in asdict(self).items()
            if value not in (None, "", (), 0) or (value is False and key == "keeps")
        }

    @property
    def name(self) -> str:
        """The name for the link record: the first one that nobody else has."""
        return f"{LINK_NAME} {self.names_taken + 1}" if self.names_taken else LINK_NAME

    @property
    def is_known(self) -> bool:
        """Whether the link record's present version is known: nothing sent is unanswered."""
        return bool(self.list_id and self.edit_sequence) and len(self.marks) <= 1


def uses_link(fence: Fence | str, facts: Facts) -> bool:
    """Whether documents begin with the link record."""
    if facts.refused or fence == Fence.SEAL:
        return False
    return fence == Fence.LINK or facts.keeps is False


def next_step(fence: Fence | str, facts: Facts) -> Step | None:
    """Return what has to be asked first; None when the fence stands."""
    if fence == Fence.AUTO and facts.keeps is None:
        return Step.TRY if len(facts.tried) < 2 else Step.ASK
    if not uses_link(fence, facts) or facts.is_known:
        return None
    return Step.MAKE if facts.is_free and not facts.list_id else Step.READ


# --- The trial ---


def trial_answered(facts: Facts, set_id: str) -> Facts:
    """Return the facts after a question of the trial was answered."""
    return replace(facts, tried=(*facts.tried, set_id))


def trial_ended(facts: Facts, *, keeps: bool) -> Facts:
    """Return the facts after QuickBooks said whether it still has the first answer."""
    return replace(facts, keeps=keeps, tried=(), trials=0)


def trial_failed(facts: Facts) -> Facts:
    """Return the facts after a question of the trial came to nothing: in the end it is given up."""
    if facts.trials + 1 >= TRIALS_MAX:
        return trial_ended(facts, keeps=False)
    return replace(facts, tried=(), trials=facts.trials + 1)


def probed(facts: Facts, answers: Mapping[str, Any]) -> Facts:
    """Return the facts with what the probe has found of this QuickBooks.

    The trial asks after two sets, the probe after ten: one that keeps a few passes the trial alone.
    That the probe found the seal to hold proves nothing of another company file; it is tried there.
    """
    keeps_all = answers.get("store_keeps") in {None, "all"}
    if keeps_all and answers.get("seal_holds") is not False:
        return facts
    return replace(facts, keeps=False, tried=())


# --- The link record ---


def sent(facts: Facts, mark: str) -> Facts:
    """Return the facts while a document that changes the link record is with QuickBooks."""
    return replace(
        facts,
        marks=(*facts.marks, mark),
        carried=(*facts.carried, f"{mark}:{facts.edit_sequence}"),
    )


def never_ran(facts: Facts, mark: str) -> Facts:
    """Return the facts after QuickBooks refused that document whole."""
    return replace(
        facts,
        marks=tuple(each for each in facts.marks if each != mark),
        carried=_others(facts, mark),
    )


def changed(facts: Facts, mark: str, edit_sequence: str) -> tuple[Facts, bool]:
    """Return the facts after QuickBooks took the change, and whether late copies are dead now.

    They are unless one of them names the new version: two changes within one second may share an
    EditSequence, which is the change's epoch second (recorded objects, where it equals
    TimeModified). Then the change is made once more. The new version may be untold ("").
    """
    others = _others(facts, mark)
    is_fenced = bool(edit_sequence) and all(
        each.rpartition(":")[2] != edit_sequence for each in others
    )
    kept = replace(
        facts,
        edit_sequence=edit_sequence,
        marks=(mark,),
        carried=() if is_fenced else others,
    )
    return kept, is_fenced


def _others(facts: Facts, mark: str) -> tuple[str, ...]:
    return tuple(each for each in facts.carried if not each.startswith(f"{mark}:"))


def version_unknown(facts: Facts) -> Facts:
    """Return the facts after the link record turned out to be another version (3200)."""
    return replace(facts, edit_sequence="")


def lost(facts: Facts) -> Facts:
    """Return the facts after the link record turned out not to be there: no copy finds it."""
    return replace(facts, list_id="", edit_sequence="", marks=(), carried=(), is_free=False)


def found(facts: Facts, *, list_id: str, edit_sequence: str, notes: str) -> Facts:
    """Return the facts after the link record was read.

    Where nothing was known of its version, a document that nobody remembers may name this one.
    """
    carried = facts.carried
    if not facts.edit_sequence:
        carried = (*carried, f":{edit_sequence}")
    return replace(
        facts,
        list_id=list_id,
        edit_sequence=edit_sequence,
        marks=(notes,),
        carried=carried,
        is_free=False,
    )


def is_older(facts: Facts, notes: str) -> bool:
    """Whether the link record says what we have written over since: an older company file."""
    return bool(facts.marks) and notes not in facts.marks


def name_free(facts: Facts) -> Facts:
    """Return the facts after no record of the name was found: one may be made."""
    return replace(facts, is_free=True)


def name_taken(facts: Facts) -> Facts:
    """Return the facts after the name turned out to be somebody else's."""
    if facts.names_taken + 1 >= NAMES_MAX:
        return refused(facts, f"The name “{facts.name}” is taken.")
    return replace(facts, names_taken=facts.names_taken + 1, is_free=False)


def refused(facts: Facts, said: str) -> Facts:
    """Return the facts after QuickBooks would not take a link record: the seal has to do."""
    return replace(lost(facts), refused=said)


def doubted(facts: Facts) -> Facts:
    """Return the facts after our database was restored: what was written since is not known."""
    return replace(facts, edit_sequence="", marks=())
