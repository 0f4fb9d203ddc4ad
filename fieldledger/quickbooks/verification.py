"""Why records are looked up again after a restore, and what is then called older."""

from typing import Final

FILE_RESTORED: Final = "file_restored"
FILE_OLDER: Final = "file_older"
CONDENSED: Final = "condensed"
DATABASE_RESTORED: Final = "database_restored"
REASONS: Final = frozenset({FILE_RESTORED, FILE_OLDER, CONDENSED, DATABASE_RESTORED, "linked"})


def is_older(theirs: str, ours: str) -> bool:
    """Whether QuickBooks' EditSequence is of an earlier change than the one we know.

    An EditSequence is the time of the change as an epoch second (recorded objects, where it equals
    TimeModified). What is no number proves nothing.
    """
    return theirs.isdecimal() and ours.isdecimal() and int(theirs) < int(ours)
